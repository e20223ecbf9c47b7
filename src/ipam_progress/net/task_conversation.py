"""A session of IIpamServer: requests that are answered at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipam_progress.contracts.enumerations import IpamTaskType
from ipam_progress.net.request_conversation import RequestConversation

if TYPE_CHECKING:
    from ipam_progress.net.server import ManagementServer
    from ipam_progress.net.server_channel import ServerChannel

__all__ = ["TaskConversation"]


class TaskConversation(RequestConversation):
    """A session of IIpamServer (an `ipam_progress.service.services.TaskStarter`)."""

    __slots__ = ()

    def __init__(self, server: ManagementServer, channel: ServerChannel) -> None:
        super().__init__(server, channel, server.task_endpoint)

    def start_task(self, task_type: IpamTaskType, server: str | None) -> None:
        """Trigger a task."""
        if self._authorization is not None:
            self._authorization.check_start_task(task_type, server)
        # a line in the log for each would cost more than all the rest of it; failures have theirs
        self._server.registry.tasks.start(task_type, server, self._server.runner)
