"""A connection that only writes down what a session asks of it."""

from concurrent.futures import Future

import pytest

from ipam_progress.contracts import CreateDhcpScopeParameters, IpamAdminOperationId
from ipam_progress.operations import OperationRegistry
from ipam_progress.session.server import ServerSession


class RecordedTimer:
    def __init__(self, due, call):
        self.due = due
        self.call = call
        self.cancelled = False

    def cancel(self):
        assert not self.cancelled
        assert self.call is not None, "cancelled after it had run"
        self.cancelled = True


class ManualWaiter:
    """Yields itself once; whoever drives the coroutine goes on when `woken`."""

    def __init__(self):
        self.woken = False

    def __await__(self):
        if not self.woken:
            yield self

    def wake(self):
        assert not self.woken
        self.woken = True


class RecordedOutputs:
    """Fulfils SessionOutputs; `trace` has what was asked, in order.

    Where records take time, `recording` has what waits to be on record.
    """

    def __init__(self, *, records_take_time=False):
        self.records_take_time = records_take_time
        self.recording = []
        self.starts = []
        self.cancelled = []
        self.trace = []
        self.calls = []
        self.timers = []
        self.failures = []
        self.now = 1000.0
        self.at_once = None

    def callbacks_ready(self):
        self.trace.append("callbacks_ready")

    def run_handler(self, call):
        self.trace.append("run_handler")
        self.calls.append(call)
        if self.at_once is not None:
            self.at_once(call)
        return lambda: self.cancelled.append(call)

    def record_start(self, start):
        self.trace.append("record_start")
        self.starts.append(start)
        return self._record()

    def sendable(self, final):
        return final

    def record_end(self, final):
        self.trace.append(f"record_end {final.overallStatus.name}")
        return self._record()

    def record_end_seen(self):
        self.trace.append("record_end_seen")

    def _record(self):
        if not self.records_take_time:
            return None
        self.recording.append(Future())
        return self.recording[-1]

    def log_failure(self, description, error):
        self.failures.append((description, error))

    def end(self):
        self.trace.append("end")

    def abort(self, reason):
        self.trace.append(f"abort: {reason}")

    def schedule(self, seconds, call):
        timer = RecordedTimer(self.now + seconds, call)
        self.timers.append(timer)
        return timer

    def seconds(self):
        return self.now

    def create_waiter(self):
        return ManualWaiter()

    @property
    def pending(self):
        return [timer for timer in self.timers if not timer.cancelled and timer.call is not None]

    def advance(self, seconds):
        """Let time pass, and what is due happen when it is due."""
        end = self.now + seconds
        while due := [timer for timer in self.pending if timer.due <= end]:
            timer = min(due, key=lambda timer: timer.due)
            self.now = max(self.now, timer.due)
            call, timer.call = timer.call, None
            call()
        self.now = end


class Scenario:
    """A session with its connection, brought to where a test begins."""

    def __init__(self, *, records_take_time=False, **options):
        self.outputs = RecordedOutputs(records_take_time=records_take_time)
        self.registry = OperationRegistry()
        self.parameters = CreateDhcpScopeParameters(
            OperationId=IpamAdminOperationId.CreateDhcpScope
        )

        @self.registry.operation("CreateDhcpScope", thread=False)
        def create_scope(parameters, progress):
            return parameters, progress

        self.session = ServerSession(self.registry, self.outputs, **options)

    def another(self):
        return Scenario(records_take_time=self.outputs.records_take_time)

    @property
    def call(self):
        return self.outputs.calls[0]

    @property
    def progress(self):
        parameters, progress = self.call.invoke()
        assert parameters is self.parameters
        return progress

    def run_to_started(self):
        self.session.initialize(self.parameters)
        self.session.start()

    def sent(self):
        """Take everything from the outbox; names, and the values of what has only one."""
        return [brief(message) for message in self.session.outbox.take_all()]


def brief(message):
    name = type(message).__name__
    match name:
        case "StartProgressCallback":
            return (name, message.isNonDeterministic)
        case "AddSubTask":
            instance = message.subTaskInstance
            return (name, instance.SubTaskInstanceId, instance.SubTaskName)
        case "SetSubTaskStatus":
            return (
                name,
                message.subTaskInstance.SubTaskInstanceId,
                message.status.name,
                str(message.percentComplete),
            )
        case "SetCompletionPercentage":
            return (name, str(message.completionPercentage))
    return (name, message.overallStatus.name)


@pytest.fixture
def scenario():
    return Scenario


@pytest.fixture
def outputs():
    return RecordedOutputs()
