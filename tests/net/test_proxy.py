"""A proxy in memory: what passes between two sides, and what its watcher is told."""

import pytest
from twisted.internet.address import IPv4Address, UNIXAddress
from twisted.internet.defer import CancelledError, Deferred, succeed
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.error import ConnectionRefusedError as Refused
from twisted.python.failure import Failure

from ipam_progress.net import proxy
from ipam_progress.net.proxy import Proxy

CLIENT = IPv4Address("TCP", "192.0.2.7", 50123)


class Endpoint:
    """The server's address: connections come about, or do not, when the test says so."""

    def __init__(self) -> None:
        self.attempts = []
        self.cancelled = 0

    def connect(self, factory):
        attempt = Deferred(self._cancel)
        self.attempts.append((factory, attempt))
        return attempt

    def _cancel(self, attempt) -> None:
        self.cancelled += 1
        attempt.errback(Failure(CancelledError()))


class Port:
    """Where the proxy listens."""

    def __init__(self) -> None:
        self.reading = True
        self.open = True

    def listen(self, factory):
        return succeed(self)

    def getHost(self):
        return IPv4Address("TCP", "127.0.0.1", 9200)

    def stopReading(self) -> None:
        self.reading = False

    def startReading(self) -> None:
        self.reading = True

    def stopListening(self):
        self.open = False
        return succeed(None)


class Watcher:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.told = []

    def __getattr__(self, name):
        return lambda number, *details: self.told.append((name, number, *map(_plain, details)))

    def take(self):
        told, self.told = self.told, []
        return told


def _plain(value):
    return getattr(value, "value", value)  # a Side by its name


class Peer:
    """Who is at the other end of one leg."""

    def __init__(self, leg, transport) -> None:
        self.leg = leg
        self.transport = transport
        transport.lost = lambda: self._gone(ConnectionDone())
        leg.makeConnection(transport)

    def send(self, octets) -> None:
        assert self.transport.reading
        self.leg.dataReceived(octets)

    def received(self):
        octets = self.transport.value()
        self.transport.clear()
        return octets

    def half_close(self) -> None:
        self.leg.readConnectionLost()

    def reset(self) -> None:
        self._gone(ConnectionLost())

    def catch_up(self) -> None:
        """Let the connection go if it was told to, as the reactor would."""
        if self.transport.disconnecting:
            self._gone(ConnectionAborted() if self.transport.aborted else ConnectionDone())

    def _gone(self, error) -> None:
        if self.transport.connected:
            self.transport.connected = False
            self.leg.connectionLost(Failure(error))


class Scene:
    def __init__(self, make_transport, **arguments) -> None:
        self._make_transport = make_transport
        self.target = Endpoint()
        self.port = Port()
        self.watcher = Watcher()
        self.proxy = Proxy(self.target, self.watcher, **arguments)
        self.address = []
        self.proxy.listen(self.port).addCallback(self.address.append)

    def come(self, address=CLIENT):
        """A client connects."""
        return Peer(self.proxy.buildProtocol(address), self._make_transport(address))

    def answer(self):
        """The server takes the connection that the proxy makes."""
        factory, attempt = self.target.attempts.pop(0)
        leg = factory.buildProtocol(None)
        server = Peer(leg, self._make_transport())
        attempt.callback(leg)
        return server

    def refuse(self, error) -> None:
        self.target.attempts.pop(0)[1].errback(Failure(error))

    def both(self):
        client, server = self.come(), self.answer()
        assert self.watcher.take() == [("connection_opened", 1, "192.0.2.7:50123")]
        return client, server


@pytest.fixture
def scene(make_transport):
    return Scene(make_transport)


def test_it_tells_where_it_listens(scene):
    assert scene.address == ["127.0.0.1:9200"]


def test_octets_pass_unchanged_and_at_once_both_ways(scene):
    client, server = scene.both()
    client.send(b"\x00\x01\x00")
    assert server.received() == b"\x00\x01\x00"
    server.send(b"\x0b")
    assert client.received() == b"\x0b"
    assert scene.watcher.take() == [
        ("octets_passed", 1, "client", b"\x00\x01\x00"),
        ("octets_passed", 1, "server", b"\x0b"),
    ]


def test_both_connections_are_set_up_as_those_of_net_tcp(scene):
    client, server = scene.both()
    for peer in (client, server):
        assert peer.transport.no_delay
        assert peer.transport.options


def test_a_transport_without_tcp_is_left_as_it_is(scene):
    client = scene.come(UNIXAddress("/run/socket"))
    assert not client.transport.no_delay


def test_nothing_is_read_of_a_client_until_the_server_is_there(scene):
    client = scene.come()
    assert not client.transport.reading
    scene.answer()
    assert client.transport.reading


@pytest.mark.parametrize("slow", ["client", "server"])
def test_a_side_that_does_not_keep_up_stops_the_other(scene, slow):
    peers = dict(zip(("client", "server"), scene.both(), strict=True))
    full, other = peers.pop(slow), *peers.values()
    full.transport.fill()
    assert not other.transport.reading
    assert full.transport.reading
    full.transport.drain()
    assert other.transport.reading


def test_the_watcher_can_have_all_wait(scene):
    client, server = scene.both()
    scene.proxy.hold()
    assert not client.transport.reading
    assert not server.transport.reading
    server.transport.fill()
    scene.proxy.release()
    assert not client.transport.reading
    assert server.transport.reading
    server.transport.drain()
    assert client.transport.reading


def test_connections_that_come_while_the_watcher_is_waited_for_wait_too(scene):
    scene.proxy.hold()
    client, server = scene.come(), scene.answer()
    assert not client.transport.reading
    assert not server.transport.reading


@pytest.mark.parametrize("first", ["client", "server"])
def test_the_end_of_a_stream_is_passed_on_and_the_other_direction_goes_on(scene, first):
    peers = dict(zip(("client", "server"), scene.both(), strict=True))
    ended, other = peers.pop(first), *peers.values()
    ended.half_close()
    assert other.transport.half_closed
    assert not ended.transport.half_closed
    other.send(b"there is more")
    assert ended.received() == b"there is more"
    scene.watcher.take()
    other.half_close()
    ended.catch_up()
    other.catch_up()
    assert not ended.transport.aborted
    assert not other.transport.aborted
    second = next(iter(peers))
    assert scene.watcher.take() == [("stream_ended", 1, second, "FIN")]


def test_the_end_of_a_stream_lets_what_is_before_it_go_out(scene):
    client, server = scene.both()
    server.transport.fill()
    client.half_close()
    assert server.transport.half_closed
    assert server.transport.producer is None  # else Twisted waits for what it still may produce
    server.send(b"late")  # and the client's end is not read again
    assert client.received() == b"late"


@pytest.mark.parametrize("first", ["client", "server"])
def test_a_reset_is_passed_on_as_one(scene, first):
    peers = dict(zip(("client", "server"), scene.both(), strict=True))
    lost, other = peers.pop(first), *peers.values()
    lost.reset()
    assert other.transport.aborted
    assert scene.watcher.take() == [("stream_ended", 1, first, "RST")]
    other.catch_up()
    assert scene.watcher.take() == [("stream_ended", 1, next(iter(peers)), "reset by the proxy")]


def test_a_reset_behind_the_end_of_a_stream_is_passed_on_too(scene):
    client, server = scene.both()
    client.half_close()
    client.reset()
    assert server.transport.aborted
    assert scene.watcher.take() == [
        ("stream_ended", 1, "client", "FIN"),
        ("stream_ended", 1, "client", "RST"),
    ]
    server.catch_up()
    assert scene.watcher.take() == [("stream_ended", 1, "server", "reset by the proxy")]


def test_both_sides_may_go_in_the_same_turn(scene):
    client, server = scene.both()
    client.half_close()
    client.reset()
    server.half_close()  # the reactor has seen it before it drops the connection
    server.catch_up()
    assert scene.watcher.take()[-1:] == [("stream_ended", 1, "server", "FIN")]


def test_a_side_that_goes_when_both_have_ended_takes_nothing_from_the_other(scene):
    client, server = scene.both()
    client.half_close()
    server.transport.lost = lambda: None  # something is left to be written to it
    server.half_close()
    client.catch_up()
    assert not server.transport.aborted
    server.reset()
    assert scene.watcher.take()[-1:] == [("stream_ended", 1, "server", "RST")]


def test_a_server_that_cannot_be_reached_costs_the_client_its_connection(scene):
    client = scene.come()
    scene.watcher.take()
    scene.refuse(Refused())
    assert client.transport.aborted
    client.catch_up()
    assert scene.watcher.take() == [
        ("stream_ended", 1, "server", "cannot be reached: Connection was refused by other side."),
        ("stream_ended", 1, "client", "reset by the proxy"),
    ]


def test_a_client_that_goes_before_the_server_is_there_is_not_connected_for(scene):
    client = scene.come()
    scene.watcher.take()
    client.reset()
    assert scene.target.cancelled == 1
    assert scene.watcher.take() == [
        ("stream_ended", 1, "client", "RST"),
        ("stream_ended", 1, "server", "not connected"),
    ]


def test_connections_are_numbered(scene):
    scene.both()
    scene.come()
    assert scene.watcher.take() == [("connection_opened", 2, "192.0.2.7:50123")]


def test_past_the_limit_clients_wait(make_transport, log):
    scene = Scene(make_transport, connections=2)
    client, server = scene.both()
    assert scene.port.reading
    scene.come()
    assert not scene.port.reading
    assert log.lines() == ["2 connections: no more are accepted"]
    late = scene.come()  # accepted in the same turn
    client.reset()
    server.catch_up()
    assert not scene.port.reading
    late.reset()
    assert scene.port.reading


def test_no_more_clients_are_let_in_than_there_are_descriptors_for(make_transport, monkeypatch):
    monkeypatch.setattr(proxy, "raise_descriptor_limit", lambda: 32 + 5)
    scene = Scene(make_transport)
    scene.come()
    assert scene.port.reading
    scene.come()
    assert not scene.port.reading


def test_stopping_drops_what_is_there(scene):
    client, server = scene.both()
    waiting = scene.come()
    client.half_close()
    stopped = []
    scene.proxy.stop().addCallback(stopped.append)
    assert not scene.port.open
    assert scene.target.cancelled == 1
    for peer in (client, server, waiting):
        assert peer.transport.aborted
        assert not stopped
        peer.catch_up()
    assert stopped == [None]
    assert scene.watcher.take()[1:] == [
        ("stream_ended", 1, "client", "FIN"),
        ("stream_ended", 2, "server", "not connected"),
        ("stream_ended", 1, "server", "reset by the proxy"),
        ("stream_ended", 2, "client", "reset by the proxy"),
    ]


def test_stopping_without_connections_is_over_at_once(scene):
    stopped = []
    scene.proxy.stop().addCallback(stopped.append)
    assert stopped == [None]
