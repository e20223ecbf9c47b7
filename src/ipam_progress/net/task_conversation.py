"""A session of IIpamServer: tasks are triggered, and asked about ([MS-IPAMM2] 3.3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipam_progress.net.conversation import MessageEndpoint
from ipam_progress.net.request_conversation import RequestConversation
from ipam_progress.net.served_tasks import ServedTasks
from ipam_progress.net.server_parts import ServerParts

if TYPE_CHECKING:
    from ipam_progress.net.server_channel import ServerChannel

__all__ = ["TaskConversation"]


class TaskConversation(RequestConversation):
    """A session of IIpamServer."""

    __slots__ = ("_tasks",)

    def __init__(
        self, parts: ServerParts, endpoint: MessageEndpoint, channel: ServerChannel
    ) -> None:
        super().__init__(parts, endpoint, channel)
        self._tasks = ServedTasks(parts.tasks, channel.client, self._authorization)

    def _target(self) -> ServedTasks:
        return self._tasks
