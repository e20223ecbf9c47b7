"""Messages to systemd."""

import os
import socket
import time

import pytest
from twisted.logger import LogLevel, globalLogPublisher

from ipam_progress.cli.notify import READY, STOPPING, notify, reloading


@pytest.fixture
def events():
    seen = []
    globalLogPublisher.addObserver(seen.append)
    yield seen
    globalLogPublisher.removeObserver(seen.append)


@pytest.mark.parametrize("is_abstract", [False, True])
def test_messages_arrive_as_datagrams(tmp_path, events, is_abstract):
    name = f"@ipam-progress-{os.getpid()}" if is_abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.settimeout(30)
        systemd.bind(name.replace("@", "\0"))
        for message in (READY, STOPPING):
            notify(message, {"NOTIFY_SOCKET": name})
        assert [systemd.recv(100) for _ in range(2)] == [b"READY=1", b"STOPPING=1"]
    assert events == []


def test_a_reload_has_its_time():
    before = time.monotonic_ns() // 1000
    first, second = reloading().split("\n")
    assert first == "RELOADING=1"
    assert before <= int(second.removeprefix("MONOTONIC_USEC=")) <= time.monotonic_ns() // 1000


def test_without_systemd_nothing_happens(events):
    notify(READY, {})
    notify(READY, {"NOTIFY_SOCKET": ""})
    assert events == []


@pytest.mark.parametrize("address", ["/no/such/socket", f"/{'x' * 200}", "vsock:2:1"])
def test_where_nobody_listens_the_log_says_so(events, address):
    notify(READY, {"NOTIFY_SOCKET": address})
    (event,) = events
    assert event["log_level"] is LogLevel.warn
    assert event["message"] == READY
