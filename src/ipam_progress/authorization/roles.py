"""Roles: the built-in ones, and those that a program makes ([MS-IPAMM2] 3.1.1.1.38 and 39).

A role is a set of operations. It is put together from operation groups, which bring the groups that
are clubbed together in them, and from single operations.
"""

from collections.abc import Iterable
from typing import Final

from ipam_progress.authorization.model import Role, with_children
from ipam_progress.authorization.tables import (
    ADMIN_OPERATIONS,
    BUILT_IN_ROLES,
    CHILD_GROUPS,
    OPERATION_GROUPS,
    REQUIRED_OPERATIONS,
)

__all__ = ["BUILT_IN", "custom_role", "operations_of_groups"]


def operations_of_groups(groups: Iterable[str]) -> frozenset[str]:
    """Give the ids of the operations in operation groups and in the groups below them."""
    all_groups = frozenset[str]().union(*(with_children(group, CHILD_GROUPS) for group in groups))
    return frozenset(
        operation.operation_id
        for operation in ADMIN_OPERATIONS.values()
        if operation.group in all_groups
    )


BUILT_IN: Final = tuple(
    Role(name, operations_of_groups(groups), is_built_in=True)
    for name, groups in BUILT_IN_ROLES.items()
)
"""The roles of [MS-IPAMM2] 3.1.1.1.38.1."""


def custom_role(
    name: str,
    *,
    operations: Iterable[str] = (),
    groups: Iterable[str] = (),
    description: str = "",
) -> Role:
    """Make a role.

    Args:
        name: Its name; no built-in role may have it.
        operations: OperationIds of [MS-IPAMM2] 3.1.1.1.36.1: ``MsmDhcpEditScope``.
        groups: Operation groups of [MS-IPAMM2] 3.1.1.1.35.1: ``DhcpScopeOperations``.
        description: What it is for.

    Raises:
        ValueError: If there is no such operation or group, or if no role can give the right to an
            operation.
    """
    spelled = {group.casefold(): group for group in OPERATION_GROUPS}
    chosen = []
    for group in groups:
        if group.casefold() not in spelled:
            names = ", ".join(sorted(OPERATION_GROUPS))
            raise ValueError(f"{group!r} is no operation group; the groups are {names}")
        chosen.append(spelled[group.casefold()])
    own = frozenset(map(_checked, operations))
    return Role(name, own | operations_of_groups(chosen), description)


def _checked(operation_id: str) -> str:
    operation = ADMIN_OPERATIONS.get(operation_id)
    if operation is None:
        raise ValueError(
            f"{operation_id!r} is no operation that roles are made of{_hint(operation_id)}"
        )
    if not operation.is_for_roles:
        raise ValueError(
            f"{operation_id!r} is decided by groups alone, a role cannot give the right to it"
        )
    return operation_id


def _hint(name: str) -> str:
    """Help those who take the name of what clients ask for."""
    for operation_id, required in REQUIRED_OPERATIONS.items():
        if operation_id.value == name:
            return f"; {name} needs {' or '.join(operation for operation, _ in required)}"
    return "; ipam_progress.authorization.ADMIN_OPERATIONS has them all"
