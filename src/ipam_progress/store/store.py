"""The store: what must survive a restart, in a database.

It knows records and errors. Who calls it decides what is written when; in a server that is one
thread, see `ipam_progress.store.writer`.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from ipam_progress.errors import StoreError
from ipam_progress.store.databases import check_owner, database_of, translate
from ipam_progress.store.migrating import check_revision, revision_of, upgrade
from ipam_progress.store.transaction import StoreTransaction
from ipam_progress.store.unresolved import UnresolvedNotes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from uuid import UUID

    from sqlalchemy import Connection, Engine

__all__ = ["Store"]


class Store:
    """The store of a server.

    Args:
        place: Where it is: the path of an SQLite file, or an address, ``sqlite:///file`` or
            ``postgresql://user@host/database``.
        server: The name under which the server's rows are kept; servers that share a PostgreSQL
            have one each.
        notes: The folder for notes on operations whose end could not be recorded. For PostgreSQL
            only, where it is ``$STATE_DIRECTORY`` or the current folder by default; those of SQLite
            are beside its file.
        keep_for: How long records stay of what has ended; None for ever.
        keep: How many records of each kind stay, the newest; None for all.

    Attributes:
        server: The name under which the rows are kept.
        keep_for: As given.
        keep: As given.

    Raises:
        StoreError: If the address or the name is none, or psycopg is needed and missing.
    """

    def __init__(
        self,
        place: str | Path,
        server: str = "default",
        notes: str | Path | None = None,
        *,
        keep_for: timedelta | None = timedelta(days=90),
        keep: int | None = 100_000,
    ) -> None:
        check_owner(server)
        self.server = server
        self.keep_for = keep_for
        self.keep = keep
        self._database = database_of(place, notes)
        self._notes = UnresolvedNotes(self._database.notes / server)
        self._engine: Engine | None = None
        self._release: Callable[[], None]

    def __repr__(self) -> str:
        return f"<Store {self._database.shown} of {self.server}>"

    def open(self) -> None:
        """Open it, and claim it for this process.

        A new SQLite file is made, and given its tables.

        Raises:
            StoreError: If it cannot be used, was made by another version of this program (``ipam-
                progress store upgrade`` deals with an older one), or is open in another process
                under the same name.
        """
        if self._engine is not None:
            raise StoreError(f"{self._database.shown} is open already")
        self._database.prepare(make=True)
        self._notes.make()
        release = self._database.claim(self.server, self._notes.folder)
        engine = self._database.engine(self.server)
        try:
            with self._begin(engine) as connection:
                if self._database.is_made_at_start() and revision_of(connection) is None:
                    upgrade(connection)
                check_revision(connection)
                StoreTransaction(connection, self.server).sign_on(datetime.now(UTC))
        except BaseException:
            engine.dispose()
            release()
            raise
        self._engine, self._release = engine, release

    def close(self) -> None:
        """Close it and give the claim back; nothing happens if it is not open."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
            self._release()

    def check(self) -> None:
        """See whether a server could use it, without claiming it.

        Raises:
            StoreError: If it could not.
        """
        with self.look():
            pass

    @contextmanager
    def look(self) -> Iterator[StoreTransaction]:
        """Begin a transaction beside the server that has claimed it: to look something up, quickly.

        Raises:
            StoreError: If a server could not use it.
        """
        self._database.prepare(make=False)
        with self._visit() as connection:
            check_revision(connection)
            yield StoreTransaction(connection, self.server)

    def upgrade(self) -> None:
        """Bring its tables to what this version of the program needs, in one transaction.

        It may be called at the same time from several processes.

        Raises:
            StoreError: If the database cannot be used, or a newer version made its tables.
        """
        self._database.prepare(make=True)
        with self._visit() as connection:
            self._database.take_turns(connection)
            upgrade(connection)

    @contextmanager
    def transaction(self) -> Iterator[StoreTransaction]:
        """Begin a transaction; it is committed at the end of the block, or undone by an exception.

        Transactions of several threads take turns.

        Raises:
            StoreUnavailableError: If the database cannot be reached or written now. When it is
                raised at the end of the block, the transaction may have been committed or not.
            StoreError: If it refuses what was to be written.
        """
        if self._engine is None:
            raise StoreError(f"{self._database.shown} is not open")
        with self._begin(self._engine) as connection:
            yield StoreTransaction(connection, self.server)

    def note_unresolved(self, id: UUID) -> None:  # noqa: A002 (the name of the field)
        """Note that the end of an operation could not be recorded, outside of the database.

        Raises:
            StoreError: If not even that is possible.
        """
        self._notes.note(id)

    def unresolved(self) -> set[UUID]:
        """Give the operations that were noted so."""
        return self._notes.ids()

    def forget_unresolved(self, id: UUID) -> None:  # noqa: A002 (the name of the field)
        """Take back a note, if there is one."""
        self._notes.forget(id)

    @contextmanager
    def _visit(self) -> Iterator[Connection]:
        """Begin a transaction without having opened or claimed it."""
        engine = self._database.engine(None)
        try:
            with self._begin(engine) as connection:
                yield connection
        finally:
            engine.dispose()

    @contextmanager
    def _begin(self, engine: Engine) -> Iterator[Connection]:
        """Begin a transaction; errors of the database become ours."""
        try:
            with engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            # the database's own error says more than may be shown
            raise translate(error, self._database.shown) from None
