"""Every operation for every built-in role and every group: decisions.csv, beside the document.

tests/data/authorization/decisions.csv has a row for each of the 49 operations, two where it depends
on what a DHCP policy belongs to, and one for StartTask. Its columns are the built-in roles, held in
the scope \\Global, and the Windows groups. It was written by the independent reading below, which
knows nothing of the library, and is meant to be read beside [MS-IPAMM2] 3.19.6.1.
"""

import csv
from pathlib import Path

import pytest

from ipam_progress.authorization import AccessPolicy, Authorizer
from ipam_progress.contracts import (
    PARAMETER_TYPES,
    DhcpPolicyV4,
    IpamAdminOperationId,
    IpamTaskType,
)
from ipam_progress.identity import IdentityResolver, IpamGroup
from ipam_progress.session.faults import IpamError

ROOT = Path(__file__).parent.parent.parent
SOURCES = ROOT / "tools" / "authorization"
DECISIONS = ROOT / "tests" / "data" / "authorization" / "decisions.csv"
YES, NO = "yes", "-"


def table(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


# An independent reading of the document's tables


ADMINS = ["Administrators", "IPAM Administrators"]
IN_WORDS = {
    "LocalAdministrator": ["Administrators"],
    "LoalAdministrator": ["Administrators"],
    "IPAMAdmins": ["IPAM Administrators"],
    "ASM Admins": ["IPAM ASM Administrators", "IPAM Administrators"],
    "IPAM ASM Administrators": ["IPAM ASM Administrators", "IPAM Administrators"],
    "MSM Admins": ["IPAM MSM Administrators", "IPAM Administrators"],
    "IPAM MSM Administrators": ["IPAM MSM Administrators", "IPAM Administrators"],
    "All Admins": [
        *ADMINS,
        "IPAM ASM Administrators",
        "IPAM MSM Administrators",
        "IPAM IP Audit Administrators",
    ],
}
"""A requirement to the groups whose members fulfil it; 3.1.4.3 lets administrators be the rest."""

GROUPS = [
    "IPAM Users",
    "IPAM IP Audit Administrators",
    "IPAM ASM Administrators",
    "IPAM MSM Administrators",
    *reversed(ADMINS),
]


def independent_reading():
    operations = {
        row["OperationId"]: row
        for name in ("admin_operations", "admin_operations_missing")
        for row in table(SOURCES / f"{name}.csv")
    }
    roles = table(SOURCES / "builtin_roles.csv")
    asked = [
        (row["OperationId"], *pair)
        for row in table(SOURCES / "operations.csv")
        for pair in zip(
            row["admin_operation"].split(" / "), row["access_scope_object"].split("/"), strict=True
        )
    ]
    asked.append(("StartTask", "TaskStart", "AccessScopeAgnostic"))
    for name, needs, objects in asked:
        operation = operations[needs]
        words = operation["NonRBACAdminAccessRequirement"].split(" / ")
        groups = {group for word in words for group in IN_WORDS[word]}
        group_only = "TRUE" in (
            operation["IsAdminRoleOnlyOperation"],
            operation["IsNonRBACOperation"],
        )
        line = {"operation": name, "needs": needs, "objects": objects}
        for role in roles:
            held = [each.strip().lower() for each in role["AllowedOperationGroups"].split(";")]
            has_it = operation["OperationGroupId"].lower() in held
            line[role["RoleName"]] = YES if has_it and not group_only else NO
        for group in GROUPS:
            line[group] = YES if group in groups else NO
        yield line


def test_the_table_is_what_the_document_says():
    assert table(DECISIONS) == list(independent_reading())


def test_the_table_is_whole():
    rows = table(DECISIONS)
    assert {row["operation"] for row in rows} == {
        *(operation_id.value for operation_id in PARAMETER_TYPES),
        "StartTask",
    }
    assert len(rows) == 49 + 4 + 1
    assert len(rows[0]) == 3 + 9 + 6
    assert set(GROUPS) == {group.value for group in IpamGroup}


# The library against the table


POLICY_OF = {
    "DhcpScope": DhcpPolicyV4(PolicyId=1, ScopeRecordId=7, ServerRecordId=2),
    "DhcpServer": DhcpPolicyV4(PolicyId=1, ServerRecordId=2),
}


def parameters_of(row):
    operation_id = IpamAdminOperationId(row["operation"])
    parameters = PARAMETER_TYPES[operation_id](OperationId=operation_id)
    if row["operation"] in {"UpdatePolicy", "MovePolicyProcessingOrder"}:
        parameters.Policy = POLICY_OF[row["objects"]]
    elif row["operation"] in {"DeletePolicy", "UpdatePolicyProperty"}:
        parameters.Policies = [POLICY_OF[row["objects"]], None]
    return parameters


def is_allowed(row, authorization):
    if row["operation"] != "StartTask":
        return authorization.authorize(parameters_of(row))
    try:
        authorization.check_start_task(IpamTaskType.Discovery, None)
    except IpamError:
        return False
    return True


def clients():
    authorizer = Authorizer(
        policies=[
            AccessPolicy(f"{role['RoleName']} person", role["RoleName"])
            for role in table(SOURCES / "builtin_roles.csv")
        ]
    )
    resolver = IdentityResolver({group: [f"{group} person"] for group in GROUPS})
    for column in list(table(DECISIONS)[0])[3:]:
        identity = resolver.identify(f"{column} person", "NTLM")
        yield column, authorizer.for_session(identity)


@pytest.mark.parametrize(("column", "authorization"), list(clients()))
def test_every_operation(column, authorization):
    allowed = {
        (row["operation"], row["objects"]): YES if is_allowed(row, authorization) else NO
        for row in table(DECISIONS)
    }
    expected = {(row["operation"], row["objects"]): row[column] for row in table(DECISIONS)}
    assert allowed == expected


def test_nobody_may_do_anything():
    authorizer = Authorizer()
    for identity in (
        IdentityResolver().identify("", ""),
        IdentityResolver().identify(r"CONTOSO\mallory", "NTLM"),
    ):
        authorization = authorizer.for_session(identity)
        assert not any(is_allowed(row, authorization) for row in table(DECISIONS))
