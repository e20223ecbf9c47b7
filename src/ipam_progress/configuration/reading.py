"""Makes a `Configuration` of a TOML file, environment variables and options, or says what is wrong.

The classes of `model` are the schema: a key is read as the annotation of its field says. Everything
that is wrong is told at once, each with the place to go to; that, and one account of values from
three kinds of places, is why no library's validation is used. What more than one key has a say in
is in `rules`. Opens the configuration's file and no other; that of a name in it is the business of
who uses it.
"""

import math
import os
import re
import stat
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from difflib import get_close_matches
from enum import Enum
from itertools import chain, pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from ipam_progress.configuration.environment import environment_overrides
from ipam_progress.configuration.forms import Form, annotations_of, form_of
from ipam_progress.configuration.model import Configuration
from ipam_progress.configuration.positions import Key, spell_key
from ipam_progress.configuration.rules import RULES
from ipam_progress.configuration.sources import Override, Sources
from ipam_progress.errors import ConfigurationError

__all__ = ["load_configuration", "parse_configuration"]

_FILE_LIMIT: Final = 1 << 20
_LARGEST: Final = (1 << 31) - 1

_PLACE_IN_ERROR: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_BACKSLASH_IN_ERROR: Final = "Unescaped '\\' in a string"

_FAILED: Final = object()


def load_configuration(
    file: str | os.PathLike[str] | None,
    *,
    environment: Mapping[str, str] = MappingProxyType({}),
    overrides: Iterable[Override] = (),
) -> tuple[Configuration, Sources]:
    """Read a configuration.

    Args:
        file: The TOML file; None if there is none.
        environment: Environment variables; those that begin with ``IPAM_PROGRESS_`` take the place
            of keys in the file.
        overrides: What takes the place of both: the options of a command.

    Returns:
        The configuration, and what knows the place of each key. Names of files that the file has
        are relative to its folder, others to the current one.

    Raises:
        ConfigurationError: If it cannot be read or used.
    """
    if file is None:
        return parse_configuration("", environment=environment, overrides=overrides)
    name = os.fspath(file)
    return parse_configuration(
        _read(name),
        name=name,
        folder=Path(name).absolute().parent,
        environment=environment,
        overrides=overrides,
    )


def parse_configuration(
    text: str,
    *,
    name: str | None = None,
    folder: Path = Path(),
    environment: Mapping[str, str] = MappingProxyType({}),
    overrides: Iterable[Override] = (),
) -> tuple[Configuration, Sources]:
    """Read a configuration's text.

    Args:
        text: TOML.
        name: What errors call it.
        folder: What names of files in the text are relative to.
        environment: As for `load_configuration`.
        overrides: As for `load_configuration`.

    Returns:
        As `load_configuration`.

    Raises:
        ConfigurationError: If it cannot be used.
    """
    try:
        document = _document(text, name or "configuration")
        sources = Sources(name, text)
        reader = _Reader(sources, folder)
        problems: list[str] = []
        for found in chain(environment_overrides(environment, document), overrides):
            if isinstance(found, Override):
                _apply(found, document, sources)
            else:
                problems.append(found)
        reader.read_all(document)
    except RecursionError:
        raise ConfigurationError(
            [f"{name or 'configuration'}: lists or tables are nested too deep"]
        ) from None
    problems += reader.problems()
    if problems:
        raise ConfigurationError(problems)
    return reader.configuration(), sources


def _read(name: str) -> str:
    try:
        with open(name, "rb", opener=_open_without_waiting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ConfigurationError([f"{name}: not a regular file"])
            octets = file.read(_FILE_LIMIT + 1)
    except OSError as error:
        raise ConfigurationError([f"{name}: {error.strerror}"]) from None
    except ValueError:  # a NUL in the name
        raise ConfigurationError([f"{name!r}: this is no name of a file"]) from None
    if len(octets) > _FILE_LIMIT:
        raise ConfigurationError([f"{name}: larger than a configuration can be, {_FILE_LIMIT}"])
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        raise ConfigurationError([f"{name}:{line}: not UTF-8: save the file as UTF-8"]) from None


def _open_without_waiting(path: str, flags: int) -> int:
    """Open a file; to name a pipe by mistake must not hang."""
    return os.open(path, flags | os.O_NONBLOCK)


def _document(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except ValueError as error:
        message = str(error)
        match = _PLACE_IN_ERROR.search(message)
        if match is None:  # a number of thousands of digits
            raise ConfigurationError([f"{name}: not TOML: {message}"]) from None
        line, column = match.groups()
        place = f"{name}:{line or text.count(chr(10)) + 1}"
        message = message[: match.start()]
        at = f" (column {column})" if line else " (at the end of the file)"
        advice = (
            "text with a backslash stands in single quotes, as in 'CONTOSO\\alice'"
            if message == _BACKSLASH_IN_ERROR
            else 'a line is [section], or key = value with text in quotes: security = "windows"'
        )
        raise ConfigurationError([f"{place}: not TOML: {message}{at}; {advice}"]) from None


def _apply(override: Override, document: dict[str, Any], sources: Sources) -> None:
    """Put a value in its place; tables and list elements on the way are made."""
    container: Any = document
    for part, below in pairwise(override.key):
        empty: Any = [] if isinstance(below, int) else {}
        if isinstance(container, dict):
            container = container.setdefault(part, empty)
        else:
            if part == len(container):
                container.append(empty)
            container = container[part]
        if type(container) is not type(empty):
            return  # the file has something else here, which is told when it is read
    last = override.key[-1]
    if isinstance(container, list) and last == len(container):
        container.append(override.value)
    else:
        container[last] = override.value
    sources.override(override)


class _Reader:
    """Reads values as annotations say, and notes what is wrong with them."""

    def __init__(self, sources: Sources, folder: Path) -> None:
        self._sources = sources
        self._folder = folder
        self._problems: list[tuple[Key, str]] = []
        self._sections: dict[str, Any] = {}
        self._scalars: dict[type, Callable[[Any, Key], Any]] = {
            bool: self._boolean,
            int: self._whole_number,
            float: self._number,
            str: self._text,
            Path: self._path,
        }

    def read_all(self, document: dict[str, Any]) -> None:
        """Read each section, then see whether those that could be read go together."""
        self._check_names(Configuration, document, ())
        for name, kind in annotations_of(Configuration).items():
            if name not in document:
                continue
            before = len(self._problems)
            value = self._read(kind, document[name], (name,))
            self._sections[name] = value if len(self._problems) == before else _FAILED
        good = {name: value for name, value in self._sections.items() if value is not _FAILED}
        configuration = Configuration(**good)
        for sections, rule in RULES:
            if all(self._sections.get(section) is not _FAILED for section in sections):
                self._problems += rule(configuration, self._sources)

    def configuration(self) -> Configuration:
        """Give what was read, if there is no problem with it."""
        return Configuration(**self._sections)

    def problems(self) -> list[str]:
        """Say what is wrong, in the order of the file's lines."""
        ordered = sorted(self._problems, key=lambda problem: self._sources.place(problem[0]).line)
        return list(dict.fromkeys(self._sources.problem(key, text) for key, text in ordered))

    # --- By form ---------------------------------------------------------------------------------

    def _read(self, kind: Any, value: Any, key: Key) -> Any:
        form, inner = form_of(kind)
        if form is Form.TABLE:
            return self._table(inner, value, key)
        if form is Form.MAPPING:
            if not isinstance(value, dict):
                return self._fail(
                    key, f"a table is due, not {_words(value)}; write [{spell_key(key)}]"
                )
            for name in value:
                self._text(name, (*key, name))
            return MappingProxyType(
                {name: self._read(inner, below, (*key, name)) for name, below in value.items()}
            )
        if form is Form.LIST:
            return self._list(inner, value, key)
        if form is Form.CHOICE:
            return self._choice(inner, value, key)
        if form is Form.PARSED:
            text = self._text(value, key)
            return text if text is _FAILED else self._try(inner.parse, text, key)
        return self._scalars[inner](value, key)

    def _table(self, kind: type, value: Any, key: Key) -> Any:
        if not isinstance(value, dict):
            header = f"[{spell_key(key)}]" if isinstance(key[-1], str) else f"[[{key[-2]}]]"
            return self._fail(key, f"a table is due, not {_words(value)}; write {header}")
        self._check_names(kind, value, key)
        annotations = annotations_of(kind)
        read = {
            name: self._read(annotations[name], below, (*key, name))
            for name, below in value.items()
            if name in annotations
        }
        for field in fields(kind):
            is_required = field.default is MISSING and field.default_factory is MISSING
            if is_required and field.name not in value:
                read[field.name] = self._fail(
                    (*key, field.name), "this key is missing here, it has to be given"
                )
        return _FAILED if _FAILED in read.values() else self._make(kind, read, key)

    def _make(self, kind: type, read: dict[str, Any], key: Key) -> Any:
        """Make a section; of values that its class refuses each is told in its own place."""
        try:
            return kind(**read)
        except ValueError as error:
            before = len(self._problems)
            for name, value in read.items():
                self._try(lambda alone: kind(**alone), {name: value}, (*key, name))
            if len(self._problems) == before:  # each is good by itself
                self._fail(key, str(error))
            return _FAILED

    def _check_names(self, kind: type, value: dict[str, Any], key: Key) -> None:
        known = annotations_of(kind)
        for name in value:
            if name not in known:
                self._fail((*key, name), f"there is no such key here; {_advice(name, kind)}")

    def _list(self, inner: Any, value: Any, key: Key) -> Any:
        if not isinstance(value, list):
            is_table = form_of(inner)[0] is Form.TABLE
            example = f"write [[{key[-1]}]]" if is_table else 'write it in brackets: ["...", "..."]'
            return self._fail(key, f"a list is due, not {_words(value)}; {example}")
        return tuple(self._read(inner, below, (*key, index)) for index, below in enumerate(value))

    def _choice(self, kind: type[Enum], value: Any, key: Key) -> Any:
        choices = {str(member.value): member for member in kind}
        if not isinstance(value, str):
            quoted = " or ".join(f'"{choice}"' for choice in choices)
            return self._fail(key, f"{quoted} is due, in quotes, not {_words(value)}")
        if value not in choices:
            return self._fail(key, f"{value!r} is none of {', '.join(choices)}")
        return choices[value]

    # --- Scalars ---------------------------------------------------------------------------------

    def _text(self, value: Any, key: Key) -> Any:
        if not isinstance(value, str):
            return self._fail(key, f"a text is due, in quotes, not {_words(value)}")
        if not value.isprintable():
            return self._fail(
                key,
                "a control character is in it; text with a backslash stands in single quotes, as "
                "in 'CONTOSO\\bob': in double quotes \"\\b\" is one character",
            )
        return value

    def _path(self, value: Any, key: Key) -> Any:
        text = self._text(value, key)
        if text == "":
            return self._fail(key, "the name of a file is due, this is empty")
        is_in_file = self._sources.place(key).line > 0
        return text if text is _FAILED else (self._folder if is_in_file else Path()) / text

    def _boolean(self, value: Any, key: Key) -> Any:
        if not isinstance(value, bool):
            return self._fail(key, f"true or false is due, without quotes, not {_words(value)}")
        return value

    def _whole_number(self, value: Any, key: Key) -> Any:
        if not isinstance(value, int) or isinstance(value, bool):
            return self._fail(key, f"a whole number is due, not {_words(value)}")
        return self._number(value, key)

    def _number(self, value: Any, key: Key) -> Any:
        if not isinstance(value, int | float) or isinstance(value, bool):
            return self._fail(key, f"a number is due, not {_words(value)}")
        if math.isnan(value) or abs(value) > _LARGEST:
            return self._fail(key, f"a number up to {_LARGEST} is due")
        return value

    def _try(self, make: Callable[[Any], Any], value: Any, key: Key) -> Any:
        try:
            return make(value)
        except ValueError as error:
            return self._fail(key, str(error))

    def _fail(self, key: Key, text: str) -> Any:
        self._problems.append((key, text))
        return _FAILED


def _words(value: Any) -> str:
    """Say what kind of value it is, not which."""
    for kind, words in (
        (bool, "true or false"),
        (int, "a whole number"),
        (float, "a number"),
        (str, "a text"),
        (list, "a list"),
        (dict, "a table"),
    ):
        if isinstance(value, kind):
            return words
    return "a date or a time"


def _advice(name: str, kind: type) -> str:
    """Say which key may have been meant."""
    known = list(annotations_of(kind))
    if close := get_close_matches(name, known, 1):
        return f"is {close[0]} meant?"
    if kind is not Configuration and name in annotations_of(Configuration):
        return f"{name} stands at the top of the file, before the first [section]"
    for section, section_kind in annotations_of(Configuration).items():
        form, inner = form_of(section_kind)
        if form is Form.TABLE and name in annotations_of(inner):
            return f"it belongs to [{section}]"
    return f"the keys here are {', '.join(known)}"
