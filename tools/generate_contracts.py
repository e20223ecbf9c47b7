#!/usr/bin/env python3
"""Write the modules of `ipam_progress.contracts` from the published schemas.

Reads the schemas of [MS-IPAMM2] section 7 (``wsdl/*.xsd``) and ``tools/closure.json``, which says
which of their 563 types the two services can meet, in which section each is described, and which
operation takes which parameters. Writes one module of classes for each domain, the enumerations,
the messages, and under ``descriptions/`` what the serializer has to know of them. What it writes
needs no formatter: it comes out as ``ruff format`` leaves it.

    python tools/generate_contracts.py           write the modules
    python tools/generate_contracts.py --check   compare only; 1 and a summary if they differ
"""

import argparse
import difflib
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from lxml import etree

ROOT: Final = Path(__file__).resolve().parent.parent
SCHEMAS: Final = ROOT / "wsdl"
CLOSURE: Final = ROOT / "tools" / "closure.json"
TARGET: Final = ROOT / "src" / "ipam_progress" / "contracts"
PACKAGE: Final = "ipam_progress.contracts"
LINE_LENGTH: Final = 100

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
CONSTANTS: Final = {
    "ipam": "IPAM",
    "ipam1": "IPAM1",
    "ser": "SERIALIZATION",
    "serarr": "ARRAYS",
    "sys": "SYSTEM",
    "sysgen": "SYSTEM_GENERIC",
    "sysnet": "SYSTEM_NET",
    "syssock": "SYSTEM_NET_SOCKETS",
    "xsd": "SCHEMA",
}
"""The constant of `ipam_progress.namespaces` for each prefix of section 7."""


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


class Scalar(NamedTuple):
    """The Python side of a type without members.

    Attributes:
        annotation: The Python type.
        default: What .NET gives to a value nobody has set; None for a reference type.
        imported: Module and name to import for it.
    """

    annotation: str
    default: str | None
    imported: tuple[str, str] | None = None


_VALUES: Final = "ipam_progress.values"
_INT: Final = Scalar("int", "0")
SCALARS: Final = {
    QName("xsd", "anyType"): Scalar("object", None),
    QName("xsd", "base64Binary"): Scalar("bytes", None),
    QName("xsd", "boolean"): Scalar("bool", "False"),
    QName("xsd", "dateTime"): Scalar("DateTime", "ZERO_TIME", (_VALUES, "DateTime")),
    QName("xsd", "decimal"): Scalar("Decimal", "Decimal(0)", ("decimal", "Decimal")),
    QName("xsd", "double"): Scalar("float", "0.0"),
    QName("xsd", "int"): _INT,
    QName("xsd", "long"): _INT,
    QName("xsd", "string"): Scalar("str", None),
    QName("xsd", "unsignedByte"): _INT,
    QName("xsd", "unsignedInt"): _INT,
    QName("xsd", "unsignedShort"): _INT,
    QName("ser", "duration"): Scalar("TimeSpan", "ZERO_SPAN", (_VALUES, "TimeSpan")),
}

RENAMED: Final = {
    "sys:Exception": "SystemException",
    "ipam:ServerRoleDhcp.Version": "ServerRoleDhcpVersion",
}
"""Python names of the types whose own is taken, or is no name in Python."""

IPAM_EXCEPTION: Final = QName("ipam1", "IpamException")
EXCEPTION_MEMBERS: Final = (
    ("IpamExceptionData", QName("ipam", "IpamExceptionData")),
    ("InnerIpamException", IPAM_EXCEPTION),
)
"""Members of IpamException: the schema allows anything in it, the text of 2.2.4.247 names these."""

MODULES: Final = {
    "core": (
        r"ipam:(IpamObject|BaseIpamObject|IpamOperationWithProgressParameters|IpamSchemaVersion)",
        "The roots from which almost every contract derives.",
    ),
    "exceptions": (
        r"sys:Exception|ipam1:IpamException",
        "The exception that travels in the detail of a SOAP fault and in the statuses.",
    ),
    "exception_data": (
        r"ipam:.*ExceptionData",
        "What an IpamException carries: its id, its message, and the facts of the case.",
    ),
    "parameters": (
        r"ipam:.*[Pp]arameters",
        "What the long-running operations take, [MS-IPAMM2] 3.19.4.4.1.",
    ),
    "progress": (
        r"ipam:(SubTaskInstance|TaskInfo|DhcpMsmOverallCompletionStatus|EntityStatus(Collection)?)",
        "What is said of operations and tasks while they run and when they are over.",
    ),
    "address": (
        r"ipam:(IpamIP.*|MACAddress|CustomField.*)|sysnet:.*",
        "IP addresses as IPAM keeps them, and the fields that administrators add to them.",
    ),
    "servers": (
        r"ipam:Server.*",
        "The servers that IPAM manages and the roles they have.",
    ),
    "dns": (
        r"(ipam:(EntityStatusFor|Base)?|sys:TupleOfBase)Dns.*",
        "DNS servers, zones, conditional forwarders and resource records.",
    ),
    "dhcp_options": (
        r"ipam:Dhcp(Option|UserClass|VendorClass|FindAndReplaceOption).*"
        r"|sys:TupleOfDhcpVendorClass.*"
        r"|sysgen:KeyValuePairOfCollectionOperationsDhcp(Option|UserClass|VendorClass).*",
        "DHCP options, their definitions, and the user and vendor classes they belong to.",
    ),
    "dhcp": (
        r"ipam:Dhcp.*|sysgen:KeyValuePairOfCollectionOperationsDhcp.*",
        "DHCP servers, scopes, reservations, filters, policies and failover relationships.",
    ),
}
"""Module of the classes: the types that belong there (the first that fits), and what they are."""

MESSAGE_SENTENCES: Final = {
    "InitializeOperationParameters": "The client names an operation and gives its parameters",
    "InitializeOperationParametersResponse": "The server has taken the parameters",
    "StartOperationWithCallback": "The client starts the operation it has named",
    "StartOperationWithCallbackResponse": "The server has started the operation",
    "StartProgressCallback": "The server is about to report the progress of the operation",
    "AddSubTask": "The server has a new subtask to report on",
    "SetSubTaskStatus": "The server says how a subtask goes",
    "SetCompletionPercentage": "The server says how much of the operation is done",
    "SetOverallStatus": "The server says how the operation goes; a final status ends it",
    "StartTask": "The client starts one of the server's recurring tasks",
    "StartTaskResponse": "The server has triggered the task",
}


# What the schemas say


@dataclass(frozen=True, slots=True)
class Element:
    """A member of a type, an item of a list, or a part of a message."""

    name: str
    type: QName
    nillable: bool
    required: bool
    repeated: bool


@dataclass(frozen=True, slots=True)
class Enumeration:
    """A simple type: its values with .NET's numbers, in the schema's order."""

    qname: QName
    section: str
    values: tuple[tuple[str, int], ...]
    flags: bool

    @property
    def default(self) -> str:
        """What .NET gives to a value nobody has set: the number 0, whether it has a name or not."""
        for name, number in self.values:
            if number == 0:
                return f"{self.qname.name}.{member_name(name)}"
        if self.flags:
            return f"{self.qname.name}(0)"
        raise ValueError(f"{self.qname}: no value has the number 0, choose a default for it")


@dataclass(frozen=True, slots=True)
class Class:
    """A complex type with members of its own, or none."""

    qname: QName
    section: str
    base: QName | None
    members: tuple[Element, ...]
    declares_id: bool
    value_type: bool

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
    """Everything that is to be written."""

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

    def module_of(self, qname: QName) -> str:
        """Name of the module a class or an enumeration belongs to."""
        if qname in self.enumerations:
            return "exception_ids" if qname.name == "IpamExceptionId" else "enumerations"
        for module, (pattern, _) in MODULES.items():
            if re.fullmatch(pattern, str(qname)):
                return module
        raise ValueError(f"{qname} fits no pattern of MODULES")


def read_schemas() -> tuple[dict[QName, etree._Element], dict[QName, etree._Element]]:
    """Give the types and the global elements of all schemas by name."""
    types: dict[QName, etree._Element] = {}
    elements: dict[QName, etree._Element] = {}
    for path in sorted(SCHEMAS.glob("*.xsd")):
        schema = etree.parse(path).getroot()
        prefix = PREFIXES[schema.attrib["targetNamespace"]]
        for node in schema:
            if node.tag in {XS + "complexType", XS + "simpleType"}:
                types[QName(prefix, node.attrib["name"])] = node
            elif node.tag == XS + "element":
                elements[QName(prefix, node.attrib["name"])] = node
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
                node.attrib["name"],
                resolve(node, node.attrib["type"]),
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
        values.append((facet.attrib["value"], number))
    return Enumeration(qname, section, tuple(values), flags)


def read_class(qname: QName, section: str, node: etree._Element) -> Class:
    """Read a complex type that is no list."""
    extension = node.find(f"{XS}complexContent/{XS}extension")
    base = None if extension is None else resolve(extension, extension.attrib["base"])
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
            resolve(attribute, attribute.attrib["ref"]) == QName("ser", "Id")
            for attribute in node.findall(XS + "attribute")
        ),
        value_type=node.findtext(f"{XS}annotation/{XS}appinfo/{SER}IsValueType") == "true",
    )


def read_model() -> Model:
    """Read everything that ``closure.json`` names."""
    closure = json.loads(CLOSURE.read_text("utf-8"))
    types, elements = read_schemas()
    model = Model()
    for text, section in closure["types"].items():
        qname = QName.parse(text)
        node = types[qname]
        if qname in SCALARS:
            continue
        if node.tag == XS + "simpleType":
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


# What Python text looks like


def member_name(wire_name: str) -> str:
    """Python's name for an enumeration's value."""
    return "None_" if wire_name == "None" else wire_name


def kind_of_name(name: str) -> int:
    """Number the kinds of names as ruff sorts them: constants, classes, the others."""
    return 0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2


class Call(NamedTuple):
    """A call, or with an empty callee a tuple, that is spread over lines where it is too long."""

    callee: str
    arguments: tuple["str | Call | Named", ...]


class Named(NamedTuple):
    """A keyword argument."""

    keyword: str
    value: "str | Call"


def layout(expression: "str | Call | Named", indent: str, before: str, after: str) -> Iterator[str]:
    """Give the lines of an expression: one if it fits, else one for each argument."""
    if isinstance(expression, Named):
        yield from layout(expression.value, indent, f"{before}{expression.keyword}=", after)
        return
    line = f"{indent}{before}{flat(expression)}{after}"
    many = isinstance(expression, Call) and any(
        isinstance(argument, Named)
        and isinstance(argument.value, Call)
        and not argument.value.callee
        for argument in expression.arguments
    )
    if isinstance(expression, str) or (len(line) <= LINE_LENGTH and not many):
        yield line
        return
    yield f"{indent}{before}{expression.callee}("
    for argument in expression.arguments:
        yield from layout(argument, indent + "    ", "", ",")
    yield f"{indent}){after}"


def flat(expression: "str | Call | Named") -> str:
    """Give an expression in one line."""
    if isinstance(expression, str):
        return expression
    if isinstance(expression, Named):
        return f"{expression.keyword}={flat(expression.value)}"
    inner = ", ".join(flat(argument) for argument in expression.arguments)
    alone = "," if not expression.callee and len(expression.arguments) == 1 else ""
    return f"{expression.callee}({inner}{alone})"


def quoted(text: str) -> str:
    """Give a string literal."""
    return json.dumps(text)


def import_lines(imports: Mapping[str, Iterable[str]], indent: str = "") -> Iterator[str]:
    """Give the import statements of one section, sorted."""
    for module in sorted(imports):
        names = sorted(set(imports[module]), key=lambda name: (kind_of_name(name), name.lower()))
        line = f"{indent}from {module} import {', '.join(names)}"
        if len(line) <= LINE_LENGTH:
            yield line
            continue
        yield f"{indent}from {module} import ("
        yield from (f"{indent}    {name}," for name in names)
        yield f"{indent})"


def all_lines(names: Iterable[str]) -> Iterator[str]:
    """Give the statement that defines ``__all__``."""
    listed = sorted(names, key=lambda name: (kind_of_name(name), name))
    line = f"__all__ = [{', '.join(quoted(name) for name in listed)}]"
    if len(line) <= LINE_LENGTH:
        yield line
        return
    yield "__all__ = ["
    yield from (f"    {quoted(name)}," for name in listed)
    yield "]"


def heading(sentence: str, rest: str = "") -> Iterator[str]:
    """Give the docstring of a generated module."""
    yield f'"""{sentence}'
    yield ""
    if rest:
        yield rest
    yield "Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit."
    yield '"""'
    yield ""


class Imports:
    """What a module has to import: at run time, and for annotations only."""

    def __init__(self) -> None:
        self.standard: dict[str, set[str]] = {}
        self.ours: dict[str, set[str]] = {}
        self.annotations: dict[str, set[str]] = {}

    def add(self, module: str, name: str) -> None:
        """Import a name when the module runs."""
        target = self.ours if module.startswith("ipam_progress") else self.standard
        target.setdefault(module, set()).add(name)

    def annotate(self, module: str, name: str) -> None:
        """Import a name for type checkers, unless it is imported anyway."""
        self.annotations.setdefault(module, set()).add(name)

    def lines(self) -> Iterator[str]:
        """Give the import statements."""
        annotations = {
            module: names - self.ours.get(module, set())
            for module, names in self.annotations.items()
            if names - self.ours.get(module, set())
        }
        if annotations:
            self.add("typing", "TYPE_CHECKING")
        for section in (self.standard, self.ours):
            if section:
                yield from import_lines(section)
                yield ""
        if annotations:
            yield "if TYPE_CHECKING:"
            yield from import_lines(annotations, "    ")
            yield ""


# What is written


class Fields:
    """Writes the fields of the classes of one module, and collects what they need imported."""

    def __init__(self, model: Model, module: str, imports: Imports) -> None:
        self.model = model
        self.module = module
        self.imports = imports

    def lines(self, members: Sequence[Element]) -> Iterator[str]:
        """Give a line for each field."""
        hidden = {member.name for member in members}
        for member in members:
            annotation = self.annotation(member.type, hidden)
            default = self.default(member, hidden)
            if default is None:
                if annotation != "object":
                    annotation += " | None"
                default = "None"
            head = f"    {member.name}: {annotation} ="
            if len(f"{head} {default}") <= LINE_LENGTH:
                calls = member.type in self.model.enumerations and default.endswith(")")
                reason = "  # noqa: RUF009 (flags are immutable)" if calls else ""
                yield f"{head} {default}{reason}"
            elif len(f"{head} (") <= LINE_LENGTH:
                yield from (f"{head} (", f"        {default}", "    )")
            else:
                yield from (f"    {member.name}: (", f"        {annotation}", f"    ) = {default}")

    def annotation(self, qname: QName, hidden: set[str]) -> str:
        """Give the Python type of a declared type that is not nil."""
        if qname in SCALARS:
            scalar = SCALARS[qname]
            if scalar.imported is not None:
                self.imports.add(*scalar.imported)
            return scalar.annotation
        if qname in self.model.collections:
            item = self.model.collections[qname].item
            inner = self.annotation(item.type, hidden)
            return (
                f"list[{inner} | None]" if item.nillable and inner != "object" else f"list[{inner}]"
            )
        if qname in self.model.enumerations:
            return self.name(qname, qname.name, hidden)
        return self.name(qname, self.model.classes[qname].python, hidden)

    def default(self, member: Element, hidden: set[str]) -> str | None:
        """Give what .NET has in a member that nobody has set; None where that is null."""
        if member.nillable:
            return None
        if member.type in SCALARS:
            default = SCALARS[member.type].default
            if default is not None and default.startswith("ZERO_"):
                self.imports.add(f"{PACKAGE}.base", default)
        elif member.type in self.model.enumerations:
            enumeration = self.model.enumerations[member.type]
            default = self.name(member.type, enumeration.default, hidden)
        else:
            default = None
        if default is None:
            raise ValueError(f"{member.name}: a member of type {member.type} that cannot be nil")
        return default

    def name(self, qname: QName, expression: str, hidden: set[str]) -> str:
        """Give a name as a class body can use it.

        In a class body a field hides the global name it shares: there the name is taken from its
        module.
        """
        home = self.model.module_of(qname)
        module = f"{PACKAGE}.{home}"
        if expression.partition(".")[0] not in hidden:
            if home != self.module:
                add = (
                    self.imports.add if qname in self.model.enumerations else self.imports.annotate
                )
                add(module, expression.partition(".")[0].partition("(")[0])
            return expression
        if home == self.module:
            raise ValueError(f"{qname} is hidden by a field in its own module {home}: move it")
        if qname in self.model.enumerations:
            self.imports.add(PACKAGE, home)
        else:
            self.imports.annotate(PACKAGE, home)
        return f"{home}.{expression}"


def class_lines(
    name: str, base: str | None, docstring: str, fields: Iterable[str]
) -> Iterator[str]:
    """Give a dataclass."""
    yield ""
    yield ""
    yield "@dataclass(slots=True, kw_only=True)"
    reason = "  # noqa: N801 (the name on the wire)" if "_" in name else ""
    yield f"class {name}({base}):{reason}" if base else f"class {name}:{reason}"
    yield f'    """{docstring}"""'
    body = list(fields)
    if body:
        yield ""
        yield from body


def bases_first(classes: Iterable[Class]) -> list[Class]:
    """Order classes by name, each after its base."""
    waiting = sorted(classes, key=lambda described: described.python)
    ordered: list[Class] = []
    while waiting:
        unborn = {described.qname for described in waiting}
        ready = [described for described in waiting if described.base not in unborn]
        ordered += ready
        waiting = [described for described in waiting if described not in ready]
    return ordered


def docstring_of(described: Class, model: Model) -> str:
    """Give the sentence that opens a class."""
    operations = [name for name, qname in model.operations.items() if qname == described.qname]
    if operations:
        listed = " and ".join(filter(None, (", ".join(operations[:-1]), operations[-1])))
        return f"The parameters of {listed}, [MS-IPAMM2] {described.section}."
    return f"The contract {described.qname.name}, [MS-IPAMM2] {described.section}."


def render_classes(model: Model, module: str) -> str:
    """Write a module of classes."""
    imports = Imports()
    imports.add("dataclasses", "dataclass")
    fields = Fields(model, module, imports)
    classes = bases_first(c for c in model.classes.values() if model.module_of(c.qname) == module)
    body: list[str] = []
    for described in classes:
        base = None
        if described.base is not None:
            base = model.classes[described.base].python
            if model.module_of(described.base) != module:
                imports.add(f"{PACKAGE}.{model.module_of(described.base)}", base)
        docstring = docstring_of(described, model)
        body += class_lines(described.python, base, docstring, fields.lines(described.members))
    names = [described.python for described in classes]
    if module == "parameters":
        names.append("PARAMETER_TYPES")
        body += parameter_type_lines(model, imports)
    return "\n".join(
        [
            *heading(MODULES[module][1]),
            "from __future__ import annotations",
            "",
            *imports.lines(),
            *all_lines(names),
            *body,
            "",
        ]
    )


def parameter_type_lines(model: Model, imports: Imports) -> Iterator[str]:
    """Give the table of the operations and the types of their parameters."""
    imports.add("typing", "Final")
    imports.add("collections.abc", "Mapping")
    imports.add(f"{PACKAGE}.enumerations", "IpamAdminOperationId")
    yield ""
    yield ""
    yield "PARAMETER_TYPES: Final[Mapping[IpamAdminOperationId, type[IpamOperationWithProgressParameters]]] = {"
    for operation, qname in model.operations.items():
        yield f"    IpamAdminOperationId.{operation}: {model.classes[qname].python},"
    yield "}"
    yield '"""The type that each operation\'s parameters must have, [MS-IPAMM2] 3.19.4.4.1."""'


def render_messages(model: Model) -> str:
    """Write the module of the messages."""
    imports = Imports()
    imports.add("dataclasses", "dataclass")
    fields = Fields(model, "messages", imports)
    body: list[str] = []
    for message in model.messages.values():
        docstring = f"{MESSAGE_SENTENCES[message.qname.name]}, [MS-IPAMM2] {message.section}."
        body += class_lines(message.qname.name, None, docstring, fields.lines(message.parts))
    return "\n".join(
        [
            *heading("The bodies of the messages: what a call or a callback says."),
            "from __future__ import annotations",
            "",
            *imports.lines(),
            *all_lines(message.qname.name for message in model.messages.values()),
            *body,
            "",
        ]
    )


def value_lines(enumeration: Enumeration) -> Iterator[str]:
    """Give a line for each value of an enumeration, however long."""
    lines = []
    for name, number in enumeration.values:
        value = str(number) if enumeration.flags else f"{quoted(name)}, {number}"
        lines.append(f"    {member_name(name)} = {value}")
    if max(map(len, lines)) <= LINE_LENGTH:
        yield from lines
    else:
        yield from ("    # fmt: off", *lines, "    # fmt: on")


def render_enumerations(model: Model, module: str, sentence: str) -> str:
    """Write a module of enumerations."""
    chosen = sorted(
        (e for e in model.enumerations.values() if model.module_of(e.qname) == module),
        key=lambda enumeration: enumeration.qname.name,
    )
    imports = Imports()
    body: list[str] = []
    for enumeration in chosen:
        kind = "Flag" if enumeration.flags else "WireEnum"
        imports.add("enum" if enumeration.flags else f"{PACKAGE}.base", kind)
        what = "flags" if enumeration.flags else "enumeration"
        body += ["", "", f"class {enumeration.qname.name}({kind}):"]
        body += [
            f'    """The {what} {enumeration.qname.name}, [MS-IPAMM2] {enumeration.section}."""',
            "",
        ]
        body += value_lines(enumeration)
    return "\n".join(
        [
            *heading(sentence),
            *imports.lines(),
            *all_lines(enumeration.qname.name for enumeration in chosen),
            *body,
            "",
        ]
    )


class Descriptions:
    """Writes a module of descriptions."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.imports = Imports()
        self.imports.add("typing", "Final")

    def render(self, sentence: str, kind: str, expressions: Sequence[Call]) -> str:
        """Write the module: a tuple of contracts of a kind."""
        body = [f"CONTRACTS: Final[tuple[{kind}, ...]] = ("]
        self.use(kind)
        for expression in expressions:
            body += layout(expression, "    ", "", ",")
        return "\n".join(
            [
                *heading(sentence),
                *self.imports.lines(),
                *all_lines(["CONTRACTS"]),
                "",
                *body,
                ")",
                "",
            ]
        )

    def use(self, kind: str) -> str:
        """Import a description class, and give its name."""
        for name in kind.split(" | "):
            self.imports.add(f"{PACKAGE}.model", name)
        return kind

    def type_name(self, qname: QName) -> Call:
        """Give the expression for an expanded name."""
        constant = CONSTANTS[qname.prefix]
        self.imports.add("ipam_progress.namespaces", constant)
        return Call(self.use("TypeName"), (constant, quoted(qname.name)))

    def python(self, qname: QName, name: str, module: str) -> str:
        """Import a Python class, and give its name."""
        self.imports.add(f"{PACKAGE}.{module}", name)
        return name

    def member(self, element: Element) -> Call:
        """Give the expression for a member, an item or a part."""
        flags = tuple(
            Named(keyword, "True")
            for keyword, value in (("nillable", element.nillable), ("required", element.required))
            if value
        )
        return Call(
            self.use("Member"), (quoted(element.name), self.type_name(element.type), *flags)
        )

    def members(self, elements: Sequence[Element]) -> Named:
        """Give the argument ``members``."""
        if not elements:
            return Named("members", "()")
        return Named("members", Call("", tuple(self.member(element) for element in elements)))

    def class_(self, described: Class) -> Call:
        """Give the expression for a class."""
        module = self.model.module_of(described.qname)
        head = (
            self.type_name(described.qname),
            self.python(described.qname, described.python, module),
        )
        if module == "exceptions":
            return Call(self.use("ExceptionContract"), (*head, self.members(described.members)))
        base = "None" if described.base is None else self.type_name(described.base)
        marks = tuple(
            Named(keyword, "True")
            for keyword, value in (
                ("reference", self.model.is_reference(described.qname)),
                ("value_type", described.value_type),
            )
            if value
        )
        return Call(
            self.use("ClassContract"),
            (*head, Named("base", base), self.members(described.members), *marks),
        )

    def message(self, message: Message) -> Call:
        """Give the expression for a message."""
        name = self.python(message.qname, message.qname.name, "messages")
        return Call(
            self.use("MessageContract"),
            (self.type_name(message.qname), name, self.members(message.parts)),
        )

    def collection(self, collection: Collection) -> Call:
        """Give the expression for a collection."""
        return Call(
            self.use("CollectionContract"),
            (self.type_name(collection.qname), self.member(collection.item)),
        )

    def enumeration(self, enumeration: Enumeration) -> Call:
        """Give the expression for an enumeration."""
        name = self.python(
            enumeration.qname, enumeration.qname.name, self.model.module_of(enumeration.qname)
        )
        self.imports.add(f"{PACKAGE}.base", "wire_values")
        flags = (Named("flags", "True"),) if enumeration.flags else ()
        values = Call("wire_values", (name,))
        return Call(
            self.use("EnumContract"), (self.type_name(enumeration.qname), name, values, *flags)
        )


def render_descriptions(model: Model) -> Iterator[tuple[str, str]]:
    """Write the modules under ``descriptions/``."""
    for module in MODULES:
        writer = Descriptions(model)
        classes = bases_first(
            c for c in model.classes.values() if model.module_of(c.qname) == module
        )
        kind = "ExceptionContract" if module == "exceptions" else "ClassContract"
        text = writer.render(
            f"How the classes of `{PACKAGE}.{module}` travel.",
            kind,
            [writer.class_(described) for described in classes],
        )
        yield f"descriptions/{module}.py", text
    writer = Descriptions(model)
    yield (
        "descriptions/messages.py",
        writer.render(
            f"How the messages of `{PACKAGE}.messages` travel.",
            "MessageContract",
            [writer.message(message) for message in model.messages.values()],
        ),
    )
    writer = Descriptions(model)
    yield (
        "descriptions/collections.py",
        writer.render(
            "How lists travel, which in Python are plain lists.",
            "CollectionContract",
            [writer.collection(collection) for collection in model.collections.values()],
        ),
    )
    writer = Descriptions(model)
    yield (
        "descriptions/enumerations.py",
        writer.render(
            "How enumerations travel.",
            "EnumContract",
            [writer.enumeration(enumeration) for enumeration in model.enumerations.values()],
        ),
    )


def render_package(model: Model) -> str:
    """Write the package's own module, which gives every class by its name."""
    exported: dict[str, set[str]] = {f"{PACKAGE}.base": {"WireEnum", "items_of"}}
    for described in model.classes.values():
        exported.setdefault(f"{PACKAGE}.{model.module_of(described.qname)}", set()).add(
            described.python
        )
    for enumeration in model.enumerations.values():
        module = f"{PACKAGE}.{model.module_of(enumeration.qname)}"
        exported.setdefault(module, set()).add(enumeration.qname.name)
    exported[f"{PACKAGE}.messages"] = {message.qname.name for message in model.messages.values()}
    exported[f"{PACKAGE}.parameters"].add("PARAMETER_TYPES")
    return "\n".join(
        [
            '"""What is on the wire: the data contracts of [MS-IPAMM2] as typed, slotted dataclasses.',
            "",
            "Every class, enumeration and message that the two services can meet, by the name it has in",
            "the document, its members spelled as they travel. A new object has what a new .NET object",
            "has: None, 0, False, an enumeration's member with the number 0. `registry` describes them to",
            "a serializer. Objects compare by their members; they know nothing of XML, octets or sessions.",
            "",
            "Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit.",
            '"""',
            "",
            *import_lines(exported),
            "",
            *all_lines(name for names in exported.values() for name in names),
            "",
        ]
    )


def render(model: Model) -> dict[str, str]:
    """Give the text of every generated module, by its path under the package."""
    files = {f"{module}.py": render_classes(model, module) for module in MODULES}
    files["messages.py"] = render_messages(model)
    files["enumerations.py"] = render_enumerations(
        model,
        "enumerations",
        "The enumerations, each value with its name on the wire and .NET's number.",
    )
    files["exception_ids.py"] = render_enumerations(
        model, "exception_ids", "The ids by which an IpamException says what went wrong."
    )
    files["__init__.py"] = render_package(model)
    files |= dict(render_descriptions(model))
    files["descriptions/__init__.py"] = "\n".join(
        [
            '"""How the contracts travel: names, order, nillability and reference semantics, as data.',
            "",
            "One module beside each module of classes. `ipam_progress.contracts.registry` finds them by",
            "name and by class.",
            '"""',
            "",
        ]
    )
    return files


def differences(files: Mapping[str, str]) -> list[str]:
    """Say in which files what is there differs from what would be written."""
    found = []
    for name, text in files.items():
        path = TARGET / name
        if not path.exists():
            found.append(f"{name}: missing")
            continue
        old = path.read_text("utf-8")
        if old != text:
            changes = list(
                difflib.unified_diff(old.splitlines(), text.splitlines(), n=0, lineterm="")
            )
            found.append(f"{name}: {len(changes) - 2} lines differ, the first:")
            found += [f"    {line}" for line in changes[3:6]]
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or compare the modules."""
    parser = argparse.ArgumentParser(description="Write the contracts from the published schemas.")
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    options = parser.parse_args(arguments)
    files = render(read_model())
    if options.check:
        found = differences(files)
        if found:
            print(
                "\n".join(
                    ["The contracts are not what the schemas say; run this tool again:", *found]
                )
            )
        return 1 if found else 0
    for name, text in files.items():
        path = TARGET / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
