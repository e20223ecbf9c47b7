"""From objects to the octets of a document, as DataContractSerializer writes them.

A plan stands for an element at one place: its name, its declared type and the prefixes that mean
something there. It holds a table from the class of a value to the function that writes such a
value; an entry is made when a class is first met, so the table at once finds the function, checks
the type, and knows nil. Constant markup is a fragment, rendered once a session. Knows no SOAP.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from operator import attrgetter
from types import NoneType
from typing import Any, Final

from ipam_progress.binaryxml import (
    END,
    Encoder,
    Fragment,
    Octets,
    append_attribute_text,
    text,
)
from ipam_progress.contracts.model import (
    ClassContract,
    CollectionContract,
    DictionaryContract,
    EnumContract,
    ExceptionContract,
    Member,
    TypeName,
)
from ipam_progress.datacontract.catalogue import MAX_DEPTH, Catalogue
from ipam_progress.datacontract.enumerations import value_name
from ipam_progress.datacontract.misfit import Misfit, shown
from ipam_progress.datacontract.names import displayed
from ipam_progress.datacontract.primitives import ANY_TYPE, Primitive, is_one_of
from ipam_progress.datacontract.scope import MESSAGE, Scope, StartTag
from ipam_progress.errors import SerializationError
from ipam_progress.namespaces import INSTANCE, SCHEMA

__all__ = ["WritePlans"]

_END_ELEMENT: Final = 0x01  # the EndElement record, [MC-NBFX] 2.2.1.1

_Composite = ClassContract | CollectionContract | DictionaryContract | ExceptionContract


class _Graph(dict[int, str]):
    """The z:Id of each object written so far under one root, by identity, and the depth."""

    __slots__ = ("depth",)

    def __init__(self) -> None:
        self.depth = 0


def _too_deep() -> Misfit:
    return Misfit(
        f"more than {MAX_DEPTH} objects stand in each other; "
        "is one of them its own member, and its type no reference type?"
    )


_Write = Callable[[bytearray, Octets, _Graph, Any], None]
"""Writes a value: a whole element, or the content of one without its end."""


class _Table(dict[type[Any], _Write]):
    """What writes a value at a place, by the value's class."""

    __slots__ = ("_place",)

    def __init__(self, place: "_Place") -> None:
        self._place = place

    def __missing__(self, python: type[Any]) -> _Write:
        self[python] = write = self._place.writer_for(python)
        return write


class WritePlans:
    """The plans for writing the types of a catalogue, made when they are first needed."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Take the types to write."""
        self.catalogue = catalogue
        self._contents: dict[tuple[TypeName, Scope], _Write] = {}
        self._messages: dict[type[Any], Callable[[bytearray, Octets, Any], None]] = {}
        self._roots: dict[tuple[TypeName, TypeName, Scope], _Table] = {}

    def write_message(self, encoder: Encoder, message: object) -> None:
        """Write the wrapper element of a message into the message an encoder is making.

        Raises:
            SerializationError: If the message is of no known class, or a value in it does not fit
                its type. The encoder's message is half written then, and has to be abandoned.
        """
        write = self._messages.get(type(message)) or self._new_message(type(message))
        try:
            write(encoder.buffer, encoder.octets, message)
        except Misfit as misfit:
            raise SerializationError(misfit.message, path=misfit.path) from None

    def write_object(
        self,
        encoder: Encoder,
        element_name: TypeName,
        declared: TypeName,
        value: object,
        scope: Scope,
    ) -> None:
        """Write one root object as an element of a certain name.

        Raises:
            SerializationError: If a value does not fit its type. The encoder's message is half
                written then, and has to be abandoned.
        """
        table = self._roots.get((element_name, declared, scope))
        if table is None:
            root = Member(element_name.name, declared, nillable=True)
            table = _Place(self, scope, element_name.namespace, root, is_root=True).table
            self._roots[element_name, declared, scope] = table
        try:
            table[value.__class__](encoder.buffer, encoder.octets, _Graph(), value)
        except Misfit as misfit:
            raise SerializationError(misfit.message, path=misfit.path) from None

    def content(self, contract: _Composite, scope: Scope) -> _Write:
        """Give the plan for what stands within an element of a type."""
        key = contract.type, scope
        write = self._contents.get(key)
        if write is None:
            write = self._contents[key] = self._new_content(contract, scope)
        return write

    def _new_message(self, python: type[Any]) -> Callable[[bytearray, Octets, Any], None]:
        contract = self.catalogue.message_of_class(python)
        if contract is None:
            raise SerializationError(
                f"{python.__qualname__} is no message; "
                "use the classes of ipam_progress.contracts.messages"
            )
        namespace = contract.type.namespace
        tag = StartTag(MESSAGE, namespace, contract.type.name)
        (opening,) = tag.finish()
        names, get = _getter(contract.members)
        tables = tuple(
            _Place(self, tag.scope, namespace, part, is_root=True).table
            for part in contract.members
        )

        def write(out: bytearray, octets: Octets, message: Any) -> None:
            out += octets[opening]
            graph = _Graph()
            for name, table, value in zip(names, tables, get(message), strict=True):
                try:
                    table[value.__class__](out, octets, graph, value)
                except Misfit as misfit:
                    misfit.steps.append(name)
                    raise
                graph.clear()  # no reference reaches from one part into another
            out.append(_END_ELEMENT)

        self._messages[python] = write
        return write

    def _new_content(self, contract: _Composite, scope: Scope) -> _Write:
        if isinstance(contract, CollectionContract):
            return self._items(contract, scope)
        if isinstance(contract, DictionaryContract):
            return self._entries(contract, scope)
        if isinstance(contract, ExceptionContract):
            members = [("", member) for member in contract.members]
        else:
            members = list(self.catalogue.members(contract))
        names, get = _getter([member for _, member in members])
        is_exception = isinstance(contract, ExceptionContract)
        tables = tuple(
            _Place(
                self,
                scope,
                namespace,
                member,
                is_typed=is_exception,
                declares=not is_exception,
            ).table
            for namespace, member in members
        )

        def write(out: bytearray, octets: Octets, graph: _Graph, value: Any) -> None:
            graph.depth += 1
            if graph.depth > MAX_DEPTH:
                raise _too_deep()
            for name, table, item in zip(names, tables, get(value), strict=True):
                try:
                    table[item.__class__](out, octets, graph, item)
                except Misfit as misfit:
                    misfit.steps.append(name)
                    raise
            graph.depth -= 1

        return write

    def _items(self, contract: CollectionContract, scope: Scope) -> _Write:
        table = _Place(self, scope, contract.type.namespace, contract.item).table

        def write(out: bytearray, octets: Octets, graph: _Graph, value: Sequence[Any]) -> None:
            graph.depth += 1
            if graph.depth > MAX_DEPTH:
                raise _too_deep()
            for index, item in enumerate(value):
                try:
                    table[item.__class__](out, octets, graph, item)
                except Misfit as misfit:
                    misfit.steps.append(f"[{index}]")
                    raise
            graph.depth -= 1

        return write

    def _entries(self, contract: DictionaryContract, scope: Scope) -> _Write:
        namespace = contract.type.namespace
        tag = StartTag(scope, namespace, contract.item_name)
        (opening,) = tag.finish()
        names = (contract.key.name, contract.value.name)
        tables = tuple(
            _Place(self, tag.scope, namespace, member, declares=True).table
            for member in (contract.key, contract.value)
        )

        def write(out: bytearray, octets: Octets, graph: _Graph, value: Mapping[Any, Any]) -> None:
            graph.depth += 1
            if graph.depth > MAX_DEPTH:
                raise _too_deep()
            for index, pair in enumerate(value.items()):
                out += octets[opening]
                for name, table, item in zip(names, tables, pair, strict=True):
                    try:
                        table[item.__class__](out, octets, graph, item)
                    except Misfit as misfit:
                        misfit.steps += name, f"[{index}]"
                        raise
                out.append(_END_ELEMENT)
            graph.depth -= 1

        return write


class _Place:
    """An element at a place in documents: its name, its declared type, what is in scope there."""

    def __init__(
        self,
        plans: WritePlans,
        scope: Scope,
        namespace: str,
        member: Member,
        *,
        is_root: bool = False,
        is_typed: bool = False,
        declares: bool = False,
    ) -> None:
        """Describe the element.

        Args:
            plans: The plans that this one belongs to.
            scope: The prefixes around the element.
            namespace: The namespace of its name.
            member: Its local name and declared type.
            is_root: Whether it is a root object, which declares the prefixes of all below it.
            is_typed: Whether it always carries an i:type.
            declares: Whether it declares the namespace of its declared type ahead of need, as
                members of a class do.
        """
        self.table = _Table(self)
        self._plans = plans
        self._catalogue = plans.catalogue
        self._scope = scope
        self._namespace = namespace
        self._member = member
        self._is_root = is_root
        self._is_typed = is_typed
        self._declares = declares

    def writer_for(self, python: type[Any]) -> _Write:
        """Make the function that writes values of a class here; raises `Misfit` if none fits."""
        declared = self._member.type
        if python is NoneType:
            return self._nil()
        if declared == ANY_TYPE:
            return self._any()
        is_typed = self._is_typed
        if isinstance(self._catalogue[declared], ClassContract | ExceptionContract):
            actual = self._catalogue.contract_of_class(python)
            if actual is not None and self._catalogue.is_assignable(actual.type, declared):
                return self._writer_of(actual.type, python, is_typed or actual.type != declared)
        return self._writer_of(declared, python, is_typed)

    def _tag(self) -> StartTag:
        """Begin a start tag of this element."""
        tag = StartTag(self._scope, self._namespace, self._member.name)
        declared = self._member.type
        contract = self._catalogue.find(declared)
        ahead: tuple[type[Any], ...] = ()
        if self._declares:
            ahead = (ClassContract, CollectionContract, DictionaryContract, ExceptionContract)
        elif self._is_root:
            ahead = (ClassContract, CollectionContract, DictionaryContract)
        if isinstance(contract, ahead) and declared.namespace not in ("", self._namespace):
            tag.prefix_for(declared.namespace)
        return tag

    def _nil(self) -> _Write:
        if not self._member.nillable:
            raise Misfit(f"None does not fit {displayed(self._member.type)}, which cannot be nil")
        tag = self._tag()
        tag.nil()
        (element,) = tag.finish(END)

        def write(out: bytearray, octets: Octets, _graph: _Graph, _value: None) -> None:
            out += octets[element]

        return write

    def _any(self) -> _Write:
        writers: dict[tuple[TypeName, type[Any]], _Write] = {}

        def write(out: bytearray, octets: Octets, graph: _Graph, value: Any) -> None:
            name = self._catalogue.type_of(value)
            if name is None:
                raise Misfit(
                    f"{shown(value)} has no type of its own, which xsd:anyType needs; "
                    "say one with ipam_progress.datacontract.typed"
                )
            key = name, type(value)
            if key not in writers:
                writers[key] = self._writer_of(name, type(value), name != ANY_TYPE)
            writers[key](out, octets, graph, value)

        return write

    def _writer_of(self, name: TypeName, python: type[Any], is_typed: bool) -> _Write:
        """Make the function that writes a value of a certain type, with or without i:type."""
        contract = self._catalogue.find(name)
        if isinstance(contract, Primitive) and is_one_of(python, contract.classes):
            return self._text(contract, is_typed)
        if isinstance(contract, EnumContract) and python is contract.python:
            return self._name(contract, is_typed)
        if isinstance(contract, CollectionContract) and issubclass(python, list | tuple):
            return self._composite(contract, is_typed)
        if isinstance(contract, DictionaryContract) and issubclass(python, dict):
            return self._composite(contract, is_typed)
        if isinstance(contract, ClassContract | ExceptionContract) and python is contract.python:
            if isinstance(contract, ClassContract) and contract.reference:
                return self._reference(contract, is_typed)
            return self._composite(contract, is_typed)
        if name == ANY_TYPE:
            return self._bare_object()
        raise Misfit(f"a {python.__qualname__} does not fit {displayed(name)}")

    def _text(self, primitive: Primitive, is_typed: bool) -> _Write:
        tag = self._tag()
        if is_typed:
            tag.type(primitive.type)
        (opening,) = tag.finish()
        append = primitive.append

        def write(out: bytearray, octets: Octets, _graph: _Graph, value: Any) -> None:
            out += octets[opening]
            append(out, value)

        return write

    def _name(self, contract: EnumContract, is_typed: bool) -> _Write:
        tag = self._tag()
        if is_typed:
            tag.type(contract.type)
        elements = _EnumElements(contract, tag)

        def write(out: bytearray, octets: Octets, _graph: _Graph, value: Enum) -> None:
            out += octets[elements[value]]

        return write

    def _bare_object(self) -> _Write:
        (element,) = self._tag().finish(END)

        def write(out: bytearray, octets: Octets, _graph: _Graph, _value: object) -> None:
            out += octets[element]

        return write

    def _composite(self, contract: _Composite, is_typed: bool) -> _Write:
        """Write an object that carries no z:Id, or a list, or a dictionary."""
        tag = self._composite_tag(contract)
        if is_typed:
            tag.type(contract.type)
        if isinstance(contract, CollectionContract):
            item = self._catalogue.find(contract.item.type)
            if isinstance(item, _Composite) and item.type.namespace != contract.type.namespace:
                tag.prefix_for(item.type.namespace)
        (opening,) = tag.finish()
        write_content = self._plans.content(contract, tag.scope)

        def write(out: bytearray, octets: Octets, graph: _Graph, value: Any) -> None:
            out += octets[opening]
            write_content(out, octets, graph, value)
            out.append(_END_ELEMENT)

        return write

    def _reference(self, contract: ClassContract, is_typed: bool) -> _Write:
        """Write an object that carries a z:Id, or refer to it if it has been written."""
        tag = self._composite_tag(contract)
        tag.identifier("Id")
        if is_typed:
            tag.type(contract.type)
        before_id, after_id = tag.finish()
        write_content = self._plans.content(contract, tag.scope)
        tag = self._tag()
        tag.identifier("Ref")
        before_ref, after_ref = tag.finish(END)

        def write(out: bytearray, octets: Octets, graph: _Graph, value: Any) -> None:
            identifier = graph.get(id(value))
            if identifier is None:
                graph[id(value)] = identifier = f"i{len(graph) + 1}"
                out += octets[before_id]
                append_attribute_text(out, identifier)
                out += octets[after_id]
                write_content(out, octets, graph, value)
                out.append(_END_ELEMENT)
            else:
                out += octets[before_ref]
                append_attribute_text(out, identifier)
                out += octets[after_ref]

        return write

    def _composite_tag(self, contract: _Composite) -> StartTag:
        """Begin a start tag; a root declares what those below it will need."""
        tag = self._tag()
        if self._is_root:
            tag.declare("i", INSTANCE)
            if isinstance(contract, ExceptionContract):
                tag.declare("x", SCHEMA)
        return tag


class _EnumElements(dict[Enum, Fragment]):
    """The whole element of each value of an enumeration at a place: it is constant markup."""

    __slots__ = ("_contract", "_tag")

    def __init__(self, contract: EnumContract, tag: StartTag) -> None:
        self._contract = contract
        self._tag = tag

    def __missing__(self, value: Enum) -> Fragment:
        name = value_name(self._contract, value)
        content = (text(name), END) if name else (END,)
        (self[value],) = self._tag.finish(*content)
        return self[value]


def _getter(members: Sequence[Member]) -> tuple[tuple[str, ...], Callable[[Any], Sequence[Any]]]:
    """Give the names of members, and the function that gets all their values of an object."""
    names = tuple(member.name for member in members)
    if len(names) > 1:
        return names, attrgetter(*names)
    return names, lambda value: [getattr(value, name) for name in names]
