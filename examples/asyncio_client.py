"""The client in an asyncio program: run examples/server.py first.

    python examples/asyncio_client.py [net.tcp://127.0.0.1:9100]

Twisted's asyncio reactor lets both be awaited in one program.
"""

import asyncio
import sys

from twisted.internet import asyncioreactor

# Twisted has to run on asyncio's loop; this stands before anything that imports its reactor.
asyncioreactor.install()

from twisted.internet.defer import Deferred  # noqa: E402
from twisted.internet.task import react  # noqa: E402

from ipam_progress import IpamProgressError, ManagementClient  # noqa: E402
from ipam_progress.contracts import (  # noqa: E402
    CreateDhcpScopeParameters,
    DhcpScopeV4,
    IpamAdminOperationId,
)


async def main(url: str = "net.tcp://127.0.0.1:9100") -> None:
    """Create a scope on the server and follow it; all that asyncio has can be awaited here."""
    parameters = CreateDhcpScopeParameters(
        OperationId=IpamAdminOperationId.CreateDhcpScope,
        Scope=DhcpScopeV4(ScopeName="Laboratory"),
    )
    loop = asyncio.get_running_loop()
    try:
        operation = await ManagementClient(url).start_operation(parameters).asFuture(loop)
    except IpamProgressError as error:
        raise SystemExit(str(error)) from None
    async for event in operation.tracker.events():
        print(event.callback)
    snapshot = operation.tracker.snapshot()
    await operation.close().asFuture(loop)
    print("done" if snapshot.succeeded else f"failed: {snapshot.end_reason or snapshot.exception}")


if __name__ == "__main__":
    react(lambda _reactor: Deferred.fromFuture(asyncio.ensure_future(main(*sys.argv[1:]))))
