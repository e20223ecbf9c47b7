"""What the schemas of [MS-IPAMM2] section 7 say of the types that the two services can meet.

`read_model` reads ``wsdl/*.xsd`` for the types that ``closure.json`` lists, with the section that
describes each, and gives them as plain records. A shape it does not know is an error: nothing is
left out in silence. Knows nothing of Python text.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from lxml import etree

TOOLS: Final = Path(__file__).resolve().parent.parent
SCHEMAS: Final = TOOLS.parent / "wsdl"
CLOSURE: Final = TOOLS / "closure.json"

XS: Final = "{http://www.w3.org/2001/XMLSchema}"
SER: Final = "{http://schemas.microsoft.com/2003/10/Serialization/}"

PREFIXES: Final = {
    "http://Microsoft.Windows.Ipam": "ipam",
    "http://schemas.datacontract.org/2004/07/Microsoft.Windows.Ipam": "ipam1",
    "http://schemas.microsoft.com/2003/10/Serialization/": "ser",
    "http://schemas.microsoft.com/2003/10/Serialization/Arrays": "serarr",
    "http://schemas.datacontract.org/2004/07/System": "sys",
    "http://schemas.datacontract.org/2004/07/System.Collections.Generic": "sysgen",
    "http://schemas.datacontract.org/2004/07/System.Net": "sysnet",
    "http://schemas.datacontract.org/2004/07/System.Net.Sockets": "syssock",
    "http://www.w3.org/2001/XMLSchema": "xsd",
}
"""The prefix that section 7 uses for each namespace."""

RENAMED: Final = {
    "sys:Exception": "SystemException",
    "ipam:ServerRoleDhcp.Version": "ServerRoleDhcpVersion",
}
"""Python names of the types whose own is taken, or is no name in Python."""


class QName(NamedTuple):
    """An expanded name, its namespace given by the prefix that section 7 uses for it."""

    prefix: str
    name: str

    def __str__(self) -> str:
        return f"{self.prefix}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> "QName":
        """Read ``prefix:name``."""
        prefix, _, name = text.partition(":")
        return cls(prefix, name)


IPAM_EXCEPTION: Final = QName("ipam1", "IpamException")
EXCEPTION_MEMBERS: Final = (
    ("IpamExceptionData", QName("ipam", "IpamExceptionData")),
    ("InnerIpamException", IPAM_EXCEPTION),
)
"""Members of IpamException: the schema allows anything in it, the text of 2.2.4.247 names these."""


@dataclass(frozen=True, slots=True)
class Element:
    """A member of a type, an item of a list, or a part of a message."""

    name: str
    type: QName
    nillable: bool
    required: bool
    repeated: bool


@dataclass(frozen=True, slots=True)
class Generic:
    """The generic class of .NET that a class was made of, and with what."""

    qname: QName
    parameters: tuple[QName, ...]


@dataclass(frozen=True, slots=True)
class Enumeration:
    """A simple type: its values with .NET's numbers, in the schema's order."""

    qname: QName
    section: str
    values: tuple[tuple[str, int], ...]
    flags: bool


@dataclass(frozen=True, slots=True)
class Class:
    """A complex type with members of its own, or none."""

    qname: QName
    section: str
    base: QName | None
    members: tuple[Element, ...]
    declares_id: bool
    value_type: bool
    generic: Generic | None

    @property
    def python(self) -> str:
        """Name of the Python class."""
        return RENAMED.get(str(self.qname), self.qname.name)


@dataclass(frozen=True, slots=True)
class Collection:
    """A complex type that is a list of one element."""

    qname: QName
    item: Element


@dataclass(frozen=True, slots=True)
class Message:
    """A wrapper element with its parts."""

    qname: QName
    section: str
    parts: tuple[Element, ...]


@dataclass(slots=True)
class Model:
    """Everything that is to be written.

    Attributes:
        enumerations: Enumerations and flags.
        classes: Complex types that are no lists.
        collections: Complex types that are lists.
        messages: The messages' wrapper elements.
        operations: The type of each operation's parameters.
    """

    enumerations: dict[QName, Enumeration] = field(default_factory=dict)
    classes: dict[QName, Class] = field(default_factory=dict)
    collections: dict[QName, Collection] = field(default_factory=dict)
    messages: dict[QName, Message] = field(default_factory=dict)
    operations: dict[str, QName] = field(default_factory=dict)

    def is_reference(self, qname: QName) -> bool:
        """Whether objects carry an Id: the schema says so at the root, for all that derive."""
        declared: QName | None = qname
        while declared is not None:
            if self.classes[declared].declares_id:
                return True
            declared = self.classes[declared].base
        return False


def attribute(node: etree._Element, name: str) -> str:
    """Give an attribute that must be there."""
    value = node.get(name)
    if value is None:
        raise ValueError(f"line {node.sourceline}: {node.tag} has no attribute {name}")
    return str(value)


def read_schemas() -> tuple[dict[QName, etree._Element], dict[QName, etree._Element]]:
    """Give the types and the global elements of all schemas by name."""
    types: dict[QName, etree._Element] = {}
    elements: dict[QName, etree._Element] = {}
    for path in sorted(SCHEMAS.glob("*.xsd")):
        schema = etree.parse(path).getroot()
        prefix = PREFIXES[attribute(schema, "targetNamespace")]
        for node in schema:
            if node.tag in {XS + "complexType", XS + "simpleType"}:
                types[QName(prefix, attribute(node, "name"))] = node
            elif node.tag == XS + "element":
                elements[QName(prefix, attribute(node, "name"))] = node
    return types, elements


def resolve(node: etree._Element, text: str) -> QName:
    """Resolve a QName in an attribute of a node."""
    prefix, _, name = text.rpartition(":")
    return QName(PREFIXES[node.nsmap[prefix or None]], name)


def read_elements(parent: etree._Element) -> tuple[Element, ...]:
    """Read the elements of a type's sequence."""
    found = []
    for node in parent.findall(f"{XS}sequence/{XS}element"):
        if "type" not in node.attrib:
            raise ValueError(f"element {node.get('name')} has a type of its own: not foreseen here")
        found.append(
            Element(
                attribute(node, "name"),
                resolve(node, attribute(node, "type")),
                nillable=node.get("nillable") == "true",
                required=node.get("minOccurs") != "0",
                repeated=node.get("maxOccurs", "1") != "1",
            )
        )
    return tuple(found)


def read_enumeration(qname: QName, section: str, node: etree._Element) -> Enumeration:
    """Read a simple type; values without a number count up, or in powers of two for flags."""
    flags = node.find(XS + "list") is not None
    values = []
    for index, facet in enumerate(node.iter(XS + "enumeration")):
        annotated = facet.find(f".//{SER}EnumerationValue")
        if annotated is not None:
            number = int(annotated.text or "")
        else:
            number = 1 << index if flags else index
        values.append((attribute(facet, "value"), number))
    return Enumeration(qname, section, tuple(values), flags)


def read_generic(node: etree._Element) -> Generic | None:
    """Read what a complex type was made of; None where it says nothing of that."""
    generic = node.find(f"{XS}annotation/{XS}appinfo/{SER}GenericType")
    if generic is None:
        return None
    name, *parameters = (
        QName(PREFIXES[attribute(each, "Namespace")], attribute(each, "Name"))
        for each in generic.iter(SER + "GenericType", SER + "GenericParameter")
    )
    return Generic(name, tuple(parameters))


def read_class(qname: QName, section: str, node: etree._Element) -> Class:
    """Read a complex type that is no list."""
    extension = node.find(f"{XS}complexContent/{XS}extension")
    base = None if extension is None else resolve(extension, attribute(extension, "base"))
    members = read_elements(node if extension is None else extension)
    if any(member.repeated for member in members):
        raise ValueError(f"{qname}: a repeated element in a class is not foreseen here")
    if qname == IPAM_EXCEPTION:
        members = tuple(
            Element(name, type_, nillable=True, required=False, repeated=False)
            for name, type_ in EXCEPTION_MEMBERS
        )
    return Class(
        qname,
        section,
        base,
        members,
        declares_id=any(
            resolve(declared, attribute(declared, "ref")) == QName("ser", "Id")
            for declared in node.findall(XS + "attribute")
        ),
        value_type=node.findtext(f"{XS}annotation/{XS}appinfo/{SER}IsValueType") == "true",
        generic=read_generic(node),
    )


def read_model() -> Model:
    """Read everything that ``closure.json`` names."""
    closure = json.loads(CLOSURE.read_text("utf-8"))
    types, elements = read_schemas()
    model = Model()
    for text, section in closure["types"].items():
        qname = QName.parse(text)
        node = types[qname]
        if node.tag == XS + "simpleType":
            # a simple type without values (ser:duration) is built into Python
            if node.find(f".//{XS}enumeration") is not None:
                model.enumerations[qname] = read_enumeration(qname, section, node)
            continue
        content = read_elements(node)
        if len(content) == 1 and content[0].repeated:
            model.collections[qname] = Collection(qname, content[0])
        else:
            model.classes[qname] = read_class(qname, section, node)
    for text, section in closure["messages"].items():
        qname = QName.parse(text)
        content = read_elements(elements[qname][0])
        model.messages[qname] = Message(qname, section, content)
    model.operations = {
        operation: QName.parse(text) for operation, text in closure["operations"].items()
    }
    return model
