"""The machine of a run, cell by cell, and what a handler can end with."""

import itertools
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from ipam_progress.contracts import IpamExceptionId, IpamTaskType
from ipam_progress.records import Outcome, TaskRecord, TaskRunRecord, TaskTrigger
from ipam_progress.session.faults import IpamError
from ipam_progress.session.outputs import HandlerKind
from ipam_progress.tasks import TaskHandler
from ipam_progress.tasks.run import TRANSITIONS, RunAction, RunInput, RunState, TaskRun

STARTED = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
ROW = TaskRecord(task_type="Audit")
FULL = OSError("the disk is full")


class Owner:
    def __init__(self):
        self.told = []

    def row(self, run):
        return ROW

    def run_begins(self, run):
        self.told.append("begins")

    def run_lost(self, run):
        self.told.append("lost")

    def run_over(self, run):
        self.told.append("over")


class Scenario:
    """A run that is brought into any state by what happens to it."""

    def __init__(self, outputs):
        self.outputs = outputs
        self.outputs.keeps_records = True
        self.owner = Owner()
        self.seen = []
        record = TaskRunRecord(
            id=UUID(int=1),
            task_type="Audit",
            server="dhcp1",
            trigger=TaskTrigger.START_TASK,
            client="alice",
            started=STARTED,
        )
        handler = TaskHandler(IpamTaskType.Audit, self.seen.append, HandlerKind.DIRECT)
        self.run = TaskRun(record, handler, self.owner, outputs)

    def happen(self, given):
        match given:
            case RunInput.SERVER_STOP:
                self.run.stop()
            case RunInput.HANDLER_ENDED:
                self.outputs.finish()
            case RunInput.START_RECORDED | RunInput.END_RECORDED:
                self.outputs.recorded()
            case _:
                self.outputs.recorded(FULL)

    def bring_to(self, state):
        self.run.begin()
        for given in WAYS[state]:
            self.happen(given)
        assert self.run.state is state
        self.outputs.steps()
        self.owner.told.clear()


WAYS = {
    RunState.STARTING: [],
    RunState.WITHDRAWN: [RunInput.SERVER_STOP],
    RunState.RUNNING: [RunInput.START_RECORDED],
    RunState.ENDING: [RunInput.START_RECORDED, RunInput.HANDLER_ENDED],
}
EFFECTS = {
    RunAction.CALL: [("started", "Audit", "dhcp1"), ("handler", "Audit", "dhcp1")],
    RunAction.LOSE: [],
    RunAction.WITHDRAW: [("end", "Audit", "dhcp1")],
    RunAction.RECORD_END: [("end", "Audit", "dhcp1")],
    RunAction.CONCLUDE: [("ended", "Audit", "dhcp1")],
    RunAction.CONCLUDE_UNRECORDED: [("ended", "Audit", "dhcp1")],
    RunAction.NOTHING: [],
}
TOLD = {
    RunAction.CALL: ["begins"],
    RunAction.LOSE: ["lost"],
    RunAction.CONCLUDE: ["over"],
    RunAction.CONCLUDE_UNRECORDED: ["over"],
}
WARNED = {
    RunAction.LOSE: [
        "task Audit was not run: its start could not be put on record: the disk is full"
    ],
    RunAction.CONCLUDE_UNRECORDED: [
        "how task Audit ended (succeeded) could not be put on record: the disk is full"
    ],
}


@pytest.fixture
def scenario(outputs):
    return Scenario(outputs)


@pytest.mark.parametrize(
    ("state", "given"), TRANSITIONS, ids=lambda each: each.name.lower().replace("_", " ")
)
def test_every_cell(scenario, state, given):
    action, following = TRANSITIONS[state, given]
    scenario.bring_to(state)
    scenario.happen(given)
    assert scenario.run.state is following
    assert scenario.outputs.steps() == EFFECTS[action]
    assert scenario.owner.told == TOLD.get(action, [])
    assert scenario.outputs.warnings == WARNED.get(action, [])


def test_the_table_is_whole():
    """What is not in it cannot happen: a run waits for one thing at a time."""
    stop, ended = RunInput.SERVER_STOP, RunInput.HANDLER_ENDED
    start = {RunInput.START_RECORDED, RunInput.START_NOT_RECORDED}
    end = {RunInput.END_RECORDED, RunInput.END_NOT_RECORDED}
    possible = {
        RunState.STARTING: {stop, *start},
        RunState.WITHDRAWN: {stop, *start},
        RunState.RUNNING: {stop, ended},
        RunState.ENDING: {stop, *end},
        RunState.OVER: set(),
    }
    for state, given in itertools.product(RunState, RunInput):
        assert ((state, given) in TRANSITIONS) == (given in possible[state])


def test_the_handler_is_called_when_the_start_is_on_record(scenario):
    scenario.run.begin()
    assert scenario.outputs.calls == []
    assert scenario.outputs.rows == [(scenario.run.record, ROW)]
    scenario.outputs.recorded()
    (call,) = scenario.outputs.calls
    assert (call.description, call.kind) == ("task Audit", HandlerKind.DIRECT)
    call.invoke()
    assert scenario.seen == ["dhcp1"]


@pytest.mark.parametrize(
    ("returned", "result", "outcome", "error"),
    [
        (None, 0, Outcome.SUCCEEDED, None),
        (0, 0, Outcome.SUCCEEDED, None),
        (7, 7, Outcome.FAILED, "the handler returned 7"),
        (-(2**31), -(2**31), Outcome.FAILED, "the handler returned -2147483648"),
        (OSError("no network"), 1, Outcome.FAILED, "OSError: no network"),
        (
            IpamError(IpamExceptionId.IpamApiTaskError, "no"),
            1,
            Outcome.FAILED,
            "IpamError: no",
        ),
    ],
)
def test_how_a_handler_ends(scenario, returned, result, outcome, error):
    scenario.bring_to(RunState.RUNNING)
    scenario.outputs.time += timedelta(seconds=9)
    scenario.outputs.finish(returned)
    record = scenario.run.record
    assert (record.result, record.outcome, record.error) == (result, outcome, error)
    assert record.started == STARTED
    assert record.ended == scenario.outputs.time
    assert scenario.outputs.rows[-1] == (record, ROW)
    raised = [("task Audit", returned)] if isinstance(returned, Exception) else []
    assert scenario.outputs.failures == raised


@pytest.mark.parametrize("returned", [True, "done", 2**31, 1.0])
def test_what_a_handler_may_not_return(scenario, returned):
    scenario.bring_to(RunState.RUNNING)
    scenario.outputs.finish(returned)
    assert scenario.run.record.result == 1
    ((what, error),) = scenario.outputs.failures
    assert what == "task Audit"
    assert isinstance(error, TypeError)
    assert f"returned {returned!r}; it must return None or an int of 32 bits" in str(error)


def test_a_run_that_is_withdrawn_is_on_record_as_failed(scenario):
    scenario.bring_to(RunState.WITHDRAWN)
    scenario.outputs.recorded()
    record = scenario.run.record
    assert (record.outcome, record.result) == (Outcome.FAILED, 1)
    assert record.error == "the server stopped before the handler was called"
    scenario.outputs.recorded()
    assert scenario.run.state is RunState.OVER
    assert scenario.outputs.calls == []


def test_without_records_nothing_is_waited_for(outputs):
    scenario = Scenario(outputs)
    outputs.keeps_records = False
    outputs.at_once = lambda call: call.returned(call.invoke())
    scenario.run.begin()
    assert scenario.run.state is RunState.OVER
    assert [step for step, *_ in outputs.steps()] == ["start", "started", "handler", "end", "ended"]
    assert scenario.owner.told == ["begins", "over"]
