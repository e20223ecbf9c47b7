"""The two services as Spyne has them: what each operation is called, takes, gives and does.

[MS-IPAMM2] 3.19.4 (IIpamOperationWithProgress) and 3.3.4.139 (IIpamServer). A method hands the
contract object it was called with to `ctx.udc`, the session or the starter of tasks that the
message is for, and gives nothing back: every reply of these operations is empty. What they raise is
answered by `ipam_progress.service.application`. Knows no envelope and no state.
"""

from collections.abc import Callable
from typing import Any, Final, Protocol

from ipam_progress.contracts.core import IpamOperationWithProgressParameters
from ipam_progress.contracts.enumerations import IpamTaskType
from ipam_progress.contracts.messages import (
    InitializeOperationParameters,
    StartOperationWithCallback,
    StartTask,
)
from ipam_progress.contracts.registry import CONTRACTS, contract_of
from ipam_progress.service._spyne import Service, rpc
from ipam_progress.service.declarations import (
    IPAM_SERVER,
    OPERATION_WITH_PROGRESS,
    OPERATIONS,
    RequestOperation,
)
from ipam_progress.service.models import Model, ModelFactory

__all__ = [
    "IpamServerService",
    "OperationSession",
    "OperationWithProgressService",
    "TaskStarter",
    "published_models",
]

_MODELS: Final = ModelFactory(contract_of)


def published_models() -> list[Model]:
    """Give the models of all contracts, for an application to publish with its services."""
    return [_MODELS.model_of(name) for name in CONTRACTS]


class OperationSession(Protocol):
    """What the requests of IIpamOperationWithProgress are for: a session's state machine."""

    def initialize(self, parameters: IpamOperationWithProgressParameters | None) -> None:
        """Take the parameters of the operation, or raise `IpamError`."""
        ...

    def start(self) -> None:
        """Start the operation, or raise `IpamError`."""
        ...


class TaskStarter(Protocol):
    """What StartTask is for."""

    def start_task(self, task_type: IpamTaskType, server: str | None) -> None:
        """Trigger a task, or raise `IpamError`."""
        ...


def _operation(request: type[Any]) -> Callable[[Callable[..., None]], Any]:
    """Make a function the method of an operation; its arguments are the parts of the request."""
    operation: RequestOperation = OPERATIONS[request]
    decorator: Callable[[Callable[..., None]], Any] = rpc(
        *(_MODELS.member_model(member) for member in operation.request.members),
        _args=[member.name for member in operation.request.members],
        _operation_name=operation.name,
        _out_message_name=operation.response.type.name,
        _port_type=operation.port_type,
        _udd={"operation": operation},
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
    def start_operation_with_callback(ctx: Any) -> None:  # noqa: N805
        """Start the operation, [MS-IPAMM2] 3.19.4.4."""
        session: OperationSession = ctx.udc
        session.start()


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
        starter: TaskStarter = ctx.udc
        starter.start_task(task_type, server)
