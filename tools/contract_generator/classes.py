"""The modules that people read: classes, enumerations, messages, and the package that has them all.

A class becomes a slotted dataclass, a list a plain ``list``, an enumeration a ``WireEnum`` or, with
flags, an `enum.Flag`. A new object has what a new .NET object has. Knows nothing of the schemas'
own text.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from contract_generator.schemas import Class, Element, Enumeration, Model, QName
from contract_generator.text import (
    LINE_LENGTH,
    Imports,
    all_lines,
    import_lines,
    quoted,
)

PACKAGE: Final = "ipam_progress.contracts"
ORIGIN: Final = (
    "Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit."
)


class Scalar(NamedTuple):
    """The Python side of a type without members.

    Attributes:
        annotation: The Python type.
        default: What .NET has in a value that nobody has set; None for a reference type.
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
        r"\w+:(\w+Of(CollectionOperations)?)?Dhcp(Option|\w+Class|FindAndReplaceOption)\w*",
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
    "IsTaskRunning": "The client asks whether a task is running",
    "IsTaskRunningResponse": "The server says whether the task is running",
    "TaskLastRunResult": "The client asks how the last run of a task ended",
    "TaskLastRunResultResponse": "The server says how the last run ended; 0 is success",
    "TaskLastRuntime": "The client asks when a task ran last",
    "TaskLastRuntimeResponse": "The server says when the task ran last",
    "TaskNextRuntime": "The client asks when a task will run next by itself",
    "TaskNextRuntimeResponse": "The server says when the task will run next by itself",
    "TaskRecurrenceDuration": "The client asks how long it is from one run of a task to the next",
    "TaskRecurrenceDurationResponse": "The server says how long it is from one run to the next",
    "GetIpamTasksInfo": "The client asks how the tasks stand",
    "GetIpamTasksInfoResponse": "The server says how each task stands",
}

ROOTS: Final = {
    "IpamObject",
    "BaseIpamObject",
    "IpamExceptionData",
    "IpamOperationWithProgressParameters",
}
"""Classes from which so much derives that their docstrings do not say what."""


def module_of(qname: QName, model: Model) -> str:
    """Give the name of the module a class or an enumeration belongs to."""
    if qname in model.enumerations:
        return "exception_ids" if qname.name == "IpamExceptionId" else "enumerations"
    for module, (pattern, _) in MODULES.items():
        if re.fullmatch(pattern, str(qname)):
            return module
    raise ValueError(f"{qname} fits no pattern of MODULES")


def member_name(wire_name: str) -> str:
    """Give Python's name for an enumeration's value."""
    return "None_" if wire_name == "None" else wire_name


def unset(enumeration: Enumeration) -> str:
    """Give what .NET has in an enumeration that nobody has set, as it follows the class's name.

    That is the number 0. The flags have no name for it: no bit is set, and .NET writes an empty
    element.
    """
    for name, number in enumeration.values:
        if number == 0:
            return f".{member_name(name)}"
    if enumeration.flags:
        return "(0)"
    raise ValueError(f"{enumeration.qname}: no value has the number 0, choose a default for it")


def heading(sentence: str) -> Iterator[str]:
    """Give the docstring of a generated module."""
    yield from (f'"""{sentence}', "", ORIGIN, '"""', "")


class Fields:
    """Writes the fields of the classes of one module, and collects what they need imported."""

    def __init__(self, model: Model, module: str, imports: Imports) -> None:
        self.model = model
        self.module = module
        self.imports = imports

    def lines(self, members: Sequence[Element]) -> Iterator[str]:
        """Give the lines of the fields."""
        hidden = {member.name for member in members}
        for member in members:
            annotation = self.annotation(member.type, hidden)
            default = self.default(member, hidden)
            if default == "None" and annotation != "object":
                annotation += " | None"
            head = f"    {member.name}: {annotation} ="
            if len(f"{head} {default}") <= LINE_LENGTH:
                flags = member.type in self.model.enumerations and default.endswith(")")
                reason = "  # noqa: RUF009 (flags are immutable)" if flags else ""
                yield f"{head} {default}{reason}"
            elif len(f"{head} (") <= LINE_LENGTH:
                yield from (f"{head} (", f"        {default}", "    )")
            else:
                yield from (f"    {member.name}: (", f"        {annotation}", f"    ) = {default}")

    def annotation(self, qname: QName, hidden: set[str]) -> str:
        """Give the Python type of a declared type, leaving nil aside."""
        if qname in SCALARS:
            scalar = SCALARS[qname]
            if scalar.imported is not None:
                self.imports.add(*scalar.imported)
            return scalar.annotation
        if qname in self.model.collections:
            item = self.model.collections[qname].item
            inner = self.annotation(item.type, hidden)
            nil = " | None" if item.nillable and inner != "object" else ""
            return f"list[{inner}{nil}]"
        return self.name(qname, hidden)

    def default(self, member: Element, hidden: set[str]) -> str:
        """Give what .NET has in a member that nobody has set."""
        if member.nillable:
            return "None"
        if member.type in self.model.enumerations:
            return self.name(member.type, hidden) + unset(self.model.enumerations[member.type])
        default = SCALARS[member.type].default if member.type in SCALARS else None
        if default is None:
            raise ValueError(f"{member.name}: type {member.type} has no default but nil")
        if default.startswith("ZERO_"):
            self.imports.add(f"{PACKAGE}.base", default)
        return default

    def name(self, qname: QName, hidden: set[str]) -> str:
        """Give a class's name as a class body can use it, and import it.

        In a class body a field hides the global name that it shares: there the name is taken from
        its module. Defaults need enumerations at run time; classes are named in annotations only,
        which is why modules can name each other's.
        """
        home = module_of(qname, self.model)
        if qname in self.model.enumerations:
            python, add = qname.name, self.imports.add
        else:
            python, add = self.model.classes[qname].python, self.imports.annotate
        if python in hidden:
            if home == self.module:
                raise ValueError(f"{qname} is hidden by a field in its own module {home}: move it")
            add(PACKAGE, home)
            return f"{home}.{python}"
        if home != self.module:
            add(f"{PACKAGE}.{home}", python)
        return python


def class_lines(
    name: str, base: str | None, docstring: Sequence[str], fields: Iterable[str]
) -> Iterator[str]:
    """Give a dataclass."""
    yield ""
    yield ""
    yield "@dataclass(slots=True, kw_only=True)"
    reason = "  # noqa: N801 (the name on the wire)" if "_" in name else ""
    yield f"class {name}({base}):{reason}" if base else f"class {name}:{reason}"
    if len(docstring) == 1:
        yield f'    """{docstring[0]}"""'
    else:
        yield f'    """{docstring[0]}'
        yield from (f"    {line}".rstrip() for line in docstring[1:])
        yield '    """'
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


def docstring_of(described: Class, model: Model) -> list[str]:
    """Give the docstring of a class, without its quotes."""
    operations = [name for name, qname in model.operations.items() if qname == described.qname]
    what = f"The contract {described.qname.name}"
    if operations:
        listed = " and ".join(filter(None, (", ".join(operations[:-1]), operations[-1])))
        what = f"The parameters of {listed}"
    lines = [f"{what}, [MS-IPAMM2] {described.section}."]
    derived = sorted(c.python for c in model.classes.values() if c.base == described.qname)
    if derived and described.python not in ROOTS:
        sentence = f"From it derive: {', '.join(derived)}."
        lines += ["", *textwrap.wrap(sentence, LINE_LENGTH - 4)]
    return lines


def render_classes(model: Model, module: str) -> str:
    """Write a module of classes."""
    imports = Imports()
    imports.add("dataclasses", "dataclass")
    fields = Fields(model, module, imports)
    classes = bases_first(c for c in model.classes.values() if module_of(c.qname, model) == module)
    body: list[str] = []
    for described in classes:
        base = None
        if described.base is not None:
            base = model.classes[described.base].python
            if module_of(described.base, model) != module:
                imports.add(f"{PACKAGE}.{module_of(described.base, model)}", base)
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
    value = "type[IpamOperationWithProgressParameters]"
    yield f"PARAMETER_TYPES: Final[Mapping[IpamAdminOperationId, {value}]] = {{"
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
        docstring = [f"{MESSAGE_SENTENCES[message.qname.name]}, [MS-IPAMM2] {message.section}."]
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
        (e for e in model.enumerations.values() if module_of(e.qname, model) == module),
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


PACKAGE_DOCSTRING: Final = f'''\
"""What is on the wire: the data contracts of [MS-IPAMM2] as slotted dataclasses.

Every class, enumeration and message that the two services can meet, by the name it has in the
document, its members spelled as they travel. A new object has what a new .NET object has: None, 0,
False, the member of an enumeration whose number is 0. Objects compare by their members. A list that
can hold nil says so in its type, and `items_of` passes over it. `registry` describes the classes to
a serializer. Knows nothing of XML, octets or sessions.

{ORIGIN}
"""
'''


def render_package(model: Model) -> str:
    """Write the package's own module, which gives every class by its name."""
    exported: dict[str, set[str]] = {f"{PACKAGE}.base": {"WireEnum", "items_of"}}
    for described in model.classes.values():
        module = f"{PACKAGE}.{module_of(described.qname, model)}"
        exported.setdefault(module, set()).add(described.python)
    for qname in model.enumerations:
        module = f"{PACKAGE}.{module_of(qname, model)}"
        exported.setdefault(module, set()).add(qname.name)
    exported[f"{PACKAGE}.messages"] = {qname.name for qname in model.messages}
    exported[f"{PACKAGE}.parameters"].add("PARAMETER_TYPES")
    names = [name for names in exported.values() for name in names]
    return "\n".join([PACKAGE_DOCSTRING, *import_lines(exported), "", *all_lines(names), ""])
