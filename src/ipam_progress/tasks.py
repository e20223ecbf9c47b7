"""The server's recurring tasks, and what starts one when a client asks ([MS-IPAMM2] 3.3.4.139).

StartTask signals an interest: it returns when the task has been triggered, not when it is done.
A handler takes the name of the server that the client gave, or None::

    @registry.task(IpamTaskType.Discovery)
    def discover(server: str | None) -> None: ...

How often tasks run by themselves is the program's own affair. Knows no wire and no Twisted: what
runs a handler is an `ipam_progress.session.outputs.HandlerRunner`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from ipam_progress.contracts import IpamExceptionId, IpamTaskType
from ipam_progress.session.faults import IpamError
from ipam_progress.session.handlers import check_signature, handler_kind, name_of
from ipam_progress.session.outputs import HandlerCall, HandlerKind, HandlerRunner

__all__ = ["TaskHandler", "TaskRegistry"]

_Function = TypeVar("_Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class TaskHandler:
    """What runs a task.

    Attributes:
        task_type: The task.
        function: Called with the server's name, or None.
        kind: How it is called.
    """

    task_type: IpamTaskType
    function: Callable[..., Any]
    kind: HandlerKind


class TaskRegistry:
    """Which handler runs which task."""

    def __init__(self) -> None:
        self._handlers: dict[IpamTaskType, TaskHandler] = {}

    def __iter__(self) -> Iterator[TaskHandler]:
        return iter(self._handlers.values())

    def __len__(self) -> int:
        return len(self._handlers)

    def task(
        self, task_type: IpamTaskType | str, *, thread: bool | None = None
    ) -> Callable[[_Function], _Function]:
        """Make the decorated function the handler of a task.

        Args:
            task_type: The task, or its name.
            thread: False for a plain function that gives a Deferred or is done at once; other
                plain functions run in a thread (see `ipam_progress.session.handlers`).

        Raises:
            ValueError: If there is no such task, or if it has a handler already.
            TypeError: If the function cannot be called with a server's name.
        """
        chosen = _task_type(task_type)

        def register(function: _Function) -> _Function:
            kind = handler_kind(function, thread=thread)
            check_signature(function, ("server",))
            if chosen in self._handlers:
                raise ValueError(
                    f"task {chosen.value} has a handler already: "
                    f"{name_of(self._handlers[chosen].function)}"
                )
            self._handlers[chosen] = TaskHandler(chosen, function, kind)
            return function

        return register

    def start(
        self, task_type: IpamTaskType | None, server: str | None, runner: HandlerRunner
    ) -> None:
        """Trigger a task; it runs on after this has returned ([MS-IPAMM2] 3.3.4.139).

        The specification does not say what an unknown task is answered with; it is
        IpamApiTaskDoesNotExist, a fault as the sibling operations give.

        Args:
            task_type: What the client asks for.
            server: The server that the client names, if any.
            runner: Runs the handler and logs what it raises.

        Raises:
            IpamError: IpamApiInvalidParameter for no task at all, IpamApiTaskDoesNotExist for
                one that has no handler.
        """
        if not isinstance(task_type, IpamTaskType) or task_type is IpamTaskType.None_:
            raise IpamError(
                IpamExceptionId.IpamApiInvalidParameter,
                "StartTask needs a taskType other than None.",
            )
        handler = self._handlers.get(task_type)
        if handler is None:
            raise IpamError(
                IpamExceptionId.IpamApiTaskDoesNotExist,
                f"The task {task_type.value} does not exist on this server.",
            )
        description = f"task {task_type.value}"
        runner.run_handler(
            HandlerCall(
                description=description,
                kind=handler.kind,
                invoke=partial(handler.function, server),
                returned=_ignore,
                failed=partial(runner.log_failure, description),
            )
        )


def _ignore(_result: object) -> None:
    """Let the result of a task go: nobody waits for it."""


def _task_type(named: IpamTaskType | str) -> IpamTaskType:
    known = {task.value: task for task in IpamTaskType if task is not IpamTaskType.None_}
    task_type = known.get(named.value if isinstance(named, IpamTaskType) else named)
    if task_type is None:
        raise ValueError(f"{named!r} is no task; the tasks are {', '.join(known)}")
    return task_type
