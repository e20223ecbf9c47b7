"""Where the values of a configuration come from: lines of a file, environment variables, options.

An error names the place a person has to go to; this is what knows it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from ipam_progress.configuration.positions import Key, lines_of_keys, spell_key

__all__ = ["Override", "Place", "Sources"]


@dataclass(frozen=True, slots=True)
class Override:
    """A value that takes the place of what the file says.

    Attributes:
        key: Where it goes: ``("listeners", 0, "security")``.
        value: A TOML value: a text, a number, a list, a dict.
        source: What people call the place it was given: ``--security``, ``IPAM_PROGRESS_TLS__KEY``.
    """

    key: Key
    value: object = field(repr=False)
    source: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place that a value can be given in.

    Attributes:
        name: The file, the environment variable, the option.
        line: The line in the file; 0 where there are no lines.
    """

    name: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.name}:{self.line}" if self.line else self.name


NOWHERE: Final = Place("configuration")
"""The place of what is given nowhere, when there is no file to give it in."""


class Sources:
    """Knows the place of each key that is set."""

    def __init__(self, file: str | None = None, text: str = "") -> None:
        """Note the places of a file's keys.

        Args:
            file: Its name; None if there is none.
            text: What is in it, which `tomllib` has read.

        Raises:
            RecursionError: If it is nested too deep.
        """
        self._whole = NOWHERE if file is None else Place(file)
        self._places = {
            key: Place(self._whole.name, line) for key, line in lines_of_keys(text).items()
        }

    def is_set(self, key: Key) -> bool:
        """Whether a key has been given anywhere."""
        return key in self._places

    def place(self, key: Key) -> Place:
        """Give the place a key was set in; of one that was not, that of the table it belongs to."""
        for length in range(len(key), 0, -1):
            found = self._places.get(key[:length])
            if found is not None:
                return found
        return self._whole

    def problem(self, key: Key, text: str) -> str:
        """Say what is wrong with a key: ``server.toml:12: listeners[0].security: ...``."""
        return ": ".join(filter(None, (str(self.place(key)), spell_key(key), text)))

    def override(self, override: Override) -> None:
        """Take notice that a value has taken the place of another, and of all below it."""
        for key in [key for key in self._places if key[: len(override.key)] == override.key]:
            del self._places[key]
        place = Place(override.source)
        for length in range(1, len(override.key)):
            self._places.setdefault(override.key[:length], place)
        for key in _keys_of(override.value, override.key):
            self._places[key] = place


def _keys_of(value: Any, key: Key) -> Iterator[Key]:
    yield key
    if isinstance(value, dict):
        for name, below in value.items():
            yield from _keys_of(below, (*key, name))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _keys_of(below, (*key, index))
