"""The store in PostgreSQL, where several servers may share it.

A server speaks to it through a single connection, and holds an advisory lock on its own name as
long as that connection lives: whoever connects anew, after the database was away, claims anew.
Every wait has an end within seconds, so that a database that is gone is noticed while there is
still time to say so. Knows no table.
"""

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, func, select

from ipam_progress.errors import StoreError, StoreUnavailableError

__all__ = ["PostgresqlDatabase"]

_PATIENCE: Final = 5.0
"""Seconds to wait for the connection while another thread has it."""

_CONNECTION: Final = {
    "application_name": "ipam_progress",
    "connect_timeout": "3",
    # what was sent has to be acknowledged in this time, or the connection is lost (milliseconds)
    "tcp_user_timeout": "5000",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
}
"""Parameters of libpq; those of the address take their place."""

_SETTINGS: Final = {
    "statement_timeout": "5s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "30s",
    # so that the database, too, sees soon that we are gone and lets our claim go
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "timezone": "UTC",
}


class PostgresqlDatabase:
    """A database of a PostgreSQL server.

    Args:
        url: ``postgresql://user@host/name``, with libpq's parameters behind a question mark.
        notes: The folder for notes; None for the state directory that systemd gives, or the
            current folder.

    Raises:
        StoreError: If psycopg is not installed.
    """

    def __init__(self, url: URL, notes: Path | None = None) -> None:
        try:
            import psycopg  # noqa: F401, PLC0415 (an extra)
        except ImportError as error:
            raise StoreError(
                f"PostgreSQL needs psycopg ({error}): pip install 'ipam-progress[postgresql]'"
            ) from None
        self._url = url.set(drivername="postgresql+psycopg")
        self.shown = self._url.set(
            drivername="postgresql", password=None, query={}
        ).render_as_string()
        folder = notes or Path(os.environ.get("STATE_DIRECTORY", "."))
        self.notes = folder / "ipam-progress.unresolved"

    def prepare(self, *, make: bool) -> None:
        """There is nothing to do: a person has made the database."""

    def is_made_at_start(self) -> bool:
        """Tables in a shared database are made when a person says so."""
        return False

    def engine(self, owner: str | None) -> Engine:
        """Make an engine of a single connection, which claims the rows of a server."""
        given = self._url.query
        settings = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
        options = f"{settings} {given.get('options', '')}"
        engine = create_engine(
            self._url.update_query_dict({**_CONNECTION, **given, "options": options}),
            poolclass=QueuePool,
            pool_size=1,
            max_overflow=0,
            pool_timeout=_PATIENCE,
            pool_pre_ping=True,
            hide_parameters=True,
        )
        if owner is not None:

            def claim(connection: Any, _record: Any) -> None:
                self._claim(connection, owner)

            event.listen(engine, "connect", claim)
        return engine

    def claim(self, owner: str, folder: Path) -> Callable[[], None]:  # noqa: ARG002 (that of a database)
        """The connection is the claim, and goes with the engine."""
        return lambda: None

    def take_turns(self, connection: Connection) -> None:
        """Take a lock of upgrades, which may last longer than what a server does."""
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL lock_timeout = '5min'")
        connection.execute(select(func.pg_advisory_xact_lock(_lock_key("upgrade"))))

    def _claim(self, connection: Any, owner: str) -> None:
        import psycopg  # noqa: PLC0415 (an extra)

        try:
            # waits for as long as lock_timeout says: a process that was killed may still be there
            connection.execute("SELECT pg_advisory_lock(%s)", (_lock_key(f"server {owner}"),))
            connection.commit()
        except psycopg.errors.LockNotAvailable:
            connection.close()
            raise StoreUnavailableError(
                f"{self.shown}: another process has it open as the server {owner!r}; end that one,"
                " or give this one a name of its own"
            ) from None


def _lock_key(purpose: str) -> int:
    digest = sha256(f"ipam_progress {purpose}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
