"""SIGTERM while clients are at every stage: each hears the end of what it began, and exit is 0."""

import signal
import socket

import pytest
from lxml import etree

from ipam_progress.contracts.enumerations import IpamAdminOperationId
from ipam_progress.contracts.messages import (
    InitializeOperationParameters,
    StartOperationWithCallback,
)
from ipam_progress.contracts.parameters import CreateDhcpScopeParameters
from ipam_progress.framing.records import EndRecord

OPERATION_PATH = "/IpamOperationWithProgress"
SERVER_PATH = "/IpamServer"
IPAM = "{http://Microsoft.Windows.Ipam}"
INITIALIZE = InitializeOperationParameters(
    paramters=CreateDhcpScopeParameters(OperationId=IpamAdminOperationId.CreateDhcpScope)
)
STEPS = ("open", "init:CreateDhcpScope", "start", "wait:20", "close")


def limits(**values):
    return [part for name, value in values.items() for part in ("--limit", f"{name}={value}")]


@pytest.fixture
def start_steps(runtime_probe, start_program):
    """Start Microsoft's runtime on an operation; it waits for the final status, then closes."""

    def start(server):
        return start_program(runtime_probe, server.url, "steps", *STEPS)

    return start


def ended(client):
    """Give the final status of an operation whose client has seen everything in order."""
    assert client.wait() == 0, client.tail()
    events = client.events()
    calls = [event["call"] for event in events if event["event"] == "reply"]
    assert calls == ["open", "InitializeOperationParameters", "StartOperationWithCallback", "close"]
    assert not [event for event in events if event["event"] in {"broken", "error"}]
    *_, last = [event for event in events if event["event"] == "callback"]
    assert last["name"] == "SetOverallStatus"
    return last


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_operation_that_can_be_finished_is_finished(start_server, start_steps, number):
    server = start_server("--demo-delay", "0.1")
    client = start_steps(server)
    client.wait_for_line("SetCompletionPercentage")
    server.begin_to_stop(number)
    assert ended(client)["overallStatus"] == "CompletedWithSuccess"
    assert client.events()[-1]["callbacks"] == 29
    server.stop()


def test_an_operation_that_takes_too_long_has_failed(start_server, start_steps):
    server = start_server("--demo-delay", "0.2", "--demo-steps", "1000", *limits(stop_timeout=0.5))
    clients = [start_steps(server) for _ in range(5)]
    for client in clients:
        client.wait_for_line("SetCompletionPercentage")
    server.stop()
    for client in clients:
        last = ended(client)
        assert last["overallStatus"] == "CompletedWithFailure"
        status = etree.fromstring(last["completionStatus"])
        assert status.tag == IPAM + "DhcpMsmOverallCompletionStatus"
        (message,) = [part.text for part in status.iter(IPAM + "ExceptionMessage")]
        assert "stop" in message


def test_whoever_has_nothing_running_is_let_go_at_once(start_server, connect, make_preamble):
    server = start_server()
    silent = connect(server)
    in_preamble = connect(server)
    in_preamble.send(make_preamble(server.url + OPERATION_PATH)[:20])
    between = connect(server).open_session(OPERATION_PATH)
    between.send(EndRecord().serialize())
    assert between.next_record() == EndRecord()
    opened = connect(server).open_session(OPERATION_PATH)
    initialized = connect(server).open_session(OPERATION_PATH)
    initialized.request(INITIALIZE)
    assert not initialized.next_message().is_fault
    task_session = connect(server).open_session(SERVER_PATH)

    server.begin_to_stop()
    for client in (silent, in_preamble, between):
        assert client.next_record() in {"closed", "reset"}
    for client in (opened, initialized, task_session):
        assert client.next_record() == EndRecord()
        client.send(EndRecord().serialize())
        assert client.next_record() == "closed"
    server.stop()


def test_nobody_is_let_in_any_more(start_server, start_steps, wait_until):
    server = start_server("--demo-delay", "0.2")
    client = start_steps(server)
    client.wait_for_line("SetCompletionPercentage")
    server.begin_to_stop()

    def refused():
        with socket.socket() as attempt:
            return attempt.connect_ex(("127.0.0.1", server.port)) != 0

    wait_until(refused, "connections are still accepted")
    assert ended(client)["overallStatus"] == "CompletedWithSuccess"
    server.stop()


def test_clients_that_do_not_take_part_are_not_waited_for(start_server, connect):
    """One that does not answer End, one that does not read, one whose fault is being drained."""
    server = start_server("--demo-steps", "60000", *limits(stop_timeout=0.5, close_timeout=0.5))
    no_end = connect(server).open_session(SERVER_PATH)
    unread = connect(server, receive_buffer=4096).open_session(OPERATION_PATH)
    unread.request(INITIALIZE)
    assert not unread.next_message().is_fault
    unread.request(StartOperationWithCallback())
    assert not unread.next_message().is_fault
    drained = connect(server).open_session(OPERATION_PATH)
    drained.send(b"\x06\xff\xff\xff\xff\x07")
    server.wait_for_log("MaxMessageSizeExceededFault")
    server.stop()
    assert no_end.records()[0] == EndRecord()
