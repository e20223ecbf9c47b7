"""What the log of a process is written like, and where it goes."""

import io
import json
import os
import re
import sys
from datetime import UTC, datetime
from uuid import UUID

import pytest
from twisted.logger import Logger, LogLevel
from twisted.python.failure import Failure
from twisted.python.log import LogPublisher as LegacyPublisher

from ipam_progress.cli.logs import Log, journal_line, json_line, text_line


def logged(write, namespace="ipam_progress.net.server"):
    """Give the events that a function logs."""
    events = []
    write(Logger(namespace=namespace, observer=events.append))
    return events


def event_of(text, level="info", /, **fields):
    (event,) = logged(lambda log: getattr(log, level)(text, **fields))
    event["log_time"] = 1_700_000_000.0625
    return event


def failed():
    try:
        raise ValueError("two\nlines \x1b[31m")
    except ValueError:
        failure = Failure()
    (event,) = logged(lambda log: log.failure("{what} failed", failure, what="EditDhcpScope"))
    return event


# --- Lines ---------------------------------------------------------------------------------------


def test_text_has_time_and_level():
    assert re.fullmatch(
        r"2023-11-1\dT\d\d:\d\d:20[+-]\d{4} warn: 3 clients, \\x1b\[1m\\n\n",
        text_line(event_of("{count} clients, {what}", "warn", count=3, what="\x1b[1m\n")),
    )


def test_a_traceback_stands_indented_below_its_text():
    first, *below = text_line(failed()).splitlines()
    assert first.endswith(" critical: EditDhcpScope failed")
    assert all(line.startswith("    ") for line in below)
    assert below[0] == "    Traceback (most recent call last):"
    assert below[-2:] == ["    builtins.ValueError: two", r"    lines \x1b[31m"]


@pytest.mark.parametrize(
    ("level", "number"), [("debug", 7), ("info", 6), ("warn", 4), ("error", 3), ("critical", 2)]
)
def test_the_journal_has_times_of_its_own_and_levels_as_numbers(level, number):
    assert journal_line(event_of("done", level)) == f"<{number}>done\n"


def test_the_journal_is_told_the_level_of_each_line():
    lines = journal_line(failed()).splitlines()
    assert lines[0] == "<2>EditDhcpScope failed"
    assert all(line.startswith("<2>    ") for line in lines[1:])


def test_json_has_the_fields_of_the_event():
    identifier = UUID(int=1)
    line = json_line(
        event_of("{id} of {who} \x1b", id=identifier, who="Müller", count=3, part=None, of=[1, "a"])
    )
    assert line.endswith("\n")
    assert line.isascii()
    assert line.strip().isprintable()
    assert json.loads(line) == {
        "time": "2023-11-14T22:13:20.062Z",
        "level": "info",
        "namespace": "ipam_progress.net.server",
        "text": f"{identifier} of Müller \x1b",
        "id": str(identifier),
        "who": "Müller",
        "count": 3,
        "part": None,
        "of": [1, "a"],
    }


class _Unspeakable:
    def __str__(self) -> str:
        raise ValueError

    __repr__ = __str__


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (float("nan"), "nan"),
        (datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01 00:00:00+00:00"),
        ({(1, 2): 3}, "{(1, 2): 3}"),
        (b"\xff", "b'\\xff'"),
        (LogLevel.info, "<LogLevel=info>"),
    ],
)
def test_what_json_does_not_have_is_text(value, shown):
    assert json.loads(json_line(event_of("x", value=value)))["value"] == shown


def test_whatever_a_field_is_a_line_comes_of_it():
    endless = []
    endless.append(endless)
    for value in (_Unspeakable(), endless):
        assert json.loads(json_line(event_of("x", value=value)))["value"]


def test_fields_do_not_take_the_place_of_what_every_line_has():
    line = json.loads(json_line(event_of("x", time=1, namespace=3, text=4)))
    assert (line["level"], line["namespace"], line["text"]) == (
        "info",
        "ipam_progress.net.server",
        "x",
    )
    assert line["time"].startswith("2023-")


def test_a_failure_in_json_has_its_traceback():
    line = json.loads(json_line(failed()))
    assert line["traceback"].startswith("Traceback (most recent call last):\n")
    assert line["traceback"].rstrip().endswith("ValueError: two\nlines \x1b[31m")
    assert line["what"] == "EditDhcpScope"


def test_what_programs_tell_the_log_of_old_has_no_fields():
    events = []
    publisher = LegacyPublisher(observerPublisher=events.append, publishPublisher=events.append)
    publisher.msg("as it was", system="-")
    (event,) = events
    assert json.loads(json_line(event)).keys() == {"time", "level", "namespace", "text"}


# --- Levels --------------------------------------------------------------------------------------


def written(capsys, **settings):
    log = Log(environment={}, **settings)
    for namespace in ("ipam_progress.net", "mine.deeper", "twisted.web", "-"):
        for level in ("debug", "info", "warn", "error"):
            for event in logged(lambda log, level=level: getattr(log, level)(level), namespace):
                log({**event, "log_format": f"{namespace} {level}"})
    return [line.split(": ", 1)[1] for line in capsys.readouterr().err.splitlines()]


def test_levels(capsys):
    assert written(capsys) == [
        *(f"ipam_progress.net {level}" for level in ("info", "warn", "error")),
        *(f"mine.deeper {level}" for level in ("info", "warn", "error")),
        *(f"twisted.web {level}" for level in ("warn", "error")),
        *(f"- {level}" for level in ("warn", "error")),
    ]


def test_no_level_makes_twisted_say_more(capsys):
    lines = written(capsys, level=LogLevel.debug)
    assert "ipam_progress.net debug" in lines
    assert "twisted.web info" not in lines
    assert [line for line in written(capsys, level=LogLevel.error) if "error" not in line] == []


def test_levels_of_namespaces(capsys):
    levels = {"mine": LogLevel.debug, "twisted": LogLevel.info, "ipam_progress": LogLevel.error}
    lines = written(capsys, levels=levels)
    assert "mine.deeper debug" in lines
    assert "twisted.web info" in lines
    assert "ipam_progress.net warn" not in lines


# --- Places --------------------------------------------------------------------------------------


def test_standard_error_is_looked_up_each_time(monkeypatch):
    log = Log(environment={})
    shown = io.StringIO()
    monkeypatch.setattr(sys, "stderr", shown)
    log(event_of("here"))
    log.reopen()
    log(event_of("and here"))
    assert [line[-5:] for line in shown.getvalue().splitlines()] == [" here", " here"]


def test_in_a_service_the_journal_gets_its_own_lines(monkeypatch, tmp_path):
    with (tmp_path / "stderr").open("w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        status = os.fstat(stream.fileno())
        journal = {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}
        Log(environment=journal)(event_of("one"))
        Log(environment={"JOURNAL_STREAM": "1:2"})(event_of("two"))
        Log(environment=journal, as_json=True)(event_of("three"))
        Log(environment=journal, file=tmp_path / "log")(event_of("four"))
    first, second, third = (tmp_path / "stderr").read_text().splitlines()
    assert first == "<6>one"
    assert second.endswith(" info: two")
    assert json.loads(third)["text"] == "three"
    assert (tmp_path / "log").read_text().endswith(" info: four\n")


def test_a_file_is_added_to_and_can_be_moved_away(tmp_path):
    file = tmp_path / "log"
    file.write_text("before\n")
    log = Log(file=file)
    log(event_of("one \ud800"))
    file.rename(tmp_path / "log.1")
    log(event_of("two"))
    log.reopen()
    log(event_of("three"))
    before, one, two = (tmp_path / "log.1").read_text().splitlines()
    assert before == "before"
    assert one.endswith(r"info: one \ud800")
    assert two.endswith("info: two")
    assert file.read_text().endswith("info: three\n")
    assert file.stat().st_mode & 0o777 == 0o640 & ~_umask()


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_file_that_cannot_be_opened_again_leaves_the_old_one(tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    log = Log(file=folder / "log")
    folder.rename(tmp_path / "moved")
    with pytest.raises(FileNotFoundError):
        log.reopen()
    log(event_of("still here"))
    assert (tmp_path / "moved" / "log").read_text().endswith("info: still here\n")


def test_a_file_that_cannot_be_opened(tmp_path):
    with pytest.raises(IsADirectoryError):
        Log(file=tmp_path)
