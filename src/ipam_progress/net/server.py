"""The server: listens, lets connections in, and gives each session to its service.

`ManagementServer` is a Twisted service that a program embeds; `ServerChannel` is one connection of
it. Which session does what is said in `ipam_progress.net.dispatcher`, how octets travel in
`ipam_progress.net.channel`.
"""

import resource
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred, gatherResults, inlineCallbacks, maybeDeferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import IAddress, IListeningPort
from twisted.internet.protocol import Factory
from twisted.logger import Logger
from twisted.python.failure import Failure

from ipam_progress import framing
from ipam_progress.errors import FramingError
from ipam_progress.framing import (
    ConnectionClosed,
    Drained,
    EndReceived,
    EnvelopeReceived,
    FaultReceived,
    NetTcpAddress,
    PreambleReceived,
    ServerConnection,
    ServerSettings,
    SessionEnded,
    SessionOpened,
    State,
)
from ipam_progress.net.admission import Admission
from ipam_progress.net.channel import Channel
from ipam_progress.net.dispatcher import Conversation, OperationConversation, TaskConversation
from ipam_progress.net.limits import Limits
from ipam_progress.net.runner import TwistedHandlerRunner
from ipam_progress.operations import OperationRegistry
from ipam_progress.service.application import (
    ipam_server_application,
    operation_with_progress_application,
)
from ipam_progress.service.endpoint import ServiceEndpoint
from ipam_progress.session.server import Authorize

__all__ = ["OPERATION_PATH", "SERVER_PATH", "ManagementServer", "ServerChannel"]

OPERATION_PATH = "/IpamOperationWithProgress"
"""Where IIpamOperationWithProgress is served."""

SERVER_PATH = "/IpamServer"
"""Where IIpamServer is served."""

_SPARE_DESCRIPTORS = 64
"""What a process needs besides its connections: listening ports, logs, handlers' files."""


class ServerChannel(Channel):
    """A connection to the server, over all the sessions that it carries."""

    framing: ServerConnection

    def __init__(self, server: "ManagementServer", address: str) -> None:
        super().__init__(ServerConnection(server.framing_settings), server.reactor)
        self.server = server
        self._address = address
        self._conversation: Conversation | None = None
        self._open_conversation: Callable[[ServerChannel], Conversation] | None = None

    def evict(self, reason: str) -> None:
        """Close because others need the room (an `ipam_progress.net.admission.Guest`)."""
        self.abort(reason)

    def stop(self) -> None:
        """End the session, if there is one, and the connection."""
        if self._conversation is None:
            self.close()
        else:
            self._conversation.stop()
            self.flush()

    def send_end(self) -> None:
        """Say that no more messages go in this session; the client is given time to answer."""
        self.framing.send_end()
        self.flush()
        if self.framing.state is State.ENDED:
            self._read()
        else:
            self.await_close()

    def await_close(self) -> None:
        """Give the client some time to read what is left for it and to end the session."""
        self.set_deadline(self.server.limits.close_timeout, "no End in answer to ours")

    # --- What Twisted calls ----------------------------------------------------------------------

    def connectionMade(self) -> None:
        """Let the connection in, or turn it away."""
        super().connectionMade()
        refusal = self.server.entered(self, self._address)
        if refusal is None:
            self.set_deadline(self.server.limits.preamble_timeout, "no session was opened in time")
        else:
            self.abort(refusal)

    def _lost(self, reason: Failure) -> None:
        self._leave_conversation()
        self.server.left(self, self._address)

    def _resumed(self) -> None:
        if self._conversation is not None:
            self._conversation.resumed()

    def _leave_conversation(self) -> None:
        conversation, self._conversation = self._conversation, None
        if conversation is not None:
            conversation.connection_lost()

    # --- Events ----------------------------------------------------------------------------------

    def _framing_failed(self, error: FramingError) -> None:
        self._leave_conversation()
        if error.fault is None:
            self.abort(str(error))
            return
        self.log.warn(
            "{peer}: {reason}; sent the fault {fault}",
            peer=self.peer,
            reason=error,
            fault=framing.faults.short_name(error.fault),
        )
        self.flush()
        # the client has to read the fault before it learns that nobody listens any more
        self.transport.unregisterProducer()
        self.transport.loseWriteConnection()
        self.set_deadline(self.server.limits.close_timeout, "the fault was not read in time")

    def _preamble_received(self, event: PreambleReceived) -> None:
        self._open_conversation = self.server.service_at(event.via)

    def _session_opened(self, event: SessionOpened) -> None:
        assert self._open_conversation is not None
        self.server.admission.session_opened(self)
        self.set_deadline(None)
        self._conversation = self._open_conversation(self)

    def _envelope_received(self, event: EnvelopeReceived) -> None:
        # a conversation that has failed leaves what was read before it was dropped
        if self._conversation is not None:
            self._conversation.receive(event.payload)

    def _end_received(self, event: EndReceived) -> None:
        if self._conversation is not None:
            self._conversation.end_received()

    def _session_ended(self, event: SessionEnded) -> None:
        self._leave_conversation()
        self.set_deadline(None)
        if self.server.stopping:
            self.close()
        else:
            self.server.admission.await_session(self)
            self.set_deadline(self.server.limits.idle_timeout, "idle after its last session")

    def _fault_received(self, event: FaultReceived) -> None:
        self._leave_conversation()
        self.abort(f"the client sent the fault {framing.faults.short_name(event.uri)}")

    def _connection_closed(self, event: ConnectionClosed) -> None:
        self._leave_conversation()
        self.close()

    def _drained(self, event: Drained) -> None:
        self.set_deadline(None)
        if event.complete:
            self.close()
        else:
            self.abort("the client went on sending after it was sent a fault")


class _ChannelFactory(Factory):
    noisy = False

    def __init__(self, server: "ManagementServer") -> None:
        self._server = server

    def buildProtocol(self, addr: IAddress | None) -> ServerChannel | None:
        """Make the channel of a connection that has been accepted; None closes it."""
        return self._server.accept(addr)


class ManagementServer(Service):
    """Serves IIpamOperationWithProgress and IIpamServer.StartTask over net.tcp.

    Start it like any Twisted service (`startService`), or with `start`, which tells when it
    listens. Both must happen in the reactor's thread. It can be started again after it has stopped.

    Attributes:
        registry: The handlers of operations and tasks.
        limits: What clients can make the server spend.
        urls: Where it listens, one a listener, once it does: ``net.tcp://127.0.0.1:9100``.

    Args:
        registry: The handlers of operations and tasks.
        listen: Twisted endpoint descriptions: ``tcp:9100:interface=127.0.0.1``.
        operation_path: Path of IIpamOperationWithProgress.
        server_path: Path of IIpamServer.
        limits: None for the usual ones.
        authorize: Tells who may start what; None lets everyone start everything.
        reactor: None for the reactor that Twisted has installed.
    """

    log = Logger()

    def __init__(
        self,
        registry: OperationRegistry,
        *,
        listen: Sequence[str] = ("tcp:9100:interface=127.0.0.1",),
        operation_path: str = OPERATION_PATH,
        server_path: str = SERVER_PATH,
        limits: Limits | None = None,
        authorize: Authorize | None = None,
        reactor: Any = None,
    ) -> None:
        if reactor is None:
            from twisted.internet import reactor  # noqa: PLC0415 (importing it installs one)
        self.reactor = reactor
        self.registry = registry
        self.limits = limits or Limits()
        self.authorize = authorize
        self.urls: tuple[str, ...] = ()
        self.channels: set[ServerChannel] = set()
        self.stopping = False
        self.thread = threading.get_ident()
        self.runner = TwistedHandlerRunner(reactor, threads=self.limits.handler_threads)
        self.operation_endpoint = ServiceEndpoint(
            operation_with_progress_application(self.runner.log_failure)
        )
        self.task_endpoint = ServiceEndpoint(ipam_server_application(self.runner.log_failure))
        self.admission = self._count_connections()
        self._listen = tuple(listen)
        self._services: Mapping[str, Callable[[ServerChannel], Conversation]] = {
            operation_path.lower(): partial(OperationConversation, self),
            server_path.lower(): partial(TaskConversation, self),
        }
        if len(self._services) != 2:
            raise ValueError(f"both services are to be at the path {operation_path!r}")
        self.framing_settings = ServerSettings(
            accepts_via=lambda via: self.service_at(via) is not None,
            limits=framing.Limits(envelope=self.limits.envelope, drain=self.limits.drain),
        )
        self._ports: list[Any] = []  # IListeningPort, and what all ports of Twisted can besides
        self._accepting = True
        self._gone: Deferred[None] | None = None

    def _count_connections(self) -> Admission:
        limits = self.limits
        return Admission(
            connections=min(limits.connections, _raise_descriptor_limit() - _SPARE_DESCRIPTORS),
            by_address=limits.connections_by_address,
            in_preamble=limits.connections_in_preamble,
        )

    # --- Start and stop --------------------------------------------------------------------------

    def startService(self) -> None:
        """Begin to listen (Twisted's own way to start); a refusal is logged."""
        self.start().addErrback(
            lambda failure: self.log.failure("the server could not start", failure)
        )

    def start(self) -> Deferred[tuple[str, ...]]:
        """Begin to listen.

        Returns:
            What fires with the URLs when all listeners are there, or fails with the first one's
            error (`twisted.internet.error.CannotListenError`), when none is left.
        """
        super().startService()  # type: ignore[no-untyped-call]  # Twisted's has no types
        self.thread = threading.get_ident()
        self.stopping = False
        self.runner.start()
        return self._start()

    @inlineCallbacks
    def _start(self) -> Any:
        factory = _ChannelFactory(self)
        try:
            for description in self._listen:
                endpoint = serverFromString(self.reactor, description)
                self._ports.append((yield endpoint.listen(factory)))
        except Exception:
            yield self.stopService()
            raise
        self.urls = tuple(_url(port) for port in self._ports)
        return self.urls

    @inlineCallbacks
    def stopService(self) -> Any:
        """Stop listening, end every session in order, and tell when all is over.

        Running handlers are given `Limits.stop_timeout`; then their clients are told that the
        operation failed.
        """
        yield super().stopService()  # type: ignore[no-untyped-call]  # Twisted's has no types
        self.stopping = True
        ports, self._ports = self._ports, []
        yield gatherResults([maybeDeferred(port.stopListening) for port in ports])
        if self.channels:
            self._gone = Deferred()
            for channel in list(self.channels):
                channel.stop()
            too_long = self.reactor.callLater(
                self.limits.stop_timeout + self.limits.close_timeout, self._drop_all
            )
            yield self._gone
            if too_long.active():
                too_long.cancel()
        self.runner.stop()

    def _drop_all(self) -> None:
        for channel in list(self.channels):
            channel.abort("the server stops")

    # --- Connections -----------------------------------------------------------------------------

    def accept(self, address: IAddress | None) -> ServerChannel | None:
        """Make the channel of a new connection, unless there are too many."""
        if self.admission.full or self.stopping:
            return None
        return ServerChannel(self, getattr(address, "host", "?"))

    def entered(self, channel: ServerChannel, address: str) -> str | None:
        """Count a connection in; tell why if it may not stay.

        When the last place has been taken no more are accepted until one is free again.
        """
        self.channels.add(channel)
        refusal = self.admission.enter(channel, address)
        if self.admission.full and self._accepting:
            self._accepting = False
            self.log.warn("{count} connections: no more are accepted", count=self.admission.total)
            for port in self._ports:
                port.stopReading()
        return refusal

    def left(self, channel: ServerChannel, address: str) -> None:
        """Count a connection out; there is room for another one."""
        self.channels.discard(channel)
        self.admission.leave(channel, address)
        if not self._accepting and not self.admission.full:
            self._accepting = True
            for port in self._ports:
                port.startReading()
        if self._gone is not None and not self.channels:
            gone, self._gone = self._gone, None
            gone.callback(None)

    def service_at(self, via: str) -> Callable[[ServerChannel], Conversation] | None:
        """Find the service that a Via names by its path; host and port are the client's affair."""
        try:
            path = NetTcpAddress.parse(via).path.lower()
        except ValueError:
            return None
        while path:
            if (service := self._services.get(path)) is not None:
                return service
            path = path.rpartition("/")[0]
        return self._services.get("/")


def _url(port: IListeningPort) -> str:
    address = port.getHost()
    host = getattr(address, "host", "localhost")
    if ":" in host:
        host = f"[{host}]"
    return f"net.tcp://{host}:{getattr(address, 'port', 808)}"


def _raise_descriptor_limit() -> int:
    """Let the process have as many file descriptors as it may, and tell how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return sys.maxsize if hard == resource.RLIM_INFINITY else hard
