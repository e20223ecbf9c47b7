"""What is on the screen for each event: bars, lines, JSON."""

import io
import json
from decimal import Decimal

import pytest
from rich.console import Console

from ipam_progress.cli.display import (
    BarDisplay,
    JsonDisplay,
    LineDisplay,
    display_for,
    exception_text,
)
from ipam_progress.contracts import (
    DhcpMsmOverallCompletionStatus,
    IpamException,
    IpamExceptionId,
    OverallProgressStatus,
    SubTaskStatus,
)
from ipam_progress.operations import IpamError
from ipam_progress.tracking import (
    CallbackRejected,
    OperationCompleted,
    OperationStarted,
    OverallStatusChanged,
    PercentageChanged,
    SessionEnded,
    SubtaskAdded,
    SubtaskChanged,
    SubtaskProgress,
)

REFUSED = IpamError(IpamExceptionId.IpamApiAccessDenied, "Hands off.").to_contract()
COMPLETED = OperationCompleted(
    OverallProgressStatus.CompletedWithSuccess, DhcpMsmOverallCompletionStatus()
)


def subtask(number=1, status=SubTaskStatus.InProgress, percent=50, **others) -> SubtaskProgress:
    return SubtaskProgress(
        **{
            "instance_id": number,
            "unique_id": number,
            "name": f"Part {number}",
            "description": "",
            "status": status,
            "percent": Decimal(percent),
            "is_non_deterministic": False,
            "exception": None,
            "details": None,
            **others,
        }
    )


class Screen:
    """A terminal of 80 columns, and a clock that stands still."""

    def __init__(self, height=12) -> None:
        self.console = Console(
            file=io.StringIO(), force_terminal=True, width=80, height=height, color_system=None
        )
        self.bars = BarDisplay("EditDhcpScope", self.console, clock=lambda: 7.0)

    def lines(self) -> list[str]:
        """Give what is on the screen now."""
        with self.console.capture() as capture:
            self.console.print(self.bars.render())
        return capture.get().splitlines()

    def written(self) -> str:
        return self.console.file.getvalue()


def test_a_bar_for_each_subtask_and_one_for_the_whole() -> None:
    screen = Screen()
    for event in (
        OperationStarted(is_non_deterministic=False),
        SubtaskAdded(subtask(1, SubTaskStatus.NotStarted, 0)),
        SubtaskAdded(subtask(2, SubTaskStatus.NotStarted, 0)),
        SubtaskChanged(subtask(1, percent=50)),
        PercentageChanged(Decimal("12.5")),
    ):
        screen.bars.show(event)
    first, second, whole = screen.lines()
    assert first.split()[:2] == ["Part", "1"]
    assert "50 % in progress" in first
    assert "0 % not started" in second
    assert whole.startswith("EditDhcpScope ")
    assert "12.5 % 0 s" in whole
    assert all(len(line) <= 80 for line in (first, second, whole))
    screen.bars.show(SubtaskChanged(subtask(1, description="half way")))
    assert "half way" in screen.lines()[0]
    screen.bars.show(COMPLETED)
    assert "done, 0.0 s" in screen.lines()[-1]


def test_a_failed_operation_is_said_to_have_failed() -> None:
    screen = Screen()
    screen.bars.show(OperationCompleted(OverallProgressStatus.CompletedWithFailure, None))
    assert "failed, 0.0 s" in screen.lines()[-1]


def test_bars_that_mean_nothing_have_no_percentage() -> None:
    screen = Screen()
    screen.bars.show(OperationStarted(is_non_deterministic=True))
    screen.bars.show(SubtaskAdded(subtask(is_non_deterministic=True)))
    assert not any("%" in line for line in screen.lines())


def test_long_and_hostile_names_stay_in_their_column() -> None:
    screen = Screen()
    screen.bars.show(SubtaskAdded(subtask(1, name="x" * 200)))
    screen.bars.show(SubtaskAdded(subtask(2, name="[red]a\x1b[2J\n", description="\x07" * 90)))
    screen.bars.show(SubtaskAdded(subtask(3, name="")))
    lines = screen.lines()
    assert len(lines) == 4
    assert all(len(line) <= 80 for line in lines)
    assert "[red]a\\x1b[2J\\n" in lines[1]
    assert lines[2].startswith("subtask 3")
    assert not any("\x1b" in line or "\x07" in line for line in lines)


def test_where_not_all_fit_those_under_way_are_shown() -> None:
    screen = Screen(height=10)
    statuses = list(SubTaskStatus) * 5
    for number, status in enumerate(statuses, 1):
        screen.bars.show(SubtaskAdded(subtask(number, status)))
    lines = screen.lines()
    assert len(lines) == 8
    assert [line.split()[1] for line in lines[:6]] == ["2", "3", "9", "16", "23", "30"]
    assert lines[6].split() == ["and", "29", "more"]


def test_warnings_and_errors_stay_above_the_bars_and_are_told_once() -> None:
    screen = Screen()
    with screen.bars:
        screen.bars.show(SubtaskAdded(subtask()))
        screen.bars.show(SubtaskChanged(subtask(exception=REFUSED)))
        screen.bars.show(
            SubtaskChanged(subtask(status=SubTaskStatus.CompletedWithError, exception=REFUSED))
        )
    assert screen.written().count("IpamApiAccessDenied: Hands off.") == 1


def test_the_result_is_below_the_bars() -> None:
    screen = Screen()
    with screen.bars:
        screen.bars.show(
            OperationCompleted(
                OverallProgressStatus.CompletedWithSuccess,
                DhcpMsmOverallCompletionStatus(HasIpamUpdateError=True),
            )
        )
    screen.bars.show_end(0, None, {})
    below = screen.written().partition("EditDhcpScope: CompletedWithSuccess after 0.0 s")[2]
    result = json.loads(below.partition("result: ")[2])
    assert result["HasIpamUpdateError"] is True
    assert "ErrorInfo" not in result


@pytest.mark.parametrize("display", [LineDisplay("EditDhcpScope"), Screen().bars])
def test_what_makes_no_sense_is_told_on_stderr(capsys, display) -> None:
    display.show(CallbackRejected("AddSubTask", "not due\n"))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "warning: the server's AddSubTask makes no sense: not due\\n\n"


def test_lines(capsys) -> None:
    with LineDisplay("EditDhcpScope") as display:
        display.show(OverallStatusChanged(OverallProgressStatus.NotStarted, None))
        display.show(SubtaskAdded(subtask(name="", description="now")))
        display.show(SubtaskChanged(subtask(percent="33.30")))
        display.show(SessionEnded("lost"))
        display.show_end(3, "lost", {})
    assert capsys.readouterr().out.splitlines() == [
        "EditDhcpScope: NotStarted",
        "  subtask 1: in progress (now)",
        "  Part 1: in progress, 33.3 %",
    ]


def test_json(capsys) -> None:
    with JsonDisplay() as display:
        display.show(CallbackRejected("SetSubTaskStatus", "no such subtask"))
        display.show(SubtaskChanged(subtask(exception=REFUSED)))
        display.show(OverallStatusChanged(OverallProgressStatus.InProgress, None))
        display.show(SessionEnded("lost"))
        display.show_end(3, "lost", {"status": "InProgress"})
    rejected, changed, status, end = map(json.loads, capsys.readouterr().out.splitlines())
    assert rejected == {"event": "SetSubTaskStatus", "rejected": "no such subtask"}
    assert changed["percentComplete"] == 50
    data = changed["completionStatus"]["IpamExceptionData"]
    assert data["ExceptionMessage"] == "Hands off."
    assert status == {
        "event": "SetOverallStatus", "overallStatus": "InProgress", "completionStatus": None
    }  # fmt: skip
    assert end == {"event": "end", "exit": 3, "cause": "lost", "status": "InProgress"}


def test_which_display(monkeypatch) -> None:
    assert isinstance(display_for("EditDhcpScope", as_json=True), JsonDisplay)
    assert isinstance(display_for("EditDhcpScope", as_json=False), LineDisplay)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert isinstance(display_for("EditDhcpScope", as_json=False), BarDisplay)


def test_exceptions_as_text() -> None:
    assert exception_text(None) == ""
    assert exception_text(IpamException()) == ""
    inner = IpamError(IpamExceptionId.IpamApiInvalidParameter, "")
    outer = IpamException(IpamExceptionData=REFUSED.IpamExceptionData)
    outer.InnerIpamException = inner.to_contract()
    text = exception_text(outer)
    assert text == "IpamApiAccessDenied: Hands off.; because of IpamApiInvalidParameter"
    endless = IpamException(IpamExceptionData=REFUSED.IpamExceptionData)
    endless.InnerIpamException = endless
    assert exception_text(endless).count("Hands off.") == 10
