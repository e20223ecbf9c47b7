"""``ipam-progress run`` and ``start-task`` as processes: what they show, and every exit status."""

import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from uuid import UUID

import pytest

pytestmark = pytest.mark.live

PATIENCE = 30

PROGRAM = """
import json
from ipam_progress import IpamError, OperationRegistry
from ipam_progress.contracts import (
    DhcpMsmOverallCompletionStatus, EntityStatus, EntityStatusCollection, IpamExceptionId,
)
from ipam_progress.datacontract import to_json

registry = OperationRegistry()

@registry.operation("EditDhcpScope")
async def edit(parameters, progress):
    async with progress.subtask("Look", description="at it") as part:
        await part.warning("It is old.")
    await progress.subtask("Touch \\u202e").error(
        IpamError(IpamExceptionId.IpamApiAccessDenied, "Hands off.")
    )
    return DhcpMsmOverallCompletionStatus(
        EntityStatusCollectionObject=EntityStatusCollection(
            EntityStatusList=[EntityStatus(IsSuccessful=True, RecordId=7)]
        )
    )

@registry.operation("DeleteDhcpScope")
async def delete(parameters, progress):
    inner = IpamError(IpamExceptionId.IpamApiAccessDenied, "The lock\\nis closed.")
    raise IpamError(IpamExceptionId.IpamApiInvalidParameter, "No.") from inner

@registry.operation("CreateDhcpScope")
async def create(parameters, progress):
    with open("parameters.json", "w") as file:
        json.dump(to_json(parameters), file)

@registry.operation("ReplicateServer", non_deterministic=True)
async def replicate(parameters, progress):
    pass

@registry.task("Audit")
def audit(server):
    with open("audited", "w") as file:
        file.write(repr(server))
"""


@pytest.fixture(scope="module")
def program_folder(tmp_path_factory) -> Path:
    """Where the program is, and where it leaves what it was told."""
    folder = tmp_path_factory.mktemp("program")
    (folder / "program.py").write_text(PROGRAM)
    return folder


@pytest.fixture(scope="module")
def program_url(lasting_programs, program_folder) -> str:
    """Where the program is served during the tests of this module."""
    return lasting_programs.serve("--app", "program:registry", cwd=program_folder).url


@pytest.fixture
def silent_server():
    """A server that accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        yield listener


def url_of(listener: socket.socket) -> str:
    return "net.tcp://{}:{}".format(*listener.getsockname())


def test_plain_lines_where_the_output_is_no_terminal(demo_url, command) -> None:
    status, lines, errors = command("run", demo_url, "editdhcpscope").end()
    assert (status, errors) == (0, [])
    assert lines[:-1] == [
        "EditDhcpScope: started",
        "  Step 1: not started (step 1 of 2)",
        "  Step 2: not started (step 2 of 2)",
        "  Step 1: in progress (step 1 of 2), 50 %",
        "EditDhcpScope: 25 %",
        "  Step 1: done (step 1 of 2), 100 %",
        "EditDhcpScope: 50 %",
        "  Step 2: in progress (step 2 of 2), 50 %",
        "EditDhcpScope: 75 %",
        "  Step 2: done (step 2 of 2), 100 %",
        "EditDhcpScope: 100 %",
    ]
    assert re.fullmatch(r"EditDhcpScope: CompletedWithSuccess after \d+\.\d s", lines[-1])


def test_json_has_the_callbacks_as_on_the_wire(demo_url, command) -> None:
    status, lines, errors = command("run", demo_url, "EditDhcpScope", "--json").end()
    assert (status, errors) == (0, [])
    events = [json.loads(line) for line in lines]
    assert events[0] == {"event": "StartProgressCallback", "isNonDeterministic": False}
    assert events[1]["event"] == "AddSubTask"
    assert events[1]["subTaskInstance"]["SubTaskName"] == "Step 1"
    assert events[3]["event"] == "SetSubTaskStatus"
    assert (events[3]["status"], events[3]["percentComplete"]) == ("InProgress", 50)
    assert events[4] == {"event": "SetCompletionPercentage", "completionPercentage": 25}
    assert events[-2]["overallStatus"] == "CompletedWithSuccess"
    request = events[-1]["request"].removeprefix("urn:uuid:")
    assert str(UUID(request)) == request
    assert events[-1] == {
        "event": "end",
        "exit": 0,
        "request": f"urn:uuid:{request}",
        "status": "CompletedWithSuccess",
        "percent": 100.0,
        "rejected": 0,
    }


def test_warnings_errors_and_a_result(program_url, command) -> None:
    status, lines, errors = command("run", program_url, "EditDhcpScope").end()
    assert (status, errors) == (0, [])
    warned = "  Look: done, with a warning (at it): IpamApiGenericErrorOccurred: It is old., 100 %"
    assert warned in lines
    # what a server says is shown, not obeyed
    assert "  Touch \\u202e: failed: IpamApiAccessDenied: Hands off., 0 %" in lines
    result = json.loads("".join(lines).partition("result: ")[2])
    (entity,) = result["EntityStatusCollectionObject"]["EntityStatusList"]
    assert (entity["IsSuccessful"], entity["RecordId"]) == (True, 7)


def test_no_percentage_where_nobody_can_say(program_url, command) -> None:
    status, lines, _ = command("run", program_url, "ReplicateServer").end()
    assert status == 0
    assert lines[0] == "ReplicateServer: started, nobody can say how long it takes"


def test_a_failed_operation(program_url, command) -> None:
    cause = (
        "DeleteDhcpScope failed: IpamApiInvalidParameter: No.; "
        "because of IpamApiAccessDenied: The lock\\nis closed."
    )
    plain = command("run", program_url, "DeleteDhcpScope")
    status, lines, errors = command("run", program_url, "DeleteDhcpScope", "--json").end()
    assert plain.end()[::2] == (1, [f"Error: {cause}"])
    assert (status, errors) == (1, [f"Error: {cause}"])
    end = json.loads(lines[-1])
    assert (end["exit"], end["status"], end["cause"]) == (1, "CompletedWithFailure", cause)


def test_an_operation_that_the_server_refuses(program_url, command) -> None:
    status, lines, (error,) = command("run", program_url, "ReplicateScope", "--json").end()
    assert status == 1
    assert error.startswith("Error: the server refused ReplicateScope: IpamApiInvalidParameter")
    (end,) = (json.loads(line) for line in lines)
    assert end["exit"] == 1
    assert end["fault"]["code"] == "Sender"
    assert end["fault"]["subcode"] is None
    assert end["fault"]["exception"].startswith("IpamApiInvalidParameter: ")


def test_parameters_arrive(program_url, program_folder, command) -> None:
    path = program_folder / "scope.json"
    path.write_text('{"Scope": {"$type": "DhcpScopeV4", "ScopeName": "L\u00e4b"}}', "utf-8")
    status, _, errors = command(
        "run", program_url, "CreateDhcpScope", "--parameters", path
    ).end()  # fmt: skip
    assert (status, errors) == (0, [])
    arrived = json.loads((program_folder / "parameters.json").read_text())
    assert arrived["OperationId"] == "CreateDhcpScope"
    assert arrived["Scope"]["$type"] == "DhcpScopeV4"
    assert arrived["Scope"]["ScopeName"] == "L\u00e4b"


def test_parameters_that_cannot_be_sent(demo_url, command, tmp_path) -> None:
    path = tmp_path / "scope.json"
    path.write_text(r'{"Scope": {"$type": "DhcpScopeV4", "ScopeName": "a\u0001"}}')
    status, lines, (error,) = command(
        "run", demo_url, "CreateDhcpScope", "--parameters", path
    ).end()  # fmt: skip
    assert (status, lines) == (2, [])
    assert error.startswith("Error: CreateDhcpScope cannot be sent: paramters.Scope.ScopeName: ")


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_parameters_that_cannot_be_used(invoke, tmp_path, arguments) -> None:
    path = tmp_path / "scope.json"
    path.write_text('{"Scoop": null}')
    result = invoke("run", "net.tcp://x", "CreateDhcpScope", "--parameters", path, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"Error: {path}: ")
    assert "Scoop" in line


def test_no_connection(command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = url_of(listener)
    commands = (["run", url, "EditDhcpScope"], ["start-task", url, "Audit"])
    for client in [command(*arguments) for arguments in commands]:
        status, lines, (error,) = client.end()
        assert (status, lines) == (3, [])
        assert error.startswith("Error: no connection to 127.0.0.1, port ")


def test_a_server_that_is_lost(serve, command) -> None:
    server = serve("--demo", "--demo-delay", "1000")
    client = command("run", server.url, "EditDhcpScope", "--json")
    client.line_with("AddSubTask")
    server.signal(signal.SIGKILL)
    status, lines, (error,) = client.end()
    assert status == 3
    assert error.startswith("Error: the session was over before EditDhcpScope was: ")
    end = json.loads(lines[-1])
    advice = f"to ask how it ended: ipam-progress operations {server.url} {end['request']}"
    assert error.endswith(advice)
    assert (end["event"], end["exit"], end["status"]) == ("end", 3, "InProgress")


def test_a_server_that_says_nothing(silent_server, command) -> None:
    for arguments in (["run", url_of(silent_server), "EditDhcpScope"],
                      ["start-task", url_of(silent_server), "Audit"]):  # fmt: skip
        status, lines, (error,) = command(*arguments, "--timeout", "0.1").end()
        assert (status, lines) == (3, [])
        assert "0.1 seconds" in error


def test_a_server_that_speaks_another_protocol(silent_server, command) -> None:
    def answer() -> None:
        connection, _ = silent_server.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    thread = threading.Thread(target=answer)
    thread.start()
    status, lines, (error,) = command("run", url_of(silent_server), "EditDhcpScope").end()
    thread.join()
    assert (status, lines) == (3, [])
    assert "HTTP" in error


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_the_operation_runs(serve, command, number) -> None:
    server = serve("--demo", "--demo-delay", "1000")
    client = command("run", server.url, "EditDhcpScope", "--json")
    client.line_with("AddSubTask")
    client.signal(number)
    status, lines, errors = client.end()
    assert status == 130
    assert errors == ["Error: EditDhcpScope was interrupted; the server may go on with it"]
    assert json.loads(lines[-1])["exit"] == 130


def test_interrupted_before_there_is_a_session(silent_server, command) -> None:
    for arguments in (["run", url_of(silent_server), "EditDhcpScope"],
                      ["start-task", url_of(silent_server), "Audit"]):  # fmt: skip
        client = command(*arguments)
        connection, _ = silent_server.accept()
        with connection:
            assert connection.recv(3) == b"\x00\x01\x00"
            client.signal(signal.SIGINT)
            assert client.end()[0] == 130


def connecting_to(port: int) -> bool:
    """Say whether some process waits for an answer from a port (SYN_SENT is 02)."""
    lines = Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]
    return any(line.split()[2:4] == [f"0100007F:{port:04X}", "02"] for line in lines)


@pytest.mark.skipif(sys.platform != "linux", reason="a full queue is another matter elsewhere")
def test_interrupted_before_there_is_a_connection(command) -> None:
    with (
        socket.create_server(("127.0.0.1", 0), backlog=0) as listener,
        # this one waits in the queue, and while it does others are not even refused
        socket.create_connection(listener.getsockname()),
    ):
        client = command("run", url_of(listener), "EditDhcpScope")
        while not connecting_to(listener.getsockname()[1]):
            assert client.process.poll() is None
        client.signal(signal.SIGINT)
        status, _, errors = client.end()
    assert status == 130
    assert errors == ["Error: EditDhcpScope was interrupted; the server may go on with it"]


def test_start_task(program_url, program_folder, command) -> None:
    good = command("start-task", program_url, "audit", "--server", "dhcp1")
    missing = command("start-task", program_url, "Discovery")
    nothing = command("start-task", program_url, "None")
    assert good.end() == (0, ["task Audit triggered for dhcp1"], [])
    assert (program_folder / "audited").read_text() == "'dhcp1'"
    status, lines, (error,) = missing.end()
    assert (status, lines) == (1, [])
    assert error.startswith("Error: the server refused task Discovery: IpamApiTaskDoesNotExist")
    assert nothing.end()[0] == 1


def test_bars_on_a_terminal(demo_url) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "ipam_progress", "run", demo_url, "EditDhcpScope"],
        stdout=theirs,
        stderr=subprocess.PIPE,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80", "LINES": "24"},
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                shown += os.read(ours, 65536)
            except OSError:  # how Linux reports that the other end is closed
                break
        os.close(ours)
        assert process.wait(30) == 0
        assert process.stderr.read() == b""
    text = shown.decode()
    for name in ("Step 1", "Step 2", "EditDhcpScope"):
        assert name in text
    assert "━" in text
    assert "100 %" in text
    # the cursor comes back
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")
    assert "EditDhcpScope: CompletedWithSuccess" in text


def test_demo(command) -> None:
    status, lines, errors = command("demo", "--delay", "0").end()
    assert (status, errors) == (0, [])
    assert lines[0].startswith("a server listens on net.tcp://127.0.0.1:")
    assert "  Create the scope Laboratory: done, 100 %" in lines
    assert lines[-2] == "CreateDhcpScope: 100 %"
    assert lines[-1].startswith("CreateDhcpScope: CompletedWithSuccess after ")


def test_demo_in_json(command) -> None:
    status, lines, errors = command("demo", "--delay", "0", "--json").end()
    assert (status, errors) == (0, [])
    events = [json.loads(line) for line in lines]
    assert events[0]["event"] == "StartProgressCallback"
    assert events[-1]["exit"] == 0


def test_demo_is_interrupted(command) -> None:
    demo = command("demo", "--delay", "1000")
    demo.line_with("in progress")
    demo.signal(signal.SIGINT)
    assert demo.end()[0] == 130
