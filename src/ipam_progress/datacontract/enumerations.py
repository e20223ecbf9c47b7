"""The names of an enumeration's values, one or several.

An enumeration travels by name; one with flags as the names of all flags that are set, separated by
spaces. Knows neither elements nor octets.
"""

from enum import Enum
from typing import Any

from ipam_progress.contracts.model import EnumContract
from ipam_progress.datacontract.misfit import Misfit, shown
from ipam_progress.datacontract.names import displayed

__all__ = ["parse_value", "value_name"]


def value_name(contract: EnumContract, value: Enum) -> str:
    """Give the name of a value, or the names of its flags in the order of the contract.

    No flag at all is the name of the value 0 where there is one, and else no name.

    Raises:
        Misfit: If the value, or one of its flags, has no name.
    """
    names = []
    left = value.value
    for name, member in contract.values.items():
        if member is value:
            return name
        if contract.flags and member.value and member.value & left == member.value:
            names.append(name)
            left &= ~member.value
    if left:
        raise Misfit(f"{shown(value)} has no name in {displayed(contract.type)}")
    return " ".join(names)


def parse_value(contract: EnumContract, text: str) -> Enum:
    """Give the value of a name; with flags, of a list of names that may be empty.

    Raises:
        Misfit: If the enumeration has no such name.
    """
    if not contract.flags:
        return _member(contract, text.strip())
    flags: Any = contract.python(0)
    for name in text.split():
        flags |= _member(contract, name)
    return flags  # type: ignore[no-any-return]  # a member of the enumeration, or several in one


def _member(contract: EnumContract, name: str) -> Enum:
    member = contract.values.get(name)
    if member is None:
        raise Misfit(f"{shown(name)} is no value of {displayed(contract.type)}")
    return member
