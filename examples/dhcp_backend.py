"""A back end that really edits something: DHCP scopes in a table of SQLite.

    python examples/dhcp_backend.py [scopes.db]

CreateDhcpScope adds a scope. What is wrong with a scope is told to the client as an IpamException;
what goes wrong here is told to the log. Operations are on record in scopes.db.operations, so
`ipam-progress operations` can tell how they ended.
"""

import sqlite3
import struct
import sys
from contextlib import closing
from functools import partial
from ipaddress import IPv4Address, IPv4Network

from ipam_progress import IpamError, ManagementServer, OperationRegistry, ProgressReporter
from ipam_progress.contracts import CreateDhcpScopeParameters, IPAddress, IpamExceptionId
from ipam_progress.store import Store


def refusal(text: str) -> IpamError:
    """Make the error that a client is told."""
    return IpamError(IpamExceptionId.IpamApiInvalidParameter, text)


def address_of(value: IPAddress | None, what: str) -> IPv4Address:
    """Read an address as .NET keeps it: four octets, the first one lowest."""
    if value is None:
        raise refusal(f"The {what} is missing.")
    return IPv4Address(struct.pack("<I", value.m_Address & 0xFFFFFFFF))


def scope_of(parameters: CreateDhcpScopeParameters) -> tuple[str, IPv4Network, str, str]:
    """Check what the client sent, and give the row that it comes to."""
    scope = parameters.Scope
    if scope is None or not scope.ScopeName:
        raise refusal("The scope needs a name.")
    mask = address_of(scope.SubnetMask, "subnet mask")
    first = address_of(scope.StartAddress, "first address")
    last = address_of(scope.EndAddress, "last address")
    try:
        network = IPv4Network(f"{first}/{mask}", strict=False)
    except ValueError:
        raise refusal(f"{mask} is no subnet mask.") from None
    if first > last:
        raise refusal(f"The first address, {first}, is behind the last one, {last}.")
    if last not in network:
        raise refusal(f"{last} is not in the subnet of {first}, {network}.")
    return scope.ScopeName, network, str(first), str(last)


# A plain function runs in a thread of its own, so it may wait for the database.
def create_scope(
    file: str, parameters: CreateDhcpScopeParameters, progress: ProgressReporter
) -> None:
    """Create a scope, unless it overlaps with one that is there."""
    # Made before the first one begins, so that the client sees both at once and the overall
    # percentage, which follows from them, is right from the start. Weights are shares.
    check = progress.subtask("Check the scope")
    write = progress.subtask("Write the scope", weight=2)
    with closing(sqlite3.connect(file)) as database, database:
        with check:
            name, network, first, last = scope_of(parameters)
            for other, subnet in database.execute("SELECT name, subnet FROM scopes"):
                if network.overlaps(IPv4Network(subnet)):
                    raise refusal(f"{network} overlaps with the scope {other}, {subnet}.")
        with write:
            database.execute(
                "INSERT INTO scopes VALUES (?, ?, ?, ?)", (name, str(network), first, last)
            )
            if network.num_addresses < 8:
                write.warning(f"There is hardly room for anybody in {network}.")


def main(file: str = "scopes.db") -> None:
    """Serve until Ctrl-C."""
    with closing(sqlite3.connect(file)) as database, database:
        database.execute(
            "CREATE TABLE IF NOT EXISTS scopes"
            " (name TEXT PRIMARY KEY, subnet TEXT, first TEXT, last TEXT)"
        )
    registry = OperationRegistry()
    registry.operation("CreateDhcpScope")(partial(create_scope, file))
    ManagementServer(
        registry,
        listen=["tcp:9100:interface=127.0.0.1"],
        store=Store(f"sqlite:///{file}.operations"),
    ).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
