"""Who may do what ([MS-IPAMM2] 3.1.4.3, 3.19.6.1, 3.3.6.1): the names that programs need.

`ipam_progress.authorization.authorizer` tells how it is used. Knows no wire and no Twisted.
"""

from ipam_progress.authorization.authorizer import (
    AccessScopeResolver,
    Audit,
    AuditEntry,
    AuthorizationDecision,
    Authorizer,
    SessionAuthorization,
    UserAuthorizationData,
)
from ipam_progress.authorization.model import (
    GLOBAL_SCOPE,
    AccessPolicy,
    AdminOperation,
    Membership,
    Role,
    ScopeObject,
    scope_covers,
)
from ipam_progress.authorization.roles import BUILT_IN, custom_role
from ipam_progress.authorization.tables import ADMIN_OPERATIONS, OPERATION_GROUPS

__all__ = [
    "ADMIN_OPERATIONS",
    "BUILT_IN",
    "GLOBAL_SCOPE",
    "OPERATION_GROUPS",
    "AccessPolicy",
    "AccessScopeResolver",
    "AdminOperation",
    "Audit",
    "AuditEntry",
    "AuthorizationDecision",
    "Authorizer",
    "Membership",
    "Role",
    "ScopeObject",
    "SessionAuthorization",
    "UserAuthorizationData",
    "custom_role",
    "scope_covers",
]
