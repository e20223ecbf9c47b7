"""The servers that IPAM manages and the roles they have.

Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ipam_progress.contracts import enumerations
from ipam_progress.contracts.base import ZERO_TIME
from ipam_progress.contracts.core import BaseIpamObject
from ipam_progress.contracts.enumerations import (
    ServerInfoConfigRetrievalStatus,
    ServerInfoNewFlag,
    ServerRoleAuditFileAccess,
    ServerRoleEventViewerAccess,
    ServerRoleRpcAccess,
    ServerRoleType,
    ServiceRunningStatus,
)
from ipam_progress.values import DateTime

if TYPE_CHECKING:
    from ipam_progress.contracts.address import CustomFieldValue, IPAddress

__all__ = [
    "ServerInfo",
    "ServerRole",
    "ServerRoleDc",
    "ServerRoleDhcp",
    "ServerRoleDhcpVersion",
    "ServerRoleDns",
    "ServerRoleNps",
]


@dataclass(slots=True, kw_only=True)
class ServerInfo(BaseIpamObject):
    """The contract ServerInfo, [MS-IPAMM2] 2.2.4.384."""

    ADDomain: str | None = None
    ADDomainRecordId: int = 0
    ConfigurationRetrievalFlag: ServerInfoConfigRetrievalStatus = (
        ServerInfoConfigRetrievalStatus.None_
    )
    Description: str | None = None
    Domain: str | None = None
    ForestName: str | None = None
    IPAddresses: list[IPAddress | None] | None = None
    LastModified: DateTime = ZERO_TIME
    ManagementStatus: enumerations.ManagementStatus = enumerations.ManagementStatus.None_
    Name: str | None = None
    NewFlag: ServerInfoNewFlag = ServerInfoNewFlag.None_
    OSName: str | None = None
    OSVersion: Decimal = Decimal(0)
    Owner: str | None = None
    RecordId: int = 0
    SamAccountName: str | None = None
    ServerCustomDataCollection: list[CustomFieldValue | None] | None = None
    ServerGuid: str | None = None
    ServerRoleCollection: list[ServerRole | None] | None = None


@dataclass(slots=True, kw_only=True)
class ServerRole(BaseIpamObject):
    """The contract ServerRole, [MS-IPAMM2] 2.2.4.389.

    From it derive: ServerRoleDc, ServerRoleDhcp, ServerRoleDns, ServerRoleNps.
    """

    AuditFileAccessStatus: ServerRoleAuditFileAccess = ServerRoleAuditFileAccess.NotChecked
    EventViewerAccessStatus: ServerRoleEventViewerAccess = ServerRoleEventViewerAccess.NotChecked
    LastRefreshTime: DateTime = ZERO_TIME
    ParentServer: ServerInfo | None = None
    RecordId: int = 0
    RpcAccessStatus: ServerRoleRpcAccess = ServerRoleRpcAccess.NotChecked
    ServerRoleFlag: ServerRoleType = ServerRoleType.None_
    ServerRoleInclusionStatus: bool = False
    ServiceStatus: ServiceRunningStatus = ServiceRunningStatus.NotChecked
    ServiceStatusModifiedTime: DateTime | None = None


@dataclass(slots=True, kw_only=True)
class ServerRoleDhcpVersion:
    """The contract ServerRoleDhcp.Version, [MS-IPAMM2] 2.2.4.392."""

    MajorVersion: int = 0
    MinorVersion: int = 0


@dataclass(slots=True, kw_only=True)
class ServerRoleDc(ServerRole):
    """The contract ServerRoleDc, [MS-IPAMM2] 2.2.4.390."""


@dataclass(slots=True, kw_only=True)
class ServerRoleDhcp(ServerRole):
    """The contract ServerRoleDhcp, [MS-IPAMM2] 2.2.4.391."""

    BackupPath: str | None = None
    DatabasePath: str | None = None
    DhcpCommonInfoId: int = 0
    ServerVersion: ServerRoleDhcpVersion | None = None


@dataclass(slots=True, kw_only=True)
class ServerRoleDns(ServerRole):
    """The contract ServerRoleDns, [MS-IPAMM2] 2.2.4.393."""


@dataclass(slots=True, kw_only=True)
class ServerRoleNps(ServerRole):
    """The contract ServerRoleNps, [MS-IPAMM2] 2.2.4.394."""
