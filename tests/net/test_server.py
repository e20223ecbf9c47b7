"""The server in memory: starting, stopping, finding services."""

import threading

import pytest
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import CannotListenError
from twisted.logger import LogLevel

from ipam_progress.contracts import OverallProgressStatus
from ipam_progress.errors import LocalProtocolError
from ipam_progress.limits import Limits
from ipam_progress.net import descriptors, server
from ipam_progress.net.operation_conversation import OperationConversation
from ipam_progress.net.server import ManagementServer
from ipam_progress.net.task_conversation import TaskConversation
from ipam_progress.operations import OperationRegistry

SEVERAL = ("tcp:1:interface=127.0.0.1", "tcp:2", "tcp:3:interface=\\:\\:1")


@pytest.fixture
def operation():
    """A registry whose one operation ends when the test says so."""
    registry = OperationRegistry()
    registry.ending = Deferred()

    @registry.default(thread=False)
    def handler(_parameters, _progress):
        return registry.ending

    return registry


# --- Starting ------------------------------------------------------------------------------------


def test_start_tells_where_the_server_listens(make_harness, outcome_of, log):
    harness = make_harness(start=False, listen=SEVERAL)
    started = outcome_of(harness.server.start())
    urls = ("net.tcp://127.0.0.1:1", "net.tcp://0.0.0.0:2", "net.tcp://[::1]:3")
    assert started == [urls]
    assert harness.server.urls == urls
    assert log.lines(LogLevel.info) == [f"listening on {url}" for url in urls]


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (IPv4Address("TCP", "192.0.2.1", 808), "net.tcp://192.0.2.1:808"),
        (IPv6Address("TCP", "::1", 9100), "net.tcp://[::1]:9100"),
        (UNIXAddress("/run/ipam"), "UNIXAddress('/run/ipam')"),
    ],
)
def test_urls_say_what_a_client_needs(harness, address, url):
    harness.reactor.ports[0].address = address
    assert server._url(harness.reactor.ports[0]) == url


def test_a_listener_that_cannot_listen_takes_the_others_with_it(
    make_harness, outcome_of, monkeypatch
):
    harness = make_harness(start=False, listen=SEVERAL)
    listen = harness.reactor.listenTCP

    def refuse_the_second(port, *arguments, **keywords):
        if port == 2:
            raise CannotListenError("0.0.0.0", 2, OSError("in use"))
        return listen(port, *arguments, **keywords)

    harness.reactor.listenTCP = refuse_the_second
    started = outcome_of(harness.server.start())
    assert isinstance(started.error, CannotListenError)
    assert [port.open for port in harness.reactor.ports] == [False]
    assert not harness.server.running
    harness.reactor.listenTCP = listen
    assert len(outcome_of(harness.server.start())[0]) == 3


@pytest.mark.parametrize(
    ("endpoint", "backlog"),
    [
        ("tcp:1", 1024),
        ("tcp:port=1:interface=127.0.0.1", 1024),
        ("tcp6:1", 1024),
        ("tcp:1:backlog=5", 5),
        ("tcp:1:backlog=5:interface=127.0.0.1", 5),
    ],
)
def test_a_burst_of_connections_may_wait_to_be_accepted(make_harness, endpoint, backlog):
    harness = make_harness(listen=(endpoint,))
    ((_, _, given, _),) = harness.reactor.tcpServers
    assert given == backlog


def test_an_endpoint_that_makes_no_sense_is_told(make_harness, outcome_of):
    harness = make_harness(start=False, listen=("tcp:1", "nonsense"))
    assert isinstance(outcome_of(harness.server.start()).error, ValueError)
    assert [port.open for port in harness.reactor.ports] == [False]


def test_as_a_service_a_refusal_is_logged(make_harness, log):
    harness = make_harness(start=False, listen=("nonsense",))
    harness.server.startService()
    assert [type(error) for error in log.take_failures()] == [ValueError]
    good = make_harness(start=False)
    good.server.startService()
    assert good.server.urls == ("net.tcp://127.0.0.1:9100",)


def test_a_server_is_started_once_at_a_time(harness, outcome_of, operation):
    assert "while the server runs" in str(outcome_of(harness.server.start()).error)
    harness.connect().open()
    stopped = outcome_of(harness.server.stopService())
    error = outcome_of(harness.server.start()).error
    assert isinstance(error, LocalProtocolError)
    assert "while the server stops" in str(error)
    assert stopped == []


def test_a_server_can_be_started_again(make_harness, outcome_of):
    registry, threads = OperationRegistry(), []

    @registry.default()
    def handler(_parameters, _progress) -> None:
        threads.append(threading.get_ident())

    harness = make_harness(registry)
    for _ in range(2):
        wire = harness.connect().open()
        wire.start()
        harness.reactor.settle_with_threads(
            lambda wire=wire: b"SetOverallStatus" in wire.transport.value()
        )
        stopped = outcome_of(harness.server.stopService())
        harness.settle()
        wire.end()
        harness.settle()
        assert stopped == [None]
        assert harness.server.urls == ()
        assert outcome_of(harness.server.start()) == [("net.tcp://127.0.0.1:9100",)]
    harness.server.stopService()
    assert len(threads) == 2


def test_two_servers_live_beside_each_other(make_harness):
    first, second = make_harness(), make_harness()
    wires = [harness.connect().open() for harness in (first, second)]
    first.server.stopService()
    first.settle()
    wires[0].end()
    first.settle()
    assert wires[0].names() == ["PreambleAckRecord", "EndRecord"]
    wires[1].start()
    second.settle()
    assert wires[1].names()[-1] == "SetOverallStatus"


class SlowEndpoint:
    def __init__(self) -> None:
        self.listening: list[Deferred] = []

    def listen(self, _factory):
        self.listening.append(Deferred())
        return self.listening[-1]


@pytest.fixture
def slow_endpoint(monkeypatch):
    endpoint = SlowEndpoint()
    monkeypatch.setattr(server, "serverFromString", lambda _reactor, _description: endpoint)
    return endpoint


def test_stopped_while_it_starts(make_harness, outcome_of, slow_endpoint):
    harness = make_harness(start=False)
    started = outcome_of(harness.server.start())
    assert outcome_of(harness.server.stopService()) == [None]
    again = outcome_of(harness.server.start())
    late, wanted = (harness.reactor.listenTCP(port, None) for port in (1, 2))
    slow_endpoint.listening[0].callback(late)
    slow_endpoint.listening[1].callback(wanted)
    assert isinstance(started.error, CancelledError)
    assert not late.open
    assert wanted.open
    assert again == [("net.tcp://0.0.0.0:2",)]


def test_a_start_can_be_cancelled(make_harness, outcome_of, slow_endpoint):
    harness = make_harness(start=False)
    starting = harness.server.start()
    started = outcome_of(starting)
    starting.cancel()
    assert isinstance(started.error, CancelledError)
    assert not harness.server.running


def test_ports_are_taken_before_privileges_are_dropped(make_harness, outcome_of, log):
    harness = make_harness(start=False, listen=SEVERAL)
    for _ in range(2):
        harness.server.privilegedStartService()
    assert [(port.open, port.reading) for port in harness.reactor.ports] == [(True, False)] * 3
    assert not harness.server.running
    assert len(outcome_of(harness.server.start())[0]) == 3
    assert [(port.open, port.reading) for port in harness.reactor.ports] == [(True, True)] * 3
    harness.server.privilegedStartService()
    assert len(harness.reactor.ports) == 3
    assert outcome_of(harness.server.stopService()) == [None]
    assert len(outcome_of(harness.server.start())[0]) == 3


def test_ports_that_cannot_be_taken_are_told_by_the_start(make_harness, outcome_of):
    harness = make_harness(start=False, listen=("tcp:1", "nonsense"))
    harness.server.privilegedStartService()
    assert isinstance(outcome_of(harness.server.start()).error, ValueError)
    assert [port.open for port in harness.reactor.ports] == [False]
    assert not harness.server.running


def test_ports_are_given_back_if_the_start_never_comes(make_harness, outcome_of, slow_endpoint):
    harness = make_harness(start=False, listen=("one", "two"))
    harness.server.privilegedStartService()
    early, late = (harness.reactor.listenTCP(port, None) for port in (1, 2))
    slow_endpoint.listening[0].callback(early)
    assert outcome_of(harness.server.stopService()) == [None]
    assert not early.open
    slow_endpoint.listening[1].callback(late)
    assert not late.open


# --- A program that does nothing else ------------------------------------------------------------


@pytest.fixture
def logging_begun(monkeypatch):
    """Who has begun to log; the log of the tests is left as it is."""
    begun = []

    class Beginner:
        def beginLoggingTo(self, observers, *, redirectStandardIO):
            begun.append((len(observers), redirectStandardIO))

    monkeypatch.setattr(server, "globalLogBeginner", Beginner())
    return begun


def test_run_listens_and_has_the_reactor_wait_for_the_stop(make_harness, outcome_of, logging_begun):
    harness = make_harness(start=False)
    harness.server.run()
    assert harness.reactor.hasRun
    assert harness.server.urls == ("net.tcp://127.0.0.1:9100",)
    assert logging_begun == [(1, False)]
    ((stop, _, _),) = harness.reactor.triggers["before"]["shutdown"]
    assert outcome_of(stop()) == [None]
    assert not harness.server.running


@pytest.mark.usefixtures("logging_begun")
def test_run_raises_what_it_could_not_be_started_for(make_harness):
    harness = make_harness(start=False, listen=("nonsense",))
    with pytest.raises(ValueError, match="nonsense"):
        harness.server.run()
    assert harness.reactor.hasStopped


@pytest.mark.usefixtures("logging_begun")
def test_a_signal_before_it_listens_is_a_good_end(make_harness, slow_endpoint):
    harness = make_harness(start=False)

    def stop():
        harness.server.stopService()
        slow_endpoint.listening[0].callback(harness.reactor.listenTCP(1, None))

    harness.reactor.stop = stop
    harness.server.run()
    assert [port.open for port in harness.reactor.ports] == [False]


# --- Stopping ------------------------------------------------------------------------------------


def test_stopping_without_connections_is_done_at_once(harness, outcome_of, log):
    port = harness.reactor.ports[0]
    assert outcome_of(harness.server.stopService()) == [None]
    assert not port.open
    assert outcome_of(harness.server.stopService()) == [None]
    assert log.lines(LogLevel.info)[-1] == "no longer listening on net.tcp://127.0.0.1:9100"


def test_a_server_that_never_ran_can_be_stopped(make_harness, outcome_of):
    assert outcome_of(make_harness(start=False).server.stopService()) == [None]


def test_whoever_stops_is_told_when_all_is_over(harness, outcome_of):
    wire = harness.connect().open()
    stops = [outcome_of(harness.server.stopService()) for _ in range(2)]
    harness.settle()
    assert stops == [[], []]
    wire.end()
    harness.settle()
    assert stops == [[None], [None]]


def test_idle_connections_are_closed_and_open_sessions_ended(harness, outcome_of, log):
    silent, idle = harness.connect(), harness.connect().open()
    idle.end()
    operations, tasks = harness.connect().open(), harness.connect().open(server.SERVER_PATH)
    harness.settle()
    stopped = outcome_of(harness.server.stopService())
    assert silent.transport.disconnecting
    assert idle.transport.disconnecting
    harness.settle()
    for wire in (operations, tasks):
        assert wire.names() == ["PreambleAckRecord", "EndRecord"]
        wire.send(b"\x07" + wire.preamble())
        assert wire.names() == []
        assert wire.transport.disconnecting
    harness.settle()
    assert stopped == [None]
    assert log.lines() == []
    assert harness.reactor.getDelayedCalls() == []


def test_a_running_handler_is_given_time(make_harness, outcome_of, operation):
    harness = make_harness(operation)
    wire = harness.connect().open()
    wire.start()
    harness.settle()
    stopped = outcome_of(harness.server.stopService())
    harness.advance(9)
    assert b"SetOverallStatus" not in wire.transport.value()
    operation.ending.callback(None)
    harness.settle()
    *_, status, _ = wire.received()
    assert status.overallStatus is OverallProgressStatus.CompletedWithSuccess
    wire.end()
    harness.settle()
    assert stopped == [None]


def test_a_handler_that_does_not_end_in_time_has_failed(make_harness, outcome_of, operation, log):
    harness = make_harness(operation)
    wire = harness.connect().open()
    wire.start()
    harness.settle()
    wire.names()
    stopped = outcome_of(harness.server.stopService())
    harness.advance(10)
    status, _ = wire.received()
    assert status.overallStatus is OverallProgressStatus.CompletedWithFailure
    assert "stopped" in str(status.completionStatus.ErrorInfo)
    wire.end()
    harness.settle()
    assert stopped == [None]
    operation.ending.callback(None)
    assert log.lines(LogLevel.info)[-1].endswith("operation CreateDhcpScope returned")


def test_a_fault_may_still_be_read(harness, outcome_of):
    wire = harness.connect()
    wire.send(wire.preamble("/Other"))
    stopped = outcome_of(harness.server.stopService())
    harness.settle()
    assert not wire.transport.disconnecting
    wire.half_close()
    harness.settle()
    assert stopped == [None]


def test_a_stop_ends_whatever_clients_do(harness, outcome_of, log):
    wire = harness.connect().open()
    wire.transport.connected = False
    stopped = outcome_of(harness.server.stopService())
    harness.settle()
    wire.channel.clear_deadline()  # as if there were none
    harness.advance(29)
    assert not wire.transport.aborted
    harness.advance(1)
    assert wire.transport.aborted
    assert stopped == [None]


def test_connections_that_come_too_late_are_refused(harness, log):
    harness.connect().open()
    harness.server.stopService()
    assert harness.accept(IPv4Address("TCP", "192.0.2.9", 5)) is None
    assert log.lines() == ["192.0.2.9:5: connection refused: the server does not run"]


def test_a_port_that_cannot_be_closed_does_not_hold_up_the_stop(make_harness, outcome_of, log):
    harness = make_harness(listen=SEVERAL)
    closing = harness.reactor.ports[1].closing = Deferred()
    stopped = outcome_of(harness.server.stopService())
    assert stopped == []
    closing.errback(OSError("no"))
    assert stopped == [None]
    assert not any(port.open for port in harness.reactor.ports)
    assert [str(error) for error in log.take_failures()] == ["no"]


# --- Services ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("via", "service"),
    [
        ("net.tcp://x/IpamServer", TaskConversation),
        ("net.tcp://x:9/ipamserver", TaskConversation),
        ("net.tcp://[::1]:9/IPAMSERVER/", TaskConversation),
        ("net.tcp://x/IpamServer/a/b?query#fragment", TaskConversation),
        ("net.tcp://x/IpamOperationWithProgress", OperationConversation),
        ("net.tcp://x/IpamServers", None),
        ("net.tcp://x/a/IpamServer", None),
        ("net.tcp://x/", None),
        ("net.tcp://x", None),
        ("http://x/IpamServer", None),
        ("net.tcp://x:port/IpamServer", None),
        ("net.tcp://[x/IpamServer", None),
        ("net.tcp://x" + "/" * 2000, None),
        ("nonsense", None),
    ],
)
def test_a_via_names_a_service_by_its_path(harness, via, service):
    found = harness.server.service_at(via)
    assert (found and found.func) is service


def test_paths_can_be_chosen_and_the_longest_one_counts(make_harness):
    chosen = make_harness(operation_path="/", server_path="/Tasks/").server
    for path, service in (
        ("", OperationConversation),
        ("/", OperationConversation),
        ("/whatever", OperationConversation),
        ("/tasks", TaskConversation),
        ("/Tasks/now", TaskConversation),
        ("/tasksnow", OperationConversation),
    ):
        found = chosen.service_at(f"net.tcp://x{path}")
        assert found is not None
        assert found.func is service


def test_paths_have_to_be_paths_and_two():
    with pytest.raises(ValueError, match="must begin with /"):
        ManagementServer(OperationRegistry(), server_path="Tasks", reactor=object())
    with pytest.raises(ValueError, match="IIpamServer is at the path"):
        ManagementServer(OperationRegistry(), server_path="/IPAMOPERATIONWITHPROGRESS/", reactor=1)


def test_the_reactor_is_the_one_that_is_installed():
    from twisted.internet import reactor

    assert ManagementServer(OperationRegistry()).reactor is reactor


# --- Descriptors ---------------------------------------------------------------------------------


class Resource:
    RLIMIT_NOFILE = 7
    RLIM_INFINITY = -1

    def __init__(self, soft: int, hard: int, *, forbidden: Exception | None = None) -> None:
        self.limits = (soft, hard)
        self.forbidden = forbidden

    def getrlimit(self, what):
        assert what == self.RLIMIT_NOFILE
        return self.limits

    def setrlimit(self, what, limits):
        assert what == self.RLIMIT_NOFILE
        if self.forbidden is not None:
            raise self.forbidden
        self.limits = limits


@pytest.mark.parametrize(
    ("resource", "possible", "left"),
    [
        (Resource(1024, 4096), 4096, (4096, 4096)),
        (Resource(4096, 4096), 4096, (4096, 4096)),
        (Resource(1024, -1), 1 << 20, (1 << 20, -1)),
        (Resource(1 << 21, -1), 1 << 21, (1 << 21, -1)),
        (Resource(1024, -1, forbidden=ValueError()), 1024, (1024, -1)),
        (Resource(1024, 4096, forbidden=PermissionError()), 1024, (1024, 4096)),
    ],
)
def test_as_many_descriptors_as_possible(monkeypatch, resource, possible, left):
    monkeypatch.setattr(descriptors, "resource", resource)
    assert descriptors.raise_descriptor_limit() == possible
    assert resource.limits == left


def test_without_bounds_there_is_nothing_to_raise(monkeypatch):
    monkeypatch.setattr(descriptors, "resource", Resource(-1, -1))
    assert descriptors.raise_descriptor_limit() > 1 << 60
    monkeypatch.setattr(descriptors, "resource", None)
    assert descriptors.raise_descriptor_limit() > 1 << 60


@pytest.mark.parametrize(("descriptors_", "places"), [(1000, 936), (10, 1), (1 << 62, 5000)])
def test_connections_are_bound_by_descriptors(make_harness, monkeypatch, log, descriptors_, places):
    monkeypatch.setattr(server, "raise_descriptor_limit", lambda: descriptors_)
    harness = make_harness(limits=Limits(connections=5000))
    assert harness.server._admission.connections == places
    expected = f"{places} connections at once instead of 5000"
    assert [line.startswith(expected) for line in log.lines()] == [True] * (places < 5000)


# --- Limits --------------------------------------------------------------------------------------


def test_limits_have_to_be_positive():
    with pytest.raises(ValueError, match="the limit drain must be more than 0"):
        Limits(drain=0)
