"""``ipam-progress run``: an operation on a server, from its parameters to its exit status."""

from collections.abc import Mapping
from typing import Any, BinaryIO, Final

import click
from twisted.internet.defer import CancelledError
from twisted.internet.error import ConnectingCancelledError

from ipam_progress.cli.choices import OPERATION, URL, timeout_option
from ipam_progress.cli.credentials import security_options
from ipam_progress.cli.display import Display, display_for, exception_text
from ipam_progress.cli.parameters import ParametersError, empty_parameters, read_parameters
from ipam_progress.cli.process import Ended, ExitStatus, run_in_reactor
from ipam_progress.contracts import (
    PARAMETER_TYPES,
    IpamAdminOperationId,
    IpamOperationWithProgressParameters,
)
from ipam_progress.errors import IpamProgressError, LocalProtocolError
from ipam_progress.framing import NetTcpAddress
from ipam_progress.net.client import ManagementClient, RunningOperation
from ipam_progress.net.upgrades import ClientSecurity
from ipam_progress.service.client import SoapFaultError
from ipam_progress.tracking import ProgressSnapshot

__all__ = ["INTERRUPTIONS", "command", "ended_by", "follow_operation"]

INTERRUPTIONS: Final = (CancelledError, ConnectingCancelledError)
"""What a request fails with when a signal ends the command."""


async def follow_operation(
    client: ManagementClient,
    parameters: IpamOperationWithProgressParameters,
    display: Display,
    url: str,
) -> None:
    """Run an operation and show it until it is over.

    Args:
        client: A client of the server.
        parameters: What is to be done.
        display: Shows it.
        url: Where the server is.

    Raises:
        Ended: If it was no success.
    """
    name = parameters.OperationId.value
    try:
        with display:
            operation = await _follow(client, parameters, display)
            snapshot = operation.tracker.snapshot()
            status, cause = _judge(name, snapshot)
            if status is ExitStatus.NO_CONNECTION:
                cause = f"{cause}; {_advice(url, operation.request_id)}"
            details: Mapping[str, Any] = {
                "request": operation.request_id,
                "status": snapshot.status.value,
                "percent": float(snapshot.percent),
                "rejected": snapshot.error_count,
            }
    except (IpamProgressError, *INTERRUPTIONS) as error:
        ending = ended_by(name, error)
        status, cause, details = ending.status, ending.message, _fault_details(error)
    display.show_end(status, cause, details)
    if cause is not None:
        raise Ended(status, cause)


async def _follow(
    client: ManagementClient, parameters: IpamOperationWithProgressParameters, display: Display
) -> RunningOperation:
    operation: RunningOperation = await client.start_operation(parameters)
    try:
        async for event in operation.tracker.events():
            display.show(event)
        # the server has said what it had to say: whatever happens to its End changes nothing
        await operation.close()
    except BaseException:
        operation.abort("the command was interrupted")
        raise
    return operation


def _advice(url: str, request_id: str) -> str:
    """Say what to do about an operation whose end was not told."""
    address = NetTcpAddress.parse(url)
    server = NetTcpAddress(address.host, address.port, "")  # its history is at a path of its own
    return f"to ask how it ended: ipam-progress operations {server} {request_id}"


def _judge(name: str, snapshot: ProgressSnapshot) -> tuple[ExitStatus, str | None]:
    """Give the exit status of an operation that was started, and the cause if it is no success."""
    if snapshot.succeeded:
        return ExitStatus.SUCCESS, None
    if snapshot.end_reason is not None:
        return (
            ExitStatus.NO_CONNECTION,
            f"the session was over before {name} was: {snapshot.end_reason}",
        )
    said = exception_text(snapshot.exception) or "the server does not say why"
    return ExitStatus.FAILED, f"{name} failed: {said}"


def ended_by(what: str, error: BaseException) -> Ended:
    """Give the end of a command whose request came to nothing.

    Args:
        what: What was asked for: ``CreateDhcpScope``, ``task Discovery``.
        error: What came instead of an answer.
    """
    match error:
        case CancelledError() | ConnectingCancelledError():
            return Ended(
                ExitStatus.INTERRUPTED, f"{what} was interrupted; the server may go on with it"
            )
        case SoapFaultError():
            return Ended(ExitStatus.FAILED, f"the server refused {what}: {error}")
        case LocalProtocolError():
            return Ended(ExitStatus.USAGE, f"{what} cannot be sent: {error}")
        case _:
            return Ended(ExitStatus.NO_CONNECTION, str(error))


def _fault_details(error: BaseException) -> dict[str, Any]:
    if not isinstance(error, SoapFaultError):
        return {}
    fault = error.fault
    exception = exception_text(error.detail) or None
    return {
        "fault": {
            "code": fault.code[1],
            "subcode": fault.subcodes[0][1] if fault.subcodes else None,
            "action": fault.action,
            "reason": fault.reason,
            "exception": exception,
        }
    }


@click.command(
    "run", epilog="\b\nOperations:\n  " + "\n  ".join(each.value for each in PARAMETER_TYPES)
)
@click.argument("url", type=URL)
@click.argument("operation", type=OPERATION)
@click.option(
    "--parameters",
    "file",
    type=click.File("rb"),
    metavar="FILE",
    help="Parameters as XML or JSON (- for standard input); without it they are empty.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the callbacks as JSON, one a line.")
@security_options
@timeout_option
def command(  # noqa: PLR0917 (click hands them over by name)
    url: str,
    security: ClientSecurity | None,
    operation: IpamAdminOperationId,
    file: BinaryIO | None,
    as_json: bool,
    timeout: float,
) -> None:
    """Run an operation on a server and show its progress.

    URL is net.tcp://HOST:PORT, with a path where the service is not at its usual one. OPERATION is
    one of the names below. There is a bar for each subtask and one for the whole, or plain lines
    where the output is no terminal.

    \b
    Parameters as XML have the parameter type as their root element:
      <CreateDhcpScopeParameters xmlns="http://Microsoft.Windows.Ipam">
    As JSON they have the members by their names on the wire, and "$type" where
    a derived type is meant:
      {"Scope": {"$type": "DhcpScopeV4", "ScopeName": "Lab"}}

    \b
    Exit status:
      0    the operation was completed with success
      1    it failed, or the server refused it
      2    it could not be asked for
      3    no connection, or it was lost before the final status
      130  interrupted
    """  # noqa: D301 (click's mark for lines that stay as they are is a backspace)
    parameters = empty_parameters(operation)
    if file is not None:
        try:
            parameters = read_parameters(operation, file.read())
        except ParametersError as error:
            raise Ended(ExitStatus.USAGE, f"{file.name}: {error}") from None
    display = display_for(operation.value, as_json=as_json)

    async def main() -> None:
        client = ManagementClient(url, security=security, timeout=timeout)
        await follow_operation(client, parameters, display, url)

    run_in_reactor(main)
