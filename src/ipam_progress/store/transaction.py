"""What can be asked of the store and told to it, within one transaction.

Everything that writes can be done a second time without harm: rows are known by ids that whoever
writes them has chosen, and what has ended stays as it ended. That is what makes it safe to try
again after a COMMIT of which nobody knows whether it came through. Knows records and tables.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Table,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from ipam_progress.records import (
    AuditRecord,
    OperationRecord,
    Outcome,
    SubtaskRecord,
    TaskRecord,
    TaskRunRecord,
)
from ipam_progress.store.schema import (
    CLIENT_KEY,
    CLIENT_KEY_LENGTH,
    REQUEST_ID_LENGTH,
    audit,
    operations,
    servers,
    subtasks,
    task_runs,
    tasks,
)

__all__ = ["StoreTransaction"]

_Record = TypeVar("_Record")
_Insert = Callable[[Table], "sqlite.Insert | postgresql.Insert"]

_PRUNED: Final = (
    (operations, operations.c.ended),
    (task_runs, task_runs.c.ended),
    (audit, audit.c.time),
)
"""What is thrown away in the end, and what says how old it is; running things have no age."""


class _Upserts:
    """The statements that each database has in a form of its own."""

    def __init__(self, insert: _Insert) -> None:
        self.add = {
            table: insert(table).on_conflict_do_nothing()
            for table in (operations, subtasks, task_runs, audit)
        }
        self.save = {table: self._replacing(insert, table) for table in (subtasks, tasks, servers)}

    @staticmethod
    def _replacing(insert: _Insert, table: Table) -> "sqlite.Insert | postgresql.Insert":
        statement = insert(table)
        return statement.on_conflict_do_update(
            index_elements=list(table.primary_key),
            set_={
                column.name: statement.excluded[column.name]
                for column in table.columns
                if not column.primary_key
            },
        )


_UPSERTS: Final = {
    "sqlite": _Upserts(sqlite.insert),
    "postgresql": _Upserts(postgresql.insert),
}

# The names of these parameters are not those of columns, which SET has taken.
_OF_ID: Final = operations.c.id == bindparam("of_id")
_RUNNING: Final = operations.c.outcome == Outcome.RUNNING
_SAVE_PROGRESS: Final = (
    update(operations)
    .where(_OF_ID, _RUNNING)
    .values(
        percent=bindparam("percent"),
        checkpoint=func.coalesce(bindparam("new_checkpoint"), operations.c.checkpoint),
    )
)
_END_OPERATION: Final = (
    update(operations)
    .where(_OF_ID, _RUNNING)
    .values({name: bindparam(name) for name in ("ended", "outcome", "percent", "error")})
)
_END_TASK_RUN: Final = (
    update(task_runs)
    .where(task_runs.c.id == bindparam("of_id"), task_runs.c.outcome == Outcome.RUNNING)
    .values({name: bindparam(name) for name in ("ended", "outcome", "result", "error")})
)


class StoreTransaction:
    """One transaction; `Store.transaction` makes them.

    Rows of other servers that share the database are not seen.

    Args:
        connection: What to speak to the database with; whoever made it commits.
        owner: The name of the server.
    """

    def __init__(self, connection: Connection, owner: str) -> None:
        self._connection = connection
        self._owner = owner
        self._upserts = _UPSERTS[connection.dialect.name]

    # --- operations ------------------------------------------------------------------------------

    def add_operation(self, record: OperationRecord) -> None:
        """Put an operation on record; nothing happens if it is there already.

        A MessageID of more than 256 characters is left out: no index could hold it.
        """
        if len(record.request_id) > REQUEST_ID_LENGTH:
            record = replace(record, request_id="")
        self._add(operations, record)
        self._write_subtasks(self._upserts.add[subtasks], record.id, record.subtasks)

    def save_progress(
        self,
        id: UUID,  # noqa: A002 (the name of the field)
        percent: Decimal,
        subtasks: Iterable[SubtaskRecord] = (),
        checkpoint: str | None = None,
    ) -> None:
        """Write down how an operation goes; nothing happens if it does not run any more.

        Args:
            id: Of the operation.
            percent: How much of it is done.
            subtasks: Those that are new or have changed.
            checkpoint: What its handler saved; None leaves what it saved before.
        """
        written = self._connection.execute(
            _SAVE_PROGRESS, {"of_id": id, "percent": percent, "new_checkpoint": checkpoint}
        )
        if written.rowcount:
            self._save_subtasks(id, subtasks)

    def end_operation(
        self,
        id: UUID,  # noqa: A002 (the name of the field)
        *,
        ended: datetime,
        outcome: Outcome,
        error: str | None = None,
        percent: Decimal,
        subtasks: Iterable[SubtaskRecord] = (),
    ) -> bool:
        """Write down how an operation ended; one that has ended stays as it is.

        Args:
            id: Of the operation.
            ended: When.
            outcome: How.
            error: What its client was told went wrong.
            percent: How much of it was done.
            subtasks: Those that are new or have changed.

        Returns:
            Whether the operation is on record.
        """
        written = self._connection.execute(
            _END_OPERATION,
            {"of_id": id, "ended": ended, "outcome": outcome, "error": error, "percent": percent},
        )
        if written.rowcount:
            self._save_subtasks(id, subtasks)
            return True
        found = self._connection.execute(select(operations.c.id).where(operations.c.id == id))
        return found.first() is not None

    def note_end_seen(self, id: UUID) -> None:  # noqa: A002 (the name of the field)
        """Write down that the client went along with the end of its operation."""
        self._connection.execute(
            update(operations).where(operations.c.id == id).values(client_saw_end=True)
        )

    def begin_attempt(self, id: UUID, attempt: int) -> None:  # noqa: A002 (the name of the field)
        """Write down that a handler begins with a running operation again, for the nth time."""
        self._connection.execute(
            update(operations).where(operations.c.id == id, _RUNNING).values(attempts=attempt)
        )

    def running_operations(self) -> list[OperationRecord]:
        """Give the operations that run, oldest first, without their subtasks.

        At the start of a server these are the ones that its last run left behind.
        """
        return self._records(
            OperationRecord,
            select(*_columns(operations, OperationRecord))
            .where(operations.c.owner == self._owner, _RUNNING)
            .order_by(operations.c.started),
        )

    def operation(self, id: UUID) -> OperationRecord | None:  # noqa: A002 (the name of the field)
        """Give an operation with its subtasks; None if there is none."""
        return self._operation(operations.c.id == id)

    def operation_by_request(
        self, request_id: str, client: str | None = None, subtasks: int | None = None
    ) -> OperationRecord | None:
        """Give the operation that a request started, with its subtasks; None if there is none.

        Args:
            request_id: The MessageID of the request.
            client: Who must have sent it, in letters of either case; None if that does not matter.
                Clients choose MessageIDs themselves: of several operations the newest is given.
            subtasks: How many of its subtasks at most, the newest; None for all.
        """
        if not request_id:  # what operations have that no request has started
            return None
        conditions = [operations.c.request_id == request_id]
        if client is not None:
            conditions.append(_of_client(client))
        return self._operation(*conditions, at_most=subtasks)

    def operations(
        self, limit: int, outcome: Outcome | None = None, client: str | None = None
    ) -> list[OperationRecord]:
        """Give operations, newest first, without their subtasks.

        Args:
            limit: How many at most.
            outcome: How they go or ended; None for all.
            client: Who started them, in letters of either case; None for everybody.
        """
        query = select(*_columns(operations, OperationRecord)).where(
            operations.c.owner == self._owner
        )
        if outcome is not None:
            query = query.where(operations.c.outcome == outcome)
        if client is not None:
            key = func.lower(client[:CLIENT_KEY_LENGTH])
            query = query.where(key == CLIENT_KEY, _of_client(client))
        return self._records(
            OperationRecord, query.order_by(operations.c.started.desc()).limit(limit)
        )

    # --- tasks -----------------------------------------------------------------------------------

    def add_task_run(self, record: TaskRunRecord) -> None:
        """Put the run of a task on record; nothing happens if it is there already."""
        self._add(task_runs, record)

    def end_task_run(
        self,
        id: UUID,  # noqa: A002 (the name of the field)
        *,
        ended: datetime,
        outcome: Outcome,
        result: int,
        error: str | None = None,
    ) -> None:
        """Write down how the run of a task ended; one that has ended stays as it is."""
        self._connection.execute(
            _END_TASK_RUN,
            {"of_id": id, "ended": ended, "outcome": outcome, "result": result, "error": error},
        )

    def running_task_runs(self) -> list[TaskRunRecord]:
        """Give the runs of tasks that go on, oldest first."""
        return self._records(
            TaskRunRecord,
            select(*_columns(task_runs, TaskRunRecord))
            .where(task_runs.c.owner == self._owner, task_runs.c.outcome == Outcome.RUNNING)
            .order_by(task_runs.c.started),
        )

    def task_runs(self, limit: int, task_type: str | None = None) -> list[TaskRunRecord]:
        """Give runs of tasks, newest first.

        Args:
            limit: How many at most.
            task_type: The name of an IpamTaskType; None for all.
        """
        query = select(*_columns(task_runs, TaskRunRecord)).where(task_runs.c.owner == self._owner)
        if task_type is not None:
            query = query.where(task_runs.c.task_type == task_type)
        return self._records(TaskRunRecord, query.order_by(task_runs.c.started.desc()).limit(limit))

    def task_records(self) -> list[TaskRecord]:
        """Give how every task stands that was saved; not its state, which is not kept."""
        columns = [tasks.c[name] for name in TaskRecord.__slots__ if name != "state"]
        return self._records(TaskRecord, select(*columns).where(tasks.c.owner == self._owner))

    def save_task(self, record: TaskRecord) -> None:
        """Write down how a task stands, in the place of what was written before."""
        self._connection.execute(self._upserts.save[tasks], self._values(tasks, record))

    # --- the rest --------------------------------------------------------------------------------

    def add_audit(self, record: AuditRecord) -> None:
        """Put a decision on record; nothing happens if it is there already."""
        self._add(audit, record)

    def audit(self, limit: int) -> list[AuditRecord]:
        """Give decisions, newest first.

        Args:
            limit: How many at most.
        """
        return self._records(
            AuditRecord,
            select(*_columns(audit, AuditRecord))
            .where(audit.c.owner == self._owner)
            .order_by(audit.c.time.desc())
            .limit(limit),
        )

    def prune(
        self, before: datetime | None = None, keep: int | None = None, at_most: int = 500
    ) -> int:
        """Delete what is old or too much of what has ended: operations, runs of tasks, decisions.

        What runs stays. A call is short; to delete everything, call until it gives 0, a
        transaction each, so that others have their turn.

        Args:
            before: Whatever ended before it goes; None for no limit of age.
            keep: How many stay of each kind, the newest; None for no limit of number.
            at_most: How many rows of a kind one call deletes.

        Returns:
            How many were deleted.
        """
        deleted = 0
        for table, age in _PRUNED:
            # Whatever is compared with NULL is not true: what has no age is never found.
            mine = select(table.c.id).where(table.c.owner == self._owner, age.is_not(None))
            expired = []
            if before is not None:
                expired.append(mine.where(age < before).order_by(age).limit(at_most))
            if keep is not None:
                expired.append(mine.order_by(age.desc()).offset(keep).limit(at_most))
            for query in expired:
                ids = self._connection.scalars(query).all()
                if ids:
                    self._connection.execute(delete(table).where(table.c.id.in_(ids)))
                    deleted += len(ids)
        return deleted

    def sign_on(self, seen: datetime) -> None:
        """Write that the server is there, which is also how it finds out whether it can write."""
        self._connection.execute(self._upserts.save[servers], {"owner": self._owner, "seen": seen})

    # --- rows and records ------------------------------------------------------------------------

    def _add(self, table: Table, record: Any) -> None:
        self._connection.execute(self._upserts.add[table], self._values(table, record))

    def _values(self, table: Table, record: Any) -> dict[str, Any]:
        values = {
            column.name: getattr(record, column.name)
            for column in table.columns
            if column.name != "owner"
        }
        return {"owner": self._owner, **values}

    def _save_subtasks(self, operation: UUID, changed: Iterable[SubtaskRecord]) -> None:
        self._write_subtasks(self._upserts.save[subtasks], operation, changed)

    def _write_subtasks(
        self, statement: Any, operation: UUID, changed: Iterable[SubtaskRecord]
    ) -> None:
        rows = [
            {"operation": operation, **{name: getattr(each, name) for name in each.__slots__}}
            for each in changed
        ]
        if rows:
            self._connection.execute(statement, rows)

    def _operation(self, *conditions: Any, at_most: int | None = None) -> OperationRecord | None:
        row = self._connection.execute(
            select(*_columns(operations, OperationRecord))
            .where(operations.c.owner == self._owner, *conditions)
            .order_by(operations.c.started.desc())
            .limit(1)
        ).first()
        if row is None:
            return None
        parts = self._records(
            SubtaskRecord,
            select(*_columns(subtasks, SubtaskRecord))
            .where(subtasks.c.operation == row.id)
            .order_by(subtasks.c.number.desc())
            .limit(at_most),
        )
        return OperationRecord(**row._mapping, subtasks=tuple(reversed(parts)))  # noqa: SLF001 (its public name)

    def _records(self, kind: type[_Record], query: Any) -> list[_Record]:
        rows: Iterable[Row[Any]] = self._connection.execute(query)
        return [kind(**row._mapping) for row in rows]  # noqa: SLF001 (its public name)


def _of_client(name: str) -> ColumnElement[bool]:
    """Compare the names of accounts as Windows does, as far as the database knows letters."""
    return func.lower(operations.c.client) == func.lower(name)


def _columns(table: Table, kind: Any) -> list[Any]:
    """Give the columns that keep the fields of a record."""
    return [table.c[name] for name in kind.__slots__ if name in table.c]
