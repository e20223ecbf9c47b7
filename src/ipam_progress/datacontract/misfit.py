"""The exception that carries a value's path up through the plans.

A plan that finds a value that does not fit knows only what is wrong with it; the plans above know
under which member it stands. Each adds its step while the exception passes, and the entry points
turn it into the error that callers know. It never leaves this package.
"""

__all__ = ["Misfit"]


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
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
