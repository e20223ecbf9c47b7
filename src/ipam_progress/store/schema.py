"""The tables of the store, and how what stands in their columns is kept.

Every table has an `owner`: the name of the server whose row it is, since several servers may share
a database. Otherwise a column is named as the field of the record that it keeps. The migrations in
`ipam_progress.store.migrations` make these tables; a test holds the two equal. Knows no connection.
"""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeVar

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    TypeDecorator,
    Uuid,
    func,
    literal_column,
)
from sqlalchemy.types import TypeEngine

from ipam_progress.records import Outcome, TaskTrigger

__all__ = [
    "CLIENT_KEY",
    "CLIENT_KEY_LENGTH",
    "OWNER_LENGTH",
    "REQUEST_ID_LENGTH",
    "REVISION",
    "audit",
    "metadata",
    "operations",
    "servers",
    "subtasks",
    "task_runs",
    "tasks",
]

REVISION: Final = "0001"
"""The newest migration: what a database has to be at to be used."""

OWNER_LENGTH: Final = 64
"""Characters that the name of a server may have."""

REQUEST_ID_LENGTH: Final = 256
"""Characters of the MessageIDs that are kept; WCF's have 45."""

_NAME_LENGTH: Final = 64
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")


class PlainText(TypeDecorator[str]):
    """Text, of peers and handlers too: what a database cannot keep becomes U+FFFD.

    PostgreSQL knows no NUL, and neither database lone surrogates. That somebody put one into a
    message is no reason to lose the end of an operation.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Replace what cannot be kept."""
        return None if value is None else _UNSTORABLE.sub("\ufffd", value)


class Moment(TypeDecorator[datetime]):
    """An aware time, kept and given in UTC; SQLite's texts compare as the times they stand for."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> datetime | None:
        """Refuse a time that does not say where it is counted."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone: use datetime.now(UTC)")
        return value.astimezone(UTC)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> datetime | None:
        """SQLite gives it without a zone, PostgreSQL in the zone of the connection."""
        if value is None or value.tzinfo is not None:
            return value and value.astimezone(UTC)
        return value.replace(tzinfo=UTC)


class Percent(TypeDecorator[Decimal]):
    """A decimal, exactly as it is; SQLite has no type for one, so there it is text."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the type."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Write it down for SQLite."""
        return str(value) if dialect.name == "sqlite" and value is not None else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Read what was written down."""
        return Decimal(value) if dialect.name == "sqlite" and value is not None else value


class Seconds(TypeDecorator[timedelta]):
    """A duration as a number of seconds, which is the same in every database."""

    impl = Double
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> float | None:  # noqa: ARG002
        """Give the seconds."""
        return None if value is None else value.total_seconds()

    def process_result_value(self, value: float | None, dialect: Dialect) -> timedelta | None:  # noqa: ARG002
        """Make the duration."""
        return None if value is None else timedelta(seconds=value)


_Member = TypeVar("_Member", bound=Enum)


class MemberOf(TypeDecorator[_Member]):
    """A member of an enumeration by its value."""

    impl = String(_NAME_LENGTH)
    cache_ok = True

    def __init__(self, members: type[_Member]) -> None:
        super().__init__()
        self.members = members

    def process_bind_param(self, value: _Member | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Give its value."""
        return None if value is None else str(value.value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> _Member | None:  # noqa: ARG002
        """Find it."""
        return None if value is None else self.members(value)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
    }
)


def _owner(*, primary_key: bool = False) -> Column[str]:
    return Column("owner", String(OWNER_LENGTH), primary_key=primary_key, nullable=False)


servers = Table(
    "servers",
    metadata,
    _owner(primary_key=True),
    Column("seen", Moment, nullable=False),
)
"""A row a server. Writing `seen` is how a server tries whether the store can be written."""

operations = Table(
    "operations",
    metadata,
    Column("id", Uuid, primary_key=True),
    _owner(),
    Column("request_id", PlainText, nullable=False),
    Column("operation_id", String(_NAME_LENGTH), nullable=False),
    Column("parameters", PlainText, nullable=False),
    Column("client", PlainText, nullable=False),
    Column("address", PlainText, nullable=False),
    Column("started", Moment, nullable=False),
    Column("ended", Moment),
    Column("outcome", MemberOf(Outcome), nullable=False),
    Column("percent", Percent, nullable=False),
    Column("error", PlainText),
    Column("client_saw_end", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("checkpoint", PlainText),
)
# running ones after a start, and lists by outcome; whole lists; pruning
Index("ix_operations_outcome", operations.c.owner, operations.c.outcome, operations.c.started)
Index("ix_operations_started", operations.c.owner, operations.c.started)
Index("ix_operations_ended", operations.c.owner, operations.c.ended)
Index("ix_operations_request", operations.c.owner, operations.c.request_id, operations.c.started)
# PostgreSQL's trees hold short keys only, so this one begins with what most names are the whole of.
# What an index is about has to stand in a query word for word: no parameters there.
CLIENT_KEY_LENGTH: Final = 64
CLIENT_KEY: Final[ColumnElement[str]] = func.lower(
    func.substr(operations.c.client, literal_column("1"), literal_column(str(CLIENT_KEY_LENGTH)))
)
"""What clients are looked for by, in letters of either case."""
Index("ix_operations_client", operations.c.owner, CLIENT_KEY, operations.c.started)

subtasks = Table(
    "subtasks",
    metadata,
    Column("operation", Uuid, ForeignKey(operations.c.id, ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("unique_id", Integer, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("description", PlainText, nullable=False),
    Column("status", String(_NAME_LENGTH), nullable=False),
    Column("percent", Percent, nullable=False),
    Column("error", PlainText),
)

tasks = Table(
    "tasks",
    metadata,
    _owner(primary_key=True),
    Column("task_type", String(_NAME_LENGTH), primary_key=True),
    Column("last_run", Moment),
    Column("next_run", Moment),
    Column("last_result", Integer),
    Column("recurrence", Seconds),
)

task_runs = Table(
    "task_runs",
    metadata,
    Column("id", Uuid, primary_key=True),
    _owner(),
    Column("task_type", String(_NAME_LENGTH), nullable=False),
    Column("server", PlainText),
    Column("trigger", MemberOf(TaskTrigger), nullable=False),
    Column("client", PlainText, nullable=False),
    Column("started", Moment, nullable=False),
    Column("ended", Moment),
    Column("outcome", MemberOf(Outcome), nullable=False),
    Column("result", Integer, nullable=False),
    Column("error", PlainText),
)
Index("ix_task_runs_outcome", task_runs.c.owner, task_runs.c.outcome, task_runs.c.started)
Index("ix_task_runs_started", task_runs.c.owner, task_runs.c.started)
Index("ix_task_runs_ended", task_runs.c.owner, task_runs.c.ended)

audit = Table(
    "audit",
    metadata,
    Column("id", Uuid, primary_key=True),
    _owner(),
    Column("time", Moment, nullable=False),
    Column("client", PlainText, nullable=False),
    Column("address", PlainText, nullable=False),
    Column("action", PlainText, nullable=False),
    Column("allowed", Boolean, nullable=False),
    Column("reason", PlainText, nullable=False),
)
Index("ix_audit_time", audit.c.owner, audit.c.time)
