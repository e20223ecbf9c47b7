"""Conversations: where the octets of a session, its service and its machine meet.

A channel opens a `Conversation` for each session. It hands envelopes to the service that the Via
named, writes what comes back, and fulfils for the session's machine the Protocols of
`ipam_progress.session.outputs`. What is in an envelope and what a state allows is not known here.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger

from ipam_progress.authorization import SessionAuthorization
from ipam_progress.contracts.enumerations import IpamTaskType
from ipam_progress.contracts.messages import SetOverallStatus
from ipam_progress.errors import RemoteProtocolError, SerializationError
from ipam_progress.net.waiter import DeferredWaiter
from ipam_progress.progress import failed_status
from ipam_progress.service.callbacks import encode_callback
from ipam_progress.service.endpoint import ServiceEndpoint
from ipam_progress.session.outputs import HandlerCall
from ipam_progress.session.server import ServerSession
from ipam_progress.soap import shorten

if TYPE_CHECKING:
    from ipam_progress.net.server import ManagementServer
    from ipam_progress.net.server_channel import ServerChannel

__all__ = ["Conversation", "OperationConversation", "TaskConversation"]

_BATCH = 64
"""Callbacks that are encoded before they are written together."""


class Conversation(ABC):
    """One session of a service.

    Args:
        server: Whose session it is.
        channel: The connection that carries it.
        endpoint: Answers its messages.
    """

    __slots__ = ("_authorization", "_channel", "_codec", "_endpoint", "_server")

    log: ClassVar[Logger] = Logger()

    def __init__(
        self, server: ManagementServer, channel: ServerChannel, endpoint: ServiceEndpoint
    ) -> None:
        self._server = server
        self._channel = channel
        self._endpoint = endpoint
        self._codec = server.new_codec()
        # what the client may do is computed once ([MS-IPAMM2] 3.1.4.3); None lets it do everything
        self._authorization: SessionAuthorization | None = None
        if server.authorizer is not None and channel.identity is not None:
            self._authorization = server.authorizer.for_session(channel.identity)

    def receive(self, envelope: bytes) -> None:
        """Let the service answer a message, and write the answer."""
        try:
            answer = self._endpoint.process(envelope, self._codec, self._target())
        except RemoteProtocolError as error:
            # string tables are in doubt, and with them every message that would follow
            self._channel.abort(shorten(str(error), 500))
            return
        if answer is not None:
            self._channel.framing.send_envelope(answer)
            if answer.refusal:
                self.log.warn(
                    "{peer}: refused a request: {refusal}",
                    peer=self._channel.peer,
                    refusal=answer.refusal,
                )
            if answer.ends_session:
                self._end_at_once()

    @abstractmethod
    def _end_at_once(self) -> None:
        """Send an End behind an answer that said that the server has failed."""

    @abstractmethod
    def _target(self) -> Any:
        """Give what the service calls."""

    @abstractmethod
    def end_received(self) -> None:
        """The client sends no more."""

    @abstractmethod
    def connection_lost(self) -> None:
        """The connection is gone, or the session failed."""

    @abstractmethod
    def stop(self) -> None:
        """The server stops."""

    @abstractmethod
    def resumed(self) -> None:
        """The transport can take octets again."""


class OperationConversation(Conversation):
    """A session of IIpamOperationWithProgress, with the callbacks that go the other way.

    It fulfils `ipam_progress.session.outputs.SessionOutputs` for its `ServerSession`.
    """

    __slots__ = ("_end_is_due", "_pump_is_due", "_session")

    def __init__(self, server: ManagementServer, channel: ServerChannel) -> None:
        super().__init__(server, channel, server.operation_endpoint)
        self._end_is_due = False
        self._pump_is_due = False
        self._session = ServerSession(
            server.registry,
            self,
            settings=server.session_settings,
            authorize=self._authorization.authorize if self._authorization else None,
        )

    def receive(self, envelope: bytes) -> None:
        """Let the service answer a message, and write the answer."""
        self._session.active()
        super().receive(envelope)

    def _end_at_once(self) -> None:
        self._session.connection_lost()
        self.end()

    def _target(self) -> ServerSession:
        return self._session

    def end_received(self) -> None:
        """Send no more callbacks, and an End at once."""
        self._session.end_received()

    def connection_lost(self) -> None:
        """Forget the callbacks; the handler goes on."""
        self._end_is_due = False
        self._session.connection_lost()

    def stop(self) -> None:
        """Give a running handler some time, then end the session."""
        self._session.stop()

    def resumed(self) -> None:
        """Go on with the callbacks that waited."""
        self._pump()

    def _pump(self) -> None:
        """Encode and write callbacks until none waits or the transport is full."""
        self._pump_is_due = False
        channel, outbox = self._channel, self._session.outbox
        if outbox.is_closed:
            outbox.take_all()  # whatever becomes of the connection, handlers go on
        while not channel.full:
            batch = outbox.take_all(_BATCH)
            if not batch:
                if self._end_is_due:
                    self._end_is_due = False
                    channel.send_end()
                    channel.proceed()
                return
            for message in batch:
                self._send(message)
            channel.flush()
            self._session.active()
        if self._end_is_due:
            # as long as the client reads on it gets everything; what it leaves is not kept for long
            channel.await_end()

    def _send(self, message: object) -> None:
        encoder = self._codec.encoder
        try:
            octets = encode_callback(encoder, message)
        except SerializationError as error:
            self.log_failure(f"the callback {type(message).__name__}", error)
            if not isinstance(message, SetOverallStatus):
                return
            # the client has to hear the end, if not with the object that was meant for it
            octets = encode_callback(encoder, failed_status(error))
        self._channel.framing.send_envelope(octets)

    # --- SessionOutputs --------------------------------------------------------------------------

    def callbacks_ready(self) -> None:
        """Begin to empty the outbox, soon and in the reactor's thread."""
        if threading.get_ident() == self._server.thread:
            self._pump_soon()
        else:
            self._server.reactor.callFromThread(self._pump_soon)

    def _pump_soon(self) -> None:
        if not self._pump_is_due:
            self._pump_is_due = True
            self._server.reactor.callLater(0, self._pump)

    def end(self) -> None:
        """Send an End after everything that waits."""
        self._end_is_due = True
        self._pump_soon()

    def abort(self, reason: str) -> None:
        """Drop the connection."""
        self._channel.abort(reason)

    def schedule(self, seconds: float, call: Callable[[], None]) -> IDelayedCall:
        """Call back later."""
        later: IDelayedCall = self._server.reactor.callLater(seconds, call)
        return later

    def seconds(self) -> float:
        """Tell the time."""
        now: float = self._server.reactor.seconds()
        return now

    def create_waiter(self) -> DeferredWaiter:
        """Make what a coroutine handler awaits."""
        return DeferredWaiter()

    # --- HandlerRunner: what runs and how it ends is logged, with the client who asked for it -----

    def run_handler(self, call: HandlerCall) -> None:
        """Run a handler of an operation."""
        self.log.info(
            "{peer}: {operation} started",
            peer=self._channel.peer,
            operation=call.description,
        )
        self._server.runner.run_handler(
            replace(
                call,
                returned=partial(self._handler_returned, call),
                failed=partial(self._handler_failed, call),
            )
        )

    def log_failure(self, description: str, error: BaseException) -> None:
        """Log an exception whose text is not for the client."""
        self._server.runner.log_failure(description, error)

    def _handler_returned(self, call: HandlerCall, result: object) -> None:
        self._log_end(call, "returned")
        call.returned(result)

    def _handler_failed(self, call: HandlerCall, error: BaseException) -> None:
        self._log_end(call, f"failed with {type(error).__name__}: {error}")
        call.failed(error)

    def _log_end(self, call: HandlerCall, outcome: str) -> None:
        self.log.info(
            "{peer}: {operation} {outcome}",
            peer=self._channel.peer,
            operation=call.description,
            outcome=outcome,
        )


class TaskConversation(Conversation):
    """A session of IIpamServer: requests and replies, and nothing to remember between them."""

    __slots__ = ("_silence",)

    def __init__(self, server: ManagementServer, channel: ServerChannel) -> None:
        super().__init__(server, channel, server.task_endpoint)
        self._silence: IDelayedCall = server.reactor.callLater(
            server.limits.receive_timeout, channel.abort, "no message for too long"
        )

    def receive(self, envelope: bytes) -> None:
        """Let the service answer a message, and write the answer."""
        self._silence.reset(self._server.limits.receive_timeout)
        super().receive(envelope)

    def _end_at_once(self) -> None:
        self._channel.send_end()

    def _target(self) -> TaskConversation:
        return self

    def start_task(self, task_type: IpamTaskType, server: str | None) -> None:
        """Trigger a task (an `ipam_progress.service.services.TaskStarter`)."""
        if self._authorization is not None:
            self._authorization.check_start_task(task_type, server)
        # a line in the log for each would cost more than all the rest of it; failures have theirs
        self._server.registry.tasks.start(task_type, server, self._server.runner)

    def end_received(self) -> None:
        """Answer the client's End."""
        self._channel.send_end()

    def connection_lost(self) -> None:
        """Stop waiting for messages."""
        if self._silence.active():
            self._silence.cancel()

    def stop(self) -> None:
        """End the session."""
        self._channel.send_end()

    def resumed(self) -> None:
        """Do nothing: every message is answered at once, nothing waits."""
