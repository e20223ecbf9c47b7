"""``ipam-progress config``: looks at a configuration without starting a server."""

import os
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

import click
from twisted.internet.endpoints import serverFromString
from twisted.internet.testing import MemoryReactor

from ipam_progress.cli.files import Files, check_folder, check_writable
from ipam_progress.cli.passwords import read_password_file
from ipam_progress.cli.process import ExitStatus
from ipam_progress.cli.security import listener_securities
from ipam_progress.cli.store import make_store
from ipam_progress.cli.text import printable
from ipam_progress.configuration import (
    Configuration,
    Endpoint,
    Key,
    SecurityMode,
    Sources,
    load_configuration,
    write_configuration,
)
from ipam_progress.errors import ConfigurationError

__all__ = ["command"]

_SOCKETS_OF_SYSTEMD: Final = "systemd:"


@click.group("config")
def command() -> None:
    """Check a server's configuration, or show what it comes to.

    Environment variables that begin with IPAM_PROGRESS_ take the place of keys in the file, here as
    when the server runs.
    """


_file_argument = click.argument("file", metavar="FILE", type=click.Path())


@command.command("check")
@_file_argument
def check(file: str) -> None:
    """Tell everything that is wrong with a configuration.

    The files it names (accounts, keytab, certificates) are opened too; those that a server makes
    (store, log) are not made, and `ipam-progress store check` is there for databases. What is
    wrong is printed to stderr, a line each: the file and the line, the key, and what to do.

    \b
    Exit status:
      0    a server can be started with it
      1    it cannot
    """  # noqa: D301 (click's mark for lines that stay as they are is a backspace)
    configuration, sources = _load(file)
    problems = list(_endpoint_problems(configuration, sources))
    problems += _file_problems(configuration, sources)
    try:
        listener_securities(configuration, sources)
    except ConfigurationError as error:
        problems += error.problems
    if problems:
        raise _refusal(problems)
    for listener in configuration.listeners:
        security = listener.security.value
        if listener.security is SecurityMode.WINDOWS:
            security += f", {listener.protection.value}"
        print(f"{printable(str(listener.endpoint))}: {security}")
    for key, endpoint in _site_endpoints(configuration):
        print(f"{printable(str(endpoint))}: {key[0] if key[0] == 'http' else key[-1]}")
    if configuration.store is not None:
        print(f"{printable(str(configuration.store.file or configuration.store.url))}: store")
    if not any(configuration.groups.values()) and not configuration.policies:
        print(
            "note: no group has members and there are no policies; whoever logs on may start "
            "nothing, unless your program knows more of its users (SidResolver)"
        )
    print(f"{printable(file)} is good")


@command.command("show")
@_file_argument
def show(file: str) -> None:
    """Print what a configuration comes to, as TOML.

    Behind each key stands where it was given: a line of the file, an environment variable, or
    nowhere, which makes it the default. No secrets are shown: they are in files, of which the names
    are shown.

    \b
    Exit status:
      0    it was printed
      1    the configuration cannot be used
    """  # noqa: D301 (as above)
    click.echo(write_configuration(*_load(file)), nl=False)


def _load(file: str) -> tuple[Configuration, Sources]:
    try:
        return load_configuration(file, environment=os.environ)
    except ConfigurationError as error:
        raise _refusal(error.problems) from None


def _site_endpoints(configuration: Configuration) -> Iterator[tuple[Key, Endpoint]]:
    for name in ("metrics", "page"):
        endpoint = getattr(configuration.monitoring, name, None)
        if endpoint is not None:
            yield ("monitoring", name), endpoint
    if configuration.http is not None:
        yield ("http", "endpoint"), configuration.http.endpoint


def _endpoint_problems(configuration: Configuration, sources: Sources) -> Iterator[str]:
    """Ask Twisted what it makes of the endpoints."""
    endpoints: list[tuple[Key, Endpoint]] = [
        (("listeners", index, "endpoint"), listener.endpoint)
        for index, listener in enumerate(configuration.listeners)
    ]
    for key, endpoint in [*endpoints, *_site_endpoints(configuration)]:
        description = str(endpoint)
        if description.startswith(_SOCKETS_OF_SYSTEMD):
            continue  # these exist in a service only
        try:
            serverFromString(MemoryReactor(), description)
        except Exception as error:  # noqa: BLE001 (each kind of endpoint has errors of its own)
            yield sources.problem(
                key, f"{description!r} is no endpoint ({error}); an example: tcp:9100"
            )


def _file_problems(configuration: Configuration, sources: Sources) -> list[str]:
    """Look at the files of store and log as far as that is possible without making them."""
    files = Files(sources)
    store, log_file = configuration.store, configuration.logging.file
    if log_file is not None:
        files.open(("logging", "file"), partial(check_writable, log_file))
    if store is not None:
        if store.file is not None:
            files.open(("store", "file"), partial(check_writable, store.file))
        if store.password_file is not None:
            files.open(("store", "password_file"), partial(read_password_file, store.password_file))
        if store.notes is not None:
            files.open(("store", "notes"), partial(check_folder, store.notes))
        if not files.problems:  # the store needs these files
            files.open(("store",), partial(make_store, store))
    return files.problems


def _refusal(problems: Iterable[str]) -> SystemExit:
    """Print problems as compilers do, for editors that know where to go then."""
    for problem in problems:
        print(printable(problem), file=sys.stderr)
    return SystemExit(ExitStatus.FAILED)
