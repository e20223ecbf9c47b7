"""One TCP connection: moves octets between a Twisted transport and the framing layer.

`Channel` is what both ends have in common: it feeds what arrives to the framing connection, hands
each event to the method for it, writes what the framing layer wants to send, and keeps a slow peer
from costing memory: while the transport is full nothing is read and no callback is encoded. It
parses nothing and knows neither SOAP nor services.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from typing import Protocol as Interface

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import (
    IDelayedCall,
    IHalfCloseableProtocol,
    IPushProducer,
    IReactorTime,
)
from twisted.internet.protocol import Protocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from ipam_progress.errors import FramingError
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
)
from ipam_progress.framing.connection import Connection

__all__ = ["Channel"]


class Transport(Interface):
    """What a channel needs of Twisted's TCP connections; no one interface of theirs has it all."""

    def write(self, data: bytes, /) -> None: ...
    def loseConnection(self) -> None: ...
    def loseWriteConnection(self) -> None: ...
    def abortConnection(self) -> None: ...
    def setTcpNoDelay(self, enabled: bool, /) -> None: ...
    def getPeer(self) -> IPv4Address | IPv6Address: ...
    def registerProducer(self, producer: IPushProducer, streaming: bool, /) -> None: ...
    def unregisterProducer(self) -> None: ...
    def pauseProducing(self) -> None: ...
    def resumeProducing(self) -> None: ...


@implementer(IHalfCloseableProtocol, IPushProducer)
class Channel(Protocol):
    """A connection that carries sessions one after the other.

    Args:
        framing: The connection's end in the framing layer.
        clock: Tells the time and calls back.
    """

    transport: Transport  # type: ignore[assignment]  # the base class knows less of it
    framing: Connection
    log: ClassVar[Logger] = Logger()

    _handlers: ClassVar[Mapping[type[Event], Callable[[Any, Any], None]]]

    def __init__(self, framing: Connection, clock: IReactorTime) -> None:
        self.framing = framing
        self.clock = clock
        self.peer = "?"
        self._full = False
        self._held = False
        self._deadline: IDelayedCall | None = None

    def __init_subclass__(cls) -> None:
        cls._handlers = {
            PreambleReceived: cls._preamble_received,
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
        self.peer = f"{address.host}:{address.port}"
        self.transport.setTcpNoDelay(True)
        self.transport.registerProducer(self, True)

    def dataReceived(self, data: bytes) -> None:
        """Take octets, act on everything that they complete, and send what comes of it."""
        self.framing.receive_data(data)
        self._read()

    def readConnectionLost(self) -> None:
        """Take notice that the peer has closed its sending side."""
        self.framing.receive_eof()
        self._read()

    def writeConnectionLost(self) -> None:
        """Go on reading: a fault was sent and its reader drains us."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Let go of everything."""
        self.set_deadline(None)
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

    def hold(self) -> None:
        """Read no more until `release`: whoever takes what comes does not keep up."""
        self._held = True
        self.transport.pauseProducing()

    def release(self) -> None:
        """Read on."""
        self._held = False
        if not self._full:
            self.transport.resumeProducing()

    def flush(self) -> None:
        """Write what the framing layer wants to send."""
        if octets := self.framing.data_to_send():
            self.transport.write(octets)

    def close(self) -> None:
        """Close the connection when what was written has gone."""
        self.flush()
        self.transport.unregisterProducer()
        self.transport.loseConnection()

    def abort(self, reason: str) -> None:
        """Drop the connection at once, saying why in the log."""
        self.log.warn("{peer}: connection dropped: {reason}", peer=self.peer, reason=reason)
        self.transport.abortConnection()

    def set_deadline(self, seconds: float | None, reason: str = "") -> None:
        """Drop the connection if nothing else is decided in time; None takes that back."""
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._deadline = None
        if seconds is not None:
            self._deadline = self.clock.callLater(seconds, self.abort, reason)

    # --- Events ----------------------------------------------------------------------------------

    def _read(self) -> None:
        try:
            while (event := self.framing.next_event()) is not None:
                self._handlers[type(event)](self, event)
        except FramingError as error:
            self._framing_failed(error)
        self.flush()

    def _framing_failed(self, error: FramingError) -> None:
        """The peer broke the rules: send the fault there is for it, or drop the connection."""
        raise NotImplementedError

    def _preamble_received(self, event: PreambleReceived) -> None:
        """A client says what it wants; servers only."""

    def _session_opened(self, event: SessionOpened) -> None:
        """Messages may pass."""
        raise NotImplementedError

    def _envelope_received(self, event: EnvelopeReceived) -> None:
        """A message has come."""
        raise NotImplementedError

    def _end_received(self, event: EndReceived) -> None:
        """The peer sends no more messages in this session."""
        raise NotImplementedError

    def _session_ended(self, event: SessionEnded) -> None:
        """Both sides are done; the connection may carry another session."""
        raise NotImplementedError

    def _fault_received(self, event: FaultReceived) -> None:
        """The peer ends everything with a fault."""
        raise NotImplementedError

    def _connection_closed(self, event: ConnectionClosed) -> None:
        """The peer has closed where it may."""
        raise NotImplementedError

    def _drained(self, event: Drained) -> None:
        """Our fault has been read, or will never be; servers only."""

    def _lost(self, reason: Failure) -> None:
        """The connection is gone."""
        raise NotImplementedError

    def _resumed(self) -> None:
        """The transport can take octets again."""
