"""Opening, claiming and upgrading a store; addresses; notes on what could not be recorded."""

import os
import re
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event

from ipam_progress.errors import StoreError, StoreUnavailableError
from ipam_progress.store import Store, migrations, schema, sqlite

PASSWORD = "s3cr3t"


def refusal(action):
    """Give the text of the error that an action ends with; there is nothing secret in it."""
    with pytest.raises(StoreError) as caught:
        action()
    text = str(caught.value)
    assert PASSWORD not in text
    return text


# --- Addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"nonsense:{PASSWORD}", "cannot be read: write sqlite:///FILE or postgresql://USER@"),
        (f"mysql://ipam:{PASSWORD}@host/x", "mysql is no database that the store can be in"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:///", "names no file"),
        ("sqlite:///x.db?mode=ro", "names no file"),
        ("sqlite:///what?.db", "with %3F for a question mark and %25 for a percent sign"),
        ("sqlite:///x%00.db", "names no file"),
        ("sqlite://host/x.db", "names no file"),
    ],
)
def test_an_address_that_is_none(url, expected):
    assert expected in refusal(lambda: Store(url))


@pytest.mark.parametrize("name", ["", ".", "-x", "a/b", "ä", "a" * 65])
def test_a_server_has_a_name_that_can_be_one_of_a_folder(name):
    assert "is no name for a server" in refusal(lambda: Store("sqlite:///x.db", name))


def test_a_store_shows_its_address_but_not_its_password(tmp_path):
    assert repr(Store("sqlite:////a/b.db")) == "<Store /a/b.db of default>"
    url = f"postgresql://ipam:{PASSWORD}@host/name?sslpassword={PASSWORD}"
    shown = repr(Store(url, "one"))
    assert PASSWORD not in shown
    assert "@host/name of one" in shown


def test_psycopg_is_asked_for_when_it_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    text = refusal(lambda: Store(f"postgresql://ipam:{PASSWORD}@host/name"))
    assert "pip install 'ipam-progress[postgresql]'" in text


@pytest.mark.parametrize("name", ["what?mode=ro", "100%20#1", "a b", "%3F", ":memory:", "-"])
def test_a_file_may_have_any_name(tmp_path, name):
    for place in (tmp_path / name, f"sqlite:///{quote(str(tmp_path / name))}"):
        store = Store(place)
        assert repr(store) == f"<Store {tmp_path / name} of default>"
        store.open()
        assert {path.name for path in tmp_path.iterdir() if path.stat().st_size} >= {name}
        store.close()
    assert {path.name for path in tmp_path.iterdir()} == {name, f"{name}.unresolved"}


# --- Opening -------------------------------------------------------------------------------------


def test_a_new_file_is_made_for_its_owner_alone(tmp_path):
    old = os.umask(0)
    try:
        store = Store(f"sqlite:///{tmp_path}/ipam.db")
        store.open()
    finally:
        os.umask(old)
    made = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}
    assert made == {
        "ipam.db": 0o600,
        "ipam.db-wal": 0o600,
        "ipam.db-shm": 0o600,
        "ipam.db.unresolved": 0o700,
        "default": 0o700,
    }
    store.close()


def test_every_commit_waits_for_the_disk(sqlite_database):
    store = sqlite_database.opened()
    with store._engine.begin() as connection:
        for pragma, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_a_relative_file_stays_where_it_was(tmp_path, monkeypatch, records):
    monkeypatch.chdir(tmp_path)
    store = Store("sqlite:///ipam.db")
    monkeypatch.chdir("/")
    store.open()
    store.close()
    assert (tmp_path / "ipam.db").exists()


def test_it_is_opened_and_closed_as_often_as_one_likes(database):
    store = database.opened()
    assert "is open already" in refusal(store.open)
    store.close()
    store.close()

    def use():
        with store.transaction():
            pytest.fail("there is no transaction")

    assert "is not open" in refusal(use)
    store.open()
    with store.transaction() as transaction:
        assert transaction.operations(1) == []


def test_a_transaction_that_has_to_wait_too_long_for_its_turn(database):
    store = database.opened()
    store._engine.pool._timeout = 0.01
    with store.transaction():
        text = refusal(lambda: store.transaction().__enter__())
    assert "no connection to it came free in time" in text


def test_a_folder_that_is_not_there(tmp_path):
    text = refusal(Store(f"sqlite:///{tmp_path}/no/ipam.db").open)
    assert text == f"{tmp_path}/no/ipam.db: make the folder first"


def test_a_folder_in_the_place_of_the_file(tmp_path):
    assert "Is a directory" in refusal(Store(f"sqlite:///{tmp_path}").open)


def test_a_file_that_others_may_use_is_refused(tmp_path):
    path = tmp_path / "ipam.db"
    path.touch(mode=0o640)
    assert f"run: chmod 600 {path}" in refusal(Store(f"sqlite:///{path}").open)


def test_a_file_that_is_no_database(tmp_path):
    path = tmp_path / "ipam.db"
    path.touch(mode=0o600)
    path.write_text("something else " * 100)
    assert "file is not a database" in refusal(Store(f"sqlite:///{path}").open)
    assert path.read_text() == "something else " * 100


def test_a_server_that_is_not_there(postgresql):
    store = Store(f"postgresql://ipam:{PASSWORD}@127.0.0.1:1/x", notes="/tmp")
    assert "Connection refused" in refusal(store.check)


def test_a_wrong_password(postgresql):
    store = Store(f"postgresql://ipam:{PASSWORD}@127.0.0.1:{postgresql.port}/postgres")
    assert "password authentication failed" in refusal(store.check)


def test_parameters_in_an_address_take_the_place_of_ours(postgresql_database):
    options = "?options=-c%20statement_timeout%3D7s&application_name=mine"
    store = Store(postgresql_database.url + options)
    with store._visit() as connection:
        settings = dict(
            connection.exec_driver_sql(
                "SELECT name, setting FROM pg_settings WHERE name IN"
                " ('statement_timeout', 'application_name', 'lock_timeout')"
            ).all()
        )
    assert settings == {
        "statement_timeout": "7000",
        "application_name": "mine",
        "lock_timeout": "2000",
    }


# --- Claims --------------------------------------------------------------------------------------


def test_a_server_is_served_by_one_process(database):
    first = database.opened()
    second = database.store()
    assert "another process has it open as the server 'default'" in refusal(second.open)
    database.opened("other")
    second.check()  # which claims nothing
    first.close()
    second.open()


def test_the_claim_is_free_after_a_failed_start(sqlite_database):
    sqlite_database.opened().close()
    path = Path(sqlite_database.url.removeprefix("sqlite:///"))
    path.chmod(0o644)
    store = sqlite_database.store()
    refusal(store.open)
    path.chmod(0o600)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    refusal(store.open)
    with sqlite3.connect(path) as connection:
        connection.execute(f"UPDATE alembic_version SET version_num = '{schema.REVISION}'")
    store.open()


def test_a_folder_that_cannot_be_locked(sqlite_database, monkeypatch):
    def flock(descriptor, operation):
        raise OSError(37, "No locks available")

    monkeypatch.setattr("fcntl.flock", flock)
    assert "No locks available" in refusal(sqlite_database.store().open)


# --- Tables --------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:.*expression-based index")  # in SQLite it cannot be compared
def test_migrations_make_the_tables_that_the_program_uses(database):
    store = database.opened()
    with store._engine.begin() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, schema.metadata) == []
    script = ScriptDirectory(Path(migrations.__file__).parent)
    assert script.get_current_head() == schema.REVISION
    assert [each.revision for each in script.walk_revisions()] == sorted(
        (each.revision for each in script.walk_revisions()), reverse=True
    )


def test_the_longest_names_have_room(store, records):
    from ipam_progress.contracts import IpamAdminOperationId, IpamTaskType, SubTaskStatus

    longest = max(
        len(str(member.value))
        for members in (IpamAdminOperationId, IpamTaskType, SubTaskStatus)
        for member in members
    )
    assert longest <= schema.operations.c.operation_id.type.length


def test_a_database_without_tables_is_filled_by_hand_only(postgresql_database):
    store = postgresql_database.store()
    assert "it has no tables yet; run: ipam-progress store upgrade" in refusal(store.open)
    assert "it has no tables yet" in refusal(store.check)
    store.upgrade()
    store.check()
    store.open()


def test_checking_makes_nothing(sqlite_database, tmp_path):
    store = sqlite_database.store()
    assert "there is no such file" in refusal(store.check)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "ipam.db").touch(mode=0o600)
    assert "it has no tables yet" in refusal(store.check)
    store.upgrade()
    store.check()


@pytest.mark.parametrize(
    ("revision", "expected"),
    [
        ("0000", r"an older version .* stop the server .* run: ipam-progress store upgrade"),
        ("9999", r"a newer version of this program; use that one"),
        ("1a2b3c", r"of another program; give the store a database of its own"),
    ],
)
def test_tables_of_another_version(database, revision, expected):
    store = database.opened()
    with store._engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")
    store.close()
    assert re.search(expected, refusal(store.open))
    assert re.search(expected, refusal(store.check))
    if revision != "0000":
        assert re.search(expected, refusal(store.upgrade))


def test_tables_of_another_program(database):
    store = database.opened()
    with store._engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
    store.close()
    for action in (store.open, store.upgrade, store.check):
        assert "has a table audit of another program" in refusal(action)


def test_two_may_upgrade_at_once(database):
    stores = [database.store() for _ in range(4)]
    with ThreadPoolExecutor() as pool:
        for upgrade in [pool.submit(store.upgrade) for store in stores]:
            upgrade.result()
    stores[0].check()


class Contended:
    """A connection to a file that others, so many times, are just changing to WAL mode."""

    def __init__(self, others):
        self.others = others

    def execute(self, statement):
        if statement == "PRAGMA journal_mode = WAL" and self.others:
            self.others -= 1
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise error


def test_who_comes_first_changes_the_file_to_wal_mode(monkeypatch):
    contended = Contended(3)
    sqlite._set_up(contended, None)
    assert contended.others == 0
    monkeypatch.setattr(sqlite, "_PATIENCE", -1)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        sqlite._set_up(Contended(3), None)


def test_looking_does_not_wait_for_the_server_nor_hold_it_up(database, records):
    store, record = database.opened(), records.operation()
    with store.transaction() as transaction:
        transaction.add_operation(record)
    with database.store().look() as looking:
        assert looking.operations(10) == [record]
        with store.transaction() as transaction:
            transaction.add_operation(records.operation())
            with database.store().look() as second:
                assert second.operations(10) == [record]


def test_an_upgrade_does_not_lose_what_is_there(database, records):
    store = database.opened()
    record = records.operation()
    with store.transaction() as transaction:
        transaction.add_operation(record)
    store.upgrade()
    with store.transaction() as transaction:
        assert transaction.operation(record.id) == record


# --- Speed ---------------------------------------------------------------------------------------


def test_every_look_up_is_made_by_the_index_for_it(sqlite_database, records):
    """With one row SQLite would choose the same as with a million: it has not counted them."""
    store = sqlite_database.opened()
    statements = []

    def note(_connection, _cursor, statement, parameters, *_):
        statements.append((statement, parameters))

    now = records.later()
    looks = {
        "ix_operations_outcome": lambda t: t.running_operations(),
        "ix_operations_started": lambda t: t.operations(10),
        "ix_operations_request": lambda t: t.operation_by_request("urn:1", "alice"),
        "ix_operations_client": lambda t: t.operations(10, client="alice"),
        "sqlite_autoindex_operations_1": lambda t: t.operation(uuid4()),
        "ix_task_runs_outcome": lambda t: t.running_task_runs(),
        "ix_task_runs_started": lambda t: t.task_runs(10),
        "ix_audit_time": lambda t: t.audit(10),
        "ix_(operations|task_runs)_ended|ix_audit_time": lambda t: t.prune(now, 100),
    }
    event.listen(store._engine, "before_cursor_execute", note)
    for index, look in looks.items():
        with store.transaction() as transaction:
            statements.clear()
            look(transaction)
            asked = [each for each in statements if each[0].startswith("SELECT")]
            assert asked
            for statement, parameters in asked:
                plan = transaction._connection.exec_driver_sql(
                    f"EXPLAIN QUERY PLAN {statement}", parameters
                ).all()
                # a second step would be a sort
                (step,) = (row[-1] for row in plan)
                assert re.search(rf"^SEARCH \w+ USING (COVERING )?INDEX ({index}) ", step), step


# --- Notes ---------------------------------------------------------------------------------------


def test_notes_outlive_the_store(database):
    store = database.opened()
    first, second = uuid4(), uuid4()
    assert store.unresolved() == set()
    store.note_unresolved(first)
    store.note_unresolved(first)
    store.note_unresolved(second)
    store.close()
    again = database.opened()
    assert again.unresolved() == {first, second}
    assert database.opened("other").unresolved() == set()
    again.forget_unresolved(first)
    again.forget_unresolved(first)
    assert again.unresolved() == {second}


def test_other_files_among_the_notes_are_left_alone(sqlite_database, tmp_path):
    store = sqlite_database.opened()
    (tmp_path / "ipam.db.unresolved" / "default" / "README").touch()
    assert store.unresolved() == set()


def test_the_folder_for_notes_is_that_of_the_service(postgresql, tmp_path, monkeypatch):
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    store = Store(postgresql.new_database())
    store.upgrade()
    store.open()
    store.close()
    assert (tmp_path / "ipam-progress.unresolved" / "default").is_dir()


def test_a_folder_for_notes_that_cannot_be(postgresql, tmp_path):
    (tmp_path / "file").touch()
    store = Store(postgresql.url, notes=tmp_path / "file")
    assert "a folder has to be there for notes" in refusal(store.open)


def test_a_folder_for_notes_that_cannot_be_written_to(sqlite_database, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: False)
    assert "this user may make no files in it" in refusal(sqlite_database.store().open)


def test_a_note_that_cannot_be_made(sqlite_database, tmp_path):
    store = sqlite_database.opened()
    (tmp_path / "ipam.db.unresolved" / "default").rmdir()
    assert "No such file" in refusal(lambda: store.note_unresolved(uuid4()))


def test_a_file_that_was_replaced_is_not_written_to(sqlite_database, tmp_path):
    store = sqlite_database.opened()

    def use():
        with store.transaction():
            pytest.fail("there is no transaction")

    path = tmp_path / "ipam.db"
    path.rename(tmp_path / "moved.db")
    assert "deleted or replaced; restart the server" in refusal(use)
    path.touch(mode=0o600)
    with pytest.raises(StoreUnavailableError, match="deleted or replaced"):
        use()


# --- Start ---------------------------------------------------------------------------------------


def test_alembic_is_not_imported_to_open_what_is_up_to_date(sqlite_database):
    sqlite_database.opened().close()
    code = (
        "import sys; from ipam_progress.store import Store\n"
        f"Store({sqlite_database.url!r}).open()\n"
        "print([name for name in ('alembic', 'twisted', 'psycopg') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
