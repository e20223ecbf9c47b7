"""The picture: what is in it, how it is bounded, and that its changes add up to the whole."""

import json
import random
from datetime import UTC, datetime

import pytest

from ipam_progress.monitoring.overview import (
    ENDED_AT_MOST,
    OPERATIONS_AT_MOST,
    REFUSALS_AT_MOST,
    SESSIONS_AT_MOST,
    SUBTASKS_AT_MOST,
    TEXT_AT_MOST,
    Overview,
)

NOON = "2026-05-04T12:00:00+00:00"
PARTS = {"operations", "ended", "sessions", "refusals", "tasks", "store", "counters"}


@pytest.fixture
def overview(server):
    return Overview(server, lambda: datetime(2026, 5, 4, 12, tzinfo=UTC))


def id_of(number):
    return f"00000000-0000-0000-0000-{number:012x}"


class Page:
    """Someone who knows the picture by its changes alone, as the page does."""

    def __init__(self) -> None:
        self.picture = {}
        self.operations = {}

    def take(self, news):
        news = json.loads(json.dumps(news))
        if "operations" in news:
            changed = {operation["id"]: operation for operation in news["operations"]["changed"]}
            known = self.operations | changed
            self.operations = {id_: known[id_] for id_ in news["operations"].pop("shown")}
            del news["operations"]["changed"]
        self.picture |= news


class TestTheWhole:
    def test_is_there_from_the_start(self, overview):
        picture = overview.since(0)
        assert picture == {
            "now": NOON,
            "operations": {"running": 0, "shown": [], "changed": []},
            "ended": [],
            "sessions": {"open": 0, "shown": []},
            "refusals": [],
            "tasks": [],
            "store": None,
            "counters": {"connections": 0, "callbacks_sent": 0, "callbacks_merged": 0},
        }

    def test_nothing_has_changed_since_now(self, overview):
        assert overview.since(overview.revision) == {"now": NOON}

    def test_changes_add_up_to_it_however_often_one_looks(self, server, overview):
        choose = random.Random(5)
        pages = {Page(): (0, pause) for pause in (1, 7, 50)}
        running, number = [], 0
        for step in range(2_000):
            match choose.choice(("start", "start", "progress", "progress", "end", "other")):
                case "start":
                    number += 1
                    server.start(number)
                    running.append(number)
                case "progress" if running:
                    percent = choose.randint(0, 100)
                    server.progress(choose.choice(running), percent, {"number": percent})
                case "end" if running and choose.random() < 0.8:
                    server.end(running.pop(choose.randrange(len(running))))
                case "other":
                    server.session(number)
                    server.fault("Kind", "reason")
            for page, (revision, pause) in pages.items():
                if step % pause == 0:
                    overview.look()
                    page.take(overview.since(revision))
                    pages[page] = overview.revision, pause
        assert len(running) > OPERATIONS_AT_MOST
        overview.look()
        whole = Page()
        whole.take(overview.since(0))
        for page, (revision, _) in pages.items():
            page.take(overview.since(revision))
            assert page.operations == whole.operations
            assert list(page.operations) == list(whole.operations)
            assert page.picture == whole.picture


class TestOperations:
    def test_a_running_one_with_its_subtasks(self, server, overview):
        server.start(7, "CreateDhcpScope", "alice", 30, attempts=2)
        server.progress(7, "12.5", {"number": 2, "name": "b", "percent": 25})
        server.progress(7, "50", {"number": 1, "name": "a", "description": "now", "error": "oh"})
        assert overview.since(0)["operations"] == {
            "running": 1,
            "shown": [id_of(7)],
            "changed": [
                {
                    "id": id_of(7),
                    "operation_id": "CreateDhcpScope",
                    "client": "alice",
                    "address": "192.0.2.8:50007",
                    "started": "2026-05-04T11:59:30+00:00",
                    "attempts": 2,
                    "percent": 50.0,
                    "subtasks": [
                        {
                            "number": 1,
                            "name": "a",
                            "description": "now",
                            "status": "InProgress",
                            "percent": 0.0,
                            "error": "oh",
                        },
                        {
                            "number": 2,
                            "name": "b",
                            "description": "",
                            "status": "InProgress",
                            "percent": 25.0,
                            "error": None,
                        },
                    ],
                    "more_subtasks": 0,
                }
            ],
        }

    def test_subtasks_that_were_there_before_a_restart(self, server, overview):
        server.start(1, subtasks=(server.subtask(1, "a"),))
        (operation,) = overview.since(0)["operations"]["changed"]
        assert [subtask["name"] for subtask in operation["subtasks"]] == ["a"]

    def test_only_those_that_changed_are_told_again(self, server, overview):
        server.start(1)
        server.start(2)
        before = overview.revision
        server.progress(2, 10)
        operations = overview.since(before)["operations"]
        assert operations["shown"] == [id_of(1), id_of(2)]
        assert [operation["id"] for operation in operations["changed"]] == [id_of(2)]

    def test_an_end(self, server, overview):
        server.start(1, seconds=5)
        server.end(1, "failed", "it is full")
        picture = overview.since(0)
        assert picture["operations"] == {"running": 0, "shown": [], "changed": []}
        assert picture["ended"] == [
            {
                "id": id_of(1),
                "operation_id": "CreateDhcpScope",
                "client": "CONTOSO\\alice",
                "address": "192.0.2.2:50001",
                "started": "2026-05-04T11:59:55+00:00",
                "ended": NOON,
                "outcome": "failed",
                "percent": 100.0,
                "error": "it is full",
            }
        ]

    def test_the_end_of_one_that_an_earlier_process_ran(self, server, overview):
        server.start(1)
        record = server.operations.pop(1)
        fresh = Overview(server, lambda: record.started)
        server.ended(record, "unknown")
        assert [operation["outcome"] for operation in fresh.since(0)["ended"]] == ["unknown"]

    def test_progress_of_one_that_nobody_knows(self, server, overview):
        before = overview.revision
        server.progress(1, 10)
        assert overview.revision == before

    def test_parameters_are_no_part_of_it(self, server, overview):
        server.start(1)
        server.start(2)
        server.end(2)
        assert "secret" not in json.dumps(overview.since(0))

    def test_no_more_than_can_be_looked_at_those_first_that_began_first(self, server, overview):
        for number in range(OPERATIONS_AT_MOST + 3):
            server.start(number)
        before = overview.revision
        server.progress(OPERATIONS_AT_MOST, 30)
        assert overview.revision == before  # it is not shown
        server.end(OPERATIONS_AT_MOST + 1)  # nor is this
        operations = overview.since(before)["operations"]
        assert operations["running"] == OPERATIONS_AT_MOST + 2
        assert operations["changed"] == []
        server.end(4)
        operations = overview.since(before)["operations"]
        assert operations["shown"][-1] == id_of(OPERATIONS_AT_MOST)
        assert len(operations["shown"]) == OPERATIONS_AT_MOST
        (moved_up,) = operations["changed"]
        assert (moved_up["id"], moved_up["percent"]) == (id_of(OPERATIONS_AT_MOST), 30.0)

    def test_of_many_subtasks_those_that_run(self, server, overview):
        server.start(1)
        count = SUBTASKS_AT_MOST + 10
        done = [{"number": n, "status": "CompletedWithSuccess"} for n in range(1, count + 1)]
        server.progress(1, 5, *done)
        server.progress(1, 5, {"number": count, "status": "InProgress"})
        server.progress(1, 5, {"number": count - 1, "status": "CompletedWithError"})
        server.progress(1, 5, {"number": count - 2, "status": "NotStarted"})
        (operation,) = overview.since(0)["operations"]["changed"]
        shown = [subtask["number"] for subtask in operation["subtasks"]]
        assert shown == [*range(1, SUBTASKS_AT_MOST - 2), count - 2, count - 1, count]
        assert operation["more_subtasks"] == 10

    def test_ended_ones_are_forgotten_the_newest_last(self, server, overview):
        for number in range(ENDED_AT_MOST + 1):
            server.start(number)
            server.end(number)
        ended = [operation["id"] for operation in overview.since(0)["ended"]]
        assert ended == [id_of(number) for number in range(ENDED_AT_MOST, 0, -1)]


class TestSessions:
    def test_come_and_go(self, server, overview):
        server.session(1, "alice", "IIpamServer")
        server.session(2)
        server.close(2)
        assert overview.since(0)["sessions"] == {
            "open": 1,
            "shown": [
                {
                    "session": 1,
                    "service": "IIpamServer",
                    "client": "alice",
                    "address": "192.0.2.2:50001",
                    "opened": NOON,
                }
            ],
        }

    def test_one_that_was_open_before_may_close(self, server, overview):
        before = overview.revision
        server.close(1)
        assert overview.revision == before

    def test_many_are_counted(self, server, overview):
        for number in range(SESSIONS_AT_MOST + 5):
            server.session(number)
        sessions = overview.since(0)["sessions"]
        assert sessions["open"] == SESSIONS_AT_MOST + 5
        assert [session["session"] for session in sessions["shown"]] == [*range(SESSIONS_AT_MOST)]


class TestTheRest:
    def test_tasks_are_looked_up(self, server, overview):
        overview.look()
        before = overview.revision
        overview.look()
        assert overview.revision == before
        server.task("Discovery", 60, 30, 90, last_result=0)
        server.task("Audit")
        overview.look()
        news = overview.since(before)
        assert set(news) == {"now", "tasks"}
        assert news["tasks"] == [
            {
                "task_type": "Discovery",
                "state": "Ready",
                "last_run": "2026-05-04T11:59:00+00:00",
                "next_run": "2026-05-04T12:00:30+00:00",
                "last_result": 0,
                "last_error": None,
                "recurrence": 90.0,
            },
            {
                "task_type": "Audit",
                "state": "Ready",
                "last_run": None,
                "next_run": None,
                "last_result": None,
                "last_error": None,
                "recurrence": None,
            },
        ]

    def test_why_a_task_failed_until_it_succeeds(self, server, overview):
        server.task("Discovery")
        overview.look()
        server.run(1, "Discovery", "failed", "nobody answers")
        assert overview.since(0)["tasks"][0]["last_error"] == "nobody answers"
        server.run(2, "Discovery")
        assert overview.since(0)["tasks"][0]["last_error"] is None

    def test_counters_are_looked_up(self, server, overview):
        server.merged(5)
        assert overview.since(0)["counters"]["callbacks_merged"] == 0
        overview.look()
        assert overview.since(0)["counters"]["callbacks_merged"] == 5
        server.merged(2)
        before = overview.revision
        overview.look()
        assert set(overview.since(before)) == {"now", "counters"}

    def test_refusals_newest_first(self, server, overview):
        server.fault("IpamApiAccessDenied", "no", "192.0.2.1:5")
        server.handshake("the password is wrong", "192.0.2.2:6")
        newer, older = overview.since(0)["refusals"]
        assert older == {
            "number": older["number"],
            "time": NOON,
            "address": "192.0.2.1:5",
            "kind": "IpamApiAccessDenied",
            "reason": "no",
        }
        assert (newer["kind"], newer["reason"]) == ("Handshake failed", "the password is wrong")
        assert newer["number"] > older["number"]

    def test_refusals_are_bounded(self, server, overview):
        for number in range(REFUSALS_AT_MOST + 5):
            server.fault("Kind", str(number))
        refusals = overview.since(0)["refusals"]
        assert len(refusals) == REFUSALS_AT_MOST
        assert refusals[0]["reason"] == str(REFUSALS_AT_MOST + 4)

    def test_a_failing_store(self, server, overview):
        server.store("disk full")
        assert overview.since(0)["store"] == {"failed": NOON, "reason": "disk full"}
        server.store()
        assert overview.since(0)["store"] is None

    def test_long_texts_are_cut(self, server, overview):
        server.fault("Kind", "x" * TEXT_AT_MOST)
        server.fault("Kind", "x" * (TEXT_AT_MOST + 1))
        cut, whole = (refusal["reason"] for refusal in overview.since(0)["refusals"])
        assert whole == "x" * TEXT_AT_MOST
        assert cut == "x" * (TEXT_AT_MOST - 1) + "…"

    def test_every_part_is_told_as_it_changes(self, server, overview):
        before = overview.revision
        server.session(1)
        server.start(1)
        server.end(1)
        server.fault("Kind", "reason")
        server.task("Discovery")
        server.store("disk full")
        overview.look()
        assert set(overview.since(before)) == PARTS | {"now"}
