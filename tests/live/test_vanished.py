"""Peers that vanish, with a reset or in silence, and Keepalives that tell who is still there."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ipam_progress.contracts import CreateDhcpScopeParameters, IpamAdminOperationId
from ipam_progress.contracts.messages import (
    InitializeOperationParameters,
    StartOperationWithCallback,
)

CLIENT = Path(__file__).parent / "programs" / "keepalive_client.py"
OPERATION_PATH = "/IpamOperationWithProgress"
INITIALIZE = InitializeOperationParameters(
    paramters=CreateDhcpScopeParameters(OperationId=IpamAdminOperationId.CreateDhcpScope)
)
SILENT = r"connection dropped: no message from the client for 0\.8 seconds"
RETURNED = r"operation CreateDhcpScope.* returned"

TWO_SECONDS = ("--demo-subtasks", "1", "--demo-steps", "40", "--demo-delay", "0.05")
NOTHING_TO_TELL = ("--demo-subtasks", "1", "--demo-steps", "1", "--demo-delay", "600")


def limits(**values):
    return [part for name, value in values.items() for part in ("--limit", f"{name}={value}")]


IMPATIENT = limits(keepalive_interval=0.2, keepalive_grace=3)


@pytest.fixture(scope="module")
def required(tmp_path_factory):
    """The options of a server that requires Keepalives."""
    path = tmp_path_factory.mktemp("configuration") / "required.toml"
    path.write_text('keepalive = "required"\n', encoding="utf-8")
    return ("--config", path)


@pytest.fixture
def start_client(start_program):
    """Start our client on a server, within a network if one is given."""

    def start(url, *, network=None, **settings):
        prefix = () if network is None else network.prefix
        return start_program(*prefix, sys.executable, CLIENT, url, json.dumps(settings))

    return start


def ending(client, patience=60):
    """Wait for the client's end and give what it says of it."""
    assert client.wait(patience) == 0, client.tail()
    return client.events()[-1]


# --- A reset -------------------------------------------------------------------------------------


def test_clients_that_are_reset_in_the_middle(
    start_server, served, connect, undisturbed, wait_until
):
    """Their handlers go on, what they report is dropped, and nothing is kept."""
    server = start_server("--demo-delay", "0.1")
    served(server)  # what a server holds after its first session counts as nothing
    told, idle = len(server.log()), server.connections()
    with undisturbed(server, good=("progress", "CreateDhcpScope", "--quiet")):
        clients = [connect(server).open_session(OPERATION_PATH) for _ in range(50)]
        for client in clients:
            client.request(INITIALIZE)
            client.request(StartOperationWithCallback())
            while not client.next_message().action.endswith("/AddSubTask"):
                pass
            client.reset()
        wait_until(
            lambda: sum(bool(re.search(RETURNED, line)) for line in server.log()[told:]) == 51,
            "handlers have not returned",
        )
    wait_until(lambda: server.connections() == idle, "connections are left")
    server.wait_for_log_of([client.port for client in clients])


# --- Silence -------------------------------------------------------------------------------------


class Network:
    """A network of its own whose only interface is the loopback, which can be switched off.

    Then nothing arrives any more in either direction, and nobody is told.
    """

    def __init__(self, name) -> None:
        self.name = name
        self.prefix = ("ip", "netns", "exec", name)

    def switch(self, state):
        subprocess.run(
            ["ip", "-netns", self.name, "link", "set", "lo", state], check=True, capture_output=True
        )

    def has_unacknowledged(self, server):
        """Tell whether octets are on their way in any connection of the network (proc(5))."""
        table = Path(f"/proc/{server.process.pid}/net/tcp").read_text(encoding="ascii")
        return any(line.split()[4][:8] != "0" * 8 for line in table.splitlines()[1:])


@pytest.fixture
def network(require_peer):
    name = f"ipam-progress-{os.getpid()}"
    try:
        subprocess.run(["ip", "netns", "add", name], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        require_peer(False, f"no network namespace can be made (be root, have iproute2): {error}")
    try:
        network = Network(name)
        network.switch("up")
        yield network
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True, capture_output=True)


def test_both_vanish_for_each_other_in_the_middle_of_an_operation(
    start_server, start_client, network, required, wait_until
):
    """The server misses the Keepalives, the client what acknowledges them."""
    server = start_server(*required, *IMPATIENT, *TWO_SECONDS, prefix=network.prefix)
    idle = server.connections()
    client = start_client(
        server.url, network=network, keepalive=True, keepalive_interval=0.2, tcp_keepalive=3
    )
    client.wait_for_line("started")
    assert server.connections() == idle + 1
    network.switch("down")
    server.wait_for_log(SILENT)
    wait_until(lambda: server.connections() == idle, "the connection is left")
    server.wait_for_log(RETURNED)
    end = ending(client)
    assert end["succeeded"] is not True
    assert "the connection was lost" in end["reason"]
    network.switch("up")
    after = start_client(server.url, network=network, keepalive=True, keepalive_interval=0.2)
    assert ending(after)["succeeded"]


def test_both_vanish_for_each_other_while_nobody_speaks(
    start_server, start_client, network, wait_until
):
    """Without Keepalives it is TCP that notices, where nothing is on its way either."""
    server = start_server(
        *limits(tcp_keepalive=4, stop_timeout=1), *NOTHING_TO_TELL, prefix=network.prefix
    )
    idle = server.connections()
    client = start_client(server.url, network=network, tcp_keepalive=4)
    client.wait_for_line("started")
    wait_until(lambda: not network.has_unacknowledged(server), "octets are on their way")
    network.switch("down")
    server.wait_for_log("connection lost: ")
    wait_until(lambda: server.connections() == idle, "the connection is left")
    assert "the connection was lost" in ending(client)["reason"]


# --- Keepalives ----------------------------------------------------------------------------------


def test_who_sends_keepalives_outlasts_the_grace(start_server, start_client, required):
    server = start_server(*required, *IMPATIENT, *TWO_SECONDS)
    speaking = start_client(server.url, keepalive=True, keepalive_interval=0.2)
    silent = start_client(server.url)
    assert ending(speaking) == {"succeeded": True, "subtasks": 1, "reason": None}
    assert "the connection was lost" in ending(silent)["reason"]
    server.wait_for_log(SILENT)
    assert sum(bool(re.search(SILENT, line)) for line in server.log()) == 1


def test_clients_of_microsofts_runtime_are_left_alone(start_server, probe):
    """They know of no Keepalives; the operation takes longer than any grace."""
    server = start_server(*IMPATIENT, "--demo-delay", "0.15")
    run = probe(server, "progress", "CreateDhcpScope", "--quiet")
    assert run.status == 0
    assert run.end["callbacks"] == 29
    assert server.warnings() == []


def test_microsofts_server_knows_no_keepalives(runtime_probe, start_program, start_client):
    """It answers with a fault that is about no request, and the operation goes on."""
    server = start_program(runtime_probe, "net.tcp://127.0.0.1:0", "serve", 3, 2000)
    port = server.wait_for_line(r'"event":"listening","port":(\d+)')[1]
    client = start_client(f"net.tcp://127.0.0.1:{port}", keepalive=True, keepalive_interval=0.001)
    assert ending(client) == {"succeeded": True, "subtasks": 3, "reason": None}
    warnings = [line for line in client.log() if "does not know Keepalives" in line]
    assert len(warnings) == 1
