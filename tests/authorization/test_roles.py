"""Roles: what the built-in ones can do, and what others can be made of."""

import pytest

from ipam_progress.authorization import (
    ADMIN_OPERATIONS,
    BUILT_IN,
    OPERATION_GROUPS,
    Membership,
    custom_role,
)
from ipam_progress.authorization.model import with_children
from ipam_progress.authorization.tables import BUILT_IN_ROLES, CHILD_GROUPS, REQUIRED_OPERATIONS
from ipam_progress.contracts import PARAMETER_TYPES

OF_THE_DOCUMENT = set(list(ADMIN_OPERATIONS)[:110])


def test_the_tables_are_whole():
    assert len(ADMIN_OPERATIONS) == 110 + 14
    assert len(BUILT_IN_ROLES) == 9
    assert set(REQUIRED_OPERATIONS) == set(PARAMETER_TYPES)
    assert {operation.group for operation in ADMIN_OPERATIONS.values()} <= OPERATION_GROUPS
    # 45 of 3.1.1.1.35.1, and two that operations name
    assert len(OPERATION_GROUPS) == 47


def test_flags_of_the_document():
    """How many rows of 3.1.1.1.36.1 have which flags."""
    flags = {}
    for operation_id in OF_THE_DOCUMENT:
        operation = ADMIN_OPERATIONS[operation_id]
        assert operation.requirement
        key = (operation.is_admin_role_only, operation.is_non_rbac, operation.is_scope_agnostic)
        flags[key] = flags.get(key, 0) + 1
    assert flags == {
        (False, False, False): 65,
        (False, True, True): 18,
        (False, False, True): 13,
        (True, True, True): 8,
        (True, False, False): 6,
    }


def test_what_the_document_leaves_out_is_for_roles_and_bound_to_scopes():
    for operation_id in set(ADMIN_OPERATIONS) - OF_THE_DOCUMENT:
        operation = ADMIN_OPERATIONS[operation_id]
        assert operation.is_for_roles
        assert not operation.is_scope_agnostic
        assert Membership.IS_IPAM_MSM_ADMINISTRATOR in operation.requirement


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("IPAM DHCP Reservations Administrator", 3),
        ("IPAM DHCP Scope Administrator", 16),
        ("IPAM DNS Record Administrator", 10),
        ("IPAM DHCP Administrator", 34),
        ("IP Address Record Administrator", 4),
        ("IPAM ASM Administrator", 27),
        ("IPAM MSM Administrator", 47),
        ("IPAM Administrator", 79),
        ("IPAM DNS Administrator", 14),
    ],
)
def test_built_in_roles(name, count):
    """The numbers of operations with those of child groups."""
    [role] = [role for role in BUILT_IN if role.name == name]
    assert role.is_built_in
    own = role.operations & OF_THE_DOCUMENT
    # one operation's group is spelled in another way than the table of groups has it
    assert len(own) == count


def test_child_groups():
    below = with_children("DnsRecordOperations", CHILD_GROUPS)
    assert len(below) == 1 + 10 + 11
    assert "X25RecordOperations" in below
    assert with_children("X25RecordOperations", CHILD_GROUPS) == {"X25RecordOperations"}
    role = custom_role("Records", groups=["dnsrecordoperations"])
    assert "MsmDnsCreateHostARecord" in role.operations
    role = custom_role("Addresses", groups=["ARecordOperations"])
    assert role.operations == {
        "MsmDnsCreateHostARecord",
        "MsmDnsDeleteHostARecord",
        "MsmDnsEditHostARecord",
    }


def test_a_role_of_groups_and_operations():
    role = custom_role(
        "Both",
        operations=["MsmDhcpEditScope"],
        groups=["AddressOperations"],
        description="for the tests",
    )
    assert {"MsmDhcpEditScope", "CreateIPAddress"} < role.operations
    assert role.description == "for the tests"
    assert not role.is_built_in


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"operations": ["Fly"]}, r"'Fly' is no operation .*ADMIN_OPERATIONS has them all"),
        ({"operations": ["EditDhcpScope"]}, "EditDhcpScope needs MsmDhcpEditScope"),
        (
            {"operations": ["UpdatePolicy"]},
            "UpdatePolicy needs MsmDhcpEditScopePolicy or MsmDhcpEditServerPolicy",
        ),
        ({"operations": ["TaskStart"]}, "'TaskStart' is decided by groups alone"),
        ({"operations": ["CreateAccessScope"]}, "'CreateAccessScope' is decided by groups alone"),
        ({"groups": ["Flying"]}, "'Flying' is no operation group; the groups are AAAARecord"),
    ],
)
def test_roles_that_cannot_be(options, words):
    with pytest.raises(ValueError, match=words):
        custom_role("Odd", **options)
