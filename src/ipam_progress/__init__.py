"""Long-running operations of Windows IPAM ([MS-IPAMM2]) over WCF's net.tcp: server and client.

A server is a registry of handlers and something that listens::

    from ipam_progress import ManagementServer, OperationRegistry

    registry = OperationRegistry()

    @registry.operation("CreateDhcpScope")
    async def create_scope(parameters, progress):
        async with progress.subtask("Create the scope") as part:
            await part.update(percent=50)

    ManagementServer(registry).run()

`ManagementClient` is the other side. The names below are what programs use. Beside them are the
types of the protocol (parameters, enumerations) in `ipam_progress.contracts`, what a server tells
its program in `ipam_progress.events`, what a client is told in `ipam_progress.tracking`, who may do
what in `ipam_progress.security`, `ipam_progress.identity` and `ipam_progress.authorization`, or as
a file says it in `ipam_progress.configuration`.

Modules are imported when a name of theirs is first used, so a program that handles parameters alone
does not wait for Twisted.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ipam_progress.errors import (
        ConnectionLostError,
        IpamProgressError,
        LocalProtocolError,
        RemoteProtocolError,
        RequestTimeoutError,
    )
    from ipam_progress.limits import Limits
    from ipam_progress.monitoring import MonitoringService
    from ipam_progress.net.client import ManagementClient, RunningOperation
    from ipam_progress.net.server import ManagementServer
    from ipam_progress.operations import IpamError, OperationRegistry
    from ipam_progress.progress import ProgressPart, ProgressReporter, Subtask
    from ipam_progress.publishing import PublishingService
    from ipam_progress.records import OperationRecord, Outcome
    from ipam_progress.service.client import SoapFaultError
    from ipam_progress.session.keepalive import KeepaliveMode
    from ipam_progress.store import Store
    from ipam_progress.tracking import ProgressSnapshot, ProgressTracker
    from ipam_progress.values import DateTime, DateTimeKind, TimeSpan

    __version__: str

__all__ = [
    "ConnectionLostError",
    "DateTime",
    "DateTimeKind",
    "IpamError",
    "IpamProgressError",
    "KeepaliveMode",
    "Limits",
    "LocalProtocolError",
    "ManagementClient",
    "ManagementServer",
    "MonitoringService",
    "OperationRecord",
    "OperationRegistry",
    "Outcome",
    "ProgressPart",
    "ProgressReporter",
    "ProgressSnapshot",
    "ProgressTracker",
    "PublishingService",
    "RemoteProtocolError",
    "RequestTimeoutError",
    "RunningOperation",
    "SoapFaultError",
    "Store",
    "Subtask",
    "TimeSpan",
    "__version__",
]

_HOMES: Final = {
    "ConnectionLostError": "errors",
    "DateTime": "values",
    "DateTimeKind": "values",
    "IpamError": "operations",
    "IpamProgressError": "errors",
    "KeepaliveMode": "session.keepalive",
    "Limits": "limits",
    "LocalProtocolError": "errors",
    "ManagementClient": "net.client",
    "ManagementServer": "net.server",
    "MonitoringService": "monitoring",
    "OperationRecord": "records",
    "OperationRegistry": "operations",
    "Outcome": "records",
    "ProgressPart": "progress",
    "ProgressReporter": "progress",
    "ProgressSnapshot": "tracking",
    "ProgressTracker": "tracking",
    "PublishingService": "publishing",
    "RemoteProtocolError": "errors",
    "RequestTimeoutError": "errors",
    "RunningOperation": "net.client",
    "SoapFaultError": "service.client",
    "Store": "store",
    "Subtask": "progress",
    "TimeSpan": "values",
}
"""Which module a public name is defined in."""


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for (PEP 562)."""
    if name == "__version__":
        found: Any = import_module("importlib.metadata").version("ipam-progress")
    elif name in _HOMES:
        found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted({*globals(), *__all__})
