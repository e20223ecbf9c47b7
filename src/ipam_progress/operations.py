"""The integrator's side: which handler runs which operation.

A registry is filled when a program starts and given to its server::

    registry = OperationRegistry()

    @registry.operation("CreateDhcpScope")
    async def create_scope(
        parameters: CreateDhcpScopeParameters, progress: ProgressReporter
    ) -> None:
        async with progress.subtask("Create the scope") as part:
            await part.update(percent=50)

A handler reports through the `ipam_progress.progress.ProgressReporter` it is given. The
operation is completed with success when it returns; what it returns, if anything, is an
`IpamObject` that goes to the client with the final status. An exception ends it with failure: an
`IpamError` is told to the client, the text of any other goes to the log only. How functions are
called is said in `ipam_progress.session.handlers`. Knows no wire and no Twisted.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from ipam_progress.contracts import PARAMETER_TYPES, IpamAdminOperationId, IpamTaskType
from ipam_progress.session.faults import IpamError
from ipam_progress.session.handlers import (
    annotation_of_first,
    check_signature,
    handler_kind,
    name_of,
)
from ipam_progress.session.outputs import HandlerKind
from ipam_progress.tasks import TaskRegistry

__all__ = ["IpamError", "OperationHandler", "OperationRegistry"]

_Function = TypeVar("_Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class OperationHandler:
    """What runs an operation.

    Attributes:
        function: Called with the parameters and the reporter.
        kind: How it is called.
        non_deterministic: Whether nobody can say how much of the operation is done; it is told
            with StartProgressCallback, and no percentage is worked out.
        cancel_when_client_leaves: Whether it is cancelled when its client has gone before the end.
        resumable: Whether it may be called again for an operation that a crash interrupted.
    """

    function: Callable[..., Any]
    kind: HandlerKind
    non_deterministic: bool = False
    cancel_when_client_leaves: bool = False
    resumable: bool = False


class OperationRegistry:
    """Which handler runs which operation, and which task.

    Attributes:
        tasks: The handlers of the server's recurring tasks.
    """

    def __init__(self) -> None:
        self.tasks = TaskRegistry()
        self._handlers: dict[IpamAdminOperationId, OperationHandler] = {}
        self._default: OperationHandler | None = None

    def __iter__(self) -> Iterator[IpamAdminOperationId]:
        """Give the operations that have a handler of their own."""
        return iter(self._handlers)

    def operation(
        self,
        operation_id: IpamAdminOperationId | str,
        *,
        thread: bool | None = None,
        non_deterministic: bool = False,
        cancel_when_client_leaves: bool = False,
        resumable: bool = False,
    ) -> Callable[[_Function], _Function]:
        """Make the decorated function the handler of an operation.

        Args:
            operation_id: The operation, or its name.
            thread: False for a plain function that gives a Deferred or is done at once; other
                plain functions run in a thread.
            non_deterministic: Whether nobody can say how much of the operation is done.
            cancel_when_client_leaves: Whether the handler, a coroutine or what gives a Deferred, is
                cancelled when its client has gone before the end. Else it goes on; handlers that
                run in a thread see it by ``progress.cancelled``.
            resumable: Whether the handler may be called again, with the same parameters, for an
                operation that was interrupted by a crash; ``progress.saved_checkpoint`` then has
                what it saved last. Else the operation is put on record as failed.

        Raises:
            ValueError: If there is no such operation, or if it has a handler already.
            TypeError: If the function cannot be called with parameters and a reporter, says that
                its parameters are of another type than the operation's, or runs in a thread and
                is to be cancelled.
        """
        chosen = _operation_id(operation_id)

        def register(function: _Function) -> _Function:
            handler = _handler(
                function, thread, non_deterministic, cancel_when_client_leaves, resumable
            )
            _check_parameters(function, chosen)
            if chosen in self._handlers:
                raise ValueError(
                    f"operation {chosen.value} has a handler already: "
                    f"{name_of(self._handlers[chosen].function)}"
                )
            self._handlers[chosen] = handler
            return function

        return register

    def default(
        self,
        *,
        thread: bool | None = None,
        non_deterministic: bool = False,
        cancel_when_client_leaves: bool = False,
        resumable: bool = False,
    ) -> Callable[[_Function], _Function]:
        """Make the decorated function the handler of every operation that has none of its own.

        Args:
            thread: As for `operation`.
            non_deterministic: As for `operation`.
            cancel_when_client_leaves: As for `operation`.
            resumable: As for `operation`.

        Raises:
            ValueError: If there is such a handler already.
            TypeError: If the function cannot be called with parameters and a reporter, or runs in
                a thread and is to be cancelled.
        """

        def register(function: _Function) -> _Function:
            handler = _handler(
                function, thread, non_deterministic, cancel_when_client_leaves, resumable
            )
            if self._default is not None:
                raise ValueError(
                    f"there is a default handler already: {name_of(self._default.function)}"
                )
            self._default = handler
            return function

        return register

    def task(
        self,
        task_type: IpamTaskType | str,
        *,
        every: timedelta | None = None,
        concurrent: int = 1,
        thread: bool | None = None,
    ) -> Callable[[_Function], _Function]:
        """Make the decorated function the handler of a task; see `TaskRegistry.task`."""
        return self.tasks.task(task_type, every=every, concurrent=concurrent, thread=thread)

    def find(self, operation_id: IpamAdminOperationId) -> OperationHandler | None:
        """Give what runs an operation; None if nothing does."""
        return self._handlers.get(operation_id, self._default)


def _handler(
    function: Callable[..., Any],
    thread: bool | None,
    non_deterministic: bool,
    cancel_when_client_leaves: bool,
    resumable: bool,
) -> OperationHandler:
    kind = handler_kind(function, thread=thread)
    check_signature(function, ("parameters", "progress"))
    if cancel_when_client_leaves and kind is HandlerKind.THREAD:
        raise TypeError(
            f"{name_of(function)} runs in a thread, and nothing can cancel a thread: leave "
            "cancel_when_client_leaves out and look at progress.cancelled now and then, or make "
            "it `async def`"
        )
    return OperationHandler(function, kind, non_deterministic, cancel_when_client_leaves, resumable)


def _operation_id(named: IpamAdminOperationId | str) -> IpamAdminOperationId:
    if isinstance(named, IpamAdminOperationId):
        return named
    known = {operation_id.value: operation_id for operation_id in PARAMETER_TYPES}
    if named not in known:
        names = ", ".join(sorted(known))
        raise ValueError(f"{named!r} is no operation; the operations are {names}")
    return known[named]


def _check_parameters(function: Callable[..., Any], operation_id: IpamAdminOperationId) -> None:
    """Check that a handler's own word on its parameters is right, before a client finds out."""
    annotated = annotation_of_first(function)
    expected = PARAMETER_TYPES[operation_id]
    if annotated is not None and not issubclass(expected, annotated):
        raise TypeError(
            f"{name_of(function)} takes {annotated.__name__}, but the parameters of operation "
            f"{operation_id.value} are {expected.__name__}"
        )
