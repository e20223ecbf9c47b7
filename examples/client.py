"""A client that runs an operation and prints its progress: run examples/server.py first.

    python examples/client.py [net.tcp://127.0.0.1:9100]

The server may as well be `ipam-progress serve --security none --demo`, or Microsoft's.
"""

import sys

from twisted.internet.defer import Deferred
from twisted.internet.task import react

from ipam_progress import IpamProgressError, ManagementClient
from ipam_progress.contracts import CreateDhcpScopeParameters, DhcpScopeV4, IpamAdminOperationId
from ipam_progress.tracking import PercentageChanged, SubtaskAdded, SubtaskChanged


async def run(url: str) -> None:
    """Create a scope on the server and follow it."""
    client = ManagementClient(url)

    # The parameters say themselves which operation they belong to.
    parameters = CreateDhcpScopeParameters(
        OperationId=IpamAdminOperationId.CreateDhcpScope,
        Scope=DhcpScopeV4(ScopeName="Laboratory"),
    )
    # Connects, hands the parameters over and starts the operation. What can go wrong here is an
    # IpamProgressError: ConnectionLostError, SoapFaultError if the server refuses, and others.
    operation = await client.start_operation(parameters)

    # The tracker keeps what the server tells. One way to look at it is to iterate over what
    # happens, the other is tracker.snapshot(), which tells how things stand at any moment.
    async for event in operation.tracker.events():
        match event:
            case SubtaskAdded(subtask) | SubtaskChanged(subtask):
                print(f"  {subtask.name}: {subtask.status.value}, {subtask.percent} %")
            case PercentageChanged(percent):
                print(f"{percent} %")

    # The iteration ends with the final status, or when the connection is lost.
    snapshot = operation.tracker.snapshot()
    await operation.close()
    if snapshot.succeeded:
        print("done")
    else:
        raise SystemExit(f"failed: {snapshot.end_reason or snapshot.exception}")


async def main(url: str = "net.tcp://127.0.0.1:9100") -> None:
    """Run, and put what goes wrong into one line."""
    try:
        await run(url)
    except IpamProgressError as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    # `react` runs the reactor until the coroutine is done. In an asyncio program install Twisted's
    # asyncio reactor instead, and await what the client gives with Deferred.asFuture.
    react(lambda _reactor: Deferred.fromCoroutine(main(*sys.argv[1:])))
