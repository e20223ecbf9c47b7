"""Clients that come back: how their operation ended is told, whoever of the two had gone.

They ask on the command line as they are advised to, and as a WCF program (Mono's), whose contracts
are written as a programmer writes them.
"""

import json
import shlex
import sys
from pathlib import Path

import pytest
from lxml import etree

PROGRAMS = Path(__file__).parent / "programs"


@pytest.fixture
def start_keeper(start_recording_server, tmp_path):
    """Start a server with a store that survives it."""
    return lambda **settings: start_recording_server(
        store=f"sqlite:///{tmp_path / 'ipam.db'}", **settings
    )


@pytest.fixture
def command(start_program):
    """Start ``ipam-progress`` with some arguments."""
    return lambda *arguments: start_program(sys.executable, "-m", "ipam_progress", *arguments)


@pytest.fixture
def ask(command):
    """Ask for operations, and give what is told."""

    def told(*arguments):
        client = command("operations", *arguments, "--json")
        assert client.wait() == 0, client.tail()
        return client.events()

    return told


@pytest.fixture
def run(command):
    """Run an operation to its end, and give its last word."""

    def ended(server, operation, **scope):
        client = command("run", server.url, operation, "--json", "--parameters", "-")
        client.process.stdin.write(
            json.dumps({"Scope": {"$type": "DhcpScopeV4", **scope}}).encode()
        )
        client.process.stdin.close()
        client.wait()
        return client.events()[-1]

    return ended


@pytest.fixture
def held(command):
    """Start an operation that is held by its server, and wait until it runs."""

    def start(server):
        client = command("run", server.url, "DeleteDhcpScope", "--json")
        client.wait_for_line('"InProgress"')
        return client

    return start


def test_a_client_that_was_killed_asks_later(start_keeper, held, ask, tmp_path, wait_until):
    server = start_keeper()
    held(server).kill()
    (running,) = ask(server.url)
    assert (running["operation_id"], running["outcome"]) == ("DeleteDhcpScope", "running")
    (tmp_path / "finish").touch()

    def ended():
        (told,) = ask(server.url, running["request_id"])
        return told if told["outcome"] != "running" else None

    told = wait_until(ended, "the operation does not end")
    assert (told["outcome"], told["client_saw_end"], told["error"]) == ("succeeded", False, None)
    assert told["id"] == running["id"]
    assert [(each["name"], each["status"]) for each in told["subtasks"]] == [
        ("Hold", "CompletedWithSuccess")
    ]
    assert "DeleteDhcpScopeParameters" in told["parameters"]


def test_a_server_that_was_killed_is_asked_as_it_is_advised(start_keeper, held, ask):
    server = start_keeper()
    client = held(server)
    server.kill()
    assert client.wait() == 3
    (error,) = client.log()
    program, name, *arguments = shlex.split(error.partition("to ask how it ended: ")[2])
    assert (program, name, arguments[0]) == ("ipam-progress", "operations", server.url)
    start_keeper(port=server.port)
    (told,) = ask(*arguments)
    assert told["outcome"] == "failed"
    assert "server" in told["error"]


def test_the_end_is_known_to_have_been_seen(start_keeper, run, ask):
    server = start_keeper()
    good = run(server, "CreateDhcpScope", ScopeName="Berlin")
    bad = run(server, "CreateDhcpScope", ScopeName="fails in Bonn")
    told = ask(server.url)
    assert [each["request_id"] for each in told] == [bad["request"], good["request"]]
    assert [each["outcome"] for each in told] == ["failed", "succeeded"]
    assert all(each["client_saw_end"] for each in told)
    assert ask(server.url, "--outcome", "failed") == told[:1]


def test_monos_wcf_understands_it(start_keeper, run, compile_for_mono, start_program):
    """It gets by with the names: no order of members is said in its contracts."""
    server = start_keeper()
    good = run(server, "CreateDhcpScope", ScopeName="Berlin")["request"]
    bad = run(server, "CreateDhcpScope", ScopeName="fails in Bonn")["request"]
    program = compile_for_mono(PROGRAMS / "History.cs")
    client = start_program(*program, server.url, good, "urn:of-nobody")
    assert client.wait() == 0, client.tail()
    lines = client.lines()
    assert lines[0].startswith(f"CreateDhcpScope Succeeded {good} ")
    assert lines[0].endswith("Z ended seen 1 -")
    parameters = etree.fromstring(lines[1])
    assert parameters.findtext(".//{*}ScopeName") == "Berlin"
    subtasks = lines[2 : lines.index("nothing")]
    assert subtasks
    assert all(line.endswith(" CompletedWithSuccess 100") for line in subtasks)
    (in_all, in_failed) = (
        [line.split()[1:3] for line in lines[begin:end] if line.startswith("CreateDhcpScope")]
        for begin, end in (
            (lines.index("all"), lines.index("failed")),
            (lines.index("failed"), lines.index("end")),
        )
    )
    assert in_all == [["Failed", bad], ["Succeeded", good]]
    assert in_failed == [["Failed", bad]]
