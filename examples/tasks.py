"""Recurring tasks: one that runs by itself and when a client asks, one only when it is asked for.

    python examples/tasks.py
    ipam-progress start-task net.tcp://127.0.0.1:9100 Audit --server dhcp1
    ipam-progress tasks net.tcp://127.0.0.1:9100

The server prints what runs.
"""

from datetime import timedelta

from ipam_progress import ManagementServer, OperationRegistry
from ipam_progress.contracts import IpamTaskType
from ipam_progress.events import TaskRunEnded

registry = OperationRegistry()


# One run at a time; who asks meanwhile gets the next one. A task gets the name of the server that
# the client named, or None for all of them.
@registry.task(IpamTaskType.Discovery, every=timedelta(hours=24))
async def discover(server: str | None) -> None:
    """Look for servers."""
    print("looking for servers", "everywhere" if server is None else f"at {server}", flush=True)


# What a task returns is its result, as `ipam-progress tasks` shows it; None is 0, success.
@registry.task(IpamTaskType.Audit)
def audit(server: str | None) -> int:
    """Count what there is to complain of, in a thread."""
    return 0 if server is None else len(server)


if __name__ == "__main__":
    server = ManagementServer(registry, listen=["tcp:9100:interface=127.0.0.1"])
    server.events.subscribe(
        lambda event: print(event.run.task_type, event.run.outcome.value, flush=True), TaskRunEnded
    )
    server.run()
