"""Connections to the server: how long they are waited for, how they break, how they close."""

import pytest
from twisted.internet.address import IPv6Address, UNIXAddress
from twisted.internet.defer import Deferred

from ipam_progress.contracts import IpamTaskType, SetOverallStatus
from ipam_progress.contracts.messages import StartTask
from ipam_progress.framing import faults
from ipam_progress.framing.records import (
    EndRecord,
    FaultRecord,
    ModeRecord,
    SizedEnvelopeRecord,
    VersionRecord,
)
from ipam_progress.limits import Limits
from ipam_progress.net import server_channel
from ipam_progress.operations import OperationRegistry
from ipam_progress.service.client import SoapFaultError
from ipam_progress.service.paths import OPERATION_PATH, SERVER_PATH

TASK = StartTask(taskType=IpamTaskType.Discovery, server="dhcp1")
ALL_CALLBACKS = [
    "StartProgressCallback",
    "AddSubTask",
    "AddSubTask",
    *["SetSubTaskStatus", "SetCompletionPercentage"] * 4,
    "SetOverallStatus",
]
REPLIES = ["InitializeOperationParametersResponse", "StartOperationWithCallbackResponse"]
END = EndRecord().serialize()


def quiet_registry() -> OperationRegistry:
    """A registry whose operations are over at once."""
    registry = OperationRegistry()

    @registry.default(thread=False)
    def nothing(_parameters, _progress) -> None:
        return None

    return registry


# --- Waiting -------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", [b"", VersionRecord().serialize()])
def test_a_preamble_that_is_not_complete_in_time_ends_the_connection(harness, log, said):
    wire = harness.connect()
    wire.send(said)
    harness.advance(29)
    assert not wire.transport.aborted
    harness.advance(1)
    assert wire.transport.aborted
    assert log.lines() == [
        "127.0.0.1:40000: connection dropped: no session was opened in time",
    ]


def test_an_open_session_is_not_bound_to_the_time_of_its_preamble(harness):
    wire = harness.connect().open()
    harness.advance(599)
    assert not wire.transport.disconnecting


def test_a_connection_that_its_client_keeps_is_closed_in_the_end_without_a_word(harness, log):
    wire = harness.connect().open()
    wire.end()
    harness.settle()
    assert wire.names() == ["PreambleAckRecord", "EndRecord"]
    harness.advance(119)
    assert not wire.transport.disconnecting
    harness.advance(1)
    assert wire.transport.disconnecting
    assert not wire.transport.aborted
    assert log.lines() == []


def test_a_further_preamble_has_to_be_complete_in_time(harness, log):
    wire = harness.connect().open()
    wire.end()
    harness.settle()
    wire.send(VersionRecord().serialize() + ModeRecord().serialize())
    harness.advance(120)
    assert wire.transport.aborted
    assert log.lines() == [
        "127.0.0.1:40000: connection dropped: no further session was opened in time"
    ]


def test_a_session_whose_client_does_not_end_it_is_ended(harness, log):
    wire = harness.connect().open()
    wire.start()
    harness.settle()
    assert wire.names() == ["PreambleAckRecord", *REPLIES, *ALL_CALLBACKS]
    harness.settle()
    harness.advance(30)
    assert wire.names() == ["EndRecord"]
    wire.end()
    harness.settle()
    assert wire.names() == []
    assert not wire.transport.disconnecting
    assert log.lines() == []


def test_an_end_that_is_not_answered_closes_the_connection_but_loses_nothing(harness, log):
    wire = harness.connect().open()
    wire.start()
    harness.settle()
    harness.advance(30)
    wire.transport.connected = False  # something is still on its way
    harness.advance(10)
    assert wire.transport.disconnecting
    assert not wire.transport.aborted
    harness.advance(10)
    assert wire.transport.aborted
    assert log.lines() == [
        "127.0.0.1:40000: connection closed: the session's end was not answered in time",
        "127.0.0.1:40000: connection dropped: what was sent last is not being read",
    ]


@pytest.mark.parametrize("path", [OPERATION_PATH, SERVER_PATH])
def test_a_session_without_messages_is_dropped_as_wcf_does(harness, log, path):
    wire = harness.connect().open(path)
    harness.advance(300)
    wire.ask(TASK)  # on either path it is answered, if only with a fault
    harness.advance(599)
    assert not wire.transport.aborted
    harness.advance(1)
    assert wire.transport.aborted
    line = log.lines()[-1]  # before it, the fault was logged where there was one
    assert line.startswith("127.0.0.1:40000: connection dropped: no message")
    assert "EndRecord" not in wire.names()


def test_callbacks_keep_a_session_alive(make_harness):
    registry = OperationRegistry()
    reporters, never = [], Deferred()

    @registry.default(thread=False)
    def handler(_parameters, progress):
        reporters.append(progress)
        return never

    harness = make_harness(registry)
    wire = harness.connect().open()
    wire.start()
    harness.advance(599)
    reporters[0].update(percent=50)
    harness.settle()
    harness.advance(599)
    assert not wire.transport.aborted
    harness.advance(1)
    assert wire.transport.aborted


# --- Messages ------------------------------------------------------------------------------------


def test_requests_are_answered_in_order_without_waiting_for_each_other(harness):
    wire = harness.connect().open(SERVER_PATH)
    wire.send(b"".join(wire.request(TASK) for _ in range(3)))
    assert wire.names() == ["PreambleAckRecord", *["StartTaskResponse"] * 3]


def test_sessions_of_both_services_follow_each_other_on_one_connection(harness, log):
    wire = harness.connect()
    for _ in range(2):
        wire.open(OPERATION_PATH)
        wire.start()
        harness.settle()
        wire.end()
        harness.settle()
        assert wire.names() == ["PreambleAckRecord", *REPLIES, *ALL_CALLBACKS, "EndRecord"]
        wire.open(SERVER_PATH)
        wire.ask(TASK)
        wire.end()
        assert wire.names() == ["PreambleAckRecord", "StartTaskResponse", "EndRecord"]
    harness.advance(120)
    assert wire.transport.disconnecting
    assert log.lines() == []


def test_a_whole_life_in_one_chunk(harness):
    wire = harness.connect()
    first = wire.preamble(SERVER_PATH) + wire.request(TASK) + END
    second = wire.preamble(OPERATION_PATH) + wire.request(TASK)
    wire.send(first + second)
    assert [type(each).__name__ for each in wire.received()] == [
        "PreambleAckRecord",
        "StartTaskResponse",
        "EndRecord",
        "PreambleAckRecord",
        "SoapFaultError",
    ]


def test_a_preamble_that_comes_with_the_end_waits_for_our_end(harness):
    wire = harness.connect().open(OPERATION_PATH)
    wire.send(END + wire.preamble(SERVER_PATH))
    assert wire.names() == ["PreambleAckRecord"]
    harness.settle()
    assert wire.names() == ["EndRecord", "PreambleAckRecord"]


def test_thousands_of_sessions_in_one_chunk_do_not_nest(harness, log):
    wire = harness.connect()
    wire.send((wire.preamble(SERVER_PATH) + END) * 3000)
    assert wire.names() == ["PreambleAckRecord", "EndRecord"] * 3000
    assert not wire.transport.disconnecting


def test_a_message_that_breaks_the_string_table_drops_the_connection(harness, log):
    wire = harness.connect().open(SERVER_PATH)
    wire.ask(TASK)
    assert wire.names() == ["PreambleAckRecord", "StartTaskResponse"]
    broken = SizedEnvelopeRecord(b"\x7f").serialize()
    wire.send(broken + wire.request(TASK) + END + wire.preamble())
    assert wire.transport.aborted
    assert wire.names() == []
    harness.settle()
    (line,) = log.lines()
    assert line.startswith("127.0.0.1:40000: connection dropped: ")


def test_a_request_that_crosses_our_end_is_left_alone(harness, log):
    wire = harness.connect().open(OPERATION_PATH)
    wire.start()
    harness.settle()
    harness.advance(30)
    assert wire.names()[-1] == "EndRecord"
    wire.initialize()
    wire.end()
    assert wire.names() == []
    harness.advance(119)
    assert not wire.transport.disconnecting
    assert log.lines() == []


def test_a_failed_initialization_is_told_and_ends_the_session(make_harness):
    registry = OperationRegistry()
    harness = make_harness(registry)
    wire = harness.connect().open()
    wire.initialize()
    harness.settle()
    _, fault, end = wire.received()
    assert isinstance(fault, SoapFaultError)
    assert "does not perform" in str(fault)
    assert isinstance(end, EndRecord)


def test_a_client_that_reads_again_between_sessions_is_read_again(harness):
    wire = harness.connect().open()
    wire.end()
    harness.settle()
    wire.transport.fill()
    assert not wire.transport.reading
    wire.transport.drain()
    assert wire.transport.reading


# --- Broken rules --------------------------------------------------------------------------------


def via_of_a_stranger(wire) -> bytes:
    return wire.preamble("/Other")


def too_large(wire) -> bytes:
    return wire.preamble() + b"\x06\x80\x80\x80\x10"  # 32 MiB


def test_a_fault_is_sent_and_drained(harness, log):
    wire = harness.connect()
    wire.send(via_of_a_stranger(wire))
    assert wire.received() == [FaultRecord(faults.ENDPOINT_NOT_FOUND)]
    assert wire.transport.half_closed
    assert not wire.transport.disconnecting
    wire.send(b"x" * 1000)
    assert not wire.transport.disconnecting
    wire.half_close()
    assert wire.transport.disconnecting
    assert not wire.transport.aborted
    assert harness.reactor.getDelayedCalls() == []
    (line,) = log.lines()
    assert line == (
        "127.0.0.1:40000: no endpoint listens at 'net.tcp://example.net/Other';"
        " sent the fault EndpointNotFound"
    )


def test_a_fault_in_a_session_stops_its_operation_from_talking(harness):
    wire = harness.connect()
    wire.send(too_large(wire))
    *_, fault = wire.received()
    assert fault == FaultRecord(faults.MAX_MESSAGE_SIZE_EXCEEDED)
    harness.settle()
    assert wire.names() == []


def test_a_fault_that_is_not_read_in_time_drops_the_connection(harness, log):
    wire = harness.connect()
    wire.send(via_of_a_stranger(wire))
    harness.advance(9)
    assert not wire.transport.aborted
    harness.advance(1)
    assert wire.transport.aborted
    assert log.lines()[-1].endswith("connection dropped: the fault was not read in time")


def test_a_client_that_goes_on_sending_after_a_fault_is_dropped(make_harness, log):
    harness = make_harness(limits=Limits(drain=1000))
    wire = harness.connect()
    wire.send(via_of_a_stranger(wire))
    wire.send(b"x" * 1001)
    assert wire.transport.aborted
    assert log.lines()[-1].endswith("the client went on sending after it was sent a fault")


def test_a_fault_is_drained_even_where_the_client_did_not_read_before(harness):
    wire = harness.connect().open()
    wire.transport.fill()
    assert not wire.transport.reading
    wire.send(b"\x06\x80\x80\x80\x10")
    assert wire.transport.reading
    assert wire.transport.half_closed


def test_a_record_that_is_not_due_drops_the_connection(harness, log):
    wire = harness.connect()
    wire.send(b"GET / HTTP/1.1\r\n")
    assert wire.transport.aborted
    assert wire.names() == []
    (line,) = log.lines()
    assert "HTTP" in line


def test_a_fault_from_the_client_drops_the_connection(harness, log):
    wire = harness.connect().open()
    wire.send(FaultRecord("urn:x\nINFO: all is well").serialize())
    assert wire.transport.aborted
    assert log.lines() == [
        "127.0.0.1:40000: connection dropped: the client sent the fault 'urn:x\\nINFO: all is well'"
    ]


def test_a_connection_is_dropped_once(harness, log):
    wire = harness.connect()
    wire.channel.abort("first")
    wire.channel.abort("second")
    wire.channel.close()
    assert log.lines() == ["127.0.0.1:40000: connection dropped: first"]


# --- The end of the connection -------------------------------------------------------------------


def test_a_client_may_go_between_sessions_and_after_messages(harness, log):
    silent, idle, busy = harness.connect(), harness.connect().open(), harness.connect().open()
    idle.end()
    busy.start()
    harness.settle()
    for wire in (silent, idle, busy):
        wire.half_close()
        assert wire.transport.disconnecting
        assert not wire.transport.aborted
    harness.settle()
    assert harness.server._admission.total == 0
    assert log.lines() == []


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (VersionRecord().serialize(), "while waiting for the mode"),
        (None, "while the session is open and no envelope has come"),
    ],
)
def test_a_client_that_closes_in_the_middle_is_noted(harness, log, said, reason):
    wire = harness.connect()
    wire.send(wire.preamble() if said is None else said)
    wire.half_close()
    assert wire.transport.aborted
    (line,) = log.lines()
    assert reason in line


def test_a_reset_is_noted_where_it_breaks_something(harness, log):
    harness.connect().reset()
    idle = harness.connect().open()
    idle.end()
    harness.settle()
    idle.reset()
    assert log.lines() == []
    harness.connect().open().reset()
    half = harness.connect()
    half.send(VersionRecord().serialize())
    half.reset()
    lines = log.lines()
    assert len(lines) == 2
    assert all(line.startswith("127.0.0.1:40000: connection lost: ") for line in lines)
    assert harness.server._admission.total == 0


def test_nothing_is_left_of_a_lost_connection(harness):
    for step in range(4):
        wire = harness.connect()
        if step > 0:
            wire.open(SERVER_PATH if step == 1 else OPERATION_PATH)
        if step > 2:
            wire.start()
        wire.reset()
    harness.settle()
    assert harness.reactor.getDelayedCalls() == []
    assert harness.server._channels == set()


# --- How many ------------------------------------------------------------------------------------


def test_the_last_place_pauses_the_ports_and_a_free_one_resumes_them(make_harness, log):
    harness = make_harness(
        limits=Limits(connections=2), listen=("tcp:1:interface=127.0.0.1", "tcp:2")
    )
    ports = harness.reactor.ports
    first = harness.connect()
    assert all(port.reading for port in ports)
    harness.connect()
    assert not any(port.reading for port in ports)
    assert harness.accept(first.transport.getPeer()) is None
    first.close()
    assert all(port.reading for port in ports)
    assert log.lines() == [
        "2 connections: no more are accepted",
        "127.0.0.1:40000: connection refused: there are 2 connections",
    ]


def test_an_address_with_too_many_connections_is_turned_away(make_harness, log):
    harness = make_harness(limits=Limits(connections_by_address=1))
    first, second = harness.connect(), harness.connect()
    other = harness.connect(IPv6Address("TCP", "::1", 40001))
    assert not first.transport.aborted
    assert second.transport.aborted
    assert not other.transport.aborted
    assert log.lines() == [
        "127.0.0.1:40000: connection dropped: 127.0.0.1 already has 1 connections"
    ]
    harness.settle()
    first.close()
    assert not harness.connect().transport.aborted


def test_the_connection_that_is_silent_for_longest_makes_room(make_harness, log):
    harness = make_harness(limits=Limits(connections_in_preamble=2))
    busy, first, second = harness.connect().open(), harness.connect(), harness.connect()
    third = harness.connect()
    assert first.transport.aborted
    assert not busy.transport.aborted
    assert not second.transport.aborted
    assert not third.transport.aborted
    assert log.lines() == [
        "127.0.0.1:40000: connection dropped: more than 2 connections are in their preamble"
    ]


def test_peers_are_named_whatever_they_are(harness):
    assert harness.connect().channel.peer == "127.0.0.1:40000"
    assert harness.connect(IPv6Address("TCP", "::1", 5)).channel.peer == "[::1]:5"
    local = harness.connect(UNIXAddress("/run/client"))
    assert "/run/client" in local.channel.peer
    assert not local.transport.no_delay
    local.open(SERVER_PATH)
    local.ask(TASK)
    assert local.names() == ["PreambleAckRecord", "StartTaskResponse"]


@pytest.mark.parametrize("option", [25, None])
def test_the_system_keeps_little_for_a_slow_client(harness, monkeypatch, option):
    monkeypatch.setattr(server_channel, "_UNSENT_OPTION", option)
    wire = harness.connect()
    assert wire.transport.options.get((6, 25)) == (None if option is None else 65_536)


def test_a_kernel_may_not_know_the_option(harness, monkeypatch):
    def refuse(*_arguments):
        raise OSError(92, "Protocol not available")

    monkeypatch.setattr(type(harness.connect().transport), "setsockopt", refuse)
    wire = harness.connect().open()
    assert wire.names() == ["PreambleAckRecord"]


def test_the_final_status_goes_before_the_end(make_harness):
    harness = make_harness(quiet_registry())
    wire = harness.connect().open()
    wire.start()
    harness.settle()
    harness.advance(30)
    assert isinstance(wire.received()[-2], SetOverallStatus)
