"""The arguments that commands share: names of operations and tasks, addresses, durations."""

from difflib import get_close_matches
from enum import Enum
from typing import Any, Generic, TypeVar

import click
from click.shell_completion import CompletionItem

from ipam_progress.contracts import PARAMETER_TYPES, IpamAdminOperationId, IpamTaskType
from ipam_progress.framing import NetTcpAddress

__all__ = ["OPERATION", "TASK", "URL", "timeout_option"]

_Member = TypeVar("_Member", bound=Enum)


class _WireName(click.ParamType, Generic[_Member]):  # type: ignore[type-arg]  # in click 8.1 it takes none
    """A member of an enumeration by its name on the wire, in any case."""

    def __init__(self, name: str, members: list[_Member]) -> None:
        self.name = name
        self.members = {str(member.value): member for member in members}

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> _Member:
        """Find the member, or say which one may have been meant."""
        by_lower_case = {name.lower(): member for name, member in self.members.items()}
        found = by_lower_case.get(str(value).lower())
        if found is None:
            close = get_close_matches(str(value), self.members, 3)
            hint = f"is {' or '.join(close)} meant?" if close else "--help lists them all."
            self.fail(f"{value!r} is no {self.name}; {hint}", param, ctx)
        return found

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 (click's signature)
        param: click.Parameter,  # noqa: ARG002 (click's signature)
        incomplete: str,
    ) -> list[CompletionItem]:
        """Give the names that begin like this."""
        begun = incomplete.lower()
        return [CompletionItem(name) for name in self.members if name.lower().startswith(begun)]


class _Url(click.ParamType):  # type: ignore[type-arg]  # as above
    """A net.tcp address."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the address."""
        try:
            NetTcpAddress.parse(value)
        except ValueError as error:
            self.fail(f"{error}; an example: net.tcp://127.0.0.1:9100", param, ctx)
        return str(value)


OPERATION = _WireName[IpamAdminOperationId]("operation", list(PARAMETER_TYPES))
TASK = _WireName[IpamTaskType]("task", list(IpamTaskType))
URL = _Url()

timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for the connection, and for each answer.",
)
