"""A server with one operation: run it, then examples/client.py in another terminal.

    python examples/server.py

`ipam-progress serve --security none --app server:registry` serves the same, in this directory.
"""

from ipam_progress import ManagementServer, OperationRegistry, ProgressReporter
from ipam_progress.contracts import CreateDhcpScopeParameters

registry = OperationRegistry()


@registry.operation("CreateDhcpScope")
async def create_scope(parameters: CreateDhcpScopeParameters, progress: ProgressReporter) -> None:
    """Create a DHCP scope."""
    name = parameters.Scope.ScopeName if parameters.Scope else "a scope"
    async with progress.subtask("Check the scope") as part:
        await part.update(percent=50)
    async with progress.subtask(f"Create {name}") as part:
        print("creating", name, flush=True)
        await part.warning("It was only printed.")


if __name__ == "__main__":
    ManagementServer(registry, listen=["tcp:9100:interface=127.0.0.1"]).run()
