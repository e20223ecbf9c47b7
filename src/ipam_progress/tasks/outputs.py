"""What the tasks of a server ask of the world: handlers run, time, a record of each run.

`ipam_progress.net.task_outputs` has the one that works with Twisted. Everything is called in the
reactor's thread.
"""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Protocol

from ipam_progress.records import TaskRecord, TaskRunRecord
from ipam_progress.session.faults import IpamError
from ipam_progress.session.outputs import HandlerRunner, Timer

__all__ = ["TaskOutputs"]


class TaskOutputs(HandlerRunner, Protocol):
    """What a `TaskScheduler` asks of its server."""

    def now(self) -> datetime:
        """Tell the time of day, aware, in UTC."""
        ...

    def schedule(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Call back in the reactor's thread when so much time has passed."""
        ...

    def refusal(self) -> IpamError | None:
        """Tell why no run can begin now: its start could not be put on record. None if it can."""
        ...

    def record_start(self, run: TaskRunRecord, task: TaskRecord) -> Future[None] | None:
        """Put on record that a run is about to begin.

        Args:
            run: The run.
            task: How the task will stand then; its state does not count.

        Returns:
            What is done, in the reactor's thread, when it is on record for good, or fails; None
            where nothing has to be waited for.
        """
        ...

    def record_end(self, run: TaskRunRecord, task: TaskRecord) -> Future[None] | None:
        """Put on record how a run ended: arguments and result are as for `record_start`."""
        ...

    def started(self, run: TaskRunRecord) -> None:
        """Tell those who listen that a run begins; it is on record."""
        ...

    def ended(self, run: TaskRunRecord) -> None:
        """Tell those who listen that a run has ended; that is on record if it could be."""
        ...

    def warn(self, text: str) -> None:
        """Write a line into the log."""
        ...
