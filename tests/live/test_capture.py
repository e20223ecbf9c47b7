"""What tcpdump captures of Microsoft's runtime and a server of ours, shown by ``decode``."""

import json
import os
import shutil
import signal
import subprocess
import sys

import pytest

from ipam_progress.inspection import OctetsLost, StreamClosed, read_source
from ipam_progress.security.accounts import nt_hash

from .conftest import eventually

PASSWORD = "Secret-1"
ENVIRONMENT = {"NTLM_ONLY": "1"}
WINDOWS = ("--security", "windows", "--user", "LAB\\alice", "--password", PASSWORD)


def is_whole(path):
    """Tell whether both sides have closed their streams, and what was sent before is there.

    Two processors may deliver packets in another order than that in which they were sent.
    """
    with path.open("rb") as file:
        found = [type(item) for item in read_source(file)]
    return found.count(StreamClosed) == 2 and OctetsLost not in found


@pytest.fixture
def capture(start_program, require_peer, tmp_path):
    """Capture what passes on a port of loopback; gives what ends that, and gives the file."""
    require_peer(shutil.which("tcpdump") is not None, "tcpdump not found: install tcpdump")

    def start(port, interface="lo"):
        path = tmp_path / f"{interface}.pcap"
        tcpdump = start_program(
            *("tcpdump", "--immediate-mode", "-U", "-Z", "root", "-i", interface),
            *("-w", path, "tcp", "port", port),
        )
        eventually(
            lambda: tcpdump.process.poll() is not None or "listening on" in "".join(tcpdump.log()),
            "tcpdump does not begin",
        )
        require_peer(tcpdump.process.poll() is None, f"tcpdump may not capture:\n{tcpdump.tail()}")

        def end():
            eventually(lambda: is_whole(path), "the connection is not closed, or not captured")
            tcpdump.process.send_signal(signal.SIGINT)
            tcpdump.wait()
            return path

        return end

    return start


@pytest.fixture
def decode(tmp_path):
    """Run ``ipam-progress decode --json``; gives its status and its objects."""
    password_file = tmp_path / "password"
    password_file.write_text(PASSWORD)
    password_file.chmod(0o600)

    def run(path, *, with_password=False):
        options = ["--password-file", password_file] if with_password else []
        done = subprocess.run(
            [sys.executable, "-m", "ipam_progress", "decode", "--json", *options, path],
            capture_output=True,
            text=True,
            check=False,
            env=dict(os.environ),
        )
        assert not done.stderr
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    return run


def actions(objects, side):
    return [
        each["action"].rpartition("/")[2]
        for each in objects
        if each["kind"] == "envelope" and each["from"] == side
    ]


def damage(objects):
    return [each for each in objects if each["kind"] in {"damage", "source_damage", "skipped"}]


def assert_whole(objects, events):
    """See that all is there which the client says it did and saw."""
    callbacks = [event for event in events if event["event"] == "end"][-1]["callbacks"]
    assert actions(objects, "client") == [
        "InitializeOperationParameters",
        "StartOperationWithCallback",
    ]
    from_server = actions(objects, "server")
    assert from_server[:2] == [
        "InitializeOperationParametersResponse",
        "StartOperationWithCallbackResponse",
    ]
    assert from_server[2] == "StartProgressCallback"
    assert from_server[-1] == "SetOverallStatus"
    assert len(from_server) - 2 == callbacks == 29
    ends = [each["how"] for each in objects if each["kind"] == "end"]
    assert ends == ["FIN", "FIN"]
    # two processors may note the times of packets in another order than the packets themselves
    assert all(abs(each["time"] - objects[0]["time"]) < 60 for each in objects)
    assert not damage(objects)


@pytest.mark.parametrize("interface", ["lo", "any"])
def test_a_session_without_security(capture, decode, demo_server, probe, interface):
    end = capture(demo_server.port, interface)
    done = probe(demo_server, "progress", "CreateDhcpScope")
    assert done.status == 0
    status, objects = decode(end())
    assert status == 0, damage(objects)
    assert objects[0]["server"] == f"127.0.0.1:{demo_server.port}"
    assert_whole(objects, done.events)


def test_a_session_that_ntlm_seals(capture, decode, start_secured_server, secured_probe):
    server = start_secured_server({"accounts": {"LAB\\alice": nt_hash(PASSWORD).hex()}})
    end = capture(server.port)
    done = secured_probe(server, "progress", "CreateDhcpScope", *WINDOWS, environment=ENVIRONMENT)
    assert done.status == 0
    path = end()
    status, objects = decode(path, with_password=True)
    assert status == 0
    (protection,) = [each for each in objects if each["kind"] == "protection"]
    assert (protection["account"], protection["opened"]) == ("LAB\\alice", True)
    assert_whole(objects, done.events)
    # and without its password nothing is told but that there is something
    status, objects = decode(path)
    assert status == 0
    assert not actions(objects, "client")
    assert [each["message"] for each in objects if each["kind"] == "protected"][:4] == [
        "Sealed"
    ] * 4


def test_sessions_that_ntlm_only_signs(capture, decode, start_secured_server, secured_probe):
    server = start_secured_server(
        {"accounts": {"LAB\\alice": nt_hash(PASSWORD).hex()}, "level": "SIGN"}
    )
    end = capture(server.port)
    done = secured_probe(
        server, "progress", "CreateDhcpScope", *WINDOWS, "--protection", "sign",
        environment=ENVIRONMENT,
    )  # fmt: skip
    assert done.status == 0
    path = end()
    for with_password in (True, False):
        status, objects = decode(path, with_password=with_password)
        assert status == 0
        assert_whole(objects, done.events)
        (protection,) = [each for each in objects if each["kind"] == "protection"]
        assert protection["protection"] == "Sign"
        assert (protection["reason"] == "") == with_password
