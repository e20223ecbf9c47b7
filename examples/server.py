"""A server with one operation and one task: run it, then run examples/client.py.

    python examples/server.py [PORT]

It serves Windows IPAM's CreateDhcpScope to any client that speaks the protocol. The scope is only
printed here; a real program would create it on an appliance or in a cloud.
"""

import sys

from twisted.internet import reactor, task
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError

from ipam_progress import IpamError, ManagementServer, OperationRegistry, ProgressReporter
from ipam_progress.contracts import CreateDhcpScopeParameters, IpamExceptionId, IpamTaskType

# The registry says which function runs which operation. `ipam-progress serve` can serve it too:
#   ipam-progress serve --security none --app server:registry     (in this directory)
registry = OperationRegistry()


# A handler is a coroutine. (A plain function may block: it is run in a thread. A function that
# returns a Deferred takes thread=False.) It gets the parameters as the client sent them.
@registry.operation("CreateDhcpScope")
async def create_scope(parameters: CreateDhcpScopeParameters, progress: ProgressReporter) -> None:
    """Create a DHCP scope."""
    scope = parameters.Scope
    if scope is None:
        # An IpamError is told to the client. Any other exception ends the operation as well, but
        # its text goes to the log alone.
        raise IpamError(IpamExceptionId.IpamApiInvalidParameter, "Say which scope to create.")

    # Make the subtasks before the first one begins: the client sees them all at once, and the
    # overall percentage, which follows from them, is right from the start. Weights are shares.
    create = progress.subtask(f"Create the scope {scope.ScopeName}", weight=3)
    activate = progress.subtask("Activate the scope")

    # Each block completes its subtask: with success, or with an error if an exception leaves it.
    async with create:
        for percent in range(0, 100, 10):
            await create.update(percent=percent)
            await task.deferLater(reactor, 0.1)  # the work
    async with activate:
        print("created:", scope.ScopeName)
        if not scope.Description:
            await activate.warning("The scope has no description.")
    # The operation is completed with success when the handler returns.


# StartTask triggers a recurring task. The client does not wait for it.
@registry.task(IpamTaskType.Discovery)
def discover(server: str | None) -> None:
    """Look for servers, or at the one that the client names."""
    print("looking for servers" if server is None else f"looking at {server}")


async def main(port: str = "9100") -> None:
    """Serve until Ctrl-C."""
    # Anything that Twisted can listen on will do. There is no security yet: whoever can connect
    # may start everything, so listen where you trust everybody.
    server = ManagementServer(registry, listen=[f"tcp:{port}:interface=127.0.0.1"])
    try:
        urls = await server.start()
    except (CannotListenError, ValueError) as error:
        raise SystemExit(str(error)) from None
    print("listening on", *urls, flush=True)
    # Stopping in order gives handlers some time, and tells their clients if it was not enough.
    reactor.addSystemEventTrigger("before", "shutdown", server.stopService)
    await Deferred()  # for ever


if __name__ == "__main__":
    # `react` runs the reactor until the coroutine is done, or until Ctrl-C.
    task.react(lambda _reactor: Deferred.fromCoroutine(main(*sys.argv[1:])))
