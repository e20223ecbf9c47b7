"""What metrics and page see of a server."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from ipam_progress.events import Counters, EventHub
from ipam_progress.records import TaskRecord

__all__ = ["ObservedServer"]


class ObservedServer(Protocol):
    """A server as those who watch it see it; all of it in the reactor's thread."""

    @property
    def events(self) -> EventHub:
        """Tells what happens."""
        ...

    @property
    def counters(self) -> Counters:
        """What happens too often for an event each."""
        ...

    def tasks_overview(self) -> Sequence[TaskRecord]:
        """Tell how the tasks stand, without waiting for anything: it is called often."""
        ...

    def outbox_depths(self) -> Iterable[int]:
        """Tell how many callbacks wait in each session."""
        ...
