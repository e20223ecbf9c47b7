"""Live peers: servers of ours, Microsoft's runtime, Mono's WCF, and sockets without manners.

Nothing here waits for a fixed time: whatever is waited for is a line, a record or the end of a
process, each with a deadline that a working program never comes near.
"""

import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from ipam_progress.binaryxml import Decoder, Encoder, UniqueId
from ipam_progress.framing.records import (
    KnownEncodingRecord,
    ModeRecord,
    PreambleAckRecord,
    PreambleEndRecord,
    SizedEnvelopeRecord,
    VersionRecord,
    ViaRecord,
    parse_record,
)
from ipam_progress.service.client import encode_request, read_fault_error
from ipam_progress.service.incoming import read_incoming

HERE = Path(__file__).parent
PATIENCE = 20.0
"""Seconds for anything to happen; a machine that is busy with other things takes some of them."""

OPERATION_PATH = "/IpamOperationWithProgress"
SERVER_PATH = "/IpamServer"


def pytest_collection_modifyitems(items):
    """Mark everything in this directory as live."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.live)


def eventually(condition, what, patience=PATIENCE):
    """Wait until a condition holds and give what it gave."""
    deadline = time.monotonic() + patience
    while not (found := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"{what() if callable(what) else what}: not within {patience:g} seconds")
        time.sleep(0.005)
    return found


# --- Programs ------------------------------------------------------------------------------------


class Program:
    """A process whose output goes to files, so that it never waits for us and we can look back."""

    def __init__(self, command, folder, name, **options) -> None:
        self.command = [str(part) for part in command]
        self.out_path = folder / f"{name}.out"
        self.err_path = folder / f"{name}.err"
        with self.out_path.open("wb") as out, self.err_path.open("wb") as err:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=out, stderr=err, **options
            )

    def lines(self):
        """Give the whole lines on standard output so far."""
        return _whole_lines(self.out_path)

    def log(self):
        """Give the whole lines on standard error so far."""
        return _whole_lines(self.err_path)

    def events(self):
        """Give the lines on standard output that are JSON objects."""
        return [json.loads(line) for line in self.lines() if line.startswith("{")]

    def wait_for_line(self, pattern, patience=PATIENCE):
        """Wait for a line on standard output and give the match."""
        return self._wait_for(self.lines, pattern, patience)

    def wait_for_log(self, pattern, patience=PATIENCE):
        """Wait for a line on standard error and give the match."""
        return self._wait_for(self.log, pattern, patience)

    def _wait_for(self, lines, pattern, patience):
        compiled = re.compile(pattern)

        def found():
            ended = self.process.poll() is not None
            for line in lines():
                if match := compiled.search(line):
                    return match
            if ended:
                pytest.fail(f"{self} ended without a line like {pattern!r}\n{self.tail()}")
            return None

        return eventually(
            found, lambda: f"{self}: no line like {pattern!r}\n{self.tail()}", patience
        )

    def wait(self, patience=PATIENCE):
        """Wait for the end of the process and give its exit status."""
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            pytest.fail(f"{self} did not end within {patience:g} seconds\n{self.tail()}")

    def resident_kilobytes(self):
        """Tell the memory that the process holds now."""
        return self._status("VmRSS")

    def peak_kilobytes(self):
        """Tell the most memory that it has held since `forget_peak`."""
        return self._status("VmHWM")

    def forget_peak(self):
        """Begin to watch for the most memory anew (proc(5), clear_refs)."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5", encoding="ascii")

    def _status(self, name):
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(rf"{name}:\s+(\d+)", status)[1])

    def kill(self):
        """End the process whatever it does."""
        self.process.kill()
        self.process.wait()

    def tail(self):
        """Give the end of what it said, for messages."""
        return "\n".join([*self.lines()[-20:], *self.log()[-40:]])

    def __str__(self) -> str:
        return " ".join(self.command[:6])


def _whole_lines(path):
    text = path.read_text(encoding="utf-8", errors="replace")
    return text[: text.rfind("\n") + 1].splitlines()


SERVE = (
    "-m", "ipam_progress", "serve", "--security", "none", "--listen", "tcp:0:interface=127.0.0.1",
)  # fmt: skip
SECURED_SERVER = (HERE / "programs" / "secured_server.py",)


class ServerProgram(Program):
    """``ipam-progress serve`` on a port of its own, or another program that serves."""

    def __init__(self, arguments, folder, name, *, program=SERVE, prefix=(), **options) -> None:
        super().__init__([*prefix, sys.executable, *program, *arguments], folder, name, **options)
        self.is_stopping = False
        self._told_before = 0
        match = self.wait_for_line(r"^listening on (net\.tcp://127\.0\.0\.1:(\d+))$")
        self.url, self.port = match[1], int(match[2])

    def connections(self):
        """Count the sockets of the process, listening ones and the reactor's own included."""
        targets = []
        for entry in Path(f"/proc/{self.process.pid}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed meanwhile
                targets.append(os.readlink(entry))
        return sum(target.startswith("socket:") for target in targets)

    def warnings(self):
        """Give the lines of the log that are warnings, or worse."""
        return [line for line in self.log() if re.search(r"^\S+ (warn|error|critical): ", line)]

    def begin_test(self):
        """Look at the log from here on: the system gives ports to clients more than once."""
        self._told_before = len(self.log())

    def log_by_port(self, ports):
        """Count the warnings of this test that are about connections from these ports of ours."""
        wanted = set(ports)
        told = self.log()[self._told_before :]
        found = (re.search(r"^\S+ warn: 127\.0\.0\.1:(\d+): ", line) for line in told)
        return Counter(port for match in found if match and (port := int(match[1])) in wanted)

    def wait_for_log_of(self, ports):
        """Wait until each of these connections has its warning, and see that it is one."""
        expected = Counter(ports)
        eventually(
            lambda: sum(self.log_by_port(ports).values()) >= len(ports),
            lambda: f"no warning in the log for {expected - self.log_by_port(ports)}",
        )
        assert self.log_by_port(ports) == expected

    def begin_to_stop(self, number=signal.SIGTERM):
        """Send the signal, once: a second one would end it at once."""
        if not self.is_stopping:
            self.is_stopping = True
            self.process.send_signal(number)

    def stop(self):
        """Stop it as an init system does; it must end well, having had no surprises."""
        self.begin_to_stop()
        assert self.wait() == 0, self.tail()
        log = self.log()
        surprises = [line for line in log if re.search(r"^\S+ (error|critical):|Traceback", line)]
        assert not surprises, "\n".join(log[log.index(surprises[0]) :][:60])


@pytest.fixture(scope="module")
def start_server(tmp_path_factory, request):
    """Start servers of ours; they are stopped at the end of the module, and must end well."""
    folder = tmp_path_factory.mktemp("servers")
    servers = []

    def start(*arguments, prefix=()):
        name = f"server{len(servers)}"
        servers.append(ServerProgram(["--demo", *arguments], folder, name, prefix=prefix))
        return servers[-1]

    start.servers = servers
    yield start
    try:
        for server in servers:
            server.stop()
    finally:
        for server in servers:
            server.kill()


@pytest.fixture(autouse=True)
def _begin_test(start_server):
    for server in start_server.servers:
        server.begin_test()


class ProxyProgram(Program):
    """``ipam-progress proxy`` on a port of its own."""

    def __init__(self, arguments, folder, name) -> None:
        command = [sys.executable, "-m", "ipam_progress", "proxy", "0", *arguments]
        super().__init__(command, folder, name)
        match = self.wait_for_log(r"^listening on (net\.tcp://127\.0\.0\.1:(\d+)), for")
        self.url, self.port = match[1], int(match[2])

    def stop(self, expected=()):
        """Stop it as people do; it must end well, having said nothing that was not expected."""
        self.process.send_signal(signal.SIGINT)
        assert self.wait() == 0, self.tail()
        said = {line.partition(": ")[2] for line in self.log()[1:]}
        assert said == set(expected), self.tail()


@pytest.fixture
def start_proxy(tmp_path):
    """Start proxies; the test ends them, or they are killed."""
    proxies = []

    def start(target, *options):
        proxies.append(ProxyProgram([target, *options], tmp_path, f"proxy{len(proxies)}"))
        return proxies[-1]

    yield start
    for proxy in proxies:
        proxy.kill()
        proxy.process.stdin.close()


@pytest.fixture(scope="module")
def start_secured_server(tmp_path_factory):
    """Start servers of ours with security (see `secured_server.py`); they must end well, too."""
    folder = tmp_path_factory.mktemp("secured")
    servers = []

    def start(settings, *numbers, **options):
        servers.append(
            ServerProgram(
                [json.dumps(settings), *numbers],
                folder,
                f"server{len(servers)}",
                program=SECURED_SERVER,
                **options,
            )
        )
        return servers[-1]

    yield start
    try:
        for server in servers:
            server.stop()
    finally:
        for server in servers:
            server.kill()


@pytest.fixture
def start_recording_server(tmp_path):
    """Start servers of ours that keep records (see `recording_server.py`); the test ends them."""
    servers = []

    def start(**settings):
        settings = {"folder": str(tmp_path), **settings}
        name = f"server{len(servers)}"
        program = (HERE / "programs" / "recording_server.py",)
        servers.append(ServerProgram([json.dumps(settings)], tmp_path, name, program=program))
        return servers[-1]

    yield start
    for server in servers:
        server.kill()


@pytest.fixture(scope="module")
def demo_server(start_server):
    """The demonstration: 29 callbacks an operation, every task answered."""
    return start_server()


class ProbeRun(NamedTuple):
    """What a run of a peer's client printed, and how it ended."""

    events: list
    status: int

    def of(self, kind):
        """Give the events of one kind."""
        return [event for event in self.events if event["event"] == kind]

    @property
    def end(self):
        """The summary in the last line."""
        assert self.events[-1]["event"] == "end", self.events[-3:]
        return self.events[-1]

    @property
    def calls(self):
        """What became of each step: its name and "reply", or the exception's id."""
        return [
            (event["call"], "reply" if event["event"] == "reply" else event["exceptionId"])
            for event in self.events
            if event["event"] in {"reply", "error"}
        ]


@pytest.fixture(scope="session")
def probe(runtime_probe):
    """Run Microsoft's runtime as a client, to its end."""

    def run(server, *arguments, patience=60.0):
        done = subprocess.run(
            [str(runtime_probe), server.url, *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=patience,
            check=False,
        )
        assert not done.stderr, done.stderr
        return ProbeRun([json.loads(line) for line in done.stdout.splitlines()], done.returncode)

    return run


@pytest.fixture(scope="session")
def secured_probe(runtime_probe):
    """Run Microsoft's runtime as a client with security, to its end.

    What it writes to stderr is about libraries that it was told to do without.
    """

    def run(server, *arguments, environment=None, patience=120.0):
        done = subprocess.run(
            [str(runtime_probe), server.url, *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=patience,
            check=False,
            env={**os.environ, **(environment or {})},
        )
        assert done.stdout, done.stderr
        return ProbeRun([json.loads(line) for line in done.stdout.splitlines()], done.returncode)

    return run


@pytest.fixture
def start_peer_server(runtime_probe, start_program):
    """Start Microsoft's runtime as the server, with security; gives its program and URL."""

    def start(*arguments, environment=None):
        program = start_program(
            *(runtime_probe, "net.tcp://127.0.0.1:0", "serve", 3, 4, "--security", *arguments),
            env={**os.environ, **(environment or {})},
        )
        port = program.wait_for_line(r'"event":"listening","port":(\d+)')[1]
        return program, f"net.tcp://127.0.0.1:{port}"

    return start


@pytest.fixture
def start_ntlm_peer_server(start_peer_server, require_peer, tmp_path):
    """Start Microsoft's runtime as the server for NTLM accounts, which it has from gss-ntlmssp."""
    plugins = list(Path("/usr/lib").glob("*/gssntlmssp/gssntlmssp.so"))
    require_peer(plugins, "gssntlmssp.so not found: install gss-ntlmssp")

    def start(accounts, *arguments):
        users = tmp_path / "users"
        lines = (f"{domain}:{user}:{password}\n" for domain, user, password in accounts)
        users.write_text("".join(lines), encoding="utf-8")
        environment = {"NTLM_USER_FILE": str(users), "KRB5_KTNAME": str(tmp_path / "none.keytab")}
        return start_peer_server("windows", *arguments, environment=environment)

    return start


@pytest.fixture
def run_secured_client(start_program):
    """Run the program with our client under a security (see `client.py`), and give its events."""

    def run(url, *arguments, security, kind="twisted", environment=None):
        program = start_program(
            *(sys.executable, HERE / "programs" / "client.py", kind, url, *arguments),
            json.dumps(security),
            env={**os.environ, **(environment or {})},
        )
        assert program.wait() == 0, program.tail()
        return program.events()

    return run


@pytest.fixture(scope="session")
def require_peer():
    """The function that skips a test for want of a peer; it fails with IPAM_REQUIRE_PEERS=1."""

    def require(is_there, reason):
        if is_there:
            return
        if os.environ.get("IPAM_REQUIRE_PEERS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)

    return require


@pytest.fixture
def start_program(tmp_path):
    """Start other programs; whatever still runs at the end of the test is killed."""
    programs = []

    def start(*command, **options):
        programs.append(Program(command, tmp_path, f"program{len(programs)}", **options))
        return programs[-1]

    yield start
    for program in programs:
        program.kill()
        program.process.stdin.close()


MONO_REFERENCES = (
    "System.ServiceModel.dll",
    "System.Runtime.Serialization.dll",
    "System.Xml.dll",
    "System.Core.dll",
)
MONO_SOURCES = (
    "Probe.cs",
    "Common.cs",
    "Contract.cs",
    "IpamException.cs",
    "IpamDataContracts.cs",
    "Operations.cs",
)


@pytest.fixture(scope="session")
def compile_for_mono(tmp_path_factory, require_peer):
    """Compile programs with Mono's compiler; give the commands that run them."""
    missing = [program for program in ("mcs", "mono") if shutil.which(program) is None]
    require_peer(
        not missing,
        f"{' and '.join(missing)} not found: install mono-mcs, mono-runtime,"
        " libmono-system-servicemodel4.0a-cil,"
        " libmono-system-runtime-serialization4.0-cil,"
        " libmono-system-identitymodel4.0-cil, libmono-system-core4.0-cil",
    )

    def compile_(*sources, options=()):
        program = tmp_path_factory.mktemp("mono") / "program.exe"
        done = subprocess.run(
            ["mcs", f"-out:{program}", *options, *(f"-r:{name}" for name in MONO_REFERENCES)]
            + [str(source) for source in sources],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return ("mono", str(program))

    return compile_


@pytest.fixture(scope="session")
def mono_probe(runtime_probe, compile_for_mono):
    """The command that runs Mono's WCF client, compiled from the sources beside `runtime-probe`."""
    sources = runtime_probe.parent / "src"
    return compile_for_mono(*(sources / name for name in MONO_SOURCES), options=["-d:MONO"])


@pytest.fixture
def descriptors():
    """Let this process have as many file descriptors as a test needs, if it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    def need(number):
        if hard != resource.RLIM_INFINITY and hard < number:
            pytest.skip(f"{number} file descriptors are needed, the limit is {hard}")
        if soft != resource.RLIM_INFINITY and soft < number:
            resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))

    yield need
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# --- Sockets -------------------------------------------------------------------------------------

CLOSED = "closed"
RESET = "reset"


class RawClient:
    """A client that says what it is told to, octet for octet, and sees what comes back."""

    def __init__(self, server, *, receive_buffer=None) -> None:
        self.server = server
        self.socket = socket.socket()
        self.socket.settimeout(PATIENCE)
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.connect(("127.0.0.1", server.port))
        self.port = self.socket.getsockname()[1]
        self._buffer = b""
        self._was_reset = False
        self.encoder = Encoder()
        self.decoder = Decoder()
        self.via = server.url

    def send(self, octets):
        """Send octets; those that nobody wants any more are lost."""
        try:
            self.socket.sendall(octets)
        except (BrokenPipeError, ConnectionResetError):
            self._was_reset = True  # which is told once only
            return False
        return True

    def next_record(self):
        """Give the next record, or how the connection ended: CLOSED or RESET."""
        while True:
            if self._buffer and (parsed := parse_record(self._buffer)) is not None:
                record, end = parsed
                self._buffer = self._buffer[end:]
                return record
            try:
                octets = self.socket.recv(65_536)
            except ConnectionResetError:
                return RESET
            except TimeoutError:
                pytest.fail(f"nothing came from the server\n{self.server.tail()}")
            if not octets and self._was_reset:
                return RESET
            if not octets:
                assert not self._buffer, "the server closed in the middle of a record"
                return CLOSED
            self._buffer += octets

    def records(self):
        """Give everything until the connection ends, and how it ends."""
        records = [self.next_record()]
        while records[-1] not in {CLOSED, RESET}:
            records.append(self.next_record())
        return records

    def records_until(self, last):
        """Give everything until a record that is to come."""
        records = [self.next_record()]
        while records[-1] != last:
            assert records[-1] not in {CLOSED, RESET}, f"{records[-1]} before {last}"
            records.append(self.next_record())
        return records

    def open_session(self, path):
        """Send a preamble and await its answer."""
        self.via = self.server.url + path
        self.send(preamble(self.via))
        assert self.next_record() == PreambleAckRecord()
        return self

    def request(self, message):
        """Send a request as a well-behaved client would, and give its MessageID."""
        message_id = UniqueId.random()
        self.send_envelope(encode_request(self.encoder, message, message_id, self.via))
        return message_id

    def send_envelope(self, octets):
        """Send an envelope."""
        return self.send(SizedEnvelopeRecord(octets).serialize())

    def next_message(self):
        """Give the next message."""
        record = self.next_record()
        assert isinstance(record, SizedEnvelopeRecord), record
        return read_incoming(self.decoder, record.payload)

    def next_fault(self):
        """Give the next message, which must be a fault, as the library's exception."""
        return read_fault_error(self.next_message())

    def end_sending(self):
        """Close our direction of the connection."""
        with suppress(OSError):  # it is gone already
            self.socket.shutdown(socket.SHUT_WR)

    def reset(self):
        """Drop the connection without a word."""
        self.socket.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00"
        )
        self.socket.close()

    def close(self):
        """Close the connection."""
        self.socket.close()


def with_body(envelope, body):
    """Put other octets where the body of an envelope has its content."""
    start = envelope.rindex(b"\x56\x0e") + 2  # <s:Body>: prefix s, static dictionary
    return envelope[:start] + body + b"\x01\x01"


def preamble(via, *, version=(1, 0), mode=2, encoding=8):
    """Give the octets of a preamble, with what is to be wrong in it."""
    return b"".join(
        record.serialize()
        for record in (
            VersionRecord(*version),
            ModeRecord(mode),
            ViaRecord(via),
            KnownEncodingRecord(encoding),
            PreambleEndRecord(),
        )
    )


@pytest.fixture
def connect():
    """Make raw connections; they are closed at the end of the test."""
    clients = []

    def make(server, **options):
        clients.append(RawClient(server, **options))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture(scope="session")
def make_preamble():
    """The function that gives the octets of a preamble."""
    return preamble


@pytest.fixture(scope="session")
def wait_until():
    """The function that waits until a condition holds."""
    return eventually


@pytest.fixture(scope="session")
def replace_body():
    """The function that puts other octets where the body of an envelope has its content."""
    return with_body


@pytest.fixture
def undisturbed(runtime_probe, start_program):
    """While something goes on: good clients are served beside it, and memory stays flat."""

    @contextmanager
    def watch(server, *, megabytes=8, good=("sessions", 200)):
        before = server.resident_kilobytes()
        server.forget_peak()
        beside = start_program(runtime_probe, server.url, *good)
        yield
        assert beside.wait(60) == 0, beside.tail()
        assert beside.events()[-1]["event"] == "end"
        assert server.peak_kilobytes() - before < megabytes * 1024

    return watch


@pytest.fixture
def served(probe):
    """Check that a well-behaved client is served, all of it and without waiting long."""

    def check(server):
        run = probe(server, "progress", "CreateDhcpScope", "--quiet")
        assert run.status == 0, run.events
        assert run.end["callbacks"] == 29

    return check
