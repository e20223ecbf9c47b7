"""IP addresses as IPAM keeps them, and the fields that administrators add to them.

Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit.
"""

from __future__ import annotations

from dataclasses import dataclass

from ipam_progress.contracts import enumerations
from ipam_progress.contracts.core import BaseIpamObject
from ipam_progress.contracts.enumerations import (
    AddressFamily,
    DhcpReservationSyncStatus,
    DhcpServingClientsType,
    DnsSyncStatus,
    IPAddressExpiryStatus,
    IPVirtualizationType,
)
from ipam_progress.values import DateTime

__all__ = [
    "CustomFieldPartialValue",
    "CustomFieldValue",
    "IPAddress",
    "IpamIPAddress",
    "IpamIPv4Address",
    "IpamIPv6Address",
    "MACAddress",
]


@dataclass(slots=True, kw_only=True)
class CustomFieldPartialValue:
    """The contract CustomFieldPartialValue, [MS-IPAMM2] 2.2.4.84."""

    ParentCustomFieldId: int | None = None
    Value: str | None = None
    ValueId: int | None = None


@dataclass(slots=True, kw_only=True)
class CustomFieldValue(BaseIpamObject):
    """The contract CustomFieldValue, [MS-IPAMM2] 2.2.4.85."""

    BuiltInCustomFieldValueId: int = 0
    ParentCustomFieldName: str | None = None
    ParentCustomFieldNumber: int = 0
    ParentCustomFieldRecordId: int | None = None
    RecordId: int | None = None
    Value: str | None = None


@dataclass(slots=True, kw_only=True)
class IPAddress:
    """The contract IPAddress, [MS-IPAMM2] 2.2.4.441."""

    m_Address: int = 0
    m_Family: AddressFamily = AddressFamily.Unspecified
    m_HashCode: int = 0
    m_Numbers: list[int] | None = None
    m_ScopeId: int = 0


@dataclass(slots=True, kw_only=True)
class IpamIPAddress(BaseIpamObject):
    """The contract IpamIPAddress, [MS-IPAMM2] 2.2.4.257.

    From it derive: IpamIPv4Address, IpamIPv6Address.
    """

    AccessScopeId: int = 0
    Address: IPAddress | None = None
    AddressAssignment: enumerations.AddressAssignment = enumerations.AddressAssignment.None_
    AddressCategory: enumerations.AddressCategory = enumerations.AddressCategory.None_
    AddressSpaceRecordId: int = 0
    AssetTag: str | None = None
    AssignedDate: DateTime | None = None
    ChangedDate: DateTime | None = None
    CreatedFromDnsResourceRecord: bool = False
    CustomFieldValues: list[CustomFieldValue | None] | None = None
    CustomerAddressSpaceName: str | None = None
    DeviceName: str | None = None
    DhcpScopeDescription: IPAddress | None = None
    DhcpScopeId: int | None = None
    DhcpScopeName: str | None = None
    DhcpScopeSubnetId: IPAddress | None = None
    DnsForwardLookupZoneDnsServerId: int | None = None
    DnsForwardLookupZoneServerName: str | None = None
    DnsForwardSyncStatus: DnsSyncStatus = DnsSyncStatus.None_
    DnsReverseLookupZoneDnsServerId: int | None = None
    DnsReverseLookupZoneId: int | None = None
    DnsReverseLookupZoneName: str | None = None
    DnsReverseLookupZonePrefix: int | None = None
    DnsReverseLookupZoneServerName: str | None = None
    DnsReverseSyncStatus: DnsSyncStatus = DnsSyncStatus.None_
    DnsZoneId: int | None = None
    DnsZoneName: str | None = None
    ExpiryAndAlertEventLoggingStatus: IPAddressExpiryStatus = IPAddressExpiryStatus.None_
    ExpiryDate: DateTime | None = None
    InWarningPeriod: bool = False
    IsDuplicate: bool = False
    IsExpired: bool = False
    MacAddress: MACAddress | None = None
    Notes: str | None = None
    OSName: str | None = None
    OSVersion: str | None = None
    Owner: str | None = None
    ParentIPRangeEndIP: IPAddress | None = None
    ParentIPRangeRecordId: int | None = None
    ParentIPRangeStartIP: IPAddress | None = None
    PartialCustomFieldValues: list[CustomFieldPartialValue | None] | None = None
    ProviderAddressSpaceName: str | None = None
    RecordId: int | None = None
    ReservationDescription: str | None = None
    ReservationName: str | None = None
    ReservationRecordId: int | None = None
    ReservationServerName: str | None = None
    ReservationSyncStatus: DhcpReservationSyncStatus = DhcpReservationSyncStatus.None_
    SerialNumber: str | None = None
    VirtualizationType: IPVirtualizationType = IPVirtualizationType(0)  # noqa: RUF009 (flags are immutable)


@dataclass(slots=True, kw_only=True)
class MACAddress:
    """The contract MACAddress, [MS-IPAMM2] 2.2.4.341."""

    Address: bytes | None = None


@dataclass(slots=True, kw_only=True)
class IpamIPv4Address(IpamIPAddress):
    """The contract IpamIPv4Address, [MS-IPAMM2] 2.2.4.278."""

    ClientID: str | None = None
    ReservationType: DhcpServingClientsType = DhcpServingClientsType.None_


@dataclass(slots=True, kw_only=True)
class IpamIPv6Address(IpamIPAddress):
    """The contract IpamIPv6Address, [MS-IPAMM2] 2.2.4.281."""

    Duid: str | None = None
    Iaid: int | None = None
