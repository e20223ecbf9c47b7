"""The server: listens, lets connections in, and gives each session to its service.

`ManagementServer` is a Twisted service that a program embeds. Its connections are in
`ipam_progress.net.server_channel`, the sessions on them in `ipam_progress.net.conversation`.
"""

import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from ipaddress import ip_address
from typing import Any, Final, TypeAlias

from twisted.application.service import Service
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import (
    CancelledError,
    Deferred,
    fail,
    gatherResults,
    inlineCallbacks,
    maybeDeferred,
)
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import ReactorNotRunning
from twisted.internet.interfaces import IAddress, IListeningPort
from twisted.internet.protocol import Factory
from twisted.logger import Logger, globalLogBeginner, textFileLogObserver
from twisted.python.failure import Failure

from ipam_progress import framing
from ipam_progress.authorization import Authorizer
from ipam_progress.errors import LocalProtocolError
from ipam_progress.events import EventHub
from ipam_progress.framing import NetTcpAddress, ServerSettings
from ipam_progress.identity import IdentityResolver
from ipam_progress.limits import Limits
from ipam_progress.net.admission import Admission
from ipam_progress.net.channel import spell_address
from ipam_progress.net.codecs import codec_factory
from ipam_progress.net.conversation import Conversation, MessageEndpoint
from ipam_progress.net.descriptors import raise_descriptor_limit
from ipam_progress.net.history_conversation import HistoryConversation
from ipam_progress.net.metadata_conversation import MetadataConversation
from ipam_progress.net.operation_conversation import OperationConversation
from ipam_progress.net.publication import Publisher
from ipam_progress.net.recorder import Recorder
from ipam_progress.net.recovery import recover
from ipam_progress.net.runner import TwistedHandlerRunner
from ipam_progress.net.served_tasks import ServedTasks
from ipam_progress.net.server_channel import OpenListener, ServerChannel
from ipam_progress.net.server_parts import ServerParts
from ipam_progress.net.task_conversation import TaskConversation
from ipam_progress.net.task_outputs import TaskOutputs
from ipam_progress.net.upgrades import ServerSecurity, UpgradeMaker
from ipam_progress.operations import OperationRegistry
from ipam_progress.records import TaskRecord
from ipam_progress.service.application import (
    FailureHook,
    IpamApplication,
    ipam_server_application,
    operation_history_application,
    operation_with_progress_application,
)
from ipam_progress.service.endpoint import ServiceEndpoint
from ipam_progress.service.paths import (
    HISTORY_PATH,
    METADATA_PATH,
    OPERATION_PATH,
    SERVER_PATH,
    path_key,
)
from ipam_progress.session.keepalive import KeepaliveMode
from ipam_progress.session.server import SessionSettings
from ipam_progress.store import Store
from ipam_progress.tasks import TaskScheduler

__all__ = ["Listener", "ManagementServer"]

_BACKLOG: Final = 1024
"""Connections that may wait to be accepted; the kernel has a limit of its own (somaxconn)."""

_SPARE_DESCRIPTORS = 64
"""What a process needs besides its connections: listening ports, logs, handlers' files."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Where a server listens, and how sessions are protected there.

    Attributes:
        endpoint: A Twisted endpoint description: ``tcp:9100:interface=127.0.0.1``.
        security: What clients have to do; None to protect nothing.
    """

    endpoint: str
    security: ServerSecurity | None = None


_Service: TypeAlias = Callable[[ServerChannel], Conversation]
"""Opens a session of a service on a connection."""


class _ChannelFactory(Factory):
    noisy = False

    def __init__(self, server: "ManagementServer", listener: OpenListener) -> None:
        self._server = server
        self.listener = listener

    def buildProtocol(self, addr: IAddress | None) -> ServerChannel | None:
        """Make the channel of a connection that has been accepted; None closes it."""
        return self._server.accept(addr, self.listener)


class ManagementServer(Service):
    """Serves IIpamOperationWithProgress and the tasks of IIpamServer over net.tcp.

    A program that does nothing else calls `run`. Others start it like any Twisted service
    (`startService`), or with `start`, which tells when it listens. Both must happen in the
    reactor's thread. It can be started again after it has stopped.

    Attributes:
        registry: The handlers of operations and tasks.
        limits: What clients can make the server spend.
        tasks: Runs the tasks and tells how they stand; programs trigger them here too.
        events: Tells programs what happens in the server.
        publisher: Knows what is published of it.
        counters: What happens too often for that.
        urls: Where it listens, one a listener, while it does: ``net.tcp://127.0.0.1:9100``.

    Args:
        registry: The handlers of operations and tasks.
        listen: Where to listen: a `Listener` each, or Twisted's description of an endpoint
            (``tcp:9100:interface=127.0.0.1``), where `security` is what protects sessions.
        security: What protects sessions; None to protect nothing.
        allow_unprotected_network: Whether sessions that nothing protects may come from other
            machines. Else such a listener has to be on loopback.
        operation_path: Path of IIpamOperationWithProgress. A client's Via names a service by its
            path, or by one below it; letters of either case are the same.
        server_path: Path of IIpamServer.
        metadata_exchange: Whether clients may ask for metadata at ``/mex``, without protection and
            without logging on.
        limits: None for the usual ones.
        keepalive: From when on a session is dropped whose client has fallen silent.
        merge_progress: Whether a client that is slower than its handler gets the newest of what
            waits for it; else handlers wait.
        identities: Finds out who a client is, and in which groups; None knows the SIDs of
            Kerberos tickets only.
        authorizer: Tells who may start what; None lets everyone start everything. Sessions that
            nothing protects are not asked about: nobody knows whose they are.
        store: Where operations and tasks are put on record; None to keep no records. It is opened
            when the server starts and closed when it has stopped.
        reactor: None for the reactor that Twisted has installed.

    Raises:
        ValueError: If a path does not begin with ``/``, or if two services are at the same one.
    """

    log = Logger()

    def __init__(
        self,
        registry: OperationRegistry,
        *,
        listen: Sequence[str | Listener] = ("tcp:9100:interface=127.0.0.1",),
        security: ServerSecurity | None = None,
        allow_unprotected_network: bool = False,
        operation_path: str = OPERATION_PATH,
        server_path: str = SERVER_PATH,
        metadata_exchange: bool = False,
        limits: Limits | None = None,
        keepalive: KeepaliveMode = KeepaliveMode.OBSERVED,
        merge_progress: bool = True,
        identities: IdentityResolver | None = None,
        authorizer: Authorizer | None = None,
        store: Store | None = None,
        reactor: Any = None,
    ) -> None:
        if reactor is None:
            from twisted.internet import reactor  # noqa: PLC0415 (importing it installs one)
        self.reactor = reactor
        self.registry = registry
        self.limits = limits = limits or Limits()
        self.listeners = tuple(
            Listener(listener, security) if isinstance(listener, str) else listener
            for listener in listen
        )
        self.urls: tuple[str, ...] = ()
        runner = TwistedHandlerRunner(reactor, threads=limits.handler_threads)
        self.events = EventHub(runner.log_failure)
        self.recorder = Recorder(self.events, reactor, store)
        self.tasks = TaskScheduler(
            registry.tasks, TaskOutputs(runner, self.recorder, self.events, reactor)
        )
        self._parts = ServerParts(
            reactor=reactor,
            registry=registry,
            limits=limits,
            keepalive=keepalive,
            identities=identities or IdentityResolver(),
            authorizer=authorizer,
            store=store,
            runner=runner,
            events=self.events,
            recorder=self.recorder,
            tasks=self.tasks,
            session_settings=SessionSettings(
                outbox_limit=limits.outbox,
                merge_progress=merge_progress,
                completion_timeout=limits.completion_timeout,
                inactivity_timeout=limits.receive_timeout,
                stop_timeout=limits.stop_timeout,
            ),
            new_codec=codec_factory(limits),
            admission=Admission(
                connections=limits.connections,
                by_address=limits.connections_by_address,
                in_preamble=limits.connections_in_preamble,
            ),
        )
        self.counters = self._parts.counters
        self._admission = self._parts.admission
        self._allow_unprotected_network = allow_unprotected_network
        self._channels: set[ServerChannel] = set()
        self._ports: list[Any] = []  # IListeningPort, and what all ports of Twisted can besides
        self._factories: list[_ChannelFactory] = []
        self._taking: Deferred[None] | None = None  # the ports, before the service is started
        self._accepting = True
        self._gone: Deferred[None] | None = None  # fires when the last connection has gone
        self._stopped: list[Deferred[None]] = []  # who waits for the end of a stop
        self._services: dict[str, _Service] = {}
        self._applications: list[IpamApplication] = []
        self._paths: dict[str, str] = {}
        self._serve(operation_with_progress_application, operation_path, OperationConversation)
        self._serve(ipam_server_application, server_path, TaskConversation)
        if store is not None:
            self._serve(operation_history_application, HISTORY_PATH, HistoryConversation)
        self.publisher = Publisher(self._applications, self._paths, self._listening)
        self._metadata: _Service | None = None  # the one service that is for everybody
        if metadata_exchange:
            self._metadata = partial(MetadataConversation, self._parts, self.publisher)
            self._add(METADATA_PATH, "metadata", self._metadata)

    def _serve(
        self,
        make_application: Callable[[FailureHook], IpamApplication],
        path: str,
        conversation: Callable[[ServerParts, MessageEndpoint, ServerChannel], Conversation],
    ) -> None:
        """Have a service at a path."""
        endpoint = ServiceEndpoint(make_application(self._parts.runner.log_failure))
        self._add(path, endpoint.name, partial(conversation, self._parts, endpoint))
        self._applications.append(endpoint.app)
        self._paths[endpoint.name] = path

    def _add(self, path: str, what: str, service: _Service) -> None:
        if not path.startswith("/"):
            raise ValueError(f"the path {path!r} must begin with /")
        key = path_key(path)
        if key in self._services:
            raise ValueError(f"{what} is at the path {path}: give other services other paths")
        self._services[key] = service

    @property
    def stopping(self) -> bool:
        """Whether it is being stopped."""
        return self._parts.stopping

    # --- Start and stop --------------------------------------------------------------------------

    def run(self) -> None:
        """Serve until SIGINT or SIGTERM, then stop in order: for a program that does nothing else.

        It runs the reactor, which a process can do but once, and writes Twisted's log to the
        standard error stream.

        Raises:
            Exception: If it cannot be started; `start` says with what.
        """
        refusals: list[Failure] = []

        def refused(failure: Failure) -> None:
            if not failure.check(CancelledError):  # a signal came before it listened
                refusals.append(failure)
                with suppress(ReactorNotRunning):
                    self.reactor.stop()

        globalLogBeginner.beginLoggingTo(
            [textFileLogObserver(sys.stderr)], redirectStandardIO=False
        )
        self.reactor.addSystemEventTrigger("before", "shutdown", self.stopService)
        self.reactor.callWhenRunning(lambda: self.start().addErrback(refused))
        self.reactor.run()
        for failure in refusals:
            failure.raiseException()

    def privilegedStartService(self) -> None:
        """Take the ports while the process may take low ones (``twistd --uid`` calls this).

        Nobody is let in before the service is started, which also tells if this failed.
        """
        if not self.running and not self.stopping and self._taking is None:
            self._taking = self._take_ports()

    def startService(self) -> None:
        """Begin to listen (Twisted's own way to start); a refusal is logged."""
        self.start().addErrback(
            lambda failure: self.log.failure("the server could not start", failure)
        )

    def start(self) -> Deferred[tuple[str, ...]]:
        """Begin to listen.

        Returns:
            What fires with the URLs when all listeners are there. It fails, and then none is left,
            with the first listener's error (`twisted.internet.error.CannotListenError`), with
            `twisted.internet.defer.CancelledError` if the server is stopped meanwhile, with
            `LocalProtocolError` if it was running, or not yet stopped.
        """
        if self.running or self.stopping:
            return fail(
                LocalProtocolError(
                    "start() while the server stops: wait for what stopService() gave"
                    if self.stopping
                    else "start() while the server runs"
                )
            )
        super().startService()  # type: ignore[no-untyped-call]  # Twisted's has no types
        self._parts.thread = threading.get_ident()
        self._admission.connections = self._connections_possible()
        self._parts.runner.start()
        if (store := self._parts.store) is None:
            return self._open_ports()
        return self._open_store(store).addCallback(lambda _: self._open_ports())

    @inlineCallbacks
    def _open_store(self, store: Store) -> Generator[Deferred[Any], Any, None]:
        """Open the store, and see to what an earlier run has left in it."""
        try:
            yield self._parts.runner.in_thread(store.open)
            if not self.running:
                store.close()
                raise CancelledError
            self.recorder.start()
            yield recover(self._parts)
            if not self.running:
                raise CancelledError
        except Exception:
            yield self.stopService()
            raise

    def _connections_possible(self) -> int:
        wanted, possible = self.limits.connections, raise_descriptor_limit() - _SPARE_DESCRIPTORS
        if possible >= wanted:
            return wanted
        possible = max(possible, 1)
        self.log.warn(
            "{possible} connections at once instead of {wanted}: the process may not have more"
            " file descriptors (ulimit -n)",
            possible=possible,
            wanted=wanted,
        )
        return possible

    @inlineCallbacks
    def _take_ports(self) -> Generator[Deferred[Any], Any, None]:
        """Take all ports, and let nobody in yet."""
        ports = self._ports = []
        factories = self._factories = []
        for listener in self.listeners:
            endpoint = serverFromString(self.reactor, _patient(listener.endpoint))
            factory = _ChannelFactory(self, self.open(listener))
            factories.append(factory)
            port = yield endpoint.listen(factory)
            if self._ports is not ports:  # the server was stopped while it waited
                yield maybeDeferred(port.stopListening)
                raise CancelledError
            port.stopReading()
            ports.append(port)
            self._check_protection(listener, port)

    @inlineCallbacks
    def _open_ports(self) -> Generator[Deferred[Any], Any, tuple[str, ...]]:
        self.tasks.start()
        taking, self._taking = self._taking or self._take_ports(), None
        ports = self._ports
        try:
            yield taking
        except Exception:
            if self._ports is ports:
                yield self.stopService()
            raise
        for port in ports:
            port.startReading()
        self.urls = tuple(map(_url, ports))
        for url in self.urls:
            self.log.info("listening on {url}", url=url)
        return self.urls

    def protect(self, securities: Iterable[ServerSecurity | None]) -> None:
        """Change what protects the sessions of each listener, for connections to come.

        Args:
            securities: As many as there are listeners, in their order.
        """
        self.listeners = tuple(
            replace(listener, security=security)
            for listener, security in zip(self.listeners, securities, strict=True)
        )
        for factory, listener in zip(self._factories, self.listeners, strict=False):
            factory.listener = self.open(listener)

    def admit(self, identities: IdentityResolver, authorizer: Authorizer | None) -> None:
        """Change who clients are and what they may do, for sessions to come.

        Args:
            identities: Finds out who a client is, and in which groups.
            authorizer: Tells who may start what; None lets everyone start everything.
        """
        self._parts.identities = identities
        self._parts.authorizer = authorizer

    def open(self, listener: Listener) -> OpenListener:
        """Give what the connections of a listener have in common."""
        upgrades = None if listener.security is None else UpgradeMaker.of(listener.security)
        settings = ServerSettings(
            accepts_via=lambda via: self.service_at(via) is not None,
            upgrades=frozenset() if upgrades is None else frozenset({upgrades.protocol}),
            upgrade_required=upgrades is not None,
            is_public=self.is_public,
            limits=framing.Limits(envelope=self.limits.envelope, drain=self.limits.drain),
        )
        return OpenListener(settings, upgrades)

    def _listening(self) -> Iterator[tuple[IAddress, ServerSecurity | None]]:
        for port, listener in zip(self._ports, self.listeners, strict=False):
            yield port.getHost(), listener.security

    def _check_protection(self, listener: Listener, port: IListeningPort) -> None:
        """Refuse to serve other machines without protection, unless that was asked for."""
        address = port.getHost()
        if (
            listener.security is None
            and not self._allow_unprotected_network
            and isinstance(address, IPv4Address | IPv6Address)
            and not ip_address(address.host).is_loopback
        ):
            raise LocalProtocolError(
                f"{listener.endpoint} would serve other machines without protection: give it a"
                " security, listen on a loopback interface only, or say allow_unprotected_network"
            )

    def stopService(self) -> Deferred[None]:
        """Stop listening and end every session in order.

        Running handlers are given `Limits.stop_timeout`; then their clients are told that the
        operation failed.

        Returns:
            What fires when all is over.
        """
        over: Deferred[None] = Deferred()
        self._stopped.append(over)
        if self.running:
            super().stopService()  # type: ignore[no-untyped-call]  # Twisted's has no types
            self._parts.stopping = True
            self._stop()
        elif self._taking is not None:  # it never was started
            taking, self._taking = self._taking, None
            taking.addErrback(lambda failure: failure.trap(CancelledError))
            self._close_ports().addCallback(lambda _: self._tell_stopped())
        elif not self.stopping:
            self._tell_stopped()
        return over

    def _close_ports(self) -> Deferred[list[None]]:
        ports, self._ports = self._ports, []
        closing = [maybeDeferred(port.stopListening) for port in ports]
        for port_closed in closing:
            port_closed.addErrback(
                lambda failure: self.log.failure("a port could not be closed", failure)
            )
        return gatherResults(closing)

    @inlineCallbacks
    def _stop(self) -> Generator[Deferred[Any], Any, None]:
        self.tasks.stop()
        yield self._close_ports()
        if self._channels:
            self._gone = Deferred()
            for channel in tuple(self._channels):
                channel.stop()
            too_long = self.reactor.callLater(
                self.limits.stop_timeout + 2 * self.limits.close_timeout, self._drop_all
            )
            yield self._gone
            if too_long.active():
                too_long.cancel()
        self.recorder.leave()
        yield self.recorder.close()
        self._parts.runner.stop()
        for url in self.urls:
            self.log.info("no longer listening on {url}", url=url)
        self.urls = ()
        self._parts.stopping = False
        self._tell_stopped()

    def _tell_stopped(self) -> None:
        waiting, self._stopped = self._stopped, []
        for over in waiting:
            over.callback(None)

    def _drop_all(self) -> None:
        for channel in tuple(self._channels):
            channel.abort("the server stops, and the connection is still there")

    # --- Connections and sessions ----------------------------------------------------------------

    def tasks_overview(self) -> Sequence[TaskRecord]:
        """Tell how the tasks stand."""
        return self.tasks.overview()

    def tasks_for_everybody(self) -> ServedTasks:
        """Give the tasks as those may have them of whom nobody knows who they are.

        Raises:
            LocalProtocolError: If there is a listener whose clients have to say who they are.
        """
        if any(listener.security is not None for listener in self.listeners):
            raise LocalProtocolError(
                "clients have to say who they are before they are let to the tasks, and text SOAP "
                "has no way to: serve it where no listener has a security"
            )
        return ServedTasks(self.tasks, "", None)

    def outbox_depths(self) -> Iterable[int]:
        """Tell how many callbacks wait in each session of an operation."""
        return [depth for channel in self._channels if (depth := channel.outbox_depth) is not None]

    def accept(self, address: IAddress | None, listener: OpenListener) -> ServerChannel | None:
        """Make the channel of a new connection, unless there are too many."""
        if self._admission.full or not self.running:
            self.log.warn(
                "{peer}: connection refused: {reason}",
                peer=spell_address(address),
                reason=f"there are {self._admission.total} connections"
                if self.running
                else "the server does not run",
            )
            return None
        return ServerChannel(self._parts, self, listener)

    def entered(self, channel: ServerChannel, host: str) -> str | None:
        """Count a connection in; tell why if it may not stay.

        When the last place has been taken no more are accepted until one is free again.
        """
        self._channels.add(channel)
        self.counters.connections += 1
        refusal = self._admission.enter(channel, host)
        if self._admission.full and self._accepting:
            self._accepting = False
            self.log.warn("{count} connections: no more are accepted", count=self._admission.total)
            for port in self._ports:
                port.stopReading()
        return refusal

    def left(self, channel: ServerChannel, host: str) -> None:
        """Count a connection out; there is room for another one."""
        self._channels.discard(channel)
        self._admission.leave(channel, host)
        if not self._accepting and not self._admission.full:
            self._accepting = True
            for port in self._ports:
                port.startReading()
        if self._gone is not None and not self._channels:
            gone, self._gone = self._gone, None
            gone.callback(None)

    def is_public(self, via: str) -> bool:
        """Tell whether the service that a Via names is for everybody: the metadata, if any."""
        return self._metadata is not None and self.service_at(via) is self._metadata

    def service_at(self, via: str) -> _Service | None:
        """Find the service that a Via names by its path; host and port are the client's affair."""
        try:
            path = path_key(NetTcpAddress.parse(via).path)
        except ValueError:
            return None
        while path:
            if (service := self._services.get(path)) is not None:
                return service
            path = path.rpartition("/")[0]
        return self._services.get("")


def _patient(description: str) -> str:
    """Have more connections wait to be accepted than Twisted's 50, where nobody says how many.

    What does not fit is dropped by the kernel and tried again by clients a second later: a burst of
    connections would make everybody wait for seconds.
    """
    if description.startswith(("tcp:", "tcp6:")) and ":backlog=" not in description:
        return f"{description}:backlog={_BACKLOG}"
    return description


def _url(port: IListeningPort) -> str:
    address = port.getHost()
    where = spell_address(address)
    is_ip = isinstance(address, IPv4Address | IPv6Address)
    return f"net.tcp://{where}" if is_ip else where
