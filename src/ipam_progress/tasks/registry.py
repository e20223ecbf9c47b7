"""Which function runs which task, and how often: the integrator's side.

A handler takes the name of the server that a client named, or None for all of them::

    @registry.task(IpamTaskType.Discovery, every=timedelta(hours=24))
    def discover(server: str | None) -> None: ...

What it returns is the number by which clients are told how the run ended: an int, or None for 0,
which is success. An exception is logged and counts as 1. Knows no scheduler.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final, TypeVar

from ipam_progress.contracts import IpamTaskType
from ipam_progress.session.handlers import check_signature, handler_kind, name_of
from ipam_progress.session.outputs import HandlerKind

__all__ = ["LONGEST_RECURRENCE", "TASK_TYPES", "TaskHandler", "TaskRegistry", "task_type_of"]

_Function = TypeVar("_Function", bound=Callable[..., Any])

TASK_TYPES: Final[tuple[IpamTaskType, ...]] = tuple(
    task for task in IpamTaskType if task is not IpamTaskType.None_
)
"""The eight tasks, in the protocol's order."""

LONGEST_RECURRENCE: Final = timedelta(days=3650)
"""The longest time from one run of a task to the next."""

_SHORTEST: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class TaskHandler:
    """What runs a task.

    Attributes:
        task_type: The task.
        function: Called with the server's name, or None.
        kind: How it is called.
        every: How long it is from the start of one run to the next; None if the task runs only
            when it is asked for.
        concurrent: How many runs there may be at once.
        enabled: Whether it runs at all.
    """

    task_type: IpamTaskType
    function: Callable[..., Any]
    kind: HandlerKind
    every: timedelta | None = None
    concurrent: int = 1
    enabled: bool = True

    def __post_init__(self) -> None:
        if self.every is not None and not _SHORTEST <= self.every <= LONGEST_RECURRENCE:
            raise ValueError(
                f"task {self.task_type.value}: the time from one run to the next must be from "
                f"{_SHORTEST.seconds} second to {LONGEST_RECURRENCE.days} days, not {self.every}"
            )
        if self.concurrent < 1:
            raise ValueError(
                f"task {self.task_type.value}: there must be room for 1 run at least, "
                f"not {self.concurrent}"
            )


class TaskRegistry:
    """Which handler runs which task.

    A scheduler goes by what is here when it starts.
    """

    def __init__(self) -> None:
        self._handlers: dict[IpamTaskType, TaskHandler] = {}

    def __iter__(self) -> Iterator[TaskHandler]:
        return iter(self._handlers.values())

    def __len__(self) -> int:
        return len(self._handlers)

    def find(self, task_type: IpamTaskType) -> TaskHandler | None:
        """Give what runs a task; None if nothing does."""
        return self._handlers.get(task_type)

    def task(
        self,
        task_type: IpamTaskType | str,
        *,
        every: timedelta | None = None,
        concurrent: int = 1,
        thread: bool | None = None,
    ) -> Callable[[_Function], _Function]:
        """Make the decorated function the handler of a task.

        Args:
            task_type: The task, or its name.
            every: How long it is from the start of one run to the next; None if it runs only when
                a client or the program asks for it.
            concurrent: How many runs there may be at once; more wait for their turn.
            thread: False for a plain function that gives a Deferred or is done at once; other
                plain functions run in a thread (see `ipam_progress.session.handlers`).

        Raises:
            ValueError: If there is no such task, if it has a handler already, or if a number is
                out of range.
            TypeError: If the function cannot be called with a server's name.
        """
        chosen = task_type_of(task_type)

        def register(function: _Function) -> _Function:
            kind = handler_kind(function, thread=thread)
            check_signature(function, ("server",))
            if chosen in self._handlers:
                raise ValueError(
                    f"task {chosen.value} has a handler already: "
                    f"{name_of(self._handlers[chosen].function)}"
                )
            self._handlers[chosen] = TaskHandler(chosen, function, kind, every, concurrent)
            return function

        return register

    # What whoever runs the program may want to be otherwise than whoever wrote it:

    def recur(self, task_type: IpamTaskType | str, every: timedelta | None) -> None:
        """Let a task run again after another time; None never by itself.

        Raises:
            ValueError: If there is no such task here, or if the time is too short or too long.
        """
        self._adjust(task_type, every=every)

    def limit(self, task_type: IpamTaskType | str, concurrent: int) -> None:
        """Allow another number of runs of a task at once.

        Raises:
            ValueError: If there is no such task here, or if the number is less than 1.
        """
        self._adjust(task_type, concurrent=concurrent)

    def disable(self, task_type: IpamTaskType | str) -> None:
        """Let a task run no more, neither by itself nor when it is asked for.

        Raises:
            ValueError: If there is no such task here.
        """
        self._adjust(task_type, enabled=False)

    def _adjust(self, task_type: IpamTaskType | str, **changes: Any) -> None:
        chosen = task_type_of(task_type)
        if chosen not in self._handlers:
            raise ValueError(f"the program has no handler for the task {chosen.value}")
        self._handlers[chosen] = replace(self._handlers[chosen], **changes)


def task_type_of(named: IpamTaskType | str) -> IpamTaskType:
    """Find a task by its name.

    Raises:
        ValueError: If there is none.
    """
    known = {task.value: task for task in TASK_TYPES}
    task_type = known.get(named.value if isinstance(named, IpamTaskType) else named)
    if task_type is None:
        raise ValueError(f"{named!r} is no task; the tasks are {', '.join(known)}")
    return task_type
