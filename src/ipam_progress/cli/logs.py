"""The log of a process: what of Twisted's log is wanted, written a line an event.

There are three ways to write a line: as text for people; as text for systemd's journal, which knows
the time itself and takes the level from a number in front; and as a JSON object with the fields of
the event. Only commands log like this. In an embedding program the log is that program's affair,
and nothing here is in use.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any, Final, Protocol

from twisted.logger import (
    FileLogObserver,
    FilteringLogObserver,
    ILogObserver,
    LogEvent,
    LogLevel,
    LogLevelFilterPredicate,
    formatEvent,
    formatTime,
)
from twisted.python.failure import Failure
from twisted.python.reflect import safe_str
from zope.interface import implementer

from ipam_progress.cli.text import printable

__all__ = ["Log", "journal_line", "json_line", "text_line"]

_OF_TWISTED: Final = ("twisted", "log_legacy", "-")
"""Where Twisted reports on its own life at level info: "(TCP Port 9100 Closed)"."""

_PRIORITIES: Final = {
    LogLevel.debug: 7,
    LogLevel.info: 6,
    LogLevel.warn: 4,
    LogLevel.error: 3,
    LogLevel.critical: 2,
}
"""The levels in syslog's numbers, which the journal has too (sd-daemon(3))."""


def text_line(event: LogEvent) -> str:
    """Write an event for people: time, level and text, a traceback below it indented."""
    text, *below = _texts(event)
    head = f"{formatTime(event['log_time'])} {event['log_level'].name}: {text}"
    return "".join(f"{line}\n" for line in (head, *below))


def journal_line(event: LogEvent) -> str:
    """Write an event for systemd's journal: its text, each line with the number of its level."""
    priority = _PRIORITIES[event["log_level"]]
    return "".join(f"<{priority}>{line}\n" for line in _texts(event))


def _texts(event: LogEvent) -> list[str]:
    failure: Failure | None = event.get("log_failure")
    below = failure.getTraceback().rstrip().splitlines() if failure is not None else ()
    return [printable(formatEvent(event)), *(f"    {printable(line)}" for line in below)]


def json_line(event: LogEvent) -> str:
    """Write an event as a JSON object: time, level, namespace, text, and the event's own fields.

    A field whose value JSON does not have is there as text, one that is called like one of the
    first four is not. A failure is in ``traceback``. All but ASCII is escaped, so that nothing in
    it commands a terminal.
    """
    when = datetime.fromtimestamp(event["log_time"], UTC).replace(tzinfo=None)
    line: dict[str, Any] = {
        "time": f"{when.isoformat(timespec='milliseconds')}Z",
        "level": event["log_level"].name,
        "namespace": event["log_namespace"],
        "text": formatEvent(event),
    }
    failure: Failure | None = event.get("log_failure")
    if failure is not None:
        line["traceback"] = failure.getTraceback()
    if event["log_namespace"] != "log_legacy":  # whose fields are Twisted's own
        for name, value in event.items():
            if not name.startswith("log_"):
                line.setdefault(name, _json_value(value))
    return json.dumps(line) + "\n"


def _json_value(value: Any) -> Any:
    try:
        json.dumps(value, allow_nan=False)
    except Exception:  # noqa: BLE001 (whatever an object of a program's raises)
        return safe_str(value)
    return value


class _Stream(Protocol):
    """Where lines go."""

    def write(self, text: str, /) -> object: ...

    def flush(self) -> object: ...

    def reopen(self) -> None: ...


class _StandardError:
    """The standard error stream; looked up each time, for progress bars put theirs there."""

    def write(self, text: str) -> None:
        sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()

    def reopen(self) -> None:
        """Do nothing: it was opened by somebody else."""


class _File:
    """A file that lines are added to, from any thread."""

    def __init__(self, path: Path) -> None:
        # the group may read it, as with other logs; names of users are in it
        self._open: Final = partial(
            open, path, "a", encoding="utf-8", errors="backslashreplace",
            opener=partial(os.open, mode=0o640),
        )  # fmt: skip
        self._lock = Lock()
        self._file = self._open()

    def write(self, text: str) -> None:
        with self._lock:
            self._file.write(text)

    def flush(self) -> None:
        with self._lock:
            self._file.flush()

    def reopen(self) -> None:
        fresh = self._open()
        with self._lock:
            old, self._file = self._file, fresh
        old.close()


@implementer(ILogObserver)
class Log:
    """Writes those of the events of Twisted's logger that are wanted.

    Args:
        level: The least level that is written; of Twisted's own events it is warn at least.
        levels: Other levels, by namespace; each counts for the namespaces below it too.
        as_json: Whether lines are JSON.
        file: What to add them to; None for the standard error stream.
        environment: Where systemd says that this stream is its journal.

    Raises:
        OSError: If the file cannot be opened.
    """

    def __init__(
        self,
        level: Any = LogLevel.info,
        *,
        levels: Mapping[str, Any] = MappingProxyType({}),
        as_json: bool = False,
        file: Path | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._stream: _Stream = _StandardError() if file is None else _File(file)
        write: Callable[[LogEvent], str] = text_line
        if as_json:
            write = json_line
        elif file is None and _is_journal(environment):
            write = journal_line
        wanted = LogLevelFilterPredicate(defaultLogLevel=level)
        twisted = dict.fromkeys(_OF_TWISTED, max(level, LogLevel.warn))
        for namespace, least in {**twisted, **levels}.items():
            wanted.setLogLevelForNamespace(namespace, least)
        lines: Any = FileLogObserver(self._stream, write)  # type: ignore[arg-type]  # has the two methods it needs
        self._observer = FilteringLogObserver(lines, [wanted])

    def __call__(self, event: LogEvent) -> None:
        """Write an event, if it is wanted."""
        self._observer(event)

    def reopen(self) -> None:
        """Open the file again by its name: the old one may have been moved away meanwhile.

        Raises:
            OSError: If it cannot be opened; the log goes on in the old one then.
        """
        self._stream.reopen()


def _is_journal(environment: Mapping[str, str]) -> bool:
    """Tell whether standard error goes to the journal (systemd.exec(5), JOURNAL_STREAM)."""
    try:
        status = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):  # closed, or no file at all
        return False
    return environment.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"
