"""Environment variables that take the place of keys: ``IPAM_PROGRESS_LIMITS__OUTBOX=100``.

A variable's name is the prefix and the key in upper case, two underscores between its parts, one
for whatever is neither letter nor digit: ``IPAM_PROGRESS_GROUPS__IPAM_USERS``. The elements of a
list go by their position: ``IPAM_PROGRESS_LISTENERS__0__SECURITY``. Texts and names of files are
written as they are, all else as in TOML.
"""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from ipam_progress.configuration.forms import Form, annotations_of, form_of
from ipam_progress.configuration.model import BUILT_IN_GROUPS, TASK_NAMES, Configuration
from ipam_progress.configuration.positions import Key
from ipam_progress.configuration.sources import Override

__all__ = ["PREFIX", "environment_overrides"]

PREFIX: Final = "IPAM_PROGRESS_"

_NOT_OURS: Final = frozenset({f"{PREFIX}CONFIG"})
"""Variables of other meaning: this one names the configuration's file."""

_KNOWN_NAMES: Final[Mapping[Key, tuple[str, ...]]] = {
    ("groups",): BUILT_IN_GROUPS,
    ("tasks",): TASK_NAMES,
}
"""Keys that are known in tables where any key may be."""

_EXAMPLES: Final = {Form.LIST: '["a", "b"]', Form.MAPPING: '{a = "b"}', Form.TABLE: '{a = "b"}'}
_SCALAR_EXAMPLES: Final = {bool: "true", int: "100", float: "2.5"}
_SEPARATOR: Final = re.compile(r"[^A-Za-z0-9]+")
_NUMBER: Final = re.compile(r"[0-9]{1,4}")


def environment_overrides(
    environment: Mapping[str, str], document: Mapping[str, Any]
) -> Iterator[Override | str]:
    """Find the variables that are meant for the configuration.

    Args:
        environment: All variables.
        document: What the file says. What is yielded is to be put into it at once: a variable that
            adds an element to a list comes before those that are about this element.

    Yields:
        What is to take the place of a key, or what is wrong with a variable.
    """
    for name in sorted(environment, key=_natural):
        if not name.startswith(PREFIX) or name in _NOT_OURS:
            continue
        try:
            key, annotation = _find(name, document)
            yield Override(key, _value(environment[name], annotation), name)
        except ValueError as error:
            yield f"{name}: {error}"


def _natural(name: str) -> list[tuple[int, str]]:
    """Sort element 10 of a list behind element 2."""
    return [(int(part), "") if _NUMBER.fullmatch(part) else (0, part) for part in name.split("__")]


def _find(name: str, document: Mapping[str, Any]) -> tuple[Key, Any]:
    """Give the key that a variable names, and the annotation of its value."""
    annotation: Any = Configuration
    key: Key = ()
    value: Any = document
    known = PREFIX
    for part in name.removeprefix(PREFIX).split("__"):
        form, inner = form_of(annotation)
        if form is Form.LIST:
            count = len(value) if isinstance(value, list) else 0
            if not _NUMBER.fullmatch(part) or int(part) > count:
                raise ValueError(f"{known} goes on with the number of an element, 0 to {count}")
            key = (*key, int(part))
            value = value[int(part)] if int(part) < count else None
            annotation = inner
        else:
            candidates = _candidates(form, inner, key, value)
            if part not in candidates:
                raise ValueError(f"there is no such key; {_advice(part, known, candidates)}")
            step, annotation = candidates[part]
            key = (*key, step)
            value = value.get(step) if isinstance(value, dict) else None
        known += f"{part}__"
    return key, annotation


def _candidates(form: Form, inner: Any, key: Key, value: Any) -> dict[str, tuple[str, Any]]:
    """Give the keys of a table by the names they have in variables."""
    if form is Form.TABLE:
        found = annotations_of(inner)
    elif form is Form.MAPPING:
        names = (*_KNOWN_NAMES.get(key, ()), *(value if isinstance(value, dict) else ()))
        found = dict.fromkeys(names, inner)
    else:
        found = {}
    return {_SEPARATOR.sub("_", name).upper(): (name, below) for name, below in found.items()}


def _advice(part: str, known: str, candidates: Collection[str]) -> str:
    if close := get_close_matches(part, candidates, 1):
        return f"is {known}{close[0]} meant?"
    if not candidates:
        return f"{known.removesuffix('__')} takes a value as a whole"
    return f"{known} goes on with one of {', '.join(candidates)}"


def _value(text: str, annotation: Any) -> Any:
    form, inner = form_of(annotation)
    if form in {Form.CHOICE, Form.PARSED} or inner in {str, Path}:
        return text
    try:
        read = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        read = {}
    if read.keys() != {"value"}:
        example = _EXAMPLES.get(form) or _SCALAR_EXAMPLES[inner]
        raise ValueError(f"a value as in a TOML file is due: {example}")
    return read["value"]
