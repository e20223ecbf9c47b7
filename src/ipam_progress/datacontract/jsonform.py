"""Objects as JSON, for people: parameter files and the events that a command line prints.

Members have their wire names. Where a derived type is meant, ``"$type"`` says so; a value that is
no object says its type as ``{"$type": "ser:guid", "$value": "..."}`` where xsd:anyType is declared.
An object that occurs several times has an ``"$id"`` and is ``{"$ref": "1"}`` from then on. Times,
octets and enumerations are texts, as in XML. Nothing of this travels.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from difflib import get_close_matches
from math import isfinite
from typing import Any, Final, TypeAlias

from ipam_progress.binaryxml import text_of
from ipam_progress.contracts.model import (
    ClassContract,
    CollectionContract,
    Contract,
    DictionaryContract,
    EnumContract,
    ExceptionContract,
    Member,
    TypeName,
)
from ipam_progress.datacontract.catalogue import MAX_DEPTH, Catalogue
from ipam_progress.datacontract.enumerations import parse_value, value_name
from ipam_progress.datacontract.misfit import Misfit, shown
from ipam_progress.datacontract.names import displayed, parse_name
from ipam_progress.datacontract.primitives import ANY_TYPE, Primitive, is_one_of
from ipam_progress.errors import DeserializationError, SerializationError
from ipam_progress.namespaces import SCHEMA, SERIALIZATION

__all__ = ["JsonForm", "JsonValue"]

JsonValue: TypeAlias = bool | int | float | str | list[Any] | dict[str, Any] | None
"""What `json.load` gives."""

_TYPE: Final = "$type"
_VALUE: Final = "$value"
_ID: Final = "$id"
_REF: Final = "$ref"

_CHARACTER: Final = TypeName(SERIALIZATION, "char")

# what JSON's own values are where xsd:anyType is declared
_PLAIN_TYPES: Final[dict[type[Any], TypeName]] = {
    bool: TypeName(SCHEMA, "boolean"),
    int: TypeName(SCHEMA, "int"),
    float: TypeName(SCHEMA, "double"),
    str: TypeName(SCHEMA, "string"),
}


class JsonForm:
    """Turns the objects of a catalogue's types into JSON and back."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Take the types."""
        self._catalogue = catalogue

    def read(self, data: JsonValue, declared: TypeName) -> Any:
        """Make an object of JSON data.

        Raises:
            DeserializationError: If the data does not fit the type.
        """
        try:
            return _JsonReading(self._catalogue).value(data, declared)
        except Misfit as misfit:
            raise DeserializationError(misfit.message, path=misfit.path) from None

    def write(self, value: object, declared: TypeName | None) -> JsonValue:
        """Give an object as JSON data.

        Raises:
            SerializationError: If a value does not fit its type.
        """
        writing = _JsonWriting(self._catalogue)
        message = self._catalogue.message_of_class(type(value))
        try:
            if message is not None and declared is None:
                return writing.members(value, message.members, {})
            return writing.value(value, declared)
        except Misfit as misfit:
            raise SerializationError(misfit.message, path=misfit.path) from None


class _Walk:
    """What reading and writing share: a catalogue, a depth that is bounded, paths."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.depth = 0

    def step(self, name: str, visit: Callable[..., Any], *arguments: Any) -> Any:
        """Go one step down, so that what does not fit there is found by its path."""
        self.depth += 1
        try:
            if self.depth > MAX_DEPTH:
                raise Misfit(f"more than {MAX_DEPTH} objects stand in each other")
            return visit(*arguments)
        except Misfit as misfit:
            misfit.steps.append(name)
            raise
        finally:
            self.depth -= 1


class _JsonReading(_Walk):
    """One piece of JSON on its way to objects."""

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__(catalogue)
        self.objects: dict[str, tuple[TypeName, object]] = {}

    def value(self, data: Any, declared: TypeName, *, nillable: bool = True) -> Any:
        """Read a value of a declared type."""
        if data is None:
            if not nillable:
                raise Misfit(f"null does not fit {displayed(declared)}")
            return None
        if isinstance(data, dict) and _REF in data:
            return self._referenced(data[_REF], declared)
        name = self._type(data, declared)
        if isinstance(data, dict) and _VALUE in data:
            data = data[_VALUE]
        if name == ANY_TYPE:
            is_bare = isinstance(data, dict) and _TYPE in data
            return object() if is_bare else self._plain(data)
        contract = self.catalogue[name]
        value = self._of_contract(data, contract)
        return self.catalogue.remember(value, name) if declared == ANY_TYPE else value

    def _referenced(self, identifier: Any, declared: TypeName) -> object:
        name, value = self.objects.get(str(identifier), (None, None))
        if name is None:
            raise Misfit(f'"$ref" {shown(identifier)} refers to no object before it')
        if not self.catalogue.is_assignable(name, declared):
            raise Misfit(
                f'"$ref" {shown(identifier)} refers to a {displayed(name)}, '
                f"which does not fit {displayed(declared)}"
            )
        return value

    def _type(self, data: Any, declared: TypeName) -> TypeName:
        written = data.get(_TYPE) if isinstance(data, dict) else None
        if written is None:
            return declared
        try:
            name = parse_name(str(written))
        except ValueError as error:
            raise Misfit(f'"$type" {error}') from None
        if name != declared and self.catalogue.find(name) is None:
            raise Misfit(f'"$type" {shown(written)} is no type known here')
        if not self.catalogue.is_assignable(name, declared):
            raise Misfit(f'"$type" {shown(written)} does not fit {displayed(declared)}')
        return name

    def _plain(self, data: Any) -> Any:
        """Read what stands without a type where xsd:anyType is declared."""
        if isinstance(data, list):
            return [
                self.step(f"[{index}]", self.value, item, ANY_TYPE)
                for index, item in enumerate(data)
            ]
        if isinstance(data, dict):
            raise Misfit('an object needs a "$type" here, as any type fits')
        return data

    def _of_contract(self, data: Any, contract: Contract | Primitive) -> Any:
        if isinstance(contract, Primitive):
            return _read_primitive(data, contract)
        if isinstance(contract, EnumContract):
            if contract.flags and isinstance(data, list):
                data = " ".join(map(str, data))
            return parse_value(contract, _expected(data, str, "a string", contract))
        if isinstance(contract, CollectionContract):
            item = contract.item
            return [
                self.step(f"[{index}]", self._member, value, item)
                for index, value in enumerate(_expected(data, list, "a list", contract))
            ]
        if isinstance(contract, DictionaryContract):
            return self._entries(data, contract)
        return self._object(data, contract)

    def _member(self, data: Any, member: Member) -> Any:
        return self.value(data, member.type, nillable=member.nillable)

    def _entries(self, data: Any, contract: DictionaryContract) -> dict[Any, Any]:
        made: dict[Any, Any] = {}
        names = {contract.key.name, contract.value.name}

        def add(entry: Any) -> None:
            if not isinstance(entry, dict) or entry.keys() != names:
                raise Misfit(f"an object of {' and '.join(sorted(names))} is due")
            key = self.step(contract.key.name, self._member, entry[contract.key.name], contract.key)
            value = self.step(
                contract.value.name, self._member, entry[contract.value.name], contract.value
            )
            try:
                made[key] = value
            except TypeError:
                raise Misfit(f"{shown(key)} cannot be a key") from None

        for index, entry in enumerate(_expected(data, list, "a list", contract)):
            self.step(f"[{index}]", add, entry)
        return made

    def _object(self, data: Any, contract: ClassContract | ExceptionContract) -> Any:
        data = _expected(data, dict, "an object", contract)
        made = contract.python()
        if _ID in data:
            self.objects[str(data[_ID])] = contract.type, made
        members = {member.name: member for member in self.catalogue.all_members(contract)}
        for name, value in data.items():
            if name in members:
                setattr(made, name, self.step(name, self._member, value, members[name]))
            elif name not in (_TYPE, _ID):
                close = get_close_matches(name, members, 1)
                hint = f"; is {close[0]} meant?" if close else ""
                raise Misfit(f"{displayed(contract.type)} has no member {shown(name)}{hint}")
        return made


def _expected(data: Any, python: type[Any], what: str, contract: Contract) -> Any:
    if not isinstance(data, python):
        raise Misfit(f"{what} is due for {displayed(contract.type)}, not {shown(data)}")
    return data


def _read_primitive(data: Any, primitive: Primitive) -> Any:
    python = primitive.classes[0]
    if python is bool:
        fits = isinstance(data, bool | str)
    elif python in (int, float, Decimal):
        fits = isinstance(data, int | float | Decimal | str) and not isinstance(data, bool)
    else:
        fits = isinstance(data, str)
    if not fits:
        raise Misfit(f"{shown(data)} does not fit {displayed(primitive.type)}")
    return primitive.read(data)


class _JsonWriting(_Walk):
    """Objects on their way to JSON."""

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__(catalogue)
        self.made: dict[int, dict[str, Any]] = {}
        self.repeated = 0

    def value(self, value: Any, declared: TypeName | None, *, nillable: bool = True) -> JsonValue:
        """Write a value where a type is declared, or where none is."""
        if value is None:
            if not nillable:
                raise Misfit(f"None does not fit {displayed(declared or ANY_TYPE)}")
            return None
        known = self.made.get(id(value))
        if known is not None:
            return self._reference(known)
        name = self._actual(value, declared)
        if name == ANY_TYPE:
            return {_TYPE: displayed(name)}
        start: dict[str, Any] = {} if name == declared else {_TYPE: displayed(name)}
        contract = self.catalogue[name]
        if isinstance(contract, ClassContract | ExceptionContract):
            if isinstance(contract, ClassContract) and contract.reference:
                self.made[id(value)] = start
            return self.members(value, list(self.catalogue.all_members(contract)), start)
        data = self._simple(value, contract)
        # JSON's own values need no type where any fits
        if not start or _PLAIN_TYPES.get(type(data)) == name:
            return data
        return {**start, _VALUE: data}

    def members(self, value: object, members: Iterable[Member], start: dict[str, Any]) -> JsonValue:
        """Write the members of an object into a dictionary."""
        for member in members:
            item = getattr(value, member.name)
            start[member.name] = self.step(member.name, self._member, item, member)
        return start

    def _reference(self, known: dict[str, Any]) -> JsonValue:
        if _ID not in known:
            self.repeated += 1
            known[_ID] = str(self.repeated)
        return {_REF: known[_ID]}

    def _actual(self, value: Any, declared: TypeName | None) -> TypeName:
        """Find the type of a value, which is the declared one unless a derived one fits."""
        if declared is not None and declared != ANY_TYPE:
            if not isinstance(self.catalogue[declared], ClassContract | ExceptionContract):
                return declared
            actual = self.catalogue.contract_of_class(type(value))
            if actual is not None and self.catalogue.is_assignable(actual.type, declared):
                return actual.type
            raise Misfit(f"a {type(value).__qualname__} does not fit {displayed(declared)}")
        name = self.catalogue.type_of(value)
        if name is None:
            raise Misfit(
                f"{shown(value)} has no type of its own; "
                "say one with ipam_progress.datacontract.typed"
            )
        return name

    def _member(self, value: Any, member: Member) -> JsonValue:
        return self.value(value, member.type, nillable=member.nillable)

    def _simple(self, value: Any, contract: Contract | Primitive) -> JsonValue:
        """Write what is no object: a text, a number, a list."""
        python = type(value)
        if isinstance(contract, Primitive) and is_one_of(python, contract.classes):
            contract.append(bytearray(), value)  # its checks
            return _primitive_data(value, contract)
        if isinstance(contract, EnumContract) and python is contract.python:
            return value_name(contract, value)
        if isinstance(contract, CollectionContract) and issubclass(python, list | tuple):
            return [
                self.step(f"[{index}]", self._member, item, contract.item)
                for index, item in enumerate(value)
            ]
        if isinstance(contract, DictionaryContract) and issubclass(python, dict):
            members = (contract.key, contract.value)
            return [
                self.step(f"[{index}]", self._entry, pair, members)
                for index, pair in enumerate(value.items())
            ]
        raise Misfit(f"a {python.__qualname__} does not fit {displayed(contract.type)}")

    def _entry(self, pair: tuple[Any, Any], members: tuple[Member, Member]) -> JsonValue:
        return {
            member.name: self.step(member.name, self._member, item, member)
            for member, item in zip(members, pair, strict=True)
        }


def _primitive_data(value: Any, primitive: Primitive) -> JsonValue:
    """Write a number as a number where JSON has it without loss, all else as its text in XML."""
    if primitive.type == _CHARACTER:
        return str(ord(value))
    if isinstance(value, bool | str):
        return value if isinstance(value, bool) else str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float) and isfinite(value):
        return float(value)
    if isinstance(value, Decimal):
        number = int(value) if value == value.to_integral_value() else float(value)
        return number if Decimal(repr(number)) == value else str(value)
    return text_of(bytes(value) if isinstance(value, bytearray) else value)
