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
