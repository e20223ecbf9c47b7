"""What an inspector has to tell, item by item: connections, records, messages, damage.

Every item says at which connection, when, and (but for those about a whole connection) which side
sent it and where in that side's stream it begins. `Conversation` makes the items of one connection,
the sources those about captures; what they look like on a screen is not known here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from ipam_progress.binaryxml import StartElement, Token
from ipam_progress.framing.records import Record, RecordType
from ipam_progress.soap import Fault, Message, QualifiedName

__all__ = [
    "ConnectionFound",
    "ConnectionsIgnored",
    "DamageFound",
    "EnvelopeRead",
    "Event",
    "HandshakeEnded",
    "HandshakeMessageRead",
    "Item",
    "OctetsSkipped",
    "ProtectedMessageRead",
    "RecordRead",
    "Side",
    "SourceDamaged",
    "StreamEnded",
]


class Side(Enum):
    """Who sent something."""

    CLIENT = "client"
    SERVER = "server"

    @property
    def other(self) -> "Side":
        """The side at the other end."""
        return Side.SERVER if self is Side.CLIENT else Side.CLIENT


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """Something that one side of a connection sent.

    Attributes:
        connection: The number of the connection, from 1 on.
        side: Who sent it.
        offset: Octets that this side had sent on the connection before it. What was protected
            begins where the protected message does that holds its first octet.
        time: Seconds since 1970, when its last octet passed; None where no time was recorded.
    """

    connection: int
    side: Side
    offset: int
    time: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRead(_Event):
    """A record that is no envelope, [MC-NMF] 2.2.3."""

    record: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeRead(_Event):
    """An envelope, whole or as far as it could be read; damage in it is told behind it.

    Attributes:
        record_type: What carried it.
        size: Octets of it that have come.
        missing: Octets of it that have not.
        tokens: The document as far as it could be read, every element ended.
        message: Its addressing headers; None where it is no SOAP message.
        problem: Why it is no SOAP message that can be shown; empty where it is one.
        fault: The SOAP fault in its body, if there is one.
        strings: What it added to the string table of its side, [MC-NBFSE] 2.1.
        table_before: Strings in the table before it.
    """

    record_type: RecordType
    size: int
    missing: int = 0
    tokens: Sequence[Token] = ()
    message: Message | None = None
    problem: str = ""
    fault: Fault | None = None
    strings: tuple[str, ...] = ()
    table_before: int = 0

    @property
    def table_after(self) -> int:
        """Strings in the table after it."""
        return self.table_before + len(self.strings)

    @property
    def body(self) -> QualifiedName | None:
        """The name of the element in its body."""
        return _name(self.tokens, None if self.message is None else self.message.body)

    @property
    def fault_detail(self) -> QualifiedName | None:
        """The name of the element in the detail of its fault: the type of the detail."""
        return _name(self.tokens, None if self.fault is None else self.fault.detail)


def _name(tokens: Sequence[Token], index: int | None) -> QualifiedName | None:
    token = None if index is None else tokens[index]
    return token.name if isinstance(token, StartElement) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandshakeMessageRead(_Event):
    """A message of the handshake that precedes a protected session, [MS-NNS] 2.2.1.

    Attributes:
        name: Its kind: ``HandshakeInProgress``.
        content: What is in it, as far as that is known, for people.
    """

    name: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandshakeEnded(_Event):
    """The handshake is over: what comes is protected from here on, or not.

    Attributes:
        mechanism: Who protects it: ``NTLM``, ``Kerberos``.
        account: Who logged on, where that can be seen.
        protection: ``EncryptAndSign``, ``Sign`` or ``None``; empty where it cannot be seen.
        is_opened: Whether what comes can be read.
        reason: Why not; empty if it can.
    """

    mechanism: str
    account: str
    protection: str
    is_opened: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedMessageRead(_Event):
    """A piece of a protected stream that cannot be opened.

    Attributes:
        name: Its kind: ``Sealed``, or what a TLS record is.
        size: Its octets, without their header.
    """

    name: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DamageFound(_Event):
    """Something could not be read; `offset` is the place of the damage itself."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OctetsSkipped(_Event):
    """Octets that nothing can be told about."""

    size: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEnded(_Event):
    """One side sends no more; `how` says why: ``FIN``, ``RST``."""

    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionFound:
    """A connection with net.tcp sessions, told before anything else about it.

    Attributes:
        connection: Its number, from 1 on.
        client: The client's address and port; empty where they were not recorded.
        server: Those of the server.
        note: What is unusual about it, such as a beginning that was not captured.
        time: Seconds since 1970; None where no time was recorded.
    """

    connection: int
    client: str = ""
    server: str = ""
    note: str = ""
    time: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionsIgnored:
    """How many other connections there were, and whose.

    Attributes:
        count: How many.
        servers: Some of their addresses and ports, with the number of connections to each.
    """

    count: int
    servers: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDamaged:
    """The recording itself cannot be read, from some place on or at some place.

    Attributes:
        reason: What is wrong, and where.
    """

    reason: str


Event: TypeAlias = (
    RecordRead
    | EnvelopeRead
    | HandshakeMessageRead
    | HandshakeEnded
    | ProtectedMessageRead
    | DamageFound
    | OctetsSkipped
    | StreamEnded
)
"""What a `Conversation` gives."""

Item: TypeAlias = Event | ConnectionFound | ConnectionsIgnored | SourceDamaged
"""All there is to be shown of a recording."""
