"""``ipam-progress demo``: a server and a client in one process, talking over the loopback."""

import ipaddress

import click

from ipam_progress.cli.display import display_for
from ipam_progress.cli.process import run_in_reactor
from ipam_progress.cli.run import follow_operation
from ipam_progress.cli.serve import sleep
from ipam_progress.contracts import (
    AddressFamily,
    CreateDhcpScopeParameters,
    DhcpScopeV4,
    IPAddress,
    IpamAdminOperationId,
)
from ipam_progress.net.client import ManagementClient
from ipam_progress.net.server import ManagementServer
from ipam_progress.operations import OperationRegistry
from ipam_progress.progress import ProgressReporter

__all__ = ["command"]


def _registry(delay: float) -> OperationRegistry:
    """Make the server's side: what any program does, but with nothing behind it."""
    registry = OperationRegistry()

    @registry.operation("CreateDhcpScope")
    async def create_scope(
        parameters: CreateDhcpScopeParameters, progress: ProgressReporter
    ) -> None:
        name = parameters.Scope.ScopeName if parameters.Scope else "nameless"
        steps = {
            "Check the addresses": 4,
            f"Create the scope {name}": 3,
            "Set options and exclusions": 6,
            "Activate the scope": 2,
        }
        parts = [progress.subtask(what, weight=count) for what, count in steps.items()]
        for part, count in zip(parts, steps.values(), strict=True):
            async with part:
                for step in range(count):
                    await part.update(percent=100 * step / count)
                    await sleep(delay)

    return registry


def _address(text: str) -> IPAddress:
    # m_Address has the octets in the order of the network, read as a little-endian number
    octets = ipaddress.IPv4Address(text).packed
    return IPAddress(
        m_Address=int.from_bytes(octets, "little"), m_Family=AddressFamily.InterNetwork
    )


@click.command("demo")
@click.option(
    "--delay",
    type=click.FloatRange(min=0),
    default=0.2,
    show_default=True,
    metavar="SECONDS",
    help="How long a step takes, for the eye's sake.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the callbacks as JSON, one a line.")
def command(delay: float, as_json: bool) -> None:
    """Show a server and a client at work, here and now.

    Starts a server on a free port of this machine, has a client create a DHCP scope on it, and
    shows the progress as `ipam-progress run` does. Nothing is created in truth.
    """
    parameters = CreateDhcpScopeParameters(
        OperationId=IpamAdminOperationId.CreateDhcpScope,
        Scope=DhcpScopeV4(
            ScopeName="Laboratory",
            StartAddress=_address("192.0.2.10"),
            EndAddress=_address("192.0.2.200"),
            SubnetMask=_address("255.255.255.0"),
        ),
    )
    display = display_for(parameters.OperationId.value, as_json=as_json)

    async def main() -> None:
        server = ManagementServer(_registry(delay), listen=("tcp:0:interface=127.0.0.1",))
        (url,) = await server.start()
        try:
            if not as_json:
                print(f"a server listens on {url}, and a client comes", flush=True)
            await follow_operation(ManagementClient(url), parameters, display, url)
        finally:
            await server.stopService()

    run_in_reactor(main)
