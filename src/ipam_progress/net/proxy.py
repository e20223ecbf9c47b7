"""A proxy between clients and a server: passes their octets on and lets somebody watch.

What one side sends reaches the other unchanged and at once: octets, the end of its stream, a reset.
A side that does not keep up stops the other one, as it would if nobody were between them. The
watcher is told of everything in its order; all it can do to connections is to have them wait
(`Proxy.hold`). Nothing is known here of what the octets say.
"""

from collections.abc import Generator
from typing import Any, Final
from typing import Protocol as Interface

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred, inlineCallbacks, maybeDeferred
from twisted.internet.endpoints import connectProtocol
from twisted.internet.error import ConnectionAborted, ConnectionDone
from twisted.internet.interfaces import (
    IAddress,
    IHalfCloseableProtocol,
    IPushProducer,
    IStreamClientEndpoint,
    IStreamServerEndpoint,
)
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from ipam_progress.inspection.events import Side
from ipam_progress.limits import Limits
from ipam_progress.net.channel import Transport, spell_address
from ipam_progress.net.descriptors import raise_descriptor_limit
from ipam_progress.net.tcp_keepalive import enable_keepalive

__all__ = ["Proxy", "Watcher"]

_FIN: Final = "FIN"
_RESET: Final = "RST"
_RESET_BY_US: Final = "reset by the proxy"
_NOT_CONNECTED: Final = "not connected"
_SPARE_DESCRIPTORS: Final = 32
"""What the process needs besides its connections, which take two each."""

_KEEPALIVE: Final = Limits().tcp_keepalive


class Watcher(Interface):
    """Somebody who is told what passes; connections are numbered from 1 on."""

    def connection_opened(self, connection: int, client: str) -> None:
        """A client has connected; `client` is its address."""

    def octets_passed(self, connection: int, side: Side, octets: bytes) -> None:
        """A side has sent octets, which are on their way to the other one."""

    def stream_ended(self, connection: int, side: Side, how: str) -> None:
        """A side sends no more, which every side comes to at last.

        ``FIN`` is its own end; ``RST`` a reset, which can follow, or that it has gone. Other words
        tell of what the proxy has done.
        """


@implementer(IHalfCloseableProtocol, IPushProducer)
class _Leg(Protocol):
    """The connection to one side, half of what passes between the two.

    It is its own transport's producer: that one is full means that the other leg must not be read.

    Attributes:
        side: Who is at its other end.
        is_connected: Whether it can be written to.
        is_full: Whether its side has all that it can take for now.
        has_ended: Whether its side has said that it sends no more.
    """

    transport: Transport  # type: ignore[assignment]  # the base class knows less of it

    def __init__(self, passage: "_Passage", side: Side) -> None:
        self.side = side
        self.is_connected = False
        self.is_full = False
        self.has_ended = False
        self._passage = passage

    def connectionMade(self) -> None:
        """Set the connection up as both ends of net.tcp have theirs."""
        self.is_connected = True
        if isinstance(self.transport.getPeer(), IPv4Address | IPv6Address):
            self.transport.setTcpNoDelay(True)
            enable_keepalive(self.transport.getHandle(), _KEEPALIVE)
        self.transport.registerProducer(self, True)
        self._passage.connected(self)

    def dataReceived(self, data: bytes) -> None:
        """Pass octets on."""
        self._passage.pass_on(self, data)

    def readConnectionLost(self) -> None:
        """Pass the end of the stream on."""
        self.has_ended = True
        self._passage.end(self)

    def writeConnectionLost(self) -> None:
        """Go on reading: only our half is closed."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Let the other side know, unless it was our doing."""
        self.is_connected = False
        self._passage.lost(self, reason)

    def pauseProducing(self) -> None:
        """Read no more from the other side: this one does not keep up."""
        self.is_full = True
        self._passage.adjust()

    def resumeProducing(self) -> None:
        """Read from the other side again."""
        self.is_full = False
        self._passage.adjust()

    def stopProducing(self) -> None:
        """Do nothing: the connection is going, and `connectionLost` follows."""

    def allow_reading(self, allowed: bool) -> None:
        """Read what the side sends, or leave it with the system."""
        if self.is_connected and not self.has_ended:
            if allowed:
                self.transport.resumeProducing()
            else:
                self.transport.pauseProducing()

    def finish(self) -> None:
        """Say to the side that no more is sent, when it has been sent what there is."""
        if self.is_connected:
            self.transport.unregisterProducer()
            self.is_full = False
            self.transport.loseWriteConnection()


class _Passage:
    """A client's connection, and the one to the server that belongs to it.

    Attributes:
        number: Which one it is, from 1 on.
        client: The leg to the client.
    """

    def __init__(self, proxy: "Proxy", number: int, client: str) -> None:
        self.number = number
        self._proxy = proxy
        self._client_address = client
        self._connecting: Deferred[Any] | None = None
        self.client = _Leg(self, Side.CLIENT)
        self._server = _Leg(self, Side.SERVER)
        self._legs = (self.client, self._server)

    def connected(self, leg: _Leg) -> None:
        """Have the server's leg follow the client's, then let octets pass."""
        if leg is self.client:
            self._proxy.watcher.connection_opened(self.number, self._client_address)
            self.adjust()
            self._connecting = connectProtocol(self._proxy.target, self._server)
            self._connecting.addBoth(self._connected)
        else:
            self.adjust()

    def _connected(self, result: object) -> None:
        connecting, self._connecting = self._connecting, None
        if isinstance(result, Failure) and connecting is not None:  # else it was given up
            self._tell_end(self._server, f"cannot be reached: {result.getErrorMessage()}")
            self.abort()

    def adjust(self) -> None:
        """Read from each side as long as the other one and the watcher can take more."""
        for leg in self._legs:
            other = self._other(leg)
            leg.allow_reading(other.is_connected and not other.is_full and not self._proxy.is_held)

    def pass_on(self, leg: _Leg, octets: bytes) -> None:
        """Send what has come from one side to the other; then the watcher sees it."""
        self._other(leg).transport.write(octets)
        self._proxy.watcher.octets_passed(self.number, leg.side, octets)

    def end(self, leg: _Leg) -> None:
        """Pass on that a side sends no more; when neither does, the connection is over."""
        self._tell_end(leg, _FIN)
        self._other(leg).finish()
        if self._has_ended:
            for each in self._legs:
                if each.is_connected:
                    each.transport.loseConnection()

    def lost(self, leg: _Leg, reason: Failure) -> None:
        """Reset the connection to the other side as this one was reset."""
        if reason.check(ConnectionAborted):
            if not leg.has_ended:
                self._tell_end(leg, _RESET_BY_US)
        elif not reason.check(ConnectionDone):
            self._tell_end(leg, _RESET)
        if not self._has_ended:
            self.abort()
        if not any(each.is_connected for each in self._legs):
            self._proxy.left(self)

    def abort(self) -> None:
        """Drop both connections at once."""
        connecting, self._connecting = self._connecting, None
        if connecting is not None:
            connecting.cancel()
            self._tell_end(self._server, _NOT_CONNECTED)
        for leg in self._legs:
            if leg.is_connected:
                leg.transport.abortConnection()

    def _tell_end(self, leg: _Leg, how: str) -> None:
        self._proxy.watcher.stream_ended(self.number, leg.side, how)

    @property
    def _has_ended(self) -> bool:
        return all(leg.has_ended for leg in self._legs)

    def _other(self, leg: _Leg) -> _Leg:
        return self._server if leg is self.client else self.client


class Proxy(Factory):
    """Takes connections, and makes one to the server for each of them.

    Attributes:
        target: The server.
        watcher: Who is told what passes.
        is_held: Whether all connections wait for the watcher.

    Args:
        target: The server.
        watcher: Who is told what passes.
        connections: How many clients may be connected at once, if the process may have so many
            file descriptors; more have to wait, but for those that come at the same moment as the
            last one.
    """

    noisy = False
    _log = Logger()

    def __init__(
        self, target: IStreamClientEndpoint, watcher: Watcher, *, connections: int = 500
    ) -> None:
        self.target = target
        self.watcher = watcher
        self.is_held = False
        self._limit = connections
        self._count = 0
        self._passages: set[_Passage] = set()
        self._port: Any = None  # IListeningPort, and what all ports of Twisted can besides
        self._gone: Deferred[None] | None = None  # fires when the last connection has gone

    @inlineCallbacks
    def listen(self, endpoint: IStreamServerEndpoint) -> Generator[Deferred[Any], Any, str]:
        """Begin to take connections.

        Returns:
            What fires with the address.
        """
        possible = (raise_descriptor_limit() - _SPARE_DESCRIPTORS) // 2
        self._limit = max(1, min(self._limit, possible))
        self._port = yield endpoint.listen(self)
        return spell_address(self._port.getHost())

    def buildProtocol(self, addr: IAddress | None) -> _Leg:
        """Make the client's leg of a connection that has been accepted."""
        self._count += 1
        passage = _Passage(self, self._count, spell_address(addr))
        self._passages.add(passage)
        if len(self._passages) == self._limit:
            self._log.warn("{count} connections: no more are accepted", count=self._limit)
            self._port.stopReading()
        return passage.client

    def left(self, passage: _Passage) -> None:
        """Make room for another connection."""
        self._passages.remove(passage)
        if self._gone is None:
            if len(self._passages) < self._limit:
                self._port.startReading()
        elif not self._passages:
            self._gone.callback(None)

    def hold(self) -> None:
        """Read no more until `release`: the watcher cannot take more for now."""
        self._hold(True)

    def release(self) -> None:
        """Read on."""
        self._hold(False)

    def _hold(self, is_held: bool) -> None:
        self.is_held = is_held
        for passage in tuple(self._passages):
            passage.adjust()

    @inlineCallbacks
    def stop(self) -> Generator[Deferred[Any], Any, None]:
        """Take no more connections, and drop those that are there.

        They are reset: neither side has said that it is done, and neither must believe it of the
        other.
        """
        self._gone = Deferred()
        yield maybeDeferred(self._port.stopListening)
        for passage in tuple(self._passages):
            passage.abort()
        if self._passages:
            yield self._gone
