"""The programs that the benchmark runs: the two servers and the client that measures both."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SHARED = Path(os.environ.get("IPAM_SHARED", Path(__file__).parent.parent.parent / "shared"))
PROBE = SHARED / "dotnet" / "runtime-probe"


SECURED_SERVER = Path(__file__).parent.parent / "tests/live/programs/secured_server.py"


@dataclass(frozen=True, slots=True)
class Security:
    """What protects sessions, in the words of each program.

    Attributes:
        name: What figures are called by.
        ours: The settings of our server, as `secured_server.py` takes them; None to serve with the
            command line and without security.
        peer: The peer's options as a server.
        client: The peer's options as a client.
        server_environment: What a server finds in its environment.
        client_environment: What a client does.
    """

    name: str
    ours: Mapping[str, str | Mapping[str, str]] | None = None
    peer: tuple[str, ...] = ()
    client: tuple[str, ...] = ()
    server_environment: Mapping[str, str] = field(default_factory=dict)
    client_environment: Mapping[str, str] = field(default_factory=dict)


NO_SECURITY = Security("none")


@dataclass(frozen=True, slots=True)
class Server:
    """A server process, ready for connections.

    Attributes:
        url: Where it listens, without a path.
        pid: Its process.
        security: What protects its sessions.
    """

    url: str
    pid: int
    security: Security = NO_SECURITY

    def resident_kilobytes(self) -> int:
        """The memory that the process holds now."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) for line in status.splitlines() if "VmRSS" in line)


@contextmanager
def our_server(
    subtasks: int = 3,
    steps: int = 4,
    security: Security = NO_SECURITY,
    store: Path | None = None,
) -> Iterator[Server]:
    """Run ``ipam-progress serve --demo``, or a program that does the same with a security."""
    command = [
        sys.executable, "-m", "ipam_progress", "serve", "--security", "none", "--demo",
        "--listen", "tcp:0:interface=127.0.0.1",
        "--demo-subtasks", str(subtasks), "--demo-steps", str(steps),
    ]  # fmt: skip
    if store is not None:
        command += ["--store", str(store)]
    if security.ours is not None:
        settings = json.dumps({**security.ours, "quiet": True})
        command = [sys.executable, str(SECURED_SERVER), settings, str(subtasks), str(steps)]
    environment = {
        **os.environ, **security.server_environment,
        "IPAM_PROGRESS_MERGE_PROGRESS": "false",  # callbacks are counted
    }  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.startswith("listening on "):
            raise SystemExit(f"our server did not start: {line!r}")
        try:
            yield Server(line.split()[-1], process.pid, security)
        finally:
            process.terminate()


@contextmanager
def peer_server(
    subtasks: int = 3, steps: int = 4, security: Security = NO_SECURITY
) -> Iterator[Server]:
    """Run ``runtime-probe serve``, which prints nothing while it serves (``--quiet``)."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"net.tcp://127.0.0.1:{port}"
    command = [str(PROBE), url, "serve", str(subtasks), str(steps), "--quiet", *security.peer]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **security.server_environment},
    ) as process:
        assert process.stdin is not None
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        try:
            yield Server(url, process.pid, security)
        finally:
            process.stdin.close()  # it stops when its standard input ends


def probe(server: Server, *arguments: str) -> dict[str, Any]:
    """Run the client against a server and give the last line it prints."""
    done = subprocess.run(
        [str(PROBE), server.url, *arguments, *server.security.client],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **server.security.client_environment},
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
