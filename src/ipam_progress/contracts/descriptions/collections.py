"""How lists travel, which in Python are plain lists.

Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit.
"""

from typing import Final

from ipam_progress.contracts.model import CollectionContract, Member, TypeName
from ipam_progress.namespaces import ARRAYS, IPAM, SCHEMA, SYSTEM, SYSTEM_GENERIC, SYSTEM_NET

__all__ = ["CONTRACTS"]

CONTRACTS: Final[tuple[CollectionContract, ...]] = (
    CollectionContract(
        TypeName(IPAM, "ArrayOfCustomFieldPartialValue"),
        Member("CustomFieldPartialValue", TypeName(IPAM, "CustomFieldPartialValue"), nillable=True),
    ),
    CollectionContract(
        TypeName(IPAM, "ArrayOfCustomFieldValue"),
        Member("CustomFieldValue", TypeName(IPAM, "CustomFieldValue"), nillable=True),
    ),
    CollectionContract(
        TypeName(IPAM, "ArrayOfDhcpExclusionRange"),
        Member("DhcpExclusionRange", TypeName(IPAM, "DhcpExclusionRange"), nillable=True),
    ),
    CollectionContract(
        TypeName(IPAM, "ArrayOfDhcpFailoverOperations"),
        Member("DhcpFailoverOperations", TypeName(IPAM, "DhcpFailoverOperations")),
    ),
    CollectionContract(
        TypeName(IPAM, "ArrayOfDhcpFilter"),
        Member("DhcpFilter", TypeName(IPAM, "DhcpFilter"), nillable=True),
    ),
    CollectionContract(
        TypeName(IPAM, "ArrayOfDhcpFindAndReplaceOption"),
        Member(
            "DhcpFindAndReplaceOption",
            TypeName(IPAM, "DhcpFindAndReplaceOption"),
            nillable=True,
        ),
    ),
    CollectionContract(
        TypeName(IPAM, "ArrayOfDhcpOption"),
        Member("DhcpOption", TypeName(IPAM, "DhcpOption"), nillable=True),
    ),
    CollectionContract(
        TypeName(IPAM, "ArrayOfDhcpOptionDefinition"),
        Member("DhcpOptionDefinition", TypeName(IPAM, "DhcpOptionDefinition"), nillable=True),
    ),
    CollectionContract(
        TypeName(IPAM, "ArrayOfDhcpPolicyRangeV4"),
        Member("DhcpPolicyRangeV4", TypeName(IPAM, "DhcpPolicyRangeV4"), nillable=True),
    ),
    CollectionContract(
        TypeName(IPAM, "ArrayOfDhcpPolicyV4"),
        Member("DhcpPolicyV4", TypeName(IPAM, "DhcpPolicyV4"), nillable=True),
    ),
    CollectionContract(
        TypeName(IPAM, "ArrayOfDhcpScope"),
        Member("DhcpScope", TypeName(IPAM, "DhcpScope"), nillable=True),
    ),
    CollectionContract(
        TypeName(IPAM, "ArrayOfDhcpServerV4"),
        Member("DhcpServerV4", TypeName(IPAM, "DhcpServerV4"), nillable=True),
    ),
    CollectionContract(
        TypeName(IPAM, "ArrayOfDhcpSuperscopeV4"),
        Member("DhcpSuperscopeV4", TypeName(IPAM, "DhcpSuperscopeV4"), nillable=True),
    ),
    CollectionContract(
        TypeName(IPAM, "ArrayOfDhcpUserClass"),
        Member("DhcpUserClass", TypeName(IPAM, "DhcpUserClass"), nillable=True),
    ),
    CollectionContract(
        TypeName(IPAM, "ArrayOfDhcpVendorClass"),
        Member("DhcpVendorClass", TypeName(IPAM, "DhcpVendorClass"), nillable=True),
    ),
    CollectionContract(
        TypeName(IPAM, "ArrayOfDnsConditionalForwarder"),
        Member("DnsConditionalForwarder", TypeName(IPAM, "DnsConditionalForwarder"), nillable=True),
    ),
    CollectionContract(
        TypeName(IPAM, "ArrayOfDnsResourceRecord"),
        Member("DnsResourceRecord", TypeName(IPAM, "DnsResourceRecord"), nillable=True),
    ),
    CollectionContract(
        TypeName(IPAM, "ArrayOfEntityStatus"),
        Member("EntityStatus", TypeName(IPAM, "EntityStatus"), nillable=True),
    ),
    CollectionContract(
        TypeName(IPAM, "ArrayOfPolicyOperations"),
        Member("PolicyOperations", TypeName(IPAM, "PolicyOperations")),
    ),
    CollectionContract(
        TypeName(IPAM, "ArrayOfReservationOperations"),
        Member("ReservationOperations", TypeName(IPAM, "ReservationOperations")),
    ),
    CollectionContract(
        TypeName(IPAM, "ArrayOfServerRole"),
        Member("ServerRole", TypeName(IPAM, "ServerRole"), nillable=True),
    ),
    CollectionContract(
        TypeName(IPAM, "ArrayOfSuperscopeOperations"),
        Member("SuperscopeOperations", TypeName(IPAM, "SuperscopeOperations")),
    ),
    CollectionContract(
        TypeName(IPAM, "ArrayOfTaskInfo"),
        Member("TaskInfo", TypeName(IPAM, "TaskInfo"), nillable=True),
    ),
    CollectionContract(
        TypeName(ARRAYS, "ArrayOfanyType"),
        Member("anyType", TypeName(SCHEMA, "anyType"), nillable=True),
    ),
    CollectionContract(TypeName(ARRAYS, "ArrayOflong"), Member("long", TypeName(SCHEMA, "long"))),
    CollectionContract(
        TypeName(ARRAYS, "ArrayOfstring"),
        Member("string", TypeName(SCHEMA, "string"), nillable=True),
    ),
    CollectionContract(
        TypeName(ARRAYS, "ArrayOfunsignedByte"),
        Member("unsignedByte", TypeName(SCHEMA, "unsignedByte")),
    ),
    CollectionContract(
        TypeName(ARRAYS, "ArrayOfunsignedShort"),
        Member("unsignedShort", TypeName(SCHEMA, "unsignedShort")),
    ),
    CollectionContract(
        TypeName(SYSTEM, "ArrayOfTupleOfBaseDnsServerZonelong2zwQHvQz"),
        Member(
            "TupleOfBaseDnsServerZonelong2zwQHvQz",
            TypeName(SYSTEM, "TupleOfBaseDnsServerZonelong2zwQHvQz"),
            nillable=True,
        ),
    ),
    CollectionContract(
        TypeName(
            SYSTEM,
            "ArrayOfTupleOfDhcpVendorClassArrayOfDhcpOptionDefinitionDhcpServerKSQw48VL",
        ),
        Member(
            "TupleOfDhcpVendorClassArrayOfDhcpOptionDefinitionDhcpServerKSQw48VL",
            TypeName(SYSTEM, "TupleOfDhcpVendorClassArrayOfDhcpOptionDefinitionDhcpServerKSQw48VL"),
            nillable=True,
        ),
    ),
    CollectionContract(
        TypeName(
            SYSTEM_GENERIC,
            "ArrayOfKeyValuePairOfCollectionOperationsDhcpExclusionRangenTEz2bI_S",
        ),
        Member(
            "KeyValuePairOfCollectionOperationsDhcpExclusionRangenTEz2bI_S",
            TypeName(
                SYSTEM_GENERIC,
                "KeyValuePairOfCollectionOperationsDhcpExclusionRangenTEz2bI_S",
            ),
        ),
    ),
    CollectionContract(
        TypeName(
            SYSTEM_GENERIC,
            "ArrayOfKeyValuePairOfCollectionOperationsDhcpOptionDefinitionnTEz2bI_S",
        ),
        Member(
            "KeyValuePairOfCollectionOperationsDhcpOptionDefinitionnTEz2bI_S",
            TypeName(
                SYSTEM_GENERIC,
                "KeyValuePairOfCollectionOperationsDhcpOptionDefinitionnTEz2bI_S",
            ),
        ),
    ),
    CollectionContract(
        TypeName(SYSTEM_GENERIC, "ArrayOfKeyValuePairOfCollectionOperationsDhcpOptionnTEz2bI_S"),
        Member(
            "KeyValuePairOfCollectionOperationsDhcpOptionnTEz2bI_S",
            TypeName(SYSTEM_GENERIC, "KeyValuePairOfCollectionOperationsDhcpOptionnTEz2bI_S"),
        ),
    ),
    CollectionContract(
        TypeName(SYSTEM_GENERIC, "ArrayOfKeyValuePairOfCollectionOperationsDhcpUserClassnTEz2bI_S"),
        Member(
            "KeyValuePairOfCollectionOperationsDhcpUserClassnTEz2bI_S",
            TypeName(SYSTEM_GENERIC, "KeyValuePairOfCollectionOperationsDhcpUserClassnTEz2bI_S"),
        ),
    ),
    CollectionContract(
        TypeName(
            SYSTEM_GENERIC,
            "ArrayOfKeyValuePairOfCollectionOperationsDhcpVendorClassnTEz2bI_S",
        ),
        Member(
            "KeyValuePairOfCollectionOperationsDhcpVendorClassnTEz2bI_S",
            TypeName(SYSTEM_GENERIC, "KeyValuePairOfCollectionOperationsDhcpVendorClassnTEz2bI_S"),
        ),
    ),
    CollectionContract(
        TypeName(SYSTEM_NET, "ArrayOfIPAddress"),
        Member("IPAddress", TypeName(SYSTEM_NET, "IPAddress"), nillable=True),
    ),
)
