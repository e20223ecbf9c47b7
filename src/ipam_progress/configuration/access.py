"""What a configuration says of rights, in the words of `identity` and `authorization`."""

from collections.abc import Mapping

from ipam_progress.authorization.model import AccessPolicy, Role
from ipam_progress.authorization.roles import custom_role
from ipam_progress.configuration.model import Configuration

__all__ = ["access_policies", "custom_roles", "group_members"]


def group_members(configuration: Configuration) -> Mapping[str, tuple[str, ...]]:
    """Give the members of the groups, as `ipam_progress.identity.IdentityResolver` takes them."""
    return {name: tuple(map(str, members)) for name, members in configuration.groups.items()}


def custom_roles(configuration: Configuration) -> tuple[Role, ...]:
    """Give the roles that are not built in, as an `Authorizer` takes them."""
    return tuple(
        custom_role(
            role.name,
            operations=role.operations,
            groups=role.operation_groups,
            description=role.description,
        )
        for role in configuration.roles
    )


def access_policies(configuration: Configuration) -> tuple[AccessPolicy, ...]:
    """Give the policies, one for everybody they are for, as an `Authorizer` takes them."""
    return tuple(
        AccessPolicy(str(trustee), policy.role, str(policy.scope))
        for policy in configuration.policies
        for trustee in policy.who
    )
