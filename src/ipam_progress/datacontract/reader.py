"""From the tokens of a document to objects, as DataContractSerializer reads them.

A plan for each contract is made when it is first needed and kept: a function that reads the content
of an element and leaves the position behind the element's end. Reading goes strictly forward: a
member that comes before one already read is skipped, and so is a member nobody knows; neither is
an error. Knows no octets and no SOAP.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, Final

from ipam_progress.binaryxml import END, Comment, EndElement, StartElement, Token, text_of
from ipam_progress.contracts.model import (
    ClassContract,
    CollectionContract,
    DictionaryContract,
    EnumContract,
    ExceptionContract,
    Member,
    MessageContract,
    TypeName,
)
from ipam_progress.datacontract.catalogue import MAX_DEPTH, Catalogue, entry_members
from ipam_progress.datacontract.enumerations import parse_value
from ipam_progress.datacontract.misfit import Misfit, shown, shown_name
from ipam_progress.datacontract.names import displayed
from ipam_progress.datacontract.primitives import ANY_TYPE, PRIMITIVES, Primitive
from ipam_progress.errors import DeserializationError
from ipam_progress.namespaces import INSTANCE, SCHEMA, SERIALIZATION

__all__ = ["ReadPlans"]

_NIL: Final = (INSTANCE, "nil")
_TYPE: Final = (INSTANCE, "type")
_ID: Final = (SERIALIZATION, "Id")
_REF: Final = (SERIALIZATION, "Ref")


_BOOLEAN: Final = PRIMITIVES[TypeName(SCHEMA, "boolean")]

_MARKUP: Final = frozenset({StartElement, EndElement, Comment})

_PRESENT: Final = object()
"""Says that the content of an element is the value: it is neither nil nor a reference."""


class _Reading:
    """How far the reading of a document has come, and the objects it met that carried a z:Id."""

    __slots__ = ("depth", "objects", "position", "tokens")

    def __init__(self, tokens: Sequence[Token], position: int) -> None:
        self.tokens: Sequence[Any] = tokens
        self.position = position
        self.depth = 0
        self.objects: dict[str, tuple[TypeName, object]] = {}

    def next_element(self) -> StartElement | None:
        """Give the next child element, stepping behind its start; None at the parent's end."""
        tokens, position = self.tokens, self.position
        while True:
            token = tokens[position]
            position += 1
            if isinstance(token, StartElement):
                self.position = position
                return token
            if token is END:
                self.position = position
                return None
            if not isinstance(token, Comment) and (text := text_of(token)).strip():
                raise Misfit(f"the text {shown(text)} stands where an element is due")

    def content(self) -> Any:
        """Give the text of an element and step behind the element's end.

        A single text token is given as it is; several are joined, octets as octets.
        """
        tokens, position = self.tokens, self.position
        token = tokens[position]
        if token.__class__ not in _MARKUP and tokens[position + 1] is END:
            self.position = position + 2
            return token
        found: list[Any] = []
        while (token := tokens[position]) is not END:
            position += 1
            if isinstance(token, StartElement):
                raise Misfit(f"the element {shown(token.local_name)} stands where a text is due")
            if not isinstance(token, Comment):
                found.append(token)
        self.position = position + 1
        if len(found) == 1:
            return found[0]
        if found and all(isinstance(token, bytes) for token in found):
            return b"".join(found)
        return "".join(map(text_of, found))

    def skip(self) -> None:
        """Step behind the end of the element that has just been entered."""
        tokens, position = self.tokens, self.position
        depth = 1
        while depth:
            token = tokens[position]
            position += 1
            if token is END:
                depth -= 1
            elif token.__class__ is StartElement:
                depth += 1
        self.position = position

    def enter(self) -> None:
        """Count one more object or list around what comes, if there may be one more."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Misfit(f"more than {MAX_DEPTH} objects stand in each other")

    def register(self, identifier: str | None, name: TypeName, value: object) -> None:
        """Keep an object for those that refer to it, if it carries a z:Id."""
        if identifier is None:
            return
        if identifier in self.objects:
            raise Misfit(f"the z:Id {shown(identifier)} is given to two objects")
        self.objects[identifier] = name, value


_ReadContent = Callable[[_Reading, str | None], Any]
"""Reads the content of an element that carries this z:Id, and steps behind its end."""

_ReadValue = Callable[[_Reading, StartElement], Any]
"""Reads the value of an element that has just been entered, and steps behind its end."""


class _Marks:
    """What the attributes of DataContractSerializer say of a value."""

    __slots__ = ("identifier", "nil", "reference", "type")

    def __init__(self, element: StartElement) -> None:
        self.identifier: str | None = None
        self.reference: str | None = None
        self.nil = False
        self.type: TypeName | None = None
        for attribute in element.attributes:
            name = attribute.name
            if name == _ID:
                self.identifier = text_of(attribute.value)
            elif name == _REF:
                self.reference = text_of(attribute.value)
            elif name == _NIL:
                self.nil = _BOOLEAN.read(attribute.value)
            elif name == _TYPE:
                self.type = _resolved(text_of(attribute.value), element)


def _resolved(text: str, element: StartElement) -> TypeName:
    """Resolve a qualified name with the namespaces in scope."""
    prefix, _, local_name = text.strip().rpartition(":")
    namespace = element.namespaces.get(prefix)
    if namespace is None and prefix:
        raise Misfit(f"the prefix of the i:type {shown(text)} is not declared")
    return TypeName(namespace or "", local_name)


class ReadPlans:
    """The plans for reading the types of a catalogue, made when they are first needed."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Take the types to read."""
        self._catalogue = catalogue
        self._contents: dict[TypeName, _ReadContent] = {}
        self._messages: dict[TypeName, _ReadContent] = {}

    def read_message(
        self, tokens: Sequence[Token], position: int, contract: MessageContract
    ) -> Any:
        """Read the wrapper element at a position and give the message object.

        Raises:
            DeserializationError: If no element, or another one, stands there, or its content does
                not fit the contract.
        """
        element = _element_at(tokens, position, contract.type)
        read = self._messages.get(contract.type)
        if read is None:
            parts = [(contract.type.namespace, member) for member in contract.members]
            read = self._members(contract.type, contract.python, parts, self._part)
            self._messages[contract.type] = read
        return _guarded(lambda reading, _: read(reading, None), tokens, position, element)

    def read_object(
        self,
        tokens: Sequence[Token],
        position: int,
        declared: TypeName,
        element_name: TypeName | None,
    ) -> Any:
        """Read the element at a position, one root object, and give it.

        Raises:
            DeserializationError: If no element stands there, or one of another name than
                `element_name`, or its content does not fit the type.
        """
        element = _element_at(tokens, position, element_name)
        return _guarded(self._value(declared, nillable=True), tokens, position, element)

    def _value(self, declared: TypeName, *, nillable: bool) -> _ReadValue:
        """Make the plan for an element whose declared type this is."""
        if declared == ANY_TYPE:
            return self._any_value(nillable=nillable)
        found = self._catalogue[declared]
        if isinstance(found, Primitive):
            return self._primitive_value(found, nillable=nillable)
        if isinstance(found, EnumContract):
            return self._enum_value(found, nillable=nillable)
        return self._object_value(found, nillable=nillable)

    def _part(self, declared: TypeName, *, nillable: bool) -> _ReadValue:
        """Make the plan for a part of a message, from which no reference reaches another."""
        read_value = self._value(declared, nillable=nillable)

        def read(reading: _Reading, element: StartElement) -> Any:
            reading.objects.clear()
            return read_value(reading, element)

        return read

    def _settled(
        self,
        reading: _Reading,
        marks: _Marks,
        declared: TypeName,
        *,
        nillable: bool,
        value_type: bool,
    ) -> object:
        """Give the value of an element that is nil or a reference; else `_PRESENT`."""
        if marks.reference is not None:
            if value_type:
                raise Misfit(f"a value of type {displayed(declared)} cannot be a z:Ref")
            name, value = reading.objects.get(marks.reference, (None, None))
            if name is None:
                raise Misfit(f"the z:Ref {shown(marks.reference)} refers to no object before it")
            if not self._catalogue.is_assignable(name, declared):
                raise Misfit(
                    f"the z:Ref {shown(marks.reference)} refers to a {displayed(name)} where "
                    f"{displayed(declared)} is declared"
                )
            reading.skip()
            return value
        if marks.nil:
            if not nillable:
                raise Misfit(f"a value of type {displayed(declared)} cannot be nil")
            reading.skip()
            return None
        if value_type and marks.identifier is not None:
            raise Misfit(f"a value of type {displayed(declared)} cannot carry a z:Id")
        return _PRESENT

    def _primitive_value(self, primitive: Primitive, *, nillable: bool) -> _ReadValue:
        name, parse, record = primitive.type, primitive.read, primitive.record
        value_type = primitive.value_type

        def read(reading: _Reading, element: StartElement) -> Any:
            # an i:type is not looked at here, nor is it by DataContractSerializer
            if not element.attributes:
                content = reading.content()
                return content if content.__class__ is record else parse(content)
            marks = _Marks(element)
            settled = self._settled(reading, marks, name, nillable=nillable, value_type=value_type)
            if settled is not _PRESENT:
                return settled
            value = parse(reading.content())
            reading.register(marks.identifier, name, value)
            return value

        return read

    def _enum_value(self, contract: EnumContract, *, nillable: bool) -> _ReadValue:
        name, values = contract.type, contract.values

        def read(reading: _Reading, element: StartElement) -> Any:
            if element.attributes:
                marks = _Marks(element)
                settled = self._settled(reading, marks, name, nillable=nillable, value_type=True)
                if settled is not _PRESENT:
                    return settled
                self._check_type(marks.type, name)
            content = reading.content()
            value = values.get(content) if content.__class__ is str else None
            return parse_value(contract, text_of(content)) if value is None else value

        return read

    def _object_value(
        self,
        contract: ClassContract | CollectionContract | DictionaryContract | ExceptionContract,
        *,
        nillable: bool,
    ) -> _ReadValue:
        name, contents = contract.type, self._contents
        value_type = isinstance(contract, ClassContract) and contract.value_type

        def read(reading: _Reading, element: StartElement) -> Any:
            actual, identifier = name, None
            if element.attributes:
                marks = _Marks(element)
                settled = self._settled(
                    reading, marks, name, nillable=nillable, value_type=value_type
                )
                if settled is not _PRESENT:
                    return settled
                self._check_type(marks.type, name)
                actual, identifier = marks.type or name, marks.identifier
            read_content = contents.get(actual) or self._content(actual)
            return read_content(reading, identifier)

        return read

    def _any_value(self, *, nillable: bool) -> _ReadValue:
        def read(reading: _Reading, element: StartElement) -> Any:
            marks = _Marks(element)
            settled = self._settled(reading, marks, ANY_TYPE, nillable=nillable, value_type=False)
            if settled is not _PRESENT:
                return settled
            name = marks.type or ANY_TYPE
            self._check_type(name, ANY_TYPE)
            value = self._content(name)(reading, marks.identifier)
            remembered = self._catalogue.remember(value, name)
            if remembered is not value and marks.identifier is not None:
                reading.objects[marks.identifier] = name, remembered
            return remembered

        return read

    def _check_type(self, actual: TypeName | None, declared: TypeName) -> None:
        """Refuse an i:type that nobody knows, or that may not stand where another is declared."""
        if actual is None or actual == declared:
            return
        if self._catalogue.find(actual) is None:
            raise Misfit(f"the i:type {shown_name(actual)} is no type known here")
        if not self._catalogue.is_assignable(actual, declared):
            raise Misfit(
                f"the i:type {shown_name(actual)} cannot stand "
                f"where {displayed(declared)} is declared"
            )

    def _content(self, name: TypeName) -> _ReadContent:
        """Give the plan for the content of an element whose type this is, making it if need be."""
        read = self._contents.get(name)
        if read is None:
            read = self._contents[name] = self._new_content(name)
        return read

    def _new_content(self, name: TypeName) -> _ReadContent:
        if name == ANY_TYPE:
            return _read_bare_object
        contract = self._catalogue[name]
        if isinstance(contract, ClassContract):
            members = list(self._catalogue.members(contract))
            return self._members(name, contract.python, members, self._value)
        if isinstance(contract, CollectionContract):
            return self._collection(contract)
        if isinstance(contract, DictionaryContract):
            return self._dictionary(contract)
        if isinstance(contract, ExceptionContract):
            return self._exception(contract)
        return _text_content(contract)

    def _members(
        self,
        name: TypeName,
        python: type[Any],
        members: Sequence[tuple[str, Member]],
        plan: Callable[..., _ReadValue],
    ) -> _ReadContent:
        """Make the plan for an object with members, which come in their order or not at all."""
        index = {
            (namespace, member.name): (
                order,
                member.name,
                plan(member.type, nillable=member.nillable),
            )
            for order, (namespace, member) in enumerate(members)
        }
        required = [order for order, (_, member) in enumerate(members) if member.required]

        def check_missing(after: int, before: int) -> None:
            for order in required:
                if after < order < before:
                    raise Misfit(f"the required member {members[order][1].name} is missing")

        def read(reading: _Reading, identifier: str | None) -> Any:
            made = python()
            reading.register(identifier, name, made)
            reading.enter()
            latest = -1
            while (element := reading.next_element()) is not None:
                found = index.get(element.name)
                if found is None or found[0] <= latest:
                    reading.skip()
                    continue
                order, member_name, read_value = found
                if required:
                    check_missing(latest, order)
                latest = order
                try:
                    value = read_value(reading, element)
                except Misfit as misfit:
                    misfit.steps.append(member_name)
                    raise
                setattr(made, member_name, value)
            if required:
                check_missing(latest, len(members))
            reading.depth -= 1
            return made

        return read

    def _collection(self, contract: CollectionContract) -> _ReadContent:
        name, item = contract.type, contract.item
        item_name = (name.namespace, item.name)
        read_item = self._value(item.type, nillable=item.nillable)

        def read(reading: _Reading, identifier: str | None) -> list[Any]:
            made: list[Any] = []
            reading.register(identifier, name, made)
            reading.enter()
            while (element := reading.next_element()) is not None:
                if element.name != item_name:
                    reading.skip()
                    continue
                try:
                    made.append(read_item(reading, element))
                except Misfit as misfit:
                    misfit.steps.append(f"[{len(made)}]")
                    raise
            reading.depth -= 1
            return made

        return read

    def _dictionary(self, contract: DictionaryContract) -> _ReadContent:
        name = contract.type
        item_name = (name.namespace, contract.item_name)
        key_name, value_name = contract.key.name, contract.value.name
        entry = [(name.namespace, member) for member in entry_members(contract)]
        read_entry = self._members(name, SimpleNamespace, entry, self._value)

        def add(made: dict[Any, Any], item: SimpleNamespace) -> None:
            key = getattr(item, key_name)
            try:
                known = key in made
            except TypeError:
                raise Misfit(f"{shown(key)} cannot be a key") from None
            if known:
                raise Misfit(f"the key {shown(key)} occurs twice")
            made[key] = getattr(item, value_name)

        def read(reading: _Reading, identifier: str | None) -> dict[Any, Any]:
            made: dict[Any, Any] = {}
            reading.register(identifier, name, made)
            reading.enter()
            while (element := reading.next_element()) is not None:
                if element.name != item_name:
                    reading.skip()
                    continue
                try:
                    add(made, read_entry(reading, None))
                except Misfit as misfit:
                    misfit.steps.append(f"[{len(made)}]")
                    raise
            reading.depth -= 1
            return made

        return read

    def _exception(self, contract: ExceptionContract) -> _ReadContent:
        """Make the plan for an ISerializable object: unqualified members in any order."""
        name, python = contract.type, contract.python
        index = {
            ("", member.name): (member.name, self._value(member.type, nillable=member.nillable))
            for member in contract.members
        }

        def read(reading: _Reading, identifier: str | None) -> Any:
            made = python()
            reading.register(identifier, name, made)
            reading.enter()
            seen: set[str] = set()
            while (element := reading.next_element()) is not None:
                found = index.get(element.name)
                if found is None:
                    reading.skip()
                    continue
                member_name, read_value = found
                try:
                    if member_name in seen:
                        raise Misfit("the member occurs twice")
                    setattr(made, member_name, read_value(reading, element))
                except Misfit as misfit:
                    misfit.steps.append(member_name)
                    raise
                seen.add(member_name)
            reading.depth -= 1
            return made

        return read


def _read_bare_object(reading: _Reading, identifier: str | None) -> object:
    """Read .NET's bare object, which is all that xsd:anyType without an i:type can be."""
    if reading.next_element() is not None:
        raise Misfit("a value of xsd:anyType with content needs an i:type")
    made = object()
    reading.register(identifier, ANY_TYPE, made)
    return made


def _text_content(contract: Primitive | EnumContract) -> _ReadContent:
    """Make the plan for a text whose type an i:type gives."""
    name = contract.type

    def read(reading: _Reading, identifier: str | None) -> Any:
        content = reading.content()
        if isinstance(contract, Primitive):
            value = contract.read(content)
        else:
            value = parse_value(contract, text_of(content))
        reading.register(identifier, name, value)
        return value

    return read


def _element_at(tokens: Sequence[Token], position: int, expected: TypeName | None) -> StartElement:
    found = tokens[position] if position < len(tokens) else END
    wanted = "an element" if expected is None else f"the element {displayed(expected)}"
    if not isinstance(found, StartElement):
        raise DeserializationError(f"{wanted} is due, and none is there")
    if expected is not None and found.name != expected:
        raise DeserializationError(f"{wanted} is due, not {shown_name(TypeName(*found.name))}")
    return found


def _guarded(
    read: _ReadValue, tokens: Sequence[Token], position: int, element: StartElement
) -> Any:
    """Read one element, turning a misfit into the error that callers know."""
    try:
        return read(_Reading(tokens, position + 1), element)
    except Misfit as misfit:
        raise DeserializationError(misfit.message, path=misfit.path) from None
