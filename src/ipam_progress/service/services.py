"""The services as Spyne has them: what each operation is called, takes, gives and does.

[MS-IPAMM2] 3.19.4 (IIpamOperationWithProgress) and 3.3.4 (IIpamServer). A method hands the
contract object it was called with to `ctx.udc`, the session or the tasks that the message is for,
and gives back what the reply has to tell, if anything. What they raise is answered by
`ipam_progress.service.application`. Knows no envelope and no state.
"""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final, Protocol

from ipam_progress.contracts.core import IpamOperationWithProgressParameters
from ipam_progress.contracts.enumerations import IpamTaskType
from ipam_progress.contracts.history import GetOperation, GetOperations, RecordedOperation
from ipam_progress.contracts.messages import (
    GetIpamTasksInfo,
    InitializeOperationParameters,
    IsTaskRunning,
    StartOperationWithCallback,
    StartTask,
    TaskLastRunResult,
    TaskLastRuntime,
    TaskNextRuntime,
    TaskRecurrenceDuration,
)
from ipam_progress.contracts.progress import TaskInfo
from ipam_progress.contracts.registry import CONTRACTS, OWN_CONTRACTS, contract_of
from ipam_progress.records import Outcome
from ipam_progress.service._spyne import Service, rpc
from ipam_progress.service.declarations import (
    IPAM_SERVER,
    OPERATION_HISTORY,
    OPERATION_WITH_PROGRESS,
    OPERATIONS,
    RequestOperation,
)
from ipam_progress.service.history import request_id_of
from ipam_progress.service.models import Model, ModelFactory
from ipam_progress.values import DateTime, TimeSpan

__all__ = [
    "IpamServerService",
    "OperationHistory",
    "OperationHistoryService",
    "OperationSession",
    "OperationWithProgressService",
    "ServerTasks",
    "own_models",
    "published_models",
]

_MODELS: Final = ModelFactory(contract_of)


def published_models() -> list[Model]:
    """Give the models of all contracts, for an application to publish with its services."""
    return [_MODELS.model_of(name) for name in CONTRACTS]


def own_models() -> list[Model]:
    """Give the models of the contracts of our own port type."""
    return [_MODELS.model_of(name) for name in OWN_CONTRACTS]


class OperationSession(Protocol):
    """What the requests of IIpamOperationWithProgress are for: a session's state machine."""

    def initialize(self, parameters: IpamOperationWithProgressParameters | None) -> None:
        """Take the parameters of the operation, or raise `IpamError`."""
        ...

    def start(self, request_id: str) -> Future[None] | None:
        """Start the operation, or raise `IpamError`; now, or when the Future is done."""
        ...


class ServerTasks(Protocol):
    """What the requests of IIpamServer are for: the server's recurring tasks.

    All of it raises `IpamError` where the client is to be told a fault.
    """

    def start_task(self, task_type: IpamTaskType, server: str | None) -> None:
        """Trigger a task."""
        ...

    def is_task_running(self, task_type: IpamTaskType) -> bool:
        """Tell whether a task is running."""
        ...

    def task_last_run_result(self, task_type: IpamTaskType) -> int:
        """Tell how the last run of a task ended."""
        ...

    def task_last_run_time(self, task_type: IpamTaskType) -> DateTime:
        """Tell when a task ran last."""
        ...

    def task_next_run_time(self, task_type: IpamTaskType) -> DateTime:
        """Tell when a task will run next by itself."""
        ...

    def task_recurrence(self, task_type: IpamTaskType) -> TimeSpan:
        """Tell how long it is from one run of a task to the next."""
        ...

    def tasks_info(self) -> list[TaskInfo]:
        """Tell how each task stands."""
        ...


class OperationHistory(Protocol):
    """What the requests of our own port type are for: what is on record, as far as one may see it.

    It all comes later, from a store, and fails with `IpamError` where the client is to be told a
    fault.
    """

    def operation(self, request_id: str | None) -> Future[RecordedOperation | None]:
        """Find the operation that was started with a request of this MessageID; None for none."""
        ...

    def operations(self, limit: int, outcome: Outcome | None) -> Future[list[RecordedOperation]]:
        """Give the newest operations; if an outcome is given, those with it."""
        ...


def _operation(request: type[Any]) -> Callable[[Callable[..., Any]], Any]:
    """Make a function the method of an operation.

    Its arguments are the parts of the request, what it gives is the result in the reply.
    """
    operation: RequestOperation = OPERATIONS[request]
    reply: dict[str, Any] = {}
    for member in operation.response.members:  # one at most
        reply = {"_returns": _MODELS.member_model(member), "_out_variable_name": member.name}
    decorator: Callable[[Callable[..., Any]], Any] = rpc(
        *(_MODELS.member_model(member) for member in operation.request.members),
        _args=[member.name for member in operation.request.members],
        _operation_name=operation.name,
        _out_message_name=operation.response.type.name,
        _port_type=operation.port_type,
        _udd={"operation": operation},
        **reply,
    )
    return decorator


# Spyne's methods take the context of the call, and belong to no instance


class OperationWithProgressService(Service):  # type: ignore[misc]  # Spyne has no types
    """Long operations: their parameters first, then the start, [MS-IPAMM2] 3.19.4."""

    __service_name__ = OPERATION_WITH_PROGRESS
    __port_types__ = (OPERATION_WITH_PROGRESS,)

    @_operation(InitializeOperationParameters)
    def initialize_operation_parameters(
        ctx: Any,  # noqa: N805
        parameters: IpamOperationWithProgressParameters | None,
    ) -> None:
        """Take the operation and its parameters, [MS-IPAMM2] 3.19.4.3."""
        session: OperationSession = ctx.udc
        session.initialize(parameters)

    @_operation(StartOperationWithCallback)
    def start_operation_with_callback(ctx: Any) -> Future[None] | None:  # noqa: N805
        """Start the operation, [MS-IPAMM2] 3.19.4.4."""
        session: OperationSession = ctx.udc
        return session.start(request_id_of(str(ctx.inprot_ctx.relates_to)))


class IpamServerService(Service):  # type: ignore[misc]  # Spyne has no types
    """What is served of IIpamServer, [MS-IPAMM2] 3.3.4."""

    __service_name__ = IPAM_SERVER
    __port_types__ = (IPAM_SERVER,)

    @_operation(StartTask)
    def start_task(
        ctx: Any,  # noqa: N805
        task_type: IpamTaskType,
        server: str | None,
    ) -> None:
        """Trigger a recurring task, [MS-IPAMM2] 3.3.4.139."""
        tasks: ServerTasks = ctx.udc
        tasks.start_task(task_type, server)

    @_operation(IsTaskRunning)
    def is_task_running(ctx: Any, task_type: IpamTaskType) -> bool:  # noqa: N805
        """Tell whether a task is running, [MS-IPAMM2] 3.3.4.118."""
        tasks: ServerTasks = ctx.udc
        return tasks.is_task_running(task_type)

    @_operation(TaskLastRunResult)
    def task_last_run_result(ctx: Any, task_type: IpamTaskType) -> int:  # noqa: N805
        """Tell how the last run of a task ended, [MS-IPAMM2] 3.3.4.140."""
        tasks: ServerTasks = ctx.udc
        return tasks.task_last_run_result(task_type)

    @_operation(TaskLastRuntime)
    def task_last_run_time(ctx: Any, task_type: IpamTaskType) -> DateTime:  # noqa: N805
        """Tell when a task ran last, [MS-IPAMM2] 3.3.4.141."""
        tasks: ServerTasks = ctx.udc
        return tasks.task_last_run_time(task_type)

    @_operation(TaskNextRuntime)
    def task_next_run_time(ctx: Any, task_type: IpamTaskType) -> DateTime:  # noqa: N805
        """Tell when a task will run next by itself, [MS-IPAMM2] 3.3.4.142."""
        tasks: ServerTasks = ctx.udc
        return tasks.task_next_run_time(task_type)

    @_operation(TaskRecurrenceDuration)
    def task_recurrence(ctx: Any, task_type: IpamTaskType) -> TimeSpan:  # noqa: N805
        """Tell how long it is from one run of a task to the next, [MS-IPAMM2] 3.3.4.143."""
        tasks: ServerTasks = ctx.udc
        return tasks.task_recurrence(task_type)

    @_operation(GetIpamTasksInfo)
    def tasks_info(ctx: Any) -> list[TaskInfo]:  # noqa: N805
        """Tell how each task stands, [MS-IPAMM2] 3.3.4.80."""
        tasks: ServerTasks = ctx.udc
        return tasks.tasks_info()


class OperationHistoryService(Service):  # type: ignore[misc]  # Spyne has no types
    """How operations go and ended: not of [MS-IPAMM2], which tells it once only."""

    __service_name__ = OPERATION_HISTORY
    __port_types__ = (OPERATION_HISTORY,)

    @_operation(GetOperation)
    def get_operation(
        ctx: Any,  # noqa: N805
        request_id: str | None,
    ) -> Future[RecordedOperation | None]:
        """Tell how an operation goes or ended, which the client's own MessageID names."""
        history: OperationHistory = ctx.udc
        return history.operation(request_id)

    @_operation(GetOperations)
    def get_operations(
        ctx: Any,  # noqa: N805
        limit: int,
        outcome: Outcome | None,
    ) -> Future[list[RecordedOperation]]:
        """Tell how the newest operations go or ended."""
        history: OperationHistory = ctx.udc
        return history.operations(limit, outcome)
