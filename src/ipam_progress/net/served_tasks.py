"""What clients ask of the tasks of a server, [MS-IPAMM2] 3.3.4, as far as each may ask it."""

from __future__ import annotations

from ipam_progress.authorization import SessionAuthorization
from ipam_progress.contracts.enumerations import IpamTaskType
from ipam_progress.contracts.progress import TaskInfo
from ipam_progress.records import TaskRecord, TaskTrigger
from ipam_progress.tasks import TaskScheduler, answers
from ipam_progress.values import DateTime, TimeSpan

__all__ = ["ServedTasks"]


class ServedTasks:
    """The tasks for one client (an `ipam_progress.service.services.ServerTasks`).

    Args:
        tasks: The server's.
        client: The client's name; empty where nobody knows it.
        authorization: What it may do; None lets it do everything.
    """

    __slots__ = ("_authorization", "_client", "_tasks")

    def __init__(
        self, tasks: TaskScheduler, client: str, authorization: SessionAuthorization | None
    ) -> None:
        self._tasks = tasks
        self._client = client
        self._authorization = authorization

    def start_task(self, task_type: IpamTaskType, server: str | None) -> None:
        """Trigger a task."""
        if self._authorization is not None:
            self._authorization.check_start_task(task_type, server)
        # a line in the log for each would cost more than all the rest of it; failures have theirs
        self._tasks.trigger(task_type, server, trigger=TaskTrigger.START_TASK, client=self._client)

    def is_task_running(self, task_type: IpamTaskType) -> bool:
        """Tell whether a task is running."""
        self._check_read("IsTaskRunning")
        return self._tasks.is_running(task_type)

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
        return [answers.task_info(task) for task in self._tasks.overview()]

    def _task(self, operation: str, task_type: IpamTaskType) -> TaskRecord:
        self._check_read(operation)
        return self._tasks.record(task_type)

    def _check_read(self, operation: str) -> None:
        if self._authorization is not None:
            self._authorization.check_read(operation)
