"""``ipam-progress operations``: what it prints of a store, and what is wrong with a command line.

What it prints of a server is tried in tests/live/test_history.py.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from ipam_progress.cli import operations, tables
from ipam_progress.records import OperationRecord, Outcome, SubtaskRecord
from ipam_progress.store import Store

BEGAN = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
SUBTASKS = (
    SubtaskRecord(
        number=1,
        unique_id=1,
        name="Check",
        status="CompletedWithError",
        percent=Decimal("12.5"),
        error="no such server",
    ),
    SubtaskRecord(
        number=2, unique_id=2, name="", description="half of it", status="SomethingNewer"
    ),
)
FAILED = OperationRecord(
    id=UUID(int=102),
    request_id=f"urn:uuid:{UUID(int=2)}",
    operation_id="CreateDhcpScope",
    parameters="<Scope><Name>1 &lt; 2</Name></Scope>",
    client=r"CONTOSO\alice",
    address="192.0.2.7:50000",
    started=BEGAN + timedelta(hours=1),
    ended=BEGAN + timedelta(hours=3, seconds=4),
    outcome=Outcome.FAILED,
    percent=Decimal(50),
    error="it is \x1b[31m[red]",
    client_saw_end=True,
    attempts=2,
    checkpoint='{"secret": 1}',
    subtasks=SUBTASKS,
)
SUCCEEDED = OperationRecord(
    id=UUID(int=101),
    request_id="urn:of-their-own",
    operation_id="EditDhcpScope",
    parameters="",
    started=BEGAN,
    ended=BEGAN + timedelta(seconds=1.25),
    outcome=Outcome.SUCCEEDED,
    percent=Decimal(100),
)
RUNNING = OperationRecord(
    id=UUID(int=103),
    request_id=f"urn:uuid:{UUID(int=3)}",
    operation_id="DeleteDhcpScope",
    parameters="<Broken",
    started=BEGAN + timedelta(hours=2),
)


@pytest.fixture(autouse=True)
def _clock_in_utc(monkeypatch):
    monkeypatch.setattr(
        operations, "time_text", lambda time: f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    )


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """The address of a store with three operations, which a server has open."""
    url = f"sqlite:///{tmp_path_factory.mktemp('store') / 'ipam.db'}"
    store = Store(url)
    store.open()
    with store.transaction() as transaction:
        for record in (SUCCEEDED, FAILED, RUNNING):
            transaction.add_operation(record)
    yield url
    store.close()


def lines_of(result):
    assert (result.exit_code, result.stderr) == (0, "")
    return [line.rstrip() for line in result.stdout.splitlines()]


def test_the_newest_come_first(invoke, url):
    heading, _, *rows = lines_of(invoke("operations", url))
    assert " ".join(heading.split()) == "Started Operation Client Outcome Done Took Seen Request"
    assert [row.split() for row in rows] == [
        ["2026-02-03", "06:05:06", "DeleteDhcpScope", "running", "0", "%", str(UUID(int=3))],
        [
            *("2026-02-03", "05:05:06", "CreateDhcpScope", r"CONTOSO\alice", "failed", "50", "%"),
            *("2:00:04", "yes", str(UUID(int=2))),
        ],
        [
            *("2026-02-03", "04:05:06", "EditDhcpScope", "succeeded", "100", "%"),
            *("1.2", "s", "no", "urn:of-their-own"),
        ],
    ]


def test_on_a_narrow_terminal_there_is_what_one_needs(invoke, url, monkeypatch):
    def narrow():
        console = tables.table_console()
        console.width = 80
        return console

    monkeypatch.setattr(operations, "table_console", narrow)
    heading, _, *rows = lines_of(invoke("operations", url))
    assert heading.split() == ["Started", "Operation", "Outcome", "Request"]
    assert str(UUID(int=2)) in "\n".join(rows)
    assert all(len(row) <= 80 for row in rows)


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--limit", "2"], [103, 102]),
        (["--outcome", "failed"], [102]),
        (["--outcome", "unknown"], []),
    ],
)
def test_fewer_of_them(invoke, url, options, ids):
    told = [json.loads(line) for line in lines_of(invoke("operations", url, "--json", *options))]
    assert [UUID(each["id"]).int for each in told] == ids


def test_nothing_is_said_to_be_nothing(invoke, url):
    assert lines_of(invoke("operations", url, "--outcome", "unknown")) == [
        "no operations are on record"
    ]


@pytest.mark.parametrize("wanted", [FAILED.request_id, str(UUID(int=2)), str(UUID(int=2)).upper()])
def test_one_in_full(invoke, url, wanted):
    assert lines_of(invoke("operations", url, wanted)) == [
        "CreateDhcpScope: failed",
        f"  request   {FAILED.request_id}",
        f"  id        {FAILED.id}",
        r"  client    CONTOSO\alice, from 192.0.2.7:50000",
        "  started   2026-02-03 05:05:06",
        "  ended     2026-02-03 07:05:10",
        "  took      2:00:04",
        "  done      50 %",
        "  attempts  2",
        "  seen      yes",
        r"  error     it is \x1b[31m[red]",
        "Subtask     Status             Done",
        "─" * 52,
        "Check       failed           12.5 %   no such server",
        "subtask 2   SomethingNewer      0 %   half of it",
        "Parameters",
        "  <Scope>",
        "    <Name>1 &lt; 2</Name>",
        "  </Scope>",
    ]


def test_subtasks_that_a_server_left_off_are_told_of(capsys):
    operations._print_in_full(replace(FAILED, subtasks=SUBTASKS[1:]))
    assert "Of so many subtasks those below number 2 are left off." in capsys.readouterr().out


def test_one_of_which_little_is_known(invoke, url):
    assert lines_of(invoke("operations", url, RUNNING.request_id)) == [
        "DeleteDhcpScope: running",
        f"  request   {RUNNING.request_id}",
        f"  id        {RUNNING.id}",
        "  client    nobody knows who",
        "  started   2026-02-03 06:05:06",
        "  done      0 %",
        "Parameters",
        "  <Broken",
    ]


def test_one_without_parameters(invoke, url):
    assert lines_of(invoke("operations", url, SUCCEEDED.request_id))[-2:] == [
        "  done      100 %",
        "  seen      no",
    ]


def test_one_in_full_as_json(invoke, url):
    (line,) = lines_of(invoke("operations", url, FAILED.request_id, "--json"))
    told = json.loads(line)
    assert told.pop("subtasks")[0] == {
        "number": 1,
        "unique_id": 1,
        "name": "Check",
        "description": "",
        "status": "CompletedWithError",
        "percent": 12.5,
        "error": "no such server",
    }
    assert told == {
        "id": str(FAILED.id),
        "request_id": FAILED.request_id,
        "operation_id": "CreateDhcpScope",
        "parameters": FAILED.parameters,
        "client": r"CONTOSO\alice",
        "address": "192.0.2.7:50000",
        "started": "2026-02-03T05:05:06+00:00",
        "ended": "2026-02-03T07:05:10+00:00",
        "outcome": "failed",
        "percent": 50.0,
        "error": FAILED.error,
        "client_saw_end": True,
        "attempts": 2,
    }


def test_in_a_list_there_are_no_details(invoke, url):
    for line in lines_of(invoke("operations", url, "--json")):
        assert not {"parameters", "subtasks", "checkpoint"} & json.loads(line).keys()


def test_one_that_there_is_not(invoke, url):
    result = invoke("operations", url, UUID(int=9))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: no operation is on record that was asked for with urn:uuid:{UUID(int=9)}, or it "
        "was started by somebody else\n"
    )


def test_a_configuration_names_the_store(invoke, url, tmp_path):
    path = tmp_path / "server.toml"
    file = url.removeprefix("sqlite:///")
    path.write_text(f'[store]\nfile = "{file}"\n[[listeners]]\nsecurity = "none"\n')
    assert len(lines_of(invoke("operations", "--config", path, "--json"))) == 3
    (line,) = lines_of(invoke("operations", "--config", path, "--json", UUID(int=3)))
    assert json.loads(line)["outcome"] == "running"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name a server, or its store by its URL or with --config"),
        (["--config", "x.toml", "sqlite:///x.db", "urn:x"], "--config takes the place of SOURCE"),
        (["net.tcp:x"], "'net.tcp:x' names no host"),
        (["sqlite:///x.db", "--security", "tls"], "'sqlite:///x.db' is no net.tcp URI"),
        (["--config", "x.toml", "--security", "tls"], "'' is no net.tcp URI"),
        (["net.tcp://x", "--limit", "1001"], "1001 is not in the range 1<=x<=1000"),
        (["net.tcp://x", "--outcome", "fine"], "'fine' is not one of 'running', 'succeeded'"),
    ],
)
def test_what_cannot_be_asked_for(invoke, arguments, said):
    result = invoke("operations", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("sqlite:////nowhere/ipam.db", "/nowhere/ipam.db: there is no such file"),
        ("ipam.db", "the address of the store cannot be read: write sqlite:///FILE"),
    ],
)
def test_what_cannot_be_read(invoke, source, said):
    result = invoke("operations", source)
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr
