"""``ipam-progress proxy``: shows and records what passes between clients and a server.

What passes is put in a queue, and read in a thread of its own: neither a terminal that stands still
nor a message that takes long to show delays the octets. Only when so much waits there that memory
would be at stake do the connections wait, too, so that nothing is left out.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from threading import Lock, Thread
from time import time
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import click
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.endpoints import (
    HostnameEndpoint,
    TCP4ServerEndpoint,
    TCP6ServerEndpoint,
)
from twisted.internet.error import CannotListenError
from twisted.logger import Logger, LogLevel

from ipam_progress.cli.choices import URL
from ipam_progress.cli.inspecting import inspecting_options
from ipam_progress.cli.logs import Log
from ipam_progress.cli.process import Ended, ExitStatus, port_refusal, run_in_reactor
from ipam_progress.cli.renderings import Rendering
from ipam_progress.framing import NetTcpAddress
from ipam_progress.inspection import (
    ConnectionFound,
    OctetsCaptured,
    RecordingWriter,
    Side,
    StreamClosed,
    inspect,
)
from ipam_progress.net.proxy import Proxy
from ipam_progress.private_files import create_private_file
from ipam_progress.security.accounts import AccountLookup

__all__ = ["LiveView", "command"]

_MOST_WAITING: Final = 16 * 1024 * 1024
"""Octets that may wait to be shown before connections have to."""

_ENTRY: Final = 512
"""What an entry of the queue takes besides its octets."""

_Passed: TypeAlias = ConnectionFound | OctetsCaptured | StreamClosed
"""What a proxy tells."""

_log = Logger()


class LiveView:
    """Shows and records what a proxy tells it, one thing after the other, in a thread of its own.

    It is a `ipam_progress.net.proxy.Watcher`.

    Args:
        server: The server's address, for the heads of connections.
        rendering: Shows it.
        accounts: The accounts whose NTLM sessions are to be opened; None if there are none.
        recording: Records it; None if nothing does.
        most_waiting: Octets that may wait here.
        clock: Tells the time, in seconds since 1970.
    """

    def __init__(
        self,
        server: str,
        rendering: Rendering,
        accounts: AccountLookup | None = None,
        recording: RecordingWriter | None = None,
        *,
        most_waiting: int = _MOST_WAITING,
        clock: Callable[[], float] = time,
    ) -> None:
        self._server = server
        self._rendering = rendering
        self._accounts = accounts
        self._recording = recording
        self._most_waiting = most_waiting
        self._clock = clock
        self._queue: SimpleQueue[_Passed | None] = SimpleQueue()
        self._lock = Lock()  # for the two that follow
        self._waiting = 0
        self._is_holding = False
        self._thread = Thread(target=self._run, name="live view", daemon=True)

    def start(self, *, hold: Callable[[], None], release: Callable[[], None]) -> None:
        """Begin to show what is told.

        Args:
            hold: Has the connections wait; called where something passes.
            release: Has them go on; called in the thread.
        """
        self._hold, self._release = hold, release
        self._thread.start()

    def finish(self) -> None:
        """Show what is left, and return when all is shown."""
        self._queue.put(None)
        self._thread.join()

    # --- What the proxy tells --------------------------------------------------------------------

    def connection_opened(self, connection: int, client: str) -> None:
        """Take notice of a connection."""
        self._put(
            ConnectionFound(
                connection=connection, client=client, server=self._server, time=self._clock()
            )
        )

    def octets_passed(self, connection: int, side: Side, octets: bytes) -> None:
        """Take notice of octets."""
        self._put(OctetsCaptured(connection, side, octets, self._clock()))

    def stream_ended(self, connection: int, side: Side, how: str) -> None:
        """Take notice that a side sends no more."""
        self._put(StreamClosed(connection, side, how, self._clock()))

    def _put(self, captured: _Passed) -> None:
        self._queue.put(captured)
        with self._lock:
            self._waiting += _size(captured)
            is_too_much = self._waiting > self._most_waiting and not self._is_holding
            self._is_holding |= is_too_much
        if is_too_much:
            self._hold()

    # --- The thread ------------------------------------------------------------------------------

    def _run(self) -> None:
        captured = self._captured()
        try:
            for item in inspect(captured, self._accounts):
                self._rendering.show(item)
            self._rendering.finish()
        except OSError as error:
            _log.error("what passes is not shown any more: {reason}", reason=error.strerror)
            _forget_standard_output()
        except Exception:  # noqa: BLE001 (what a peer sends must not end the proxy)
            _log.failure("what passes is not shown any more")
        for _ in captured:  # it goes on being recorded
            pass

    def _captured(self) -> Iterator[_Passed]:
        while (captured := self._queue.get()) is not None:
            self._record(captured)
            yield captured
            with self._lock:
                self._waiting -= _size(captured)
                may_go_on = self._is_holding and self._waiting <= self._most_waiting // 2
                self._is_holding &= not may_go_on
            if may_go_on:
                self._release()

    def _record(self, captured: _Passed) -> None:
        recording = self._recording
        if recording is None:
            return
        number, at = captured.connection, captured.time
        try:
            if isinstance(captured, OctetsCaptured):
                recording.receive(number, captured.side, captured.octets, at)
            elif isinstance(captured, StreamClosed):
                recording.close(number, captured.side, captured.how, at)
            else:
                recording.open(number, captured.client, captured.server, at)
        except OSError as error:
            self._recording = None
            _log.error("the recording ends here: {reason}", reason=error.strerror)


def _size(captured: _Passed) -> int:
    return _ENTRY + (len(captured.octets) if isinstance(captured, OctetsCaptured) else 0)


def _forget_standard_output() -> None:
    """Have what was not written go nowhere, so that the process can end without a complaint."""
    with suppress(OSError), open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


class _Listen(click.ParamType):  # type: ignore[type-arg]  # in click 8.1 it takes none
    """Where to listen: a port of loopback, or an address and a port."""

    name = "listen"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> NetTcpAddress:
        """Take it apart."""
        text = str(value)
        if text.isdecimal():
            text = f"127.0.0.1:{text}"
        try:
            return NetTcpAddress.parse(text if "://" in text else f"net.tcp://{text}")
        except ValueError as error:
            self.fail(f"{error}; examples: 9200, 192.0.2.1:808, [::1]:9200", param, ctx)


async def _pass_until_cancelled(proxy: Proxy, listen: NetTcpAddress, target: str) -> None:
    from twisted.internet import reactor  # noqa: PLC0415 (importing it installs one)

    endpoint = TCP6ServerEndpoint if ":" in listen.host else TCP4ServerEndpoint
    try:
        address = await proxy.listen(endpoint(reactor, listen.port, interface=listen.host))
    except CannotListenError as error:
        raise Ended(ExitStatus.USAGE, f"{port_refusal(error)}; say another port") from None
    click.echo(f"listening on net.tcp://{address}, for {target}", err=True)
    try:
        await Deferred()
    except CancelledError:
        await proxy.stop()


@click.command("proxy")
@click.argument("listen", type=_Listen())
@click.argument("target", type=URL)
@inspecting_options
@click.option(
    "--record", "file", metavar="FILE", type=click.Path(),
    help="Record what passes in a new file, which `ipam-progress decode` reads.",
)  # fmt: skip
@click.option(
    "--connections", metavar="COUNT", type=click.IntRange(min=1), default=500, show_default=True,
    help="Clients that may be connected at once; more have to wait.",
)  # fmt: skip
def command(  # noqa: PLR0917 (click hands them over by name)
    listen: NetTcpAddress,
    target: str,
    rendering: Rendering,
    accounts: AccountLookup | None,
    file: str | None,
    connections: int,
) -> None:
    """Show what passes between clients and a server, live.

    LISTEN is a port of this machine, or ADDRESS:PORT, which can let other machines in; TARGET is
    the server, net.tcp://HOST:PORT. Clients are given the proxy's address instead of the server's.
    Octets pass unchanged, so what protects a session protects it still: NTLM is opened with the
    password of the account, other protection is shown as such.

    SIGINT and SIGTERM end it: connections are reset, and the recording is complete.

    \b
    Exit status:
      0    ended by a signal
      2    could not be started as it was asked to
    """  # noqa: D301 (click's mark for lines that stay as they are is a backspace)
    from twisted.internet import reactor  # noqa: PLC0415 (importing it installs one)

    loop: Any = reactor  # the module is the reactor, and no type says so
    server = NetTcpAddress.parse(target)
    endpoint = HostnameEndpoint(loop, server.host, server.port)
    with _recording(file) as recording:
        view = LiveView(urlsplit(target).netloc, rendering, accounts, recording)
        proxy = Proxy(endpoint, view, connections=connections)
        view.start(hold=proxy.hold, release=lambda: loop.callFromThread(proxy.release))
        try:
            run_in_reactor(
                lambda: _pass_until_cancelled(proxy, listen, target), log=Log(LogLevel.warn)
            )
        finally:
            view.finish()


@contextmanager
def _recording(path: str | None) -> Iterator[RecordingWriter | None]:
    if path is None:
        yield None
        return
    try:
        file = create_private_file(path)
        recording = RecordingWriter(file)
    except FileExistsError:
        raise Ended(
            ExitStatus.USAGE, f"--record {path}: it is there already; name a new file"
        ) from None
    except OSError as error:
        raise Ended(ExitStatus.USAGE, f"--record {path}: {error.strerror}") from None
    try:
        yield recording
    finally:
        with suppress(OSError):  # what could not be written was told
            file.close()
