"""A server and clients in memory: Twisted's transports and clock, no sockets, no time."""

import json
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

import pytest
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.logger import LogLevel, formatEvent, globalLogPublisher
from twisted.python.failure import Failure

from ipam_progress.binaryxml import END, Comment, Decoder, Encoder, StartElement, UniqueId, text_of
from ipam_progress.contracts import CreateDhcpScopeParameters, IpamAdminOperationId
from ipam_progress.contracts.messages import (
    InitializeOperationParameters,
    StartOperationWithCallback,
)
from ipam_progress.demo import demo_registry
from ipam_progress.framing import ClientConnection
from ipam_progress.framing.records import EndRecord, SizedEnvelopeRecord, parse_record
from ipam_progress.limits import Limits
from ipam_progress.namespaces import INSTANCE, SOAP
from ipam_progress.net.client import ManagementClient
from ipam_progress.net.client_channel import ClientChannel
from ipam_progress.net.server import ManagementServer
from ipam_progress.service.bodies import end_with_body
from ipam_progress.service.callbacks import is_callback, read_callback
from ipam_progress.service.client import encode_request, read_answer, read_fault_error
from ipam_progress.service.declarations import OPERATIONS
from ipam_progress.service.incoming import read_incoming
from ipam_progress.service.paths import OPERATION_PATH
from ipam_progress.soap import begin_one_way
from ipam_progress.tracking import ProgressTracker

DATA = Path(__file__).parent.parent / "data"
QNAME_ELEMENTS = {(SOAP, "Value")}
QNAME_ATTRIBUTES = {(INSTANCE, "type")}
PEER = IPv4Address("TCP", "127.0.0.1", 40000)
REQUESTS = {operation.reply_action: request for request, operation in OPERATIONS.items()}


class MemoryTransport(StringTransport):
    """A transport that remembers how it was closed, and is full when it is told so.

    It is full too when more than `capacity` octets wait to be taken.
    """

    def __init__(self, peer=PEER) -> None:
        super().__init__(peerAddress=peer)
        self.capacity: float = float("inf")
        self.lost: Callable[[], None] = lambda: None
        self.aborted = False
        self.half_closed = False
        self.reading = True
        self.no_delay = False
        self.options: dict[tuple[int, int], int] = {}

    def getHandle(self):
        return self

    def setsockopt(self, level: int, option: int, value: int) -> None:
        self.options[level, option] = value

    def setTcpNoDelay(self, enabled: bool) -> None:
        self.no_delay = enabled

    def write(self, data: bytes) -> None:
        super().write(data)
        if self.producer is not None and self.io.tell() > self.capacity:
            self.fill()

    def pauseProducing(self) -> None:
        self.reading = False

    def resumeProducing(self) -> None:
        self.reading = True

    def unregisterProducer(self) -> None:
        self.producer = None  # TCP does not mind if there is none

    def loseWriteConnection(self) -> None:
        self.half_closed = True

    def loseConnection(self) -> None:
        super().loseConnection()
        if self.half_closed:  # there is nothing left to wait for
            self.lost()

    def abortConnection(self) -> None:
        self.aborted = True
        self.disconnecting = True

    def fill(self) -> None:
        self.producer.pauseProducing()

    def drain(self) -> None:
        self.producer.resumeProducing()


class MemoryPort:
    """A listening port that remembers what was done to it."""

    def __init__(self, address) -> None:
        self.address = address
        self.reading = True
        self.open = True
        self.closing: Deferred[None] = succeed(None)

    def getHost(self):
        return self.address

    def stopReading(self) -> None:
        self.reading = False

    def startReading(self) -> None:
        self.reading = True

    def stopListening(self):
        self.open = False
        return self.closing


class MemoryReactor(MemoryReactorClock):
    """A reactor without sockets whose clock is turned by hand; calls from threads are queued."""

    def __init__(self) -> None:
        super().__init__()
        self.ports: list[MemoryPort] = []
        self.calls_from_threads: SimpleQueue = SimpleQueue()

    def listenTCP(self, port, factory, backlog=50, interface=""):
        super().listenTCP(port, factory, backlog, interface)
        kind = IPv6Address if ":" in interface else IPv4Address
        self.ports.append(MemoryPort(kind("TCP", interface or "0.0.0.0", port)))
        return self.ports[-1]

    def callFromThread(self, function, *arguments, **keywords) -> None:
        self.calls_from_threads.put(lambda: function(*arguments, **keywords))

    def settle(self) -> None:
        """Let everything happen that is due now."""
        for _ in range(50):
            while not self.calls_from_threads.empty():
                self.calls_from_threads.get()()
            self.advance(0)

    def settle_with_threads(self, condition: Callable[[], bool]) -> None:
        """Let everything happen until a thread has done its part."""
        while not condition():
            self.calls_from_threads.get(timeout=20)()
            self.settle()


class Wire:
    """A client of the server in memory: what it sends, and what it sees.

    `records` gives what was written as it is, envelopes as tokens; `received` gives what it means.
    """

    def __init__(self, channel, transport: MemoryTransport) -> None:
        self.channel = channel
        self.transport = transport
        self.is_gone = False
        transport.lost = self.close
        self._octets = b""
        self._decoder = Decoder()
        self._encoder = Encoder()
        self._via = ""

    def send(self, octets: bytes) -> None:
        self.channel.dataReceived(octets)

    def open(self, path: str = OPERATION_PATH) -> "Wire":
        self.send(self.preamble(path))
        return self

    def preamble(self, path: str = OPERATION_PATH) -> bytes:
        self._encoder = Encoder()
        self._via = f"net.tcp://example.net{path}"
        connection = ClientConnection()
        connection.send_preamble(self._via)
        return connection.data_to_send()

    def request(self, message: object) -> bytes:
        octets = encode_request(self._encoder, message, UniqueId.random(), self._via)
        return SizedEnvelopeRecord(octets).serialize()

    def one_way(self, message: object) -> bytes:
        """Give a request without the MessageID that it needs."""
        begun = begin_one_way(self._encoder, OPERATIONS[type(message)].action)
        return SizedEnvelopeRecord(end_with_body(self._encoder, begun, message)).serialize()

    def ask(self, message: object) -> None:
        self.send(self.request(message))

    def initialize(self, operation: str = "CreateDhcpScope") -> None:
        self.ask(initialization(operation))

    def start(self, operation: str = "CreateDhcpScope") -> None:
        """Name the operation and start it, without waiting for the reply in between."""
        self.send(
            self.request(initialization(operation)) + self.request(StartOperationWithCallback())
        )

    def end(self) -> None:
        self.send(EndRecord().serialize())

    def half_close(self) -> None:
        self.channel.readConnectionLost()

    def close(self) -> None:
        self._gone(ConnectionDone())

    def reset(self) -> None:
        self._gone(ConnectionLost())

    def catch_up(self) -> None:
        """Let the connection go if it was told to, as the reactor would."""
        if self.transport.aborted:
            self._gone(ConnectionAborted())
        elif self.transport.disconnecting and self.transport.connected:
            self._gone(ConnectionDone())

    def _gone(self, error: Exception) -> None:
        if not self.is_gone:
            self.is_gone = True
            self.channel.connectionLost(Failure(error))

    def records(self) -> list[object]:
        """Take what was written since the last time: records, with tokens for envelopes."""
        return [
            record if octets is None else self._decoder.decode(octets)
            for record, octets in self._take()
        ]

    def received(self) -> list[object]:
        """Take what was written since the last time: objects, faults, records."""
        return [
            record if octets is None else self._meaning(octets) for record, octets in self._take()
        ]

    def names(self) -> list[str]:
        """Take the names of what was written since the last time."""
        return [type(each).__name__ for each in self.received()]

    def _take(self):
        self._octets += self.transport.value()
        self.transport.clear()
        position = 0
        while position < len(self._octets):
            parsed = parse_record(self._octets, position)
            assert parsed is not None, "half a record was written"
            record, position = parsed
            if isinstance(record, SizedEnvelopeRecord):
                yield record, record.payload
            else:
                if type(record).__name__ in {"PreambleAckRecord", "VersionRecord"}:
                    self._decoder = Decoder()
                yield record, None
        self._octets = b""

    def _meaning(self, octets: bytes) -> object:
        incoming = read_incoming(self._decoder, octets)
        if incoming.is_fault:
            return read_fault_error(incoming)
        if is_callback(incoming):
            return read_callback(incoming)
        return read_answer(incoming, REQUESTS[incoming.action])


def initialization(operation: str = "CreateDhcpScope") -> InitializeOperationParameters:
    parameters = CreateDhcpScopeParameters(OperationId=IpamAdminOperationId(operation))
    return InitializeOperationParameters(paramters=parameters)


class Harness:
    """A server whose reactor is a clock, and connections to it."""

    def __init__(self, registry=None, *, start: bool = True, **arguments) -> None:
        self.reactor = MemoryReactor()
        arguments.setdefault("allow_unprotected_network", True)  # nothing here is on a network
        self.wires: list[Wire] = []
        self.server = ManagementServer(
            registry or demo_registry(subtasks=2, steps=2), reactor=self.reactor, **arguments
        )
        if start:
            self.server.start()

    def accept(self, address):
        """Let a connection in by the server's first listener."""
        return self.server.accept(address, self.server.open(self.server.listeners[0]))

    def connect(self, peer=PEER) -> Wire:
        transport = MemoryTransport(peer)
        channel = self.accept(transport.getPeer())
        channel.makeConnection(transport)
        wire = Wire(channel, transport)
        self.wires.append(wire)
        return wire

    def settle(self) -> None:
        """Let everything happen that is due now."""
        self.reactor.settle()
        for wire in self.wires:
            wire.catch_up()
        self.reactor.settle()

    def advance(self, seconds: float) -> None:
        """Let time pass, and everything happen that is due then."""
        self.reactor.advance(seconds)
        self.settle()


class ClientHarness:
    """A client's channel in memory; the test plays the server."""

    def __init__(self, via: str = "net.tcp://example.net/IpamOperationWithProgress", **arguments):
        self.reactor = MemoryReactor()
        self.tracker = ProgressTracker(self)
        self.transport = MemoryTransport()
        self.ended: list[str] = []
        self.channel = ClientChannel(
            via,
            timeout=60,
            limits=Limits(),
            clock=self.reactor,
            take_callback=self.tracker.receive,
            take_end=self._take_end,
            **arguments,
        )
        self.opened = outcome(self.channel.opened)
        self.channel.makeConnection(self.transport)
        self.wire = Wire(self.channel, self.transport)

    def _take_end(self, reason: str) -> None:
        self.ended.append(reason)
        self.tracker.session_ended(reason)

    def create_waiter(self):
        raise AssertionError("nobody waits here")

    def pause_callbacks(self) -> None:
        self.channel.hold()

    def resume_callbacks(self) -> None:
        self.channel.release()

    def advance(self, seconds: float) -> None:
        self.reactor.advance(seconds)
        self.settle()

    def settle(self) -> None:
        self.reactor.settle()
        self.wire.catch_up()


class Link:
    """A connection of a client's endpoint to the server, octets carried by hand."""

    def __init__(self, protocol, wire: Wire) -> None:
        self.wire = wire
        self.client = Wire(protocol, MemoryTransport())
        protocol.makeConnection(self.client.transport)

    def carry(self) -> bool:
        """Carry what was written, and the end of either side; tell whether there was anything."""
        carried = [self._carry(self.client, self.wire), self._carry(self.wire, self.client)]
        return any(carried)

    @staticmethod
    def _carry(sender: Wire, receiver: Wire) -> bool:
        octets = sender.transport.value()
        sender.transport.clear()
        if octets and not receiver.is_gone:
            receiver.send(octets)
        left = sender.transport.disconnecting and not sender.is_gone
        if left:
            sender.catch_up()
            if not receiver.is_gone:
                receiver.reset() if sender.transport.aborted else receiver.half_close()
        return bool(octets or left)


class Pair:
    """A `ManagementClient` and a server in memory."""

    def __init__(self, registry=None, url: str = "net.tcp://server.example:9100", **arguments):
        self.harness = Harness(registry)
        self.reactor = self.harness.reactor
        self.client = ManagementClient(url, reactor=self.reactor, **arguments)
        self.links: list[Link] = []

    def connect(self) -> None:
        """Let the connections come about that were asked for."""
        while self.reactor.tcpClients:
            _host, _port, factory, _timeout, _address = self.reactor.tcpClients.pop(0)
            protocol = factory.buildProtocol(PEER)
            self.links.append(Link(protocol, self.harness.connect()))

    def run(self) -> None:
        """Carry octets until nobody has anything more to say."""
        self.connect()
        self.reactor.settle()
        while sum(link.carry() for link in self.links):  # all of them, each time
            self.reactor.settle()


class Outcome(list):
    """What a Deferred has come to: empty while it waits; an exception where it failed."""

    @property
    def error(self):
        return self[0].value


def outcome(deferred: Deferred) -> Outcome:
    found = Outcome()
    deferred.addBoth(found.append)
    return found


class Log:
    """What was logged; whatever has a traceback must be taken by the test."""

    def __init__(self) -> None:
        self.events: list = []

    def lines(self, level=LogLevel.warn) -> list[str]:
        return [
            formatEvent(event)
            for event in self.events
            if event["log_level"] is level and event["log_namespace"].startswith("ipam_progress")
        ]

    def take_failures(self) -> list[BaseException]:
        failures = [event["log_failure"].value for event in self.events if "log_failure" in event]
        self.events[:] = [event for event in self.events if "log_failure" not in event]
        return failures


@pytest.fixture(autouse=True)
def log():
    taken = Log()
    observer = taken.events.append
    globalLogPublisher.addObserver(observer)
    yield taken
    globalLogPublisher.removeObserver(observer)
    assert taken.take_failures() == []


@pytest.fixture
def harness():
    return Harness()


@pytest.fixture(scope="session")
def make_harness() -> Callable[..., Harness]:
    return Harness


@pytest.fixture(scope="session")
def make_client() -> Callable[..., ClientHarness]:
    return ClientHarness


@pytest.fixture(scope="session")
def make_transport() -> Callable[..., MemoryTransport]:
    return MemoryTransport


@pytest.fixture(scope="session")
def make_pair() -> Callable[..., Pair]:
    return Pair


@pytest.fixture(scope="session")
def outcome_of() -> Callable[[Deferred], Outcome]:
    return outcome


def _resolve(text: str, namespaces) -> tuple[str, str]:
    prefix, _, local_name = text.rpartition(":")
    return namespaces.get(prefix, ""), local_name


def tree(tokens):
    """Give a document as nested tuples: expanded names, attributes, text with QNames resolved."""
    stack = [("", (), [])]
    for token in tokens:
        if isinstance(token, StartElement):
            attributes = frozenset(
                (
                    attribute.name,
                    _resolve(text_of(attribute.value), token.namespaces)
                    if attribute.name in QNAME_ATTRIBUTES
                    else text_of(attribute.value),
                )
                for attribute in token.attributes
            )
            stack.append((token, attributes, []))
        elif token is END:
            start, attributes, children = stack.pop()
            text = "".join(child for child in children if isinstance(child, str))
            elements = tuple(child for child in children if not isinstance(child, str))
            if elements:
                assert not text.strip()
                content = elements
            elif start.name in QNAME_ELEMENTS:
                content = _resolve(text, start.namespaces)
            else:
                content = text
            stack[-1][2].append((start.name, attributes, content))
        elif not isinstance(token, Comment):
            stack[-1][2].append(text_of(token))
    ((document,),) = [part for _, _, part in stack]
    return document


@pytest.fixture(scope="session")
def tree_of():
    return tree


@pytest.fixture(scope="session")
def conversation():
    return lambda name: json.loads((DATA / "conversations" / f"{name}.json").read_text())


@pytest.fixture(scope="session")
def conversation_names():
    return [path.stem for path in (DATA / "conversations").glob("*.json")]
