r"""The words of authorization: memberships, operations, groups of them, roles, scopes, policies.

What [MS-IPAMM2] 3.1.1.1.35 to 3.1.1.1.42 keep in tables, as plain values. The rows that the
document gives are in `ipam_progress.authorization.tables`. Decides nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

__all__ = [
    "ALL_ADMINS",
    "ALL_READERS",
    "ASM_ADMINS",
    "GLOBAL_SCOPE",
    "IPAM_ADMINS",
    "IP_AUDIT_ADMINS",
    "LOCAL_ADMINISTRATOR",
    "MSM_ADMINS",
    "AccessPolicy",
    "AdminOperation",
    "Membership",
    "Role",
    "ScopeObject",
    "scope_covers",
    "with_children",
]


class Membership(Enum):
    """The members of ADM_UserAuthorizationData that are true or false, [MS-IPAMM2] 3.1.1.4."""

    IS_ADMINISTRATOR = "IsAdministrator"
    IS_IPAM_USER = "IsIpamUser"
    IS_IPAM_ADMINISTRATOR = "IsIpamAdministrator"
    IS_IPAM_ASM_ADMINISTRATOR = "IsIpamAsmAdministrator"
    IS_IPAM_MSM_ADMINISTRATOR = "IsIpamMsmAdministrator"
    IS_IPAM_IP_AUDIT_ADMINISTRATOR = "IsIpamIPAuditAdministrator"


# What a cell of the column NonRBACAdminAccessRequirement can name. The document explains the first
# three, in 3.1.1.1.36.1; the others, which it spells in several ways, are read from 3.1.1.2.
LOCAL_ADMINISTRATOR: Final = frozenset({Membership.IS_ADMINISTRATOR})
ALL_READERS: Final = frozenset(Membership)
ALL_ADMINS: Final = ALL_READERS - {Membership.IS_IPAM_USER}
IPAM_ADMINS: Final = frozenset({Membership.IS_IPAM_ADMINISTRATOR})
ASM_ADMINS: Final = frozenset({Membership.IS_IPAM_ASM_ADMINISTRATOR})
MSM_ADMINS: Final = frozenset({Membership.IS_IPAM_MSM_ADMINISTRATOR})
IP_AUDIT_ADMINS: Final = frozenset({Membership.IS_IPAM_IP_AUDIT_ADMINISTRATOR})


class ScopeObject(Enum):
    """The kinds of objects whose access scope counts, as [MS-IPAMM2] 3.19.6.1 names them."""

    DHCP_SERVER = "DhcpServer"
    DHCP_SCOPE = "DhcpScope"
    DHCP_SUPERSCOPE = "DhcpSuperscopeV4"
    IP_RANGE = "IPRange"
    DNS_SERVER = "DnsServer"
    DNS_SERVER_ZONE = "DnsServerZone"
    DNS_RESOURCE_RECORDS = "DnsResourceRecords"


@dataclass(frozen=True, slots=True)
class AdminOperation:
    """A row of ADM_AdminOperationsTable, [MS-IPAMM2] 3.1.1.1.36: what a right is about.

    Attributes:
        operation_id: Its OperationId, which is not the IpamAdminOperationId of the wire.
        name: What people call it.
        group: The operation group it belongs to.
        requirement: The memberships, any of which is enough to do it on everything.
        is_admin_role_only: Whether it is for those alone; so are the next.
        is_non_rbac: Whether roles do not count for it.
        is_scope_agnostic: Whether it is about no object that belongs to an access scope.
    """

    operation_id: str
    name: str
    group: str
    requirement: frozenset[Membership]
    is_admin_role_only: bool = False
    is_non_rbac: bool = False
    is_scope_agnostic: bool = False

    @property
    def is_for_roles(self) -> bool:
        """Whether a role can give the right to it."""
        return not (self.is_admin_role_only or self.is_non_rbac)


@dataclass(frozen=True, slots=True)
class Role:
    """A row of ADM_RoleDefinitionTable with its operations, [MS-IPAMM2] 3.1.1.1.38 and 39.

    Attributes:
        name: Its name.
        operations: The ids of the operations that it gives the right to.
        description: What it is for.
        is_built_in: Whether it is one of the document's own.
    """

    name: str
    operations: frozenset[str]
    description: str = ""
    is_built_in: bool = False


GLOBAL_SCOPE: Final = "\\Global"
"""The access scope that everything is in, [MS-IPAMM2] 3.1.1.1.40.1."""


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    r"""A role for somebody on the objects of an access scope, [MS-IPAMM2] 3.1.1.1.41 and 42.

    Attributes:
        who: A SID, the name of an account, or the name of a configured group.
        role: The role's name.
        scope: The full path of the access scope: ``\Global\Europe``.
    """

    who: str
    role: str
    scope: str = GLOBAL_SCOPE


def scope_covers(scope: str, other: str) -> bool:
    r"""Tell whether an access scope is another one, or the other lies in it.

    [MS-IPAMM2] 3.19.6.1 compares for equality. But scopes are a tree (3.1.1.1.40), and every object
    belongs to ``\Global`` (3.1.1.1.40.1); a role that was given there is meant for everything.
    """
    labels, others = (path.casefold().split("\\") for path in (scope, other))
    return others[: len(labels)] == labels


def with_children(group: str, hierarchy: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """Give an operation group and all that are clubbed together in it, [MS-IPAMM2] 3.1.1.1.37."""
    below = (with_children(child, hierarchy) for child in hierarchy.get(group, ()))
    return frozenset({group}).union(*below)
