"""The client's end of a framing connection: the initiator of [MC-NMF] 3.2 in Duplex mode.

It does not know whether a connection is fresh or out of a pool, nor how a stream is upgraded.
"""

from ipam_progress.errors import LocalProtocolError
from ipam_progress.framing import automaton
from ipam_progress.framing.automaton import State, Step
from ipam_progress.framing.connection import Connection
from ipam_progress.framing.events import Event, FaultReceived, SessionOpened, UpgradeAccepted
from ipam_progress.framing.records import (
    EndRecord,
    FaultRecord,
    KnownEncodingRecord,
    Limits,
    ModeRecord,
    PreambleAckRecord,
    PreambleEndRecord,
    Record,
    UpgradeRequestRecord,
    UpgradeResponseRecord,
    VersionRecord,
    ViaRecord,
)

__all__ = ["ClientConnection"]


class ClientConnection(Connection):
    """The client's end of a connection."""

    __slots__ = ()

    _table = automaton.CLIENT
    _first_state = State.CONNECTED

    def __init__(self, limits: Limits | None = None) -> None:
        super().__init__(limits or Limits())

    def send_preamble(self, via: str, *, upgrade: str | None = None) -> None:
        """Begin a session, [MC-NMF] 2.2.6; for each one on the connection.

        Without an upgrade the next event is `SessionOpened`. With one it is `UpgradeAccepted`,
        and `SessionOpened` comes after `complete_upgrade`.

        Args:
            via: The URI of the endpoint.
            upgrade: The stream upgrade to ask for, ``application/negotiate`` for example.

        Raises:
            LocalProtocolError: If a session is under way, or `via` or `upgrade` is empty or longer
                than a server takes.
        """
        _check_length("via", via, self._limits.via)
        if upgrade is None:
            self._step(Step.SEND_PREAMBLE, via)
        else:
            _check_length("upgrade", upgrade, self._limits.upgrade)
            self._step(Step.REQUEST_UPGRADE, (via, upgrade))

    def _write_preamble(self, via: str) -> None:
        self._write(*_preamble(via), PreambleEndRecord())

    def _write_upgrade_request(self, via_and_upgrade: tuple[str, str]) -> None:
        via, upgrade = via_and_upgrade
        self._write(*_preamble(via), UpgradeRequestRecord(upgrade))

    def _write_preamble_end(self, _: None) -> None:
        self._write(PreambleEndRecord())

    def _report_upgrade(self, _: UpgradeResponseRecord) -> Event:
        return UpgradeAccepted()

    def _report_open(self, _: PreambleAckRecord) -> Event:
        return SessionOpened()

    def _answer_fault(self, record: FaultRecord) -> Event:
        self._write(EndRecord())
        return FaultReceived(record.uri)


def _preamble(via: str) -> tuple[Record, ...]:
    """Give the records that every preamble begins with."""
    return VersionRecord(), ModeRecord(), ViaRecord(via), KnownEncodingRecord()


def _check_length(name: str, text: str, limit: int) -> None:
    length = len(text.encode(errors="replace"))
    if not 0 < length <= limit:
        raise LocalProtocolError(f"{name} must have 1 to {limit} octets, not {length}")
