"""What the tasks of a server have of it: its thread, its clock, its log; records, and listeners."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any, ClassVar

from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger

from ipam_progress.events import EventHub, TaskRunEnded, TaskRunStarted
from ipam_progress.net.recorder import Recorder
from ipam_progress.net.runner import TwistedHandlerRunner
from ipam_progress.records import TaskRecord, TaskRunRecord, TaskTrigger
from ipam_progress.session.faults import IpamError
from ipam_progress.session.outputs import HandlerCall

__all__ = ["TaskOutputs"]


class TaskOutputs:
    """An `ipam_progress.tasks.TaskOutputs`.

    Args:
        runner: Calls the handlers.
        recorder: Puts runs on record.
        events: Who listens.
        reactor: Calls back.
    """

    _log: ClassVar[Logger] = Logger()

    def __init__(
        self, runner: TwistedHandlerRunner, recorder: Recorder, events: EventHub, reactor: Any
    ) -> None:
        self._events = events
        self._reactor = reactor
        self._recorder = recorder
        self._runner = runner

    def now(self) -> datetime:
        """Tell the time of day; not the reactor's, whose clock may count from anywhere."""
        return datetime.now(UTC)

    def schedule(self, seconds: float, call: Callable[[], None]) -> IDelayedCall:
        """Call back later."""
        later: IDelayedCall = self._reactor.callLater(seconds, call)
        return later

    def refusal(self) -> IpamError | None:
        """Refuse what cannot be put on record."""
        return self._recorder.refusal()

    def record_start(self, run: TaskRunRecord, task: TaskRecord) -> Future[None] | None:
        """Put on record that a run is about to begin."""
        return self._recorder.begin_run(run, task)

    def record_end(self, run: TaskRunRecord, task: TaskRecord) -> Future[None] | None:
        """Put on record how a run ended."""
        return self._recorder.end_run(run, task)

    def started(self, run: TaskRunRecord) -> None:
        """Tell those who listen."""
        self._events.publish(TaskRunStarted(run))

    def ended(self, run: TaskRunRecord) -> None:
        """Tell those who listen; the log tells of runs that nobody asked for."""
        self._events.publish(TaskRunEnded(run))
        if run.trigger is TaskTrigger.SCHEDULE:
            self._log.info(
                "task {task} has run: {outcome}", task=run.task_type, outcome=run.outcome.value
            )

    def warn(self, text: str) -> None:
        """Write a line into the log."""
        self._log.warn("{text}", text=text)

    def run_handler(self, call: HandlerCall) -> Callable[[], None]:
        """Run a handler."""
        return self._runner.run_handler(call)

    def log_failure(self, description: str, error: BaseException) -> None:
        """Log what a handler raised."""
        self._runner.log_failure(description, error)
