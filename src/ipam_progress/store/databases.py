"""What is different between SQLite and PostgreSQL: how to connect, to claim, and to understand.

A database gives engines and turns its errors into ours. Knows no table.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import unquote

from sqlalchemy import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    SQLAlchemyError,
    StatementError,
)

from ipam_progress.errors import StoreError, StoreUnavailableError
from ipam_progress.store.postgresql import PostgresqlDatabase
from ipam_progress.store.schema import OWNER_LENGTH
from ipam_progress.store.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

__all__ = ["Database", "check_owner", "database_of", "translate"]

_OWNER: Final = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_.-]{{0,{OWNER_LENGTH - 1}}}")
_FILE: Final = re.compile(r"sqlite:///([^?]+)")
_POSTGRESQL: Final = {"postgresql", "postgresql+psycopg", "postgres"}


class Database(Protocol):
    """A database that the store can be in."""

    shown: str
    """Its address without a password."""

    notes: Path
    """The folder for the notes of all servers."""

    def prepare(self, *, make: bool) -> None:
        """Do what has to be done before there can be a connection.

        Args:
            make: Whether to make the database if there is none, where that is ours to do.

        Raises:
            StoreError: If there never will be one.
        """

    def is_made_at_start(self) -> bool:
        """Tell whether a server may make the tables of an empty database by itself."""

    def engine(self, owner: str | None) -> Engine:
        """Make an engine of a single connection.

        Args:
            owner: The server that claims the database for its rows; None claims nothing.
        """

    def claim(self, owner: str, folder: Path) -> Callable[[], None]:
        """Claim the database for a server, as far as a connection does not do so itself.

        Args:
            owner: The name of the server.
            folder: That of its notes.

        Returns:
            What gives the claim back.

        Raises:
            StoreError: If another process has it.
        """

    def take_turns(self, connection: Connection) -> None:
        """Wait until nobody else changes the tables, and keep them waiting until the commit."""


def database_of(place: str | Path, notes: str | Path | None = None) -> Database:
    """Find out which database is meant.

    Args:
        place: The path of an SQLite file, or an address: ``sqlite:///file`` or
            ``postgresql://user@host/name``.
        notes: The folder for notes beside a PostgreSQL database.

    Raises:
        StoreError: If it is none of these.
    """
    if isinstance(place, Path):
        return SqliteDatabase(place)
    if place.startswith("sqlite:"):
        return SqliteDatabase(_file_of(place))
    try:
        parsed = make_url(place)
    except (ArgumentError, ValueError):
        # what was given is not repeated: there may be a password in it
        raise StoreError(
            "the address of the store cannot be read: write sqlite:///FILE or"
            " postgresql://USER@HOST/DATABASE"
        ) from None
    if parsed.drivername in _POSTGRESQL:
        return PostgresqlDatabase(parsed, None if notes is None else Path(notes))
    raise StoreError(
        f"{parsed.drivername} is no database that the store can be in: use sqlite or postgresql"
    )


def _file_of(url: str) -> Path:
    """Give the file that an address names; not every SQLAlchemy undoes what is quoted there."""
    match = _FILE.fullmatch(url)
    path = unquote(match[1]) if match else ""
    if not path or path == ":memory:" or "\0" in path:
        raise StoreError(
            "the address of the store names no file: write sqlite:///FILE, or sqlite:////FILE for a"
            " path from the root, with %3F for a question mark and %25 for a percent sign"
        )
    return Path(path)


def check_owner(server: str) -> None:
    """Check the name of a server.

    Raises:
        StoreError: If it is none.
    """
    if not _OWNER.fullmatch(server):
        raise StoreError(
            f"{server!r} is no name for a server: use up to {OWNER_LENGTH} letters, digits, dots,"
            " dashes and underscores, beginning with a letter or a digit"
        )


def translate(error: SQLAlchemyError, shown: str) -> Exception:
    """Turn an error of a database into one that says no more than may be said.

    What databases add in further lines, and SQLAlchemy in any case, is what was to be written.

    Args:
        error: What SQLAlchemy raised.
        shown: The address of the database, for the text.
    """
    if isinstance(error, StatementError) and not isinstance(error, DBAPIError):
        cause = error.orig  # a value that no column takes
        return cause if isinstance(cause, Exception) else StoreError(type(error).__name__)
    if not isinstance(error, DBAPIError):
        return StoreUnavailableError(f"{shown}: no connection to it came free in time")
    state: str = getattr(error.orig, "sqlstate", None) or ""
    text = f"{shown}: {_first_line(error.orig)}"
    if isinstance(error, IntegrityError | DataError) or state.startswith("54"):
        return StoreError(text)  # 54: larger than the database can hold
    return StoreUnavailableError(text)


def _first_line(cause: BaseException | None) -> str:
    primary = getattr(getattr(cause, "diag", None), "message_primary", None)
    text = str(primary or cause).strip()
    return text.splitlines()[0] if text else type(cause).__name__
