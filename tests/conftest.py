"""What all tests share: the peers that are not ours."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import hypothesis
import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ConnectionLost
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from ipam_progress.web import service

CHECKOUT = Path(__file__).parent.parent

# how long an example takes is the machine's affair
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def runtime_probe() -> Path:
    """The path of `runtime-probe`, Microsoft's side of the wire.

    It is looked for in IPAM_SHARED, the folder `shared` beside the checkout if that is not set. A
    test that needs it is skipped where it is missing, and fails with IPAM_REQUIRE_PEERS=1.
    """
    shared = Path(os.environ.get("IPAM_SHARED") or CHECKOUT.parent / "shared")
    probe = (shared / "dotnet" / "runtime-probe").resolve()
    if not probe.exists():
        reason = f"{probe} is missing: set IPAM_SHARED to the folder that holds dotnet/"
        if os.environ.get("IPAM_REQUIRE_PEERS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return probe


class PostgresqlServer:
    """A PostgreSQL server of our own, from Debian's packages, on a loopback port.

    Attributes:
        url: Its database `postgres`, as a user with a password.
    """

    PASSWORD = "p-ss-of-the-tests"

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        self._process: subprocess.Popen | None = None
        self._databases = 0
        # it refuses to run as root
        self._user = {"user": "postgres", "group": "postgres", "extra_groups": []}
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        else:
            self._user = {}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = self._url("postgres")
        password = folder / "password"
        password.write_text(self.PASSWORD, encoding="ascii")
        subprocess.run(
            [programs / "initdb", "--pgdata", folder / "data", "--username", "ipam",
             "--pwfile", password, "--auth", "scram-sha-256", "--encoding", "UTF8", "--no-sync"],
            check=True, capture_output=True, cwd=folder, **self._user,
        )  # fmt: skip

    def _url(self, database: str) -> str:
        return f"postgresql://ipam:{self.PASSWORD}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._folder / "data", "-p", str(self.port),
                 "-k", self._folder, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self._folder, **self._user,
            )  # fmt: skip
        deadline = time.monotonic() + 30
        ready = [self._programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready, check=False).returncode:
            assert self._process.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < deadline, (self._folder / "log").read_text()
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it in order; whoever is connected is disconnected."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Have it stop where it is, as a crash does: it recovers at its next start."""
        self._end(signal.SIGQUIT)

    def pause(self) -> None:
        """Have all of it stand still: connections stay, and nothing is answered."""
        self._signal_all(signal.SIGSTOP)

    def resume(self) -> None:
        """Have it go on after `pause`."""
        self._signal_all(signal.SIGCONT)

    def new_database(self) -> str:
        """Make an empty database and give its URL."""
        self._databases += 1
        name = f"test{self._databases}"
        self.run(f"CREATE DATABASE {name}")
        return self._url(name)

    def run(self, statement: str, database: str = "postgres") -> str:
        """Run a statement as psql does, and give what it prints."""
        return subprocess.run(
            [self._programs / "psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", statement,
             self._url(database)],
            check=True, capture_output=True, text=True,
        ).stdout.strip()  # fmt: skip

    def _end(self, number: int) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(30)
            self._process = None

    def _signal_all(self, number: int) -> None:
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        for each in (pid, *map(int, children)):
            os.kill(each, number)


@pytest.fixture(scope="session")
def postgresql():
    """A PostgreSQL server that runs; a test that stops it starts it again."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        reason = "there is no /usr/lib/postgresql: install the package postgresql"
        if os.environ.get("IPAM_REQUIRE_PEERS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    # pytest's own folders cannot be entered by others, and paths of sockets are short
    with tempfile.TemporaryDirectory(prefix="ipam-postgresql-") as folder:
        server = PostgresqlServer(found[-1].parent, Path(folder))
        server.start()
        yield server
        server.kill()


class SmallDisk:
    """A disk of two megabytes, in memory.

    Attributes:
        path: Where it is mounted.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    def fill(self) -> None:
        """Fill it to the last octet."""
        with self._ballast.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(4096)):
                pass

    def make_room(self) -> None:
        """Make room again."""
        self._ballast.unlink()


@pytest.fixture
def small_disk(tmp_path):
    """A disk that can be filled."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        reason = f"no small disk can be mounted: {mounted.stderr.strip()}"
        if os.environ.get("IPAM_REQUIRE_PEERS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    yield SmallDisk(folder)
    subprocess.run(["umount", "--lazy", folder], check=True)


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
def browse():
    """Connect to a site."""

    def browse(factory, host="127.0.0.1"):
        return Browser(factory, IPv4Address("TCP", host, 9464))

    return browse


class Port:
    """A port that Twisted's endpoints would listen on."""

    def __init__(self, address, factory) -> None:
        self.address = address
        self.factory = factory
        self.is_listening = True
        factory.doStart()

    def getHost(self):
        return self.address

    def stopListening(self):
        self.is_listening = False
        self.factory.doStop()
        return succeed(None)


class Endpoints:
    """Plays Twisted's endpoints: an address for each description, or an error, or a Deferred."""

    def __init__(self) -> None:
        self.addresses = {}
        self.ports = []

    def server_from_string(self, reactor, description):
        self.description = description
        return self

    def listen(self, factory):
        address = self.addresses.get(self.description, IPv4Address("TCP", "127.0.0.1", 9464))
        if isinstance(address, Exception):
            raise address
        if isinstance(address, Deferred):
            return address.addCallback(self._open, factory)
        return succeed(self._open(address, factory))

    def _open(self, address, factory):
        self.ports.append(Port(address, factory))
        return self.ports[-1]


@pytest.fixture
def endpoints(monkeypatch):
    """The endpoints that web services listen on, played."""
    endpoints = Endpoints()
    monkeypatch.setattr(service, "serverFromString", endpoints.server_from_string)
    return endpoints
