"""``ipam-progress store``: looks after the database in which a server records what it does."""

import os
from datetime import timedelta

import click

from ipam_progress.cli.passwords import read_password_file
from ipam_progress.cli.process import Ended, ExitStatus
from ipam_progress.cli.text import printable
from ipam_progress.configuration import StoreSettings, load_configuration
from ipam_progress.errors import ConfigurationError, StoreError
from ipam_progress.store import Store

__all__ = ["command", "make_store", "store_of"]


def make_store(settings: StoreSettings) -> Store:
    """Make the store that a configuration describes.

    Raises:
        StoreError: If it is none, or its password cannot be read.
    """
    place = settings.file or str(settings.url)
    if settings.url is not None and settings.password_file is not None:
        try:
            place = settings.url.with_password(read_password_file(settings.password_file))
        except ValueError as error:
            raise StoreError(str(error)) from None
        except OSError as error:
            raise StoreError(f"{error.filename}: {error.strerror}") from None
    return Store(
        place,
        settings.server,
        settings.notes,
        keep_for=timedelta(days=settings.keep_days) or None,
        keep=settings.keep_operations or None,
    )


@click.group("store")
def command() -> None:
    """Look after the database in which a server records what it does.

    It is named by its URL, sqlite:///FILE or postgresql://USER@HOST/DATABASE, or by the
    configuration of the server. Passwords in a URL can be seen by everybody on the machine: leave
    them to a configuration, to PGPASSFILE, or to PGPASSWORD.
    """


_url_argument = click.argument("url", required=False)
_config_option = click.option(
    "--config", "file", metavar="FILE", type=click.Path(), help="The configuration of the server."
)


@command.command("upgrade")
@_url_argument
@_config_option
def upgrade(url: str | None, file: str | None) -> None:
    """Give a database the tables that this version needs.

    What was recorded stays. Stop the servers that use the database first. There is no way back but
    a copy made before.

    \b
    Exit status:
      0    the database can be used, whether there was something to do or not
      1    it cannot
    """  # noqa: D301 (click's mark for lines that stay as they are is a backspace)
    try:
        store_of(url, file).upgrade()
    except StoreError as error:
        raise Ended(ExitStatus.FAILED, str(error)) from None
    print("the store is up to date")


@command.command("check")
@_url_argument
@_config_option
def check(url: str | None, file: str | None) -> None:
    """Tell whether a server could use a database; nothing is changed.

    \b
    Exit status:
      0    it could
      1    it could not
    """  # noqa: D301 (as above)
    try:
        store_of(url, file).check()
    except StoreError as error:
        raise Ended(ExitStatus.FAILED, str(error)) from None
    print("the store is good")


def store_of(url: str | None, file: str | None) -> Store:
    """Make the store that a command line names, by its URL or by a configuration."""
    if (url is None) is (file is None):
        raise click.UsageError("name the store: its URL, or --config with a file")
    if url is not None:
        return Store(url)
    try:
        configuration, _ = load_configuration(str(file), environment=os.environ)
    except ConfigurationError as error:
        raise Ended(ExitStatus.FAILED, str(error)) from None
    if configuration.store is None:
        raise Ended(ExitStatus.FAILED, f"{printable(str(file))}: it has no [store]")
    return make_store(configuration.store)
