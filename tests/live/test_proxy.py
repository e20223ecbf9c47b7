"""The proxy between real peers: they do not notice it, and it sees all that they say."""

import hashlib
import random
import select
import socket
import struct
import subprocess
import sys
import threading
from collections import Counter
from contextlib import contextmanager

import pytest

from ipam_progress.security.accounts import nt_hash

PATIENCE = 20.0
PASSWORD = "Secret-1 \u00fc"
LARGE = 24 * 1024 * 1024
CALLBACKS = {
    "StartProgressCallback": 1,
    "AddSubTask": 3,
    "SetSubTaskStatus": 12,
    "SetCompletionPercentage": 12,
    "SetOverallStatus": 1,
}


@pytest.fixture
def password_file(tmp_path):
    path = tmp_path / "password"
    path.write_text(f"{PASSWORD}\n", "utf-8")
    path.chmod(0o600)
    return path


def decode(*arguments):
    command = [sys.executable, "-m", "ipam_progress", "decode", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def names(events, side):
    """Count the messages that a side was seen to send."""
    return Counter(
        event["action"].rpartition("/")[2]
        for event in events
        if event["kind"] == "envelope" and event["from"] == side
    )


def saw_everything(events):
    """Whether a session of 29 callbacks was seen, every message of it, and nothing unreadable."""
    assert not [event for event in events if event["kind"] in {"damage", "skipped", "protected"}]
    sent = names(events, "server")
    assert {name: sent[name] for name in CALLBACKS} == CALLBACKS
    assert names(events, "client") == {
        "InitializeOperationParameters": 1,
        "StartOperationWithCallback": 1,
    }
    return True


# --- Peers ---------------------------------------------------------------------------------------


def test_microsofts_runtime_on_both_sides(probe, start_peer_server, start_proxy, tmp_path):
    server, url = start_peer_server("none")
    recorded = tmp_path / "recorded"
    proxy = start_proxy(url, "--record", recorded, "--json")
    done = probe(proxy, "progress", "CreateDhcpScope")
    assert (done.status, done.end["callbacks"]) == (0, 29)
    (via,) = [event["via"] for event in server.events() if event["event"] == "via"]
    assert f":{proxy.port}/" in via  # the runtime takes a Via that names the proxy
    proxy.stop()
    assert saw_everything(proxy.events())
    again = decode("--json", recorded)
    assert again.returncode == 0
    assert again.stdout == proxy.out_path.read_text("utf-8")


def test_microsofts_runtime_with_ntlm(
    secured_probe, start_ntlm_peer_server, start_proxy, password_file, tmp_path
):
    _, url = start_ntlm_peer_server([("LAB", "alice", PASSWORD)])
    recorded = tmp_path / "recorded"
    opening = ("--user", "LAB\\alice", "--password-file", password_file)
    proxy = start_proxy(url, "--record", recorded, "--json", *opening)
    done = secured_probe(
        *(proxy, "progress", "CreateDhcpScope"),
        *("--security", "windows", "--user", "LAB\\alice", "--password", PASSWORD),
        environment={"NTLM_ONLY": "1"},
    )
    assert (done.status, done.end["callbacks"]) == (0, 29)
    proxy.stop()
    events = proxy.events()
    (protection,) = [event for event in events if event["kind"] == "protection"]
    assert (protection["mechanism"], protection["opened"]) == ("NTLM", True)
    assert (protection["account"], protection["protection"]) == ("LAB\\alice", "EncryptAndSign")
    assert saw_everything(events)
    assert decode("--json", *opening, recorded).stdout == proxy.out_path.read_text("utf-8")
    # who has the recording alone has the handshake and no more
    sealed = decode(recorded)
    assert "CreateDhcpScope" not in sealed.stdout
    assert PASSWORD.encode() not in recorded.read_bytes()


def test_microsofts_runtime_to_our_server(probe, demo_server, start_proxy):
    proxy = start_proxy(demo_server.url, "--json")
    done = probe(proxy, "all")
    assert (done.status, done.end["operations"], done.end["bad"]) == (0, 49, 0)
    proxy.stop()
    events = proxy.events()
    assert names(events, "client")["InitializeOperationParameters"] == 49
    assert sum(event["kind"] == "connection" for event in events) == 1
    assert not [event for event in events if event["kind"] == "damage"]


def test_our_client_to_our_server_with_ntlm(
    run_secured_client, start_secured_server, start_proxy, password_file
):
    server = start_secured_server({"accounts": {"alice": nt_hash(PASSWORD).hex()}})
    proxy = start_proxy(server.url, "--json", "--password-file", password_file)
    ours = {"target": "host/localhost", "user": "alice", "password": PASSWORD}
    events = run_secured_client(proxy.url, "run", "CreateDhcpScope", 3, security=ours)
    assert [event["succeeded"] for event in events if event["event"] == "ended"] == [True] * 3
    proxy.stop()
    assert names(proxy.events(), "server")["SetOverallStatus"] == 3


def test_a_recording_of_a_proxy_that_was_killed_is_read(probe, demo_server, start_proxy, tmp_path):
    recorded = tmp_path / "recorded"
    proxy = start_proxy(demo_server.url, "--record", recorded, "--json")
    assert probe(proxy, "progress", "CreateDhcpScope").status == 0
    proxy.wait_for_line('"kind": "end".*"from": "server"|"from": "server".*"kind": "end"')
    proxy.kill()
    again = decode("--json", recorded)
    assert again.stdout == proxy.out_path.read_text("utf-8")


# --- Octets --------------------------------------------------------------------------------------


@contextmanager
def listener(handle):
    """Listen in a thread; give the URL and what becomes of the first connection."""
    came = []

    def accept():
        connection, _ = server.accept()
        connection.settimeout(PATIENCE)
        with connection:
            came.append(handle(connection))

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"net.tcp://127.0.0.1:{server.getsockname()[1]}", came
        thread.join(PATIENCE)
        assert not thread.is_alive()


def connect(proxy):
    connection = socket.create_connection(("127.0.0.1", proxy.port))
    connection.settimeout(PATIENCE)
    return connection


def read_all(connection):
    digest, size = hashlib.sha256(), 0
    while octets := connection.recv(65_536):
        digest.update(octets)
        size += len(octets)
    return size, digest.hexdigest()


def test_large_streams_pass_octet_for_octet_both_ways_at_once(start_proxy):
    there, back = random.Random(1).randbytes(LARGE), random.Random(2).randbytes(LARGE)

    def handle(connection):
        writer = threading.Thread(
            target=lambda: (connection.sendall(back), connection.shutdown(socket.SHUT_WR))
        )
        writer.start()
        read = read_all(connection)
        writer.join(PATIENCE)
        return read

    with listener(handle) as (url, came):
        proxy = start_proxy(url)
        with connect(proxy) as client:
            writer = threading.Thread(
                target=lambda: (client.sendall(there), client.shutdown(socket.SHUT_WR))
            )
            writer.start()
            assert read_all(client) == (LARGE, hashlib.sha256(back).hexdigest())
            writer.join(PATIENCE)
    assert came == [(LARGE, hashlib.sha256(there).hexdigest())]
    proxy.stop()


def test_who_has_ended_his_stream_hears_the_answer(start_proxy):
    def handle(connection):
        size, _ = read_all(connection)
        connection.sendall(b"heard all")
        return size

    with listener(handle) as (url, came):
        proxy = start_proxy(url)
        with connect(proxy) as client:
            client.sendall(b"\xff" * 1_000_000)
            client.shutdown(socket.SHUT_WR)
            answer = b""
            while octets := client.recv(100):
                answer += octets
    assert (came, answer) == ([1_000_000], b"heard all")
    proxy.stop()


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_a_reset_of_the_client_reaches_the_server(start_proxy):
    def handle(connection):
        assert connection.recv(100) == b"here"
        connection.sendall(b"seen")
        with pytest.raises(ConnectionResetError):
            connection.recv(100)
        return True

    with listener(handle) as (url, came):
        proxy = start_proxy(url, "--json")
        client = connect(proxy)
        client.sendall(b"here")
        assert client.recv(100) == b"seen"
        reset(client)
    assert came == [True]
    proxy.wait_for_line('"from": "client".*"how": "RST"')
    proxy.stop()


def test_a_reset_of_the_server_reaches_the_client(start_proxy):
    def handle(connection):
        assert connection.recv(100) == b"here"
        reset(connection)

    with listener(handle) as (url, _):
        proxy = start_proxy(url, "--json")
        with connect(proxy) as client:
            client.sendall(b"here")
            with pytest.raises(ConnectionResetError):
                client.recv(100)
    proxy.wait_for_line('"from": "server".*"how": "RST"')
    proxy.stop()


def test_a_server_that_does_not_read_stops_the_client(start_proxy):
    may_read = threading.Event()

    def handle(connection):
        assert may_read.wait(PATIENCE)
        return read_all(connection)

    sent = 0
    digest = hashlib.sha256()
    piece = random.Random(3).randbytes(65_536)
    with listener(handle) as (url, came):
        proxy = start_proxy(url)
        before = proxy.resident_kilobytes()
        with connect(proxy) as client:
            client.setblocking(False)
            # until nothing more is taken: the systems keep some megabytes, the proxy next to none
            while select.select([], [client], [], 0.5)[1]:
                count = client.send(piece)
                digest.update(piece[:count])
                sent += count
                assert sent < 512 * 1024 * 1024
            assert proxy.resident_kilobytes() - before < 48 * 1024
            may_read.set()
            client.shutdown(socket.SHUT_WR)
    assert came == [(sent, digest.hexdigest())]
    proxy.stop()


def test_more_clients_than_are_let_in_wait(start_proxy):
    with socket.create_server(("127.0.0.1", 0)) as server:  # the system takes its connections
        url = f"net.tcp://127.0.0.1:{server.getsockname()[1]}"
        proxy = start_proxy(url, "--connections", "1")
        first = connect(proxy)
        full = "1 connections: no more are accepted"
        proxy.wait_for_log(full)
        with connect(proxy):  # here, too
            reset(first)
            proxy.wait_for_line(r"^connection 2: ")
            proxy.stop([full])
