"""The operations of the services: their names, their Actions and their messages, as data.

[MS-IPAMM2] 3.3.4, 3.19.4 and 3.21.4, and a port type of our own. Everything that sends or takes
a message of these services goes by these declarations: the Spyne services, the callbacks and the
client. An Action follows from namespace, port type and operation, as the published WSDL has it.
Knows nothing of Spyne and octets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ipam_progress.contracts.history import (
    GetOperation,
    GetOperationResponse,
    GetOperations,
    GetOperationsResponse,
)
from ipam_progress.contracts.messages import (
    AddSubTask,
    GetIpamTasksInfo,
    GetIpamTasksInfoResponse,
    InitializeOperationParameters,
    InitializeOperationParametersResponse,
    IsTaskRunning,
    IsTaskRunningResponse,
    SetCompletionPercentage,
    SetOverallStatus,
    SetSubTaskStatus,
    StartOperationWithCallback,
    StartOperationWithCallbackResponse,
    StartProgressCallback,
    StartTask,
    StartTaskResponse,
    TaskLastRunResult,
    TaskLastRunResultResponse,
    TaskLastRuntime,
    TaskLastRuntimeResponse,
    TaskNextRuntime,
    TaskNextRuntimeResponse,
    TaskRecurrenceDuration,
    TaskRecurrenceDurationResponse,
)
from ipam_progress.contracts.model import MessageContract
from ipam_progress.contracts.registry import message_for
from ipam_progress.errors import SerializationError
from ipam_progress.namespaces import IPAM

__all__ = [
    "CALLBACKS",
    "CALLBACKS_BY_ACTION",
    "FAULT_SUFFIX",
    "IPAM_SERVER",
    "KEEPALIVE",
    "OPERATIONS",
    "OPERATIONS_BY_ACTION",
    "OPERATION_HISTORY",
    "OPERATION_WITH_PROGRESS",
    "CallbackOperation",
    "RequestOperation",
    "action_of",
]

OPERATION_WITH_PROGRESS: Final = "IIpamOperationWithProgress"
"""The port type of long operations, [MS-IPAMM2] 3.19."""

IPAM_SERVER: Final = "IIpamServer"
"""The port type of everything that is done at once, [MS-IPAMM2] 3.3; tasks are served of it."""

OPERATION_HISTORY: Final = "IOperationHistory"
"""The port type of our own, with which clients ask how their operations ended."""

KEEPALIVE: Final = "Microsoft.WindowsServerSolutions.Common.ProviderFramework.Keepalive"
"""The Action of the message that only says "still here", [MS-IPAMM2] 2.2.2.2. It is no IRI."""

FAULT_SUFFIX: Final = "IpamExceptionFault"
"""What the Action of a fault with an IpamException detail adds to that of its request.

The name that WCF gives to a fault contract without one of its own, which the published WSDL
leaves open: operation, name of the detail's type, "Fault".
"""


@dataclass(frozen=True, slots=True)
class RequestOperation:
    """An operation that is answered: a request, then a reply or a fault.

    Attributes:
        port_type: Where it belongs.
        name: Its name, also that of its request's body.
        request: Contract of the request's body.
        response: Contract of the reply's body.
        result: The part of the reply that has the result; None where a reply says no more than
            that all is well.
        action: wsa:Action of the request.
        reply_action: wsa:Action of the reply.
        fault_action: wsa:Action of a fault whose detail is an IpamException.
    """

    port_type: str
    name: str
    request: MessageContract
    response: MessageContract
    result: str | None
    action: str
    reply_action: str
    fault_action: str


@dataclass(frozen=True, slots=True)
class CallbackOperation:
    """An operation that the server calls on its client, one way.

    Attributes:
        name: Its name, also that of its body.
        message: Contract of its body.
        action: wsa:Action, with the name of the service's port type: WCF sends it so, and the
            document's own captures have it so.
        other_action: The wsa:Action of [MS-IPAMM2] 3.21.4, with the name of the callback's port
            type. It is understood too, and never sent.
    """

    name: str
    message: MessageContract
    action: str
    other_action: str


def _request(port_type: str, request: type[Any], response: type[Any]) -> RequestOperation:
    contract, answer = message_for(request), message_for(response)
    name = contract.type.name
    action = f"{contract.type.namespace}/{port_type}/{name}"
    return RequestOperation(
        port_type=port_type,
        name=name,
        request=contract,
        response=answer,
        result=answer.members[0].name if answer.members else None,
        action=action,
        reply_action=f"{action}Response",
        fault_action=action + FAULT_SUFFIX,
    )


def _callback(message: type[Any]) -> CallbackOperation:
    contract = message_for(message)
    name = contract.type.name
    return CallbackOperation(
        name=name,
        message=contract,
        action=f"{IPAM}/{OPERATION_WITH_PROGRESS}/{name}",
        other_action=f"{IPAM}/{OPERATION_WITH_PROGRESS}Callback/{name}",
    )


OPERATIONS: Final[Mapping[type[Any], RequestOperation]] = {
    operation.request.python: operation
    for operation in (
        _request(
            OPERATION_WITH_PROGRESS,
            InitializeOperationParameters,
            InitializeOperationParametersResponse,
        ),
        _request(
            OPERATION_WITH_PROGRESS,
            StartOperationWithCallback,
            StartOperationWithCallbackResponse,
        ),
        _request(IPAM_SERVER, StartTask, StartTaskResponse),
        _request(IPAM_SERVER, IsTaskRunning, IsTaskRunningResponse),
        _request(IPAM_SERVER, TaskLastRunResult, TaskLastRunResultResponse),
        _request(IPAM_SERVER, TaskLastRuntime, TaskLastRuntimeResponse),
        _request(IPAM_SERVER, TaskNextRuntime, TaskNextRuntimeResponse),
        _request(IPAM_SERVER, TaskRecurrenceDuration, TaskRecurrenceDurationResponse),
        _request(IPAM_SERVER, GetIpamTasksInfo, GetIpamTasksInfoResponse),
        _request(OPERATION_HISTORY, GetOperation, GetOperationResponse),
        _request(OPERATION_HISTORY, GetOperations, GetOperationsResponse),
    )
}
"""What is served, by the class of the request's body."""

OPERATIONS_BY_ACTION: Final[Mapping[str, RequestOperation]] = {
    operation.action: operation for operation in OPERATIONS.values()
}

CALLBACKS: Final[Mapping[type[Any], CallbackOperation]] = {
    message: _callback(message)
    for message in (
        StartProgressCallback,
        AddSubTask,
        SetSubTaskStatus,
        SetCompletionPercentage,
        SetOverallStatus,
    )
}
"""What the server calls on the client of a long operation, by the class of the body."""

CALLBACKS_BY_ACTION: Final[Mapping[str, CallbackOperation]] = {
    action: callback
    for callback in CALLBACKS.values()
    for action in (callback.action, callback.other_action)
}
"""The same by either Action."""


def action_of(
    message: object, kind: str, declared: Mapping[type[Any], RequestOperation | CallbackOperation]
) -> str:
    """Give the wsa:Action that a message is sent with.

    Args:
        message: An object of `ipam_progress.contracts.messages`.
        kind: What it has to be, in a word for people: ``callback``.
        declared: Those that there are of this kind.

    Raises:
        SerializationError: If it is none of them.
    """
    try:
        return declared[message.__class__].action
    except KeyError:
        raise SerializationError(
            f"{message.__class__.__name__} is no {kind}: the {kind}s are "
            + ", ".join(operation.name for operation in declared.values())
        ) from None
