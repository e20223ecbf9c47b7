"""What a command is as a process: its exit status, its signals, the reactor it runs in.

A command that talks to the network is one coroutine. The first SIGINT or SIGTERM cancels it, and
it ends in order; the second one ends the process at once.
"""

import os
import signal
import sys
from collections.abc import Callable, Coroutine
from enum import IntEnum
from types import FrameType
from typing import Any, Final, TypeVar

import click
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.logger import LogLevel, globalLogBeginner
from twisted.python.failure import Failure

from ipam_progress.cli.logs import Log
from ipam_progress.cli.text import printable

__all__ = ["Ended", "ExitStatus", "port_refusal", "run_in_reactor"]

_Result = TypeVar("_Result")

_SHOW_CURSOR: Final = b"\x1b[?25h"


class ExitStatus(IntEnum):
    """The exit status of a command."""

    SUCCESS = 0
    FAILED = 1
    """The operation failed, the server answered with a fault, or a recording is damaged."""
    USAGE = 2
    """The command could not be begun as it was given."""
    NO_CONNECTION = 3
    """There is no connection, or it was lost before the final status."""
    INTERRUPTED = 130


class Ended(click.ClickException):
    """The end of a command that did not go well; click prints its message and exits.

    Attributes:
        message: The cause in one line.
        status: The exit status.
    """

    def __init__(self, status: ExitStatus, cause: str) -> None:
        super().__init__(printable(cause))
        self.status = status
        vars(self)["exit_code"] = int(status)  # click's types have it in the class alone


def port_refusal(error: CannotListenError) -> str:
    """Say where nobody can listen, and why."""
    why = getattr(error.socketError, "strerror", None) or error.socketError
    return f"cannot listen on {error.interface or 'any address'}, port {error.port}: {why}"


def run_in_reactor(
    main: Callable[[], Coroutine[Any, Any, _Result]],
    *,
    log: Log | None = None,
    hangup: Callable[[], None] | None = None,
) -> _Result:
    """Run a coroutine in the reactor until it is done, and give its result or raise its error.

    Args:
        main: Makes the coroutine. A signal cancels what it waits for.
        log: Where Twisted's log goes; None for errors alone, to stderr.
        hangup: Called in the reactor at each SIGHUP; None leaves that signal alone.
    """
    from twisted.internet import reactor  # noqa: PLC0415 (importing it installs one)

    loop: Any = reactor  # the module is the reactor, and no type says so
    globalLogBeginner.beginLoggingTo(
        [Log(LogLevel.error) if log is None else log], redirectStandardIO=False
    )
    running: list[Deferred[_Result]] = []
    outcome: list[_Result | Failure] = []

    def ended(result: _Result | Failure) -> None:
        outcome.append(result)
        loop.stop()

    def begin() -> None:
        # By now Twisted has set handlers of its own, which these replace. They are there before
        # the coroutine says anything that somebody could answer with a signal.
        _on_signals(lambda: loop.callFromThread(cancel))
        if hangup is not None:
            signal.signal(signal.SIGHUP, lambda *_: loop.callFromThread(hangup))
        running.append(Deferred.fromCoroutine(main()))
        running[0].addBoth(ended)

    def cancel() -> None:
        running[0].cancel()

    loop.callWhenRunning(begin)
    loop.run()
    if not outcome:  # Twisted's handlers stopped the reactor before it ran
        raise Ended(ExitStatus.INTERRUPTED, "interrupted before anything was done")
    result = outcome[0]
    if isinstance(result, Failure):
        result.raiseException()
    return result


def _on_signals(interrupted: Callable[[], None]) -> None:
    """Call back at the first SIGINT or SIGTERM; let the second one end the process at once."""
    numbers = (signal.SIGINT, signal.SIGTERM)

    def first(_number: int, _frame: FrameType | None) -> None:
        for number in numbers:
            signal.signal(number, _end_at_once)
        interrupted()

    for number in numbers:
        signal.signal(number, first)


def _end_at_once(number: int, _frame: FrameType | None) -> None:
    if sys.stdout.isatty():  # progress bars hide the cursor, and nobody else will show it again
        os.write(sys.stdout.fileno(), _SHOW_CURSOR)
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)
