r"""Who may do what: [MS-IPAMM2] 3.1.4.3, 3.19.6.1 and 3.3.6.1.

An `Authorizer` has the roles and policies of a server. When a session begins, it computes once what
its client's groups and policies are (`Authorizer.for_session`); the `SessionAuthorization` it gives
then decides on each StartOperationWithCallback and StartTask, before anything runs, and on what the
client asks about::

    authorizer = Authorizer(
        roles=[custom_role("Scope keeper", operations=["MsmDhcpEditScope"])],
        policies=[AccessPolicy(r"CONTOSO\alice", "Scope keeper", r"\Global\Europe")],
        access_scopes=scopes_of,
        audit=lambda entry: log.info("{entry}", entry=entry),
    )
    authorization = authorizer.for_session(identity)
    session = ServerSession(registry, outputs, authorize=authorization.authorize)

InitializeOperationParameters is open to everybody. Where the document leaves the decision open:

- A group that may do something may do it everywhere, as 3.19.6.1 has it; access scopes bind those
  only who have the right from a role.
- A policy counts for its access scope and for all that lie in it (`scope_covers`).
- A role with an operation group has the groups that are clubbed together in it too.
- Operations on several objects need the right on each of them, whichever policies give it.
- Objects whose scopes cannot be told are out of reach for roles. Without an `AccessScopeResolver`
  every object is in ``\Global`` and in no scope below it, as objects without a parent are
  (3.1.1.1.43.2.1).
- A failure on the way opens no door: it is told to the audit hook as a denial, and raised.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from ipam_progress.authorization.model import (
    GLOBAL_SCOPE,
    AccessPolicy,
    Membership,
    Role,
    ScopeObject,
    scope_covers,
)
from ipam_progress.authorization.requirements import (
    GENERIC_READ,
    START_TASK,
    Requirement,
    requirements_of,
)
from ipam_progress.authorization.roles import BUILT_IN
from ipam_progress.contracts import (
    IpamExceptionId,
    IpamOperationWithProgressParameters,
    IpamTaskType,
)
from ipam_progress.identity import Identity, IpamGroup
from ipam_progress.session.faults import IpamError

__all__ = [
    "AccessScopeResolver",
    "Audit",
    "AuditEntry",
    "AuthorizationDecision",
    "Authorizer",
    "SessionAuthorization",
    "UserAuthorizationData",
]


class AccessScopeResolver(Protocol):
    """A program's knowledge of which access scopes its objects are in, [MS-IPAMM2] 3.1.1.1.43."""

    def __call__(
        self, parameters: IpamOperationWithProgressParameters, objects: ScopeObject
    ) -> Iterable[str]:
        r"""Give the access scope of each object that an operation is about.

        An object that does not exist yet is in the scope of what it is made in. The document has no
        scopes for DNS servers, zones of servers and resource records; those of the zone that a
        record or a server's zone belongs to suit. Called in the reactor's thread.

        Args:
            parameters: What the client wants to be done.
            objects: The kind of its objects that count; an operation that touches several kinds is
                asked about for each.

        Returns:
            Full paths, ``\Global\Europe``; none at all if the scopes cannot be told.
        """
        ...


@dataclass(frozen=True, slots=True)
class AuthorizationDecision:
    """Whether somebody may do something.

    Attributes:
        allowed: Whether.
        reason: Why, or why not; for the log of this side, not for the client.
    """

    allowed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who asked for what, and what came of it.

    Attributes:
        identity: Who, and from where.
        action: What: ``StartOperationWithCallback CreateDhcpScope`` or ``StartTask Audit``.
        decision: What came of it, and why.
    """

    identity: Identity
    action: str
    decision: AuthorizationDecision

    def __str__(self) -> str:
        """Give the line for the log."""
        verb = "allowed" if self.decision.allowed else "denied"
        return f"{verb}: {self.action} for {self.identity}: {self.decision.reason}"


Audit = Callable[[AuditEntry], None]
"""Takes note of a decision; called for each one, before anything is done about it."""


@dataclass(frozen=True, slots=True)
class UserAuthorizationData:
    """ADM_UserAuthorizationData: what a session's client is and has, [MS-IPAMM2] 3.1.1.4.

    Attributes:
        memberships: Those of its members that are TRUE.
        policies: The policies that are for the client: in place of MappingPolicyIds.
    """

    memberships: frozenset[Membership]
    policies: tuple[AccessPolicy, ...] = ()

    @classmethod
    def compute(
        cls, identity: Identity, policies: Iterable[AccessPolicy] = ()
    ) -> "UserAuthorizationData":
        """Compute it when a session begins ([MS-IPAMM2] 3.1.4.3)."""
        is_a = Membership
        memberships = {
            membership for group, membership in _MEMBERSHIP_OF.items() if identity.is_in(group)
        }
        own = tuple(policy for policy in policies if identity.answers_to(policy.who))
        if is_a.IS_IPAM_ADMINISTRATOR in memberships:
            memberships |= _OF_ADMINISTRATORS
        if own or memberships & _OF_ADMINISTRATORS:
            memberships.add(is_a.IS_IPAM_USER)
        return cls(frozenset(memberships), own)


_MEMBERSHIP_OF = {
    IpamGroup.ADMINISTRATORS: Membership.IS_ADMINISTRATOR,
    IpamGroup.IPAM_USERS: Membership.IS_IPAM_USER,
    IpamGroup.IPAM_ADMINISTRATORS: Membership.IS_IPAM_ADMINISTRATOR,
    IpamGroup.IPAM_ASM_ADMINISTRATORS: Membership.IS_IPAM_ASM_ADMINISTRATOR,
    IpamGroup.IPAM_MSM_ADMINISTRATORS: Membership.IS_IPAM_MSM_ADMINISTRATOR,
    IpamGroup.IPAM_IP_AUDIT_ADMINISTRATORS: Membership.IS_IPAM_IP_AUDIT_ADMINISTRATOR,
}

_OF_ADMINISTRATORS = frozenset(
    {
        Membership.IS_IPAM_ASM_ADMINISTRATOR,
        Membership.IS_IPAM_MSM_ADMINISTRATOR,
        Membership.IS_IPAM_IP_AUDIT_ADMINISTRATOR,
    }
)
"""What IPAM administrators are besides, and what makes an IPAM user of anybody."""


class Authorizer:
    """The roles and policies of a server.

    It never changes: to change them, give the sessions to come another one.

    Args:
        roles: Custom roles, beside the built-in ones.
        policies: Who has which role for which access scope.
        access_scopes: Tells the access scopes of objects.
        audit: Is told each decision.

    Raises:
        ValueError: If two roles have the same name, or a policy's role or scope does not exist.
    """

    def __init__(
        self,
        *,
        roles: Iterable[Role] = (),
        policies: Iterable[AccessPolicy] = (),
        access_scopes: AccessScopeResolver | None = None,
        audit: Audit | None = None,
    ) -> None:
        self._roles = {role.name.casefold(): role for role in BUILT_IN}
        for role in roles:
            name = role.name.casefold()
            if name in self._roles:
                raise ValueError(f"there is a role {self._roles[name].name!r} already")
            self._roles[name] = role
        self._policies = tuple(policies)
        for policy in self._policies:
            self._check(policy)
        self._access_scopes = access_scopes
        self._audit = audit

    def for_session(self, identity: Identity) -> "SessionAuthorization":
        """Compute what the client of a session may do, when it begins."""
        data = UserAuthorizationData.compute(identity, self._policies)
        return SessionAuthorization(self, identity, data)

    def role(self, name: str) -> Role | None:
        """Give a role by its name, the case of letters aside."""
        return self._roles.get(name.casefold())

    def scopes_of(
        self, parameters: IpamOperationWithProgressParameters, objects: ScopeObject
    ) -> frozenset[str]:
        """Give the access scopes of an operation's objects; none if they cannot be told."""
        if self._access_scopes is None:
            return frozenset({GLOBAL_SCOPE})
        return frozenset(self._access_scopes(parameters, objects))

    def tell(self, entry: AuditEntry) -> None:
        """Have a decision noted."""
        if self._audit is not None:
            self._audit(entry)

    def _check(self, policy: AccessPolicy) -> None:
        if self.role(policy.role) is None:
            names = ", ".join(role.name for role in self._roles.values())
            raise ValueError(
                f"the policy for {policy.who} gives the role {policy.role!r}, which does not "
                f"exist; the roles are {names}"
            )
        if not scope_covers(GLOBAL_SCOPE, policy.scope):
            raise ValueError(
                f"the policy for {policy.who} is for the access scope {policy.scope!r}; the path "
                f"of a scope begins with {GLOBAL_SCOPE}"
            )


class SessionAuthorization:
    """What the client of one session may do.

    Attributes:
        identity: Who it is.
        data: Its groups and policies, as they were when the session began.
    """

    __slots__ = ("_authorizer", "data", "identity")

    def __init__(
        self, authorizer: Authorizer, identity: Identity, data: UserAuthorizationData
    ) -> None:
        self._authorizer = authorizer
        self.identity = identity
        self.data = data

    def authorize(self, parameters: IpamOperationWithProgressParameters) -> bool:
        """Decide on StartOperationWithCallback: an `ipam_progress.session.server.Authorize`.

        Raises:
            Exception: What the `AccessScopeResolver` or the audit hook raised; it is no consent.
        """
        action = f"StartOperationWithCallback {parameters.OperationId.value}"
        try:
            decision = self.decide(parameters)
        except Exception as error:
            reason = f"the access scopes cannot be told: {type(error).__name__}: {error}"
            self._tell(action, AuthorizationDecision(False, reason))
            raise
        self._tell(action, decision)
        return decision.allowed

    def check_start_task(self, task_type: IpamTaskType | None, server: str | None) -> None:
        """Decide on StartTask ([MS-IPAMM2] 3.3.6.1).

        Raises:
            IpamError: IpamApiAccessDenied if the client may not.
        """
        task = "nothing" if task_type is None else task_type.value
        decision = self._by_membership(START_TASK)
        on = "" if server is None else f" on {server!r}"
        self._tell(f"StartTask {task}{on}", decision)
        if not decision.allowed:
            raise IpamError(
                IpamExceptionId.IpamApiAccessDenied,
                f"You are not allowed to start the task {task}.",
            )

    def check_read(self, operation: str) -> None:
        """Decide on a request that only asks for something ([MS-IPAMM2] 3.3.6.1).

        Consoles ask all the time: what is allowed is not told to the audit hook.

        Args:
            operation: The request: ``GetIpamTasksInfo``.

        Raises:
            IpamError: IpamApiAccessDenied if the client may not.
        """
        decision = self._by_membership(GENERIC_READ)
        if not decision.allowed:
            self._tell(operation, decision)
            raise IpamError(
                IpamExceptionId.IpamApiAccessDenied,
                f"You are not allowed to ask for {operation}.",
            )

    def decide(self, parameters: IpamOperationWithProgressParameters) -> AuthorizationDecision:
        """Decide on an operation, without a word to anybody ([MS-IPAMM2] 3.19.6.1)."""
        reasons = []
        for requirement in requirements_of(parameters):
            decision = self._decide(requirement, parameters)
            if not decision.allowed:
                return decision
            reasons.append(decision.reason)
        return AuthorizationDecision(True, "; ".join(reasons))

    def _decide(
        self, requirement: Requirement, parameters: IpamOperationWithProgressParameters
    ) -> AuthorizationDecision:
        """Steps 2 to 9, for one operation; its number is the document's step."""
        operation = requirement.operation
        decision = self._by_membership(requirement)  # 3 and 4
        if decision.allowed or not operation.is_for_roles:
            return decision
        holders = [policy for policy in self.data.policies if self._gives(policy, requirement)]
        if not holders:  # 6 to 8, 9
            return AuthorizationDecision(
                False,
                f"{operation.operation_id} is for {_list(operation.requirement)} and for holders "
                f"of a role with {operation.group}: the client is none of them",
            )
        if requirement.objects is None:  # 8a
            return _by_policy(holders[0], operation.operation_id)
        scopes = self._authorizer.scopes_of(parameters, requirement.objects)  # 5
        return _in_scopes(scopes, holders, operation.operation_id)  # 8b

    def _by_membership(self, requirement: Requirement) -> AuthorizationDecision:
        """Decide as if there were no roles."""
        operation = requirement.operation
        held = operation.requirement & self.data.memberships
        if held:
            return AuthorizationDecision(True, f"{_list(held)} may do {operation.operation_id}")
        return AuthorizationDecision(
            False,
            f"{operation.operation_id} is for {_list(operation.requirement)} only, whatever roles "
            "one has: the client is none of them",
        )

    def _gives(self, policy: AccessPolicy, requirement: Requirement) -> bool:
        role = self._authorizer.role(policy.role)
        return role is not None and requirement.operation.operation_id in role.operations

    def _tell(self, action: str, decision: AuthorizationDecision) -> None:
        self._authorizer.tell(AuditEntry(self.identity, action, decision))


def _in_scopes(
    scopes: frozenset[str], holders: list[AccessPolicy], operation_id: str
) -> AuthorizationDecision:
    """Decide for objects in these access scopes, each of which has to be covered."""
    if not scopes:
        return AuthorizationDecision(
            False, f"{operation_id}: the access scopes of its objects are not known"
        )
    reasons = []
    for scope in sorted(scopes):
        policy = next((each for each in holders if scope_covers(each.scope, scope)), None)
        if policy is None:
            held = ", ".join(f"{each.role} in {each.scope}" for each in holders)
            return AuthorizationDecision(
                False, f"{operation_id} in {scope}: the client's roles are elsewhere ({held})"
            )
        reasons.append(_by_policy(policy, operation_id, scope).reason)
    return AuthorizationDecision(True, "; ".join(reasons))


def _by_policy(
    policy: AccessPolicy, operation_id: str, scope: str | None = None
) -> AuthorizationDecision:
    where = "" if scope is None else f" in {scope}"
    given = f"given to {policy.who} in {policy.scope}"
    return AuthorizationDecision(True, f"{operation_id}{where} by the role {policy.role}, {given}")


def _list(memberships: frozenset[Membership]) -> str:
    groups = {membership: group.value for group, membership in _MEMBERSHIP_OF.items()}
    return ", ".join(groups[each] for each in Membership if each in memberships)
