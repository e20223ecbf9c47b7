"""The server's end of a framing connection: the receiver of [MC-NMF] 3.3 in Duplex mode.

What an endpoint is, and which of them exist, is not known here: `ServerSettings` carries the
questions, and is shared by all the connections of a server.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from ipam_progress.errors import FramingError, LocalProtocolError
from ipam_progress.framing import automaton, faults
from ipam_progress.framing.automaton import State, Step
from ipam_progress.framing.connection import Connection
from ipam_progress.framing.events import (
    Event,
    PreambleReceived,
    SessionOpened,
    UpgradeRequested,
)
from ipam_progress.framing.records import (
    ExtensibleEncodingRecord,
    FaultRecord,
    KnownEncoding,
    KnownEncodingRecord,
    Limits,
    Mode,
    ModeRecord,
    PreambleAckRecord,
    PreambleEndRecord,
    UpgradeRequestRecord,
    UpgradeResponseRecord,
    VersionRecord,
    ViaRecord,
)

__all__ = ["BINARY_SESSION", "ServerConnection", "ServerSettings"]

BINARY_SESSION: Final[frozenset[KnownEncoding | str]] = frozenset(
    {KnownEncoding.BINARY_SESSION, "application/soap+msbinsession1"}
)
"""Binary XML with a dictionary for the session [MC-NBFSE], by its number and by its name."""

_ABSOLUTE_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+")


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What a server accepts in a preamble.

    Attributes:
        accepts_via: Says whether an endpoint listens at a Via. It must not raise, whatever the
            Via; `NetTcpAddress.parse` helps to take one apart.
        encodings: The encodings that are spoken: numbers, and content types in lower case.
        upgrades: The stream upgrades that are offered, ``application/negotiate`` for example.
        upgrade_required: Whether a session without an upgrade is refused.
        is_public: Says whether one is opened all the same, because what is at its Via is for
            everybody. It is asked about a Via that was accepted, and must not raise.
        limits: How much of a client's octets is accepted.
    """

    accepts_via: Callable[[str], bool]
    encodings: frozenset[KnownEncoding | str] = BINARY_SESSION
    upgrades: frozenset[str] = frozenset()
    upgrade_required: bool = False
    is_public: Callable[[str], bool] = lambda _: False
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if self.upgrade_required and not self.upgrades:
            raise LocalProtocolError("an upgrade is required, but `upgrades` offers none")


class ServerConnection(Connection):
    """The server's end of a connection."""

    __slots__ = ("_is_public", "_settings", "_via")

    _table = automaton.SERVER
    _first_state = State.VERSION

    def __init__(self, settings: ServerSettings) -> None:
        super().__init__(settings.limits)
        self._settings = settings
        self._via = ""
        self._is_public = False  # what is at the Via of the session that is being opened

    def send_fault(self, uri: str) -> None:
        """Send a fault, one of `faults`, and end the session with it, [MC-NMF] 2.2.5.

        The connection is `State.DRAINING` afterwards, see the head of `connection`.

        Raises:
            LocalProtocolError: If the stream is being upgraded, or if our End was sent.
        """
        self._step(Step.SEND_FAULT, uri)

    # --- Actions, in the order of the preamble ---------------------------------------------------

    def _check_version(self, record: VersionRecord) -> None:
        # WCF does not look at the minor number either.
        if record.major != 1:
            raise FramingError(
                f"version {record.major}.{record.minor} of the framing protocol; this is 1.0",
                fault=faults.UNSUPPORTED_VERSION,
            )

    def _check_mode(self, record: ModeRecord) -> None:
        if record.mode != Mode.DUPLEX:
            raise FramingError(
                f"mode {record.mode!r} is not served, only {Mode.DUPLEX!r}",
                fault=faults.UNSUPPORTED_MODE,
            )

    def _check_via(self, record: ViaRecord) -> None:
        if not _ABSOLUTE_URI.fullmatch(record.via):
            # WCF cannot make a URI of it, and closes without a fault.
            raise FramingError(f"the Via {record.via!r} is no absolute URI")
        if not self._settings.accepts_via(record.via):
            raise FramingError(
                f"no endpoint listens at {record.via!r}", fault=faults.ENDPOINT_NOT_FOUND
            )
        self._via = record.via
        self._is_public = self._settings.is_public(record.via)

    def _check_encoding(self, record: KnownEncodingRecord | ExtensibleEncodingRecord) -> Event:
        encoding: int | str
        if isinstance(record, KnownEncodingRecord):
            encoding = record.encoding
        else:
            encoding = record.content_type.lower()
        for supported in self._settings.encodings:
            if encoding == supported:
                via, self._via = self._via, ""
                return PreambleReceived(via, Mode.DUPLEX, supported)
        raise FramingError(
            f"the encoding {encoding!r} is not supported", fault=faults.CONTENT_TYPE_INVALID
        )

    def _accept_upgrade(self, record: UpgradeRequestRecord) -> Event:
        if record.protocol not in self._settings.upgrades:
            offered = ", ".join(sorted(self._settings.upgrades)) or "none"
            raise FramingError(
                f"the upgrade {record.protocol!r} is not offered; offered: {offered}",
                fault=faults.UPGRADE_INVALID,
            )
        self._write(UpgradeResponseRecord())
        return UpgradeRequested(record.protocol)

    def _refuse_upgrade(self, record: UpgradeRequestRecord) -> Event:
        raise FramingError(
            f"the upgrade {record.protocol!r} after another one", fault=faults.UPGRADE_INVALID
        )

    def _open_plain(self, record: PreambleEndRecord) -> Event:
        if self._settings.upgrade_required and not self._is_public:
            # WCF drops the connection without a fault.
            raise FramingError("the preamble ended without the upgrade that is required")
        return self._open_upgraded(record)

    def _open_upgraded(self, _: PreambleEndRecord) -> Event:
        self._write(PreambleAckRecord())
        return SessionOpened()

    def _write_fault(self, uri: str) -> None:
        self._write(FaultRecord(uri))
