"""How the classes of `ipam_progress.contracts.exception_data` travel.

Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit.
"""

from typing import Final

from ipam_progress.contracts.exception_data import (
    ChangeDatabaseSettingsNotAllowedForDBTypesIpamExceptionData,
    ConflictingIPAddressFailureIpamExceptionData,
    ConflictingIPBlockFailureIpamExceptionData,
    ConflictingIPRangeFailureIpamExceptionData,
    DatabaseLocaleMismatchIpamExceptionData,
    DatabaseSchemaVersionMismatchIpamExceptionData,
    DatabaseServerEditionNotSupportedIpamExceptionData,
    DatabaseServerVersionNotSupportedIpamExceptionData,
    DnsResourceRecordIsAlreadyMappedIpamExceptionData,
    DnsSetPreferredServerInvalidZoneTypeExceptionData,
    InvalidDBConfigDatabaseTypeNotValidIpamExceptionData,
    InvalidSQLDBConfigAuthNotSupportedIpamExceptionData,
    InvalidSQLDBConfigInvalidPortIpamExceptionData,
    InvalidWIDDBConfigAuthNotSupportedIpamExceptionData,
    InvalidWIDDBConfigDirectoryDoesNotExistIpamExceptionData,
    InvalidWIDDBConfigInvalidCredentialIpamExceptionData,
    InvalidWIDDBConfigNameMustBeIPAMIpamExceptionData,
    InvalidWIDDBConfigPortNotAllowedIpamExceptionData,
    InvalidWIDDBConfigServerNotAllowedIpamExceptionData,
    IpamExceptionData,
    IpamGenericExceptionData,
    PropertiesCouldNotBeValidatedIpamExceptionData,
    UsingExistingSchemaNotSupportedIpamExceptionData,
)
from ipam_progress.contracts.model import ClassContract, Member, TypeName
from ipam_progress.namespaces import ARRAYS, IPAM, IPAM1, SCHEMA

__all__ = ["CONTRACTS"]

CONTRACTS: Final[tuple[ClassContract, ...]] = (
    ClassContract(
        TypeName(IPAM, "IpamExceptionData"),
        IpamExceptionData,
        base=TypeName(IPAM, "IpamObject"),
        members=(
            Member("ExceptionId", TypeName(IPAM1, "IpamExceptionId")),
            Member("ExceptionMessage", TypeName(SCHEMA, "string"), nillable=True),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "ChangeDatabaseSettingsNotAllowedForDBTypesIpamExceptionData"),
        ChangeDatabaseSettingsNotAllowedForDBTypesIpamExceptionData,
        base=TypeName(IPAM, "IpamExceptionData"),
        members=(
            Member("DestinationDatabaseType", TypeName(IPAM, "IpamDatabaseType")),
            Member("SourceDatabaseType", TypeName(IPAM, "IpamDatabaseType")),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "ConflictingIPAddressFailureIpamExceptionData"),
        ConflictingIPAddressFailureIpamExceptionData,
        base=TypeName(IPAM, "IpamExceptionData"),
        members=(
            Member("AddressSpaceName", TypeName(SCHEMA, "string"), nillable=True),
            Member("IPAddress", TypeName(SCHEMA, "string"), nillable=True),
            Member("ManagedBy", TypeName(SCHEMA, "string"), nillable=True),
            Member("ManagedByEntity", TypeName(SCHEMA, "string"), nillable=True),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "ConflictingIPBlockFailureIpamExceptionData"),
        ConflictingIPBlockFailureIpamExceptionData,
        base=TypeName(IPAM, "IpamExceptionData"),
        members=(
            Member("ConflictingIPBlock", TypeName(SCHEMA, "string"), nillable=True),
            Member("IPBlock", TypeName(SCHEMA, "string"), nillable=True),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "ConflictingIPRangeFailureIpamExceptionData"),
        ConflictingIPRangeFailureIpamExceptionData,
        base=TypeName(IPAM, "IpamExceptionData"),
        members=(
            Member("ConflictingIPRangesManaged", TypeName(SCHEMA, "string"), nillable=True),
            Member("IPRangeManaged", TypeName(SCHEMA, "string"), nillable=True),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "DatabaseLocaleMismatchIpamExceptionData"),
        DatabaseLocaleMismatchIpamExceptionData,
        base=TypeName(IPAM, "IpamExceptionData"),
        members=(
            Member("DatabaseLocale", TypeName(SCHEMA, "string"), nillable=True),
            Member("DatabaseName", TypeName(SCHEMA, "string"), nillable=True),
            Member("IPAMServerLocale", TypeName(SCHEMA, "string"), nillable=True),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "DatabaseSchemaVersionMismatchIpamExceptionData"),
        DatabaseSchemaVersionMismatchIpamExceptionData,
        base=TypeName(IPAM, "IpamExceptionData"),
        members=(
            Member("DatabaseSchemaVersion", TypeName(IPAM, "IpamSchemaVersion"), nillable=True),
            Member("IPAMServerSchemaVersion", TypeName(IPAM, "IpamSchemaVersion"), nillable=True),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "DatabaseServerEditionNotSupportedIpamExceptionData"),
        DatabaseServerEditionNotSupportedIpamExceptionData,
        base=TypeName(IPAM, "IpamExceptionData"),
        members=(
            Member("DatabaseServerEdition", TypeName(SCHEMA, "string"), nillable=True),
            Member("DatabaseServerNameOrIP", TypeName(SCHEMA, "string"), nillable=True),
            Member("ExpectedDatabaseServerEdition", TypeName(SCHEMA, "string"), nillable=True),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "DatabaseServerVersionNotSupportedIpamExceptionData"),
        DatabaseServerVersionNotSupportedIpamExceptionData,
        base=TypeName(IPAM, "IpamExceptionData"),
        members=(
            Member("DatabaseServerNameOrIP", TypeName(SCHEMA, "string"), nillable=True),
            Member("DatabaseServerVersion", TypeName(SCHEMA, "string"), nillable=True),
            Member("MinSupportedDatabaseServerVersion", TypeName(SCHEMA, "string"), nillable=True),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "DnsResourceRecordIsAlreadyMappedIpamExceptionData"),
        DnsResourceRecordIsAlreadyMappedIpamExceptionData,
        base=TypeName(IPAM, "IpamExceptionData"),
        members=(
            Member("AddressSpaceName", TypeName(SCHEMA, "string"), nillable=True),
            Member("IPAddress", TypeName(SCHEMA, "string"), nillable=True),
            Member("ManagedBy", TypeName(SCHEMA, "string"), nillable=True),
            Member("ManagedByEntity", TypeName(SCHEMA, "string"), nillable=True),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "DnsSetPreferredServerInvalidZoneTypeExceptionData"),
        DnsSetPreferredServerInvalidZoneTypeExceptionData,
        base=TypeName(IPAM, "IpamExceptionData"),
        members=(Member("ZoneNames", TypeName(SCHEMA, "string"), nillable=True),),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "InvalidDBConfigDatabaseTypeNotValidIpamExceptionData"),
        InvalidDBConfigDatabaseTypeNotValidIpamExceptionData,
        base=TypeName(IPAM, "IpamExceptionData"),
        members=(Member("DatabaseType", TypeName(SCHEMA, "int")),),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "InvalidSQLDBConfigAuthNotSupportedIpamExceptionData"),
        InvalidSQLDBConfigAuthNotSupportedIpamExceptionData,
        base=TypeName(IPAM, "IpamExceptionData"),
        members=(Member("DatabaseAuthenticationType", TypeName(SCHEMA, "int")),),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "InvalidSQLDBConfigInvalidPortIpamExceptionData"),
        InvalidSQLDBConfigInvalidPortIpamExceptionData,
        base=TypeName(IPAM, "IpamExceptionData"),
        members=(
            Member("InputPort", TypeName(SCHEMA, "unsignedInt")),
            Member("MaxAllowedPort", TypeName(SCHEMA, "unsignedInt")),
            Member("MinAllowedPort", TypeName(SCHEMA, "unsignedInt")),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "InvalidWIDDBConfigAuthNotSupportedIpamExceptionData"),
        InvalidWIDDBConfigAuthNotSupportedIpamExceptionData,
        base=TypeName(IPAM, "IpamExceptionData"),
        members=(Member("DatabaseAuthenticationType", TypeName(SCHEMA, "int")),),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "InvalidWIDDBConfigDirectoryDoesNotExistIpamExceptionData"),
        InvalidWIDDBConfigDirectoryDoesNotExistIpamExceptionData,
        base=TypeName(IPAM, "IpamExceptionData"),
        members=(Member("Path", TypeName(SCHEMA, "string"), nillable=True),),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "InvalidWIDDBConfigInvalidCredentialIpamExceptionData"),
        InvalidWIDDBConfigInvalidCredentialIpamExceptionData,
        base=TypeName(IPAM, "IpamExceptionData"),
        members=(Member("Username", TypeName(SCHEMA, "string"), nillable=True),),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "InvalidWIDDBConfigNameMustBeIPAMIpamExceptionData"),
        InvalidWIDDBConfigNameMustBeIPAMIpamExceptionData,
        base=TypeName(IPAM, "IpamExceptionData"),
        members=(
            Member("ExpectedDatabaseName", TypeName(SCHEMA, "string"), nillable=True),
            Member("InputDatabaseName", TypeName(SCHEMA, "string"), nillable=True),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "InvalidWIDDBConfigPortNotAllowedIpamExceptionData"),
        InvalidWIDDBConfigPortNotAllowedIpamExceptionData,
        base=TypeName(IPAM, "IpamExceptionData"),
        members=(Member("Port", TypeName(SCHEMA, "unsignedInt")),),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "InvalidWIDDBConfigServerNotAllowedIpamExceptionData"),
        InvalidWIDDBConfigServerNotAllowedIpamExceptionData,
        base=TypeName(IPAM, "IpamExceptionData"),
        members=(Member("DatabaseServerNameOrIP", TypeName(SCHEMA, "string"), nillable=True),),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "IpamGenericExceptionData"),
        IpamGenericExceptionData,
        base=TypeName(IPAM, "IpamExceptionData"),
        members=(),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "PropertiesCouldNotBeValidatedIpamExceptionData"),
        PropertiesCouldNotBeValidatedIpamExceptionData,
        base=TypeName(IPAM, "IpamExceptionData"),
        members=(
            Member("PropertiesNotValidated", TypeName(ARRAYS, "ArrayOfstring"), nillable=True),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "UsingExistingSchemaNotSupportedIpamExceptionData"),
        UsingExistingSchemaNotSupportedIpamExceptionData,
        base=TypeName(IPAM, "IpamExceptionData"),
        members=(Member("DatabaseType", TypeName(SCHEMA, "string"), nillable=True),),
        reference=True,
    ),
)
