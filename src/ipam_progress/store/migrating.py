"""At which step of the migrations a database is, and how it gets to the newest.

The steps are in `ipam_progress.store.migrations`, and are run by Alembic; it is imported when there
is something to do, for servers to start fast.
"""

from sqlalchemy import Connection, inspect, text

from ipam_progress.errors import StoreError
from ipam_progress.store.schema import REVISION, metadata

__all__ = ["check_revision", "revision_of", "upgrade"]

_VERSION_TABLE = "alembic_version"


def revision_of(connection: Connection) -> str | None:
    """Tell the step that a database is at; None if it has no tables of ours.

    Raises:
        StoreError: If it has tables with the names of ours that are not ours.
    """
    there = set(inspect(connection).get_table_names())
    if _VERSION_TABLE in there:
        found: str | None = connection.scalar(text(f"SELECT version_num FROM {_VERSION_TABLE}"))  # noqa: S608 (a constant)
        return found
    foreign = sorted(there & set(metadata.tables))
    if foreign:
        raise StoreError(
            f"{_shown(connection)}: it has a table {foreign[0]} of another program; give the store"
            " a database of its own"
        )
    return None


def check_revision(connection: Connection) -> None:
    """See that a database has the tables that this version of the program needs.

    Raises:
        StoreError: If not; it says what to do.
    """
    revision = revision_of(connection)
    if revision == REVISION:
        return
    shown = _shown(connection)
    if revision is None:
        raise StoreError(f"{shown}: it has no tables yet; run: ipam-progress store upgrade")
    if not revision.isdecimal():
        raise StoreError(
            f"{shown}: its tables are of another program; give the store a database of its own"
        )
    if revision < REVISION:
        raise StoreError(
            f"{shown}: its tables are those of an older version of this program; stop the server"
            " that uses it, and run: ipam-progress store upgrade"
        )
    raise StoreError(
        f"{shown}: its tables are those of a newer version of this program; use that one"
    )


def upgrade(connection: Connection) -> None:
    """Run the steps that are missing, in the transaction that has begun.

    Raises:
        StoreError: If the tables are of a newer version, or of another program.
    """
    from alembic import command  # noqa: PLC0415 (see above)
    from alembic.config import Config  # noqa: PLC0415

    revision = revision_of(connection)
    if revision is not None and not revision <= REVISION:
        check_revision(connection)
    config = Config()
    config.set_main_option("script_location", "ipam_progress.store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _shown(connection: Connection) -> str:
    return connection.engine.url.database or ""
