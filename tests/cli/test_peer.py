"""The client against Microsoft's runtime: ``runtime-probe serve`` as the server."""

import json
import signal

import pytest

pytestmark = pytest.mark.live


@pytest.fixture
def probe_server(runtime_probe, spawn):
    """Give a function that starts the server and waits for its URL."""

    def start(*arguments: object):
        import socket
        import subprocess

        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        url = f"net.tcp://127.0.0.1:{port}"
        server = spawn(runtime_probe, url, "serve", *arguments, stdin=subprocess.PIPE)
        assert json.loads(server.line()) == {"ms": 0, "event": "listening", "port": port}
        server.url = url
        return server

    return start


def test_run(probe_server, command) -> None:
    server = probe_server(2, 3)
    status, lines, errors = command("run", server.url, "CreateDhcpScope", "--json").end()
    assert (status, errors) == (0, [])
    events = [json.loads(line) for line in lines]
    assert [event["event"] for event in events] == [
        "StartProgressCallback",
        *["AddSubTask"] * 2,
        *["SetSubTaskStatus", "SetCompletionPercentage"] * 6,
        "SetOverallStatus",
        "end",
    ]
    assert events[-1]["rejected"] == 0


def test_run_with_parameters(probe_server, command, tmp_path) -> None:
    server = probe_server(1, 1)
    path = tmp_path / "scope.xml"
    path.write_text(
        '<CreateDhcpScopeParameters xmlns="http://Microsoft.Windows.Ipam" '
        'xmlns:i="http://www.w3.org/2001/XMLSchema-instance">'
        '<Scope i:type="DhcpScopeV4"><ScopeName>Lab</ScopeName></Scope>'
        "</CreateDhcpScopeParameters>"
    )
    status, _, errors = command(
        "run", server.url, "CreateDhcpScope", "--parameters", path
    ).end()  # fmt: skip
    assert (status, errors) == (0, [])
    parameters = json.loads(server.line_with('"parameters"'))["xml"]
    assert "<OperationId>CreateDhcpScope</OperationId>" in parameters
    assert 'i:type="DhcpScopeV4"' in parameters
    assert "<ScopeName>Lab</ScopeName>" in parameters


def test_start_task(probe_server, command) -> None:
    server = probe_server(1, 1)
    done = command("start-task", server.url, "Discovery", "--server", "dhcp1").end()
    assert done == (0, ["task Discovery triggered for dhcp1"], [])
    task = json.loads(server.line_with('"task"'))
    assert (task["type"], task["server"]) == ("Discovery", "dhcp1")
    status, _, (error,) = command("start-task", server.url, "None").end()
    assert status == 1
    assert "IpamApiInvalidParameter" in error


def test_the_server_is_lost(probe_server, command) -> None:
    server = probe_server(1, 1_000_000)
    client = command("run", server.url, "CreateDhcpScope", "--json")
    client.line_with("SetSubTaskStatus")
    server.signal(signal.SIGKILL)
    status, lines, (error,) = client.end()
    assert status == 3
    assert "the session was over before CreateDhcpScope was" in error
    assert json.loads(lines[-1])["exit"] == 3
