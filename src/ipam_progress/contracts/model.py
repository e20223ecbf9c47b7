"""How a data contract is described: what the generated modules say of every type.

A contract is what DataContractSerializer knows of a .NET type: its expanded name, its base, its
members in the order in which they travel. The descriptions are data; reading and writing after
them is the work of `ipam_progress.datacontract`. Knows nothing of XML or octets.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

__all__ = [
    "ClassContract",
    "CollectionContract",
    "Contract",
    "DictionaryContract",
    "EnumContract",
    "ExceptionContract",
    "GenericType",
    "Member",
    "MessageContract",
    "TypeName",
]


PythonClass = type[Any]
EnumClass = type[Enum]
# Named here because in the classes below the field ``type`` hides the word.


class TypeName(NamedTuple):
    """The expanded name of a contract or of an XML Schema type."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """One data member of a contract, an item of a collection, or a part of a message.

    Attributes:
        name: The element's local name, which is also the name of the Python attribute.
        type: Expanded name of its declared type: a contract, an ``xsd:`` type or a ``ser:`` type.
        nillable: Whether the value can be nil (None).
        required: Whether a reader must find it (minOccurs is not 0).
    """

    name: str
    type: TypeName
    nillable: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True)
class GenericType:
    """What a class was made of: a generic class of .NET, filled in.

    Attributes:
        type: Expanded name of the generic class, with a place for the name of each parameter:
            ``TupleOf{0}{1}{#}``; ``{#}`` is for a digest of their namespaces.
        parameters: Expanded names of what was filled in.
    """

    type: TypeName
    parameters: tuple[TypeName, ...]


@dataclass(frozen=True, slots=True)
class ClassContract:
    """A class with data members, in Python a slotted dataclass.

    Attributes:
        type: Expanded name; its namespace is also that of its own members' elements.
        python: The dataclass.
        base: Name of the contract it extends, whose members come first; None for a root.
        members: Its own members, in the order in which they travel.
        reference: Whether objects carry ``z:Id`` and repeated ones become ``z:Ref``.
        value_type: Whether it is a .NET value type, which can be no reference and no nil.
        generic: The generic class that it was made of; None for a class like any.
    """

    type: TypeName
    python: PythonClass
    base: TypeName | None
    members: tuple[Member, ...]
    reference: bool = False
    value_type: bool = False
    generic: GenericType | None = None


@dataclass(frozen=True, slots=True)
class EnumContract:
    """An enumeration; with flags, a white-space separated list of its values.

    Attributes:
        type: Expanded name.
        python: The `enum.Enum` (or `enum.Flag`) class.
        values: Wire name to Python member, in the schema's order.
        flags: Whether several values can be set at once.
    """

    type: TypeName
    python: EnumClass
    values: Mapping[str, Enum]
    flags: bool = False


@dataclass(frozen=True, slots=True)
class CollectionContract:
    """A list, in Python a plain ``list``.

    Attributes:
        type: Expanded name; its namespace is also that of its items' elements.
        item: Name, type and nillability of an item.
    """

    type: TypeName
    item: Member


@dataclass(frozen=True, slots=True)
class DictionaryContract:
    """A dictionary, in Python a plain ``dict``; its items are elements with a key and a value.

    Attributes:
        type: Expanded name; its namespace is also that of its items, keys and values.
        item_name: Local name of an item's element.
        key: The ``Key`` member of an item.
        value: The ``Value`` member of an item.
    """

    type: TypeName
    item_name: str
    key: Member
    value: Member


@dataclass(frozen=True, slots=True)
class ExceptionContract:
    """An ISerializable exception: unqualified members, each with its own i:type.

    Attributes:
        type: Expanded name.
        python: The dataclass that carries it.
        members: The members that are read and written; others on the wire are skipped.
        base: Name of the exception it derives from; None for the root.
    """

    type: TypeName
    python: PythonClass
    members: tuple[Member, ...]
    base: TypeName | None


@dataclass(frozen=True, slots=True)
class MessageContract:
    """The body of a message: a wrapper element with the parts of an operation's message.

    Attributes:
        type: Expanded name of the wrapper element; its namespace is also that of the parts.
        python: The dataclass whose attributes are the parts.
        members: The parts, in the order in which they travel. Each is serialized on its own:
            references do not reach from one part into another.
    """

    type: TypeName
    python: PythonClass
    members: tuple[Member, ...]


Contract = (
    ClassContract | EnumContract | CollectionContract | DictionaryContract | ExceptionContract
)

Resolver = Callable[[TypeName], Contract | None]
"""Finds the contract of an expanded name; None for one that is not known."""
