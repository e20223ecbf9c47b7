"""DHCP servers, scopes, reservations, filters, policies and failover relationships.

Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ipam_progress.contracts import enumerations
from ipam_progress.contracts.base import ZERO_SPAN
from ipam_progress.contracts.core import BaseIpamObject, IpamObject
from ipam_progress.contracts.enumerations import (
    AddressAssignment,
    CollectionOperations,
    DhcpAuditLoggingStatus,
    DhcpDiscardDnsRecordOnLeaseDeletionStatus,
    DhcpDnsNameProtectionStatus,
    DhcpDnsNotRequestingClientsUpdateType,
    DhcpDnsUpdateType,
    DhcpFailoverConfigSyncStatus,
    DhcpFailoverMode,
    DhcpFailoverOperationOwner,
    DhcpFailoverOperations,
    DhcpFailoverState,
    DhcpLeaseDurationType,
    DhcpOperationState,
    DhcpOptionApplyType,
    DhcpOptionDefinitionApplyType,
    DhcpReservationStatus,
    DhcpScopeStatus,
    DhcpServingClientsType,
    DhcpStatelessClientInventoryStatus,
    DhcpUserClassApplyType,
    DhcpVendorClassApplyType,
    DnsDisableDynamicPtrUpdateType,
    PolicyOperations,
    PolicyOperator,
    PolicyState,
    ReservationOperations,
    SuperscopeOperations,
)
from ipam_progress.values import TimeSpan

if TYPE_CHECKING:
    from ipam_progress.contracts.address import IPAddress
    from ipam_progress.contracts.dhcp_options import (
        DhcpFindAndReplaceOption,
        DhcpOption,
        DhcpOptionCollection,
        DhcpOptionDefinition,
        DhcpOptionDefinitionCollection,
        DhcpUserClass,
        DhcpUserClassCollection,
        DhcpVendorClass,
        DhcpVendorClassCollection,
    )
    from ipam_progress.contracts.servers import ServerRoleDhcp

__all__ = [
    "DhcpExclusionRange",
    "DhcpExclusionRangeCollection",
    "DhcpExclusionRangeV4",
    "DhcpExclusionRangeV6",
    "DhcpFailover",
    "DhcpFilter",
    "DhcpPolicyConditionV4",
    "DhcpPolicyRangeV4",
    "DhcpPolicyV4",
    "DhcpReservation",
    "DhcpReservationTemplateConfiguration",
    "DhcpReservationV4",
    "DhcpReservationV4TemplateConfiguration",
    "DhcpReservationV6",
    "DhcpReservationV6TemplateConfiguration",
    "DhcpScope",
    "DhcpScopeTemplateConfiguration",
    "DhcpScopeV4",
    "DhcpScopeV4TemplateConfiguration",
    "DhcpScopeV6",
    "DhcpScopeV6TemplateConfiguration",
    "DhcpServer",
    "DhcpServerTemplateConfiguration",
    "DhcpServerV4",
    "DhcpServerV4TemplateConfiguration",
    "DhcpServerV6",
    "DhcpServerV6TemplateConfiguration",
    "DhcpSuperscopeV4",
    "KeyValuePairOfCollectionOperationsDhcpExclusionRangenTEz2bI_S",
]


@dataclass(slots=True, kw_only=True)
class DhcpExclusionRange(BaseIpamObject):
    """The contract DhcpExclusionRange, [MS-IPAMM2] 2.2.4.100.

    From it derive: DhcpExclusionRangeV4, DhcpExclusionRangeV6.
    """

    EndAddress: IPAddress | None = None
    RecordId: int = 0
    StartAddress: IPAddress | None = None


@dataclass(slots=True, kw_only=True)
class DhcpExclusionRangeCollection(IpamObject):
    """The contract DhcpExclusionRangeCollection, [MS-IPAMM2] 2.2.4.101."""

    ExclusionRangesInCollection: list[DhcpExclusionRange | None] | None = None
    OperationTracker: list[KeyValuePairOfCollectionOperationsDhcpExclusionRangenTEz2bI_S] | None = (
        None
    )
    UpdatedExclusionRanges: list[DhcpExclusionRange | None] | None = None


@dataclass(slots=True, kw_only=True)
class DhcpFailover(BaseIpamObject):
    """The contract DhcpFailover, [MS-IPAMM2] 2.2.4.104."""

    AutoStateTransition: bool = False
    MCLT: TimeSpan = ZERO_SPAN
    Mode: DhcpFailoverMode = DhcpFailoverMode.None_
    OperationTracker: list[DhcpFailoverOperations] | None = None
    RecordId: int = 0
    RelationshipName: str | None = None
    Server1IP: IPAddress | None = None
    Server1Name: str | None = None
    Server1PSName: str | None = None
    Server1Percentage: int = 0
    Server1RecordId: int = 0
    Server1State: DhcpFailoverState = DhcpFailoverState.Unknown
    Server2IP: IPAddress | None = None
    Server2Name: str | None = None
    Server2PSName: str | None = None
    Server2RecordId: int = 0
    Server2State: DhcpFailoverState = DhcpFailoverState.Unknown
    ServerOwner: DhcpFailoverOperationOwner = DhcpFailoverOperationOwner.ServerOne
    SharedSecret: bytes | None = None
    SharedSecretEnabled: bool = False
    StateSwitchInterval: TimeSpan = ZERO_SPAN


@dataclass(slots=True, kw_only=True)
class DhcpFilter(BaseIpamObject):
    """The contract DhcpFilter, [MS-IPAMM2] 2.2.4.113."""

    Description: str | None = None
    IsAllow: bool = False
    MacAddress: str | None = None
    OperationTrackerServerIds: list[int] | None = None
    RecordId: int = 0
    ServerName: str | None = None
    ServerRecordId: int = 0


@dataclass(slots=True, kw_only=True)
class DhcpPolicyConditionV4(BaseIpamObject):
    """The contract DhcpPolicyConditionV4, [MS-IPAMM2] 2.2.4.130."""

    ClientId: list[str | None] | None = None
    Fqdn: list[str | None] | None = None
    MacAddress: list[str | None] | None = None
    Operator: PolicyOperator = PolicyOperator.Or
    RelayAgentCidInfo: list[str | None] | None = None
    RelayAgentInfo: list[str | None] | None = None
    RelayAgentRidInfo: list[str | None] | None = None
    RelayAgentSidInfo: list[str | None] | None = None
    UserClass: list[str | None] | None = None
    VendorClass: list[str | None] | None = None


@dataclass(slots=True, kw_only=True)
class DhcpPolicyRangeV4(BaseIpamObject):
    """The contract DhcpPolicyRangeV4, [MS-IPAMM2] 2.2.4.131."""

    EndIPAddress: IPAddress | None = None
    RecordId: int = 0
    StartIPAddress: IPAddress | None = None


@dataclass(slots=True, kw_only=True)
class DhcpPolicyV4(BaseIpamObject):
    """The contract DhcpPolicyV4, [MS-IPAMM2] 2.2.4.132."""

    Condition: DhcpPolicyConditionV4 | None = None
    DiscardDnsRecordOnLeaseDeletionStatus: DhcpDiscardDnsRecordOnLeaseDeletionStatus = (
        DhcpDiscardDnsRecordOnLeaseDeletionStatus.None_
    )
    DnsDisableDynamicPtrUpdates: DnsDisableDynamicPtrUpdateType = (
        DnsDisableDynamicPtrUpdateType.None_
    )
    DnsNameProtectionStatus: DhcpDnsNameProtectionStatus = DhcpDnsNameProtectionStatus.None_
    DnsNotRequestingClientsUpdateType: DhcpDnsNotRequestingClientsUpdateType = (
        DhcpDnsNotRequestingClientsUpdateType.None_
    )
    DnsSuffix: str | None = None
    DnsUpdateType: DhcpDnsUpdateType = DhcpDnsUpdateType.None_
    LeaseDuration: TimeSpan = ZERO_SPAN
    LeaseDurationType: DhcpLeaseDurationType = DhcpLeaseDurationType.None_
    OperationTracker: list[PolicyOperations] | None = None
    Options: DhcpOptionCollection | None = None
    PolicyDescription: str | None = None
    PolicyId: int = 0
    PolicyName: str | None = None
    ProcessingOrder: int = 0
    Ranges: list[DhcpPolicyRangeV4 | None] | None = None
    Scope: DhcpScope | None = None
    ScopeRecordId: int = 0
    Server: DhcpServer | None = None
    ServerRecordId: int = 0
    State: bool = False


@dataclass(slots=True, kw_only=True)
class DhcpReservation(BaseIpamObject):
    """The contract DhcpReservation, [MS-IPAMM2] 2.2.4.133.

    From it derive: DhcpReservationV4, DhcpReservationV6.
    """

    Address: IPAddress | None = None
    Description: str | None = None
    DiscardDnsRecordOnLeaseDeletionStatus: DhcpDiscardDnsRecordOnLeaseDeletionStatus = (
        DhcpDiscardDnsRecordOnLeaseDeletionStatus.None_
    )
    DnsNameProtectionStatus: DhcpDnsNameProtectionStatus = DhcpDnsNameProtectionStatus.None_
    DnsUpdateType: DhcpDnsUpdateType = DhcpDnsUpdateType.None_
    Name: str | None = None
    OperationTracker: list[ReservationOperations] | None = None
    Options: DhcpOptionCollection | None = None
    ParentScope: DhcpScope | None = None
    RecordId: int = 0
    Status: DhcpReservationStatus = DhcpReservationStatus.Inactive


@dataclass(slots=True, kw_only=True)
class DhcpReservationTemplateConfiguration(BaseIpamObject):
    """The contract DhcpReservationTemplateConfiguration, [MS-IPAMM2] 2.2.4.136.

    From it derive: DhcpReservationV4TemplateConfiguration, DhcpReservationV6TemplateConfiguration.
    """

    Description: str | None = None
    DiscardDnsRecordOnLeaseDeletionStatus: DhcpDiscardDnsRecordOnLeaseDeletionStatus = (
        DhcpDiscardDnsRecordOnLeaseDeletionStatus.None_
    )
    DnsNameProtectionStatus: DhcpDnsNameProtectionStatus = DhcpDnsNameProtectionStatus.None_
    DnsUpdateType: DhcpDnsUpdateType = DhcpDnsUpdateType.None_
    FindAndReplaceOptions: list[DhcpFindAndReplaceOption | None] | None = None
    Name: str | None = None
    OptionApplyType: DhcpOptionApplyType = DhcpOptionApplyType.None_
    Options: list[DhcpOption | None] | None = None
    Status: DhcpReservationStatus = DhcpReservationStatus.Inactive


@dataclass(slots=True, kw_only=True)
class DhcpScope(BaseIpamObject):
    """The contract DhcpScope, [MS-IPAMM2] 2.2.4.141.

    From it derive: DhcpScopeV4, DhcpScopeV6.
    """

    AccessScopeId: int = 0
    Description: str | None = None
    DiscardDnsRecordOnLeaseDeletionStatus: DhcpDiscardDnsRecordOnLeaseDeletionStatus = (
        DhcpDiscardDnsRecordOnLeaseDeletionStatus.None_
    )
    DnsNameProtectionStatus: DhcpDnsNameProtectionStatus = DhcpDnsNameProtectionStatus.None_
    DnsUpdateType: DhcpDnsUpdateType = DhcpDnsUpdateType.None_
    EndAddress: IPAddress | None = None
    ExclusionRanges: DhcpExclusionRangeCollection | None = None
    IsInheritedAccessScope: bool = False
    NumberOfActiveLeases: float = 0.0
    Options: DhcpOptionCollection | None = None
    ParentDhcpServerRecordId: int = 0
    PrefixLength: int = 0
    RecordId: int = 0
    ScopeId: IPAddress | None = None
    ScopeName: str | None = None
    StartAddress: IPAddress | None = None
    Status: DhcpScopeStatus = DhcpScopeStatus.None_
    SubnetMask: IPAddress | None = None
    TotalNumberOfAddressesInScope: float = 0.0
    TotalNumberOfExcludedAddressesInScope: float = 0.0


@dataclass(slots=True, kw_only=True)
class DhcpScopeTemplateConfiguration(BaseIpamObject):
    """The contract DhcpScopeTemplateConfiguration, [MS-IPAMM2] 2.2.4.149.

    From it derive: DhcpScopeV4TemplateConfiguration, DhcpScopeV6TemplateConfiguration.
    """

    Description: str | None = None
    DiscardDnsRecordOnLeaseDeletionStatus: DhcpDiscardDnsRecordOnLeaseDeletionStatus = (
        DhcpDiscardDnsRecordOnLeaseDeletionStatus.None_
    )
    DnsNameProtectionStatus: DhcpDnsNameProtectionStatus = DhcpDnsNameProtectionStatus.None_
    DnsUpdateType: DhcpDnsUpdateType = DhcpDnsUpdateType.None_
    FindAndReplaceOptions: list[DhcpFindAndReplaceOption | None] | None = None
    OptionApplyType: DhcpOptionApplyType = DhcpOptionApplyType.None_
    Options: list[DhcpOption | None] | None = None
    Status: DhcpScopeStatus = DhcpScopeStatus.None_


@dataclass(slots=True, kw_only=True)
class DhcpServer(BaseIpamObject):
    """The contract DhcpServer, [MS-IPAMM2] 2.2.4.155.

    From it derive: DhcpServerV4, DhcpServerV6.
    """

    AccessScopeId: int = 0
    AuditLoggingStatus: DhcpAuditLoggingStatus = DhcpAuditLoggingStatus.None_
    DiscardDnsRecordOnLeaseDeletionStatus: DhcpDiscardDnsRecordOnLeaseDeletionStatus = (
        DhcpDiscardDnsRecordOnLeaseDeletionStatus.None_
    )
    DnsNameProtectionStatus: DhcpDnsNameProtectionStatus = DhcpDnsNameProtectionStatus.None_
    DnsRegistrationCredentialDomainName: str | None = None
    DnsRegistrationCredentialPassword: bytes | None = None
    DnsRegistrationCredentialUserName: str | None = None
    DnsUpdateType: DhcpDnsUpdateType = DhcpDnsUpdateType.None_
    IsInheritedAccessScope: bool = False
    NumberOfActiveLeases: float = 0.0
    NumberOfAvailableAddresses: float = 0.0
    NumberOfScopes: int = 0
    OptionDefinitions: DhcpOptionDefinitionCollection | None = None
    Options: DhcpOptionCollection | None = None
    RecordId: int = 0
    ServerRoleInfo: ServerRoleDhcp | None = None
    UserClasses: DhcpUserClassCollection | None = None
    VendorClasses: DhcpVendorClassCollection | None = None


@dataclass(slots=True, kw_only=True)
class DhcpServerTemplateConfiguration(BaseIpamObject):
    """The contract DhcpServerTemplateConfiguration, [MS-IPAMM2] 2.2.4.158.

    From it derive: DhcpServerV4TemplateConfiguration, DhcpServerV6TemplateConfiguration.
    """

    AuditLoggingStatus: DhcpAuditLoggingStatus = DhcpAuditLoggingStatus.None_
    DiscardDnsRecordOnLeaseDeletionStatus: DhcpDiscardDnsRecordOnLeaseDeletionStatus = (
        DhcpDiscardDnsRecordOnLeaseDeletionStatus.None_
    )
    DnsNameProtectionStatus: DhcpDnsNameProtectionStatus = DhcpDnsNameProtectionStatus.None_
    DnsRegistrationCredentialDomainName: str | None = None
    DnsRegistrationCredentialPassword: bytes | None = None
    DnsRegistrationCredentialUserName: str | None = None
    DnsUpdateType: DhcpDnsUpdateType = DhcpDnsUpdateType.None_
    FindAndReplaceOptions: list[DhcpFindAndReplaceOption | None] | None = None
    OptionApplyType: DhcpOptionApplyType = DhcpOptionApplyType.None_
    OptionDefinitionApplyType: DhcpOptionDefinitionApplyType = DhcpOptionDefinitionApplyType.None_
    OptionDefinitions: list[DhcpOptionDefinition | None] | None = None
    Options: list[DhcpOption | None] | None = None
    UserClassApplyType: DhcpUserClassApplyType = DhcpUserClassApplyType.None_
    UserClasses: list[DhcpUserClass | None] | None = None
    VendorClassApplyType: DhcpVendorClassApplyType = DhcpVendorClassApplyType.None_
    VendorClasses: list[DhcpVendorClass | None] | None = None


@dataclass(slots=True, kw_only=True)
class DhcpSuperscopeV4(BaseIpamObject):
    """The contract DhcpSuperscopeV4, [MS-IPAMM2] 2.2.4.166."""

    AccessScopeId: int = 0
    AccessScopePath: str | None = None
    IsInheritedAccessScope: bool = False
    Name: str | None = None
    OperationTracker: list[SuperscopeOperations] | None = None
    ParentServerId: int = 0
    PercentageUsed: float = 0.0
    RecordId: int = 0
    Server: DhcpServerV4 | None = None
    Status: DhcpScopeStatus = DhcpScopeStatus.None_


@dataclass(slots=True, kw_only=True)
class KeyValuePairOfCollectionOperationsDhcpExclusionRangenTEz2bI_S:  # noqa: N801 (the name on the wire)
    """The contract KeyValuePairOfCollectionOperationsDhcpExclusionRangenTEz2bI_S, [MS-IPAMM2] 2.2.4.432."""

    key: CollectionOperations = CollectionOperations.None_
    value: DhcpExclusionRange | None = None


@dataclass(slots=True, kw_only=True)
class DhcpExclusionRangeV4(DhcpExclusionRange):
    """The contract DhcpExclusionRangeV4, [MS-IPAMM2] 2.2.4.102."""


@dataclass(slots=True, kw_only=True)
class DhcpExclusionRangeV6(DhcpExclusionRange):
    """The contract DhcpExclusionRangeV6, [MS-IPAMM2] 2.2.4.103."""


@dataclass(slots=True, kw_only=True)
class DhcpReservationV4(DhcpReservation):
    """The contract DhcpReservationV4, [MS-IPAMM2] 2.2.4.137."""

    DnsDisableDynamicPtrUpdates: DnsDisableDynamicPtrUpdateType = (
        DnsDisableDynamicPtrUpdateType.None_
    )
    DnsNotRequestingClientsUpdateType: DhcpDnsNotRequestingClientsUpdateType = (
        DhcpDnsNotRequestingClientsUpdateType.None_
    )
    MacAddress: str | None = None
    ServingClientsType: DhcpServingClientsType = DhcpServingClientsType.None_


@dataclass(slots=True, kw_only=True)
class DhcpReservationV4TemplateConfiguration(DhcpReservationTemplateConfiguration):
    """The contract DhcpReservationV4TemplateConfiguration, [MS-IPAMM2] 2.2.4.138."""

    DnsDisableDynamicPtrUpdatesType: DnsDisableDynamicPtrUpdateType = (
        DnsDisableDynamicPtrUpdateType.None_
    )
    DnsNotRequestingClientsUpdateType: DhcpDnsNotRequestingClientsUpdateType = (
        DhcpDnsNotRequestingClientsUpdateType.None_
    )
    ServingClientsType: DhcpServingClientsType = DhcpServingClientsType.None_


@dataclass(slots=True, kw_only=True)
class DhcpReservationV6(DhcpReservation):
    """The contract DhcpReservationV6, [MS-IPAMM2] 2.2.4.139."""

    Duid: str | None = None
    Iaid: int = 0


@dataclass(slots=True, kw_only=True)
class DhcpReservationV6TemplateConfiguration(DhcpReservationTemplateConfiguration):
    """The contract DhcpReservationV6TemplateConfiguration, [MS-IPAMM2] 2.2.4.140."""


@dataclass(slots=True, kw_only=True)
class DhcpScopeV4(DhcpScope):
    """The contract DhcpScopeV4, [MS-IPAMM2] 2.2.4.151."""

    BootpLeaseDuration: TimeSpan = ZERO_SPAN
    BootpLeaseDurationType: DhcpLeaseDurationType = DhcpLeaseDurationType.None_
    DnsDisableDynamicPtrUpdates: DnsDisableDynamicPtrUpdateType = (
        DnsDisableDynamicPtrUpdateType.None_
    )
    DnsNotRequestingClientsUpdateType: DhcpDnsNotRequestingClientsUpdateType = (
        DhcpDnsNotRequestingClientsUpdateType.None_
    )
    FailoverConfigSyncStatus: DhcpFailoverConfigSyncStatus = DhcpFailoverConfigSyncStatus.Unknown
    FailoverRelationshipName: str | None = None
    LeaseDuration: TimeSpan = ZERO_SPAN
    LeaseDurationType: DhcpLeaseDurationType = DhcpLeaseDurationType.None_
    PolicyActivationState: PolicyState = PolicyState.none
    ServingClientsType: DhcpServingClientsType = DhcpServingClientsType.None_
    SubnetDelay: int = 0
    SuperscopeName: str | None = None
    SuperscopeRecordId: int = 0


@dataclass(slots=True, kw_only=True)
class DhcpScopeV4TemplateConfiguration(DhcpScopeTemplateConfiguration):
    """The contract DhcpScopeV4TemplateConfiguration, [MS-IPAMM2] 2.2.4.152."""

    BootpLeaseDuration: TimeSpan = ZERO_SPAN
    BootpLeaseDurationType: DhcpLeaseDurationType = DhcpLeaseDurationType.None_
    DnsDisableDynamicPtrUpdatesType: DnsDisableDynamicPtrUpdateType = (
        DnsDisableDynamicPtrUpdateType.None_
    )
    DnsNotRequestingClientsUpdateType: DhcpDnsNotRequestingClientsUpdateType = (
        DhcpDnsNotRequestingClientsUpdateType.None_
    )
    LeaseDuration: TimeSpan = ZERO_SPAN
    LeaseDurationType: DhcpLeaseDurationType = DhcpLeaseDurationType.None_
    PolicyActivationState: PolicyState = PolicyState.none
    ServingClientsType: DhcpServingClientsType = DhcpServingClientsType.None_
    SubnetDelay: int = 0


@dataclass(slots=True, kw_only=True)
class DhcpScopeV6(DhcpScope):
    """The contract DhcpScopeV6, [MS-IPAMM2] 2.2.4.153."""

    PreferredLeaseTime: TimeSpan = ZERO_SPAN
    PurgeInterval: TimeSpan = ZERO_SPAN
    ScopePreference: int = 0
    ScopeType: AddressAssignment = AddressAssignment.None_
    StatelessClientInventoryStatus: DhcpStatelessClientInventoryStatus = (
        DhcpStatelessClientInventoryStatus.None_
    )
    ValidLeaseTime: TimeSpan = ZERO_SPAN


@dataclass(slots=True, kw_only=True)
class DhcpScopeV6TemplateConfiguration(DhcpScopeTemplateConfiguration):
    """The contract DhcpScopeV6TemplateConfiguration, [MS-IPAMM2] 2.2.4.154."""

    PreferredLeaseTime: TimeSpan = ZERO_SPAN
    PurgeInterval: TimeSpan = ZERO_SPAN
    ScopePreference: int = 0
    StatelessClientInventoryStatus: DhcpStatelessClientInventoryStatus = (
        DhcpStatelessClientInventoryStatus.None_
    )
    ValidLeaseTime: TimeSpan = ZERO_SPAN


@dataclass(slots=True, kw_only=True)
class DhcpServerV4(DhcpServer):
    """The contract DhcpServerV4, [MS-IPAMM2] 2.2.4.159."""

    AllowFilterEnabled: DhcpOperationState = DhcpOperationState.None_
    DenyFilterEnabled: DhcpOperationState = DhcpOperationState.None_
    DhcpDnsNotRequestingClientsUpdateType: enumerations.DhcpDnsNotRequestingClientsUpdateType = (
        enumerations.DhcpDnsNotRequestingClientsUpdateType.None_
    )
    DnsDisableDynamicPtrUpdates: DnsDisableDynamicPtrUpdateType = (
        DnsDisableDynamicPtrUpdateType.None_
    )
    PolicyActivationState: PolicyState = PolicyState.none


@dataclass(slots=True, kw_only=True)
class DhcpServerV4TemplateConfiguration(DhcpServerTemplateConfiguration):
    """The contract DhcpServerV4TemplateConfiguration, [MS-IPAMM2] 2.2.4.160."""

    AllowFilterEnabled: DhcpOperationState = DhcpOperationState.None_
    DenyFilterEnabled: DhcpOperationState = DhcpOperationState.None_
    DnsDisableDynamicPtrUpdatesType: DnsDisableDynamicPtrUpdateType = (
        DnsDisableDynamicPtrUpdateType.None_
    )
    DnsNotRequestingClientsUpdateType: DhcpDnsNotRequestingClientsUpdateType = (
        DhcpDnsNotRequestingClientsUpdateType.None_
    )
    PolicyActivationState: PolicyState = PolicyState.none


@dataclass(slots=True, kw_only=True)
class DhcpServerV6(DhcpServer):
    """The contract DhcpServerV6, [MS-IPAMM2] 2.2.4.161."""

    PurgeInterval: TimeSpan = ZERO_SPAN
    StatelessClientInventoryStatus: DhcpStatelessClientInventoryStatus = (
        DhcpStatelessClientInventoryStatus.None_
    )


@dataclass(slots=True, kw_only=True)
class DhcpServerV6TemplateConfiguration(DhcpServerTemplateConfiguration):
    """The contract DhcpServerV6TemplateConfiguration, [MS-IPAMM2] 2.2.4.162."""

    PurgeInterval: TimeSpan = ZERO_SPAN
    StatelessClientInventoryStatus: DhcpStatelessClientInventoryStatus = (
        DhcpStatelessClientInventoryStatus.None_
    )
