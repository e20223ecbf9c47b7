"""The enumerations, each value with its name on the wire and .NET's number.

Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit.
"""

from enum import Flag

from ipam_progress.contracts.base import WireEnum

__all__ = [
    "AddressAssignment",
    "AddressCategory",
    "AddressFamily",
    "CollectionOperations",
    "DhcpAuditLoggingStatus",
    "DhcpDiscardDnsRecordOnLeaseDeletionStatus",
    "DhcpDnsNameProtectionStatus",
    "DhcpDnsNotRequestingClientsUpdateType",
    "DhcpDnsUpdateType",
    "DhcpFailoverConfigSyncStatus",
    "DhcpFailoverMode",
    "DhcpFailoverOperationOwner",
    "DhcpFailoverOperations",
    "DhcpFailoverState",
    "DhcpFilterMultiEditFields",
    "DhcpLeaseDurationType",
    "DhcpOperationState",
    "DhcpOptionApplyType",
    "DhcpOptionCollectionType",
    "DhcpOptionDefinitionApplyType",
    "DhcpOptionOwnerType",
    "DhcpOptionType",
    "DhcpPolicyPropertyUpdate",
    "DhcpReservationDeletionFlag",
    "DhcpReservationStatus",
    "DhcpReservationSyncStatus",
    "DhcpScopeStatus",
    "DhcpServingClientsType",
    "DhcpStatelessClientInventoryStatus",
    "DhcpUserClassApplyType",
    "DhcpVendorClassApplyType",
    "DnsConditionalForwarderType",
    "DnsDisableDynamicPtrUpdateType",
    "DnsDynamicUpdateSetting",
    "DnsNotifySecondariesSetting",
    "DnsResourceRecordMultiEditFields",
    "DnsResourceRecordType",
    "DnsSecureSecondariesSetting",
    "DnsSyncStatus",
    "DnsZoneStatus",
    "EntityOperationType",
    "HealthStatus",
    "IPAddressExpiryStatus",
    "IPVirtualizationType",
    "IpamAdminOperationId",
    "IpamDatabaseType",
    "IpamObjectType",
    "IpamTaskState",
    "IpamTaskType",
    "ManagementStatus",
    "OverallProgressStatus",
    "PolicyOperations",
    "PolicyOperator",
    "PolicyProcessingOrderDirection",
    "PolicyState",
    "ReservationOperations",
    "ServerInfoConfigRetrievalStatus",
    "ServerInfoNewFlag",
    "ServerRoleAuditFileAccess",
    "ServerRoleEventViewerAccess",
    "ServerRoleRpcAccess",
    "ServerRoleType",
    "ServiceRunningStatus",
    "SubTaskStatus",
    "SuperscopeOperations",
    "ZoneConfiguration",
    "ZoneHostingDnsServerType",
    "ZoneLookupType",
]


class AddressAssignment(WireEnum):
    """The enumeration AddressAssignment, [MS-IPAMM2] 2.2.5.2."""

    None_ = "None", 0
    Static = "Static", 1
    Dynamic = "Dynamic", 2
    Auto = "Auto", 3
    VIP = "VIP", 4
    Reserved = "Reserved", 5


class AddressCategory(WireEnum):
    """The enumeration AddressCategory, [MS-IPAMM2] 2.2.5.3."""

    None_ = "None", 0
    Public = "Public", 1
    Private = "Private", 2
    GlobalIPv6Unicast = "GlobalIPv6Unicast", 3


class AddressFamily(WireEnum):
    """The enumeration AddressFamily, [MS-IPAMM2] 2.2.5.99."""

    Unknown = "Unknown", -1
    Unspecified = "Unspecified", 0
    Unix = "Unix", 1
    InterNetwork = "InterNetwork", 2
    ImpLink = "ImpLink", 3
    Pup = "Pup", 4
    Chaos = "Chaos", 5
    NS = "NS", 6
    Ipx = "Ipx", 6
    Iso = "Iso", 7
    Osi = "Osi", 7
    Ecma = "Ecma", 8
    DataKit = "DataKit", 9
    Ccitt = "Ccitt", 10
    Sna = "Sna", 11
    DecNet = "DecNet", 12
    DataLink = "DataLink", 13
    Lat = "Lat", 14
    HyperChannel = "HyperChannel", 15
    AppleTalk = "AppleTalk", 16
    NetBios = "NetBios", 17
    VoiceView = "VoiceView", 18
    FireFox = "FireFox", 19
    Banyan = "Banyan", 21
    Atm = "Atm", 22
    InterNetworkV6 = "InterNetworkV6", 23
    Cluster = "Cluster", 24
    Ieee12844 = "Ieee12844", 25
    Irda = "Irda", 26
    NetworkDesigners = "NetworkDesigners", 28
    Max = "Max", 29


class CollectionOperations(WireEnum):
    """The enumeration CollectionOperations, [MS-IPAMM2] 2.2.5.7."""

    None_ = "None", 0
    Add = "Add", 1
    Set = "Set", 2
    Delete = "Delete", 3
    PartnerAdd = "PartnerAdd", 4
    PartnerSet = "PartnerSet", 5
    PartnerDelete = "PartnerDelete", 6


class DhcpAuditLoggingStatus(WireEnum):
    """The enumeration DhcpAuditLoggingStatus, [MS-IPAMM2] 2.2.5.11."""

    None_ = "None", 0
    Enabled = "Enabled", 1
    Disabled = "Disabled", 2


class DhcpDiscardDnsRecordOnLeaseDeletionStatus(WireEnum):
    """The enumeration DhcpDiscardDnsRecordOnLeaseDeletionStatus, [MS-IPAMM2] 2.2.5.12."""

    None_ = "None", 0
    Enabled = "Enabled", 1
    Disabled = "Disabled", 2


class DhcpDnsNameProtectionStatus(WireEnum):
    """The enumeration DhcpDnsNameProtectionStatus, [MS-IPAMM2] 2.2.5.13."""

    None_ = "None", 0
    Enabled = "Enabled", 1
    Disabled = "Disabled", 2


class DhcpDnsNotRequestingClientsUpdateType(WireEnum):
    """The enumeration DhcpDnsNotRequestingClientsUpdateType, [MS-IPAMM2] 2.2.5.14."""

    None_ = "None", 0
    Enabled = "Enabled", 1
    Disabled = "Disabled", 2


class DhcpDnsUpdateType(WireEnum):
    """The enumeration DhcpDnsUpdateType, [MS-IPAMM2] 2.2.5.15."""

    None_ = "None", 0
    Never = "Never", 1
    DynamicUpdateOnRequestByClient = "DynamicUpdateOnRequestByClient", 2
    DynamicUpdateAlways = "DynamicUpdateAlways", 3


class DhcpFailoverConfigSyncStatus(WireEnum):
    """The enumeration DhcpFailoverConfigSyncStatus, [MS-IPAMM2] 2.2.5.16."""

    Unknown = "Unknown", 0
    InSync = "InSync", 1
    OutOfSync = "OutOfSync", 2


class DhcpFailoverMode(WireEnum):
    """The enumeration DhcpFailoverMode, [MS-IPAMM2] 2.2.5.17."""

    None_ = "None", 0
    LoadBalance = "LoadBalance", 1
    HotStandby = "HotStandby", 2


class DhcpFailoverOperationOwner(WireEnum):
    """The enumeration DhcpFailoverOperationOwner, [MS-IPAMM2] 2.2.5.18."""

    ServerOne = "ServerOne", 0
    ServerTwo = "ServerTwo", 1


class DhcpFailoverOperations(WireEnum):
    """The enumeration DhcpFailoverOperations, [MS-IPAMM2] 2.2.5.19."""

    None_ = "None", 0
    FailoverCreate = "FailoverCreate", 1
    FailoverUpdate = "FailoverUpdate", 2
    FailoverAddScopes = "FailoverAddScopes", 3
    FailoverRemoveScopes = "FailoverRemoveScopes", 4
    FailoverDelete = "FailoverDelete", 5


class DhcpFailoverState(WireEnum):
    """The enumeration DhcpFailoverState, [MS-IPAMM2] 2.2.5.20."""

    Unknown = "Unknown", 0
    NoState = "NoState", 1
    Init = "Init", 2
    Startup = "Startup", 3
    Normal = "Normal", 4
    CommunicationsInterrupted = "CommunicationsInterrupted", 5
    PartnerDown = "PartnerDown", 6
    PotentialConflict = "PotentialConflict", 7
    ConflictDone = "ConflictDone", 8
    ResolutionInterrupted = "ResolutionInterrupted", 9
    Recover = "Recover", 10
    RecoverWait = "RecoverWait", 11
    RecoverDone = "RecoverDone", 12


class DhcpFilterMultiEditFields(WireEnum):
    """The enumeration DhcpFilterMultiEditFields, [MS-IPAMM2] 2.2.5.21."""

    AllowOrDeny = "AllowOrDeny", 0
    Description = "Description", 1
    Both = "Both", 2


class DhcpLeaseDurationType(WireEnum):
    """The enumeration DhcpLeaseDurationType, [MS-IPAMM2] 2.2.5.22."""

    None_ = "None", 0
    Limited = "Limited", 1
    Unlimited = "Unlimited", 2


class DhcpOperationState(WireEnum):
    """The enumeration DhcpOperationState, [MS-IPAMM2] 2.2.5.23."""

    None_ = "None", 0
    Enabled = "Enabled", 1
    Disabled = "Disabled", 2


class DhcpOptionApplyType(WireEnum):
    """The enumeration DhcpOptionApplyType, [MS-IPAMM2] 2.2.5.24."""

    None_ = "None", 0
    AddOrOverwrite = "AddOrOverwrite", 1
    Delete = "Delete", 2
    Append = "Append", 3
    FindAndReplace = "FindAndReplace", 4


class DhcpOptionCollectionType(WireEnum):
    """The enumeration DhcpOptionCollectionType, [MS-IPAMM2] 2.2.5.25."""

    None_ = "None", 0
    SingleValue = "SingleValue", 1
    MultiValue = "MultiValue", 2


class DhcpOptionDefinitionApplyType(WireEnum):
    """The enumeration DhcpOptionDefinitionApplyType, [MS-IPAMM2] 2.2.5.26."""

    None_ = "None", 0
    AddOrOverwrite = "AddOrOverwrite", 1
    Append = "Append", 2
    Delete = "Delete", 3


class DhcpOptionOwnerType(WireEnum):
    """The enumeration DhcpOptionOwnerType, [MS-IPAMM2] 2.2.5.27."""

    None_ = "None", 0
    Scope = "Scope", 1
    Server = "Server", 2
    Policy = "Policy", 3
    Reservation = "Reservation", 4


class DhcpOptionType(WireEnum):
    """The enumeration DhcpOptionType, [MS-IPAMM2] 2.2.5.28."""

    None_ = "None", 0
    Byte = "Byte", 1
    Word = "Word", 2
    DWord = "DWord", 3
    DWordDWord = "DWordDWord", 4
    Encapsulated = "Encapsulated", 5
    String = "String", 6
    IPAddress = "IPAddress", 7
    BinaryData = "BinaryData", 8
    IPv6Address = "IPv6Address", 9


class DhcpPolicyPropertyUpdate(WireEnum):
    """The enumeration DhcpPolicyPropertyUpdate, [MS-IPAMM2] 2.2.5.29."""

    EnablePolicy = "EnablePolicy", 0
    DisablePolicy = "DisablePolicy", 1


class DhcpReservationDeletionFlag(WireEnum):
    """The enumeration DhcpReservationDeletionFlag, [MS-IPAMM2] 2.2.5.30."""

    Default = "Default", 0
    DeleteReservationRecord = "DeleteReservationRecord", 1
    DeleteIPAddressRecord = "DeleteIPAddressRecord", 2
    DeleteDnsRecord = "DeleteDnsRecord", 3
    DeleteIPAddressAndDnsRecord = "DeleteIPAddressAndDnsRecord", 4


class DhcpReservationStatus(WireEnum):
    """The enumeration DhcpReservationStatus, [MS-IPAMM2] 2.2.5.31."""

    Inactive = "Inactive", 0
    Active = "Active", 1


class DhcpReservationSyncStatus(WireEnum):
    """The enumeration DhcpReservationSyncStatus, [MS-IPAMM2] 2.2.5.32."""

    None_ = "None", 0
    NotAttempted = "NotAttempted", 1
    CreateSuccess = "CreateSuccess", 2
    CreateFailure = "CreateFailure", 3
    DeleteSuccess = "DeleteSuccess", 4
    DeleteFailure = "DeleteFailure", 5
    Exists = "Exists", 6
    Deleted = "Deleted", 7


class DhcpScopeStatus(WireEnum):
    """The enumeration DhcpScopeStatus, [MS-IPAMM2] 2.2.5.33."""

    None_ = "None", 0
    Activated = "Activated", 1
    Deactivated = "Deactivated", 2


class DhcpServingClientsType(WireEnum):
    """The enumeration DhcpServingClientsType, [MS-IPAMM2] 2.2.5.34."""

    None_ = "None", 0
    Dhcp = "Dhcp", 1
    Bootp = "Bootp", 2
    Both = "Both", 3


class DhcpStatelessClientInventoryStatus(WireEnum):
    """The enumeration DhcpStatelessClientInventoryStatus, [MS-IPAMM2] 2.2.5.35."""

    None_ = "None", 0
    Enabled = "Enabled", 1
    Disabled = "Disabled", 2


class DhcpUserClassApplyType(WireEnum):
    """The enumeration DhcpUserClassApplyType, [MS-IPAMM2] 2.2.5.36."""

    None_ = "None", 0
    Create = "Create", 1
    AddOrOverwrite = "AddOrOverwrite", 2
    Delete = "Delete", 3


class DhcpVendorClassApplyType(WireEnum):
    """The enumeration DhcpVendorClassApplyType, [MS-IPAMM2] 2.2.5.37."""

    None_ = "None", 0
    Create = "Create", 1
    AddOrOverwrite = "AddOrOverwrite", 2
    Delete = "Delete", 3


class DnsConditionalForwarderType(WireEnum):
    """The enumeration DnsConditionalForwarderType, [MS-IPAMM2] 2.2.5.107."""

    None_ = "None", 0
    ADIntegrated = "ADIntegrated", 1
    Registry = "Registry", 2


class DnsDisableDynamicPtrUpdateType(WireEnum):
    """The enumeration DnsDisableDynamicPtrUpdateType, [MS-IPAMM2] 2.2.5.38."""

    None_ = "None", 0
    Enabled = "Enabled", 1
    Disabled = "Disabled", 2


class DnsDynamicUpdateSetting(WireEnum):
    """The enumeration DnsDynamicUpdateSetting, [MS-IPAMM2] 2.2.5.39."""

    NotApplicable = "NotApplicable", 0
    None_ = "None", 1
    NonSecureAndSecure = "NonSecureAndSecure", 2
    Secure = "Secure", 3


class DnsNotifySecondariesSetting(WireEnum):
    """The enumeration DnsNotifySecondariesSetting, [MS-IPAMM2] 2.2.5.64."""

    None_ = "None", 0
    Notify = "Notify", 1
    NoNotify = "NoNotify", 2
    NotifyServers = "NotifyServers", 3


class DnsResourceRecordMultiEditFields(Flag):
    """The flags DnsResourceRecordMultiEditFields, [MS-IPAMM2] 2.2.5.40."""

    TTL = 1


class DnsResourceRecordType(WireEnum):
    """The enumeration DnsResourceRecordType, [MS-IPAMM2] 2.2.5.41."""

    NONE = "NONE", 0
    A = "A", 1
    AAAA = "AAAA", 2
    PTR = "PTR", 3
    SOA = "SOA", 4
    NS = "NS", 5
    CNAME = "CNAME", 6
    DNAME = "DNAME", 7
    MX = "MX", 8
    SRV = "SRV", 9
    TXT = "TXT", 10
    AFSDB = "AFSDB", 11
    ATMA = "ATMA", 12
    DHCID = "DHCID", 13
    HINFO = "HINFO", 14
    ISDN = "ISDN", 15
    RP = "RP", 16
    RT = "RT", 17
    WINS = "WINS", 18
    WINSR = "WINSR", 19
    WKS = "WKS", 20
    X25 = "X25", 21


class DnsSecureSecondariesSetting(WireEnum):
    """The enumeration DnsSecureSecondariesSetting, [MS-IPAMM2] 2.2.5.65."""

    None_ = "None", 0
    NoTransfer = "NoTransfer", 1
    TransferAnyServer = "TransferAnyServer", 2
    TransferToZoneNameServer = "TransferToZoneNameServer", 3
    TransferToSecureServers = "TransferToSecureServers", 4


class DnsSyncStatus(WireEnum):
    """The enumeration DnsSyncStatus, [MS-IPAMM2] 2.2.5.43."""

    None_ = "None", 0
    NotAttempted = "NotAttempted", 1
    CreateSuccess = "CreateSuccess", 2
    CreateFailure = "CreateFailure", 3
    DeleteSuccess = "DeleteSuccess", 4
    DeleteFailure = "DeleteFailure", 5


class DnsZoneStatus(WireEnum):
    """The enumeration DnsZoneStatus, [MS-IPAMM2] 2.2.5.66."""

    None_ = "None", 0
    Running = "Running", 1
    Paused = "Paused", 2
    Shutdown = "Shutdown", 3


class EntityOperationType(WireEnum):
    """The enumeration EntityOperationType, [MS-IPAMM2] 2.2.5.45."""

    Unknown = "Unknown", 0
    Add = "Add", 1
    Update = "Update", 2
    Delete = "Delete", 3


class HealthStatus(WireEnum):
    """The enumeration HealthStatus, [MS-IPAMM2] 2.2.5.52."""

    None_ = "None", 0
    Healthy = "Healthy", 1
    HealthyWithWarnings = "HealthyWithWarnings", 2
    Unhealthy = "Unhealthy", 3
    NotApplicable = "NotApplicable", 4
    Unknown = "Unknown", 5
    Unchecked = "Unchecked", 6


class IPAddressExpiryStatus(WireEnum):
    """The enumeration IPAddressExpiryStatus, [MS-IPAMM2] 2.2.5.53."""

    None_ = "None", 0
    Active = "Active", 1
    Alert = "Alert", 2
    Expired = "Expired", 3


class IPVirtualizationType(Flag):
    """The flags IPVirtualizationType, [MS-IPAMM2] 2.2.5.61."""

    NonVirtualized = 1
    Fabric = 2
    Virtual = 4


class IpamAdminOperationId(WireEnum):
    """The enumeration IpamAdminOperationId, [MS-IPAMM2] 2.2.5.63."""

    EditDhcpServer = "EditDhcpServer", 0
    ApplyServerConfigurationTemplate = "ApplyServerConfigurationTemplate", 1
    CreateDhcpScope = "CreateDhcpScope", 2
    EditDhcpScope = "EditDhcpScope", 3
    DeleteDhcpScope = "DeleteDhcpScope", 4
    ApplyScopeConfigurationTemplate = "ApplyScopeConfigurationTemplate", 5
    AddScopesToSuperscope = "AddScopesToSuperscope", 6
    RemoveScopesFromSuperscope = "RemoveScopesFromSuperscope", 7
    RenameSuperscope = "RenameSuperscope", 8
    DeleteSuperscopes = "DeleteSuperscopes", 9
    SetSuperscopeActivationStatus = "SetSuperscopeActivationStatus", 10
    CreateDhcpServerPolicy = "CreateDhcpServerPolicy", 11
    CreateDhcpScopePolicy = "CreateDhcpScopePolicy", 12
    UpdatePolicy = "UpdatePolicy", 13
    DeletePolicy = "DeletePolicy", 14
    UpdatePolicyProperty = "UpdatePolicyProperty", 15
    MovePolicyProcessingOrder = "MovePolicyProcessingOrder", 16
    CreateDhcpReservation = "CreateDhcpReservation", 17
    DeleteDhcpReservation = "DeleteDhcpReservation", 18
    DeleteDhcpReservationCollection = "DeleteDhcpReservationCollection", 19
    SetDhcpReservation = "SetDhcpReservation", 20
    SetDhcpReservationCollection = "SetDhcpReservationCollection", 21
    CreateDhcpFailover = "CreateDhcpFailover", 22
    EditDhcpFailover = "EditDhcpFailover", 23
    AddDhcpFailoverScopes = "AddDhcpFailoverScopes", 24
    RemoveDhcpFailoverScopes = "RemoveDhcpFailoverScopes", 25
    DeleteDhcpFailover = "DeleteDhcpFailover", 26
    ResetConfigSyncStatus = "ResetConfigSyncStatus", 27
    ReplicateScope = "ReplicateScope", 28
    ReplicateRelation = "ReplicateRelation", 29
    ReplicateServer = "ReplicateServer", 30
    CreateDhcpFilters = "CreateDhcpFilters", 31
    UpdateDhcpFilter = "UpdateDhcpFilter", 32
    UpdateDhcpFilters = "UpdateDhcpFilters", 33
    DeleteDhcpFilters = "DeleteDhcpFilters", 34
    CreateIpamIPAddress = "CreateIpamIPAddress", 35
    UpdateIpamIPAddress = "UpdateIpamIPAddress", 36
    CreateDnsResourceRecords = "CreateDnsResourceRecords", 37
    DeleteDnsResourceRecords = "DeleteDnsResourceRecords", 38
    UpdateDnsResourceRecords = "UpdateDnsResourceRecords", 39
    UpdateDnsResourceRecord = "UpdateDnsResourceRecord", 40
    CreateDnsZone = "CreateDnsZone", 41
    DeleteDnsZones = "DeleteDnsZones", 42
    UpdateDnsZones = "UpdateDnsZones", 43
    DnsZonesTransfer = "DnsZonesTransfer", 44
    ReloadDnsZones = "ReloadDnsZones", 45
    CreateDnsConditionalForwarders = "CreateDnsConditionalForwarders", 46
    UpdateDnsConditionalForwarders = "UpdateDnsConditionalForwarders", 47
    DeleteDnsConditionalForwarders = "DeleteDnsConditionalForwarders", 48


class IpamDatabaseType(WireEnum):
    """The enumeration IpamDatabaseType, [MS-IPAMM2] 2.2.5.73."""

    DatabaseTypeNotConfigured = "DatabaseTypeNotConfigured", 0
    WindowsInternalDatabase = "WindowsInternalDatabase", 1
    MSSQLServer = "MSSQLServer", 2


class IpamObjectType(WireEnum):
    """The enumeration IpamObjectType, [MS-IPAMM2] 2.2.5.75."""

    None_ = "None", 0
    IPv4AddressSpace = "IPv4AddressSpace", 1
    IPv6AddressSpace = "IPv6AddressSpace", 2
    IPv4Block = "IPv4Block", 3
    IPv6Block = "IPv6Block", 4
    IPv4Subnet = "IPv4Subnet", 5
    IPv6Subnet = "IPv6Subnet", 6
    IPv4Range = "IPv4Range", 7
    IPv6Range = "IPv6Range", 8
    IPv4Address = "IPv4Address", 9
    IPv6Address = "IPv6Address", 10
    DHCPServerv4 = "DHCPServerv4", 11
    DHCPServerv6 = "DHCPServerv6", 12
    DHCPScopev4 = "DHCPScopev4", 13
    DHCPScopev6 = "DHCPScopev6", 14
    DHCPReservationv4 = "DHCPReservationv4", 15
    DHCPReservationv6 = "DHCPReservationv6", 16
    DHCPPolicyV4 = "DHCPPolicyV4", 17
    DHCPSuperscopeV4 = "DHCPSuperscopeV4", 18
    DHCPFailover = "DHCPFailover", 19
    DHCPFilter = "DHCPFilter", 20
    DNSServer = "DNSServer", 21
    DNSForwardLookupZone = "DNSForwardLookupZone", 22
    DNSReverseLookupZone = "DNSReverseLookupZone", 23
    AccessScope = "AccessScope", 24
    UserAccessPolicy = "UserAccessPolicy", 25
    DHCPSuperscopev4 = "DHCPSuperscopev4", 26
    DnsZoneVirtualContainer = "DnsZoneVirtualContainer", 27
    DnsReverseZoneVirtualContainer = "DnsReverseZoneVirtualContainer", 28
    DnsResourceRecord = "DnsResourceRecord", 29
    DnsConditionalForwarder = "DnsConditionalForwarder", 30
    Max = "Max", 31


class IpamTaskState(WireEnum):
    """The enumeration IpamTaskState, [MS-IPAMM2] 2.2.5.54."""

    None_ = "None", 0
    Disabled = "Disabled", 1
    Queued = "Queued", 2
    Ready = "Ready", 3
    Running = "Running", 4
    Unknown = "Unknown", 5


class IpamTaskType(WireEnum):
    """The enumeration IpamTaskType, [MS-IPAMM2] 2.2.5.55."""

    None_ = "None", 0
    Discovery = "Discovery", 1
    Utilization = "Utilization", 2
    Audit = "Audit", 3
    Configuration = "Configuration", 4
    ServerAvailability = "ServerAvailability", 5
    Monitoring = "Monitoring", 6
    Expiry = "Expiry", 7
    DnsConfiguration = "DnsConfiguration", 8


class ManagementStatus(WireEnum):
    """The enumeration ManagementStatus, [MS-IPAMM2] 2.2.5.85."""

    None_ = "None", 0
    Unspecified = "Unspecified", 1
    Unmanaged = "Unmanaged", 2
    Managed = "Managed", 3


class OverallProgressStatus(WireEnum):
    """The enumeration OverallProgressStatus, [MS-IPAMM2] 2.2.5.71."""

    NotStarted = "NotStarted", 0
    InProgress = "InProgress", 1
    CompletedWithSuccess = "CompletedWithSuccess", 2
    CompletedWithFailure = "CompletedWithFailure", 3


class PolicyOperations(WireEnum):
    """The enumeration PolicyOperations, [MS-IPAMM2] 2.2.5.79."""

    PolicyCreate = "PolicyCreate", 0
    PolicyAddRange = "PolicyAddRange", 1
    PolicyAddOptions = "PolicyAddOptions", 2
    PolicyRemoveRange = "PolicyRemoveRange", 3
    PolicyCoreSet = "PolicyCoreSet", 4
    PolicyRemove = "PolicyRemove", 5
    PolicySetDnsProperties = "PolicySetDnsProperties", 6
    PartnerPolicyCreate = "PartnerPolicyCreate", 7
    PartnerPolicyAddRange = "PartnerPolicyAddRange", 8
    PartnerPolicyAddOptions = "PartnerPolicyAddOptions", 9
    PartnerPolicyRemoveRange = "PartnerPolicyRemoveRange", 10
    PartnerPolicyCoreSet = "PartnerPolicyCoreSet", 11
    PartnerPolicyRemove = "PartnerPolicyRemove", 12
    PartnerPolicySetDnsProperties = "PartnerPolicySetDnsProperties", 13


class PolicyOperator(WireEnum):
    """The enumeration PolicyOperator, [MS-IPAMM2] 2.2.5.80."""

    Or = "Or", 0
    And = "And", 1


class PolicyProcessingOrderDirection(WireEnum):
    """The enumeration PolicyProcessingOrderDirection, [MS-IPAMM2] 2.2.5.81."""

    up = "up", 0
    down = "down", 1


class PolicyState(WireEnum):
    """The enumeration PolicyState, [MS-IPAMM2] 2.2.5.82."""

    none = "none", 0
    enabled = "enabled", 1
    disabled = "disabled", 2


class ReservationOperations(WireEnum):
    """The enumeration ReservationOperations, [MS-IPAMM2] 2.2.5.84."""

    None_ = "None", 0
    ReservationPropertyCreate = "ReservationPropertyCreate", 1
    ReservationOptionsCreate = "ReservationOptionsCreate", 2
    ReservationPropertyUpdate = "ReservationPropertyUpdate", 3
    ReservationDnsUpdate = "ReservationDnsUpdate", 4
    ReservationOptionsUpdate = "ReservationOptionsUpdate", 5
    ReservationDelete = "ReservationDelete", 6
    ReservationIPAddressDelete = "ReservationIPAddressDelete", 7
    ReservationDNSRecordDelete = "ReservationDNSRecordDelete", 8
    PartnerReservationPropertyCreate = "PartnerReservationPropertyCreate", 9
    PartnerReservationOptionsCreate = "PartnerReservationOptionsCreate", 10
    PartnerReservationPropertyUpdate = "PartnerReservationPropertyUpdate", 11
    PartnerReservationDnsUpdate = "PartnerReservationDnsUpdate", 12
    PartnerReservationOptionsUpdate = "PartnerReservationOptionsUpdate", 13
    PartnerReservationDelete = "PartnerReservationDelete", 14


class ServerInfoConfigRetrievalStatus(WireEnum):
    """The enumeration ServerInfoConfigRetrievalStatus, [MS-IPAMM2] 2.2.5.90."""

    None_ = "None", 0
    NotStarted = "NotStarted", 1
    InProgress = "InProgress", 2
    Completed = "Completed", 3


class ServerInfoNewFlag(WireEnum):
    """The enumeration ServerInfoNewFlag, [MS-IPAMM2] 2.2.5.92."""

    None_ = "None", 0
    Old = "Old", 1
    New = "New", 2
    Modified = "Modified", 3


class ServerRoleAuditFileAccess(WireEnum):
    """The enumeration ServerRoleAuditFileAccess, [MS-IPAMM2] 2.2.5.94."""

    NotChecked = "NotChecked", 0
    NotApplicable = "NotApplicable", 1
    Denied = "Denied", 2
    Success = "Success", 3


class ServerRoleEventViewerAccess(WireEnum):
    """The enumeration ServerRoleEventViewerAccess, [MS-IPAMM2] 2.2.5.95."""

    NotChecked = "NotChecked", 0
    NotApplicable = "NotApplicable", 1
    Denied = "Denied", 2
    Success = "Success", 3


class ServerRoleRpcAccess(WireEnum):
    """The enumeration ServerRoleRpcAccess, [MS-IPAMM2] 2.2.5.96."""

    NotChecked = "NotChecked", 0
    NotApplicable = "NotApplicable", 1
    NotFound = "NotFound", 2
    Denied = "Denied", 3
    Success = "Success", 4


class ServerRoleType(WireEnum):
    """The enumeration ServerRoleType, [MS-IPAMM2] 2.2.5.97."""

    None_ = "None", 0
    Dc = "Dc", 1
    Dns = "Dns", 2
    Dhcp = "Dhcp", 3
    Nps = "Nps", 4


class ServiceRunningStatus(WireEnum):
    """The enumeration ServiceRunningStatus, [MS-IPAMM2] 2.2.5.98."""

    NotChecked = "NotChecked", 0
    Stopped = "Stopped", 1
    StartPending = "StartPending", 2
    StopPending = "StopPending", 3
    Running = "Running", 4
    ContinuePending = "ContinuePending", 5
    PausePending = "PausePending", 6
    Paused = "Paused", 7
    NotApplicable = "NotApplicable", 8
    NotReachable = "NotReachable", 9
    Unknown = "Unknown", 10
    AccessDenied = "AccessDenied", 11


class SubTaskStatus(WireEnum):
    """The enumeration SubTaskStatus, [MS-IPAMM2] 2.2.5.101."""

    NotStarted = "NotStarted", 0
    InProgress = "InProgress", 1
    CompletedWithError = "CompletedWithError", 2
    CompletedWithWarning = "CompletedWithWarning", 3
    CompletedWithSuccess = "CompletedWithSuccess", 4
    NotApplicable = "NotApplicable", 5
    NotRun = "NotRun", 6


class SuperscopeOperations(WireEnum):
    """The enumeration SuperscopeOperations, [MS-IPAMM2] 2.2.5.102."""

    AddScopes = "AddScopes", 0
    RemoveScopes = "RemoveScopes", 1
    DeleteSuperscope = "DeleteSuperscope", 2
    AddFailover = "AddFailover", 3
    RemoveFailover = "RemoveFailover", 4
    RenameSuperscope = "RenameSuperscope", 5


class ZoneConfiguration(WireEnum):
    """The enumeration ZoneConfiguration, [MS-IPAMM2] 2.2.5.103."""

    None_ = "None", 0
    ADIntegrated = "ADIntegrated", 1
    FileBacked = "FileBacked", 2
    NotApplicable = "NotApplicable", 3


class ZoneHostingDnsServerType(WireEnum):
    """The enumeration ZoneHostingDnsServerType, [MS-IPAMM2] 2.2.5.104."""

    None_ = "None", 0
    Primary = "Primary", 1
    Secondary = "Secondary", 2
    Stub = "Stub", 3


class ZoneLookupType(WireEnum):
    """The enumeration ZoneLookupType, [MS-IPAMM2] 2.2.5.105."""

    None_ = "None", 0
    DNSForwardLookupZone = "DNSForwardLookupZone", 1
    DNSReverseLookupZone = "DNSReverseLookupZone", 2
