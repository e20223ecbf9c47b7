"""Stores on either database, and records to put into them."""

import queue
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from ipam_progress.records import OperationRecord, SubtaskRecord, TaskRunRecord, TaskTrigger
from ipam_progress.store import Store, StoreWriter

PATIENCE = 30.0
"""Seconds for anything to happen; a machine that is busy with other things takes some of them."""

BEGINNING = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Records:
    """Makes records, each a second younger than the one before."""

    def __init__(self) -> None:
        self.now = BEGINNING

    def later(self):
        self.now += timedelta(seconds=1)
        return self.now

    def operation(self, **fields):
        return OperationRecord(
            **{
                "id": uuid4(),
                "operation_id": "CreateDhcpScope",
                "parameters": "<parameters/>",
                "started": self.later(),
                **fields,
            }
        )

    def run(self, **fields):
        return TaskRunRecord(
            **{
                "id": uuid4(),
                "task_type": "Discovery",
                "trigger": TaskTrigger.SCHEDULE,
                "started": self.later(),
                **fields,
            }
        )

    def subtask(self, number, **fields):
        return SubtaskRecord(
            **{"number": number, "unique_id": 7, "name": "Part", "status": "InProgress", **fields}
        )


@pytest.fixture
def records():
    return Records()


class TestDatabase:
    """An empty database, and the stores in it."""

    __test__ = False

    def __init__(self, kind, url, notes) -> None:
        self.kind = kind
        self.url = url
        self.notes = notes
        self._stores = []

    def store(self, server="default"):
        """Give a store that is not open yet."""
        store = Store(self.url, server, self.notes)
        self._stores.append(store)
        return store

    def opened(self, server="default"):
        """Give a store that is open."""
        store = self.store(server)
        if self.kind == "postgresql":
            store.upgrade()
        store.open()
        return store

    def close(self):
        for store in self._stores:
            store.close()


@pytest.fixture
def sqlite_database(tmp_path):
    database = TestDatabase("sqlite", f"sqlite:///{tmp_path}/ipam.db", None)
    yield database
    database.close()


@pytest.fixture
def postgresql_database(postgresql, tmp_path):
    database = TestDatabase("postgresql", postgresql.new_database(), tmp_path)
    database.server = postgresql
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    return request.getfixturevalue(f"{request.param}_database")


@pytest.fixture
def store(database):
    return database.opened()


class Inbox:
    """The thread in which results are wanted: that of the test, when it looks."""

    def __init__(self) -> None:
        self._calls = queue.SimpleQueue()

    def put(self, call):
        self._calls.put(call)

    def until(self, condition):
        """Do what has come, and what comes, until a condition holds."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self._calls.get(timeout=deadline - time.monotonic())()

    def result(self, future):
        """Wait for the result of a future."""
        self.until(future.done)
        return future.result(0)

    def error(self, future):
        """Wait for the error of a future."""
        self.until(future.done)
        return future.exception(0)


@pytest.fixture
def inbox():
    return Inbox()


@pytest.fixture
def make_writer(inbox):
    """Start writers that try again soon; they are stopped in the end."""
    writers = []

    def make(store, **settings):
        writer = StoreWriter(store, inbox.put, **{"retry_every": 0.01, **settings})
        writer.health = []
        writer.subscribe(writer.health.append, lambda: writer.health.append(None))
        writers.append(writer)
        writer.start()
        return writer

    yield make
    for writer in writers:
        inbox.result(writer.stop(within=0))
