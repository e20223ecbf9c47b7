"""What an operation needs, for the parameters it is to run with ([MS-IPAMM2] 3.19.6.1, step 1).

Most operations need one right. Those on DHCP policies need one or the other, after what a policy
belongs to; those on addresses need more than one if they are to make a reservation or a DNS record
on the way. Decides nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ipam_progress.authorization.model import AdminOperation, ScopeObject
from ipam_progress.authorization.tables import ADMIN_OPERATIONS, REQUIRED_OPERATIONS
from ipam_progress.contracts import (
    CreateIpamIPAddressParameters,
    DeletePolicyParameters,
    DhcpPolicyV4,
    IpamOperationWithProgressParameters,
    MovePolicyProcessingOrderParameters,
    UpdateIpamIPAddressParameters,
    UpdatePolicyParameters,
    UpdatePolicyPropertiesParameters,
    items_of,
)

__all__ = ["GENERIC_READ", "START_TASK", "Requirement", "requirements_of"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """A right that an operation needs.

    Attributes:
        operation: What it is the right to.
        objects: The kind of the objects whose access scopes count; None if scopes do not.
    """

    operation: AdminOperation
    objects: ScopeObject | None = None


START_TASK: Final = Requirement(ADMIN_OPERATIONS["TaskStart"])
"""What StartTask needs, [MS-IPAMM2] 3.3.6.1."""

GENERIC_READ: Final = Requirement(ADMIN_OPERATIONS["GenericRead"])
"""What the operations of IIpamServer need that only tell something, [MS-IPAMM2] 3.3.6.1."""

_REQUIREMENTS: Final = {
    operation_id: tuple(Requirement(ADMIN_OPERATIONS[name], kind) for name, kind in required)
    for operation_id, required in REQUIRED_OPERATIONS.items()
}

_RESERVATION: Final = Requirement(
    ADMIN_OPERATIONS["MsmDhcpScopeCreateOrEditAddressReservation"], ScopeObject.DHCP_SCOPE
)
_DNS_RECORD: Final = Requirement(
    ADMIN_OPERATIONS["CreateDnsResourceRecords"], ScopeObject.DNS_RESOURCE_RECORDS
)


def requirements_of(parameters: IpamOperationWithProgressParameters) -> tuple[Requirement, ...]:
    """Give the rights that an operation needs, all of them."""
    required = _REQUIREMENTS[parameters.OperationId]
    if len(required) > 1:
        return _for_policies(parameters, required)
    if isinstance(parameters, CreateIpamIPAddressParameters | UpdateIpamIPAddressParameters):
        if parameters.CreateDhcpReservation:
            required += (_RESERVATION,)
        if parameters.CreateDnsRecord:
            required += (_DNS_RECORD,)
    return required


def _for_policies(
    parameters: IpamOperationWithProgressParameters, required: tuple[Requirement, ...]
) -> tuple[Requirement, ...]:
    """Choose by what the policies belong to; without a policy to go by, both are needed."""
    belong_to = {
        ScopeObject.DHCP_SCOPE if policy.Scope or policy.ScopeRecordId else ScopeObject.DHCP_SERVER
        for policy in _policies(parameters)
    }
    chosen = tuple(requirement for requirement in required if requirement.objects in belong_to)
    return chosen or required


def _policies(parameters: IpamOperationWithProgressParameters) -> Iterator[DhcpPolicyV4]:
    match parameters:
        case UpdatePolicyParameters() | MovePolicyProcessingOrderParameters():
            yield from items_of([parameters.Policy])
        case DeletePolicyParameters() | UpdatePolicyPropertiesParameters():
            yield from items_of(parameters.Policies)
