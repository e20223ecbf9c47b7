"""What a binary XML document is made of once it is decoded: tokens and text values.

A document is a flat list: `StartElement`, text, `END`, `Comment`. Text is no class of its own; a
text token is the Python value of its record ([MC-NBFX] 2.2.3), so that a number that travelled as
a number is never made a string on the way. `text_of` gives the characters that the record stands
for. This module knows no octets.
"""

import base64
import struct
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any, Final, Self, TypeAlias, final

from ipam_progress.namespaces import XML
from ipam_progress.values import DateTime, TimeSpan

__all__ = [
    "END",
    "ROOT_SCOPE",
    "Attribute",
    "Comment",
    "DictionaryString",
    "EndElement",
    "Float32",
    "QName",
    "StartElement",
    "Text",
    "Token",
    "UniqueId",
    "text_of",
]

ROOT_SCOPE: Final[Mapping[str, str]] = {"": "", "xml": XML}
"""The prefixes in scope outside of the root element."""


@final
class DictionaryString(str):
    """Text that travels as the id of a string in a dictionary, [MC-NBFX] 2.2.3.21.

    It is a `str` like any other; only a writer treats it in another way.
    """

    __slots__ = ()


@final
class Float32(float):
    """A number of single precision: the value of a FloatText record, [MC-NBFX] 2.2.3.9."""

    __slots__ = ()


@final
class UniqueId:
    """A UUID in the form ``urn:uuid:...``: the value of a UniqueIdText record, [MC-NBFX] 2.2.3.22.

    WCF writes MessageID and RelatesTo so.

    Attributes:
        octets: The UUID as Microsoft writes it, its first three fields little-endian.
    """

    __slots__ = ("octets",)

    def __init__(self, octets: bytes) -> None:
        if len(octets) != 16:
            raise ValueError(f"a UUID has 16 octets, not {len(octets)}")
        self.octets = octets

    @classmethod
    def random(cls) -> Self:
        """Make a new one that nobody else has."""
        return cls(uuid.uuid4().bytes_le)

    @property
    def uuid(self) -> uuid.UUID:
        """The UUID in it."""
        return uuid.UUID(bytes_le=self.octets)

    def __eq__(self, other: object) -> bool:
        return self.octets == other.octets if isinstance(other, UniqueId) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.octets)

    def __str__(self) -> str:
        """Write the URI: ``urn:uuid:`` and 36 characters."""
        return f"urn:uuid:{self.uuid}"

    def __repr__(self) -> str:
        return f"UniqueId({str(self)!r})"


@dataclass(frozen=True, slots=True)
class QName:
    """A qualified name in a text: the value of a QNameDictionaryText record, [MC-NBFX] 2.2.3.30.

    Attributes:
        prefix: To be resolved with the `namespaces` of the element around it; empty for none.
        local_name: What is behind the colon.
    """

    prefix: str
    local_name: str

    def __str__(self) -> str:
        """Write the name as it stands in XML."""
        return f"{self.prefix}:{self.local_name}" if self.prefix else self.local_name


Text: TypeAlias = (
    str
    | bool
    | int
    | float
    | Decimal
    | DateTime
    | TimeSpan
    | bytes
    | uuid.UUID
    | UniqueId
    | QName
    | tuple["Text", ...]
)
"""The value of a text record; a tuple is a list (StartListText), whose items are never tuples."""


@final
class Attribute:
    """An attribute of an element; never a namespace declaration.

    Attributes:
        prefix: As it was written; empty for none.
        name: Namespace (empty for none) and local name.
        value: Its text.
    """

    __slots__ = ("name", "prefix", "value")

    def __init__(self, prefix: str, local_name: str, namespace: str, value: Text) -> None:
        self.prefix = prefix
        self.name = (namespace, local_name)
        self.value = value

    @property
    def namespace(self) -> str:
        """The namespace; empty for none."""
        return self.name[0]

    @property
    def local_name(self) -> str:
        """The name without its prefix."""
        return self.name[1]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Attribute):
            return NotImplemented
        return (self.prefix, self.name, self.value) == (other.prefix, other.name, other.value)

    __hash__ = None  # type: ignore[assignment]  # compared by value, and nobody's key

    def __repr__(self) -> str:
        parts = (self.prefix, self.local_name, self.namespace, self.value)
        return f"Attribute{parts!r}"


@final
class StartElement:
    """The start of an element, with its attributes.

    Attributes:
        prefix: As it was written; empty for none.
        name: Namespace (empty for none) and local name.
        attributes: In the order in which they were written, declarations left out.
        declarations: The prefixes declared here with their namespaces; an empty prefix is the
            default namespace.
        namespaces: All prefixes in scope with their namespaces. Elements share one mapping where
            nothing is declared: never change it.
    """

    __slots__ = ("attributes", "declarations", "name", "namespaces", "prefix")

    def __init__(  # noqa: PLR0917 (made for each element of a message: keywords cost time)
        self,
        prefix: str,
        local_name: str,
        namespace: str,
        attributes: tuple[Attribute, ...] = (),
        declarations: tuple[tuple[str, str], ...] = (),
        namespaces: Mapping[str, str] = ROOT_SCOPE,
    ) -> None:
        self.prefix = prefix
        self.name = (namespace, local_name)
        self.attributes = attributes
        self.declarations = declarations
        self.namespaces = namespaces

    @property
    def namespace(self) -> str:
        """The namespace; empty for none."""
        return self.name[0]

    @property
    def local_name(self) -> str:
        """The name without its prefix."""
        return self.name[1]

    def __eq__(self, other: object) -> bool:
        """Compare what is written here; the namespaces in scope are the surroundings' affair."""
        if not isinstance(other, StartElement):
            return NotImplemented
        return (self.prefix, self.name, self.attributes, self.declarations) == (
            other.prefix,
            other.name,
            other.attributes,
            other.declarations,
        )

    __hash__ = None  # type: ignore[assignment]  # compared by value, and nobody's key

    def __repr__(self) -> str:
        name = (self.prefix, self.local_name, self.namespace)
        return f"StartElement{(*name, self.attributes, self.declarations)!r}"


@final
class EndElement:
    """The end of an element; there is only `END`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "END"


END: Final = EndElement()
"""The end of the element that was started last and has not ended."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, [MC-NBFX] 2.3.2.

    Attributes:
        text: What stands between ``<!--`` and ``-->``.
    """

    text: str


Token: TypeAlias = StartElement | EndElement | Comment | Text
"""One part of a document."""


def text_of(value: Text) -> str:
    """Give the characters that a text record stands for, as .NET writes them.

    A date at midnight keeps its time of day (``T00:00:00``), and a time span is an xsd:duration:
    there .NET departs from the examples of [MC-NBFX] 2.2.3.12 and 2.2.3.23.
    """
    return _TEXT_OF[type(value)](value)


def _list_text(items: tuple[Text, ...]) -> str:
    return " ".join(map(text_of, items))


def _bool_text(value: bool) -> str:
    return "true" if value else "false"


def _decimal_text(value: Decimal) -> str:
    return f"{value:f}"


def _bytes_text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _double_text(value: float) -> str:
    return _float_text(repr(value), 17)


_SINGLE: Final = struct.Struct("<f")


def _single_text(value: float) -> str:
    # the fewest digits that still mean this number: nine are always enough
    for digits in range(1, 10):
        text = f"{value:.{digits}g}"
        if float(text) == value or _same_single(text, value):
            break
    return _float_text(text, 9)


def _same_single(text: str, value: float) -> bool:
    try:
        (nearest,) = _SINGLE.unpack(_SINGLE.pack(float(text)))
    except OverflowError:  # rounded up beyond the largest single
        return False
    return bool(nearest == value)


def _float_text(shortest: str, precision: int) -> str:
    """Write a number's digits as .NET does: plain from 0.0001 up to `precision` whole digits."""
    number = Decimal(shortest).normalize(_ANY_DIGITS)
    if not number.is_finite():
        return _SPECIAL_NUMBERS[shortest]
    exponent = number.adjusted()
    if -5 < exponent < precision:
        return f"{number:f}"
    text = "".join(map(str, number.as_tuple().digits))
    fraction = f".{text[1:]}" if len(text) > 1 else ""
    return f"{'-' if number.is_signed() else ''}{text[0]}{fraction}E{exponent:+03d}"


_ANY_DIGITS: Final = Context(prec=50)  # not the program's own, which may round
_SPECIAL_NUMBERS: Final = {"nan": "NaN", "inf": "INF", "-inf": "-INF"}


_TEXT_OF: Final[dict[type, Callable[[Any], str]]] = {
    str: str,
    DictionaryString: str,
    int: str,
    bool: _bool_text,
    Decimal: _decimal_text,
    float: _double_text,
    Float32: _single_text,
    DateTime: str,
    TimeSpan: str,
    bytes: _bytes_text,
    uuid.UUID: str,
    UniqueId: str,
    QName: str,
    tuple: _list_text,
}
