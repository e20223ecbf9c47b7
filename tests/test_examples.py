"""The examples, run as README says; only the port is another one, any that is free."""

import json
import os
import re
import signal
import sqlite3
import struct
import subprocess
import sys
from contextlib import closing
from ipaddress import IPv4Address
from pathlib import Path

import pytest

pytestmark = pytest.mark.live

EXAMPLES = Path(__file__).parent.parent / "examples"
PATIENCE = 60


class Server:
    """A program that serves; its log is read as far as the line that tells where."""

    def __init__(self, *command: object, folder: Path) -> None:
        self.log: list[str] = []
        self._process = subprocess.Popen(
            list(map(str, command)),
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.url = self.wait_for(r" listening on (net\.tcp://127\.0\.0\.1:\d+)")

    def wait_for(self, pattern: str) -> str:
        """Read on to a line like this, and give what its group matched."""
        for line in self._process.stdout:
            self.log.append(line)
            if match := re.search(pattern, line):
                return match[1]
        pytest.fail(f"no line like {pattern!r} in {''.join(self.log)}")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Stop it as an init system does; give its exit status."""
        self._process.send_signal(number)
        rest, _ = self._process.communicate(timeout=PATIENCE)
        assert "Traceback" not in rest
        assert f"no longer listening on {self.url}" in rest
        return self._process.returncode

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    """The examples in a folder of their own, listening on any port."""
    folder = tmp_path / "examples"
    folder.mkdir()
    for file in EXAMPLES.iterdir():
        if file.is_file():
            text = file.read_text("utf-8").replace("tcp:9100:interface", "tcp:0:interface")
            (folder / file.name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def serve(copies: Path, tmp_path: Path):
    servers: list[Server] = []

    def start(name: str, *arguments: str, program: tuple[str, ...] = ()) -> Server:
        command = (*(program or (sys.executable,)), copies / name, *arguments)
        servers.append(Server(*command, folder=tmp_path))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def run(*command: object, typed: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, command)],
        input=typed,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


def ipam_progress(*arguments: object, **options: str) -> subprocess.CompletedProcess[str]:
    return run("-m", "ipam_progress", *arguments, **options)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_client_runs_an_operation_on_the_server(serve, number) -> None:
    server = serve("server.py")
    done = run(EXAMPLES / "client.py", server.url)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "  Check the scope: NotStarted, 0 %"
    assert "  Create Laboratory: CompletedWithWarning, 100 %" in lines
    assert lines[-2:] == ["100 %", "done"]
    assert server.wait_for("creating (.*)") == "Laboratory"
    assert server.stop(number) == 0
    done = run(EXAMPLES / "client.py", server.url)
    assert done.returncode == 1
    assert done.stderr.startswith("no connection to 127.0.0.1, port ")


def test_a_server_that_cannot_listen_says_why(serve, copies) -> None:
    port = serve("server.py").url.rpartition(":")[2]
    second = copies / "second.py"
    text = (copies / "server.py").read_text("utf-8").replace("tcp:0", f"tcp:{port}")
    second.write_text(text, "utf-8")
    done = run(second)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("Address already in use.")


def test_the_asyncio_client(serve) -> None:
    done = run(EXAMPLES / "asyncio_client.py", serve("server.py").url)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert (lines[0], lines[-2:]) == ("StartProgressCallback", ["SetOverallStatus", "done"])


def test_the_twisted_application(serve) -> None:
    twistd = str(Path(sys.executable).with_name("twistd"))
    server = serve("server.tac", program=(twistd, "--nodaemon", "--pidfile=", "--python"))
    done = ipam_progress("run", server.url, "CreateDhcpScope")
    assert done.returncode == 0, done.stderr
    assert "CreateDhcpScope: CompletedWithSuccess" in done.stdout
    assert server.wait_for("creating (.*)") == "a scope"
    assert server.stop() == -signal.SIGTERM  # twistd ends by the signal, when all is over


def test_tasks(serve) -> None:
    server = serve("tasks.py")
    assert server.wait_for("^looking for servers (.*)") == "everywhere"  # by itself
    assert server.wait_for("^Discovery (.*)") == "succeeded"
    for task, outcome in (("Discovery", "succeeded"), ("Audit", "failed")):
        done = ipam_progress("start-task", server.url, task, "--server", "dhcp1")
        assert done.returncode == 0, done.stderr
        assert server.wait_for(f"^{task} (.*)") == outcome
    assert "looking for servers at dhcp1\n" in server.log
    done = ipam_progress("tasks", server.url, "--json")
    assert done.returncode == 0, done.stderr
    tasks = [json.loads(line) for line in done.stdout.splitlines()]
    results = {task["task_type"]: task["last_result"] for task in tasks}
    assert len(results) == 8  # those that the program does not have are listed as well
    assert {task: result for task, result in results.items() if result is not None} == {
        "Discovery": 0,
        "Audit": 5,
    }
    assert server.stop() == 0


def scope(name: str, first: str, last: str, mask: str = "255.255.255.0") -> str:
    """Write a scope as `ipam-progress run --parameters` takes it, addresses as .NET keeps them."""

    def address(text: str) -> dict[str, object]:
        (number,) = struct.unpack("<I", IPv4Address(text).packed)
        return {"m_Address": number, "m_Family": "InterNetwork"}

    members = {"$type": "DhcpScopeV4", "ScopeName": name, "SubnetMask": address(mask)}
    addresses = {"StartAddress": address(first), "EndAddress": address(last)}
    return json.dumps({"Scope": members | addresses})


def test_a_back_end_that_edits_a_table(serve, tmp_path) -> None:
    server = serve("dhcp_backend.py", "scopes.db")

    def create(text: str) -> tuple[int, str]:
        done = ipam_progress("run", server.url, "CreateDhcpScope", "--parameters", "-", typed=text)
        return done.returncode, done.stdout + done.stderr

    def scopes() -> list[tuple[str, ...]]:
        with closing(sqlite3.connect(tmp_path / "scopes.db")) as database:
            return database.execute("SELECT * FROM scopes").fetchall()

    status, said = create(scope("Lab", "192.0.2.10", "192.0.2.99"))
    assert status == 0, said
    lab = ("Lab", "192.0.2.0/24", "192.0.2.10", "192.0.2.99")
    assert scopes() == [lab]

    # What the client can mend is an IpamException; what it cannot is told to the log alone.
    refused = [
        ("{}", "The scope needs a name."),
        (scope("A", "192.0.2.9", "192.0.2.1"), "The first address, 192.0.2.9, is behind the last"),
        (scope("B", "192.0.2.9", "192.0.2.99"), "overlaps with the scope Lab, 192.0.2.0/24."),
        (scope("C", "10.0.0.1", "10.0.0.9", "255.0.255.0"), "255.0.255.0 is no subnet mask."),
    ]
    for text, cause in refused:
        status, said = create(text)
        assert status == 1
        assert "IpamApiInvalidParameter" in said
        assert cause in said
    status, said = create(scope("Lab", "10.0.0.1", "10.0.0.9"))
    assert status == 1
    assert "UNIQUE" not in said
    assert server.wait_for("(UNIQUE constraint failed: scopes.name)")

    status, said = create(scope("Narrow", "10.0.0.1", "10.0.0.2", "255.255.255.252"))
    assert status == 0
    assert "There is hardly room for anybody in 10.0.0.0/30." in said
    assert scopes() == [lab, ("Narrow", "10.0.0.0/30", "10.0.0.1", "10.0.0.2")]

    # Of all this there is a record, which the server tells, and its store when it has stopped.
    for source in (server.url, f"sqlite:///{tmp_path / 'scopes.db.operations'}"):
        done = ipam_progress("operations", source, "--json")
        assert done.returncode == 0, done.stderr
        records = [json.loads(line) for line in done.stdout.splitlines()]
        outcomes = [record["outcome"] for record in records]
        assert outcomes == ["succeeded", *["failed"] * 5, "succeeded"]
        if source == server.url:
            assert server.stop() == 0
