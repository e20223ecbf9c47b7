"""What the long-running operations take, [MS-IPAMM2] 3.19.4.4.1.

Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ipam_progress.contracts.base import ZERO_SPAN
from ipam_progress.contracts.core import IpamOperationWithProgressParameters
from ipam_progress.contracts.enumerations import (
    AddressFamily,
    DhcpFilterMultiEditFields,
    DhcpPolicyPropertyUpdate,
    DhcpReservationDeletionFlag,
    DnsResourceRecordMultiEditFields,
    IpamAdminOperationId,
    PolicyProcessingOrderDirection,
    ZoneLookupType,
)
from ipam_progress.values import TimeSpan

if TYPE_CHECKING:
    from ipam_progress.contracts.address import IpamIPAddress
    from ipam_progress.contracts.dhcp import (
        DhcpFailover,
        DhcpFilter,
        DhcpPolicyV4,
        DhcpReservation,
        DhcpReservationTemplateConfiguration,
        DhcpScope,
        DhcpScopeTemplateConfiguration,
        DhcpServer,
        DhcpServerTemplateConfiguration,
        DhcpServerV4,
        DhcpSuperscopeV4,
    )
    from ipam_progress.contracts.dns import (
        BaseDnsServerZone,
        DnsConditionalForwarder,
        DnsResourceRecord,
        TupleOfBaseDnsServerZonelong2zwQHvQz,
    )

__all__ = [
    "PARAMETER_TYPES",
    "AddScopesToSuperscopeParameters",
    "ApplyDhcpScopeConfigurationparameters",
    "ApplyDhcpServerConfigurationParameters",
    "CreateDhcpFiltersParameters",
    "CreateDhcpReservationParameters",
    "CreateDhcpScopeParameters",
    "CreateDhcpScopePolicyParameters",
    "CreateDhcpServerPolicyParameters",
    "CreateDnsResourceRecordsParameters",
    "CreateDnsZoneParameters",
    "CreateIpamIPAddressParameters",
    "DeleteDhcpFiltersParameters",
    "DeleteDhcpReservationCollectionParameters",
    "DeleteDhcpReservationParameters",
    "DeleteDhcpScopeParameters",
    "DeleteDnsResourceRecordsParameters",
    "DeleteDnsZonesParameters",
    "DeletePolicyParameters",
    "DeleteSuperscopesParameters",
    "DhcpFailoverDeleteParameters",
    "DhcpFailoverParameters",
    "DhcpFailoverRemoveScopesParameters",
    "DhcpFailoverWithScopesParameters",
    "DnsConditionalForwardersParameters",
    "DnsZonesTransferParameters",
    "MovePolicyProcessingOrderParameters",
    "MultiUpdateDnsResourceRecordParameters",
    "ReloadDnsZonesParameters",
    "RemoveScopesFromSuperscopeParameters",
    "RenameSuperscopeParameters",
    "ReplicateRelationParameters",
    "ReplicateScopeParameters",
    "ReplicateServerParameters",
    "ResetConfigSyncStatusParameters",
    "SetDhcpReservationCollectionParameters",
    "SetDhcpReservationParameters",
    "SetSuperscopeActivationStatusParameters",
    "UpdateDhcpFilterParameters",
    "UpdateDhcpFiltersParameters",
    "UpdateDhcpScopeParameters",
    "UpdateDhcpServerParameters",
    "UpdateDnsResourceRecordParameters",
    "UpdateDnsZonesParameters",
    "UpdateIpamIPAddressParameters",
    "UpdatePolicyParameters",
    "UpdatePolicyPropertiesParameters",
]


@dataclass(slots=True, kw_only=True)
class AddScopesToSuperscopeParameters(IpamOperationWithProgressParameters):
    """The parameters of AddScopesToSuperscope, [MS-IPAMM2] 2.2.4.10."""

    ScopeIds: list[int] | None = None
    Superscope: DhcpSuperscopeV4 | None = None


@dataclass(slots=True, kw_only=True)
class ApplyDhcpScopeConfigurationparameters(IpamOperationWithProgressParameters):
    """The parameters of ApplyScopeConfigurationTemplate, [MS-IPAMM2] 2.2.4.11."""

    ScopeAddressFamily: AddressFamily = AddressFamily.Unspecified
    ScopeId: list[int] | None = None
    ScopeTemplate: DhcpScopeTemplateConfiguration | None = None


@dataclass(slots=True, kw_only=True)
class ApplyDhcpServerConfigurationParameters(IpamOperationWithProgressParameters):
    """The parameters of ApplyServerConfigurationTemplate, [MS-IPAMM2] 2.2.4.12."""

    ServerAddressFamily: AddressFamily = AddressFamily.Unspecified
    ServerIds: list[int] | None = None
    ServerTemplate: DhcpServerTemplateConfiguration | None = None


@dataclass(slots=True, kw_only=True)
class CreateDhcpFiltersParameters(IpamOperationWithProgressParameters):
    """The parameters of CreateDhcpFilters, [MS-IPAMM2] 2.2.4.71."""

    DhcpServerIds: list[int] | None = None
    Filters: list[DhcpFilter | None] | None = None


@dataclass(slots=True, kw_only=True)
class CreateDhcpReservationParameters(IpamOperationWithProgressParameters):
    """The parameters of CreateDhcpReservation, [MS-IPAMM2] 2.2.4.72."""

    Reservation: DhcpReservation | None = None
    scopeRecordId: int = 0


@dataclass(slots=True, kw_only=True)
class CreateDhcpScopeParameters(IpamOperationWithProgressParameters):
    """The parameters of CreateDhcpScope, [MS-IPAMM2] 2.2.4.73."""

    Scope: DhcpScope | None = None


@dataclass(slots=True, kw_only=True)
class CreateDhcpScopePolicyParameters(IpamOperationWithProgressParameters):
    """The parameters of CreateDhcpScopePolicy, [MS-IPAMM2] 2.2.4.74."""

    Policy: DhcpPolicyV4 | None = None
    ScopeList: list[int] | None = None


@dataclass(slots=True, kw_only=True)
class CreateDhcpServerPolicyParameters(IpamOperationWithProgressParameters):
    """The parameters of CreateDhcpServerPolicy, [MS-IPAMM2] 2.2.4.75."""

    Policy: DhcpPolicyV4 | None = None
    ServerList: list[DhcpServerV4 | None] | None = None


@dataclass(slots=True, kw_only=True)
class CreateDnsResourceRecordsParameters(IpamOperationWithProgressParameters):
    """The parameters of CreateDnsResourceRecords, [MS-IPAMM2] 2.2.4.76."""

    ResourceRecords: list[DnsResourceRecord | None] | None = None
    ServerZoneId: int = 0
    ZoneType: ZoneLookupType = ZoneLookupType.None_


@dataclass(slots=True, kw_only=True)
class CreateDnsZoneParameters(IpamOperationWithProgressParameters):
    """The parameters of CreateDnsZone, [MS-IPAMM2] 2.2.4.77."""

    ServerId: int = 0
    ServerZone: BaseDnsServerZone | None = None


@dataclass(slots=True, kw_only=True)
class CreateIpamIPAddressParameters(IpamOperationWithProgressParameters):
    """The parameters of CreateIpamIPAddress, [MS-IPAMM2] 2.2.4.78."""

    Address: IpamIPAddress | None = None
    CreateDhcpReservation: bool = False
    CreateDnsRecord: bool = False
    OverrideMBEAndSI: bool = False


@dataclass(slots=True, kw_only=True)
class DeleteDhcpFiltersParameters(IpamOperationWithProgressParameters):
    """The parameters of DeleteDhcpFilters, [MS-IPAMM2] 2.2.4.90."""

    Filters: list[DhcpFilter | None] | None = None


@dataclass(slots=True, kw_only=True)
class DeleteDhcpReservationCollectionParameters(IpamOperationWithProgressParameters):
    """The parameters of DeleteDhcpReservationCollection, [MS-IPAMM2] 2.2.4.91."""

    Family: AddressFamily = AddressFamily.Unspecified
    Flag: DhcpReservationDeletionFlag = DhcpReservationDeletionFlag.Default
    ReservationRecordIds: list[int] | None = None


@dataclass(slots=True, kw_only=True)
class DeleteDhcpReservationParameters(IpamOperationWithProgressParameters):
    """The parameters of DeleteDhcpReservation, [MS-IPAMM2] 2.2.4.92."""

    Family: AddressFamily = AddressFamily.Unspecified
    Flag: DhcpReservationDeletionFlag = DhcpReservationDeletionFlag.Default
    ReservationRecordId: int = 0


@dataclass(slots=True, kw_only=True)
class DeleteDhcpScopeParameters(IpamOperationWithProgressParameters):
    """The parameters of DeleteDhcpScope, [MS-IPAMM2] 2.2.4.93."""

    Scope: DhcpScope | None = None


@dataclass(slots=True, kw_only=True)
class DeleteDnsResourceRecordsParameters(IpamOperationWithProgressParameters):
    """The parameters of DeleteDnsResourceRecords, [MS-IPAMM2] 2.2.4.94."""

    ResourceRecords: list[DnsResourceRecord | None] | None = None
    ServerZoneId: int = 0
    ZoneType: ZoneLookupType = ZoneLookupType.None_


@dataclass(slots=True, kw_only=True)
class DeleteDnsZonesParameters(IpamOperationWithProgressParameters):
    """The parameters of DeleteDnsZones, [MS-IPAMM2] 2.2.4.95."""

    ServerZoneIds: list[int] | None = None
    ZoneType: ZoneLookupType = ZoneLookupType.None_


@dataclass(slots=True, kw_only=True)
class DeletePolicyParameters(IpamOperationWithProgressParameters):
    """The parameters of DeletePolicy, [MS-IPAMM2] 2.2.4.96."""

    Policies: list[DhcpPolicyV4 | None] | None = None


@dataclass(slots=True, kw_only=True)
class DeleteSuperscopesParameters(IpamOperationWithProgressParameters):
    """The parameters of DeleteSuperscopes, [MS-IPAMM2] 2.2.4.97."""

    Superscopes: list[DhcpSuperscopeV4 | None] | None = None


@dataclass(slots=True, kw_only=True)
class DhcpFailoverDeleteParameters(IpamOperationWithProgressParameters):
    """The parameters of DeleteDhcpFailover, [MS-IPAMM2] 2.2.4.107."""

    Failover: DhcpFailover | None = None
    Force: bool = False


@dataclass(slots=True, kw_only=True)
class DhcpFailoverParameters(IpamOperationWithProgressParameters):
    """The parameters of EditDhcpFailover, [MS-IPAMM2] 2.2.4.109."""

    Failover: DhcpFailover | None = None


@dataclass(slots=True, kw_only=True)
class DhcpFailoverRemoveScopesParameters(IpamOperationWithProgressParameters):
    """The parameters of RemoveDhcpFailoverScopes, [MS-IPAMM2] 2.2.4.110."""

    Force: bool = False
    ScopeIds: list[int] | None = None


@dataclass(slots=True, kw_only=True)
class DhcpFailoverWithScopesParameters(IpamOperationWithProgressParameters):
    """The parameters of CreateDhcpFailover and AddDhcpFailoverScopes, [MS-IPAMM2] 2.2.4.112."""

    Failover: DhcpFailover | None = None
    ScopeIds: list[int] | None = None


@dataclass(slots=True, kw_only=True)
class DnsConditionalForwardersParameters(IpamOperationWithProgressParameters):
    """The parameters of CreateDnsConditionalForwarders, UpdateDnsConditionalForwarders and DeleteDnsConditionalForwarders, [MS-IPAMM2] 2.2.4.181."""

    ConditionalForwarders: list[DnsConditionalForwarder | None] | None = None


@dataclass(slots=True, kw_only=True)
class DnsZonesTransferParameters(IpamOperationWithProgressParameters):
    """The parameters of DnsZonesTransfer, [MS-IPAMM2] 2.2.4.225."""

    FullTransfer: bool = False
    ServerZoneIds: list[int] | None = None
    ZoneType: ZoneLookupType = ZoneLookupType.None_


@dataclass(slots=True, kw_only=True)
class MovePolicyProcessingOrderParameters(IpamOperationWithProgressParameters):
    """The parameters of MovePolicyProcessingOrder, [MS-IPAMM2] 2.2.4.342."""

    Direction: PolicyProcessingOrderDirection = PolicyProcessingOrderDirection.up
    Policy: DhcpPolicyV4 | None = None


@dataclass(slots=True, kw_only=True)
class MultiUpdateDnsResourceRecordParameters(IpamOperationWithProgressParameters):
    """The parameters of UpdateDnsResourceRecords, [MS-IPAMM2] 2.2.4.343."""

    ModifiedFields: DnsResourceRecordMultiEditFields = DnsResourceRecordMultiEditFields(0)  # noqa: RUF009 (flags are immutable)
    ResourceRecords: list[DnsResourceRecord | None] | None = None
    ServerZoneId: int = 0
    TTL: TimeSpan = ZERO_SPAN
    ZoneType: ZoneLookupType = ZoneLookupType.None_


@dataclass(slots=True, kw_only=True)
class ReloadDnsZonesParameters(IpamOperationWithProgressParameters):
    """The parameters of ReloadDnsZones, [MS-IPAMM2] 2.2.4.347."""

    ServerZoneIds: list[int] | None = None
    ZoneType: ZoneLookupType = ZoneLookupType.None_


@dataclass(slots=True, kw_only=True)
class RemoveScopesFromSuperscopeParameters(IpamOperationWithProgressParameters):
    """The parameters of RemoveScopesFromSuperscope, [MS-IPAMM2] 2.2.4.348."""

    ScopeIds: list[int] | None = None


@dataclass(slots=True, kw_only=True)
class RenameSuperscopeParameters(IpamOperationWithProgressParameters):
    """The parameters of RenameSuperscope, [MS-IPAMM2] 2.2.4.349."""

    NewName: str | None = None
    Superscope: DhcpSuperscopeV4 | None = None


@dataclass(slots=True, kw_only=True)
class ReplicateRelationParameters(IpamOperationWithProgressParameters):
    """The parameters of ReplicateRelation, [MS-IPAMM2] 2.2.4.351."""

    FailoverRelation: DhcpFailover | None = None


@dataclass(slots=True, kw_only=True)
class ReplicateScopeParameters(IpamOperationWithProgressParameters):
    """The parameters of ReplicateScope, [MS-IPAMM2] 2.2.4.352."""

    Scopes: list[DhcpScope | None] | None = None


@dataclass(slots=True, kw_only=True)
class ReplicateServerParameters(IpamOperationWithProgressParameters):
    """The parameters of ReplicateServer, [MS-IPAMM2] 2.2.4.355."""

    Server: DhcpServerV4 | None = None


@dataclass(slots=True, kw_only=True)
class ResetConfigSyncStatusParameters(IpamOperationWithProgressParameters):
    """The parameters of ResetConfigSyncStatus, [MS-IPAMM2] 2.2.4.359."""

    Scopes: list[DhcpScope | None] | None = None


@dataclass(slots=True, kw_only=True)
class SetDhcpReservationCollectionParameters(IpamOperationWithProgressParameters):
    """The parameters of SetDhcpReservationCollection, [MS-IPAMM2] 2.2.4.395."""

    Configuration: DhcpReservationTemplateConfiguration | None = None
    Family: AddressFamily = AddressFamily.Unspecified
    ReservationRecordIds: list[int] | None = None


@dataclass(slots=True, kw_only=True)
class SetDhcpReservationParameters(IpamOperationWithProgressParameters):
    """The parameters of SetDhcpReservation, [MS-IPAMM2] 2.2.4.396."""

    Reservation: DhcpReservation | None = None
    scopeRecordId: int = 0


@dataclass(slots=True, kw_only=True)
class SetSuperscopeActivationStatusParameters(IpamOperationWithProgressParameters):
    """The parameters of SetSuperscopeActivationStatus, [MS-IPAMM2] 2.2.4.397."""

    ActivationStatus: bool = False
    Superscopes: list[DhcpSuperscopeV4 | None] | None = None


@dataclass(slots=True, kw_only=True)
class UpdateDhcpFilterParameters(IpamOperationWithProgressParameters):
    """The parameters of UpdateDhcpFilter, [MS-IPAMM2] 2.2.4.444."""

    Filter: DhcpFilter | None = None


@dataclass(slots=True, kw_only=True)
class UpdateDhcpFiltersParameters(IpamOperationWithProgressParameters):
    """The parameters of UpdateDhcpFilters, [MS-IPAMM2] 2.2.4.445."""

    Description: str | None = None
    EditFields: DhcpFilterMultiEditFields = DhcpFilterMultiEditFields.AllowOrDeny
    Filters: list[DhcpFilter | None] | None = None
    IsAllow: bool = False


@dataclass(slots=True, kw_only=True)
class UpdateDhcpScopeParameters(IpamOperationWithProgressParameters):
    """The parameters of EditDhcpScope, [MS-IPAMM2] 2.2.4.446."""

    Scope: DhcpScope | None = None


@dataclass(slots=True, kw_only=True)
class UpdateDhcpServerParameters(IpamOperationWithProgressParameters):
    """The parameters of EditDhcpServer, [MS-IPAMM2] 2.2.4.447."""

    Server: DhcpServer | None = None


@dataclass(slots=True, kw_only=True)
class UpdateDnsResourceRecordParameters(IpamOperationWithProgressParameters):
    """The parameters of UpdateDnsResourceRecord, [MS-IPAMM2] 2.2.4.448."""

    ResourceRecord: DnsResourceRecord | None = None
    ServerZoneId: int = 0
    ZoneType: ZoneLookupType = ZoneLookupType.None_


@dataclass(slots=True, kw_only=True)
class UpdateDnsZonesParameters(IpamOperationWithProgressParameters):
    """The parameters of UpdateDnsZones, [MS-IPAMM2] 2.2.4.449."""

    ServerZonesTuple: list[TupleOfBaseDnsServerZonelong2zwQHvQz | None] | None = None


@dataclass(slots=True, kw_only=True)
class UpdateIpamIPAddressParameters(IpamOperationWithProgressParameters):
    """The parameters of UpdateIpamIPAddress, [MS-IPAMM2] 2.2.4.450."""

    Address: IpamIPAddress | None = None
    CreateDhcpReservation: bool = False
    CreateDnsRecord: bool = False
    OldAddress: IpamIPAddress | None = None
    OverrideMBEAndSI: bool = False


@dataclass(slots=True, kw_only=True)
class UpdatePolicyParameters(IpamOperationWithProgressParameters):
    """The parameters of UpdatePolicy, [MS-IPAMM2] 2.2.4.451."""

    Policy: DhcpPolicyV4 | None = None


@dataclass(slots=True, kw_only=True)
class UpdatePolicyPropertiesParameters(IpamOperationWithProgressParameters):
    """The parameters of UpdatePolicyProperty, [MS-IPAMM2] 2.2.4.452."""

    Policies: list[DhcpPolicyV4 | None] | None = None
    Update: DhcpPolicyPropertyUpdate = DhcpPolicyPropertyUpdate.EnablePolicy


PARAMETER_TYPES: Final[Mapping[IpamAdminOperationId, type[IpamOperationWithProgressParameters]]] = {
    IpamAdminOperationId.EditDhcpServer: UpdateDhcpServerParameters,
    IpamAdminOperationId.ApplyServerConfigurationTemplate: ApplyDhcpServerConfigurationParameters,
    IpamAdminOperationId.CreateDhcpScope: CreateDhcpScopeParameters,
    IpamAdminOperationId.EditDhcpScope: UpdateDhcpScopeParameters,
    IpamAdminOperationId.DeleteDhcpScope: DeleteDhcpScopeParameters,
    IpamAdminOperationId.ApplyScopeConfigurationTemplate: ApplyDhcpScopeConfigurationparameters,
    IpamAdminOperationId.AddScopesToSuperscope: AddScopesToSuperscopeParameters,
    IpamAdminOperationId.RemoveScopesFromSuperscope: RemoveScopesFromSuperscopeParameters,
    IpamAdminOperationId.RenameSuperscope: RenameSuperscopeParameters,
    IpamAdminOperationId.DeleteSuperscopes: DeleteSuperscopesParameters,
    IpamAdminOperationId.SetSuperscopeActivationStatus: SetSuperscopeActivationStatusParameters,
    IpamAdminOperationId.CreateDhcpServerPolicy: CreateDhcpServerPolicyParameters,
    IpamAdminOperationId.CreateDhcpScopePolicy: CreateDhcpScopePolicyParameters,
    IpamAdminOperationId.UpdatePolicy: UpdatePolicyParameters,
    IpamAdminOperationId.DeletePolicy: DeletePolicyParameters,
    IpamAdminOperationId.UpdatePolicyProperty: UpdatePolicyPropertiesParameters,
    IpamAdminOperationId.MovePolicyProcessingOrder: MovePolicyProcessingOrderParameters,
    IpamAdminOperationId.CreateDhcpReservation: CreateDhcpReservationParameters,
    IpamAdminOperationId.DeleteDhcpReservation: DeleteDhcpReservationParameters,
    IpamAdminOperationId.DeleteDhcpReservationCollection: DeleteDhcpReservationCollectionParameters,
    IpamAdminOperationId.SetDhcpReservation: SetDhcpReservationParameters,
    IpamAdminOperationId.SetDhcpReservationCollection: SetDhcpReservationCollectionParameters,
    IpamAdminOperationId.CreateDhcpFailover: DhcpFailoverWithScopesParameters,
    IpamAdminOperationId.EditDhcpFailover: DhcpFailoverParameters,
    IpamAdminOperationId.AddDhcpFailoverScopes: DhcpFailoverWithScopesParameters,
    IpamAdminOperationId.RemoveDhcpFailoverScopes: DhcpFailoverRemoveScopesParameters,
    IpamAdminOperationId.DeleteDhcpFailover: DhcpFailoverDeleteParameters,
    IpamAdminOperationId.ResetConfigSyncStatus: ResetConfigSyncStatusParameters,
    IpamAdminOperationId.ReplicateScope: ReplicateScopeParameters,
    IpamAdminOperationId.ReplicateRelation: ReplicateRelationParameters,
    IpamAdminOperationId.ReplicateServer: ReplicateServerParameters,
    IpamAdminOperationId.CreateDhcpFilters: CreateDhcpFiltersParameters,
    IpamAdminOperationId.UpdateDhcpFilter: UpdateDhcpFilterParameters,
    IpamAdminOperationId.UpdateDhcpFilters: UpdateDhcpFiltersParameters,
    IpamAdminOperationId.DeleteDhcpFilters: DeleteDhcpFiltersParameters,
    IpamAdminOperationId.CreateIpamIPAddress: CreateIpamIPAddressParameters,
    IpamAdminOperationId.UpdateIpamIPAddress: UpdateIpamIPAddressParameters,
    IpamAdminOperationId.CreateDnsResourceRecords: CreateDnsResourceRecordsParameters,
    IpamAdminOperationId.UpdateDnsResourceRecord: UpdateDnsResourceRecordParameters,
    IpamAdminOperationId.UpdateDnsResourceRecords: MultiUpdateDnsResourceRecordParameters,
    IpamAdminOperationId.DeleteDnsResourceRecords: DeleteDnsResourceRecordsParameters,
    IpamAdminOperationId.CreateDnsZone: CreateDnsZoneParameters,
    IpamAdminOperationId.UpdateDnsZones: UpdateDnsZonesParameters,
    IpamAdminOperationId.DeleteDnsZones: DeleteDnsZonesParameters,
    IpamAdminOperationId.DnsZonesTransfer: DnsZonesTransferParameters,
    IpamAdminOperationId.ReloadDnsZones: ReloadDnsZonesParameters,
    IpamAdminOperationId.CreateDnsConditionalForwarders: DnsConditionalForwardersParameters,
    IpamAdminOperationId.UpdateDnsConditionalForwarders: DnsConditionalForwardersParameters,
    IpamAdminOperationId.DeleteDnsConditionalForwarders: DnsConditionalForwardersParameters,
}
"""The type that each operation's parameters must have, [MS-IPAMM2] 3.19.4.4.1."""
