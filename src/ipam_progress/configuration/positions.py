"""The lines that the keys of a TOML text stand in, so that an error can say where.

`tomllib` tells values and no places. Its word on what is TOML is final: the scanner here is for
texts that it has read already, which is why it can be this small. It knows the grammar's outline
[TOML 1.0] (tables, dotted keys, arrays, inline tables, four kinds of strings) and no types.
"""

import json
import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate
from typing import Final, TypeAlias

__all__ = ["Key", "lines_of_keys", "spell_key"]

Key: TypeAlias = tuple[str | int, ...]
"""A place in a document: names of tables and keys, and positions in arrays from 0."""

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_BLANK: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE: Final = re.compile(r"[ \t]*")
_STRING: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'  # a string of several lines may end with quotes of its own
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)
_SCALAR: Final = re.compile(r"[^,\]}#\n]*")


def spell_key(key: Key) -> str:
    """Write a key as people do: ``listeners[0].endpoint``, ``groups."IPAM Users"``."""
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + _spell_name(part)
    return text


def _spell_name(name: str) -> str:
    if _BARE.fullmatch(name):
        return name
    if "\\" in name and "'" not in name and name.isprintable():
        return f"'{name}'"
    # of what is printable JSON escapes the same as TOML; the rest only has to be shown
    return json.dumps(name, ensure_ascii=not name.isprintable())


def lines_of_keys(text: str) -> Mapping[Key, int]:
    """Find the line, from 1, that each table, key and element of an array begins in.

    A table that has several headers, or none of its own, begins where it is first named.

    Args:
        text: What `tomllib` has read.

    Raises:
        RecursionError: If arrays or inline tables are nested too deep.
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


class _Scanner:
    """Goes through a text once; each method takes what it is named after."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Key, int] = {}
        self._text = text
        self._position = 0
        self._line_ends = list(accumulate(len(line) + 1 for line in text.split("\n")))
        self._tables_in_array: dict[Key, int] = {}

    def document(self) -> None:
        table: Key = ()
        self._skip(_BLANK)
        while self._position < len(self._text):
            if self._takes("[["):
                table = self._header(is_array=True)
            elif self._takes("["):
                table = self._header(is_array=False)
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _header(self, *, is_array: bool) -> Key:
        line = self._line()
        *parents, name = self._dotted_key()
        table: Key = ()
        for parent in parents:
            table = self._newest((*table, parent), line)
        table = (*table, name)
        if is_array:
            self._note(table, line)
            self._tables_in_array[table] = self._tables_in_array.get(table, 0) + 1
        table = self._newest(table, line)
        self._takes("]]" if is_array else "]")
        return table

    def _newest(self, table: Key, line: int) -> Key:
        """Go from an array of tables to its last one, which is what a header means by its name."""
        self._note(table, line)
        if table in self._tables_in_array:
            table = (*table, self._tables_in_array[table] - 1)
            self._note(table, line)
        return table

    def _pair(self, table: Key) -> None:
        line = self._line()
        key = table
        for part in self._dotted_key():
            key = (*key, part)
            self._note(key, line)
        self._takes("=")
        self._skip(_SPACE)
        self._value(key)

    def _dotted_key(self) -> list[str]:
        parts = []
        while True:
            self._skip(_SPACE)
            if quoted := self._skip(_STRING):
                parts.append(tomllib.loads(f"key = {quoted}")["key"])
            else:
                parts.append(self._skip(_BARE))
            self._skip(_SPACE)
            if not self._takes("."):
                return parts

    def _value(self, key: Key) -> None:
        if self._takes("["):
            index = 0
            while not self._closes("]"):
                self._note((*key, index), self._line())
                self._value((*key, index))
                index += 1
        elif self._takes("{"):
            while not self._closes("}"):
                self._pair(key)
        elif not self._skip(_STRING):
            self._skip(_SCALAR)

    def _closes(self, mark: str) -> bool:
        """Go to the next element, or behind the last one."""
        self._skip(_BLANK)
        if self._takes(","):
            self._skip(_BLANK)
        return self._takes(mark)

    def _note(self, key: Key, line: int) -> None:
        self.lines.setdefault(key, line)

    def _line(self) -> int:
        return bisect_right(self._line_ends, self._position) + 1

    def _takes(self, mark: str) -> bool:
        found = self._text.startswith(mark, self._position)
        if found:
            self._position += len(mark)
        return found

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._position)
        if match is None:
            return ""
        self._position = match.end()
        return match.group()
