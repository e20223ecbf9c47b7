"""The bodies of the messages: what a call or a callback says.

Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ipam_progress.contracts.enumerations import IpamTaskType, OverallProgressStatus, SubTaskStatus

if TYPE_CHECKING:
    from ipam_progress.contracts.core import IpamObject, IpamOperationWithProgressParameters
    from ipam_progress.contracts.exceptions import IpamException
    from ipam_progress.contracts.progress import SubTaskInstance

__all__ = [
    "AddSubTask",
    "InitializeOperationParameters",
    "InitializeOperationParametersResponse",
    "SetCompletionPercentage",
    "SetOverallStatus",
    "SetSubTaskStatus",
    "StartOperationWithCallback",
    "StartOperationWithCallbackResponse",
    "StartProgressCallback",
    "StartTask",
    "StartTaskResponse",
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
