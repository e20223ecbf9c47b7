"""How the classes of `ipam_progress.contracts.progress` travel.

Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit.
"""

from typing import Final

from ipam_progress.contracts.model import ClassContract, Member, TypeName
from ipam_progress.contracts.progress import (
    DhcpMsmOverallCompletionStatus,
    EntityStatus,
    EntityStatusCollection,
    SubTaskInstance,
    TaskInfo,
)
from ipam_progress.namespaces import IPAM, IPAM1, SCHEMA

__all__ = ["CONTRACTS"]

CONTRACTS: Final[tuple[ClassContract, ...]] = (
    ClassContract(
        TypeName(IPAM, "DhcpMsmOverallCompletionStatus"),
        DhcpMsmOverallCompletionStatus,
        base=TypeName(IPAM, "IpamObject"),
        members=(
            Member("EntityStatusCollectionObject", TypeName(IPAM, "IpamObject"), nillable=True),
            Member("ErrorInfo", TypeName(IPAM1, "IpamException"), nillable=True),
            Member("HasIpamUpdateError", TypeName(SCHEMA, "boolean")),
            Member("ReturnObject", TypeName(IPAM, "IpamObject"), nillable=True),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "EntityStatus"),
        EntityStatus,
        base=None,
        members=(
            Member("IsSuccessful", TypeName(SCHEMA, "boolean")),
            Member("ObjectType", TypeName(IPAM, "IpamObjectType")),
            Member("OperationType", TypeName(IPAM, "EntityOperationType")),
            Member("RecordId", TypeName(SCHEMA, "long")),
        ),
    ),
    ClassContract(
        TypeName(IPAM, "EntityStatusCollection"),
        EntityStatusCollection,
        base=TypeName(IPAM, "IpamObject"),
        members=(Member("EntityStatusList", TypeName(IPAM, "ArrayOfEntityStatus"), nillable=True),),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "SubTaskInstance"),
        SubTaskInstance,
        base=TypeName(IPAM, "IpamObject"),
        members=(
            Member("FailedCompletionStatus", TypeName(IPAM1, "IpamException"), nillable=True),
            Member("IsNonDeterministicProgress", TypeName(SCHEMA, "boolean")),
            Member("ProgressStatusDescriptions", TypeName(SCHEMA, "string"), nillable=True),
            Member("SubTaskInstanceDetails", TypeName(IPAM, "IpamObject"), nillable=True),
            Member("SubTaskInstanceId", TypeName(SCHEMA, "int")),
            Member("SubTaskName", TypeName(SCHEMA, "string"), nillable=True),
            Member("SubTaskStatus", TypeName(IPAM, "SubTaskStatus")),
            Member("SubTaskUniqueId", TypeName(SCHEMA, "int")),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "TaskInfo"),
        TaskInfo,
        base=None,
        members=(
            Member("LastRunTime", TypeName(SCHEMA, "dateTime"), nillable=True),
            Member("NextRunTime", TypeName(SCHEMA, "dateTime"), nillable=True),
            Member("State", TypeName(IPAM, "IpamTaskState")),
            Member("TaskType", TypeName(IPAM, "IpamTaskType")),
            Member("Triggers", TypeName(SCHEMA, "string"), nillable=True),
        ),
    ),
)
