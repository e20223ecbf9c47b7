"""The contracts a serializer knows, and the questions its plans ask of them.

What a name means, which members an object of a class has from its root down, which type may stand
where another is declared, and what type a value has where none is declared (xsd:anyType). Python's
int is any of eight integer types there; a value that was read keeps the one it came with in a
subclass of its own. Knows neither tokens nor octets.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from ipam_progress.contracts.model import (
    ClassContract,
    Contract,
    DictionaryContract,
    EnumContract,
    ExceptionContract,
    Member,
    MessageContract,
    TypeName,
)
from ipam_progress.datacontract.names import displayed
from ipam_progress.datacontract.primitives import ANY_TYPE, PRIMITIVES, Primitive
from ipam_progress.namespaces import ARRAYS, SCHEMA, SERIALIZATION, SYSTEM
from ipam_progress.values import DateTime

__all__ = [
    "MAX_DEPTH",
    "Catalogue",
    "DateTimeOffset",
    "TypedDict",
    "TypedFloat",
    "TypedInt",
    "TypedList",
    "TypedStr",
    "entry_members",
    "typed",
]

MAX_DEPTH: Final = 124
"""How many objects and lists may stand in each other: with Envelope, Body, wrapper and a value,
the 128 elements that WCF's reader takes."""


_NO_TIME: Final = DateTime(0)


@dataclass(slots=True)
class DateTimeOffset:
    """A point in time with the offset of the clock that showed it: .NET's DateTimeOffset.

    Attributes:
        DateTime: The point in time, UTC.
        OffsetMinutes: What the clock was ahead of UTC.
    """

    DateTime: DateTime = _NO_TIME
    OffsetMinutes: int = 0


class TypedInt(int):
    """An integer that remembers its type where xsd:anyType is declared; else an int like any.

    Attributes:
        type: Expanded name of the type, such as ``xsd:unsignedShort``.
    """

    type: TypeName


class TypedFloat(float):
    """A number that remembers its type where xsd:anyType is declared: ``xsd:float``."""

    type: TypeName


class TypedStr(str):
    """Text that remembers its type where xsd:anyType is declared: ``ser:char``, ``xsd:anyURI``."""

    type: TypeName


class TypedList(list[Any]):
    """A list that remembers its type where xsd:anyType is declared: ``serarr:ArrayOfstring``."""

    type: TypeName


class TypedDict(dict[Any, Any]):
    """A dictionary that remembers its type where xsd:anyType is declared."""

    type: TypeName


_TYPED: Final[dict[type[Any], type[Any]]] = {
    int: TypedInt,
    float: TypedFloat,
    str: TypedStr,
    list: TypedList,
    dict: TypedDict,
}

_Value = TypeVar("_Value", int, float, str, list[Any], dict[Any, Any])


def typed(value: _Value, name: TypeName) -> _Value:
    """Give a copy of a value that travels as a certain type where xsd:anyType is declared.

    Args:
        value: A plain int, float, str, list or dict.
        name: Expanded name of its type, such as ``TypeName(SCHEMA, "long")``.

    Raises:
        TypeError: If the value is of another class; it has one type and needs no other.
    """
    subclass = _TYPED.get(type(value))
    if subclass is None:
        raise TypeError(f"a {type(value).__qualname__} has a type of its own")
    made: _Value = subclass(value)
    made.type = name  # type: ignore[attr-defined]  # all of the subclasses have it
    return made


_OFFSET_CONTRACT: Final = ClassContract(
    TypeName(SYSTEM, "DateTimeOffset"),
    DateTimeOffset,
    base=None,
    members=(
        Member("DateTime", TypeName(SCHEMA, "dateTime"), required=True),
        Member("OffsetMinutes", TypeName(SCHEMA, "short"), required=True),
    ),
    value_type=True,
)

_INT: Final = TypeName(SCHEMA, "int")
_LONG: Final = TypeName(SCHEMA, "long")
_UNSIGNED_LONG: Final = TypeName(SCHEMA, "unsignedLong")
_INT_LIMIT: Final = 1 << 31
_LONG_LIMIT: Final = 1 << 63

# the type that a value of a Python class has by itself; an int's depends on its size
_NATURAL: Final[dict[type[Any], TypeName]] = {
    primitive.classes[0]: primitive.type
    for primitive in PRIMITIVES.values()
    if primitive.classes[0] is not int
} | {
    str: TypeName(SCHEMA, "string"),
    float: TypeName(SCHEMA, "double"),
    object: ANY_TYPE,  # .NET's bare object, an empty element
}


class Catalogue:
    """What a serializer knows of types: the contracts given to it, and those that .NET has."""

    def __init__(
        self,
        contracts: Mapping[TypeName, Contract],
        messages: Mapping[TypeName, MessageContract],
    ) -> None:
        """Take the contracts and the messages by their expanded names."""
        self._contracts = {_OFFSET_CONTRACT.type: _OFFSET_CONTRACT, **contracts}
        self._by_class = {
            contract.python: contract
            for contract in self._contracts.values()
            if isinstance(contract, ClassContract | EnumContract | ExceptionContract)
        }
        self._messages = {message.python: message for message in messages.values()}

    def find(self, name: TypeName) -> Contract | Primitive | None:
        """Give what an expanded name means; None where it means nothing here."""
        return self._contracts.get(name) or PRIMITIVES.get(name)

    def __getitem__(self, name: TypeName) -> Contract | Primitive:
        """Give what an expanded name means that a contract mentions.

        Raises:
            LookupError: If it means nothing here; the contracts are incomplete then.
        """
        found = self.find(name)
        if found is None:
            raise LookupError(f"a contract mentions {displayed(name)}, which has no description")
        return found

    def contract_of_class(
        self, python: type[Any]
    ) -> ClassContract | EnumContract | ExceptionContract | None:
        """Give the contract of a Python class; None where it has none."""
        return self._by_class.get(python)

    def message_of_class(self, python: type[Any]) -> MessageContract | None:
        """Give the message contract of a Python class; None where it has none."""
        return self._messages.get(python)

    def members(self, contract: ClassContract) -> Iterator[tuple[str, Member]]:
        """Give all members of a class in the order in which they travel, with their namespaces."""
        base = self[contract.base] if contract.base is not None else None
        if isinstance(base, ClassContract):
            yield from self.members(base)
        for member in contract.members:
            yield contract.type.namespace, member

    def all_members(self, contract: ClassContract | ExceptionContract) -> Iterator[Member]:
        """Give all members of an object without the namespaces of their elements."""
        if isinstance(contract, ExceptionContract):
            return iter(contract.members)
        return (member for _, member in self.members(contract))

    def is_assignable(self, actual: TypeName, declared: TypeName) -> bool:
        """Say whether a value of one type may stand where another is declared."""
        if declared in {actual, ANY_TYPE}:
            return True
        found, wanted = self.find(actual), self.find(declared)
        return (
            isinstance(found, ClassContract | ExceptionContract)
            and isinstance(wanted, ClassContract | ExceptionContract)
            and issubclass(found.python, wanted.python)
        )

    def type_of(self, value: object) -> TypeName | None:
        """Give the type that a value has where none is declared; None for a value of no type.

        A list is an array of the one type that its items have, or else of xsd:anyType.
        """
        python = type(value)
        if issubclass(python, TypedInt | TypedFloat | TypedStr | TypedList | TypedDict):
            return value.type  # type: ignore[attr-defined,no-any-return]  # all five have it
        if python is int:
            return _integer_type(value)  # type: ignore[arg-type]  # it is an int
        if python is list:
            return self._array_type(value)  # type: ignore[arg-type]  # it is a list
        contract = self._by_class.get(python)
        return _NATURAL.get(python) if contract is None else contract.type

    def remember(self, value: Any, name: TypeName) -> Any:
        """Give a value read with a type of its own, so that `type_of` gives that type again."""
        if type(value) in _TYPED and self.type_of(value) != name:
            return typed(value, name)
        return value

    def _array_type(self, items: list[Any]) -> TypeName | None:
        # lists in lists are arrays of xsd:anyType; looking into them could have no end
        types = {
            ANY_TYPE if type(item) is list else self.type_of(item)
            for item in items
            if item is not None
        }
        candidates = [ANY_TYPE]
        if types in ({_INT}, {_INT, _LONG}):
            candidates = [_INT, _LONG, ANY_TYPE] if types == {_INT} else [_LONG, ANY_TYPE]
        elif len(types) == 1:
            candidates = [name for name in types if name is not None] + candidates
        for item in candidates:
            namespace = ARRAYS if item.namespace in (SCHEMA, SERIALIZATION) else item.namespace
            name = TypeName(namespace, f"ArrayOf{item.name}")
            if name in self._contracts:
                return name
        return None


def entry_members(contract: DictionaryContract) -> tuple[Member, Member]:
    """Give key and value of a dictionary's item; .NET requires both."""
    return replace(contract.key, required=True), replace(contract.value, required=True)


def _integer_type(value: int) -> TypeName:
    if -_INT_LIMIT <= value < _INT_LIMIT:
        return _INT
    return _LONG if value < _LONG_LIMIT else _UNSIGNED_LONG
