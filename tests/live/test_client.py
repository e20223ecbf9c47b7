"""The library's client in programs of both kinds, against Microsoft's runtime and our server."""

import signal
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent / "programs" / "client.py"
DONE = {
    "event": "ended",
    "number": 0,
    "succeeded": True,
    "percent": "100",
    "subtasks": 3,
    "rejected": 0,
    "reason": None,
    "status": "DhcpMsmOverallCompletionStatus",
}


@pytest.fixture(params=["twisted", "asyncio"])
def run_client(request, start_program):
    """Start the program under one reactor or the other."""

    def run(url, *arguments):
        return start_program(sys.executable, PROGRAM, request.param, url, *arguments)

    return run


@pytest.fixture
def peer_server(runtime_probe, start_program):
    """Microsoft's runtime as the server; gives its program and URL."""

    def start(subtasks=3, steps=4):
        # port 0 is any that is free, and it tells which
        program = start_program(runtime_probe, "net.tcp://127.0.0.1:0", "serve", subtasks, steps)
        port = program.wait_for_line(r'"event":"listening","port":(\d+)')[1]
        return program, f"net.tcp://127.0.0.1:{port}"

    return start


def events_of(program):
    assert program.wait() == 0, program.tail()
    assert not program.log(), program.tail()
    return program.events()


def progress(subtasks=3, steps=4):
    """Give the events of an operation: name, subtask, percentage."""
    yield ("StartProgressCallback", None, None)
    for number in range(1, subtasks + 1):
        yield ("AddSubTask", (number, f"Step {number}", "NotStarted", 0.0), None)
    for done in range(1, subtasks * steps + 1):
        number, step = divmod(done - 1, steps)
        status = "CompletedWithSuccess" if step + 1 == steps else "InProgress"
        percent = round(100 * (step + 1) / steps, 2)
        yield ("SetSubTaskStatus", (number + 1, f"Step {number + 1}", status, percent), None)
        yield ("SetCompletionPercentage", None, round(100 * done / (subtasks * steps), 2))
    yield ("SetOverallStatus", None, None)


def told(event):
    subtask = event["subtask"]
    return (
        event["event"],
        None if subtask is None else (*subtask[:3], float(subtask[3])),
        None if event["percent"] is None else float(event["percent"]),
    )


def assert_told(events):
    """Every event is there; or, for who begins late, how things stood then and what followed.

    Under Twisted a program goes on before anything else can happen, under asyncio a turn later.
    """
    seen, whole = [told(event) for event in events], list(progress())
    if seen == whole:
        return
    late = seen[4:]
    if len(late) > 1 and late[0][0] == "SetCompletionPercentage":
        late = late[1:]
    assert late == whole[-len(late) :]
    assert [name for name, _, _ in seen[:4]] == [name for name, _, _ in whole[:4]]
    assert [subtask[:2] for _, subtask, _ in seen[1:4]] == [part[:2] for _, part, _ in whole[1:4]]


def normal(event):
    return {**event, "percent": f"{float(event['percent']):g}"}


@pytest.mark.parametrize("operation", ["CreateDhcpScope", "EditDhcpServer"])
def test_an_operation_on_microsofts_runtime(run_client, peer_server, operation):
    server, url = peer_server()
    *events, ended = events_of(run_client(url, "run", operation))
    assert_told(events)
    assert normal(ended) == DONE
    server.wait_for_line('"event":"closed"')  # in order: End for End
    (parameters,) = [event for event in server.events() if event["event"] == "parameters"]
    assert f"<OperationId>{operation}</OperationId>" in parameters["xml"]
    if operation == "CreateDhcpScope":
        assert "<ScopeName>Laboratory \u00e9\u4e2d</ScopeName>" in parameters["xml"]
    assert not [event for event in server.events() if "failed" in event["event"]]


def test_an_operation_on_our_server(run_client, demo_server):
    *events, ended = events_of(run_client(demo_server.url, "run", "CreateDhcpScope"))
    assert_told(events)
    assert normal(ended) == DONE


def test_operations_side_by_side(run_client, peer_server):
    _, url = peer_server()
    events = events_of(run_client(url, "run", "CreateDhcpScope", 20))
    for number in range(20):
        *mine, ended = [event for event in events if event["number"] == number]
        assert_told(mine)
        assert normal(ended) == {**DONE, "number": number}


def test_a_long_operation(run_client, peer_server):
    """More callbacks than may wait for a reader: the connection is held meanwhile."""
    _, url = peer_server(1, 5_000)
    *events, ended = events_of(run_client(url, "run", "CreateDhcpScope"))
    assert len(events) == 10_003
    assert (ended["succeeded"], ended["rejected"]) == (True, 0)


def test_a_server_that_is_killed(run_client, peer_server):
    server, url = peer_server(1, 1_000_000)
    client = run_client(url, "run", "CreateDhcpScope")
    client.wait_for_line("SetCompletionPercentage")
    server.process.send_signal(signal.SIGKILL)
    *_, last, ended = events_of(client)
    assert last["event"] == "SessionEnded"
    assert not ended["succeeded"]
    assert "connection" in ended["reason"]


def test_a_server_of_ours_that_is_stopped(run_client, start_server):
    server = start_server("--demo-delay", "0.1", "--limit", "stop_timeout=0.3")
    client = run_client(server.url, "run", "CreateDhcpScope")
    client.wait_for_line("SetCompletionPercentage")
    server.stop()
    *_, last, ended = events_of(client)
    assert last["event"] == "SetOverallStatus"
    assert (ended["succeeded"], ended["rejected"], ended["reason"]) == (False, 0, None)


def test_a_task(run_client, peer_server):
    server, url = peer_server()
    assert events_of(run_client(url, "task", "Discovery", "dhcp1")) == [{"event": "accepted"}]
    (task,) = [event for event in server.events() if event["event"] == "task"]
    assert (task["type"], task["server"]) == ("Discovery", "dhcp1")


@pytest.mark.parametrize("whose", ["peer", "ours"])
def test_a_fault(run_client, peer_server, demo_server, whose):
    url = peer_server()[1] if whose == "peer" else demo_server.url
    (fault,) = events_of(run_client(url, "task", "None"))
    assert (fault["event"], fault["code"]) == ("fault", "Sender")
    assert fault["id"] == "IpamApiInvalidParameter"
    assert fault["text"].startswith("IpamApiInvalidParameter: ")


def test_a_path_where_nothing_is_served(run_client, demo_server):
    (error,) = events_of(run_client(f"{demo_server.url}/Other", "task", "Discovery"))
    assert error["type"] == "FramingError"
    assert "no service at this address" in error["text"]


def test_nobody_listens(run_client, start_server):
    server = start_server()
    server.stop()
    (error,) = events_of(run_client(server.url, "run", "CreateDhcpScope"))
    assert error["type"] == "ConnectionLostError"
    assert f"no connection to 127.0.0.1, port {server.port}" in error["text"]
