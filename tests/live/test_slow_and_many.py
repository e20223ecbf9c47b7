"""Clients that take their time, say nothing, read nothing, come in crowds, or vanish."""

import random
import re
import select
import signal
from collections import Counter

import pytest

from ipam_progress.contracts import IpamTaskType
from ipam_progress.contracts.enumerations import IpamAdminOperationId
from ipam_progress.contracts.messages import (
    InitializeOperationParameters,
    StartOperationWithCallback,
    StartTask,
)
from ipam_progress.contracts.parameters import CreateDhcpScopeParameters
from ipam_progress.framing.records import EndRecord, FaultRecord, VersionRecord

OPERATION_PATH = "/IpamOperationWithProgress"
SERVER_PATH = "/IpamServer"
INITIALIZE = InitializeOperationParameters(
    paramters=CreateDhcpScopeParameters(OperationId=IpamAdminOperationId.CreateDhcpScope)
)
START = StartOperationWithCallback()
TASK = StartTask(taskType=IpamTaskType.Discovery, server="dhcp1")


def limits(**values):
    return [part for name, value in values.items() for part in ("--limit", f"{name}={value}")]


@pytest.fixture(scope="module")
def impatient_server(start_server, probe):
    """A second for everything."""
    server = start_server(
        *limits(
            preamble_timeout=1,
            idle_timeout=1,
            receive_timeout=1,
            completion_timeout=1,
            close_timeout=1,
        )
    )
    assert probe(server, "sessions", 20).status == 0
    return server


def drip(clients, octets):
    """Have clients send one octet at a time until the server has lost patience with them all."""
    waiting = dict(zip([client.socket for client in clients], clients, strict=True))
    for octet in octets:
        ended, _, _ = select.select(list(waiting), [], [], 0.02)
        for client in ended:
            assert waiting[client].next_record() == "reset"
            del waiting[client]
        if not waiting:
            return
        for client in waiting.values():
            client.send(bytes([octet]))
    raise AssertionError(f"{len(waiting)} clients are still there")


def test_slow_preambles(impatient_server, connect, make_preamble, undisturbed):
    server = impatient_server
    octets = make_preamble(server.url + OPERATION_PATH + "/" + 1000 * "x")
    with undisturbed(server):
        clients = [connect(server) for _ in range(50)]
        drip(clients, octets)
        server.wait_for_log_of([client.port for client in clients])
    assert any("no session was opened in time" in line for line in server.log())


@pytest.mark.parametrize("path", [OPERATION_PATH, SERVER_PATH])
def test_slow_envelopes(impatient_server, connect, undisturbed, path):
    """An octet is no message: it keeps no session alive."""
    server = impatient_server
    with undisturbed(server):
        clients = [connect(server).open_session(path) for _ in range(20)]
        drip(clients, b"\x06\x80\x80\x04" + bytes(1000))
        server.wait_for_log_of([client.port for client in clients])


def test_a_slow_second_preamble(impatient_server, connect, make_preamble):
    server = impatient_server
    client = connect(server).open_session(OPERATION_PATH)
    client.send(EndRecord().serialize())
    assert client.next_record() == EndRecord()
    drip([client], make_preamble(server.url + OPERATION_PATH + "/" + 1000 * "x"))
    server.wait_for_log_of([client.port])


def test_silence_between_sessions_is_no_misbehaviour(impatient_server, connect):
    client = connect(impatient_server).open_session(OPERATION_PATH)
    client.send(EndRecord().serialize())
    assert client.records() == [EndRecord(), "closed"]
    assert not impatient_server.log_by_port([client.port])


def test_a_client_that_does_not_end_its_session(impatient_server, connect):
    """After the final status it is given some time, then the server's End, then it is left."""
    client = connect(impatient_server).open_session(OPERATION_PATH)
    client.request(INITIALIZE)
    client.next_message()
    client.request(START)
    records = client.records()
    assert len(records) == 1 + 29 + 2
    assert records[-2:] in ([EndRecord(), "closed"], [EndRecord(), "reset"])
    impatient_server.wait_for_log_of([client.port])


def test_a_client_that_does_not_read_its_fault(impatient_server, connect):
    client = connect(impatient_server)
    client.send(VersionRecord(2, 0).serialize())
    fault, *ending = client.records()
    assert isinstance(fault, FaultRecord)
    assert ending == ["closed"]  # our side; the client does nothing about it
    client.server.wait_for_log(rf"127\.0\.0\.1:{client.port}: .*the fault was not read in time")


@pytest.fixture
def fresh_server(start_server, served, descriptors):
    """A server with nobody but us, and room for thousands of sockets here."""
    descriptors(2_200)
    server = start_server()
    served(server)
    return server


def test_two_thousand_connections_that_say_nothing(
    fresh_server, connect, served, undisturbed, wait_until
):
    server = fresh_server
    idle = server.connections()
    with undisturbed(server, megabytes=32):
        clients = [connect(server) for _ in range(2_000)]
        served(server)
        # as many as may wait for a session; the oldest have had to go for the others
        wait_until(lambda: server.connections() - idle <= 1_024, "too many connections are kept")
        assert server.connections() - idle > 1_000
        served(server)
    evicted = clients[: 2_000 - 1_024 - 2]
    server.wait_for_log_of([client.port for client in evicted])
    newest = clients[-1].open_session(SERVER_PATH)
    newest.request(TASK)
    assert not newest.next_message().is_fault
    for client in clients:
        client.close()
    wait_until(lambda: server.connections() == idle, "connections are left")


def test_too_many_connections_from_one_address(start_server, connect, served):
    server = start_server(*limits(connections_by_address=20))
    clients = [connect(server).open_session(SERVER_PATH) for _ in range(20)]
    turned_away = [connect(server) for _ in range(5)]
    assert [client.records() for client in turned_away] == [["reset"]] * 5
    server.wait_for_log_of([client.port for client in turned_away])
    for client in clients:
        client.request(TASK)
        assert not client.next_message().is_fault
    clients[0].send(EndRecord().serialize())
    clients[0].end_sending()
    assert clients[0].records() == [EndRecord(), "closed"]
    served(server)


def test_too_many_connections_in_all(start_server, connect, start_program, runtime_probe):
    """No more are accepted until one goes; who waits meanwhile is served then."""
    server = start_server(*limits(connections=20))
    clients = [connect(server).open_session(SERVER_PATH) for _ in range(20)]
    server.wait_for_log("20 connections: no more are accepted")
    waiting = start_program(runtime_probe, server.url, "progress", "CreateDhcpScope", "--quiet")
    for client in clients:
        client.request(TASK)
        assert not client.next_message().is_fault
    for client in clients[:2]:
        client.close()
    assert waiting.wait() == 0, waiting.tail()
    assert waiting.events()[-1]["callbacks"] == 29


@pytest.fixture(scope="module")
def busy_server(start_server, probe, tmp_path_factory):
    """Operations that have far more to tell than any client's window holds, and tell all of it."""
    path = tmp_path_factory.mktemp("configuration") / "unmerged.toml"
    path.write_text("merge_progress = false\n", encoding="utf-8")
    server = start_server("--demo-subtasks", "1", "--demo-steps", "60000", "--config", path)
    assert probe(server, "calls", 100).status == 0
    return server


def start_operation(client):
    client.open_session(OPERATION_PATH)
    client.request(INITIALIZE)
    assert not client.next_message().is_fault
    client.request(START)


def returned(server):
    """Give the ports of the clients whose handlers have returned."""
    pattern = re.compile(r"127\.0\.0\.1:(\d+): operation CreateDhcpScope returned")
    return {int(match[1]) for line in server.log() if (match := pattern.search(line))}


def test_clients_that_never_read(busy_server, connect, probe, undisturbed, wait_until):
    """Their handlers wait for them, in little memory; then the clients vanish."""
    server = busy_server
    steps = ("open", "init:CreateDhcpScope", "start", "count:3000", "close")
    with undisturbed(server, good=("calls", 1000)):
        clients = [connect(server, receive_buffer=4096) for _ in range(5)]
        for client in clients:
            start_operation(client)
        # others are served meanwhile, long operations too
        run = probe(server, "steps", *steps, "--quiet")
        assert run.status == 0
        assert run.end["callbacks"] >= 3_000
        for client in clients:
            client.reset()
        # handlers go on, and keep nobody waiting for it
        slowest = max(
            event["took_us"]
            for _ in range(5)
            for event in probe(server, "start-task", "Discovery").of("reply")
        )
        assert slowest < 1_000_000
        ports = {client.port for client in clients}
        wait_until(lambda: ports <= returned(server), "handlers have not returned")


def test_a_client_that_never_reads_and_ends_its_session(busy_server, connect, undisturbed):
    """Its End is answered behind what was written before; it is not waited for for ever."""
    with undisturbed(busy_server, good=("calls", 200)):
        client = connect(busy_server, receive_buffer=4096)
        start_operation(client)
        assert not client.next_message().is_fault
        client.send(EndRecord().serialize())
        records = client.records_until(EndRecord())
        assert len(records) > 1
    client.end_sending()
    assert client.next_record() == "closed"


def test_a_client_that_stops_for_a_while_gets_the_newest(
    start_server, start_program, runtime_probe
):
    """Its handler neither waits for it nor fills the memory; what has to arrive does."""
    server = start_server("--demo-subtasks", "2", "--demo-steps", "100000")
    client = start_program(runtime_probe, server.url, "progress", "CreateDhcpScope")
    client.wait_for_line("AddSubTask", 60)
    client.process.send_signal(signal.SIGSTOP)
    try:
        before = server.resident_kilobytes()
        server.forget_peak()
        server.wait_for_log("operation CreateDhcpScope returned")
        assert server.peak_kilobytes() - before < 8 * 1024
    finally:
        client.process.send_signal(signal.SIGCONT)
    assert client.wait() == 0, client.tail()
    told = client.events()
    callbacks = [event for event in told if event["event"] == "callback"]
    assert len(callbacks) == told[-1]["callbacks"] < 200_000  # of twice as many
    names = Counter(event["name"] for event in callbacks)
    statuses = Counter(event.get("status") for event in callbacks)
    assert names["AddSubTask"] == statuses["CompletedWithSuccess"] == 2
    assert callbacks[-2]["completionPercentage"] == 100
    assert callbacks[-1]["overallStatus"] == "CompletedWithSuccess"


def test_connections_that_vanish_at_any_moment(
    fresh_server, connect, make_preamble, undisturbed, wait_until
):
    generator = random.Random(8)
    server = fresh_server
    idle = server.connections()
    with undisturbed(server, good=("sessions", 100)):
        for _ in range(200):
            client = connect(server)
            moment = generator.randrange(6)
            if moment == 0:
                whole = make_preamble(server.url + OPERATION_PATH)
                client.send(whole[: generator.randrange(len(whole))])
            else:
                client.open_session(OPERATION_PATH)
            if moment >= 2:
                client.request(INITIALIZE)
            if moment >= 3:
                client.request(START)
            if moment >= 4:
                for _ in range(generator.randrange(30)):
                    client.next_record()
            if moment == 5:
                client.send(EndRecord().serialize()[: generator.randrange(2)])
            client.reset()
        wait_until(lambda: server.connections() <= idle + 2, "connections are left")
    wait_until(lambda: server.connections() == idle, "connections are left")
