"""The modules under ``descriptions/``: how the classes travel, as data for a serializer.

One for each module of classes, one for the messages, one for the lists, one for the enumerations;
each is a tuple of the records of `ipam_progress.contracts.model`.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from contract_generator.classes import MODULES, PACKAGE, bases_first, heading, module_of
from contract_generator.schemas import (
    Class,
    Collection,
    Element,
    Enumeration,
    Generic,
    Message,
    Model,
    QName,
)
from contract_generator.text import Call, Imports, Named, all_lines, layout, quoted

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


class Descriptions:
    """Writes a module of descriptions."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.imports = Imports()
        self.imports.add("typing", "Final")

    def render(
        self, module: str, sentence: str, kind: str, expressions: Sequence[Call]
    ) -> tuple[str, str]:
        """Write the module, a tuple of contracts of a kind; give its path and its text."""
        body = [f"CONTRACTS: Final[tuple[{self.use(kind)}, ...]] = ("]
        for expression in expressions:
            body += layout(expression, "    ", "", ",")
        head = [*heading(sentence), *self.imports.lines(), *all_lines(["CONTRACTS"]), ""]
        return f"descriptions/{module}.py", "\n".join([*head, *body, ")", ""])

    def use(self, kind: str) -> str:
        """Import a class of records, and give its name."""
        self.imports.add(f"{PACKAGE}.model", kind)
        return kind

    def type_name(self, qname: QName) -> Call:
        """Give the expression for an expanded name."""
        constant = CONSTANTS[qname.prefix]
        self.imports.add("ipam_progress.namespaces", constant)
        return Call(self.use("TypeName"), (constant, quoted(qname.name)))

    def python(self, name: str, module: str) -> str:
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
        module = module_of(described.qname, self.model)
        head = (
            self.type_name(described.qname),
            self.python(described.python, module),
        )
        base = "None" if described.base is None else self.type_name(described.base)
        if module == "exceptions":
            return Call(
                self.use("ExceptionContract"),
                (*head, self.members(described.members), Named("base", base)),
            )
        marks = tuple(
            Named(keyword, "True")
            for keyword, value in (
                ("reference", self.model.is_reference(described.qname)),
                ("value_type", described.value_type),
            )
            if value
        )
        if described.generic is not None:
            marks = (*marks, Named("generic", self.generic(described.generic)))
        return Call(
            self.use("ClassContract"),
            (*head, Named("base", base), self.members(described.members), *marks),
        )

    def generic(self, generic: Generic) -> Call:
        """Give the expression for what a class was made of."""
        parameters = tuple(map(self.type_name, generic.parameters))
        return Call(self.use("GenericType"), (self.type_name(generic.qname), Call("", parameters)))

    def message(self, message: Message) -> Call:
        """Give the expression for a message."""
        name = self.python(message.qname.name, "messages")
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
        name = self.python(enumeration.qname.name, module_of(enumeration.qname, self.model))
        self.imports.add(f"{PACKAGE}.base", "wire_values")
        flags = (Named("flags", "True"),) if enumeration.flags else ()
        values = Call("wire_values", (name,))
        return Call(
            self.use("EnumContract"), (self.type_name(enumeration.qname), name, values, *flags)
        )


def render_descriptions(model: Model) -> Iterator[tuple[str, str]]:
    """Write the modules under ``descriptions/``, each with its path."""
    for module in MODULES:
        writer = Descriptions(model)
        here = (c for c in model.classes.values() if module_of(c.qname, model) == module)
        yield writer.render(
            module,
            f"How the classes of `{PACKAGE}.{module}` travel.",
            "ExceptionContract" if module == "exceptions" else "ClassContract",
            [writer.class_(described) for described in bases_first(here)],
        )
    writer = Descriptions(model)
    yield writer.render(
        "messages",
        f"How the messages of `{PACKAGE}.messages` travel.",
        "MessageContract",
        [writer.message(message) for message in model.messages.values()],
    )
    writer = Descriptions(model)
    yield writer.render(
        "collections",
        "How lists travel, which in Python are plain lists.",
        "CollectionContract",
        [writer.collection(collection) for collection in model.collections.values()],
    )
    writer = Descriptions(model)
    yield writer.render(
        "enumerations",
        "How enumerations travel.",
        "EnumContract",
        [writer.enumeration(enumeration) for enumeration in model.enumerations.values()],
    )
