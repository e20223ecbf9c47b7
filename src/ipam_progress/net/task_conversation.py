"""A session of IIpamServer: requests that are answered at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.interfaces import IDelayedCall

from ipam_progress.contracts.enumerations import IpamTaskType
from ipam_progress.net.conversation import Conversation

if TYPE_CHECKING:
    from ipam_progress.net.server import ManagementServer
    from ipam_progress.net.server_channel import ServerChannel

__all__ = ["TaskConversation"]


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
