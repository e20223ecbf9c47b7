"""Decisions and their reasons: scopes, custom roles, several objects, audit, sub-operations."""

import pytest

from ipam_progress.authorization import (
    GLOBAL_SCOPE,
    AccessPolicy,
    AuditEntry,
    AuthorizationDecision,
    Authorizer,
    Membership,
    ScopeObject,
    UserAuthorizationData,
    custom_role,
    scope_covers,
)
from ipam_progress.authorization.requirements import requirements_of
from ipam_progress.contracts import (
    CreateDhcpScopeParameters,
    CreateIpamIPAddressParameters,
    DeletePolicyParameters,
    DhcpPolicyV4,
    DhcpScopeV4,
    IpamAdminOperationId,
    IpamExceptionId,
    IpamOperationWithProgressParameters,
    IpamTaskType,
    ReplicateScopeParameters,
    UpdateDhcpScopeParameters,
    UpdateIpamIPAddressParameters,
)
from ipam_progress.identity import IdentityResolver, IpamGroup
from ipam_progress.operations import OperationRegistry
from ipam_progress.session.faults import IpamError
from ipam_progress.session.server import ServerSession, ServerState

ALICE_SID = "S-1-5-21-1-2-3-1105"
KEEPERS_SID = "S-1-5-21-1-2-3-1200"
ALICE = IdentityResolver().identify(
    "alice@EXAMPLE.COM",
    "Kerberos",
    user_sid=ALICE_SID,
    group_sids=[KEEPERS_SID],
    address="192.0.2.7",
)
EDIT_SCOPE = UpdateDhcpScopeParameters(OperationId=IpamAdminOperationId.EditDhcpScope)
DHCP_SCOPE_ROLE = "IPAM DHCP Scope Administrator"


def identity_in(*groups):
    return IdentityResolver({group: ["someone"] for group in groups}).identify("someone", "NTLM")


def memberships_of(*groups, policies=()):
    data = UserAuthorizationData.compute(identity_in(*groups), policies)
    return {membership.value for membership in data.memberships}


def session_of(*policies, identity=ALICE, scopes=None, **options):
    resolver = None if scopes is None else lambda _parameters, _objects: scopes
    authorizer = Authorizer(policies=policies, access_scopes=resolver, **options)
    return authorizer.for_session(identity)


# What a client is (3.1.4.3)


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ([], set()),
        (["Administrators"], {"IsAdministrator"}),
        (["IPAM Users"], {"IsIpamUser"}),
        (["IPAM ASM Administrators"], {"IsIpamAsmAdministrator", "IsIpamUser"}),
        (["IPAM MSM Administrators"], {"IsIpamMsmAdministrator", "IsIpamUser"}),
        (["IPAM IP Audit Administrators"], {"IsIpamIPAuditAdministrator", "IsIpamUser"}),
        (
            ["IPAM Administrators"],
            {membership.value for membership in Membership} - {"IsAdministrator"},
        ),
        (["Administrators", "IPAM Users"], {"IsAdministrator", "IsIpamUser"}),
    ],
)
def test_memberships(groups, expected):
    assert memberships_of(*groups) == expected


def test_a_policy_makes_an_ipam_user():
    policies = [AccessPolicy("someone", DHCP_SCOPE_ROLE), AccessPolicy("other", DHCP_SCOPE_ROLE)]
    assert memberships_of(policies=policies) == {"IsIpamUser"}
    data = UserAuthorizationData.compute(identity_in(), policies)
    assert data.policies == (policies[0],)


def test_built_in_administrators_by_their_sid():
    identity = IdentityResolver().identify("a", "Kerberos", group_sids=["S-1-5-32-544"])
    assert UserAuthorizationData.compute(identity).memberships == {Membership.IS_ADMINISTRATOR}


@pytest.mark.parametrize(
    "who", [ALICE_SID, KEEPERS_SID, KEEPERS_SID.lower(), "Alice@example.com", "S-1-5-11"]
)
def test_whom_a_policy_is_for(who):
    assert session_of(AccessPolicy(who, DHCP_SCOPE_ROLE)).authorize(EDIT_SCOPE)


def test_a_policy_for_a_configured_group():
    identity = identity_in("Scope keepers")
    policy = AccessPolicy("scope KEEPERS", DHCP_SCOPE_ROLE)
    assert session_of(policy, identity=identity).authorize(EDIT_SCOPE)
    assert not session_of(policy).authorize(EDIT_SCOPE)


# Access scopes


@pytest.mark.parametrize(
    ("scope", "other", "covered"),
    [
        ("\\Global", "\\Global", True),
        ("\\Global", "\\Global\\Europe\\Berlin", True),
        ("\\GLOBAL\\europe", "\\Global\\Europe\\Berlin", True),
        ("\\Global\\Europe", "\\Global", False),
        ("\\Global\\Europe", "\\Global\\Europe2", False),
        ("\\Global\\Europe", "\\Global\\Asia\\Europe", False),
        ("\\Global", "Europe", False),
    ],
)
def test_a_scope_has_what_lies_in_it(scope, other, covered):
    assert scope_covers(scope, other) is covered


def test_without_a_resolver_everything_is_global():
    everywhere = session_of(AccessPolicy(ALICE_SID, DHCP_SCOPE_ROLE))
    in_europe = session_of(AccessPolicy(ALICE_SID, DHCP_SCOPE_ROLE, "\\Global\\Europe"))
    assert everywhere.decide(EDIT_SCOPE) == AuthorizationDecision(
        True,
        "MsmDhcpEditScope in \\Global by the role IPAM DHCP Scope Administrator, "
        f"given to {ALICE_SID} in \\Global",
    )
    assert in_europe.decide(EDIT_SCOPE) == AuthorizationDecision(
        False,
        "MsmDhcpEditScope in \\Global: the client's roles are elsewhere "
        "(IPAM DHCP Scope Administrator in \\Global\\Europe)",
    )


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        (["\\Global\\Europe"], True),
        (["\\Global\\Europe\\Berlin", "\\Global\\Asia"], True),
        (["\\Global\\Europe", "\\Global\\Asia", "\\Global\\Africa"], False),
        (["\\Global"], False),
        ([], False),
        ("\\Global\\Europe", False),
    ],
    ids=["one", "each by a policy of its own", "one too many", "above", "unknown", "a mistake"],
)
def test_several_objects(scopes, allowed):
    session = session_of(
        AccessPolicy(ALICE_SID, DHCP_SCOPE_ROLE, "\\Global\\Europe"),
        AccessPolicy(KEEPERS_SID, "IPAM DHCP Administrator", "\\Global\\Asia"),
        AccessPolicy(ALICE_SID, "IPAM DNS Administrator"),
        scopes=scopes,
    )
    assert session.authorize(EDIT_SCOPE) is allowed


def test_reasons_for_several_objects():
    session = session_of(
        AccessPolicy(ALICE_SID, DHCP_SCOPE_ROLE, "\\Global\\Europe"),
        scopes=iter(["\\Global\\Europe\\B", "\\Global\\Europe\\A"]),
    )
    by_role = f"by the role {DHCP_SCOPE_ROLE}, given to {ALICE_SID} in \\Global\\Europe"
    assert session.decide(EDIT_SCOPE).reason == (
        f"MsmDhcpEditScope in \\Global\\Europe\\A {by_role}; "
        f"MsmDhcpEditScope in \\Global\\Europe\\B {by_role}"
    )


def test_scopes_that_are_not_known():
    session = session_of(AccessPolicy(ALICE_SID, DHCP_SCOPE_ROLE), scopes=[])
    reason = "MsmDhcpEditScope: the access scopes of its objects are not known"
    assert session.decide(EDIT_SCOPE) == AuthorizationDecision(False, reason)


def test_the_resolver_is_asked_only_where_scopes_count():
    asked = []

    def resolver(parameters, objects):
        asked.append((parameters, objects))
        return [GLOBAL_SCOPE]

    policy = AccessPolicy(ALICE_SID, "IPAM DHCP Administrator", "\\Global\\Europe")
    authorizer = Authorizer(policies=[policy], access_scopes=resolver)
    replicate = ReplicateScopeParameters(OperationId=IpamAdminOperationId.ReplicateScope)
    session = authorizer.for_session(ALICE)
    assert session.decide(replicate).reason == (
        "MsmDhcpReplicateOperation by the role IPAM DHCP Administrator, "
        f"given to {ALICE_SID} in \\Global\\Europe"
    )
    assert authorizer.for_session(identity_in("IPAM MSM Administrators")).authorize(EDIT_SCOPE)
    assert not authorizer.for_session(identity_in("IPAM Users")).authorize(EDIT_SCOPE)
    assert asked == []
    assert not session.authorize(EDIT_SCOPE)
    assert asked == [(EDIT_SCOPE, ScopeObject.DHCP_SCOPE)]
    create = CreateDhcpScopeParameters(OperationId=IpamAdminOperationId.CreateDhcpScope)
    session.authorize(create)
    assert asked[1:] == [(create, ScopeObject.DHCP_SERVER)]


# Custom roles


def test_a_custom_role():
    role = custom_role("Scope editor", operations=["MsmDhcpEditScope"])
    session = session_of(AccessPolicy(ALICE_SID, "scope EDITOR"), roles=[role])
    assert session.authorize(EDIT_SCOPE)
    create = CreateDhcpScopeParameters(OperationId=IpamAdminOperationId.CreateDhcpScope)
    assert session.decide(create) == AuthorizationDecision(
        False,
        "MsmDhcpCreateScope is for IPAM MSM Administrators and for holders of a role with "
        "DhcpScopeOperations: the client is none of them",
    )


@pytest.mark.parametrize("name", ["IPAM Administrator", "ipam dhcp administrator"])
def test_roles_of_the_same_name(name):
    with pytest.raises(ValueError, match=f"(?i)there is a role '{name}' already"):
        Authorizer(roles=[custom_role(name)])


def test_policies_that_lead_nowhere():
    with pytest.raises(ValueError, match=r"the role 'Gardener', which does not exist; the roles"):
        Authorizer(policies=[AccessPolicy(ALICE_SID, "Gardener")])
    with pytest.raises(ValueError, match=r"scope 'Europe'; the path of a scope begins with"):
        Authorizer(policies=[AccessPolicy(ALICE_SID, DHCP_SCOPE_ROLE, "Europe")])


# One or the other, and more than one


def needed(parameters):
    return [
        (requirement.operation.operation_id, requirement.objects and requirement.objects.value)
        for requirement in requirements_of(parameters)
    ]


OF_SCOPE = ("MsmDhcpDeleteScopePolicy", "DhcpScope")
OF_SERVER = ("MsmDhcpDeleteServerPolicy", "DhcpServer")


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ([DhcpPolicyV4(ScopeRecordId=3)], [OF_SCOPE]),
        ([DhcpPolicyV4(Scope=DhcpScopeV4())], [OF_SCOPE]),
        ([DhcpPolicyV4(ServerRecordId=3)], [OF_SERVER]),
        ([DhcpPolicyV4(), DhcpPolicyV4(ScopeRecordId=3)], [OF_SCOPE, OF_SERVER]),
        ([], [OF_SCOPE, OF_SERVER]),
        (None, [OF_SCOPE, OF_SERVER]),
    ],
)
def test_policies_of_scopes_and_servers(policies, expected):
    parameters = DeletePolicyParameters(
        OperationId=IpamAdminOperationId.DeletePolicy, Policies=policies
    )
    assert needed(parameters) == expected


def test_policy_parameters_of_another_type():
    base = IpamOperationWithProgressParameters(OperationId=IpamAdminOperationId.DeletePolicy)
    assert needed(base) == [OF_SCOPE, OF_SERVER]


@pytest.mark.parametrize(
    "parameters",
    [
        CreateIpamIPAddressParameters(OperationId=IpamAdminOperationId.CreateIpamIPAddress),
        UpdateIpamIPAddressParameters(OperationId=IpamAdminOperationId.UpdateIpamIPAddress),
    ],
    ids=["create", "update"],
)
def test_sub_operations_of_an_address(parameters):
    [own] = needed(parameters)
    assert own[1] == "IPRange"
    parameters.CreateDhcpReservation = True
    reservation = ("MsmDhcpScopeCreateOrEditAddressReservation", "DhcpScope")
    assert needed(parameters) == [own, reservation]
    parameters.CreateDnsRecord = True
    record = ("CreateDnsResourceRecords", "DnsResourceRecords")
    assert needed(parameters) == [own, reservation, record]
    address_role = AccessPolicy(ALICE_SID, "IP Address Record Administrator")
    dhcp_role = AccessPolicy(ALICE_SID, "IPAM DHCP Reservations Administrator")
    dns_role = AccessPolicy(ALICE_SID, "IPAM DNS Record Administrator")
    assert not session_of(address_role, dhcp_role).authorize(parameters)
    assert not session_of(address_role, dns_role).authorize(parameters)
    assert session_of(address_role, dhcp_role, dns_role).authorize(parameters)


# StartTask


def test_start_task_is_for_groups():
    role = AccessPolicy("someone", "IPAM Administrator")
    for group in ("Administrators", "IPAM IP Audit Administrators"):
        session_of(identity=identity_in(group)).check_start_task(IpamTaskType.Audit, None)
    with pytest.raises(IpamError, match="You are not allowed to start the task Audit") as caught:
        session_of(role, identity=identity_in("IPAM Users")).check_start_task(
            IpamTaskType.Audit, "dhcp1"
        )
    assert caught.value.exception_id is IpamExceptionId.IpamApiAccessDenied


# What is asked


def test_questions_are_for_readers():
    """A policy of any kind makes a reader of its holder ([MS-IPAMM2] 3.1.4.3)."""
    for group in IpamGroup:
        session_of(identity=identity_in(group.value)).check_read("GetIpamTasksInfo")
    role = AccessPolicy("someone", "IPAM DNS Record Administrator")
    session_of(role, identity=identity_in()).check_read("GetIpamTasksInfo")
    with pytest.raises(IpamError, match="not allowed to ask for GetIpamTasksInfo") as caught:
        session_of(identity=identity_in()).check_read("GetIpamTasksInfo")
    assert caught.value.exception_id is IpamExceptionId.IpamApiAccessDenied


def test_of_questions_only_denials_are_told():
    entries = []
    session_of(identity=identity_in("IPAM Users"), audit=entries.append).check_read("IsTaskRunning")
    with pytest.raises(IpamError):
        session_of(identity=identity_in(), audit=entries.append).check_read("IsTaskRunning")
    (entry,) = entries
    assert entry.action == "IsTaskRunning"
    assert not entry.decision.allowed


# Audit


def test_each_decision_is_told():
    entries = []
    session = session_of(AccessPolicy(ALICE_SID, DHCP_SCOPE_ROLE), audit=entries.append)
    assert session.authorize(EDIT_SCOPE)
    with pytest.raises(IpamError):
        session.check_start_task(IpamTaskType.Discovery, "a\nb")
    with pytest.raises(IpamError):
        session.check_start_task(None, None)
    who = "for alice@EXAMPLE.COM (Kerberos) from 192.0.2.7"
    not_an_admin = (
        "TaskStart is for Administrators, IPAM Administrators, IPAM ASM Administrators, IPAM MSM "
        "Administrators, IPAM IP Audit Administrators only, whatever roles one has: the client is "
        "none of them"
    )
    by_role = (
        "MsmDhcpEditScope in \\Global by the role IPAM DHCP Scope Administrator, "
        f"given to {ALICE_SID} in \\Global"
    )
    assert list(map(str, entries)) == [
        f"allowed: StartOperationWithCallback EditDhcpScope {who}: {by_role}",
        f"denied: StartTask Discovery on 'a\\nb' {who}: {not_an_admin}",
        f"denied: StartTask nothing {who}: {not_an_admin}",
    ]
    assert entries[0] == AuditEntry(
        ALICE, "StartOperationWithCallback EditDhcpScope", session.decide(EDIT_SCOPE)
    )


def test_membership_is_the_reason():
    session = session_of(identity=identity_in("IPAM Administrators"))
    reason = "IPAM MSM Administrators may do MsmDhcpEditScope"
    assert session.decide(EDIT_SCOPE) == AuthorizationDecision(True, reason)


def test_a_resolver_that_fails_opens_no_door():
    def resolver(_parameters, _objects):
        raise OSError("database not reachable")

    entries = []
    authorizer = Authorizer(
        policies=[AccessPolicy(ALICE_SID, DHCP_SCOPE_ROLE)],
        access_scopes=resolver,
        audit=entries.append,
    )
    with pytest.raises(OSError, match="database not reachable"):
        authorizer.for_session(ALICE).authorize(EDIT_SCOPE)
    [entry] = entries
    assert entry.decision == AuthorizationDecision(
        False, "the access scopes cannot be told: OSError: database not reachable"
    )


def test_what_a_client_may_is_computed_once():
    groups = {"IPAM MSM Administrators": ["someone"]}
    session = session_of(identity=IdentityResolver(groups).identify("someone", "NTLM"))
    groups.clear()
    assert session.authorize(EDIT_SCOPE)
    with pytest.raises(AttributeError):
        session.data.memberships = frozenset()


# In a session


class _Outputs:
    def __init__(self):
        self.failures = []

    def callbacks_ready(self):
        pass

    def create_waiter(self):
        raise AssertionError("nothing waits here")

    def record_start(self, _start):
        return None

    def run_handler(self, call):
        self.call = call

    def log_failure(self, description, error):
        self.failures.append((description, str(error)))

    def schedule(self, _seconds, _call):
        return self

    def cancel(self):
        pass

    def seconds(self):
        return 0.0


@pytest.mark.parametrize("scope", ["\\Global\\Europe", "\\Global\\Asia"])
def test_a_session_asks_before_anything_runs(scope):
    entries, outputs = [], _Outputs()
    registry = OperationRegistry()
    registry.operation("EditDhcpScope")(lambda _parameters, _progress: None)
    authorization = session_of(
        AccessPolicy(ALICE_SID, DHCP_SCOPE_ROLE, "\\Global\\Europe"),
        scopes=[scope],
        audit=entries.append,
    )
    session = ServerSession(registry, outputs, authorize=authorization.authorize)
    session.initialize(EDIT_SCOPE)
    assert entries == []
    if scope == "\\Global\\Europe":
        session.start()
        assert session.state is ServerState.OPERATION_STARTED
        assert outputs.call.description == "operation EditDhcpScope"
    else:
        with pytest.raises(IpamError, match="not allowed to start the operation EditDhcpScope"):
            session.start()
        assert session.state is ServerState.OPERATION_INITIALIZED
        assert not hasattr(outputs, "call")
    assert [entry.decision.allowed for entry in entries] == [scope == "\\Global\\Europe"]
