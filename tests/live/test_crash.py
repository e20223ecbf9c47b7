"""kill -9 in the middle of many operations: what is on record afterwards is what clients saw.

A server with a store is killed at random moments while one process keeps two hundred operations
running on it and triggers tasks. After each restart the records are held against what the clients
saw and against the diary of the handlers. IPAM_CRASH_SEED gives the seed of all that is random, and
IPAM_CRASH_ROUNDS how often the server is killed.
"""

import json
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from ipam_progress.records import Outcome, TaskTrigger
from ipam_progress.store import Store

PROGRAMS = Path(__file__).parent / "programs"
ROUNDS = int(os.environ.get("IPAM_CRASH_ROUNDS", "6"))
CLIENTS = 225
"""At least nine tenths of them have an operation that runs when the server is about to die."""

STEPS = 10
INTERRUPTED = "The server ended before the operation was completed."
PATIENCE = 60.0


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request, tmp_path):
    """A store that is not open: servers use it, and the test looks into it beside them."""
    if request.param == "sqlite":
        return Store(f"sqlite:///{tmp_path}/operations.db"), f"sqlite:///{tmp_path}/operations.db"
    url = request.getfixturevalue("postgresql").new_database()
    store = Store(url, notes=tmp_path)
    store.upgrade()
    return store, url


class Clients:
    """The process with all clients, and what they saw, by the MessageID of the start.

    Attributes:
        names: What was asked for.
        started: What had its reply.
        ended: How it ended, where a client saw that.
        lost: What was asked for or started, and of which no end was clients.
        told: What the server said of it when it was asked.
    """

    def __init__(self, program) -> None:
        self.program = program
        self.names = {}
        self.started = set()
        self.ended = {}
        self.lost = set()
        self.told = {}
        self._moments = Counter()
        self._said = program.out_path.open("rb")
        self._rest = b""

    def command(self, word):
        self.program.process.stdin.write(f"{word}\n".encode())
        self.program.process.stdin.flush()

    def wait(self, wait_until, moment):
        """Wait until all operations run, or a command is done; once for each time."""

        def has_come():
            assert self.program.process.poll() is None, self.program.tail()
            self._read()
            return self._moments[moment]

        wait_until(has_come, lambda: f"not {moment}\n{self.program.tail()}", PATIENCE)
        self._moments[moment] = 0

    def _read(self):
        """Read what they have said since."""
        *lines, self._rest = (self._rest + self._said.read()).split(b"\n")
        for line in lines:
            match json.loads(line):
                case {"event": "asked", "id": id_, "name": name}:
                    self.names[id_] = name
                case {"event": "started", "id": id_}:
                    self.started.add(id_)
                case {"event": "ended", "id": id_, "succeeded": succeeded}:
                    self.ended[id_] = Outcome.SUCCEEDED if succeeded else Outcome.FAILED
                case {"event": "lost", "id": id_}:
                    self.lost.add(id_)
                case {"event": "told", "id": id_, "outcome": outcome}:
                    self.told[id_] = outcome
                case {"event": moment}:
                    self._moments[moment] += 1


class Diary:
    """What the handlers wrote down."""

    def __init__(self, path) -> None:
        text = path.read_text(encoding="ascii")
        assert text.endswith("\n"), "a line is written whole or not at all"
        self.lines = [tuple(line.split()) for line in text.splitlines()]

    def of(self, what):
        return [line[1:] for line in self.lines if line[0] == what]


def check_operations(store, clients, path):
    """Hold the records against what clients saw and what handlers did; give what still runs.

    What was resumed goes on meanwhile: whatever was written down before the records were read has
    to be on record, and whatever is on record has to be written down after that.
    """
    earlier = Diary(path)
    with store.look() as transaction:
        records = transaction.operations(1_000_000)
    later = Diary(path)
    by_request = {record.request_id: record for record in records}
    assert len(by_request) == len(records), "an operation is on record twice"
    assert by_request.keys() <= clients.names.keys(), "nobody asked for this"
    assert clients.started <= by_request.keys(), "a start was answered that is not on record"

    begun = Counter(name for (name,) in earlier.of("began"))
    assert all(times == 1 for times in begun.values()), "a handler was called twice"
    recorded_names = {clients.names[request] for request in by_request}
    assert begun.keys() <= recorded_names, "a handler was called without a record"
    succeeded = {name for (name,) in later.of("succeeded")}
    failed = {name for (name,) in later.of("failed")}
    attempts = {name: int(number) for name, number, _ in earlier.of("attempt")}

    for request, outcome in clients.ended.items():
        assert by_request[request].outcome is outcome, "a client saw another end"
    running = []
    for request, record in by_request.items():
        name = clients.names[request]
        kind = name.partition("-")[0]
        assert attempts.get(name, 1) <= record.attempts, "an attempt is not on record"
        match record.outcome:
            case Outcome.RUNNING:
                assert kind == "resumes", f"{name} is said to run"
                assert record.ended is None
                running.append(record)
                continue
            case Outcome.SUCCEEDED:
                assert name in succeeded
                assert (record.percent, record.error) == (100, None)
            case Outcome.FAILED if name in failed and record.error != INTERRUPTED:
                assert record.error == f"IpamApiInvalidParameter: {name}, as it was to."
            case Outcome.FAILED:
                assert record.error == INTERRUPTED
                assert kind != "resumes", "it could have been resumed"
                assert request not in clients.ended
            case _:
                pytest.fail(f"{name}: {record.outcome}, though the store did not fail")
        assert record.ended >= record.started
    return running


def check_subtasks(store, requests):
    """What has succeeded has done so in all its parts."""
    with store.look() as transaction:
        for request in requests:
            record = transaction.operation_by_request(request)
            if record.outcome is Outcome.SUCCEEDED:
                assert {part.status for part in record.subtasks} <= {"CompletedWithSuccess"}
                assert [part.number for part in record.subtasks] == [
                    number + 1 for number in range(len(record.subtasks))
                ]


def check_tasks(store, diary):
    """No task ran twice for one trigger, and none without a record."""
    with store.look() as transaction:
        runs = transaction.task_runs(1_000_000)
    by_id = {str(run.id): run for run in runs}
    assert len(by_id) == len(runs)
    called = Counter(id_ for id_, _ in diary.of("run"))
    assert called.keys() <= by_id.keys(), "a run is not on record"
    assert all(times == 1 for times in called.values()), "a run began twice"
    triggered = [run.server for run in runs if run.trigger is TaskTrigger.START_TASK]
    assert len(set(triggered)) == len(triggered), "a trigger has two runs"
    handled = Counter((task, server) for task, server in diary.of("task") if server != "None")
    assert all(times == 1 for times in handled.values()), "a task ran twice for one trigger"
    assert {server for _, server in handled} <= set(triggered)
    scheduled = sum(run.trigger is TaskTrigger.SCHEDULE for run in runs)
    assert diary.of("task").count(("Discovery", "None")) <= scheduled
    return handled


def check_resumption(diary):
    """Each attempt went on from a step that was done; no step was left out."""
    done = {}
    resumed = 0
    for what, name, *numbers in diary.lines:
        if what == "attempt":
            attempt, first = map(int, numbers)
            assert first <= done.setdefault(name, 0), "it saved a step that was not done"
            resumed += attempt > 1
        elif what == "step":
            (step,) = map(int, numbers)
            assert step <= done[name], "a step was left out"
            done[name] = max(done[name], step + 1)
    assert resumed
    for (name,) in diary.of("succeeded"):
        assert done.get(name, STEPS) == STEPS


def test_killed_in_the_middle_of_two_hundred_operations(
    store, start_recording_server, start_program, tmp_path, wait_until
):
    store, url = store
    diary = tmp_path / "diary"
    seed = int(os.environ.get("IPAM_CRASH_SEED") or random.randrange(2**32))
    sys.stdout.write(f"IPAM_CRASH_SEED={seed}\n")
    chance = random.Random(seed)
    server = start_recording_server(store=url, seed=chance.random())
    clients = Clients(
        start_program(sys.executable, PROGRAMS / "many_clients.py", server.url, CLIENTS, seed)
    )
    for _ in range(ROUNDS):
        before = set(clients.ended)
        clients.command("go")
        clients.wait(wait_until, "full")
        time.sleep(chance.uniform(0, 1))  # the random moment
        server.kill()
        clients.wait(wait_until, "idle")
        server = start_recording_server(store=url, seed=chance.random(), port=server.port)
        check_operations(store, clients, diary)
        check_subtasks(store, clients.ended.keys() - before)
        check_tasks(store, Diary(diary))

    def all_ended():
        with store.look() as transaction:
            return not transaction.running_operations()

    wait_until(all_ended, "what was resumed has not ended", PATIENCE)
    clients.command("ask")
    clients.wait(wait_until, "idle")
    server.stop()
    assert check_operations(store, clients, diary) == []
    check_resumption(Diary(diary))
    assert check_tasks(store, Diary(diary))
    assert clients.told
    with store.look() as transaction:
        for request, outcome in clients.told.items():
            record = transaction.operation_by_request(request)
            assert outcome == (record and record.outcome.value)
    assert len(clients.ended) > ROUNDS
    assert len(clients.lost) >= 200 * ROUNDS
