"""A session of IIpamServer: tasks are triggered, and asked about ([MS-IPAMM2] 3.3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipam_progress.contracts.enumerations import IpamTaskType
from ipam_progress.contracts.progress import TaskInfo
from ipam_progress.net.request_conversation import RequestConversation
from ipam_progress.records import TaskRecord, TaskTrigger
from ipam_progress.tasks import answers
from ipam_progress.values import DateTime, TimeSpan

if TYPE_CHECKING:
    from ipam_progress.net.server import ManagementServer
    from ipam_progress.net.server_channel import ServerChannel

__all__ = ["TaskConversation"]


class TaskConversation(RequestConversation):
    """A session of IIpamServer (an `ipam_progress.service.services.ServerTasks`)."""

    __slots__ = ("_client",)

    def __init__(self, server: ManagementServer, channel: ServerChannel) -> None:
        super().__init__(server, channel, server.task_endpoint)
        self._client = "" if channel.identity is None else channel.identity.name

    def start_task(self, task_type: IpamTaskType, server: str | None) -> None:
        """Trigger a task."""
        if self._authorization is not None:
            self._authorization.check_start_task(task_type, server)
        # a line in the log for each would cost more than all the rest of it; failures have theirs
        self._server.tasks.trigger(
            task_type, server, trigger=TaskTrigger.START_TASK, client=self._client
        )

    def is_task_running(self, task_type: IpamTaskType) -> bool:
        """Tell whether a task is running."""
        self._check_read("IsTaskRunning")
        return self._server.tasks.is_running(task_type)

    def task_last_run_result(self, task_type: IpamTaskType) -> int:
        """Tell how the last run of a task ended."""
        return answers.last_run_result(self._task("TaskLastRunResult", task_type))

    def task_last_run_time(self, task_type: IpamTaskType) -> DateTime:
        """Tell when a task ran last."""
        return answers.run_time(self._task("TaskLastRuntime", task_type).last_run)

    def task_next_run_time(self, task_type: IpamTaskType) -> DateTime:
        """Tell when a task will run next by itself."""
        return answers.run_time(self._task("TaskNextRuntime", task_type).next_run)

    def task_recurrence(self, task_type: IpamTaskType) -> TimeSpan:
        """Tell how long it is from one run of a task to the next."""
        return answers.recurrence(self._task("TaskRecurrenceDuration", task_type))

    def tasks_info(self) -> list[TaskInfo]:
        """Tell how each task stands."""
        self._check_read("GetIpamTasksInfo")
        return [answers.task_info(task) for task in self._server.tasks.overview()]

    def _task(self, operation: str, task_type: IpamTaskType) -> TaskRecord:
        self._check_read(operation)
        return self._server.tasks.record(task_type)

    def _check_read(self, operation: str) -> None:
        if self._authorization is not None:
            self._authorization.check_read(operation)
