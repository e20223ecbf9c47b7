"""What an IpamException carries: its id, its message, and the facts of the case.

Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ipam_progress.contracts.core import IpamObject
from ipam_progress.contracts.enumerations import IpamDatabaseType
from ipam_progress.contracts.exception_ids import IpamExceptionId

if TYPE_CHECKING:
    from ipam_progress.contracts.core import IpamSchemaVersion

__all__ = [
    "ChangeDatabaseSettingsNotAllowedForDBTypesIpamExceptionData",
    "ConflictingIPAddressFailureIpamExceptionData",
    "ConflictingIPBlockFailureIpamExceptionData",
    "ConflictingIPRangeFailureIpamExceptionData",
    "DatabaseLocaleMismatchIpamExceptionData",
    "DatabaseSchemaVersionMismatchIpamExceptionData",
    "DatabaseServerEditionNotSupportedIpamExceptionData",
    "DatabaseServerVersionNotSupportedIpamExceptionData",
    "DnsResourceRecordIsAlreadyMappedIpamExceptionData",
    "DnsSetPreferredServerInvalidZoneTypeExceptionData",
    "InvalidDBConfigDatabaseTypeNotValidIpamExceptionData",
    "InvalidSQLDBConfigAuthNotSupportedIpamExceptionData",
    "InvalidSQLDBConfigInvalidPortIpamExceptionData",
    "InvalidWIDDBConfigAuthNotSupportedIpamExceptionData",
    "InvalidWIDDBConfigDirectoryDoesNotExistIpamExceptionData",
    "InvalidWIDDBConfigInvalidCredentialIpamExceptionData",
    "InvalidWIDDBConfigNameMustBeIPAMIpamExceptionData",
    "InvalidWIDDBConfigPortNotAllowedIpamExceptionData",
    "InvalidWIDDBConfigServerNotAllowedIpamExceptionData",
    "IpamExceptionData",
    "IpamGenericExceptionData",
    "PropertiesCouldNotBeValidatedIpamExceptionData",
    "UsingExistingSchemaNotSupportedIpamExceptionData",
]


@dataclass(slots=True, kw_only=True)
class IpamExceptionData(IpamObject):
    """The contract IpamExceptionData, [MS-IPAMM2] 2.2.4.252."""

    ExceptionId: IpamExceptionId = IpamExceptionId.None_
    ExceptionMessage: str | None = None


@dataclass(slots=True, kw_only=True)
class ChangeDatabaseSettingsNotAllowedForDBTypesIpamExceptionData(IpamExceptionData):
    """The contract ChangeDatabaseSettingsNotAllowedForDBTypesIpamExceptionData, [MS-IPAMM2] 2.2.4.65."""

    DestinationDatabaseType: IpamDatabaseType = IpamDatabaseType.DatabaseTypeNotConfigured
    SourceDatabaseType: IpamDatabaseType = IpamDatabaseType.DatabaseTypeNotConfigured


@dataclass(slots=True, kw_only=True)
class ConflictingIPAddressFailureIpamExceptionData(IpamExceptionData):
    """The contract ConflictingIPAddressFailureIpamExceptionData, [MS-IPAMM2] 2.2.4.68."""

    AddressSpaceName: str | None = None
    IPAddress: str | None = None
    ManagedBy: str | None = None
    ManagedByEntity: str | None = None


@dataclass(slots=True, kw_only=True)
class ConflictingIPBlockFailureIpamExceptionData(IpamExceptionData):
    """The contract ConflictingIPBlockFailureIpamExceptionData, [MS-IPAMM2] 2.2.4.69."""

    ConflictingIPBlock: str | None = None
    IPBlock: str | None = None


@dataclass(slots=True, kw_only=True)
class ConflictingIPRangeFailureIpamExceptionData(IpamExceptionData):
    """The contract ConflictingIPRangeFailureIpamExceptionData, [MS-IPAMM2] 2.2.4.70."""

    ConflictingIPRangesManaged: str | None = None
    IPRangeManaged: str | None = None


@dataclass(slots=True, kw_only=True)
class DatabaseLocaleMismatchIpamExceptionData(IpamExceptionData):
    """The contract DatabaseLocaleMismatchIpamExceptionData, [MS-IPAMM2] 2.2.4.86."""

    DatabaseLocale: str | None = None
    DatabaseName: str | None = None
    IPAMServerLocale: str | None = None


@dataclass(slots=True, kw_only=True)
class DatabaseSchemaVersionMismatchIpamExceptionData(IpamExceptionData):
    """The contract DatabaseSchemaVersionMismatchIpamExceptionData, [MS-IPAMM2] 2.2.4.87."""

    DatabaseSchemaVersion: IpamSchemaVersion | None = None
    IPAMServerSchemaVersion: IpamSchemaVersion | None = None


@dataclass(slots=True, kw_only=True)
class DatabaseServerEditionNotSupportedIpamExceptionData(IpamExceptionData):
    """The contract DatabaseServerEditionNotSupportedIpamExceptionData, [MS-IPAMM2] 2.2.4.88."""

    DatabaseServerEdition: str | None = None
    DatabaseServerNameOrIP: str | None = None
    ExpectedDatabaseServerEdition: str | None = None


@dataclass(slots=True, kw_only=True)
class DatabaseServerVersionNotSupportedIpamExceptionData(IpamExceptionData):
    """The contract DatabaseServerVersionNotSupportedIpamExceptionData, [MS-IPAMM2] 2.2.4.89."""

    DatabaseServerNameOrIP: str | None = None
    DatabaseServerVersion: str | None = None
    MinSupportedDatabaseServerVersion: str | None = None


@dataclass(slots=True, kw_only=True)
class DnsResourceRecordIsAlreadyMappedIpamExceptionData(IpamExceptionData):
    """The contract DnsResourceRecordIsAlreadyMappedIpamExceptionData, [MS-IPAMM2] 2.2.4.209."""

    AddressSpaceName: str | None = None
    IPAddress: str | None = None
    ManagedBy: str | None = None
    ManagedByEntity: str | None = None


@dataclass(slots=True, kw_only=True)
class DnsSetPreferredServerInvalidZoneTypeExceptionData(IpamExceptionData):
    """The contract DnsSetPreferredServerInvalidZoneTypeExceptionData, [MS-IPAMM2] 2.2.4.219."""

    ZoneNames: str | None = None


@dataclass(slots=True, kw_only=True)
class InvalidDBConfigDatabaseTypeNotValidIpamExceptionData(IpamExceptionData):
    """The contract InvalidDBConfigDatabaseTypeNotValidIpamExceptionData, [MS-IPAMM2] 2.2.4.234."""

    DatabaseType: int = 0


@dataclass(slots=True, kw_only=True)
class InvalidSQLDBConfigAuthNotSupportedIpamExceptionData(IpamExceptionData):
    """The contract InvalidSQLDBConfigAuthNotSupportedIpamExceptionData, [MS-IPAMM2] 2.2.4.235."""

    DatabaseAuthenticationType: int = 0


@dataclass(slots=True, kw_only=True)
class InvalidSQLDBConfigInvalidPortIpamExceptionData(IpamExceptionData):
    """The contract InvalidSQLDBConfigInvalidPortIpamExceptionData, [MS-IPAMM2] 2.2.4.236."""

    InputPort: int = 0
    MaxAllowedPort: int = 0
    MinAllowedPort: int = 0


@dataclass(slots=True, kw_only=True)
class InvalidWIDDBConfigAuthNotSupportedIpamExceptionData(IpamExceptionData):
    """The contract InvalidWIDDBConfigAuthNotSupportedIpamExceptionData, [MS-IPAMM2] 2.2.4.237."""

    DatabaseAuthenticationType: int = 0


@dataclass(slots=True, kw_only=True)
class InvalidWIDDBConfigDirectoryDoesNotExistIpamExceptionData(IpamExceptionData):
    """The contract InvalidWIDDBConfigDirectoryDoesNotExistIpamExceptionData, [MS-IPAMM2] 2.2.4.238."""

    Path: str | None = None


@dataclass(slots=True, kw_only=True)
class InvalidWIDDBConfigInvalidCredentialIpamExceptionData(IpamExceptionData):
    """The contract InvalidWIDDBConfigInvalidCredentialIpamExceptionData, [MS-IPAMM2] 2.2.4.239."""

    Username: str | None = None


@dataclass(slots=True, kw_only=True)
class InvalidWIDDBConfigNameMustBeIPAMIpamExceptionData(IpamExceptionData):
    """The contract InvalidWIDDBConfigNameMustBeIPAMIpamExceptionData, [MS-IPAMM2] 2.2.4.240."""

    ExpectedDatabaseName: str | None = None
    InputDatabaseName: str | None = None


@dataclass(slots=True, kw_only=True)
class InvalidWIDDBConfigPortNotAllowedIpamExceptionData(IpamExceptionData):
    """The contract InvalidWIDDBConfigPortNotAllowedIpamExceptionData, [MS-IPAMM2] 2.2.4.241."""

    Port: int = 0


@dataclass(slots=True, kw_only=True)
class InvalidWIDDBConfigServerNotAllowedIpamExceptionData(IpamExceptionData):
    """The contract InvalidWIDDBConfigServerNotAllowedIpamExceptionData, [MS-IPAMM2] 2.2.4.242."""

    DatabaseServerNameOrIP: str | None = None


@dataclass(slots=True, kw_only=True)
class IpamGenericExceptionData(IpamExceptionData):
    """The contract IpamGenericExceptionData, [MS-IPAMM2] 2.2.4.254."""


@dataclass(slots=True, kw_only=True)
class PropertiesCouldNotBeValidatedIpamExceptionData(IpamExceptionData):
    """The contract PropertiesCouldNotBeValidatedIpamExceptionData, [MS-IPAMM2] 2.2.4.345."""

    PropertiesNotValidated: list[str | None] | None = None


@dataclass(slots=True, kw_only=True)
class UsingExistingSchemaNotSupportedIpamExceptionData(IpamExceptionData):
    """The contract UsingExistingSchemaNotSupportedIpamExceptionData, [MS-IPAMM2] 2.2.4.456."""

    DatabaseType: str | None = None
