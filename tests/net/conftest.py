"""A server and a client in memory: Twisted's transports and clock, no sockets, no time."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.python.failure import Failure

from ipam_progress.binaryxml import END, Comment, Decoder, StartElement, text_of
from ipam_progress.demo import demo_registry
from ipam_progress.framing.records import SizedEnvelopeRecord, parse_record
from ipam_progress.namespaces import INSTANCE, SOAP
from ipam_progress.net.limits import Limits
from ipam_progress.net.server import ManagementServer

DATA = Path(__file__).parent.parent / "data"
QNAME_ELEMENTS = {(SOAP, "Value")}
QNAME_ATTRIBUTES = {(INSTANCE, "type")}


class MemoryTransport(StringTransport):
    """A transport that remembers how it was closed."""

    def __init__(self) -> None:
        super().__init__(peerAddress=IPv4Address("TCP", "127.0.0.1", 40000))
        self.aborted = False
        self.half_closed = False
        self.reading = True

    def setTcpNoDelay(self, _enabled: bool) -> None:
        pass

    def pauseProducing(self) -> None:
        self.reading = False

    def resumeProducing(self) -> None:
        self.reading = True

    def loseWriteConnection(self) -> None:
        self.half_closed = True

    def abortConnection(self) -> None:
        self.aborted = True
        self.disconnecting = True


class Wire:
    """What the peer of a channel sees: the records that were written, envelopes decoded."""

    def __init__(self, channel, transport: MemoryTransport) -> None:
        self.channel = channel
        self.transport = transport
        self._octets = b""
        self._decoder = Decoder()

    def send(self, octets: bytes) -> None:
        self.channel.dataReceived(octets)

    def close(self) -> None:
        self.channel.connectionLost(Failure(ConnectionDone()))

    def records(self) -> list[object]:
        """Take what was written since the last time: records, with tokens for envelopes."""
        self._octets += self.transport.value()
        self.transport.clear()
        found: list[object] = []
        position = 0
        while position < len(self._octets):
            parsed = parse_record(self._octets, position)
            assert parsed is not None, "half a record was written"
            record, position = parsed
            if isinstance(record, SizedEnvelopeRecord):
                found.append(self._decoder.decode(record.payload))
            else:
                if type(record).__name__ in {"PreambleAckRecord", "VersionRecord"}:
                    self._decoder = Decoder()
                found.append(record)
        self._octets = b""
        return found


class Harness:
    """A server whose reactor is a clock, and connections to it."""

    def __init__(self, registry=None, **arguments) -> None:
        self.reactor = MemoryReactorClock()
        self.server = ManagementServer(
            registry or demo_registry(subtasks=2, steps=2), reactor=self.reactor, **arguments
        )
        self.server.runner.start = self.server.runner.stop = lambda: None  # no threads in memory
        self.server.start()

    def connect(self) -> Wire:
        transport = MemoryTransport()
        channel = self.server.accept(transport.getPeer())
        channel.makeConnection(transport)
        return Wire(channel, transport)

    def settle(self) -> None:
        """Let everything happen that is due now."""
        for _ in range(50):
            self.reactor.advance(0)


@pytest.fixture
def harness():
    return Harness()


@pytest.fixture
def make_harness() -> Callable[..., Harness]:
    return Harness


@pytest.fixture
def small_limits():
    return Limits(envelope=65_536)


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
