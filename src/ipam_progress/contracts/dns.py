"""DNS servers, zones, conditional forwarders and resource records.

Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ipam_progress.contracts import enumerations
from ipam_progress.contracts.base import ZERO_SPAN
from ipam_progress.contracts.core import BaseIpamObject
from ipam_progress.contracts.enumerations import (
    AddressFamily,
    DnsConditionalForwarderType,
    DnsDynamicUpdateSetting,
    DnsNotifySecondariesSetting,
    DnsResourceRecordType,
    DnsSecureSecondariesSetting,
    DnsZoneStatus,
    HealthStatus,
    ZoneHostingDnsServerType,
    ZoneLookupType,
)
from ipam_progress.contracts.progress import EntityStatus
from ipam_progress.values import DateTime, TimeSpan

if TYPE_CHECKING:
    from ipam_progress.contracts.address import IPAddress
    from ipam_progress.contracts.servers import ServerRoleDns

__all__ = [
    "BaseDnsServerZone",
    "BaseDnsZone",
    "DnsConditionalForwarder",
    "DnsResourceRecord",
    "DnsResourceRecordData",
    "DnsResourceRecordDataA",
    "DnsResourceRecordDataAaaa",
    "DnsResourceRecordDataAfsdb",
    "DnsResourceRecordDataAtma",
    "DnsResourceRecordDataCname",
    "DnsResourceRecordDataDhcid",
    "DnsResourceRecordDataDname",
    "DnsResourceRecordDataHinfo",
    "DnsResourceRecordDataIsdn",
    "DnsResourceRecordDataMx",
    "DnsResourceRecordDataNs",
    "DnsResourceRecordDataPtr",
    "DnsResourceRecordDataRp",
    "DnsResourceRecordDataRt",
    "DnsResourceRecordDataSoa",
    "DnsResourceRecordDataSrv",
    "DnsResourceRecordDataTxt",
    "DnsResourceRecordDataWins",
    "DnsResourceRecordDataWinsr",
    "DnsResourceRecordDataWks",
    "DnsResourceRecordDataX25",
    "DnsReverseLookupZone",
    "DnsServer",
    "DnsServerReverseZone",
    "DnsServerZone",
    "DnsZone",
    "EntityStatusForDnsResourceRecord",
    "TupleOfBaseDnsServerZonelong2zwQHvQz",
]


@dataclass(slots=True, kw_only=True)
class BaseDnsServerZone(BaseIpamObject):
    """The contract BaseDnsServerZone, [MS-IPAMM2] 2.2.4.62.

    From it derive: DnsServerReverseZone, DnsServerZone.
    """

    DirectoryPartitionName: str | None = None
    IsLastCollectedServer: bool = False
    IsPreferredServer: bool = False
    LoadExisting: bool = False
    MasterServers: list[IPAddress | None] | None = None
    NotifySecondaries: DnsNotifySecondariesSetting = DnsNotifySecondariesSetting.None_
    NotifyServers: list[IPAddress | None] | None = None
    RecordId: int = 0
    ReplicationScope: str | None = None
    SecondaryServers: list[IPAddress | None] | None = None
    SecureSecondaries: DnsSecureSecondariesSetting = DnsSecureSecondariesSetting.None_
    Server: DnsServer | None = None
    ZoneConfiguration: enumerations.ZoneConfiguration = enumerations.ZoneConfiguration.None_
    ZoneFileName: str | None = None
    ZoneState: DnsZoneStatus = DnsZoneStatus.None_
    ZoneType: ZoneHostingDnsServerType = ZoneHostingDnsServerType.None_


@dataclass(slots=True, kw_only=True)
class BaseDnsZone(BaseIpamObject):
    """The contract BaseDnsZone, [MS-IPAMM2] 2.2.4.63.

    From it derive: DnsReverseLookupZone, DnsZone.
    """

    AccessScopeId: int = 0
    DynamicUpdateStatus: DnsDynamicUpdateSetting = DnsDynamicUpdateSetting.NotApplicable
    IsInheritedAccessScope: bool = False
    IsSignedZone: bool | None = None
    LastCollectedFromServerName: str | None = None
    NSRecords: list[DnsResourceRecord | None] | None = None
    Name: str | None = None
    NorefreshInterval: TimeSpan | None = None
    PreferredServerName: str | None = None
    RecordId: int = 0
    RefreshInterval: TimeSpan | None = None
    ScavengeStaleRecords: bool | None = None
    SoaRecord: DnsResourceRecord | None = None


@dataclass(slots=True, kw_only=True)
class DnsConditionalForwarder(BaseIpamObject):
    """The contract DnsConditionalForwarder, [MS-IPAMM2] 2.2.4.177."""

    AccessScopeId: int = 0
    ConditionalForwarderType: DnsConditionalForwarderType = DnsConditionalForwarderType.None_
    DirectoryPartitionName: str | None = None
    DnsServerId: int = 0
    ForwarderTimeout: int = 0
    IsInheritedAccessScope: bool = False
    MasterServers: list[IPAddress | None] | None = None
    Name: str | None = None
    RecordId: int = 0
    ReplicationScope: str | None = None
    ServerName: str | None = None


@dataclass(slots=True, kw_only=True)
class DnsResourceRecord(BaseIpamObject):
    """The contract DnsResourceRecord, [MS-IPAMM2] 2.2.4.182."""

    AccessScopeId: int = 0
    Address: IPAddress | None = None
    AllowUpdate: bool = False
    AssociatedIPAddressId: int | None = None
    IsInheritedAccessScope: bool = False
    Name: str | None = None
    RecordClass: str | None = None
    RecordData: DnsResourceRecordData | None = None
    RecordId: int = 0
    RecordType: DnsResourceRecordType = DnsResourceRecordType.NONE
    SetAging: bool = False
    TTL: TimeSpan | None = None
    Timestamp: DateTime | None = None
    ZoneName: str | None = None
    ZoneRecordId: int = 0
    ZoneType: ZoneLookupType = ZoneLookupType.None_


@dataclass(slots=True, kw_only=True)
class DnsResourceRecordData:
    """The contract DnsResourceRecordData, [MS-IPAMM2] 2.2.4.184.

    From it derive: DnsResourceRecordDataA, DnsResourceRecordDataAaaa, DnsResourceRecordDataAfsdb,
    DnsResourceRecordDataAtma, DnsResourceRecordDataCname, DnsResourceRecordDataDhcid,
    DnsResourceRecordDataDname, DnsResourceRecordDataHinfo, DnsResourceRecordDataIsdn,
    DnsResourceRecordDataMx, DnsResourceRecordDataNs, DnsResourceRecordDataPtr,
    DnsResourceRecordDataRp, DnsResourceRecordDataRt, DnsResourceRecordDataSoa,
    DnsResourceRecordDataSrv, DnsResourceRecordDataTxt, DnsResourceRecordDataWins,
    DnsResourceRecordDataWinsr, DnsResourceRecordDataWks, DnsResourceRecordDataX25.
    """


@dataclass(slots=True, kw_only=True)
class DnsServer(BaseIpamObject):
    """The contract DnsServer, [MS-IPAMM2] 2.2.4.212."""

    AccessScopeId: int = 0
    IsInheritedAccessScope: bool = False
    ServerRoleInfo: ServerRoleDns | None = None
    ZoneHealthSummary: HealthStatus = HealthStatus.None_
    ZoneHealthSummaryLastUpdateTime: DateTime | None = None


@dataclass(slots=True, kw_only=True)
class EntityStatusForDnsResourceRecord(EntityStatus):
    """The contract EntityStatusForDnsResourceRecord, [MS-IPAMM2] 2.2.4.228."""

    RecordType: DnsResourceRecordType = DnsResourceRecordType.NONE
    Zone: BaseDnsZone | None = None


@dataclass(slots=True, kw_only=True)
class TupleOfBaseDnsServerZonelong2zwQHvQz:
    """The contract TupleOfBaseDnsServerZonelong2zwQHvQz, [MS-IPAMM2] 2.2.4.412."""

    m_Item1: BaseDnsServerZone | None = None
    m_Item2: int = 0


@dataclass(slots=True, kw_only=True)
class DnsResourceRecordDataA(DnsResourceRecordData):
    """The contract DnsResourceRecordDataA, [MS-IPAMM2] 2.2.4.185."""

    Address: IPAddress | None = None
    CreatePtr: bool = False


@dataclass(slots=True, kw_only=True)
class DnsResourceRecordDataAaaa(DnsResourceRecordData):
    """The contract DnsResourceRecordDataAaaa, [MS-IPAMM2] 2.2.4.186."""

    Address: IPAddress | None = None
    CreatePtr: bool = False


@dataclass(slots=True, kw_only=True)
class DnsResourceRecordDataAfsdb(DnsResourceRecordData):
    """The contract DnsResourceRecordDataAfsdb, [MS-IPAMM2] 2.2.4.187."""

    ServerName: str | None = None
    Subtype: int = 0


@dataclass(slots=True, kw_only=True)
class DnsResourceRecordDataAtma(DnsResourceRecordData):
    """The contract DnsResourceRecordDataAtma, [MS-IPAMM2] 2.2.4.188."""

    Address: str | None = None
    _addressType: str | None = None


@dataclass(slots=True, kw_only=True)
class DnsResourceRecordDataCname(DnsResourceRecordData):
    """The contract DnsResourceRecordDataCname, [MS-IPAMM2] 2.2.4.189."""

    HostnameAlias: str | None = None


@dataclass(slots=True, kw_only=True)
class DnsResourceRecordDataDhcid(DnsResourceRecordData):
    """The contract DnsResourceRecordDataDhcid, [MS-IPAMM2] 2.2.4.190."""

    Dhcid: str | None = None


@dataclass(slots=True, kw_only=True)
class DnsResourceRecordDataDname(DnsResourceRecordData):
    """The contract DnsResourceRecordDataDname, [MS-IPAMM2] 2.2.4.191."""

    DomainNameAlias: str | None = None


@dataclass(slots=True, kw_only=True)
class DnsResourceRecordDataHinfo(DnsResourceRecordData):
    """The contract DnsResourceRecordDataHinfo, [MS-IPAMM2] 2.2.4.192."""

    Cpu: str | None = None
    OperatingSystem: str | None = None


@dataclass(slots=True, kw_only=True)
class DnsResourceRecordDataIsdn(DnsResourceRecordData):
    """The contract DnsResourceRecordDataIsdn, [MS-IPAMM2] 2.2.4.193."""

    IsdnNumber: str | None = None
    IsdnSubAddress: str | None = None


@dataclass(slots=True, kw_only=True)
class DnsResourceRecordDataMx(DnsResourceRecordData):
    """The contract DnsResourceRecordDataMx, [MS-IPAMM2] 2.2.4.194."""

    MailServer: str | None = None
    Preference: int = 0


@dataclass(slots=True, kw_only=True)
class DnsResourceRecordDataNs(DnsResourceRecordData):
    """The contract DnsResourceRecordDataNs, [MS-IPAMM2] 2.2.4.195."""

    NameServer: str | None = None


@dataclass(slots=True, kw_only=True)
class DnsResourceRecordDataPtr(DnsResourceRecordData):
    """The contract DnsResourceRecordDataPtr, [MS-IPAMM2] 2.2.4.196."""

    Hostname: str | None = None


@dataclass(slots=True, kw_only=True)
class DnsResourceRecordDataRp(DnsResourceRecordData):
    """The contract DnsResourceRecordDataRp, [MS-IPAMM2] 2.2.4.197."""

    Description: str | None = None
    ResponsiblePerson: str | None = None


@dataclass(slots=True, kw_only=True)
class DnsResourceRecordDataRt(DnsResourceRecordData):
    """The contract DnsResourceRecordDataRt, [MS-IPAMM2] 2.2.4.198."""

    IntermediateHost: str | None = None
    Preference: int = 0


@dataclass(slots=True, kw_only=True)
class DnsResourceRecordDataSoa(DnsResourceRecordData):
    """The contract DnsResourceRecordDataSoa, [MS-IPAMM2] 2.2.4.199."""

    ExpireLimit: TimeSpan = ZERO_SPAN
    MinimumTtl: TimeSpan = ZERO_SPAN
    PrimaryServer: str | None = None
    RefreshInterval: TimeSpan = ZERO_SPAN
    ResponsiblePerson: str | None = None
    RetryDelay: TimeSpan = ZERO_SPAN
    SerialNumber: int = 0


@dataclass(slots=True, kw_only=True)
class DnsResourceRecordDataSrv(DnsResourceRecordData):
    """The contract DnsResourceRecordDataSrv, [MS-IPAMM2] 2.2.4.200."""

    Port: int = 0
    Priority: int = 0
    ServerName: str | None = None
    Weight: int = 0


@dataclass(slots=True, kw_only=True)
class DnsResourceRecordDataTxt(DnsResourceRecordData):
    """The contract DnsResourceRecordDataTxt, [MS-IPAMM2] 2.2.4.201."""

    Text: str | None = None


@dataclass(slots=True, kw_only=True)
class DnsResourceRecordDataWins(DnsResourceRecordData):
    """The contract DnsResourceRecordDataWins, [MS-IPAMM2] 2.2.4.202."""

    CacheTimeout: TimeSpan = ZERO_SPAN
    LookupTimeout: TimeSpan = ZERO_SPAN
    Replicate: bool = False
    WinsServers: list[IPAddress | None] | None = None


@dataclass(slots=True, kw_only=True)
class DnsResourceRecordDataWinsr(DnsResourceRecordData):
    """The contract DnsResourceRecordDataWinsr, [MS-IPAMM2] 2.2.4.203."""

    CacheTimeout: TimeSpan = ZERO_SPAN
    LookupTimeout: TimeSpan = ZERO_SPAN
    Replicate: bool = False
    ResultDomain: str | None = None


@dataclass(slots=True, kw_only=True)
class DnsResourceRecordDataWks(DnsResourceRecordData):
    """The contract DnsResourceRecordDataWks, [MS-IPAMM2] 2.2.4.204."""

    Address: IPAddress | None = None
    Protocol: str | None = None
    Services: list[str | None] | None = None


@dataclass(slots=True, kw_only=True)
class DnsResourceRecordDataX25(DnsResourceRecordData):
    """The contract DnsResourceRecordDataX25, [MS-IPAMM2] 2.2.4.205."""

    PsdnAddress: str | None = None


@dataclass(slots=True, kw_only=True)
class DnsReverseLookupZone(BaseDnsZone):
    """The contract DnsReverseLookupZone, [MS-IPAMM2] 2.2.4.210."""

    EndIP: IPAddress | None = None
    IPType: AddressFamily = AddressFamily.Unspecified
    Prefix: int | None = None
    StartIP: IPAddress | None = None


@dataclass(slots=True, kw_only=True)
class DnsServerReverseZone(BaseDnsServerZone):
    """The contract DnsServerReverseZone, [MS-IPAMM2] 2.2.4.215."""

    Zone: DnsReverseLookupZone | None = None


@dataclass(slots=True, kw_only=True)
class DnsServerZone(BaseDnsServerZone):
    """The contract DnsServerZone, [MS-IPAMM2] 2.2.4.217."""

    Zone: DnsZone | None = None
    ZoneHealth: HealthStatus = HealthStatus.None_
    ZoneHealthLastUpdateTime: DateTime | None = None


@dataclass(slots=True, kw_only=True)
class DnsZone(BaseDnsZone):
    """The contract DnsZone, [MS-IPAMM2] 2.2.4.220."""

    ParentId: int = 0
    ParentZone: DnsZone | None = None
    ShortName: str | None = None
    ZoneOverallHealth: HealthStatus = HealthStatus.None_
    ZoneOverallHealthLastUpdateTime: DateTime | None = None
