"""The options by which a command says how conversations are shown, and whose sessions it opens."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar

import click
from rich.console import Console

from ipam_progress.cli.passwords import read_password_file
from ipam_progress.cli.process import Ended, ExitStatus
from ipam_progress.cli.renderings import (
    DiagramRendering,
    JsonRendering,
    Rendering,
    TextRendering,
)
from ipam_progress.security.accounts import Account, AccountLookup, Accounts, nt_hash

__all__ = ["inspecting_options"]

_Command = TypeVar("_Command", bound=Callable[..., Any])

_OPTIONS: Final = (
    click.option(
        "--summary", "form", flag_value="summary", default=True,
        help="A line for each record and message (the default).",
    ),
    click.option("--xml", "form", flag_value="xml", help="Messages in full, as indented XML."),
    click.option("--json", "form", flag_value="json", help="A JSON object for each, one a line."),
    click.option(
        "--diagram", "form", flag_value="diagram", help="A sequence diagram in Mermaid's language."
    ),
    click.option(
        "--user", metavar="NAME",
        help="Open the NTLM sessions of this account: DOMAIN\\user or user.",
    ),
    click.option(
        "--password-file", metavar="FILE", type=click.Path(),
        help="Its password is the first line (mode 0600); without it there is a prompt. Without "
        "--user it is tried with every account.",
    ),
)  # fmt: skip


def inspecting_options(command: _Command) -> _Command:
    """Add the options to a command.

    It gets a `Rendering` as ``rendering``, and what finds the accounts whose sessions are to be
    opened as ``accounts``, None where none are.
    """

    @wraps(command)
    def with_rendering(
        *, form: str, user: str | None, password_file: str | None, **arguments: Any
    ) -> Any:
        accounts = _accounts(user, password_file)
        return command(rendering=_rendering(form), accounts=accounts, **arguments)

    decorated: Any = with_rendering
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    result: _Command = decorated
    return result


def _rendering(form: str) -> Rendering:
    if form == "json":
        return JsonRendering(sys.stdout)
    if form == "diagram":
        return DiagramRendering(sys.stdout)
    console = Console(highlight=False, markup=False, emoji=False)
    return TextRendering(console, with_xml=form == "xml")


def _accounts(user: str | None, password_file: str | None) -> AccountLookup | None:
    if user is None and password_file is None:
        return None
    try:
        if password_file is None:
            password: str = click.prompt(f"Password of {user}", hide_input=True, err=True)
        else:
            password = read_password_file(password_file)
    except OSError as error:
        raise Ended(ExitStatus.USAGE, f"{password_file}: {error.strerror}") from None
    except ValueError as error:
        raise Ended(ExitStatus.USAGE, str(error)) from None
    hash_ = nt_hash(password)
    if user is not None:
        return Accounts({user: hash_})
    return lambda domain, name: Account(f"{domain}\\{name}", hash_)
