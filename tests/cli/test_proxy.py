"""``ipam-progress proxy``: what is shown and recorded, and what happens if neither can be done."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from io import StringIO

import pytest
from twisted.logger import LogLevel, formatEvent, globalLogPublisher

from ipam_progress.cli import proxy
from ipam_progress.cli.proxy import LiveView
from ipam_progress.cli.renderings import JsonRendering
from ipam_progress.framing import ClientConnection
from ipam_progress.inspection import RecordingWriter, Side, inspect, read_source

PATIENCE = 30


def preamble() -> bytes:
    connection = ClientConnection()
    connection.send_preamble("net.tcp://127.0.0.1:9200/IpamOperationWithProgress")
    return connection.data_to_send()


class Stage:
    """A view of a session that is over at once, and what it shows and records."""

    def __init__(self, rendering=None, recorded=None, **arguments) -> None:
        self.shown = StringIO()
        self.recorded = recorded or StringIO()
        self.told = []
        self.view = LiveView(
            "127.0.0.1:9100",
            rendering or JsonRendering(self.shown),
            recording=RecordingWriter(self.recorded),
            clock=lambda: 1_800_000_000.5,
            **arguments,
        )

    def start(self):
        self.released = threading.Event()
        self.view.start(
            hold=lambda: self.told.append("hold"),
            release=lambda: (self.told.append("release"), self.released.set()),
        )
        return self

    def play(self) -> None:
        self.view.connection_opened(1, "127.0.0.1:50000")
        self.view.octets_passed(1, Side.CLIENT, preamble())
        self.view.octets_passed(1, Side.SERVER, b"\x0b")
        self.view.stream_ended(1, Side.CLIENT, "FIN")
        self.view.stream_ended(1, Side.SERVER, "FIN")

    def lines(self):
        return [json.loads(line) for line in self.shown.getvalue().splitlines()]

    def entries(self):
        return [json.loads(line) for line in self.recorded.getvalue().splitlines()][1:]


@pytest.fixture
def logged():
    events = []
    globalLogPublisher.addObserver(events.append)
    yield events
    globalLogPublisher.removeObserver(events.append)


def errors(logged):
    return [formatEvent(event) for event in logged if event["log_level"] >= LogLevel.error]


def test_what_passes_is_shown_and_recorded():
    stage = Stage().start()
    stage.play()
    stage.view.finish()
    shown = stage.lines()
    assert shown[0] == {
        "kind": "connection",
        "connection": 1,
        "time": 1_800_000_000.5,
        "client": "127.0.0.1:50000",
        "server": "127.0.0.1:9100",
        "note": "",
    }
    assert [line["record"] for line in shown if line["kind"] == "record"] == [
        *("Version", "Mode", "Via", "KnownEncoding", "PreambleEnd"),
        "PreambleAck",
    ]
    assert [(line["from"], line["how"]) for line in shown if line["kind"] == "end"] == [
        ("client", "FIN"),
        ("server", "FIN"),
    ]
    assert stage.entries() == [
        {
            "connection": 1,
            "time": 1_800_000_000.5,
            "client": "127.0.0.1:50000",
            "server": "127.0.0.1:9100",
        },
        *(
            {"connection": 1, "time": 1_800_000_000.5, "from": side, **what}
            for side, what in (
                ("client", {"bytes": preamble().hex()}),
                ("server", {"bytes": "0b"}),
                ("client", {"event": "FIN"}),
                ("server", {"event": "FIN"}),
            )
        ),
    ]


def test_a_recording_shows_what_was_seen(tmp_path):
    stage = Stage().start()
    stage.play()
    stage.view.finish()
    path = tmp_path / "recorded"
    path.write_text(stage.recorded.getvalue(), "utf-8")
    again = StringIO()
    with path.open("rb") as file:
        for item in inspect(read_source(file)):
            JsonRendering(again).show(item)
    assert again.getvalue() == stage.shown.getvalue()


class Standstill:
    """A terminal that shows nothing until it is let."""

    def __init__(self) -> None:
        self.may_show = threading.Event()
        self.count = 0

    def show(self, item) -> None:
        assert self.may_show.wait(PATIENCE)
        self.count += 1

    def finish(self) -> None:
        pass


def test_connections_wait_only_when_much_waits_to_be_shown():
    screen = Standstill()
    stage = Stage(screen, most_waiting=100_000).start()
    stage.view.connection_opened(1, "127.0.0.1:50000")
    for _ in range(9):
        stage.view.octets_passed(1, Side.CLIENT, bytes(10_000))
    assert stage.told == []
    for _ in range(9):
        stage.view.octets_passed(1, Side.CLIENT, bytes(10_000))
    assert stage.told == ["hold"]
    screen.may_show.set()
    assert stage.released.wait(PATIENCE)
    stage.view.finish()
    assert stage.told == ["hold", "release"]


class Broken:
    """Shows so many items and then fails."""

    def __init__(self, error, after=0) -> None:
        self.error = error
        self.after = after

    def show(self, item) -> None:
        if not self.after:
            raise self.error
        self.after -= 1

    def finish(self) -> None:
        raise AssertionError("it was told that nobody sees it")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (BrokenPipeError(32, "Broken pipe"), "what passes is not shown any more: Broken pipe"),
        (RuntimeError("a bug"), "what passes is not shown any more"),
    ],
)
@pytest.mark.parametrize("after", [0, 3])
def test_what_cannot_be_shown_is_recorded_still(monkeypatch, logged, error, said, after):
    monkeypatch.setattr(proxy, "_forget_standard_output", lambda: None)
    stage = Stage(Broken(error, after)).start()
    stage.play()
    stage.view.finish()
    assert len(stage.entries()) == 5
    assert errors(logged) == [said]


class FullDisk(StringIO):
    """Takes some lines, then has no room."""

    def write(self, text):
        if self.getvalue().count("\n") >= 3:
            raise OSError(28, "No space left on device")
        return super().write(text)


def test_what_cannot_be_recorded_is_shown_still(logged):
    stage = Stage(recorded=FullDisk()).start()
    stage.play()
    stage.view.finish()
    assert len(stage.entries()) == 2
    assert [line["kind"] for line in stage.lines()] == ["connection", *["record"] * 6, *["end"] * 2]
    assert errors(logged) == ["the recording ends here: No space left on device"]


# --- As a process --------------------------------------------------------------------------------


@pytest.fixture
def start(spawn, command):
    """Start a proxy; it is given the port it has found."""

    def go(target, *options, listen="0"):
        program = command("proxy", listen, target, *options)
        deadline = threading.Event()
        while not program.errors and program.process.poll() is None:
            deadline.wait(0.01)
        program.url, _, shown = program.errors[0].removeprefix("listening on ").partition(", for ")
        assert shown == target
        program.port = int(program.url.rpartition(":")[2])
        return program

    return go


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_order(start, demo_url, command, tmp_path, number):
    path = tmp_path / "recorded"
    program = start(demo_url, "--record", path, "--json")
    assert command("run", program.url, "CreateDhcpScope", "--json").end()[0] == 0
    while json.loads(program.line())["kind"] != "end":
        pass
    program.signal(number)
    status, _, said = program.end()
    assert status == 0
    assert len(said) == 1
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes().endswith(b"\n")


def test_a_server_that_is_not_there_is_told(start):
    with socket.create_server(("127.0.0.1", 0)) as free:
        target = f"net.tcp://127.0.0.1:{free.getsockname()[1]}"
    program = start(target)
    with socket.create_connection(("127.0.0.1", program.port)) as client:
        client.settimeout(PATIENCE)
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    assert program.line().startswith("connection 1: 127.0.0.1:")
    assert "cannot be reached: Connection was refused by other side" in program.line()
    assert program.line().endswith("reset by the proxy")


def test_a_reader_that_goes_does_not_end_what_passes(demo_url, command):
    reading, writing = os.pipe()
    os.close(reading)
    arguments = [sys.executable, "-m", "ipam_progress", "proxy", "0", demo_url]
    with subprocess.Popen(arguments, stdout=writing, stderr=subprocess.PIPE, text=True) as program:
        os.close(writing)
        try:
            url = program.stderr.readline().removeprefix("listening on ").partition(",")[0]
            for _ in range(2):
                assert command("run", url, "CreateDhcpScope", "--json").end()[0] == 0
            said = program.stderr.readline()
            assert said.endswith("what passes is not shown any more: Broken pipe\n")
            program.send_signal(signal.SIGINT)
            assert (program.wait(PATIENCE), program.stderr.read()) == (0, "")
        finally:
            program.kill()


# --- What is wrong with the command line ---------------------------------------------------------

TARGET = "net.tcp://127.0.0.1:9100"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("127.0.0.1:65536", TARGET), "examples: 9200, 192.0.2.1:808, [::1]:9200"),
        (("http://127.0.0.1:80", TARGET), "no net.tcp URI"),
        (("9200", "127.0.0.1:9100"), "no net.tcp URI"),
        (("9200", TARGET, "--connections", "0"), "--connections"),
        (("9200", TARGET, "--record", "/nowhere/at/all"), "No such file or directory"),
    ],
)
def test_what_is_wrong_with_the_command_line_is_told_in_a_line(invoke, arguments, said):
    result = invoke("proxy", *arguments)
    assert result.exit_code == 2
    assert said in result.output
    assert result.output.count("\n") == 1


def test_a_recording_is_not_replaced(invoke, tmp_path):
    path = tmp_path / "recorded"
    path.write_text("what was seen before")
    result = invoke("proxy", "9200", TARGET, "--record", path)
    assert result.exit_code == 2
    assert result.output == f"Error: --record {path}: it is there already; name a new file\n"
    assert path.read_text() == "what was seen before"


def test_a_port_that_is_taken_is_told(command):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, lines, said = command("proxy", port, TARGET).end()
    assert (status, lines) == (2, [])
    assert said == [
        f"Error: cannot listen on 127.0.0.1, port {port}: Address already in use; say another port"
    ]


@pytest.mark.parametrize("listen", ["0", "127.0.0.1:0", "net.tcp://127.0.0.1:0", "localhost:0"])
def test_it_listens_on_loopback_unless_it_is_told_otherwise(start, listen):
    assert start(TARGET, listen=listen).url.startswith("net.tcp://127.0.0.1:")


def test_it_listens_on_version_6_of_ip(start):
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    assert start(TARGET, listen="[::1]:0").url.startswith("net.tcp://[::1]:")
