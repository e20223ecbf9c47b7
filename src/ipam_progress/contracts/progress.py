"""What is said of operations and tasks while they run and when they are over.

Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ipam_progress.contracts import enumerations
from ipam_progress.contracts.core import IpamObject
from ipam_progress.contracts.enumerations import (
    EntityOperationType,
    IpamObjectType,
    IpamTaskState,
    IpamTaskType,
)
from ipam_progress.values import DateTime

if TYPE_CHECKING:
    from ipam_progress.contracts.exceptions import IpamException

__all__ = [
    "DhcpMsmOverallCompletionStatus",
    "EntityStatus",
    "EntityStatusCollection",
    "SubTaskInstance",
    "TaskInfo",
]


@dataclass(slots=True, kw_only=True)
class DhcpMsmOverallCompletionStatus(IpamObject):
    """The contract DhcpMsmOverallCompletionStatus, [MS-IPAMM2] 2.2.4.119."""

    EntityStatusCollectionObject: IpamObject | None = None
    ErrorInfo: IpamException | None = None
    HasIpamUpdateError: bool = False
    ReturnObject: IpamObject | None = None


@dataclass(slots=True, kw_only=True)
class EntityStatus:
    """The contract EntityStatus, [MS-IPAMM2] 2.2.4.226.

    From it derive: EntityStatusForDnsResourceRecord.
    """

    IsSuccessful: bool = False
    ObjectType: IpamObjectType = IpamObjectType.None_
    OperationType: EntityOperationType = EntityOperationType.Unknown
    RecordId: int = 0


@dataclass(slots=True, kw_only=True)
class EntityStatusCollection(IpamObject):
    """The contract EntityStatusCollection, [MS-IPAMM2] 2.2.4.227."""

    EntityStatusList: list[EntityStatus | None] | None = None


@dataclass(slots=True, kw_only=True)
class SubTaskInstance(IpamObject):
    """The contract SubTaskInstance, [MS-IPAMM2] 2.2.4.399."""

    FailedCompletionStatus: IpamException | None = None
    IsNonDeterministicProgress: bool = False
    ProgressStatusDescriptions: str | None = None
    SubTaskInstanceDetails: IpamObject | None = None
    SubTaskInstanceId: int = 0
    SubTaskName: str | None = None
    SubTaskStatus: enumerations.SubTaskStatus = enumerations.SubTaskStatus.NotStarted
    SubTaskUniqueId: int = 0


@dataclass(slots=True, kw_only=True)
class TaskInfo:
    """The contract TaskInfo, [MS-IPAMM2] 2.2.4.442."""

    LastRunTime: DateTime | None = None
    NextRunTime: DateTime | None = None
    State: IpamTaskState = IpamTaskState.None_
    TaskType: IpamTaskType = IpamTaskType.None_
    Triggers: str | None = None
