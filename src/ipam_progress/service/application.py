"""Spyne applications of the services, with errors told to whom they concern.

Spyne's own `process_request` answers any exception with "Internal Error" and writes every fault to
its log with a traceback. Here an `IpamError` becomes the fault that a client understands, which is
nothing for a log; an exception that nobody made for a client becomes InternalServiceFault, and goes
to the hook of the application's owner. Knows no messages and no states.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final

from ipam_progress.namespaces import HISTORY, IPAM
from ipam_progress.service._spyne import Application, ProtocolBase, Service
from ipam_progress.service.declarations import (
    IPAM_SERVER,
    OPERATION_HISTORY,
    OPERATION_WITH_PROGRESS,
)
from ipam_progress.service.faults import RequestFault, fault_of
from ipam_progress.service.models import Model
from ipam_progress.service.protocol import EnvelopeProtocol
from ipam_progress.service.services import (
    IpamServerService,
    OperationHistoryService,
    OperationWithProgressService,
    own_models,
    published_models,
)
from ipam_progress.service.text_protocol import TextProtocol
from ipam_progress.soap import internal_service_fault

__all__ = [
    "FailureHook",
    "IpamApplication",
    "ipam_server_application",
    "log_failure",
    "operation_history_application",
    "operation_with_progress_application",
    "text_tasks_application",
]

FailureHook = Callable[[str, BaseException], None]
"""Takes what failed, in words, and the exception with its traceback."""

_LOGGER: Final = logging.getLogger("ipam_progress.service")


def log_failure(description: str, error: BaseException) -> None:
    """Write a failure to Python's own log: what is done where no other hook is given."""
    _LOGGER.error("%s failed", description, exc_info=error)


class IpamApplication(Application):  # type: ignore[misc]  # Spyne has no types
    """One service, in one protocol.

    Spyne's events are fired as its documentation has them: method_call, method_return_object and
    method_exception_object by the application, others by protocol, context and transport.

    Attributes:
        failed: The hook for exceptions that nobody made for a client.

    Args:
        service: The service.
        name: Its port type.
        failed: The hook for exceptions that nobody made for a client.
        namespace: Of the port type.
        models: Gives the models to publish with it.
        protocol: Makes what reads requests, and what writes replies.
    """

    def __init__(
        self,
        service: type[Service],
        name: str,
        failed: FailureHook = log_failure,
        *,
        namespace: str = IPAM,
        models: Callable[[], list[Model]] = published_models,
        protocol: Callable[[], ProtocolBase] = EnvelopeProtocol,
    ) -> None:
        self.failed = failed
        super().__init__(
            [service],
            tns=namespace,
            name=name,
            in_protocol=protocol(),
            out_protocol=protocol(),
            classes=models(),
        )

    def process_request(self, ctx: Any) -> None:
        """Call the method of a context; its exception becomes `ctx.out_error`.

        Where the method gives a Future, that becomes `ctx.inprot_ctx.awaited`, and
        `complete_request` is to follow when it is done.
        """
        try:
            ctx.fire_event("method_call")
            result = self.call_wrapper(ctx)
            if isinstance(result, Future):
                if not result.done():
                    ctx.inprot_ctx.awaited = result
                    return
                result = result.result()
            self._returned(ctx, result)
        except Exception as error:  # noqa: BLE001 (whatever it is, it must not end the session)
            self.fail(ctx, error)

    def complete_request(self, ctx: Any, result: Future[Any]) -> None:
        """Take what the method of a context has come to."""
        try:
            self._returned(ctx, result.result())
        except Exception as error:  # noqa: BLE001 (whatever it is, it must not end the session)
            self.fail(ctx, error)

    @staticmethod
    def _returned(ctx: Any, result: Any) -> None:
        ctx.out_object = [result]
        ctx.protocol = ctx.outprot_ctx
        ctx.fire_event("method_return_object")

    def fail(self, ctx: Any, error: Exception) -> None:
        """Let a call end with an exception: a fault for the client, or a case for the hook."""
        fault = fault_of(error, ctx.method_request_string)
        if fault is None:
            self.failed(f"the answer to {ctx.method_request_string}", error)
            fault = RequestFault(internal_service_fault())
        ctx.out_error = fault
        ctx.protocol = ctx.outprot_ctx
        try:
            ctx.fire_event("method_exception_object")
        except Exception as listener_error:  # noqa: BLE001 (the fault has to go out all the same)
            self.failed("a listener of method_exception_object", listener_error)


def operation_with_progress_application(failed: FailureHook = log_failure) -> IpamApplication:
    """Make the application of IIpamOperationWithProgress; `ctx.udc` is an `OperationSession`."""
    return IpamApplication(OperationWithProgressService, OPERATION_WITH_PROGRESS, failed)


def ipam_server_application(failed: FailureHook = log_failure) -> IpamApplication:
    """Make the application of IIpamServer; `ctx.udc` is a `ServerTasks`."""
    return IpamApplication(IpamServerService, IPAM_SERVER, failed)


def text_tasks_application(failed: FailureHook = log_failure) -> IpamApplication:
    """Make the application of IIpamServer for messages in text; `ctx.udc` is a `ServerTasks`."""
    return IpamApplication(
        IpamServerService, IPAM_SERVER, failed, models=list, protocol=TextProtocol
    )


def operation_history_application(failed: FailureHook = log_failure) -> IpamApplication:
    """Make the application of our own port type; `ctx.udc` is an `OperationHistory`."""
    return IpamApplication(
        OperationHistoryService, OPERATION_HISTORY, failed, namespace=HISTORY, models=own_models
    )
