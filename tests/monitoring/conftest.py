"""A server that is played, time that stands still, and browsers in memory."""

from datetime import UTC, datetime
from pathlib import Path
from runpy import run_path

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionLost
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.logger import globalLogPublisher
from twisted.python.failure import Failure

PROGRAM = run_path(str(Path(__file__).parents[1] / "live" / "programs" / "monitored_server.py"))
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


class BrowserTransport(StringTransport):
    """A browser's connection, as the site sees it; it can be full."""

    def __init__(self, host) -> None:
        super().__init__(hostAddress=host, peerAddress=IPv4Address("TCP", "127.0.0.1", 50000))
        self.aborted = False

    def abortConnection(self):
        self.aborted = True
        self.loseConnection()

    def fill(self):
        self.producer.pauseProducing()

    def drain(self):
        self.producer.resumeProducing()


class Browser:
    """A connection to a site: sends octets, and looks at what comes back."""

    def __init__(self, factory, host) -> None:
        self.transport = BrowserTransport(host)
        self.protocol = factory.buildProtocol(self.transport.getPeer())
        self.was_let_in = self.protocol is not None
        if self.was_let_in:
            self.protocol.makeConnection(self.transport)

    def ask(self, path="/", *, method="GET", host="localhost", headers=(), body=b""):
        """Send a request and give what has come at once: status, headers by name, body."""
        self.transport.clear()
        lines = [f"{method} {path} HTTP/1.1"]
        lines += [f"Host: {name}" for name in ([host] if isinstance(host, str) else host)]
        lines += [f"{name}: {value}" for name, value in headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        self.protocol.dataReceived("\r\n".join([*lines, "", ""]).encode() + body)
        head, _, rest = self.transport.value().partition(b"\r\n\r\n")
        status, *fields = head.decode().split("\r\n")
        self.transport.clear()
        self.first_chunk = rest
        return (
            int(status.split(" ")[1]),
            {name.lower(): value for name, value in (field.split(": ", 1) for field in fields)},
            rest,
        )

    def read(self):
        """Give the octets of the chunks that have come since the last time."""
        octets = self.first_chunk + self.transport.value()
        self.first_chunk = b""
        self.transport.clear()
        body = b""
        while octets:
            length, _, octets = octets.partition(b"\r\n")
            count = int(length, 16)
            body += octets[:count]
            assert octets[count : count + 2] == b"\r\n"
            octets = octets[count + 2 :]
        return body

    def lose(self):
        """Let the connection be gone."""
        self.protocol.connectionLost(Failure(ConnectionLost()))


@pytest.fixture
def server():
    return PROGRAM["PlayedServer"](lambda: NOON)


@pytest.fixture
def new_server():
    return lambda: PROGRAM["PlayedServer"](lambda: NOON)


@pytest.fixture
def reactor():
    reactor = MemoryReactorClock()
    reactor.rightNow = NOON.timestamp()
    return reactor


@pytest.fixture
def failures():
    """The exceptions that are logged."""
    seen = []

    def observe(event):
        if "log_failure" in event:
            seen.append(event["log_failure"].type)

    globalLogPublisher.addObserver(observe)
    yield seen
    globalLogPublisher.removeObserver(observe)


@pytest.fixture
def browse():
    """Connect to a site."""

    def browse(factory, host="127.0.0.1"):
        return Browser(factory, IPv4Address("TCP", host, 9464))

    return browse
