"""The stream upgrade ``application/negotiate``, both ends: [MS-NNS], .NET's NegotiateStream.

First, handshake messages carry the tokens of a security mechanism (`spnego`, usually) until both
ends are content; then every piece of the stream travels as a data message: its size, and what the
mechanism made of it. Where no protection was agreed on, the stream goes on bare. Nothing here knows
what is in the tokens, or what layer is above.

What either end does, and when, are the tables `CLIENT` and `SERVER`, those of [MS-NNS] 3.1 and 3.2.
Where the document sends an end back to Uninitialized, ours is `State.CLOSED`: WCF tries no second
time on a connection, and neither do we.

The size of a handshake message is big-endian, that of a data message little-endian. The code of a
HandshakeError was written big-endian up to .NET 7 and is written little-endian from .NET 8 on, as
eight octets of which readers keep the low 32 bits in their own order. Ours holds it both ways, the
last four octets mirroring the first: either reads the right code. Both are read.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, IntEnum
from typing import Any, ClassVar, Final, TypeAlias

from ipam_progress.errors import LocalProtocolError, SecurityError
from ipam_progress.security import kerberos
from ipam_progress.security.accounts import AccountLookup
from ipam_progress.security.kerberos import KERBEROS_OIDS, KerberosInitiator, Keytab
from ipam_progress.security.mechanism import Mechanism, ProtectionLevel, Status, refuse
from ipam_progress.security.ntlm import NTLM_OID, NtlmAcceptor, NtlmInitiator, ServerNames
from ipam_progress.security.spnego import SpnegoAcceptor, SpnegoInitiator
from ipam_progress.security.upgrade import (
    DataReceived,
    HandshakeCompleted,
    UpgradeClosed,
    UpgradeEvent,
)

__all__ = [
    "CLIENT",
    "DATA_LIMIT",
    "HEADER_SIZE",
    "NEGOTIATE",
    "SERVER",
    "SIZE_SIZE",
    "Action",
    "Input",
    "MessageId",
    "NegotiateClient",
    "NegotiateServer",
    "NegotiateUpgrade",
    "State",
    "read_header",
    "read_status",
    "spell_status",
]

NEGOTIATE: Final = "application/negotiate"
"""The name of this upgrade, [MC-NMF] 2.2.3.5."""

WRITTEN_PIECE: Final = 0xFC00
"""The most octets of the stream that go into one data message, 63 KiB as in .NET."""

DATA_LIMIT: Final = 0x10000
"""The longest data message that is read, 64 KiB as in .NET; [MS-NNS] 2.2.2 says 0xFC30, but a
Kerberos token around 63 KiB is longer than that."""

_PAYLOAD_LIMIT: Final = 0xFFFF
SIZE_SIZE: Final = 4
"""Octets of the size before a data message, [MS-NNS] 2.2.2."""

_HEADER: Final = struct.Struct(">BBBH")
"""MessageId, MajorVersion, MinorVersion, size of the payload, [MS-NNS] 2.2.1."""

HEADER_SIZE: Final = _HEADER.size
"""Octets before the payload of a handshake message."""

MESSAGE_LIMIT: Final = 8
"""How many handshake messages are taken from a peer. The longest handshake there is has three: a
ticket that is not wanted, a NEGOTIATE, an AUTHENTICATE."""


class MessageId(IntEnum):
    """What a handshake message is, [MS-NNS] 2.2.1."""

    HANDSHAKE_DONE = 0x14
    HANDSHAKE_ERROR = 0x15
    HANDSHAKE_IN_PROGRESS = 0x16

    @property
    def title(self) -> str:
        """The message's name as the document spells it: ``HandshakeInProgress``."""
        return self.name.title().replace("_", "")


_MESSAGE_IDS: Final = frozenset(MessageId)
_STATUSES: Final = frozenset(Status)


class State(Enum):
    """Where an end stands; each value is worded to follow "while"."""

    UNINITIALIZED = "the handshake has not begun"
    WAITING_FOR_HANDSHAKE_MESSAGE = "waiting for a token"
    CREATING_SECURITY_TOKEN = "a token is being made"  # noqa: S105 - not a secret
    PROCESSING_FINAL_TOKEN = "the last token is being checked"  # noqa: S105 - not a secret
    WAITING_FOR_HANDSHAKE_DONE = "waiting for the peer to be content"
    AUTHENTICATED = "the handshake is over"
    CLOSED = "the upgrade is closed"


class Input(Enum):
    """What happens to an end, beside the handshake messages that come."""

    START = "start()"
    COMPLETE = "the context stands, and its level is acceptable"
    CONTINUE_NEEDED = "a token of the peer is needed"
    FAILURE = "the peer is refused, its level is, or it is content too early"
    EOF = "the end of the stream"


class Action(Enum):
    """What is done when something happens; the value says it in words, for diagrams."""

    NOTHING = "nothing"
    CREATE_TOKEN = "give the token to the mechanism"  # noqa: S105 - not a secret
    SEND_IN_PROGRESS = "HandshakeInProgress with the token"
    SEND_DONE = "HandshakeDone with the token"
    SEND_LAST_DONE = "HandshakeDone with the token; HandshakeCompleted"
    REPORT_DONE = "HandshakeCompleted"
    SEND_ERROR = "HandshakeError; SecurityError"
    REPORT_ERROR = "SecurityError with the peer's code"
    REPORT_LOSS = "SecurityError"
    REPORT_CLOSE = "UpgradeClosed, or SecurityError within a message"


Table: TypeAlias = Mapping[tuple[State, MessageId | Input], tuple[Action, State]]

_BOTH: Final[Table] = {
    (State.WAITING_FOR_HANDSHAKE_MESSAGE, MessageId.HANDSHAKE_IN_PROGRESS): (
        Action.CREATE_TOKEN,
        State.CREATING_SECURITY_TOKEN,
    ),
    (State.WAITING_FOR_HANDSHAKE_MESSAGE, MessageId.HANDSHAKE_DONE): (
        Action.CREATE_TOKEN,
        State.PROCESSING_FINAL_TOKEN,
    ),
    (State.WAITING_FOR_HANDSHAKE_MESSAGE, MessageId.HANDSHAKE_ERROR): (
        Action.REPORT_ERROR,
        State.CLOSED,
    ),
    (State.WAITING_FOR_HANDSHAKE_MESSAGE, Input.EOF): (Action.REPORT_LOSS, State.CLOSED),
    (State.CREATING_SECURITY_TOKEN, Input.CONTINUE_NEEDED): (
        Action.SEND_IN_PROGRESS,
        State.WAITING_FOR_HANDSHAKE_MESSAGE,
    ),
    (State.CREATING_SECURITY_TOKEN, Input.FAILURE): (Action.SEND_ERROR, State.CLOSED),
    (State.PROCESSING_FINAL_TOKEN, Input.FAILURE): (Action.SEND_ERROR, State.CLOSED),
    (State.AUTHENTICATED, Input.EOF): (Action.REPORT_CLOSE, State.CLOSED),
}

CLIENT: Final[Table] = {
    **_BOTH,
    (State.UNINITIALIZED, Input.START): (Action.CREATE_TOKEN, State.CREATING_SECURITY_TOKEN),
    (State.CREATING_SECURITY_TOKEN, Input.COMPLETE): (
        Action.SEND_DONE,
        State.WAITING_FOR_HANDSHAKE_DONE,
    ),
    (State.PROCESSING_FINAL_TOKEN, Input.COMPLETE): (Action.REPORT_DONE, State.AUTHENTICATED),
    (State.WAITING_FOR_HANDSHAKE_DONE, MessageId.HANDSHAKE_DONE): (
        # Its payload is not looked at, [MS-NNS] 3.1.5.2: the context stands without it.
        Action.REPORT_DONE,
        State.AUTHENTICATED,
    ),
    (State.WAITING_FOR_HANDSHAKE_DONE, MessageId.HANDSHAKE_ERROR): (
        Action.REPORT_ERROR,
        State.CLOSED,
    ),
    (State.WAITING_FOR_HANDSHAKE_DONE, Input.EOF): (Action.REPORT_LOSS, State.CLOSED),
}
"""The client, [MS-NNS] 3.1. It sends no error to a server that is content."""

SERVER: Final[Table] = {
    **_BOTH,
    (State.UNINITIALIZED, Input.START): (Action.NOTHING, State.WAITING_FOR_HANDSHAKE_MESSAGE),
    (State.CREATING_SECURITY_TOKEN, Input.COMPLETE): (Action.SEND_LAST_DONE, State.AUTHENTICATED),
    (State.PROCESSING_FINAL_TOKEN, Input.COMPLETE): (Action.SEND_LAST_DONE, State.AUTHENTICATED),
}
"""The server, [MS-NNS] 3.2. Its last message holds what SPNEGO has left to say, as in Windows."""


_IDLE: Final = frozenset({State.UNINITIALIZED, State.CLOSED})
"""Where what comes is not looked at."""


class NegotiateUpgrade:
    """One end of the upgrade for one session, a `StreamUpgrade`; the server or client makes it."""

    __slots__ = (
        "_buffer",
        "_has_ended",
        "_level",
        "_mechanism",
        "_messages",
        "_outgoing",
        "_required_level",
        "_state",
        "_table",
    )

    def __init__(self, table: Table, mechanism: Mechanism, required_level: ProtectionLevel) -> None:
        self._table = table
        self._mechanism = mechanism
        self._required_level = required_level
        self._level = ProtectionLevel.NONE
        self._state = State.UNINITIALIZED
        self._buffer = bytearray()
        self._outgoing: list[bytes] = []
        self._messages = 0
        self._has_ended = False

    @property
    def state(self) -> State:
        """Where this end stands."""
        return self._state

    @property
    def level(self) -> ProtectionLevel:
        """How the stream is protected; only once the handshake is over."""
        return self._level

    # --- What the layer above does ---------------------------------------------------------------

    def start(self) -> None:
        """Begin the handshake; the client's end then has octets to send.

        Raises:
            LocalProtocolError: If it has begun before.
            SecurityError: If the client's mechanism cannot begin.
        """
        if self._state is not State.UNINITIALIZED:
            raise LocalProtocolError(f"start() while {self._state.value}")
        self._happen(Input.START, b"")

    def receive_data(self, data: bytes) -> None:
        """Take octets from the transport."""
        self._buffer += data

    def receive_eof(self) -> None:
        """Take notice that the peer sends no more."""
        self._has_ended = True

    def next_event(self) -> UpgradeEvent | None:
        """Give the next event, or None until more octets have come.

        Raises:
            SecurityError: If the peer is refused or breaks the rules; once, then the upgrade is
                closed. A HandshakeError, if one is due, is in `data_to_send`.
        """
        while self._state not in _IDLE:
            if self._state is State.AUTHENTICATED:
                event = self._next_data()
            else:
                message = self._next_message()
                if message is None:
                    event = self._happen(Input.EOF, b"") if self._has_ended else None
                else:
                    event = self._happen(*message)
                    if event is None:
                        continue
            return event
        return None

    def send_data(self, data: bytes) -> None:
        """Protect octets of the layer above, [MS-NNS] 3.1.4.2.

        Raises:
            LocalProtocolError: If the handshake is not over.
        """
        if self._state is not State.AUTHENTICATED:
            raise LocalProtocolError(f"send_data() while {self._state.value}")
        outgoing = self._outgoing
        if self._level is ProtectionLevel.NONE:
            outgoing.append(data)
            return
        wrap = self._mechanism.wrap
        for start in range(0, len(data), WRITTEN_PIECE):
            # A piece that is all of `data` is `data` itself, not a copy.
            message = wrap(data[start : start + WRITTEN_PIECE])
            outgoing.append(len(message).to_bytes(SIZE_SIZE, "little"))
            outgoing.append(message)

    def data_to_send(self) -> bytes:
        """Give the octets that are to go to the transport, and forget them."""
        outgoing, self._outgoing = self._outgoing, []
        return b"".join(outgoing)

    def take_trailing(self) -> bytes:
        """Take back the octets of the bare stream behind the message that was opened last."""
        trailing = bytes(self._buffer)
        self._buffer.clear()
        return trailing

    # --- Messages --------------------------------------------------------------------------------

    def _next_message(self) -> tuple[MessageId, bytes] | None:
        """Take a handshake message off the buffer, if a whole one is there, [MS-NNS] 2.2.1."""
        buffer = self._buffer
        if not buffer:
            return None
        if buffer[0] not in _MESSAGE_IDS:
            raise self._close(f"a handshake message begins with 0x{buffer[0]:02X}")
        if len(buffer) < HEADER_SIZE:
            return None
        number, size = read_header(buffer)
        end = HEADER_SIZE + size
        if len(buffer) < end:
            return None
        self._messages += 1
        if self._messages > MESSAGE_LIMIT:
            raise self._close(f"a handshake of more than {MESSAGE_LIMIT} messages")
        payload = bytes(buffer[HEADER_SIZE:end])
        del buffer[:end]
        return MessageId(number), payload

    def _next_data(self) -> UpgradeEvent | None:
        """Open the next data message, if a whole one is there, [MS-NNS] 2.2.2."""
        buffer = self._buffer
        if self._level is ProtectionLevel.NONE:
            if buffer:
                return DataReceived(self.take_trailing())
        else:
            while len(buffer) >= SIZE_SIZE:
                size = int.from_bytes(buffer[:SIZE_SIZE], "little")
                if not SIZE_SIZE < size <= DATA_LIMIT:
                    raise self._close(f"a data message of {size} octets")
                end = SIZE_SIZE + size
                if len(buffer) < end:
                    break
                with memoryview(buffer) as view:
                    message = bytes(view[SIZE_SIZE:end])
                del buffer[:end]
                try:
                    data = self._mechanism.unwrap(message)
                except SecurityError:
                    self._state = State.CLOSED
                    raise
                if data:  # one without octets is as good as none, .NET thinks so too
                    return DataReceived(data)
        return self._happen(Input.EOF, b"") if self._has_ended else None

    def _send_message(self, number: MessageId, payload: bytes) -> None:
        self._outgoing.append(_HEADER.pack(number, 1, 0, len(payload)) + payload)

    # --- The automaton ---------------------------------------------------------------------------

    def _happen(self, what: MessageId | Input, payload: bytes) -> UpgradeEvent | None:
        row = self._table.get((self._state, what))
        if row is None:
            name = what.name if isinstance(what, MessageId) else what.value
            raise self._close(f"{name} came while {self._state.value}")
        action, self._state = row
        return self._actions[action](self, payload)

    def _close(self, text: str) -> SecurityError:
        self._state = State.CLOSED
        return SecurityError(text)

    def _create_token(self, token: bytes) -> UpgradeEvent | None:
        """Give the mechanism a token, and do what follows from its answer."""
        mechanism = self._mechanism
        try:
            answer = mechanism.step(token)
            self._check(answer)
        except SecurityError as error:
            # Not to be met again by a step that came of it.
            refusal = error
        else:
            outcome = Input.COMPLETE if mechanism.complete else Input.CONTINUE_NEEDED
            return self._happen(outcome, answer)
        status = Status.INVALID_TOKEN if refusal.status is None else refusal.status
        self._happen(Input.FAILURE, _error_payload(status))
        raise refusal

    def _check(self, answer: bytes) -> None:
        """See whether the handshake may go on, or end, with an answer of the mechanism."""
        is_final = self._state is State.PROCESSING_FINAL_TOKEN
        if self._mechanism.complete:
            level = self._mechanism.level
            if level < self._required_level:
                raise refuse(
                    f"the protection level is {level.name}, at least"
                    f" {self._required_level.name} is required",
                    Status.TRUST_FAILURE,
                )
            if answer and is_final and self._table is CLIENT:
                raise refuse("the server is content, and there is something left to tell it")
            self._level = level
        elif is_final:
            raise refuse("the peer is content, and the security context does not stand yet")
        elif not answer:
            raise refuse("the security context does not stand, and there is nothing to say")
        if len(answer) > _PAYLOAD_LIMIT:
            raise refuse(f"a token of {len(answer)} octets fits no handshake message")

    def _nothing(self, _: bytes) -> None:
        pass

    def _send_in_progress(self, token: bytes) -> None:
        self._send_message(MessageId.HANDSHAKE_IN_PROGRESS, token)

    def _send_done(self, token: bytes) -> None:
        self._send_message(MessageId.HANDSHAKE_DONE, token)

    def _send_last_done(self, token: bytes) -> UpgradeEvent:
        self._send_message(MessageId.HANDSHAKE_DONE, token)
        return self._report_done(b"")

    def _report_done(self, _: bytes) -> UpgradeEvent:
        return HandshakeCompleted(self._mechanism.peer)

    def _send_error(self, payload: bytes) -> None:
        self._send_message(MessageId.HANDSHAKE_ERROR, payload)

    def _report_error(self, payload: bytes) -> UpgradeEvent:
        status = read_status(payload)
        if status is None:
            raise SecurityError("the peer broke the handshake off, and did not say why")
        raise SecurityError(
            f"the peer broke the handshake off: {spell_status(status)}", status=status
        )

    def _report_loss(self, _: bytes) -> UpgradeEvent:
        raise SecurityError("the peer closed the connection during the handshake")

    def _report_close(self, _: bytes) -> UpgradeEvent:
        if self._buffer:
            raise SecurityError("the connection was closed within a data message")
        return UpgradeClosed()

    _actions: ClassVar[Mapping[Action, Callable[[Any, bytes], UpgradeEvent | None]]] = {
        Action.NOTHING: _nothing,
        Action.CREATE_TOKEN: _create_token,
        Action.SEND_IN_PROGRESS: _send_in_progress,
        Action.SEND_DONE: _send_done,
        Action.SEND_LAST_DONE: _send_last_done,
        Action.REPORT_DONE: _report_done,
        Action.SEND_ERROR: _send_error,
        Action.REPORT_ERROR: _report_error,
        Action.REPORT_LOSS: _report_loss,
        Action.REPORT_CLOSE: _report_close,
    }


def _error_payload(status: int) -> bytes:
    """Write the payload of a HandshakeError, for readers of either order; see the module's head."""
    return status.to_bytes(4, "little") + status.to_bytes(4, "big")


def read_header(octets: bytes | bytearray) -> tuple[int, int]:
    """Read the header of a handshake message, [MS-NNS] 2.2.1.

    Both versions are ignored, as 3.1.5.2 and 3.2.5.1 have it.

    Returns:
        What should be a `MessageId`, and the size of the payload.
    """
    number, _, _, size = _HEADER.unpack_from(octets)
    return number, size


def spell_status(status: int) -> str:
    """Write the code of a HandshakeError for people, with its name where it is known here."""
    known = {member.value: f"{member.name}, " for member in Status}
    return f"{known.get(status, '')}0x{status:08X}"


def read_status(payload: bytes) -> int | None:
    """Read the payload of a HandshakeError, [MS-NNS] 2.2.1, in whichever order it was written."""
    candidates = [
        int.from_bytes(payload[:4], "little"),  # .NET 8 and later
        int.from_bytes(payload[4:8], "big"),  # .NET Framework to .NET 7
        int.from_bytes(payload[4:8], "little"),  # as the document has it
    ]
    for candidate in candidates:
        # An HRESULT of a failure has its top bit set and little else in its first octet.
        if candidate in _STATUSES or candidate >> 24 == 0x80:
            return candidate
    return next(filter(None, candidates), None) if len(payload) >= 8 else None


@dataclass(frozen=True, slots=True)
class NegotiateServer:
    """What a server accepts; it makes the upgrade of each session.

    Attributes:
        accounts: Who may log on with NTLM; None to refuse NTLM.
        keytab: The keys of the server's services; None to refuse Kerberos.
        names: What NTLM tells clients of the server.
        required_level: The least protection of a session.
    """

    accounts: AccountLookup | None = None
    keytab: Keytab | None = None
    names: ServerNames = field(default_factory=ServerNames)
    required_level: ProtectionLevel = ProtectionLevel.ENCRYPT_AND_SIGN

    def __post_init__(self) -> None:
        if self.accounts is None and self.keytab is None:
            raise LocalProtocolError(
                "nobody could log on: give `accounts` for NTLM, or a `keytab` for Kerberos, or both"
            )

    def new_upgrade(self, now: datetime, *, challenge: bytes | None = None) -> NegotiateUpgrade:
        """Make the server's end for a session.

        Args:
            now: The time, with its zone.
            challenge: NTLM's challenge, 8 octets; random if None, as it has to be outside of
                tests.
        """
        mechanisms: dict[str, Callable[[], Mechanism]] = {}
        accounts = self.accounts
        if self.keytab is not None:
            mechanisms.update(dict.fromkeys(KERBEROS_OIDS, self.keytab.acceptor))
        if accounts is not None:
            mechanisms[NTLM_OID] = lambda: NtlmAcceptor(
                accounts, names=self.names, now=now, challenge=challenge
            )
        return NegotiateUpgrade(
            SERVER, SpnegoAcceptor(mechanisms, self.required_level), self.required_level
        )


@dataclass(frozen=True, slots=True)
class NegotiateClient:
    r"""As whom a client logs on, and to whom; it makes the upgrade of each session.

    An account ``name@REALM``, or one whose domain has a dot, logs on with Kerberos where that is
    installed and a ticket is to be had, and else with NTLM. Other accounts log on with NTLM.

    Attributes:
        target: The service principal name of the server: ``host/server.example``.
        user: ``DOMAIN\name``, ``name@REALM`` or ``name``; None for whoever the ticket cache is of.
        password: The account's password.
        ticket_cache: The cache of Kerberos tickets, as in KRB5CCNAME; None for the usual one.
        allow_ntlm: Whether NTLM may be used. It does not prove who the server is.
        required_level: The least protection of a session.
    """

    target: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ticket_cache: str | None = None
    allow_ntlm: bool = True
    required_level: ProtectionLevel = ProtectionLevel.ENCRYPT_AND_SIGN

    def __post_init__(self) -> None:
        if (self.user is None) != (self.password is None):
            raise LocalProtocolError(
                "an account is a user and a password: give both, or neither to use the ticket cache"
            )
        if self.uses_kerberos:
            if not self.allow_ntlm or self.user is None:
                kerberos.require()
        elif not self.allow_ntlm:
            raise LocalProtocolError(
                f"{self.user} can only log on with NTLM, which is not allowed:"
                " write name@REALM to use Kerberos"
            )

    @property
    def uses_kerberos(self) -> bool:
        """Whether `new_upgrade` may wait for a key distribution centre."""
        return self.user is None or self._principal is not None

    @property
    def _principal(self) -> str | None:
        """The account as Kerberos writes it, if its realm is known."""
        domain, backslash, name = (self.user or "").rpartition("\\")
        if backslash:
            return f"{name}@{domain.upper()}" if "." in domain else None
        return name if "@" in name else None

    def new_upgrade(self, now: datetime) -> NegotiateUpgrade:
        """Make the client's end for a session; where `uses_kerberos`, that may take a while.

        Args:
            now: The time, with its zone.

        Raises:
            SecurityError: If there is no ticket to be had, and nothing else to log on with.
        """
        mechanisms: list[Mechanism] = []
        if self.uses_kerberos and (self.user is None or kerberos.is_available()):
            try:
                mechanisms.append(
                    KerberosInitiator(
                        self.target,
                        level=self.required_level,
                        principal=self._principal,
                        password=self.password,
                        ticket_cache=self.ticket_cache,
                    )
                )
            except SecurityError:
                if self.user is None or not self.allow_ntlm:
                    raise
        if self.user is not None and self.password is not None and self.allow_ntlm:
            domain, _, user = self.user.rpartition("\\")
            mechanisms.append(
                NtlmInitiator(
                    user,
                    self.password,
                    domain=domain,
                    target=self.target,
                    level=self.required_level,
                    now=now,
                )
            )
        # Without protection there is no SPNEGO either, [MS-NNS] 3.1.3.
        is_bare = self.required_level is ProtectionLevel.NONE and len(mechanisms) == 1
        mechanism = mechanisms[0] if is_bare else SpnegoInitiator(mechanisms)
        return NegotiateUpgrade(CLIENT, mechanism, self.required_level)
