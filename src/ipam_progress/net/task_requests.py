"""What a client can ask of a server's tasks: the requests of IIpamServer ([MS-IPAMM2] 3.3.4).

`ipam_progress.net.client.ManagementClient` has these methods. Each opens a session of its own; all
but `TaskRequests.tasks` are one request, and give what the server answered as it stands.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, inlineCallbacks

from ipam_progress.contracts.base import items_of
from ipam_progress.contracts.enumerations import IpamTaskState, IpamTaskType
from ipam_progress.contracts.messages import (
    GetIpamTasksInfo,
    IsTaskRunning,
    StartTask,
    TaskLastRunResult,
    TaskLastRuntime,
    TaskNextRuntime,
    TaskRecurrenceDuration,
)
from ipam_progress.contracts.progress import TaskInfo
from ipam_progress.records import TaskRecord
from ipam_progress.service.declarations import OPERATIONS
from ipam_progress.tasks.answers import read_task
from ipam_progress.values import DateTime, TimeSpan

if TYPE_CHECKING:
    from ipam_progress.net.client_channel import ClientChannel

__all__ = ["TaskRequests"]


class TaskRequests(ABC):
    """The requests of IIpamServer.

    Each gives a Deferred that fires with what the server answered, or fails: with
    `ConnectionLostError` if the server cannot be reached, `SoapFaultError` if it refuses,
    `RequestTimeoutError` or another `ProtocolError`. Cancelling it drops the connection.
    """

    @abstractmethod
    def _open_tasks(self) -> Deferred[ClientChannel]:
        """Open a session of IIpamServer."""

    @abstractmethod
    def _ask(self, channel: ClientChannel, message: object) -> Deferred[Any]:
        """Send a request and give the reply; the session ends when it fails."""

    def start_task(self, task_type: IpamTaskType, server: str | None = None) -> Deferred[None]:
        """Trigger one of the server's recurring tasks.

        Args:
            task_type: The task.
            server: The server it is to look at, for tasks that can be told so.

        Returns:
            What fires with None when the server has accepted.
        """
        return self._ask_once(StartTask(taskType=task_type, server=server))

    def is_task_running(self, task_type: IpamTaskType) -> Deferred[bool]:
        """Ask whether a task is running."""
        return self._ask_once(IsTaskRunning(taskType=task_type))

    def task_last_run_result(self, task_type: IpamTaskType) -> Deferred[int]:
        """Ask how the last run of a task ended.

        Returns:
            What fires with a number, 0 for success, `ipam_progress.tasks.answers.HAS_NOT_RUN`
            where no run has ended.
        """
        return self._ask_once(TaskLastRunResult(taskType=task_type))

    def task_last_run_time(self, task_type: IpamTaskType) -> Deferred[DateTime]:
        """Ask when a task ran last; the first instant of the year 1 stands for never."""
        return self._ask_once(TaskLastRuntime(taskType=task_type))

    def task_next_run_time(self, task_type: IpamTaskType) -> Deferred[DateTime]:
        """Ask when a task will run next by itself; the first instant of the year 1 is never."""
        return self._ask_once(TaskNextRuntime(taskType=task_type))

    def task_recurrence(self, task_type: IpamTaskType) -> Deferred[TimeSpan]:
        """Ask how long it is from one run of a task to the next; 0 if it does not recur."""
        return self._ask_once(TaskRecurrenceDuration(taskType=task_type))

    @inlineCallbacks
    def tasks_info(self) -> Generator[Deferred[Any], Any, list[TaskInfo]]:
        """Ask how all tasks stand: their states, their last and their next times."""
        answer = yield self._ask_once(GetIpamTasksInfo())
        return list(items_of(answer))

    @inlineCallbacks
    def tasks(self) -> Generator[Deferred[Any], Any, tuple[TaskRecord, ...]]:
        """Ask everything about all tasks, in one session.

        Returns:
            What fires with how each task stands. Of tasks that are disabled no more is asked.
        """
        channel = yield self._open_tasks()
        answer = yield self._ask(channel, GetIpamTasksInfo())
        tasks = []
        for info in items_of(answer.GetIpamTasksInfoResult):
            if info.State is IpamTaskState.Disabled:  # the server may not even have it
                tasks.append(read_task(info, None, None))
                continue
            result = yield self._ask(channel, TaskLastRunResult(taskType=info.TaskType))
            every = yield self._ask(channel, TaskRecurrenceDuration(taskType=info.TaskType))
            tasks.append(
                read_task(info, result.TaskLastRunResultResult, every.TaskRecurrenceDurationResult)
            )
        yield channel.end()
        return tuple(tasks)

    @inlineCallbacks
    def _ask_once(self, message: object) -> Generator[Deferred[Any], Any, Any]:
        """Give what the answer to a request has to tell."""
        channel = yield self._open_tasks()
        answer = yield self._ask(channel, message)
        yield channel.end()
        result = OPERATIONS[type(message)].result
        return None if result is None else getattr(answer, result)
