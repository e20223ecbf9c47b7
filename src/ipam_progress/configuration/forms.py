"""What the annotation of a field means for the value of its key: a table, a list, a text and so on.

Shared by what reads a configuration's file and what reads environment variables.
"""

from collections.abc import Mapping
from dataclasses import is_dataclass
from enum import Enum, auto
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

__all__ = ["Form", "annotations_of", "form_of"]


class Form(Enum):
    """The forms that values have; with each goes a type."""

    TABLE = auto()
    """A table with known keys; a dataclass."""
    MAPPING = auto()
    """A table with any keys; the type of its values."""
    LIST = auto()
    """A list; the type of its elements."""
    CHOICE = auto()
    """One of a few texts; an enumeration of them."""
    PARSED = auto()
    """A text that its type's `parse` takes."""
    SCALAR = auto()
    """A text, a number, a truth value, the name of a file."""


@cache
def form_of(annotation: Any) -> tuple[Form, Any]:
    """Give the form of an annotated value, and the type that goes with it.

    ``X | None`` is as ``X``: None stands for a key that is not there.
    """
    if get_origin(annotation) is UnionType:
        (annotation,) = (each for each in get_args(annotation) if each is not NoneType)
    origin = get_origin(annotation)
    if origin is tuple:
        return Form.LIST, get_args(annotation)[0]
    if origin is Mapping:
        return Form.MAPPING, get_args(annotation)[1]
    if issubclass(annotation, Enum):
        return Form.CHOICE, annotation
    if hasattr(annotation, "parse"):
        return Form.PARSED, annotation
    if is_dataclass(annotation):
        return Form.TABLE, annotation
    return Form.SCALAR, annotation


@cache
def annotations_of(kind: type) -> Mapping[str, Any]:
    """Give the keys of a table, each with its annotation."""
    return get_type_hints(kind)
