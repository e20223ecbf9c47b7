"""XML Schema for data contracts and messages: a schema for each namespace.

What DataContractSerializer exports for the same types, node by node: [MS-IPAMM2] section 7 has been
made with it. Beside each type stands a global element of its name, as WCF has it. Knows no
services.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from typing import Final

from lxml import etree

from ipam_progress.contracts.base import WireEnum
from ipam_progress.contracts.model import (
    ClassContract,
    CollectionContract,
    Contract,
    DictionaryContract,
    EnumContract,
    ExceptionContract,
    GenericType,
    Member,
    MessageContract,
    Resolver,
    TypeName,
)
from ipam_progress.datacontract.catalogue import entry_members
from ipam_progress.namespaces import SCHEMA, SERIALIZATION
from ipam_progress.service.metadata.elements import SER, XSD, Prefixes
from ipam_progress.service.metadata.serialization import build_serialization_schema

__all__ = ["build_schemas", "import_schema", "reachable"]


_STRING: Final = TypeName(SCHEMA, "string")
_ID: Final = TypeName(SERIALIZATION, "Id")
_REF: Final = TypeName(SERIALIZATION, "Ref")
_FACTORY_TYPE: Final = TypeName(SERIALIZATION, "FactoryType")


def reachable(names: Iterable[TypeName], resolver: Resolver) -> dict[TypeName, Contract]:
    """Give the contracts of some types and of all that they mention."""
    found: dict[TypeName, Contract] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        contract = None if name in found else resolver(name)
        if contract is not None:  # else it is known already, or one of XML Schema's own
            found[name] = contract
            waiting += _mentioned(contract)
    return found


def build_schemas(
    contracts: Iterable[Contract],
    messages: Iterable[MessageContract],
    location_of: Callable[[str], str | None],
) -> Mapping[str, etree._Element]:
    """Make the schemas of some types and messages, and the one of the serializer.

    Args:
        contracts: The types, with all that they mention.
        messages: The messages.
        location_of: Tells where the schema of a namespace is, for the others to import it; None for
            one that is at hand anyway.

    Returns:
        The schemas by their target namespaces.
    """
    contents: dict[str, tuple[list[Contract], list[MessageContract]]] = {}
    for contract in contracts:
        contents.setdefault(contract.type.namespace, ([], []))[0].append(contract)
    for message in messages:
        contents.setdefault(message.type.namespace, ([], []))[1].append(message)
    schemas = {
        namespace: _Schema(namespace, types, wrappers).build(location_of)
        for namespace, (types, wrappers) in sorted(contents.items())
    }
    return {**schemas, SERIALIZATION: build_serialization_schema()}


def import_schema(namespace: str, location: str | None) -> etree._Element:
    """Make an element that imports a schema."""
    return XSD("import", namespace=namespace, schemaLocation=location)


def _mentioned(contract: Contract | MessageContract) -> Iterator[TypeName]:
    match contract:
        case EnumContract():
            return
        case CollectionContract():
            yield contract.item.type
        case DictionaryContract():
            yield contract.key.type
            yield contract.value.type
        case MessageContract():
            yield from (member.type for member in contract.members)
        case _:
            if contract.base is not None:
                yield contract.base
            yield from (member.type for member in contract.members)


class _Schema:
    """The schema of one namespace."""

    def __init__(
        self, namespace: str, contracts: list[Contract], messages: list[MessageContract]
    ) -> None:
        self._namespace = namespace
        self._contracts = sorted(contracts, key=lambda contract: contract.type)
        self._messages = messages
        others = {name.namespace for each in (*contracts, *messages) for name in _mentioned(each)}
        self._imported = sorted((others | {SERIALIZATION}) - {namespace, SCHEMA})
        self._prefixes = Prefixes({namespace, *self._imported})

    def build(self, location_of: Callable[[str], str | None]) -> etree._Element:
        schema = etree.Element(XSD.name("schema"), nsmap=self._prefixes.declared)
        schema.set("elementFormDefault", "qualified")
        schema.set("targetNamespace", self._namespace)
        for namespace in self._imported:
            schema.append(import_schema(namespace, location_of(namespace)))
        for contract in self._contracts:
            schema.append(self._type(contract))
            name = self._prefixes.name(contract.type)
            schema.append(XSD("element", name=contract.type.name, nillable="true", type=name))
        for message in self._messages:
            content = XSD("complexType", self._sequence(map(self._member, message.members)))
            schema.append(XSD("element", content, name=message.type.name))
        return schema

    def _type(self, contract: Contract) -> etree._Element:
        match contract:
            case EnumContract():
                return self._enumeration(contract)
            case CollectionContract():
                content = [self._sequence([self._item(contract.item)])]
            case DictionaryContract():
                content = self._dictionary(contract)
            case ExceptionContract():
                content = self._exception(contract)
            case _:
                content = self._class(contract)
        return XSD("complexType", *content, name=contract.type.name)

    def _enumeration(self, contract: EnumContract) -> etree._Element:
        values = XSD("restriction", base=self._prefixes.name(_STRING))
        for index, (name, member) in enumerate(contract.values.items()):
            value = XSD("enumeration", value=name)
            usual = 1 << index if contract.flags else index
            number = _number(member, usual)
            if number != usual:
                value.append(_annotation(SER("EnumerationValue", str(number))))
            values.append(value)
        if contract.flags:
            values = XSD("list", XSD("simpleType", values))
        return XSD("simpleType", values, name=contract.type.name)

    def _dictionary(self, contract: DictionaryContract) -> list[etree._Element]:
        entry = self._sequence(map(self._member, entry_members(contract)))
        item = XSD(
            "element",
            XSD("complexType", entry),
            minOccurs="0",
            maxOccurs="unbounded",
            name=contract.item_name,
        )
        return [_annotation(SER("IsDictionary", "true")), self._sequence([item])]

    def _exception(self, contract: ExceptionContract) -> list[etree._Element]:
        if contract.base is not None:
            return [self._extension(contract.base)]
        # an ISerializable writes whatever it likes, in no namespace
        anything = XSD(
            "any",
            minOccurs="0",
            maxOccurs="unbounded",
            namespace="##local",
            processContents="skip",
        )
        return [self._sequence([anything]), self._attribute(_FACTORY_TYPE)]

    def _class(self, contract: ClassContract) -> list[etree._Element]:
        notes = [] if contract.generic is None else [_generic(contract.generic)]
        if contract.value_type:
            notes.append(SER("IsValueType", "true"))
        content = [_annotation(*notes)] if notes else []
        members = self._sequence(map(self._member, contract.members))
        if contract.base is not None:
            return [*content, self._extension(contract.base, members)]
        content.append(members)
        if contract.reference:
            content += [self._attribute(_ID), self._attribute(_REF)]
        return content

    def _extension(self, base: TypeName, *content: etree._Element) -> etree._Element:
        extension = XSD("extension", *content, base=self._prefixes.name(base))
        return XSD("complexContent", extension, mixed="false")

    def _sequence(self, content: Iterable[etree._Element]) -> etree._Element:
        return XSD("sequence", *content)

    def _attribute(self, name: TypeName) -> etree._Element:
        return XSD("attribute", ref=self._prefixes.name(name))

    def _member(self, member: Member, most: str | None = None) -> etree._Element:
        return XSD(
            "element",
            minOccurs=None if member.required else "0",
            maxOccurs=most,
            name=member.name,
            nillable="true" if member.nillable else None,
            type=self._prefixes.name(member.type),
        )

    def _item(self, item: Member) -> etree._Element:
        return self._member(item, "unbounded")


def _number(member: Enum, usual: int) -> int:
    """Give the number that .NET has for a value; our own enumerations have the usual ones."""
    if isinstance(member, WireEnum):
        return member.number
    return member.value if isinstance(member.value, int) else usual


def _generic(generic: GenericType) -> etree._Element:
    parameters = (
        SER("GenericParameter", Name=each.name, Namespace=each.namespace)
        for each in generic.parameters
    )
    return SER("GenericType", *parameters, Name=generic.type.name, Namespace=generic.type.namespace)


def _annotation(*notes: etree._Element) -> etree._Element:
    return XSD("annotation", XSD("appinfo", *notes))
