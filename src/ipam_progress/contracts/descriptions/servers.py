"""How the classes of `ipam_progress.contracts.servers` travel.

Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit.
"""

from typing import Final

from ipam_progress.contracts.model import ClassContract, Member, TypeName
from ipam_progress.contracts.servers import (
    ServerInfo,
    ServerRole,
    ServerRoleDc,
    ServerRoleDhcp,
    ServerRoleDhcpVersion,
    ServerRoleDns,
    ServerRoleNps,
)
from ipam_progress.namespaces import IPAM, SCHEMA, SYSTEM_NET

__all__ = ["CONTRACTS"]

CONTRACTS: Final[tuple[ClassContract, ...]] = (
    ClassContract(
        TypeName(IPAM, "ServerInfo"),
        ServerInfo,
        base=TypeName(IPAM, "BaseIpamObject"),
        members=(
            Member("ADDomain", TypeName(SCHEMA, "string"), nillable=True),
            Member("ADDomainRecordId", TypeName(SCHEMA, "int")),
            Member("ConfigurationRetrievalFlag", TypeName(IPAM, "ServerInfoConfigRetrievalStatus")),
            Member("Description", TypeName(SCHEMA, "string"), nillable=True),
            Member("Domain", TypeName(SCHEMA, "string"), nillable=True),
            Member("ForestName", TypeName(SCHEMA, "string"), nillable=True),
            Member("IPAddresses", TypeName(SYSTEM_NET, "ArrayOfIPAddress"), nillable=True),
            Member("LastModified", TypeName(SCHEMA, "dateTime")),
            Member("ManagementStatus", TypeName(IPAM, "ManagementStatus")),
            Member("Name", TypeName(SCHEMA, "string"), nillable=True),
            Member("NewFlag", TypeName(IPAM, "ServerInfoNewFlag")),
            Member("OSName", TypeName(SCHEMA, "string"), nillable=True),
            Member("OSVersion", TypeName(SCHEMA, "decimal")),
            Member("Owner", TypeName(SCHEMA, "string"), nillable=True),
            Member("RecordId", TypeName(SCHEMA, "long")),
            Member("SamAccountName", TypeName(SCHEMA, "string"), nillable=True),
            Member(
                "ServerCustomDataCollection",
                TypeName(IPAM, "ArrayOfCustomFieldValue"),
                nillable=True,
            ),
            Member("ServerGuid", TypeName(SCHEMA, "string"), nillable=True),
            Member("ServerRoleCollection", TypeName(IPAM, "ArrayOfServerRole"), nillable=True),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "ServerRole"),
        ServerRole,
        base=TypeName(IPAM, "BaseIpamObject"),
        members=(
            Member("AuditFileAccessStatus", TypeName(IPAM, "ServerRoleAuditFileAccess")),
            Member("EventViewerAccessStatus", TypeName(IPAM, "ServerRoleEventViewerAccess")),
            Member("LastRefreshTime", TypeName(SCHEMA, "dateTime")),
            Member("ParentServer", TypeName(IPAM, "ServerInfo"), nillable=True),
            Member("RecordId", TypeName(SCHEMA, "long")),
            Member("RpcAccessStatus", TypeName(IPAM, "ServerRoleRpcAccess")),
            Member("ServerRoleFlag", TypeName(IPAM, "ServerRoleType")),
            Member("ServerRoleInclusionStatus", TypeName(SCHEMA, "boolean")),
            Member("ServiceStatus", TypeName(IPAM, "ServiceRunningStatus")),
            Member("ServiceStatusModifiedTime", TypeName(SCHEMA, "dateTime"), nillable=True),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "ServerRoleDhcp.Version"),
        ServerRoleDhcpVersion,
        base=None,
        members=(
            Member("MajorVersion", TypeName(SCHEMA, "unsignedInt")),
            Member("MinorVersion", TypeName(SCHEMA, "unsignedInt")),
        ),
    ),
    ClassContract(
        TypeName(IPAM, "ServerRoleDc"),
        ServerRoleDc,
        base=TypeName(IPAM, "ServerRole"),
        members=(),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "ServerRoleDhcp"),
        ServerRoleDhcp,
        base=TypeName(IPAM, "ServerRole"),
        members=(
            Member("BackupPath", TypeName(SCHEMA, "string"), nillable=True),
            Member("DatabasePath", TypeName(SCHEMA, "string"), nillable=True),
            Member("DhcpCommonInfoId", TypeName(SCHEMA, "long")),
            Member("ServerVersion", TypeName(IPAM, "ServerRoleDhcp.Version"), nillable=True),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "ServerRoleDns"),
        ServerRoleDns,
        base=TypeName(IPAM, "ServerRole"),
        members=(),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "ServerRoleNps"),
        ServerRoleNps,
        base=TypeName(IPAM, "ServerRole"),
        members=(),
        reference=True,
    ),
)
