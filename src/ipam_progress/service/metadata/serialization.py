"""The schema of DataContractSerializer itself: its elements, its types, its attributes.

[MS-IPAMM2] 7.4. Every set of schemas that WCF publishes has it, and it is always the same.
"""

from typing import Final

from lxml import etree

from ipam_progress.contracts.model import TypeName
from ipam_progress.namespaces import SCHEMA, SERIALIZATION
from ipam_progress.service.metadata.elements import XSD, Prefixes

__all__ = ["build_serialization_schema"]

_SCHEMA_TYPES: Final = (
    *("anyType", "anyURI", "base64Binary", "boolean", "byte", "dateTime", "decimal", "double"),
    *("float", "int", "long", "QName", "short", "string"),
    *("unsignedByte", "unsignedInt", "unsignedLong", "unsignedShort"),
)
"""The types of XML Schema that .NET's primitive types travel as."""

_OWN_TYPES: Final = {
    "char": ("int", ()),
    "duration": (
        "duration",
        (
            ("pattern", r"\-?P(\d*D)?(T(\d*H)?(\d*M)?(\d*(\.\d*)?S)?)?"),
            ("minInclusive", "-P10675199DT2H48M5.4775808S"),
            ("maxInclusive", "P10675199DT2H48M5.4775807S"),
        ),
    ),
    "guid": (
        "string",
        (("pattern", r"[\da-fA-F]{8}-[\da-fA-F]{4}-[\da-fA-F]{4}-[\da-fA-F]{4}-[\da-fA-F]{12}"),),
    ),
}
"""Those for which it has none: what they restrict, and by which facets."""

_ATTRIBUTES: Final = {"FactoryType": "QName", "Id": "ID", "Ref": "IDREF"}


def build_serialization_schema() -> etree._Element:
    """Make the schema."""
    prefixes = Prefixes({SERIALIZATION})
    schema = etree.Element(XSD.name("schema"), nsmap=prefixes.declared)
    schema.set("attributeFormDefault", "qualified")
    schema.set("elementFormDefault", "qualified")
    schema.set("targetNamespace", SERIALIZATION)
    for name in _SCHEMA_TYPES:
        type_name = prefixes.name(TypeName(SCHEMA, name))
        schema.append(XSD("element", name=name, nillable="true", type=type_name))
    for name, (base, facets) in _OWN_TYPES.items():
        type_name = prefixes.name(TypeName(SERIALIZATION, name))
        schema.append(XSD("element", name=name, nillable="true", type=type_name))
        restriction = XSD("restriction", base=prefixes.name(TypeName(SCHEMA, base)))
        for facet, value in facets:
            restriction.append(XSD(facet, value=value))
        schema.append(XSD("simpleType", restriction, name=name))
    for name, base in _ATTRIBUTES.items():
        schema.append(XSD("attribute", name=name, type=prefixes.name(TypeName(SCHEMA, base))))
    return schema
