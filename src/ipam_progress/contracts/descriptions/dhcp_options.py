"""How the classes of `ipam_progress.contracts.dhcp_options` travel.

Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit.
"""

from typing import Final

from ipam_progress.contracts.dhcp_options import (
    DhcpFindAndReplaceOption,
    DhcpFindAndReplaceOptionV4,
    DhcpFindAndReplaceOptionV6,
    DhcpOption,
    DhcpOptionCollection,
    DhcpOptionDefinition,
    DhcpOptionDefinitionCollection,
    DhcpOptionDefinitionV4,
    DhcpOptionDefinitionV6,
    DhcpOptionV4,
    DhcpOptionV6,
    DhcpUserClass,
    DhcpUserClassCollection,
    DhcpUserClassV4,
    DhcpUserClassV6,
    DhcpVendorClass,
    DhcpVendorClassCollection,
    DhcpVendorClassV4,
    DhcpVendorClassV6,
    KeyValuePairOfCollectionOperationsDhcpOptionDefinitionnTEz2bI_S,
    KeyValuePairOfCollectionOperationsDhcpOptionnTEz2bI_S,
    KeyValuePairOfCollectionOperationsDhcpUserClassnTEz2bI_S,
    KeyValuePairOfCollectionOperationsDhcpVendorClassnTEz2bI_S,
    TupleOfDhcpVendorClassArrayOfDhcpOptionDefinitionDhcpServerKSQw48VL,
)
from ipam_progress.contracts.model import ClassContract, GenericType, Member, TypeName
from ipam_progress.namespaces import ARRAYS, IPAM, SCHEMA, SYSTEM, SYSTEM_GENERIC

__all__ = ["CONTRACTS"]

CONTRACTS: Final[tuple[ClassContract, ...]] = (
    ClassContract(
        TypeName(IPAM, "DhcpFindAndReplaceOption"),
        DhcpFindAndReplaceOption,
        base=None,
        members=(
            Member("NewValue", TypeName(SCHEMA, "anyType"), nillable=True),
            Member("OldValue", TypeName(SCHEMA, "anyType"), nillable=True),
            Member("Option", TypeName(IPAM, "DhcpOption"), nillable=True),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "DhcpOption"),
        DhcpOption,
        base=TypeName(IPAM, "BaseIpamObject"),
        members=(
            Member("OptionDefinition", TypeName(IPAM, "DhcpOptionDefinition"), nillable=True),
            Member("OptionOwnerType", TypeName(IPAM, "DhcpOptionOwnerType")),
            Member("RecordId", TypeName(SCHEMA, "long")),
            Member("UserClass", TypeName(IPAM, "DhcpUserClass"), nillable=True),
            Member("Values", TypeName(ARRAYS, "ArrayOfanyType"), nillable=True),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "DhcpOptionCollection"),
        DhcpOptionCollection,
        base=None,
        members=(
            Member(
                "OperationTracker",
                TypeName(
                    SYSTEM_GENERIC,
                    "ArrayOfKeyValuePairOfCollectionOperationsDhcpOptionnTEz2bI_S",
                ),
                nillable=True,
            ),
            Member("OptionsInCollection", TypeName(IPAM, "ArrayOfDhcpOption"), nillable=True),
            Member("OwnerType", TypeName(IPAM, "DhcpOptionOwnerType")),
            Member("UpdatedOptions", TypeName(IPAM, "ArrayOfDhcpOption"), nillable=True),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "DhcpOptionDefinition"),
        DhcpOptionDefinition,
        base=TypeName(IPAM, "BaseIpamObject"),
        members=(
            Member("Description", TypeName(SCHEMA, "string"), nillable=True),
            Member("Name", TypeName(SCHEMA, "string"), nillable=True),
            Member("OptionCollectionType", TypeName(IPAM, "DhcpOptionCollectionType")),
            Member("OptionId", TypeName(SCHEMA, "int")),
            Member("OptionType", TypeName(IPAM, "DhcpOptionType")),
            Member("RecordId", TypeName(SCHEMA, "long")),
            Member("Values", TypeName(ARRAYS, "ArrayOfanyType"), nillable=True),
            Member("VendorClass", TypeName(IPAM, "DhcpVendorClass"), nillable=True),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "DhcpOptionDefinitionCollection"),
        DhcpOptionDefinitionCollection,
        base=TypeName(IPAM, "IpamObject"),
        members=(
            Member(
                "OperationTracker",
                TypeName(
                    SYSTEM_GENERIC,
                    "ArrayOfKeyValuePairOfCollectionOperationsDhcpOptionDefinitionnTEz2bI_S",
                ),
                nillable=True,
            ),
            Member(
                "OptionDefinitionsInCollection",
                TypeName(IPAM, "ArrayOfDhcpOptionDefinition"),
                nillable=True,
            ),
            Member(
                "UpdatedOptionDefinitions",
                TypeName(
                    SYSTEM,
                    "ArrayOfTupleOfDhcpVendorClassArrayOfDhcpOptionDefinitionDhcpServerKSQw48VL",
                ),
                nillable=True,
            ),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "DhcpUserClass"),
        DhcpUserClass,
        base=TypeName(IPAM, "BaseIpamObject"),
        members=(
            Member("Description", TypeName(SCHEMA, "string"), nillable=True),
            Member("IsDefault", TypeName(SCHEMA, "boolean")),
            Member("Name", TypeName(SCHEMA, "string"), nillable=True),
            Member("RecordId", TypeName(SCHEMA, "long")),
            Member("Value", TypeName(ARRAYS, "ArrayOfunsignedByte"), nillable=True),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "DhcpUserClassCollection"),
        DhcpUserClassCollection,
        base=None,
        members=(
            Member(
                "OperationTracker",
                TypeName(
                    SYSTEM_GENERIC,
                    "ArrayOfKeyValuePairOfCollectionOperationsDhcpUserClassnTEz2bI_S",
                ),
                nillable=True,
            ),
            Member("UpdatedUserClasses", TypeName(IPAM, "ArrayOfDhcpUserClass"), nillable=True),
            Member(
                "UserClassesInCollection",
                TypeName(IPAM, "ArrayOfDhcpUserClass"),
                nillable=True,
            ),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "DhcpVendorClass"),
        DhcpVendorClass,
        base=TypeName(IPAM, "BaseIpamObject"),
        members=(
            Member("Description", TypeName(SCHEMA, "string"), nillable=True),
            Member("IsDefault", TypeName(SCHEMA, "boolean")),
            Member("Name", TypeName(SCHEMA, "string"), nillable=True),
            Member("RecordId", TypeName(SCHEMA, "long")),
            Member("Value", TypeName(ARRAYS, "ArrayOfunsignedByte"), nillable=True),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "DhcpVendorClassCollection"),
        DhcpVendorClassCollection,
        base=None,
        members=(
            Member(
                "OperationTracker",
                TypeName(
                    SYSTEM_GENERIC,
                    "ArrayOfKeyValuePairOfCollectionOperationsDhcpVendorClassnTEz2bI_S",
                ),
                nillable=True,
            ),
            Member("UpdatedVendorClasses", TypeName(IPAM, "ArrayOfDhcpVendorClass"), nillable=True),
            Member(
                "VendorClassesInCollection",
                TypeName(IPAM, "ArrayOfDhcpVendorClass"),
                nillable=True,
            ),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(SYSTEM_GENERIC, "KeyValuePairOfCollectionOperationsDhcpOptionDefinitionnTEz2bI_S"),
        KeyValuePairOfCollectionOperationsDhcpOptionDefinitionnTEz2bI_S,
        base=None,
        members=(
            Member("key", TypeName(IPAM, "CollectionOperations"), required=True),
            Member("value", TypeName(IPAM, "DhcpOptionDefinition"), nillable=True, required=True),
        ),
        value_type=True,
        generic=GenericType(
            TypeName(SYSTEM_GENERIC, "KeyValuePairOf{0}{1}{#}"),
            (TypeName(IPAM, "CollectionOperations"), TypeName(IPAM, "DhcpOptionDefinition")),
        ),
    ),
    ClassContract(
        TypeName(SYSTEM_GENERIC, "KeyValuePairOfCollectionOperationsDhcpOptionnTEz2bI_S"),
        KeyValuePairOfCollectionOperationsDhcpOptionnTEz2bI_S,
        base=None,
        members=(
            Member("key", TypeName(IPAM, "CollectionOperations"), required=True),
            Member("value", TypeName(IPAM, "DhcpOption"), nillable=True, required=True),
        ),
        value_type=True,
        generic=GenericType(
            TypeName(SYSTEM_GENERIC, "KeyValuePairOf{0}{1}{#}"),
            (TypeName(IPAM, "CollectionOperations"), TypeName(IPAM, "DhcpOption")),
        ),
    ),
    ClassContract(
        TypeName(SYSTEM_GENERIC, "KeyValuePairOfCollectionOperationsDhcpUserClassnTEz2bI_S"),
        KeyValuePairOfCollectionOperationsDhcpUserClassnTEz2bI_S,
        base=None,
        members=(
            Member("key", TypeName(IPAM, "CollectionOperations"), required=True),
            Member("value", TypeName(IPAM, "DhcpUserClass"), nillable=True, required=True),
        ),
        value_type=True,
        generic=GenericType(
            TypeName(SYSTEM_GENERIC, "KeyValuePairOf{0}{1}{#}"),
            (TypeName(IPAM, "CollectionOperations"), TypeName(IPAM, "DhcpUserClass")),
        ),
    ),
    ClassContract(
        TypeName(SYSTEM_GENERIC, "KeyValuePairOfCollectionOperationsDhcpVendorClassnTEz2bI_S"),
        KeyValuePairOfCollectionOperationsDhcpVendorClassnTEz2bI_S,
        base=None,
        members=(
            Member("key", TypeName(IPAM, "CollectionOperations"), required=True),
            Member("value", TypeName(IPAM, "DhcpVendorClass"), nillable=True, required=True),
        ),
        value_type=True,
        generic=GenericType(
            TypeName(SYSTEM_GENERIC, "KeyValuePairOf{0}{1}{#}"),
            (TypeName(IPAM, "CollectionOperations"), TypeName(IPAM, "DhcpVendorClass")),
        ),
    ),
    ClassContract(
        TypeName(SYSTEM, "TupleOfDhcpVendorClassArrayOfDhcpOptionDefinitionDhcpServerKSQw48VL"),
        TupleOfDhcpVendorClassArrayOfDhcpOptionDefinitionDhcpServerKSQw48VL,
        base=None,
        members=(
            Member("m_Item1", TypeName(IPAM, "DhcpVendorClass"), nillable=True, required=True),
            Member(
                "m_Item2",
                TypeName(IPAM, "ArrayOfDhcpOptionDefinition"),
                nillable=True,
                required=True,
            ),
            Member("m_Item3", TypeName(IPAM, "DhcpServer"), nillable=True, required=True),
        ),
        generic=GenericType(
            TypeName(SYSTEM, "TupleOf{0}{1}{2}{#}"),
            (
                TypeName(IPAM, "DhcpVendorClass"),
                TypeName(IPAM, "ArrayOfDhcpOptionDefinition"),
                TypeName(IPAM, "DhcpServer"),
            ),
        ),
    ),
    ClassContract(
        TypeName(IPAM, "DhcpFindAndReplaceOptionV4"),
        DhcpFindAndReplaceOptionV4,
        base=TypeName(IPAM, "DhcpFindAndReplaceOption"),
        members=(),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "DhcpFindAndReplaceOptionV6"),
        DhcpFindAndReplaceOptionV6,
        base=TypeName(IPAM, "DhcpFindAndReplaceOption"),
        members=(),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "DhcpOptionDefinitionV4"),
        DhcpOptionDefinitionV4,
        base=TypeName(IPAM, "DhcpOptionDefinition"),
        members=(),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "DhcpOptionDefinitionV6"),
        DhcpOptionDefinitionV6,
        base=TypeName(IPAM, "DhcpOptionDefinition"),
        members=(),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "DhcpOptionV4"),
        DhcpOptionV4,
        base=TypeName(IPAM, "DhcpOption"),
        members=(Member("PolicyOwner", TypeName(IPAM, "DhcpPolicyV4"), nillable=True),),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "DhcpOptionV6"),
        DhcpOptionV6,
        base=TypeName(IPAM, "DhcpOption"),
        members=(),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "DhcpUserClassV4"),
        DhcpUserClassV4,
        base=TypeName(IPAM, "DhcpUserClass"),
        members=(),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "DhcpUserClassV6"),
        DhcpUserClassV6,
        base=TypeName(IPAM, "DhcpUserClass"),
        members=(),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "DhcpVendorClassV4"),
        DhcpVendorClassV4,
        base=TypeName(IPAM, "DhcpVendorClass"),
        members=(),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "DhcpVendorClassV6"),
        DhcpVendorClassV6,
        base=TypeName(IPAM, "DhcpVendorClass"),
        members=(Member("IanaVendorID", TypeName(SCHEMA, "unsignedInt")),),
        reference=True,
    ),
)
