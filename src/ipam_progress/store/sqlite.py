"""The store in a file: SQLite, embedded, with no set-up.

The file is in WAL mode, and every commit waits for the disk (synchronous=FULL): with NORMAL, which
is usual with WAL, a power failure takes the last commits back, and by then a client may have been
told how its operation ended. Parameters of operations may hold secrets, so only its owner may read
it. Knows no table.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event

from ipam_progress.errors import StoreError, StoreUnavailableError

__all__ = ["SqliteDatabase"]

_PATIENCE: Final = 2.0
"""Seconds to wait for whoever has locked the database: a backup, a person with a shell."""

_RETRY_INTERVAL: Final = 0.01

_PRAGMAS: Final = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)


class SqliteDatabase:
    """A file.

    Args:
        path: Where it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.shown = str(self.path)
        self.notes = Path(f"{self.path}.unresolved")
        self._url = URL.create("sqlite", database=str(self.path))
        self._identity: tuple[int, int] | None = None

    def prepare(self, *, make: bool) -> None:
        """Make the file if it is not there, and see that only its owner may use it."""
        flags = os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if make else 0)
        try:
            descriptor = os.open(self.path, flags, 0o600)
        except FileNotFoundError:
            what = "make the folder first" if make else "there is no such file"
            raise StoreError(f"{self.path}: {what}") from None
        except OSError as error:
            raise StoreError(f"{self.path}: {error.strerror}") from error
        try:
            status = os.fstat(descriptor)
        finally:
            os.close(descriptor)
        if status.st_mode & 0o077:
            raise StoreError(
                f"{self.path}: others than its owner may use it (mode"
                f" {status.st_mode & 0o777:04o}), and parameters of operations may hold secrets;"
                f" run: chmod 600 {self.path}"
            )
        self._identity = (status.st_dev, status.st_ino)

    def is_made_at_start(self) -> bool:
        """An empty file is ours to fill."""
        return True

    def engine(self, owner: str | None) -> Engine:
        """Make an engine of a single connection."""
        engine = create_engine(
            self._url,
            poolclass=QueuePool,
            pool_size=1,
            max_overflow=0,
            pool_timeout=_PATIENCE,
            hide_parameters=True,
            connect_args={"timeout": _PATIENCE, "check_same_thread": False},
        )
        event.listen(engine, "connect", _set_up)
        event.listen(engine, "begin", partial(self._begin, owner is not None))
        return engine

    def claim(self, owner: str, folder: Path) -> Callable[[], None]:
        """Lock the folder of the server's notes; the lock goes with the process."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if not isinstance(error, BlockingIOError):
                raise StoreError(f"{folder}: {error.strerror}") from error
            raise StoreError(
                f"{self.path}: another process has it open as the server {owner!r}; end that one,"
                " or give this one a store or a name of its own"
            ) from None
        return partial(os.close, descriptor)

    def take_turns(self, connection: Connection) -> None:
        """Begin anew, with the lock for writing."""
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def _begin(self, writes: bool, connection: Connection) -> None:
        """Begin a transaction in the file that was opened.

        A server takes the lock for writing at once: a transaction that has read first cannot wait
        for it. Whoever only looks does not hold up the server. A file that was deleted or replaced
        could still be written to, but nobody would read that.
        """
        try:
            status = self.path.stat()
            is_same = (status.st_dev, status.st_ino) == self._identity
        except OSError:
            is_same = False
        if not is_same:
            raise StoreUnavailableError(
                f"{self.path}: the file was deleted or replaced; restart the server"
            )
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _set_up(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # Python's own idea of when to begin is to keep out of it
    _enter_wal_mode(connection)
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _enter_wal_mode(connection: Any) -> None:
    """Change to WAL mode: the one lock that SQLite does not wait for, whatever the timeout is."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(_RETRY_INTERVAL)
