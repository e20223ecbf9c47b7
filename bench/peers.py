"""The programs that the benchmark runs: the two servers and the client that measures both."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHARED = Path(os.environ.get("IPAM_SHARED", Path(__file__).parent.parent.parent / "shared"))
PROBE = SHARED / "dotnet" / "runtime-probe"


@dataclass(frozen=True, slots=True)
class Server:
    """A server process, ready for connections.

    Attributes:
        url: Where it listens, without a path.
        pid: Its process.
    """

    url: str
    pid: int

    def resident_kilobytes(self) -> int:
        """The memory that the process holds now."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) for line in status.splitlines() if "VmRSS" in line)


@contextmanager
def our_server(subtasks: int = 3, steps: int = 4) -> Iterator[Server]:
    """Run ``ipam-progress serve --demo``."""
    command = [
        sys.executable, "-m", "ipam_progress", "serve", "--security", "none", "--demo",
        "--listen", "tcp:0:interface=127.0.0.1",
        "--demo-subtasks", str(subtasks), "--demo-steps", str(steps),
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.startswith("listening on "):
            raise SystemExit(f"our server did not start: {line!r}")
        try:
            yield Server(line.split()[-1], process.pid)
        finally:
            process.terminate()


@contextmanager
def peer_server(subtasks: int = 3, steps: int = 4) -> Iterator[Server]:
    """Run ``runtime-probe serve``, which prints nothing while it serves (``--quiet``)."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"net.tcp://127.0.0.1:{port}"
    command = [str(PROBE), url, "serve", str(subtasks), str(steps), "--quiet"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdin is not None
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        try:
            yield Server(url, process.pid)
        finally:
            process.stdin.close()  # it stops when its standard input ends


def probe(server: Server, *arguments: str) -> dict[str, Any]:
    """Run the client against a server and give the last line it prints."""
    done = subprocess.run(
        [str(PROBE), server.url, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"runtime-probe {' '.join(arguments)} failed:\n{done.stdout[-2000:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


@contextmanager
def holding(server: Server, sessions: int) -> Iterator[None]:
    """Keep that many initialized sessions open on a server."""
    command = [str(PROBE), server.url, "hold", str(sessions), "6"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        held = json.loads(process.stdout.readline())
        if held.get("event") != "held" or held["bad"]:
            raise SystemExit(f"sessions could not be held: {held}")
        yield
        process.stdout.read()
    if process.returncode != 0:
        raise SystemExit("held sessions did not end well")
