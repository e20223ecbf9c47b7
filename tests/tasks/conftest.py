"""A server that only writes down what its tasks ask of it; its clock is turned by hand."""

from concurrent.futures import Future
from datetime import UTC, datetime, timedelta

import pytest

from ipam_progress.tasks import TaskRegistry, TaskScheduler

BEGINNING = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


class RecordedTimer:
    def __init__(self, due, call):
        self.due = due
        self.call = call
        self.cancelled = False

    def cancel(self):
        assert not self.cancelled
        assert self.call is not None, "cancelled after it had run"
        self.cancelled = True


class RecordedTaskOutputs:
    """Fulfils TaskOutputs.

    `trace` has what was asked, in order. With `keeps_records` what is recorded waits in `pending`,
    else nothing has to be waited for. Handlers wait in `calls`, unless `at_once` takes them.
    """

    def __init__(self):
        self.trace = []
        self.calls = []
        self.timers = []
        self.failures = []
        self.warnings = []
        self.rows = []
        self.pending = []
        self.keeps_records = False
        self.at_once = None
        self.refused = None
        self.time = BEGINNING

    def now(self):
        return self.time

    def schedule(self, seconds, call):
        timer = RecordedTimer(self.time + timedelta(seconds=seconds), call)
        self.timers.append(timer)
        return timer

    def refusal(self):
        return self.refused

    def record_start(self, run, task):
        return self._record("start", run, task)

    def record_end(self, run, task):
        return self._record("end", run, task)

    def _record(self, what, run, task):
        self.trace.append((what, run.task_type, run.server))
        self.rows.append((run, task))
        if not self.keeps_records:
            return None
        self.pending.append(Future())
        return self.pending[-1]

    def started(self, run):
        self.trace.append(("started", run.task_type, run.server))

    def ended(self, run):
        self.trace.append(("ended", run.task_type, run.server))

    def warn(self, text):
        self.warnings.append(text)

    def run_handler(self, call):
        self.trace.append(("handler", call.description.removeprefix("task "), call.invoke.args[0]))
        self.calls.append(call)
        if self.at_once is not None:
            self.at_once(call)

    def log_failure(self, description, error):
        self.failures.append((description, error))

    # For tests

    @property
    def waiting(self):
        """The timers that will run."""
        return [timer for timer in self.timers if not timer.cancelled and timer.call is not None]

    def advance(self, seconds=0.0):
        """Let time pass, and what is due happen when it is due."""
        end = self.time + timedelta(seconds=seconds)
        while due := [timer for timer in self.waiting if timer.due <= end]:
            timer = min(due, key=lambda timer: timer.due)
            self.time = max(self.time, timer.due)
            call, timer.call = timer.call, None
            call()
        self.time = end

    def steps(self):
        """Take what was asked since the last time."""
        steps, self.trace = self.trace, []
        return steps

    def recorded(self, error=None):
        """Let what waits longest be put on record, or not."""
        future = self.pending.pop(0)
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)

    def finish(self, result=None):
        """Let the handler that was called first return, or raise."""
        call = self.calls.pop(0)
        if isinstance(result, BaseException):
            call.failed(result)
        else:
            call.returned(result)


@pytest.fixture
def outputs():
    return RecordedTaskOutputs()


@pytest.fixture
def registry():
    return TaskRegistry()


@pytest.fixture
def scheduler(registry, outputs):
    return TaskScheduler(registry, outputs)
