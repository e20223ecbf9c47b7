"""What the generated contracts stand on, and what makes their lists pleasant to read.

DataContractSerializer writes an enumeration by name and .NET computes with its number; two names
can share a number (AddressFamily's ``NS`` and ``Ipx``). `WireEnum` therefore takes the name on the
wire for its value, which is unique, and keeps the number beside it. Knows no contract.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Final, Self, TypeVar

from ipam_progress.values import DateTime, TimeSpan

__all__ = ["ZERO_SPAN", "ZERO_TIME", "WireEnum", "items_of", "wire_values"]

ZERO_TIME: Final = DateTime(0)
"""What .NET has in a DateTime that nobody has set: the first instant of the year 1."""

ZERO_SPAN: Final = TimeSpan(0)
"""What .NET has in a TimeSpan that nobody has set."""

_Item = TypeVar("_Item")


class WireEnum(Enum):
    """An enumeration whose members' values are their names on the wire.

    ``IpamTaskType("Discovery")`` finds a member by its name on the wire. Python's name of a member
    differs from it only where the language reserves the word: ``None`` is called ``None_``.

    Attributes:
        number: What .NET computes with; it never travels. The member whose number is 0 is what
            .NET gives to a member of a contract that nobody has set.
    """

    _value_: str
    number: int

    __hash__ = object.__hash__  # Enum's own is written in Python and slow; equality is identity

    # the default of `number` is for type checkers, which take looking a member up for making one
    def __new__(cls, wire_name: str, number: int = 0) -> Self:
        """Make a member of its name on the wire and its number."""
        member = object.__new__(cls)
        member._value_ = wire_name
        member.number = number
        return member

    @property
    def value(self) -> str:
        """The name on the wire."""
        return self._value_


def items_of(items: Iterable[_Item | None] | None) -> Iterator[_Item]:
    """Give the items of a contract's list that are there.

    A list can be nil, and an item of a list of objects can be nil: the schemas allow both. Those
    who have no use for either write ``for scope in items_of(parameters.Scopes)``.
    """
    return (item for item in items or () if item is not None)


def wire_values(enumeration: type[Enum]) -> Mapping[str, Enum]:
    """Give the members of an enumeration, or of flags, by their names on the wire."""
    return {
        member.value if isinstance(member, WireEnum) else name: member
        for name, member in enumeration.__members__.items()
    }
