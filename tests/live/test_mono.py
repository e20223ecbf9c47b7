"""Mono's WCF client, an implementation apart from Microsoft's.

What is Mono's own, against CoreWCF and Microsoft's runtime too: its Close does not return within a
minute though its End is sent and answered, callbacks are taken 50 ms apart, the Code of a fault on
a duplex channel is not understood (the fault is logged, the call times out), and the detail of a
fault is read only on other channels, and there only far enough to fail over it. So nobody waits for
a Close of its sessions here, and faults are only seen not to harm.
"""

import pytest
from lxml import etree

QUIRKS = {"ms", "session", "took_us"}


def plain(event):
    """Give an event without what differs between any two runs, documents by their elements."""
    return {name: parsed(value) for name, value in event.items() if name not in QUIRKS}


def parsed(value):
    if not (isinstance(value, str) and value.startswith("<")):
        return value
    return [(element.tag, element.text) for element in etree.fromstring(value).iter()]


def callbacks_of(events):
    return [plain(event) for event in events if event["event"] == "callback"]


@pytest.fixture
def start_mono(mono_probe, start_program):
    def start(server, *arguments):
        return start_program(*mono_probe, server.url, *arguments, "--timeout", 15)

    return start


def test_mono_sees_what_microsofts_runtime_sees(start_mono, probe, demo_server):
    mono = start_mono(demo_server, "progress", "CreateDhcpScope")
    expected = callbacks_of(probe(demo_server, "progress", "CreateDhcpScope").events)
    assert len(expected) == 29
    mono.wait_for_line('"name":"SetOverallStatus"')
    events = mono.events()
    assert [event["call"] for event in events if event["event"] == "reply"] == [
        "open",
        "InitializeOperationParameters",
        "StartOperationWithCallback",
    ]
    assert callbacks_of(events) == expected


def test_monos_end_is_answered(start_mono, start_server, wait_until):
    """It hangs in its Close all the same; but the session is over, and nothing was forced."""
    server = start_server("--limit", "idle_timeout=0.1")
    idle = server.connections()
    mono = start_mono(server, "progress", "CreateDhcpScope")
    mono.wait_for_line('"name":"SetOverallStatus"')
    # without an End the connection would be kept for much longer
    wait_until(lambda: server.connections() == idle, "the connection is still there")
    assert mono.process.poll() is None
    assert not server.warnings()


OPERATIONS = (
    "EditDhcpServer",
    "EditDhcpScope",
    "CreateDhcpFailover",
    "UpdateDnsZones",
    "UpdatePolicy",
)


def test_monos_serializer_is_understood(start_mono, start_server):
    """Parameters with everything in them: shared references, derived types, dictionaries."""
    server = start_server("--limit", "string_table=4096")
    runs = [
        start_mono(server, "steps", "open", f"init:{operation}", "start", "wait:15", "abort")
        for operation in OPERATIONS
    ]
    for run in runs:
        assert run.wait() == 0, run.tail()
        assert len(callbacks_of(run.events())) == 29
        assert not [event for event in run.events() if event["event"] == "error"], run.tail()


def test_mono_does_not_keep_to_the_size_of_string_tables(start_mono, demo_server):
    """It adds strings without end; WCF takes 2048 octets of them, and so does the server."""
    mono = start_mono(demo_server, "steps", "open", "init:UpdatePolicy")
    demo_server.wait_for_log("connection dropped: the session's strings grow by .* 2048 are left")
    mono.kill()


@pytest.mark.parametrize("arguments", [("Discovery", "dhcp1"), ("DnsConfiguration",)])
def test_tasks(start_mono, demo_server, arguments):
    mono = start_mono(demo_server, "start-task", *arguments)
    assert mono.wait() == 0, mono.tail()
    assert [event["call"] for event in mono.events()] == ["StartTask", "close"]


def test_a_fault_reaches_mono(start_mono, demo_server):
    """It fails over the detail, as with any server's, and its session is in order afterwards."""
    mono = start_mono(demo_server, "start-task", "None")
    assert mono.wait() == 1
    error, close = mono.events()
    assert (error["event"], error["call"]) == ("error", "StartTask")
    assert "IpamExceptionData" in error["message"]
    assert (close["event"], close["call"]) == ("reply", "close")
