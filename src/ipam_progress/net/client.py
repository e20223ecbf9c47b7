"""The client: starts operations and tasks on a server, ours or Microsoft's.

`ManagementClient` is what programs use. All of it runs in the reactor's thread and gives Deferreds;
under Twisted's asyncio reactor `Deferred.asFuture` makes them awaitable for asyncio.
"""

from collections.abc import Callable, Generator
from typing import Any
from uuid import UUID

from twisted.internet.defer import CancelledError, Deferred, inlineCallbacks
from twisted.internet.endpoints import HostnameEndpoint, connectProtocol
from twisted.internet.error import ConnectError, ConnectingCancelledError, DNSLookupError

from ipam_progress.binaryxml import UniqueId
from ipam_progress.contracts.core import IpamOperationWithProgressParameters
from ipam_progress.contracts.messages import (
    InitializeOperationParameters,
    StartOperationWithCallback,
)
from ipam_progress.errors import ConnectionLostError, ProtocolError, RequestTimeoutError
from ipam_progress.framing import NetTcpAddress
from ipam_progress.limits import Limits
from ipam_progress.net.client_channel import ClientChannel
from ipam_progress.net.history_requests import HistoryRequests
from ipam_progress.net.task_requests import TaskRequests
from ipam_progress.net.upgrades import ClientSecurity, UpgradeMaker
from ipam_progress.net.waiter import DeferredWaiter
from ipam_progress.service.paths import HISTORY_PATH, OPERATION_PATH, SERVER_PATH
from ipam_progress.tracking import ProgressSnapshot, ProgressTracker

__all__ = ["ManagementClient", "RunningOperation"]


class RunningOperation:
    """An operation that a server is working on.

    It is also what its tracker asks for (`ipam_progress.tracking.TrackerOutputs`).

    Attributes:
        request_id: The MessageID with which its start was asked for: by this a server that keeps
            records knows the operation when the connection has gone (`ManagementClient.operation`).
        tracker: What the server has told so far, and what it tells.
    """

    _channel: ClientChannel

    def __init__(self, request_id: str) -> None:
        self.request_id = request_id
        self.tracker = ProgressTracker(self)

    def attach(self, channel: ClientChannel) -> None:
        """Learn the connection, before anybody else learns of the operation."""
        self._channel = channel

    def wait(self) -> Deferred[ProgressSnapshot]:
        """Wait for the end of the operation, then end the session.

        Returns:
            What fires with how things stand then, with a final status, or, where the session
            ended before there was one, with the reason (`ProgressSnapshot.end_reason`). The server
            goes on then, and `ManagementClient.operation` asks it how the operation ended.
        """

        async def follow() -> ProgressSnapshot:
            snapshot = await self.tracker.wait()
            await self.close()
            return snapshot

        return Deferred.fromCoroutine(follow())

    def close(self) -> Deferred[None]:
        """End the session in order, whether the operation is over or not.

        The server goes on with an operation whose client has left.

        Returns:
            What fires when the connection is gone.
        """
        return self._channel.end()

    def abort(self, reason: str) -> None:
        """Drop the connection."""
        self._channel.abort(reason)

    # --- TrackerOutputs --------------------------------------------------------------------------

    def create_waiter(self) -> DeferredWaiter:
        """Make what a reader of the events awaits."""
        return DeferredWaiter()

    def pause_callbacks(self) -> None:
        """Read no more: a reader of the events does not keep up."""
        self._channel.hold()

    def resume_callbacks(self) -> None:
        """Read on."""
        self._channel.release()


class ManagementClient(TaskRequests, HistoryRequests):
    """A client of one server; each operation and each request has a session of its own.

    What it can ask of tasks is in `ipam_progress.net.task_requests`, what of operations that it has
    started before in `ipam_progress.net.history_requests`.

    Args:
        url: ``net.tcp://host:port``; a path in it names the service, otherwise each service is
            taken to be at its usual path.
        security: As whom we log on, and what has to protect the session; None for a server that
            protects nothing.
        timeout: Seconds for connecting, for the session to open, and for each reply.
        limits: What the server can make us spend; None for the usual ones.
        keepalive: Whether to tell the server now and then that we are still there, as the clients
            of [MS-IPAMM2] 3.2.5 do. For servers that require it: others, generic WCF services
            among them, may end the session for it.
        reactor: None for the reactor that Twisted has installed.

    Raises:
        ValueError: If the URL is no net.tcp address.
    """

    def __init__(
        self,
        url: str,
        *,
        security: ClientSecurity | None = None,
        timeout: float = 60.0,
        limits: Limits | None = None,
        keepalive: bool = False,
        reactor: Any = None,
    ) -> None:
        if reactor is None:
            from twisted.internet import reactor  # noqa: PLC0415 (importing it installs one)
        self._address = NetTcpAddress.parse(url)
        self._upgrades = None if security is None else UpgradeMaker.of(security)
        self._timeout = timeout
        self._limits = limits or Limits()
        self._keepalive = keepalive
        self._reactor = reactor

    @inlineCallbacks
    def start_operation(
        self, parameters: IpamOperationWithProgressParameters, request_id: UUID | None = None
    ) -> Generator[Deferred[Any], Any, RunningOperation]:
        """Connect, name the operation with its parameters, and start it.

        Args:
            parameters: Of the type that belongs to their OperationId.
            request_id: What the start is asked for with, for a program that wants to know in any
                case what to ask for later, even if it does not live to see the reply; nobody else
                may have the same. None to have one made.

        Returns:
            A Deferred that fires with the `RunningOperation`, or fails: with
            `ConnectionLostError` if the server cannot be reached, `SoapFaultError` if it refuses,
            `RequestTimeoutError`, `SerializationError` or another `ProtocolError`. Cancelling it
            drops the connection.
        """
        message_id = UniqueId.random() if request_id is None else UniqueId(request_id.bytes_le)
        running = RunningOperation(str(message_id))
        channel = yield self._open(
            OPERATION_PATH, running.tracker.receive, running.tracker.session_ended
        )
        running.attach(channel)
        yield self._ask(channel, InitializeOperationParameters(paramters=parameters))
        try:
            yield self._ask(channel, StartOperationWithCallback(), message_id)
        except (ConnectionLostError, RequestTimeoutError) as error:
            raise type(error)(
                f"{error}; the operation may have begun all the same: a server that keeps records "
                f"tells how it ended if it is asked for {message_id}"
            ) from error
        return running

    def _open_tasks(self) -> Deferred[ClientChannel]:
        return self._open(SERVER_PATH, _ignore, _ignore)

    def _open_history(self) -> Deferred[ClientChannel]:
        return self._open(HISTORY_PATH, _ignore, _ignore)

    @inlineCallbacks
    def _open(
        self,
        default_path: str,
        take_callback: Callable[[Any], None],
        take_end: Callable[[str], None],
    ) -> Generator[Deferred[Any], Any, ClientChannel]:
        address = self._address
        if address.path == "/":
            address = NetTcpAddress(address.host, address.port, default_path)
        channel = ClientChannel(
            str(address),
            timeout=self._timeout,
            limits=self._limits,
            clock=self._reactor,
            take_callback=take_callback,
            take_end=take_end,
            upgrades=self._upgrades,
            keepalive=self._keepalive,
        )
        endpoint = HostnameEndpoint(
            self._reactor, address.host, address.port, timeout=self._timeout
        )
        try:
            yield connectProtocol(endpoint, channel)
        except ConnectingCancelledError:
            raise CancelledError from None
        except (ConnectError, DNSLookupError, ValueError) as error:  # ValueError: no name of a host
            raise ConnectionLostError(
                f"no connection to {address.host}, port {address.port}: {error}"
            ) from error
        try:
            yield channel.opened
        except CancelledError:
            channel.abort("the attempt was cancelled")
            raise
        return channel

    @inlineCallbacks
    def _ask(
        self, channel: ClientChannel, message: object, message_id: UniqueId | None = None
    ) -> Generator[Deferred[Any], Any, Any]:
        """Send a request and give the reply; the session ends when it fails."""
        try:
            reply = yield channel.request(message, message_id)
        except CancelledError:
            channel.abort("the request was cancelled")
            raise
        except ProtocolError:
            yield channel.end()
            raise
        return reply


def _ignore(_: object) -> None:
    """Let it pass: a session for one request has nobody to tell."""
