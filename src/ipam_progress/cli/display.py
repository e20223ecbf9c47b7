"""How the progress of an operation is shown: as bars, as plain lines, or as JSON.

Each display takes the tracker's events one by one. Names and texts come from the server, so all of
them pass through `printable` on their way to a terminal.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from types import TracebackType
from typing import Any, Final, Protocol, Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ipam_progress.cli.text import printable
from ipam_progress.contracts import (
    AddSubTask,
    DhcpMsmOverallCompletionStatus,
    IpamException,
    OverallProgressStatus,
    SetCompletionPercentage,
    SetOverallStatus,
    SetSubTaskStatus,
    StartProgressCallback,
    SubTaskInstance,
    SubTaskStatus,
)
from ipam_progress.datacontract import to_json
from ipam_progress.tracking import (
    CallbackRejected,
    OperationCompleted,
    OperationStarted,
    OverallStatusChanged,
    PercentageChanged,
    ProgressEvent,
    SessionEnded,
    SubtaskAdded,
    SubtaskChanged,
    SubtaskProgress,
)

__all__ = [
    "STATUS_STYLES",
    "STATUS_WORDS",
    "BarDisplay",
    "Display",
    "JsonDisplay",
    "LineDisplay",
    "display_for",
    "exception_text",
    "percent_text",
]

STATUS_WORDS: Final = {
    SubTaskStatus.NotStarted: "not started",
    SubTaskStatus.InProgress: "in progress",
    SubTaskStatus.CompletedWithSuccess: "done",
    SubTaskStatus.CompletedWithWarning: "done, with a warning",
    SubTaskStatus.CompletedWithError: "failed",
    SubTaskStatus.NotApplicable: "not applicable",
    SubTaskStatus.NotRun: "not run",
}

STATUS_STYLES: Final = {
    SubTaskStatus.InProgress: "cyan",
    SubTaskStatus.CompletedWithSuccess: "green",
    SubTaskStatus.CompletedWithWarning: "yellow",
    SubTaskStatus.CompletedWithError: "red",
}

_IMPORTANCE: Final = {
    SubTaskStatus.InProgress: 0,
    SubTaskStatus.CompletedWithError: 1,
    SubTaskStatus.NotStarted: 2,
}


class Display(Protocol):
    """Shows an operation while it runs; a context manager around its whole run."""

    def __enter__(self) -> Self:
        """Begin to show."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Leave the screen in order."""
        ...

    def show(self, event: ProgressEvent) -> None:
        """Show what has happened."""
        ...

    def show_end(self, status: int, cause: str | None, details: Mapping[str, Any]) -> None:
        """Show how the command ends; the cause goes to stderr besides.

        Args:
            status: The exit status.
            cause: Why it is no success.
            details: More on the end, for programs.
        """
        ...


def display_for(operation: str, *, as_json: bool) -> Display:
    """Choose how an operation is shown."""
    if as_json:
        return JsonDisplay()
    console = Console(highlight=False)
    return BarDisplay(operation, console) if console.is_terminal else LineDisplay(operation)


def exception_text(exception: IpamException | None) -> str:
    """Give what an IpamException says, its inner ones too, as one text; empty for none."""
    texts: list[str] = []
    while exception is not None and len(texts) < 10:
        data = exception.IpamExceptionData
        if data is not None:
            message = f": {data.ExceptionMessage}" if data.ExceptionMessage else ""
            texts.append(data.ExceptionId.value + message)
        exception = exception.InnerIpamException
    return printable("; because of ".join(texts))


def percent_text(percent: Decimal) -> str:
    """Give a percentage without needless decimals."""
    return f"{float(percent):.2f}".rstrip("0").rstrip(".") + " %"


def _completed_lines(operation: str, event: OperationCompleted, seconds: float) -> list[str]:
    """Give the final status as lines, with the object that came with it where it says more."""
    lines = [f"{operation}: {event.status.value} after {seconds:.1f} s"]
    told = event.completion_status
    # the error of a failed operation is told when the command ends
    if isinstance(told, DhcpMsmOverallCompletionStatus):
        told = replace(told, ErrorInfo=None)
    if told not in (None, DhcpMsmOverallCompletionStatus()):
        text = json.dumps(_without_nulls(to_json(told)), indent=2, ensure_ascii=False)
        lines += [printable(line) for line in f"result: {text}".split("\n")]
    return lines


def _without_nulls(data: Any) -> Any:
    if isinstance(data, list):
        return [_without_nulls(item) for item in data]
    if isinstance(data, dict):
        return {name: _without_nulls(item) for name, item in data.items() if item is not None}
    return data


class JsonDisplay:
    """Prints an object a line: the callbacks with their members as on the wire, then ``end``."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Nothing is left on the screen."""

    def show(self, event: ProgressEvent) -> None:
        """Print a callback; the end of the session is told by `show_end`."""
        if isinstance(event, CallbackRejected):
            self._print({"event": event.callback, "rejected": event.reason})
        elif not isinstance(event, SessionEnded):
            members: Any = to_json(_message(event))
            self._print({"event": event.callback, **members})

    def show_end(self, status: int, cause: str | None, details: Mapping[str, Any]) -> None:
        """Print the last line."""
        told = {} if cause is None else {"cause": cause}
        self._print({"event": "end", "exit": int(status), **told, **details})

    def _print(self, line: dict[str, Any]) -> None:
        print(json.dumps(line), flush=True)


def _message(event: Any) -> object:
    """Make the message that an event came from."""
    match event:
        case OperationStarted():
            return StartProgressCallback(isNonDeterministic=event.is_non_deterministic)
        case SubtaskAdded():
            return AddSubTask(subTaskInstance=_instance(event.subtask))
        case SubtaskChanged():
            return SetSubTaskStatus(
                subTaskInstance=_instance(event.subtask),
                status=event.subtask.status,
                percentComplete=event.subtask.percent,
                completionStatus=event.subtask.exception,
            )
        case PercentageChanged():
            return SetCompletionPercentage(completionPercentage=event.percent)
        case _:
            return SetOverallStatus(
                overallStatus=event.status, completionStatus=event.completion_status
            )


def _instance(subtask: SubtaskProgress) -> SubTaskInstance:
    return SubTaskInstance(
        # a copy: the message itself has the object too, and JSON would only refer to it there
        FailedCompletionStatus=deepcopy(subtask.exception),
        IsNonDeterministicProgress=subtask.is_non_deterministic,
        ProgressStatusDescriptions=subtask.description or None,
        SubTaskInstanceDetails=subtask.details,
        SubTaskInstanceId=subtask.instance_id,
        SubTaskName=subtask.name or None,
        SubTaskStatus=subtask.status,
        SubTaskUniqueId=subtask.unique_id,
    )


class LineDisplay:
    """Prints a plain line for each callback: for files, pipes and other programs' logs."""

    def __init__(self, operation: str) -> None:
        self._operation = operation
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Nothing is left on the screen."""

    def show(self, event: ProgressEvent) -> None:
        """Print a line, or several for a result."""
        match event:
            case OperationStarted():
                unknown = ", nobody can say how long it takes" * event.is_non_deterministic
                self._print(f"{self._operation}: started{unknown}")
            case SubtaskAdded():
                self._print(_subtask_line(event.subtask))
            case SubtaskChanged():
                self._print(
                    f"{_subtask_line(event.subtask)}, {percent_text(event.subtask.percent)}"
                )
            case PercentageChanged():
                self._print(f"{self._operation}: {percent_text(event.percent)}")
            case OverallStatusChanged():
                self._print(f"{self._operation}: {event.status.value}")
            case OperationCompleted():
                seconds = time.monotonic() - self._began
                for line in _completed_lines(self._operation, event, seconds):
                    self._print(line)
            case CallbackRejected():
                _warn(event)

    def show_end(self, status: int, cause: str | None, details: Mapping[str, Any]) -> None:
        """Print nothing: the cause is on stderr, all else has been shown."""

    def _print(self, line: str) -> None:
        print(line, flush=True)


def _subtask_line(subtask: SubtaskProgress) -> str:
    name = printable(subtask.name) or f"subtask {subtask.instance_id}"
    line = f"  {name}: {STATUS_WORDS[subtask.status]}"
    if subtask.description:
        line += f" ({printable(subtask.description)})"
    if subtask.exception is not None:
        line += f": {exception_text(subtask.exception)}"
    return line


def _warn(event: CallbackRejected) -> None:
    reason = printable(event.reason)
    print(f"warning: the server's {event.callback} makes no sense: {reason}", file=sys.stderr)


class BarDisplay:
    """Draws a bar for each subtask and one for the whole, while they fit on the screen.

    Where there are more subtasks than lines, those that are under way come first.
    """

    def __init__(
        self, operation: str, console: Console, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._operation = operation
        self._console = console
        self._clock = clock
        self._began = clock()
        self._subtasks: dict[int, SubtaskProgress] = {}
        self._percent = Decimal(0)
        self._is_non_deterministic = False
        self._completed: OperationCompleted | None = None
        self._live = Live(
            get_renderable=self.render, console=console, refresh_per_second=12, transient=False
        )

    def __enter__(self) -> Self:
        self._began = self._clock()
        self._live.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._live.stop()
        if self._completed is not None:
            for line in _completed_lines(
                self._operation, self._completed, self._clock() - self._began
            ):
                self._console.print(Text(line))

    def show(self, event: ProgressEvent) -> None:
        """Take note; the screen follows a little later."""
        match event:
            case OperationStarted():
                self._is_non_deterministic = event.is_non_deterministic
            case SubtaskAdded() | SubtaskChanged():
                self._change(event.subtask)
            case PercentageChanged():
                self._percent = event.percent
            case OperationCompleted():
                self._completed = event
            case CallbackRejected():
                _warn(event)

    def _change(self, subtask: SubtaskProgress) -> None:
        before = self._subtasks.get(subtask.instance_id)
        self._subtasks[subtask.instance_id] = subtask
        told = None if before is None else before.exception
        if subtask.exception is not None and subtask.exception != told:
            self._console.print(Text(_subtask_line(subtask).strip()))

    def show_end(self, status: int, cause: str | None, details: Mapping[str, Any]) -> None:
        """Draw nothing more: the bars stay as they are."""

    def render(self) -> RenderableType:
        """Draw the bars as things stand."""
        grid = Table.grid(padding=(0, 1), expand=True)
        grid.add_column(max_width=self._console.width * 2 // 5, no_wrap=True, overflow="ellipsis")
        grid.add_column(ratio=1)
        grid.add_column(justify="right", width=8, no_wrap=True)
        grid.add_column(width=20, no_wrap=True, overflow="ellipsis")
        for subtask in self._shown():
            style = STATUS_STYLES.get(subtask.status, "")
            grid.add_row(
                Text(printable(subtask.name) or f"subtask {subtask.instance_id}"),
                self._bar(
                    subtask.percent,
                    pulse=subtask.is_non_deterministic
                    and subtask.status is SubTaskStatus.InProgress,
                    style=style,
                ),
                "" if subtask.is_non_deterministic else percent_text(subtask.percent),
                Text(self._words(subtask), style=style),
            )
        hidden = len(self._subtasks) - grid.row_count
        if hidden:
            grid.add_row(Text(f"and {hidden} more", style="dim"), "", "", "")
        self._add_whole(grid)
        return grid

    def _add_whole(self, grid: Table) -> None:
        seconds = self._clock() - self._began
        style, words = "", f"{seconds:.0f} s"
        if self._completed is not None:
            succeeded = self._completed.status is OverallProgressStatus.CompletedWithSuccess
            style = "green" if succeeded else "red"
            words = f"{'done' if succeeded else 'failed'}, {seconds:.1f} s"
        pulse = self._is_non_deterministic and self._completed is None
        grid.add_row(
            Text(self._operation, style="bold"),
            self._bar(self._percent, pulse=pulse, style=style),
            "" if self._is_non_deterministic else percent_text(self._percent),
            Text(words, style=style),
        )

    def _shown(self) -> list[SubtaskProgress]:
        """Choose the subtasks that fit, in their order; all where they do."""
        subtasks = list(self._subtasks.values())
        room = max(1, self._console.height - 4)
        if len(subtasks) <= room:
            return subtasks
        by_importance = sorted(subtasks, key=lambda subtask: _IMPORTANCE.get(subtask.status, 3))
        kept = {subtask.instance_id for subtask in by_importance[:room]}
        return [subtask for subtask in subtasks if subtask.instance_id in kept]

    def _words(self, subtask: SubtaskProgress) -> str:
        if subtask.status is SubTaskStatus.InProgress and subtask.description:
            return printable(subtask.description)
        return STATUS_WORDS[subtask.status]

    def _bar(self, percent: Decimal, *, pulse: bool, style: str) -> ProgressBar:
        return ProgressBar(
            total=100,
            completed=float(percent),
            pulse=pulse,
            animation_time=self._clock(),
            complete_style=style or "cyan",
            finished_style=style or "cyan",
            pulse_style="cyan",
        )
