"""The shape that every stream upgrade has, sans-IO, and the events it gives.

A stream upgrade ([MC-NMF] 2.2.3.5) stands between the transport and the framing layer from the
UpgradeResponse on until the session ends. It takes octets of the bare stream and gives those that
were in them, and the other way round. `negotiate` ([MS-NNS]) and `tls` are the two there are.

How one is driven::

    upgrade.receive_data(octets)            # from the transport; or receive_eof()
    while (event := upgrade.next_event()) is not None:
        ...                                 # DataReceived: give event.data to the framing layer
    transport.write(upgrade.data_to_send())

A frame or TLS record is opened only when `next_event` is called: the one that carries the session's
End is the last that belongs to the upgrade, and what has come after it is had back with
`take_trailing` ([MC-NMF] 3.1.1.1.5: the next preamble is on the bare stream).

`next_event` raises `SecurityError` when the peer is refused or breaks the rules. What it is to be
told (a HandshakeError, a TLS alert) is in `data_to_send` then: write it and close.
"""

from dataclasses import dataclass, field
from typing import Protocol

__all__ = [
    "AuthenticatedPeer",
    "DataReceived",
    "HandshakeCompleted",
    "StreamUpgrade",
    "UpgradeClosed",
    "UpgradeEvent",
]


@dataclass(frozen=True, slots=True)
class AuthenticatedPeer:
    r"""Who is at the other end, as far as the upgrade itself can tell.

    Attributes:
        name: ``DOMAIN\user``, a Kerberos principal, or a certificate's subject; empty for
            a peer that did not have to say who it is.
        mechanism: ``NTLM``, ``Kerberos`` or ``TLS``.
        user_sid: The user's SID from the ticket's PAC; None where there is none.
        group_sids: The groups' SIDs from the ticket's PAC; None where nothing is known of groups
            (then they come from elsewhere), which is not the same as being in no group.
        certificate: The peer's certificate in DER; None if it showed none.
    """

    name: str
    mechanism: str
    user_sid: str | None = None
    group_sids: frozenset[str] | None = None
    certificate: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class HandshakeCompleted:
    """The upgrade stands: octets are protected from here on.

    Attributes:
        peer: Who is there.
    """

    peer: AuthenticatedPeer


@dataclass(frozen=True, slots=True)
class DataReceived:
    """Octets of the layer above have come, what one frame or record held."""

    data: bytes


@dataclass(frozen=True, slots=True)
class UpgradeClosed:
    """The peer has closed the stream where it may: between two frames."""


UpgradeEvent = HandshakeCompleted | DataReceived | UpgradeClosed


class StreamUpgrade(Protocol):
    """One end of a stream upgrade, for one session."""

    def start(self) -> None:
        """Begin the handshake; the client's end then has octets to send."""
        ...

    def receive_data(self, data: bytes) -> None:
        """Take octets from the transport."""
        ...

    def receive_eof(self) -> None:
        """Take notice that the peer sends no more."""
        ...

    def next_event(self) -> UpgradeEvent | None:
        """Give the next event, or None until more octets have come.

        Raises:
            SecurityError: If the peer is refused or breaks the rules.
        """
        ...

    def send_data(self, data: bytes) -> None:
        """Protect octets of the layer above.

        Raises:
            LocalProtocolError: If the handshake is not over.
        """
        ...

    def data_to_send(self) -> bytes:
        """Give the octets that are to go to the transport, and forget them."""
        ...

    def take_trailing(self) -> bytes:
        """Take back the octets of the bare stream behind the frame that was opened last."""
        ...
