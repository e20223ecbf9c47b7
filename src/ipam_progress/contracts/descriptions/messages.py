"""How the messages of `ipam_progress.contracts.messages` travel.

Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit.
"""

from typing import Final

from ipam_progress.contracts.messages import (
    AddSubTask,
    GetIpamTasksInfo,
    GetIpamTasksInfoResponse,
    InitializeOperationParameters,
    InitializeOperationParametersResponse,
    IsTaskRunning,
    IsTaskRunningResponse,
    SetCompletionPercentage,
    SetOverallStatus,
    SetSubTaskStatus,
    StartOperationWithCallback,
    StartOperationWithCallbackResponse,
    StartProgressCallback,
    StartTask,
    StartTaskResponse,
    TaskLastRunResult,
    TaskLastRunResultResponse,
    TaskLastRuntime,
    TaskLastRuntimeResponse,
    TaskNextRuntime,
    TaskNextRuntimeResponse,
    TaskRecurrenceDuration,
    TaskRecurrenceDurationResponse,
)
from ipam_progress.contracts.model import Member, MessageContract, TypeName
from ipam_progress.namespaces import IPAM, IPAM1, SCHEMA, SERIALIZATION

__all__ = ["CONTRACTS"]

CONTRACTS: Final[tuple[MessageContract, ...]] = (
    MessageContract(
        TypeName(IPAM, "InitializeOperationParameters"),
        InitializeOperationParameters,
        members=(
            Member(
                "paramters",
                TypeName(IPAM, "IpamOperationWithProgressParameters"),
                nillable=True,
            ),
        ),
    ),
    MessageContract(
        TypeName(IPAM, "InitializeOperationParametersResponse"),
        InitializeOperationParametersResponse,
        members=(),
    ),
    MessageContract(
        TypeName(IPAM, "StartOperationWithCallback"),
        StartOperationWithCallback,
        members=(),
    ),
    MessageContract(
        TypeName(IPAM, "StartOperationWithCallbackResponse"),
        StartOperationWithCallbackResponse,
        members=(),
    ),
    MessageContract(
        TypeName(IPAM, "StartProgressCallback"),
        StartProgressCallback,
        members=(Member("isNonDeterministic", TypeName(SCHEMA, "boolean")),),
    ),
    MessageContract(
        TypeName(IPAM, "AddSubTask"),
        AddSubTask,
        members=(Member("subTaskInstance", TypeName(IPAM, "SubTaskInstance"), nillable=True),),
    ),
    MessageContract(
        TypeName(IPAM, "SetSubTaskStatus"),
        SetSubTaskStatus,
        members=(
            Member("subTaskInstance", TypeName(IPAM, "SubTaskInstance"), nillable=True),
            Member("status", TypeName(IPAM, "SubTaskStatus")),
            Member("percentComplete", TypeName(SCHEMA, "decimal")),
            Member("completionStatus", TypeName(IPAM1, "IpamException"), nillable=True),
        ),
    ),
    MessageContract(
        TypeName(IPAM, "SetCompletionPercentage"),
        SetCompletionPercentage,
        members=(Member("completionPercentage", TypeName(SCHEMA, "decimal")),),
    ),
    MessageContract(
        TypeName(IPAM, "SetOverallStatus"),
        SetOverallStatus,
        members=(
            Member("overallStatus", TypeName(IPAM1, "OverallProgressStatus")),
            Member("completionStatus", TypeName(IPAM, "IpamObject"), nillable=True),
        ),
    ),
    MessageContract(
        TypeName(IPAM, "StartTask"),
        StartTask,
        members=(
            Member("taskType", TypeName(IPAM, "IpamTaskType")),
            Member("server", TypeName(SCHEMA, "string"), nillable=True),
        ),
    ),
    MessageContract(TypeName(IPAM, "StartTaskResponse"), StartTaskResponse, members=()),
    MessageContract(
        TypeName(IPAM, "IsTaskRunning"),
        IsTaskRunning,
        members=(Member("taskType", TypeName(IPAM, "IpamTaskType")),),
    ),
    MessageContract(
        TypeName(IPAM, "IsTaskRunningResponse"),
        IsTaskRunningResponse,
        members=(Member("IsTaskRunningResult", TypeName(SCHEMA, "boolean")),),
    ),
    MessageContract(
        TypeName(IPAM, "TaskLastRunResult"),
        TaskLastRunResult,
        members=(Member("taskType", TypeName(IPAM, "IpamTaskType")),),
    ),
    MessageContract(
        TypeName(IPAM, "TaskLastRunResultResponse"),
        TaskLastRunResultResponse,
        members=(Member("TaskLastRunResultResult", TypeName(SCHEMA, "int")),),
    ),
    MessageContract(
        TypeName(IPAM, "TaskLastRuntime"),
        TaskLastRuntime,
        members=(Member("taskType", TypeName(IPAM, "IpamTaskType")),),
    ),
    MessageContract(
        TypeName(IPAM, "TaskLastRuntimeResponse"),
        TaskLastRuntimeResponse,
        members=(Member("TaskLastRuntimeResult", TypeName(SCHEMA, "dateTime")),),
    ),
    MessageContract(
        TypeName(IPAM, "TaskNextRuntime"),
        TaskNextRuntime,
        members=(Member("taskType", TypeName(IPAM, "IpamTaskType")),),
    ),
    MessageContract(
        TypeName(IPAM, "TaskNextRuntimeResponse"),
        TaskNextRuntimeResponse,
        members=(Member("TaskNextRuntimeResult", TypeName(SCHEMA, "dateTime")),),
    ),
    MessageContract(
        TypeName(IPAM, "TaskRecurrenceDuration"),
        TaskRecurrenceDuration,
        members=(Member("taskType", TypeName(IPAM, "IpamTaskType")),),
    ),
    MessageContract(
        TypeName(IPAM, "TaskRecurrenceDurationResponse"),
        TaskRecurrenceDurationResponse,
        members=(Member("TaskRecurrenceDurationResult", TypeName(SERIALIZATION, "duration")),),
    ),
    MessageContract(TypeName(IPAM, "GetIpamTasksInfo"), GetIpamTasksInfo, members=()),
    MessageContract(
        TypeName(IPAM, "GetIpamTasksInfoResponse"),
        GetIpamTasksInfoResponse,
        members=(
            Member("GetIpamTasksInfoResult", TypeName(IPAM, "ArrayOfTaskInfo"), nillable=True),
        ),
    ),
)
