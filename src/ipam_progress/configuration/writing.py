"""Writes a configuration as TOML, each key with the place it was given in.

What is written reads as the same configuration. There is nothing secret in it: passwords and keys
are in files, of which a configuration has the names.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from enum import Enum
from typing import Any

from ipam_progress.configuration.forms import Form, annotations_of, form_of
from ipam_progress.configuration.model import Configuration, ListenerSettings, SecurityMode
from ipam_progress.configuration.positions import Key, spell_key
from ipam_progress.configuration.sources import Sources

__all__ = ["toml_of", "write_configuration"]


def write_configuration(configuration: Configuration, sources: Sources) -> str:
    """Give the text of a configuration, all that was left to its default included.

    Args:
        configuration: The configuration.
        sources: Knows where its keys were given; they are named in comments.
    """
    plain: list[str] = []
    tables: list[str] = []
    for name, annotation in annotations_of(Configuration).items():
        value = getattr(configuration, name)
        if value is None:
            continue
        form, inner = form_of(annotation)
        if form is Form.MAPPING and form_of(inner)[0] is Form.TABLE:
            for below, element in value.items():
                key = (name, below)
                tables += _table(f"[{spell_key(key)}]", element, key, sources)
        elif form in {Form.TABLE, Form.MAPPING}:
            tables += _table(f"[{name}]", value, (name,), sources)
        elif form is Form.LIST and form_of(inner)[0] is Form.TABLE and value:
            for index, element in enumerate(value):
                tables += _table(f"[[{name}]]", element, (name, index), sources)
        else:
            plain.append(_line(value, (name,), sources))
    return "\n".join(plain + tables) + "\n"


def _table(header: str, table: Any, key: Key, sources: Sources) -> Iterator[str]:
    yield ""
    yield header
    for name, value in _items(table):
        if value is not None:
            yield _line(value, (*key, name), sources)


def _items(table: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(table, Mapping):
        return table.items()
    unused = isinstance(table, ListenerSettings) and table.security is not SecurityMode.WINDOWS
    return [
        (field.name, getattr(table, field.name))
        for field in fields(table)
        if not (unused and field.name == "protection")
    ]


def _line(value: Any, key: Key, sources: Sources) -> str:
    place = sources.place(key) if sources.is_set(key) else "default"
    return f"{spell_key(key[-1:])} = {toml_of(value)}  # {place}"


def toml_of(value: Any) -> str:
    """Write a value as TOML."""
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(toml_of, value))}]"
    if isinstance(value, Mapping):
        pairs = (f"{toml_of(name)} = {toml_of(below)}" for name, below in value.items())
        return f"{{{', '.join(pairs)}}}"
    text = str(value.value if isinstance(value, Enum) else value)
    # what is printable has the same escapes in JSON and in TOML: quotes and backslashes
    return json.dumps(text, ensure_ascii=False) if "\\" not in text or "'" in text else f"'{text}'"
