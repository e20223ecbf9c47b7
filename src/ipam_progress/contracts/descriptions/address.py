"""How the classes of `ipam_progress.contracts.address` travel.

Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit.
"""

from typing import Final

from ipam_progress.contracts.address import (
    CustomFieldPartialValue,
    CustomFieldValue,
    IPAddress,
    IpamIPAddress,
    IpamIPv4Address,
    IpamIPv6Address,
    MACAddress,
)
from ipam_progress.contracts.model import ClassContract, Member, TypeName
from ipam_progress.namespaces import ARRAYS, IPAM, SCHEMA, SYSTEM_NET, SYSTEM_NET_SOCKETS

__all__ = ["CONTRACTS"]

CONTRACTS: Final[tuple[ClassContract, ...]] = (
    ClassContract(
        TypeName(IPAM, "CustomFieldPartialValue"),
        CustomFieldPartialValue,
        base=None,
        members=(
            Member("ParentCustomFieldId", TypeName(SCHEMA, "long"), nillable=True),
            Member("Value", TypeName(SCHEMA, "string"), nillable=True),
            Member("ValueId", TypeName(SCHEMA, "long"), nillable=True),
        ),
    ),
    ClassContract(
        TypeName(IPAM, "CustomFieldValue"),
        CustomFieldValue,
        base=TypeName(IPAM, "BaseIpamObject"),
        members=(
            Member("BuiltInCustomFieldValueId", TypeName(SCHEMA, "long")),
            Member("ParentCustomFieldName", TypeName(SCHEMA, "string"), nillable=True),
            Member("ParentCustomFieldNumber", TypeName(SCHEMA, "int")),
            Member("ParentCustomFieldRecordId", TypeName(SCHEMA, "long"), nillable=True),
            Member("RecordId", TypeName(SCHEMA, "long"), nillable=True),
            Member("Value", TypeName(SCHEMA, "string"), nillable=True),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(SYSTEM_NET, "IPAddress"),
        IPAddress,
        base=None,
        members=(
            Member("m_Address", TypeName(SCHEMA, "long"), required=True),
            Member("m_Family", TypeName(SYSTEM_NET_SOCKETS, "AddressFamily"), required=True),
            Member("m_HashCode", TypeName(SCHEMA, "int"), required=True),
            Member(
                "m_Numbers",
                TypeName(ARRAYS, "ArrayOfunsignedShort"),
                nillable=True,
                required=True,
            ),
            Member("m_ScopeId", TypeName(SCHEMA, "long"), required=True),
        ),
    ),
    ClassContract(
        TypeName(IPAM, "IpamIPAddress"),
        IpamIPAddress,
        base=TypeName(IPAM, "BaseIpamObject"),
        members=(
            Member("AccessScopeId", TypeName(SCHEMA, "long")),
            Member("Address", TypeName(SYSTEM_NET, "IPAddress"), nillable=True),
            Member("AddressAssignment", TypeName(IPAM, "AddressAssignment")),
            Member("AddressCategory", TypeName(IPAM, "AddressCategory")),
            Member("AddressSpaceRecordId", TypeName(SCHEMA, "long")),
            Member("AssetTag", TypeName(SCHEMA, "string"), nillable=True),
            Member("AssignedDate", TypeName(SCHEMA, "dateTime"), nillable=True),
            Member("ChangedDate", TypeName(SCHEMA, "dateTime"), nillable=True),
            Member("CreatedFromDnsResourceRecord", TypeName(SCHEMA, "boolean")),
            Member("CustomFieldValues", TypeName(IPAM, "ArrayOfCustomFieldValue"), nillable=True),
            Member("CustomerAddressSpaceName", TypeName(SCHEMA, "string"), nillable=True),
            Member("DeviceName", TypeName(SCHEMA, "string"), nillable=True),
            Member("DhcpScopeDescription", TypeName(SYSTEM_NET, "IPAddress"), nillable=True),
            Member("DhcpScopeId", TypeName(SCHEMA, "long"), nillable=True),
            Member("DhcpScopeName", TypeName(SCHEMA, "string"), nillable=True),
            Member("DhcpScopeSubnetId", TypeName(SYSTEM_NET, "IPAddress"), nillable=True),
            Member("DnsForwardLookupZoneDnsServerId", TypeName(SCHEMA, "long"), nillable=True),
            Member("DnsForwardLookupZoneServerName", TypeName(SCHEMA, "string"), nillable=True),
            Member("DnsForwardSyncStatus", TypeName(IPAM, "DnsSyncStatus")),
            Member("DnsReverseLookupZoneDnsServerId", TypeName(SCHEMA, "long"), nillable=True),
            Member("DnsReverseLookupZoneId", TypeName(SCHEMA, "long"), nillable=True),
            Member("DnsReverseLookupZoneName", TypeName(SCHEMA, "string"), nillable=True),
            Member("DnsReverseLookupZonePrefix", TypeName(SCHEMA, "int"), nillable=True),
            Member("DnsReverseLookupZoneServerName", TypeName(SCHEMA, "string"), nillable=True),
            Member("DnsReverseSyncStatus", TypeName(IPAM, "DnsSyncStatus")),
            Member("DnsZoneId", TypeName(SCHEMA, "long"), nillable=True),
            Member("DnsZoneName", TypeName(SCHEMA, "string"), nillable=True),
            Member("ExpiryAndAlertEventLoggingStatus", TypeName(IPAM, "IPAddressExpiryStatus")),
            Member("ExpiryDate", TypeName(SCHEMA, "dateTime"), nillable=True),
            Member("InWarningPeriod", TypeName(SCHEMA, "boolean")),
            Member("IsDuplicate", TypeName(SCHEMA, "boolean")),
            Member("IsExpired", TypeName(SCHEMA, "boolean")),
            Member("MacAddress", TypeName(IPAM, "MACAddress"), nillable=True),
            Member("Notes", TypeName(SCHEMA, "string"), nillable=True),
            Member("OSName", TypeName(SCHEMA, "string"), nillable=True),
            Member("OSVersion", TypeName(SCHEMA, "string"), nillable=True),
            Member("Owner", TypeName(SCHEMA, "string"), nillable=True),
            Member("ParentIPRangeEndIP", TypeName(SYSTEM_NET, "IPAddress"), nillable=True),
            Member("ParentIPRangeRecordId", TypeName(SCHEMA, "long"), nillable=True),
            Member("ParentIPRangeStartIP", TypeName(SYSTEM_NET, "IPAddress"), nillable=True),
            Member(
                "PartialCustomFieldValues",
                TypeName(IPAM, "ArrayOfCustomFieldPartialValue"),
                nillable=True,
            ),
            Member("ProviderAddressSpaceName", TypeName(SCHEMA, "string"), nillable=True),
            Member("RecordId", TypeName(SCHEMA, "long"), nillable=True),
            Member("ReservationDescription", TypeName(SCHEMA, "string"), nillable=True),
            Member("ReservationName", TypeName(SCHEMA, "string"), nillable=True),
            Member("ReservationRecordId", TypeName(SCHEMA, "long"), nillable=True),
            Member("ReservationServerName", TypeName(SCHEMA, "string"), nillable=True),
            Member("ReservationSyncStatus", TypeName(IPAM, "DhcpReservationSyncStatus")),
            Member("SerialNumber", TypeName(SCHEMA, "string"), nillable=True),
            Member("VirtualizationType", TypeName(IPAM, "IPVirtualizationType")),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "MACAddress"),
        MACAddress,
        base=None,
        members=(Member("Address", TypeName(SCHEMA, "base64Binary"), nillable=True),),
    ),
    ClassContract(
        TypeName(IPAM, "IpamIPv4Address"),
        IpamIPv4Address,
        base=TypeName(IPAM, "IpamIPAddress"),
        members=(
            Member("ClientID", TypeName(SCHEMA, "string"), nillable=True),
            Member("ReservationType", TypeName(IPAM, "DhcpServingClientsType")),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "IpamIPv6Address"),
        IpamIPv6Address,
        base=TypeName(IPAM, "IpamIPAddress"),
        members=(
            Member("Duid", TypeName(SCHEMA, "string"), nillable=True),
            Member("Iaid", TypeName(SCHEMA, "unsignedInt"), nillable=True),
        ),
        reference=True,
    ),
)
