"""Processes of the command line, each line and each end waited for with a deadline."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from ipam_progress.cli import main

PATIENCE = 30
"""Seconds for anything to happen; a machine that is busy with other things takes some of them."""


class Program:
    """A process whose lines are read as they come."""

    def __init__(self, command, **options) -> None:
        self.process = subprocess.Popen(
            [str(part) for part in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            **options,
        )
        self.errors: list[str] = []
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._read_lines, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def _read_lines(self) -> None:
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def _read_errors(self) -> None:
        self.errors += (line.rstrip("\n") for line in self.process.stderr)

    def line(self) -> str:
        """Wait for the next line on standard output."""
        line = self._lines.get(timeout=PATIENCE)
        assert line is not None, f"the output has ended; errors: {self.errors}"
        return line

    def line_with(self, text: str) -> str:
        """Wait for a line that has this text in it."""
        while text not in (line := self.line()):
            pass
        return line

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def end(self) -> tuple[int, list[str], list[str]]:
        """Wait for the end; give the exit status and what was left on both outputs."""
        status = self.process.wait(PATIENCE)
        for thread in self._threads:
            thread.join(PATIENCE)
        lines = []
        while (line := self._lines.get(timeout=PATIENCE)) is not None:
            lines.append(line)
        return status, lines, self.errors

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for thread in self._threads:
            thread.join(PATIENCE)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


class Programs:
    """Starts programs, and kills those that are left alive in the end."""

    def __init__(self) -> None:
        self._started: list[Program] = []

    def spawn(self, *command, **options) -> Program:
        """Start a program."""
        self._started.append(Program(command, **options))
        return self._started[-1]

    def command(self, *arguments, **options) -> Program:
        """Start ``ipam-progress`` with some arguments."""
        # output has an encoding of its own here, whatever the machine's locale is
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
        return self.spawn(
            sys.executable, "-m", "ipam_progress", *arguments, env=environment, **options
        )

    def serve(self, *arguments, **options) -> Program:
        """Start a server and wait for its URL, `url` afterwards."""
        server = self.command(
            "serve", "--security", "none", "--listen", "tcp:0:interface=127.0.0.1",
            *arguments, **options,
        )  # fmt: skip
        line = server.line()
        assert line.startswith("listening on net.tcp://127.0.0.1:")
        server.url = line.removeprefix("listening on ")
        return server

    def close(self) -> None:
        for program in self._started:
            program.close()


@pytest.fixture
def programs():
    started = Programs()
    yield started
    started.close()


@pytest.fixture
def spawn(programs):
    return programs.spawn


@pytest.fixture
def command(programs):
    return programs.command


@pytest.fixture
def serve(programs):
    return programs.serve


@pytest.fixture(scope="session")
def lasting_programs():
    started = Programs()
    yield started
    started.close()


@pytest.fixture(scope="session")
def demo_url(lasting_programs) -> str:
    """Where a demonstration is served during all tests: two subtasks of two steps."""
    return lasting_programs.serve("--demo", "--demo-subtasks", "2", "--demo-steps", "2").url


@pytest.fixture
def app(tmp_path: Path, serve):
    """Give a function that serves a program's registry, given its text."""

    def start(text: str, *arguments) -> Program:
        (tmp_path / "program.py").write_text(text)
        return serve("--app", "program:registry", *arguments, cwd=tmp_path)

    return start


@pytest.fixture
def stopped_in_order():
    """Give a function that stops a server with a signal and checks that it ends well."""

    def stop(server: Program, number: int = signal.SIGTERM) -> list[str]:
        server.signal(number)
        status, lines, errors = server.end()
        assert (status, lines) == (0, [])
        assert errors[-1].endswith("info: stopped")
        return errors

    return stop


@pytest.fixture
def invoke():
    """Give a function that runs a command in this process: for what does not touch the network."""

    def run(*arguments: object, typed: str | None = None):
        return CliRunner().invoke(
            main, [str(each) for each in arguments], prog_name="ipam-progress", input=typed
        )

    return run


@pytest.fixture(scope="session")
def conversations() -> dict[str, dict]:
    """The recorded conversations by name."""
    folder = Path(__file__).parent.parent / "data" / "conversations"
    return {path.stem: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}
