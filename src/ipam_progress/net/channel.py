"""One TCP connection: moves octets between a Twisted transport and the framing layer.

`Channel` is what both ends have in common: it feeds what arrives to the framing connection, through
the stream upgrade of the session if there is one (`ipam_progress.security`), hands each event to
the method for it, writes what the framing layer wants to send, and keeps a slow peer from costing
memory: while the transport is full nothing is read and no callback is encoded. It parses nothing
and knows neither SOAP nor services.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from enum import Enum
from socket import socket
from typing import Any, ClassVar
from typing import Protocol as Interface

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import (
    IAddress,
    IDelayedCall,
    IHalfCloseableProtocol,
    IPushProducer,
    IReactorTime,
)
from twisted.internet.protocol import Protocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from ipam_progress.errors import FramingError, SecurityError
from ipam_progress.framing import (
    ConnectionClosed,
    Drained,
    EndReceived,
    EnvelopeReceived,
    Event,
    FaultReceived,
    PreambleReceived,
    SessionEnded,
    SessionOpened,
    State,
    UpgradeAccepted,
    UpgradeRequested,
)
from ipam_progress.framing.connection import Connection
from ipam_progress.limits import Limits
from ipam_progress.net.tcp_keepalive import enable_keepalive
from ipam_progress.security.upgrade import (
    AuthenticatedPeer,
    DataReceived,
    HandshakeCompleted,
    StreamUpgrade,
    UpgradeClosed,
)

__all__ = ["Channel", "spell_address"]


class Transport(Interface):
    """What a channel needs of Twisted's TCP connections; no one interface of theirs has it all."""

    def write(self, data: bytes, /) -> None: ...
    def loseConnection(self) -> None: ...
    def loseWriteConnection(self) -> None: ...
    def abortConnection(self) -> None: ...
    def setTcpNoDelay(self, enabled: bool, /) -> None: ...
    def getHandle(self) -> socket: ...
    def getPeer(self) -> IAddress: ...
    def registerProducer(self, producer: IPushProducer, streaming: bool, /) -> None: ...
    def unregisterProducer(self) -> None: ...
    def pauseProducing(self) -> None: ...
    def resumeProducing(self) -> None: ...


class _Course(Enum):
    """What is to become of a connection, as far as this side has decided."""

    STAYS = "it stays"
    CLOSES = "it is closed when what was written has gone"
    DROPPED = "it is dropped"


def spell_address(address: IAddress | None) -> str:
    """Write where a connection comes from, or where something listens: ``[::1]:9100``."""
    match address:
        case IPv4Address():
            return f"{address.host}:{address.port}"
        case IPv6Address():
            return f"[{address.host}]:{address.port}"
        case _:
            return str(address)


@implementer(IHalfCloseableProtocol, IPushProducer)
class Channel(Protocol, ABC):
    """A connection that carries sessions one after the other.

    Attributes:
        framing: The connection's end in the framing layer.
        peer: Who is at the other end, for the log.

    Args:
        framing: The connection's end in the framing layer.
        clock: Tells the time and calls back.
        limits: What the peer can make us spend.
    """

    transport: Transport  # type: ignore[assignment]  # the base class knows less of it
    framing: Connection
    log: ClassVar[Logger] = Logger()

    _handlers: ClassVar[Mapping[type[Event], Callable[[Any, Any], None]]]

    def __init__(self, framing: Connection, clock: IReactorTime, *, limits: Limits) -> None:
        self.framing = framing
        self.clock = clock
        self.peer = "?"
        self._limits = limits
        self._course = _Course.STAYS
        self._full = False
        self._held = False
        self._deadline: IDelayedCall | None = None
        self._upgrade: StreamUpgrade | None = None

    def __init_subclass__(cls) -> None:
        cls._handlers = {
            PreambleReceived: cls._preamble_received,
            UpgradeRequested: cls._upgrade_requested,
            UpgradeAccepted: cls._upgrade_accepted,
            SessionOpened: cls._session_opened,
            EnvelopeReceived: cls._envelope_received,
            EndReceived: cls._end_received,
            SessionEnded: cls._session_ended,
            FaultReceived: cls._fault_received,
            ConnectionClosed: cls._connection_closed,
            Drained: cls._drained,
        }

    # --- What Twisted calls ----------------------------------------------------------------------

    def connectionMade(self) -> None:
        """Note who is there, and ask to be told when the transport is full."""
        address = self.transport.getPeer()
        self.peer = spell_address(address)
        if isinstance(address, IPv4Address | IPv6Address):
            self.transport.setTcpNoDelay(True)
            enable_keepalive(self.transport.getHandle(), self._limits.tcp_keepalive)
        self.transport.registerProducer(self, True)

    def dataReceived(self, data: bytes) -> None:
        """Take octets, act on everything that they complete, and send what comes of it."""
        (self._upgrade or self.framing).receive_data(data)
        self.proceed()

    def readConnectionLost(self) -> None:
        """Take notice that the peer has closed its sending side."""
        if self._upgrade is None or self.framing.state is State.PEER_ENDED:
            self.framing.receive_eof()
        else:
            self._upgrade.receive_eof()
        self.proceed()

    def writeConnectionLost(self) -> None:
        """Go on reading: a fault was sent and its reader drains us."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Let go of everything."""
        self._course = _Course.DROPPED
        self.clear_deadline()
        self._lost(reason)

    def pauseProducing(self) -> None:
        """Stop encoding and reading: the peer does not keep up."""
        self._full = True
        self.transport.pauseProducing()

    def resumeProducing(self) -> None:
        """Go on where the peer had us stop."""
        self._full = False
        if not self._held:
            self.transport.resumeProducing()
        self._resumed()

    def stopProducing(self) -> None:
        """Do nothing: the connection is going, and `connectionLost` follows."""

    # --- For those above -------------------------------------------------------------------------

    @property
    def full(self) -> bool:
        """Whether the transport has all it can take for now."""
        return self._full

    @property
    def is_reading(self) -> bool:
        """Whether what the peer sends is read now."""
        return not (self._full or self._held)

    def hold(self) -> None:
        """Read no more until `release`: whoever takes what comes cannot take more for now."""
        self._held = True
        if self._course is _Course.STAYS:
            self.transport.pauseProducing()

    def release(self) -> None:
        """Read on, beginning with what has come already."""
        if not self._held:
            return
        self._held = False
        if self._course is _Course.STAYS and not self._full:
            self.transport.resumeProducing()
        self.proceed()

    def flush(self) -> None:
        """Write what the framing layer wants to send."""
        octets = self.framing.data_to_send()
        if self._upgrade is not None:
            if octets:
                self._upgrade.send_data(octets)
            octets = self._upgrade.data_to_send()
        if octets:
            self.transport.write(octets)

    def proceed(self) -> None:
        """Act on everything that has happened on the connection, and send what comes of it.

        What has come behind the event that makes us leave is not looked at any more.
        """
        try:
            while self._course is _Course.STAYS and not self._held:
                event = self.framing.next_event()
                if event is None:
                    if self._open_next():
                        continue
                    break
                if self._upgrade is not None and type(event) is SessionEnded:
                    self._leave_upgrade(self._upgrade)
                self._handlers[type(event)](self, event)
        except FramingError as error:
            self._framing_failed(error)
        except SecurityError as error:
            self._upgrade_failed(error)
        self.flush()

    def begin_upgrade(self, upgrade: StreamUpgrade) -> None:
        """Put a stream upgrade between transport and framing layer until the session ends."""
        self.flush()
        self._upgrade = upgrade
        upgrade.start()
        upgrade.receive_data(self.framing.take_trailing())

    def _open_next(self) -> bool:
        """Open the next piece of an upgraded stream; tell whether there was one.

        What follows the piece that held the peer's End is of the bare stream again.
        """
        if self._upgrade is None or self.framing.state is State.PEER_ENDED:
            return False
        match self._upgrade.next_event():
            case DataReceived(data):
                self.framing.receive_data(data)
            case HandshakeCompleted(peer):
                self.framing.complete_upgrade()
                self._authenticated(peer)
            case UpgradeClosed():
                self.framing.receive_eof()
            case None:
                return False
        return True

    def _leave_upgrade(self, upgrade: StreamUpgrade) -> None:
        """Go back to the bare stream, on which the next session begins ([MC-NMF] 3.1.1.1.5)."""
        self.flush()
        self._upgrade = None
        self.framing.receive_data(upgrade.take_trailing())

    def stop_sending(self) -> None:
        """Close our side of the connection when what was written has gone, and read on.

        Whoever still sends has to be read: unread octets would turn the close into a reset, and the
        peer would not see what was written last.
        """
        self.flush()
        self.transport.unregisterProducer()
        self._full = False
        self.transport.loseWriteConnection()
        self.transport.resumeProducing()

    def close(self) -> None:
        """Close the connection when what was written has gone; the peer is given some time."""
        if self._course is not _Course.STAYS:
            return
        self._course = _Course.CLOSES
        self.flush()
        self.transport.unregisterProducer()
        # first the deadline: where our side is closed already, the connection is lost at once
        self.set_deadline(
            self._limits.close_timeout, self.abort, "what was sent last is not being read"
        )
        self.transport.loseConnection()

    def abort(self, reason: str) -> None:
        """Drop the connection at once, saying why in the log."""
        if self._drop():
            self.log.warn("{peer}: connection dropped: {reason}", peer=self.peer, reason=reason)

    def schedule(self, seconds: float, call: Callable[[], None]) -> IDelayedCall:
        """Call back later."""
        later: IDelayedCall = self.clock.callLater(seconds, call)
        return later

    def set_deadline(self, seconds: float, call: Callable[..., None], *arguments: object) -> None:
        """Do something if nothing else is decided in time; there is one deadline at a time."""
        self.clear_deadline()
        self._deadline = self.clock.callLater(seconds, call, *arguments)

    def clear_deadline(self) -> None:
        """Wait for nothing any more."""
        deadline, self._deadline = self._deadline, None
        if deadline is not None and deadline.active():
            deadline.cancel()

    def _drop(self) -> bool:
        """Drop the connection at once; tell whether it was there to be dropped."""
        if self._course is _Course.DROPPED:
            return False
        self._course = _Course.DROPPED
        self.clear_deadline()
        self.transport.abortConnection()
        return True

    # --- Events ----------------------------------------------------------------------------------

    @abstractmethod
    def _framing_failed(self, error: FramingError) -> None:
        """The peer broke the rules: send the fault there is for it, or drop the connection."""

    @abstractmethod
    def _upgrade_failed(self, error: SecurityError) -> None:
        """The peer is refused, or broke the rules of the upgrade; it is told what is to be sent."""

    def _authenticated(self, peer: AuthenticatedPeer) -> None:
        """The upgrade stands."""

    def _preamble_received(self, event: PreambleReceived) -> None:
        """A client says what it wants; servers only."""

    def _upgrade_requested(self, event: UpgradeRequested) -> None:
        """A client wants an upgrade that is offered; servers only."""

    def _upgrade_accepted(self, event: UpgradeAccepted) -> None:
        """The server agrees to the upgrade; clients only."""

    @abstractmethod
    def _session_opened(self, event: SessionOpened) -> None:
        """Messages may pass."""

    @abstractmethod
    def _envelope_received(self, event: EnvelopeReceived) -> None:
        """A message has come."""

    @abstractmethod
    def _end_received(self, event: EndReceived) -> None:
        """The peer sends no more messages in this session."""

    @abstractmethod
    def _session_ended(self, event: SessionEnded) -> None:
        """Both sides are done; the connection may carry another session."""

    @abstractmethod
    def _fault_received(self, event: FaultReceived) -> None:
        """The peer ends everything with a fault."""

    @abstractmethod
    def _connection_closed(self, event: ConnectionClosed) -> None:
        """The peer has closed where it may."""

    def _drained(self, event: Drained) -> None:
        """Our fault has been read, or will never be; servers only."""

    @abstractmethod
    def _lost(self, reason: Failure) -> None:
        """The connection is gone."""

    def _resumed(self) -> None:
        """The transport can take octets again; what waits to be encoded may go."""
