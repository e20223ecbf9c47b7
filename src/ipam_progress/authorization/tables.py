"""The tables that authorization is decided by, from tools/authorization.

[MS-IPAMM2] 3.1.1.1.35.1 to 3.1.1.1.39.1 and 3.19.6.1. Written by tools/generate_authorization.py:
do not edit.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ipam_progress.authorization.model import (
    ALL_ADMINS,
    ALL_READERS,
    ASM_ADMINS,
    IP_AUDIT_ADMINS,
    IPAM_ADMINS,
    LOCAL_ADMINISTRATOR,
    MSM_ADMINS,
    AdminOperation,
    ScopeObject,
)
from ipam_progress.contracts import IpamAdminOperationId

__all__ = [
    "ADMIN_OPERATIONS",
    "BUILT_IN_ROLES",
    "CHILD_GROUPS",
    "OPERATION_GROUPS",
    "REQUIRED_OPERATIONS",
]

_Required = tuple[tuple[str, ScopeObject | None], ...]

OPERATION_GROUPS: Final[frozenset[str]] = frozenset(
    {
        "AAAARecordOperations",
        "AFSDBRecordOperations",
        "ARecordOperations",
        "ATMARecordOperations",
        "AccessPolicyOperations",
        "AccessScopeOperations",
        "AddressBlockOperations",
        "AddressOperations",
        "AddressRangeOperations",
        "AddressSpaceOperations",
        "AddressSubnetOperations",
        "AuditOperations",
        "CNAMERecordOperations",
        "CustomFieldOperations",
        "DHCIDRecordOperations",
        "DNAMERecordOperations",
        "DNSServerOperations",
        "DhcpFailoverOperations",
        "DhcpScopeOperations",
        "DhcpScopeReservationOperations",
        "DhcpServerOperations",
        "DhcpSuperscopeOperations",
        "DnsRecordOperations",
        "DnsZoneOperations",
        "GenericOperations",
        "GlobalConfigurationOperations",
        "HInfoRecordOperations",
        "HostGroupOperations",
        "ISDNRecordOperations",
        "LogicalGroupOperations",
        "MACAddressPoolOperations",
        "MXRecordOperations",
        "NSRecordOperations",
        "OtherRecordOperations",
        "PTRRecordOperations",
        "RPRecordOperations",
        "RTRecordOperations",
        "SRVRecordOperations",
        "SecretKeyOperations",
        "ServerInventoryOperations",
        "TaskOperations",
        "TxtRecordOperations",
        "UserRoleOperations",
        "WINSRRecordOperations",
        "WINSRecordOperations",
        "WKSRecordOperations",
        "X25RecordOperations",
    }
)
"""The names of the operation groups, [MS-IPAMM2] 3.1.1.1.35.1, and those
that only operations name."""

CHILD_GROUPS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "DnsRecordOperations": (
            "ARecordOperations",
            "AAAARecordOperations",
            "PTRRecordOperations",
            "NSRecordOperations",
            "CNAMERecordOperations",
            "DNAMERecordOperations",
            "MXRecordOperations",
            "SRVRecordOperations",
            "TxtRecordOperations",
            "OtherRecordOperations",
        ),
        "OtherRecordOperations": (
            "AFSDBRecordOperations",
            "ATMARecordOperations",
            "DHCIDRecordOperations",
            "HInfoRecordOperations",
            "ISDNRecordOperations",
            "RPRecordOperations",
            "RTRecordOperations",
            "WINSRecordOperations",
            "WINSRRecordOperations",
            "WKSRecordOperations",
            "X25RecordOperations",
        ),
    }
)
"""Operation groups to those that are clubbed together in them."""

_OPERATIONS: Final = (
    AdminOperation(
        "AddressSpaceCreate", "Create IP address space", "AddressSpaceOperations", ASM_ADMINS
    ),
    AdminOperation(
        "AddressSpaceDelete", "Delete IP address space", "AddressSpaceOperations", ASM_ADMINS
    ),
    AdminOperation(
        "AddressSpaceEdit", "Edit IP address space", "AddressSpaceOperations", ASM_ADMINS
    ),
    AdminOperation(
        "AddressSubnetCreate", "Create IP address subnet", "AddressSubnetOperations", ASM_ADMINS
    ),
    AdminOperation(
        "AddressSubnetDelete", "Delete IP address subnet", "AddressSubnetOperations", ASM_ADMINS
    ),
    AdminOperation(
        "AddressSubnetEdit", "Edit IP address subnet", "AddressSubnetOperations", ASM_ADMINS
    ),
    AdminOperation(
        "AddressSubnetRemapToBlock",
        "Remap IP address subnet to IP address block",
        "AddressSubnetOperations",
        ASM_ADMINS,
    ),
    AdminOperation(
        "AddServer",
        "Add server",
        "ServerInventoryOperations",
        ALL_ADMINS | IP_AUDIT_ADMINS,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "AutogenerateSecretKey",
        "Autogenerate secret key",
        "SecretKeyOperations",
        IPAM_ADMINS,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "ConnectToAnotherDatabase",
        "Connect to database",
        "GenericOperations",
        IPAM_ADMINS | LOCAL_ADMINISTRATOR,
        is_admin_role_only=True,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "CreateAccessPolicy",
        "Create access policy",
        "AccessPolicyOperations",
        IPAM_ADMINS | LOCAL_ADMINISTRATOR,
        is_admin_role_only=True,
    ),
    AdminOperation(
        "CreateAccessScope",
        "Create access scope",
        "AccessScopeOperations",
        IPAM_ADMINS | LOCAL_ADMINISTRATOR,
        is_admin_role_only=True,
    ),
    AdminOperation(
        "CreateAddressBlock", "Create IP address block", "AddressBlockOperations", ASM_ADMINS
    ),
    AdminOperation(
        "CreateAddressRange",
        "Create IP address range",
        "AddressRangeOperations",
        ASM_ADMINS | MSM_ADMINS,
    ),
    AdminOperation(
        "CreateCustomField",
        "Create custom field",
        "CustomFieldOperations",
        ALL_ADMINS,
        is_scope_agnostic=True,
    ),
    AdminOperation("CreateIPAddress", "Create IP address", "AddressOperations", ASM_ADMINS),
    AdminOperation(
        "CreateLogicalGroup",
        "Create logical group",
        "LogicalGroupOperations",
        ALL_ADMINS,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "CreateUserRole",
        "Create role",
        "UserRoleOperations",
        IPAM_ADMINS | LOCAL_ADMINISTRATOR,
        is_admin_role_only=True,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "DeleteAccessPolicy",
        "Delete access policy",
        "AccessPolicyOperations",
        IPAM_ADMINS | LOCAL_ADMINISTRATOR,
        is_admin_role_only=True,
    ),
    AdminOperation(
        "DeleteAccessScope",
        "Delete access scope",
        "AccessScopeOperations",
        IPAM_ADMINS | LOCAL_ADMINISTRATOR,
        is_admin_role_only=True,
    ),
    AdminOperation(
        "DeleteAddressBlock", "Delete IP address block", "AddressBlockOperations", ASM_ADMINS
    ),
    AdminOperation(
        "DeleteAddressRange",
        "Delete IP address range",
        "AddressRangeOperations",
        ASM_ADMINS | MSM_ADMINS,
    ),
    AdminOperation(
        "DeleteCustomField",
        "Delete custom field",
        "CustomFieldOperations",
        ALL_ADMINS,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "DeleteDiscoveryConfig",
        "Delete discovery configuration",
        "GlobalConfigurationOperations",
        ALL_ADMINS,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation("DeleteIPAddress", "Delete IP address", "AddressOperations", ASM_ADMINS),
    AdminOperation(
        "DeleteLogicalGroup",
        "Delete logical group",
        "LogicalGroupOperations",
        ALL_ADMINS,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "DeleteServer",
        "Delete server",
        "ServerInventoryOperations",
        ALL_ADMINS | IP_AUDIT_ADMINS,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "DeleteUserRole",
        "Delete role",
        "UserRoleOperations",
        IPAM_ADMINS | LOCAL_ADMINISTRATOR,
        is_admin_role_only=True,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "EditCustomField",
        "Edit custom field",
        "CustomFieldOperations",
        ALL_ADMINS,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "GenerateUpgradeValidationFailureLog",
        "GenerateUpgradeValidationFailureLog",
        "GenericOperations",
        IPAM_ADMINS | LOCAL_ADMINISTRATOR,
        is_admin_role_only=True,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "GenericRead",
        "Read data",
        "GenericOperations",
        ALL_READERS,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "HostGroupCreate",
        "Create host group",
        "HostGroupOperations",
        ASM_ADMINS,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "HostGroupDelete",
        "Delete host group",
        "HostGroupOperations",
        ASM_ADMINS,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "IPAddressAudit",
        "IP address audit query",
        "AuditOperations",
        IP_AUDIT_ADMINS,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "MACAddressPoolCreate",
        "Create MAC address pool",
        "MACAddressPoolOperations",
        ASM_ADMINS,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "MACAddressPoolDelete",
        "Delete MAC address pool",
        "MACAddressPoolOperations",
        ASM_ADMINS,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "MACAddressPoolEdit",
        "Edit MAC address pool",
        "MACAddressPoolOperations",
        ASM_ADMINS,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "ManageCustomFieldValues",
        "Add, update and delete custom field values",
        "CustomFieldOperations",
        ALL_ADMINS,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "MapAddressRangeToAddressBlock",
        "Remap IP address range to IP address block",
        "AddressRangeOperations",
        ASM_ADMINS | MSM_ADMINS,
    ),
    AdminOperation(
        "MapIPRangeToReverseLookupZone",
        "MAP ip Range to a reverse lookup zone",
        "AddressRangeOperations",
        ASM_ADMINS,
    ),
    AdminOperation(
        "MoveDatabase",
        "Move Database",
        "GenericOperations",
        IPAM_ADMINS | LOCAL_ADMINISTRATOR,
        is_admin_role_only=True,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "MsmDhcpActivateScope", "Activate DHCP scope", "DhcpScopeOperations", MSM_ADMINS
    ),
    AdminOperation(
        "MsmDhcpConfigurePredefinedOptions",
        "Configure predefined DHCP options",
        "DhcpServerOperations",
        MSM_ADMINS,
    ),
    AdminOperation(
        "MsmDhcpConfigureUserClass", "Configure DHCP user class", "DhcpServerOperations", MSM_ADMINS
    ),
    AdminOperation(
        "MsmDhcpConfigureVendorClass",
        "Configure DHCP vendor class",
        "DhcpServerOperations",
        MSM_ADMINS,
    ),
    AdminOperation(
        "MsmDhcpCreateFailover",
        "Create DHCP failover relationship",
        "DhcpFailoverOperations",
        MSM_ADMINS,
    ),
    AdminOperation("MsmDhcpCreateScope", "Create DHCP scope", "DhcpScopeOperations", MSM_ADMINS),
    AdminOperation(
        "MsmDhcpCreateScopePolicy", "Configure DHCP scope policy", "DhcpScopeOperations", MSM_ADMINS
    ),
    AdminOperation(
        "MsmDhcpCreateServerPolicy",
        "Configure DHCP server policy",
        "DhcpServerOperations",
        MSM_ADMINS,
    ),
    AdminOperation(
        "MsmDhcpCreateSuperscope", "Create DHCP superscope", "DhcpSuperscopeOperations", MSM_ADMINS
    ),
    AdminOperation(
        "MsmDhcpDeleteFailover",
        "Delete DHCP failover relationship",
        "DhcpFailoverOperations",
        MSM_ADMINS,
    ),
    AdminOperation("MsmDhcpDeleteScope", "Delete DHCP scope", "DhcpScopeOperations", MSM_ADMINS),
    AdminOperation(
        "MsmDhcpDeleteScopePolicy", "Delete DHCP scope policy", "DhcpScopeOperations", MSM_ADMINS
    ),
    AdminOperation(
        "MsmDhcpDeleteServerPolicy", "Delete DHCP server policy", "DhcpServerOperations", MSM_ADMINS
    ),
    AdminOperation(
        "MsmDhcpDeleteSuperscope", "Delete DHCP superscope", "DhcpSuperscopeOperations", MSM_ADMINS
    ),
    AdminOperation(
        "MsmDhcpEditFailover",
        "Edit DHCP failover relationship",
        "DhcpFailoverOperations",
        MSM_ADMINS,
    ),
    AdminOperation("MsmDhcpEditScope", "Edit DHCP scope", "DhcpScopeOperations", MSM_ADMINS),
    AdminOperation(
        "MsmDhcpEditScopeOptions", "Edit DHCP scope options", "DhcpScopeOperations", MSM_ADMINS
    ),
    AdminOperation(
        "MsmDhcpEditScopePolicy", "Edit DHCP scope policy", "DhcpScopeOperations", MSM_ADMINS
    ),
    AdminOperation(
        "MsmDhcpEditServerOptions", "Edit DHCP server options", "DhcpServerOperations", MSM_ADMINS
    ),
    AdminOperation(
        "MsmDhcpEditServerPolicy", "Edit DHCP server policy", "DhcpServerOperations", MSM_ADMINS
    ),
    AdminOperation(
        "MsmDhcpEditServerProperties",
        "Edit DHCP server properties",
        "DhcpServerOperations",
        MSM_ADMINS,
    ),
    AdminOperation(
        "MsmDhcpEditSuperscope", "Edit DHCP superscope", "DhcpSuperscopeOperations", MSM_ADMINS
    ),
    AdminOperation(
        "MsmDhcpFilterOperation",
        "Manage DHCP MAC filter operations",
        "DhcpServerOperations",
        MSM_ADMINS,
    ),
    AdminOperation(
        "MsmDhcpReplicateOperation",
        "Replicate DHCP failover relationship (access scope agnostic operation)",
        "DhcpFailoverOperations",
        MSM_ADMINS,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "MsmDhcpScopeCreateOrEditAddressReservation",
        "Create or edit DHCP reservation",
        "DhcpScopeReservationOperations",
        ASM_ADMINS | MSM_ADMINS,
    ),
    AdminOperation(
        "MsmDhcpScopeDeleteAddressReservation",
        "Delete DHCP reservation",
        "DhcpScopeReservationOperations",
        ASM_ADMINS | MSM_ADMINS,
    ),
    AdminOperation(
        "MsmDhcpScopeEditAddressReservation",
        "Edit DHCP reservation",
        "DhcpScopeReservationOperations",
        MSM_ADMINS,
    ),
    AdminOperation(
        "MsmDnsCreateResourceRecord",
        "Create DNS resource records",
        "DnsRecordOperations",
        ASM_ADMINS | MSM_ADMINS,
    ),
    AdminOperation(
        "MsmDnsDeleteResourceRecord",
        "Delete DNS resource records",
        "DnsRecordOperations",
        ASM_ADMINS | MSM_ADMINS,
    ),
    AdminOperation(
        "MsmDnsCreateHostARecord",
        "Create DNS A resource records",
        "ARecordOperations",
        ASM_ADMINS | MSM_ADMINS,
    ),
    AdminOperation(
        "MsmDnsCreateNameServersRecord",
        "Create DNS Name Server resource records",
        "NSRecordOperations",
        MSM_ADMINS,
    ),
    AdminOperation(
        "MsmDnsCreatePointerRecord",
        "Create DNS PTR resource records",
        "PTRRecordOperations",
        ASM_ADMINS | MSM_ADMINS,
    ),
    AdminOperation(
        "MsmDnsDeleteHostARecord",
        "Delete DNS A resource records",
        "ARecordOperations",
        ASM_ADMINS | MSM_ADMINS,
    ),
    AdminOperation(
        "MsmDnsDeleteNameServersRecord",
        "Delete DNS Name Server resource records",
        "NSRecordOperations",
        MSM_ADMINS,
    ),
    AdminOperation(
        "MsmDnsDeletePointerRecord",
        "Delete DNS PTR resource records",
        "PTRRecordOperations",
        ASM_ADMINS | MSM_ADMINS,
    ),
    AdminOperation(
        "MsmDnsEditHostARecord", "Edit DNS A resource records", "ARecordOperations", MSM_ADMINS
    ),
    AdminOperation(
        "MsmDnsResetZoneStatus",
        "Reset DNS zone status",
        "DnsZoneOperations",
        IPAM_ADMINS | MSM_ADMINS,
    ),
    AdminOperation(
        "MsmDnsSetPreferredServerForZone",
        "Set preferred DNS server for zone",
        "DnsZoneOperations",
        MSM_ADMINS,
    ),
    AdminOperation(
        "ProvisionServer",
        "Provision IPAM server",
        "GlobalConfigurationOperations",
        LOCAL_ADMINISTRATOR,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "PurgeAuditData",
        "Purge audit data",
        "AuditOperations",
        IPAM_ADMINS,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "ReadSecretKey",
        "Retrieve secret key",
        "SecretKeyOperations",
        IPAM_ADMINS,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "RecomputeHashUsingStoredSecretKey",
        "Recompute Hash",
        "SecretKeyOperations",
        IPAM_ADMINS,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "RetrieveDatabaseConfiguration",
        "Retrieve current database configuration",
        "GenericOperations",
        IPAM_ADMINS | LOCAL_ADMINISTRATOR,
        is_admin_role_only=True,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "SaveDiscoveryConfig",
        "Save discovery configuration",
        "GlobalConfigurationOperations",
        ALL_ADMINS,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "SchemaConversion",
        "Schema conversion of IPAM server",
        "GlobalConfigurationOperations",
        LOCAL_ADMINISTRATOR,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "SetAddressBlockAccessScope",
        "Set access scope on IP address block",
        "AddressBlockOperations",
        IPAM_ADMINS,
    ),
    AdminOperation(
        "SetAddressRangeAccessScope",
        "Set access scope on IP address range",
        "AddressRangeOperations",
        IPAM_ADMINS,
    ),
    AdminOperation(
        "SetAddressSpaceAccessScope",
        "Set access scope on IP address space",
        "AddressSpaceOperations",
        IPAM_ADMINS,
    ),
    AdminOperation(
        "SetAddressSubnetAccessScope",
        "Set access scope on IP address subnet",
        "AddressSubnetOperations",
        IPAM_ADMINS,
    ),
    AdminOperation(
        "SetCommonPropertyValue",
        "Set global configuration state",
        "GlobalConfigurationOperations",
        ALL_ADMINS,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "SetMsmDhcpScopeAccessScope",
        "Set access scope on DHCP scope",
        "DhcpScopeOperations",
        IPAM_ADMINS,
    ),
    AdminOperation(
        "SetMsmDhcpServerAccessScope",
        "Set access scope on DHCP server",
        "DhcpServerOperations",
        IPAM_ADMINS,
    ),
    AdminOperation(
        "SetMsmDhcpSuperscopeAccessScope",
        "Set access scope on DHCP superscope",
        "DhcpSuperscopeOperations",
        IPAM_ADMINS,
    ),
    AdminOperation(
        "SetMsmDnsResourceRecordAccessScope",
        "Set access scope on DNS resource record",
        "DnsRecordOperations",
        IPAM_ADMINS,
    ),
    AdminOperation(
        "SetMsmDnsZoneAccessScope", "Set access scope on DNS zone", "DnsZoneOperations", IPAM_ADMINS
    ),
    AdminOperation(
        "TaskStart",
        "Start IPAM task",
        "TaskOperations",
        ALL_ADMINS,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "UpdateAccessPolicy",
        "Edit access policy",
        "AccessPolicyOperations",
        IPAM_ADMINS | LOCAL_ADMINISTRATOR,
        is_admin_role_only=True,
    ),
    AdminOperation(
        "UpdateAccessScope",
        "Edit access scope",
        "AccessScopeOperations",
        IPAM_ADMINS | LOCAL_ADMINISTRATOR,
        is_admin_role_only=True,
    ),
    AdminOperation(
        "UpdateAddressBlock", "Edit IP address bloc", "AddressBlockOperations", ASM_ADMINS
    ),
    AdminOperation(
        "UpdateDiscoveryConfig",
        "Edit discovery configuration",
        "GlobalConfigurationOperations",
        ALL_ADMINS,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation("UpdateIPAddress", "Edit IP address", "AddressOperations", ASM_ADMINS),
    AdminOperation(
        "UpdateIPAddressRange",
        "Edit IP address range",
        "AddressRangeOperations",
        ASM_ADMINS | MSM_ADMINS,
    ),
    AdminOperation(
        "UpdateLogicalGroup",
        "Edit logical group",
        "LogicalGroupOperations",
        ALL_ADMINS,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "UpdateSecretKey",
        "Edit secret key",
        "SecretKeyOperations",
        IPAM_ADMINS,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "UpdateServer",
        "Edit server",
        "ServerInventoryOperations",
        ALL_ADMINS | IP_AUDIT_ADMINS,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "UpdateUserRole",
        "Edit role",
        "UserRoleOperations",
        IPAM_ADMINS | LOCAL_ADMINISTRATOR,
        is_admin_role_only=True,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "ValidateIfUpgradeIsPossible",
        "ValidateIfUpgradeIsPossible",
        "GenericOperations",
        IPAM_ADMINS | LOCAL_ADMINISTRATOR,
        is_admin_role_only=True,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "SetMsmDnsServerAccessScope",
        "Set access scope on DNS server",
        "DNSServerOperations",
        IPAM_ADMINS,
    ),
    AdminOperation(
        "PurgeUtilizationData",
        "Purge Utilization data",
        "AddressOperations",
        IPAM_ADMINS | LOCAL_ADMINISTRATOR,
        is_non_rbac=True,
        is_scope_agnostic=True,
    ),
    AdminOperation(
        "MsmDhcpCreateEditFilter", "Create or edit DHCP filters", "DhcpServerOperations", MSM_ADMINS
    ),
    AdminOperation(
        "MsmDhcpDeleteFilter", "Delete DHCP filters", "DhcpServerOperations", MSM_ADMINS
    ),
    AdminOperation(
        "CreateDnsResourceRecords",
        "Create DNS resource records",
        "DnsRecordOperations",
        ASM_ADMINS | MSM_ADMINS,
    ),
    AdminOperation(
        "UpdateDnsResourceRecord", "Edit DNS resource record", "DnsRecordOperations", MSM_ADMINS
    ),
    AdminOperation(
        "UpdateDnsResourceRecords", "Edit DNS resource records", "DnsRecordOperations", MSM_ADMINS
    ),
    AdminOperation(
        "DeleteDnsResourceRecords",
        "Delete DNS resource records",
        "DnsRecordOperations",
        ASM_ADMINS | MSM_ADMINS,
    ),
    AdminOperation("CreateDnsZone", "Create DNS zone", "DnsZoneOperations", MSM_ADMINS),
    AdminOperation("UpdateDnsZones", "Edit DNS zones", "DnsZoneOperations", MSM_ADMINS),
    AdminOperation("DeleteDnsZones", "Delete DNS zones", "DnsZoneOperations", MSM_ADMINS),
    AdminOperation("DnsZonesTransfer", "Transfer DNS zones", "DnsZoneOperations", MSM_ADMINS),
    AdminOperation("ReloadDnsZones", "Reload DNS zones", "DnsZoneOperations", MSM_ADMINS),
    AdminOperation(
        "CreateDnsConditionalForwarders",
        "Create DNS conditional forwarders",
        "DNSServerOperations",
        MSM_ADMINS,
    ),
    AdminOperation(
        "UpdateDnsConditionalForwarders",
        "Edit DNS conditional forwarders",
        "DNSServerOperations",
        MSM_ADMINS,
    ),
    AdminOperation(
        "DeleteDnsConditionalForwarders",
        "Delete DNS conditional forwarders",
        "DNSServerOperations",
        MSM_ADMINS,
    ),
)

ADMIN_OPERATIONS: Final[Mapping[str, AdminOperation]] = MappingProxyType(
    {operation.operation_id: operation for operation in _OPERATIONS}
)
"""OperationId to the operation, [MS-IPAMM2] 3.1.1.1.36.1; the last 14 are
those that the document names but does not define."""

BUILT_IN_ROLES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "IPAM DHCP Reservations Administrator": ("DhcpScopeReservationOperations",),
        "IPAM DHCP Scope Administrator": (
            "DhcpScopeOperations",
            "DhcpScopeReservationOperations",
            "DhcpSuperscopeOperations",
        ),
        "IPAM DNS Record Administrator": ("DnsRecordOperations",),
        "IPAM DHCP Administrator": (
            "DhcpServerOperations",
            "DhcpScopeOperations",
            "DhcpScopeReservationOperations",
            "CustomFieldOperations",
            "DhcpFailoverOperations",
            "DhcpSuperscopeOperations",
        ),
        "IP Address Record Administrator": ("AddressOperations",),
        "IPAM ASM Administrator": (
            "AddressBlockOperations",
            "AddressRangeOperations",
            "AddressOperations",
            "CustomFieldOperations",
            "AddressSubnetOperations",
            "AddressSpaceOperations",
        ),
        "IPAM MSM Administrator": (
            "DhcpServerOperations",
            "DhcpScopeOperations",
            "DhcpScopeReservationOperations",
            "DnsZoneOperations",
            "DnsRecordOperations",
            "CustomFieldOperations",
            "DhcpFailoverOperations",
            "DhcpSuperscopeOperations",
        ),
        "IPAM Administrator": (
            "AccessPolicyOperations",
            "AccessScopeOperations",
            "AddressBlockOperations",
            "AddressOperations",
            "AddressRangeOperations",
            "DhcpScopeOperations",
            "DhcpScopeReservationOperations",
            "DhcpServerOperations",
            "DnsRecordOperations",
            "DnsZoneOperations",
            "LogicalGroupOperations",
            "CustomFieldOperations",
            "AddressSubnetOperations",
            "AddressSpaceOperations",
            "DhcpFailoverOperations",
            "DhcpSuperscopeOperations",
        ),
        "IPAM DNS Administrator": (
            "DnsZoneOperations",
            "DnsRecordOperations",
            "DNSServerOperations",
        ),
    }
)
"""Built-in roles to their operation groups, [MS-IPAMM2] 3.1.1.1.39.1."""

REQUIRED_OPERATIONS: Final[Mapping[IpamAdminOperationId, _Required]] = MappingProxyType(
    {
        IpamAdminOperationId.EditDhcpServer: (
            ("MsmDhcpEditServerProperties", ScopeObject.DHCP_SERVER),
        ),
        IpamAdminOperationId.ApplyServerConfigurationTemplate: (
            ("MsmDhcpEditServerProperties", ScopeObject.DHCP_SERVER),
        ),
        IpamAdminOperationId.CreateDhcpScope: (("MsmDhcpCreateScope", ScopeObject.DHCP_SERVER),),
        IpamAdminOperationId.EditDhcpScope: (("MsmDhcpEditScope", ScopeObject.DHCP_SCOPE),),
        IpamAdminOperationId.DeleteDhcpScope: (("MsmDhcpDeleteScope", ScopeObject.DHCP_SCOPE),),
        IpamAdminOperationId.ApplyScopeConfigurationTemplate: (
            ("MsmDhcpEditScope", ScopeObject.DHCP_SCOPE),
        ),
        IpamAdminOperationId.AddScopesToSuperscope: (
            ("MsmDhcpEditSuperscope", ScopeObject.DHCP_SUPERSCOPE),
        ),
        IpamAdminOperationId.RemoveScopesFromSuperscope: (
            ("MsmDhcpEditSuperscope", ScopeObject.DHCP_SUPERSCOPE),
        ),
        IpamAdminOperationId.RenameSuperscope: (
            ("MsmDhcpEditSuperscope", ScopeObject.DHCP_SUPERSCOPE),
        ),
        IpamAdminOperationId.DeleteSuperscopes: (
            ("MsmDhcpDeleteSuperscope", ScopeObject.DHCP_SUPERSCOPE),
        ),
        IpamAdminOperationId.SetSuperscopeActivationStatus: (
            ("MsmDhcpEditSuperscope", ScopeObject.DHCP_SUPERSCOPE),
        ),
        IpamAdminOperationId.CreateDhcpServerPolicy: (
            ("MsmDhcpCreateServerPolicy", ScopeObject.DHCP_SERVER),
        ),
        IpamAdminOperationId.CreateDhcpScopePolicy: (
            ("MsmDhcpCreateScopePolicy", ScopeObject.DHCP_SCOPE),
        ),
        IpamAdminOperationId.UpdatePolicy: (
            ("MsmDhcpEditScopePolicy", ScopeObject.DHCP_SCOPE),
            ("MsmDhcpEditServerPolicy", ScopeObject.DHCP_SERVER),
        ),
        IpamAdminOperationId.DeletePolicy: (
            ("MsmDhcpDeleteScopePolicy", ScopeObject.DHCP_SCOPE),
            ("MsmDhcpDeleteServerPolicy", ScopeObject.DHCP_SERVER),
        ),
        IpamAdminOperationId.UpdatePolicyProperty: (
            ("MsmDhcpDeleteScopePolicy", ScopeObject.DHCP_SCOPE),
            ("MsmDhcpDeleteServerPolicy", ScopeObject.DHCP_SERVER),
        ),
        IpamAdminOperationId.MovePolicyProcessingOrder: (
            ("MsmDhcpDeleteScopePolicy", ScopeObject.DHCP_SCOPE),
            ("MsmDhcpDeleteServerPolicy", ScopeObject.DHCP_SERVER),
        ),
        IpamAdminOperationId.CreateDhcpReservation: (
            ("MsmDhcpScopeCreateOrEditAddressReservation", ScopeObject.DHCP_SCOPE),
        ),
        IpamAdminOperationId.DeleteDhcpReservation: (
            ("MsmDhcpScopeDeleteAddressReservation", ScopeObject.DHCP_SCOPE),
        ),
        IpamAdminOperationId.DeleteDhcpReservationCollection: (
            ("MsmDhcpScopeDeleteAddressReservation", ScopeObject.DHCP_SCOPE),
        ),
        IpamAdminOperationId.SetDhcpReservation: (
            ("MsmDhcpScopeCreateOrEditAddressReservation", ScopeObject.DHCP_SCOPE),
        ),
        IpamAdminOperationId.SetDhcpReservationCollection: (
            ("MsmDhcpScopeCreateOrEditAddressReservation", ScopeObject.DHCP_SCOPE),
        ),
        IpamAdminOperationId.CreateDhcpFailover: (
            ("MsmDhcpCreateFailover", ScopeObject.DHCP_SERVER),
        ),
        IpamAdminOperationId.EditDhcpFailover: (("MsmDhcpEditFailover", ScopeObject.DHCP_SERVER),),
        IpamAdminOperationId.AddDhcpFailoverScopes: (
            ("MsmDhcpEditFailover", ScopeObject.DHCP_SERVER),
        ),
        IpamAdminOperationId.RemoveDhcpFailoverScopes: (
            ("MsmDhcpEditFailover", ScopeObject.DHCP_SERVER),
        ),
        IpamAdminOperationId.DeleteDhcpFailover: (
            ("MsmDhcpDeleteFailover", ScopeObject.DHCP_SERVER),
        ),
        IpamAdminOperationId.ResetConfigSyncStatus: (("MsmDhcpReplicateOperation", None),),
        IpamAdminOperationId.ReplicateScope: (("MsmDhcpReplicateOperation", None),),
        IpamAdminOperationId.ReplicateRelation: (("MsmDhcpReplicateOperation", None),),
        IpamAdminOperationId.ReplicateServer: (("MsmDhcpReplicateOperation", None),),
        IpamAdminOperationId.CreateDhcpFilters: (
            ("MsmDhcpCreateEditFilter", ScopeObject.DHCP_SERVER),
        ),
        IpamAdminOperationId.UpdateDhcpFilter: (
            ("MsmDhcpCreateEditFilter", ScopeObject.DHCP_SERVER),
        ),
        IpamAdminOperationId.UpdateDhcpFilters: (
            ("MsmDhcpCreateEditFilter", ScopeObject.DHCP_SERVER),
        ),
        IpamAdminOperationId.DeleteDhcpFilters: (("MsmDhcpDeleteFilter", ScopeObject.DHCP_SERVER),),
        IpamAdminOperationId.CreateIpamIPAddress: (("CreateIPAddress", ScopeObject.IP_RANGE),),
        IpamAdminOperationId.UpdateIpamIPAddress: (("UpdateIPAddress", ScopeObject.IP_RANGE),),
        IpamAdminOperationId.CreateDnsResourceRecords: (
            ("CreateDnsResourceRecords", ScopeObject.DNS_RESOURCE_RECORDS),
        ),
        IpamAdminOperationId.UpdateDnsResourceRecord: (
            ("UpdateDnsResourceRecord", ScopeObject.DNS_RESOURCE_RECORDS),
        ),
        IpamAdminOperationId.UpdateDnsResourceRecords: (
            ("UpdateDnsResourceRecords", ScopeObject.DNS_RESOURCE_RECORDS),
        ),
        IpamAdminOperationId.DeleteDnsResourceRecords: (
            ("DeleteDnsResourceRecords", ScopeObject.DNS_RESOURCE_RECORDS),
        ),
        IpamAdminOperationId.CreateDnsZone: (("CreateDnsZone", ScopeObject.DNS_SERVER_ZONE),),
        IpamAdminOperationId.UpdateDnsZones: (("UpdateDnsZones", ScopeObject.DNS_SERVER_ZONE),),
        IpamAdminOperationId.DeleteDnsZones: (("DeleteDnsZones", ScopeObject.DNS_SERVER_ZONE),),
        IpamAdminOperationId.DnsZonesTransfer: (("DnsZonesTransfer", ScopeObject.DNS_SERVER_ZONE),),
        IpamAdminOperationId.ReloadDnsZones: (("ReloadDnsZones", ScopeObject.DNS_SERVER_ZONE),),
        IpamAdminOperationId.CreateDnsConditionalForwarders: (
            ("CreateDnsConditionalForwarders", ScopeObject.DNS_SERVER),
        ),
        IpamAdminOperationId.UpdateDnsConditionalForwarders: (
            ("UpdateDnsConditionalForwarders", ScopeObject.DNS_SERVER),
        ),
        IpamAdminOperationId.DeleteDnsConditionalForwarders: (
            ("DeleteDnsConditionalForwarders", ScopeObject.DNS_SERVER),
        ),
    }
)
"""What a client asks for to the OperationId that it needs and the objects whose
access scope counts, [MS-IPAMM2] 3.19.6.1. Where there are two it is one or the
other, as its parameters have it."""
