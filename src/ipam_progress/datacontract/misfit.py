"""The exception that carries a value's path up through the plans.

A plan that finds a value that does not fit knows only what is wrong with it; the plans above know
under which member it stands. Each adds its step while the exception passes, and the entry points
turn it into the error that callers know. It never leaves this package.
"""

from typing import Final

from ipam_progress.contracts.model import TypeName
from ipam_progress.datacontract.names import displayed

__all__ = ["Misfit", "shown", "shown_name"]

_LONGEST: Final = 60
_LONGEST_NAME: Final = 200


class Misfit(Exception):  # noqa: N818 (a carrier inside this package, not an error for callers)
    """A value, on its way in or out, does not fit the type of its member.

    Attributes:
        message: What is wrong, without the path.
        steps: The names and ``[indexes]`` on the way to the value, the innermost first.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.steps: list[str] = []

    @property
    def path(self) -> str:
        """The steps from the outside in: ``paramters.Scopes[3].Name``."""
        path = ""
        for step in reversed(self.steps):
            path += step if not path or step.startswith("[") else f".{step}"
        return path


def shown(value: object) -> str:
    """Give a value as a message can carry it: its repr, cut where it is long."""
    return _cut(repr(value), _LONGEST)


def shown_name(name: TypeName) -> str:
    """Give a name that the peer made up as a message can carry it."""
    return _cut(displayed(name), _LONGEST_NAME)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 3]}..."
