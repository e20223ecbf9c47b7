"""The bodies of the messages: what a call or a callback says.

Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ipam_progress.contracts.base import ZERO_SPAN, ZERO_TIME
from ipam_progress.contracts.enumerations import IpamTaskType, OverallProgressStatus, SubTaskStatus
from ipam_progress.values import DateTime, TimeSpan

if TYPE_CHECKING:
    from ipam_progress.contracts.core import IpamObject, IpamOperationWithProgressParameters
    from ipam_progress.contracts.exceptions import IpamException
    from ipam_progress.contracts.progress import SubTaskInstance, TaskInfo

__all__ = [
    "AddSubTask",
    "GetIpamTasksInfo",
    "GetIpamTasksInfoResponse",
    "InitializeOperationParameters",
    "InitializeOperationParametersResponse",
    "IsTaskRunning",
    "IsTaskRunningResponse",
    "SetCompletionPercentage",
    "SetOverallStatus",
    "SetSubTaskStatus",
    "StartOperationWithCallback",
    "StartOperationWithCallbackResponse",
    "StartProgressCallback",
    "StartTask",
    "StartTaskResponse",
    "TaskLastRunResult",
    "TaskLastRunResultResponse",
    "TaskLastRuntime",
    "TaskLastRuntimeResponse",
    "TaskNextRuntime",
    "TaskNextRuntimeResponse",
    "TaskRecurrenceDuration",
    "TaskRecurrenceDurationResponse",
]


@dataclass(slots=True, kw_only=True)
class InitializeOperationParameters:
    """The client names an operation and gives its parameters, [MS-IPAMM2] 3.19.4.3."""

    paramters: IpamOperationWithProgressParameters | None = None


@dataclass(slots=True, kw_only=True)
class InitializeOperationParametersResponse:
    """The server has taken the parameters, [MS-IPAMM2] 3.19.4.3."""


@dataclass(slots=True, kw_only=True)
class StartOperationWithCallback:
    """The client starts the operation it has named, [MS-IPAMM2] 3.19.4.4."""


@dataclass(slots=True, kw_only=True)
class StartOperationWithCallbackResponse:
    """The server has started the operation, [MS-IPAMM2] 3.19.4.4."""


@dataclass(slots=True, kw_only=True)
class StartProgressCallback:
    """The server is about to report the progress of the operation, [MS-IPAMM2] 3.21.4.6."""

    isNonDeterministic: bool = False


@dataclass(slots=True, kw_only=True)
class AddSubTask:
    """The server has a new subtask to report on, [MS-IPAMM2] 3.21.4.2."""

    subTaskInstance: SubTaskInstance | None = None


@dataclass(slots=True, kw_only=True)
class SetSubTaskStatus:
    """The server says how a subtask goes, [MS-IPAMM2] 3.21.4.5."""

    subTaskInstance: SubTaskInstance | None = None
    status: SubTaskStatus = SubTaskStatus.NotStarted
    percentComplete: Decimal = Decimal(0)
    completionStatus: IpamException | None = None


@dataclass(slots=True, kw_only=True)
class SetCompletionPercentage:
    """The server says how much of the operation is done, [MS-IPAMM2] 3.21.4.3."""

    completionPercentage: Decimal = Decimal(0)


@dataclass(slots=True, kw_only=True)
class SetOverallStatus:
    """The server says how the operation goes; a final status ends it, [MS-IPAMM2] 3.21.4.4."""

    overallStatus: OverallProgressStatus = OverallProgressStatus.NotStarted
    completionStatus: IpamObject | None = None


@dataclass(slots=True, kw_only=True)
class StartTask:
    """The client starts one of the server's recurring tasks, [MS-IPAMM2] 3.3.4.139."""

    taskType: IpamTaskType = IpamTaskType.None_
    server: str | None = None


@dataclass(slots=True, kw_only=True)
class StartTaskResponse:
    """The server has triggered the task, [MS-IPAMM2] 3.3.4.139."""


@dataclass(slots=True, kw_only=True)
class IsTaskRunning:
    """The client asks whether a task is running, [MS-IPAMM2] 3.3.4.118."""

    taskType: IpamTaskType = IpamTaskType.None_


@dataclass(slots=True, kw_only=True)
class IsTaskRunningResponse:
    """The server says whether the task is running, [MS-IPAMM2] 3.3.4.118."""

    IsTaskRunningResult: bool = False


@dataclass(slots=True, kw_only=True)
class TaskLastRunResult:
    """The client asks how the last run of a task ended, [MS-IPAMM2] 3.3.4.140."""

    taskType: IpamTaskType = IpamTaskType.None_


@dataclass(slots=True, kw_only=True)
class TaskLastRunResultResponse:
    """The server says how the last run ended; 0 is success, [MS-IPAMM2] 3.3.4.140."""

    TaskLastRunResultResult: int = 0


@dataclass(slots=True, kw_only=True)
class TaskLastRuntime:
    """The client asks when a task ran last, [MS-IPAMM2] 3.3.4.141."""

    taskType: IpamTaskType = IpamTaskType.None_


@dataclass(slots=True, kw_only=True)
class TaskLastRuntimeResponse:
    """The server says when the task ran last, [MS-IPAMM2] 3.3.4.141."""

    TaskLastRuntimeResult: DateTime = ZERO_TIME


@dataclass(slots=True, kw_only=True)
class TaskNextRuntime:
    """The client asks when a task will run next by itself, [MS-IPAMM2] 3.3.4.142."""

    taskType: IpamTaskType = IpamTaskType.None_


@dataclass(slots=True, kw_only=True)
class TaskNextRuntimeResponse:
    """The server says when the task will run next by itself, [MS-IPAMM2] 3.3.4.142."""

    TaskNextRuntimeResult: DateTime = ZERO_TIME


@dataclass(slots=True, kw_only=True)
class TaskRecurrenceDuration:
    """The client asks how long it is from one run of a task to the next, [MS-IPAMM2] 3.3.4.143."""

    taskType: IpamTaskType = IpamTaskType.None_


@dataclass(slots=True, kw_only=True)
class TaskRecurrenceDurationResponse:
    """The server says how long it is from one run to the next, [MS-IPAMM2] 3.3.4.143."""

    TaskRecurrenceDurationResult: TimeSpan = ZERO_SPAN


@dataclass(slots=True, kw_only=True)
class GetIpamTasksInfo:
    """The client asks how the tasks stand, [MS-IPAMM2] 3.3.4.80."""


@dataclass(slots=True, kw_only=True)
class GetIpamTasksInfoResponse:
    """The server says how each task stands, [MS-IPAMM2] 3.3.4.80."""

    GetIpamTasksInfoResult: list[TaskInfo | None] | None = None
