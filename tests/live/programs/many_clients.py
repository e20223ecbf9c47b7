"""Keeps many operations running on a server that is killed now and then, and says what it saw.

    many_clients.py URL COUNT SEED

Each line on standard input is a command. `go` has COUNT clients start operations, one after the
other each, and one more trigger tasks, until connections are lost; `ask` asks how the operations
ended whose connection was lost since the last `go`.

Prints a JSON object a line, each at the moment when it is seen: `asked` before a start is asked
for, `started` with its reply, `ended` with the final status, `lost` where there was none; `full` as
soon as nine tenths of COUNT operations run at once; `told` with what the server says of an
operation; `idle` when a command is done.
"""

import json
import random
import sys
import uuid

from twisted.internet import stdio
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater, react
from twisted.protocols.basic import LineOnlyReceiver

from ipam_progress import ConnectionLostError, ManagementClient
from ipam_progress.contracts import (
    PARAMETER_TYPES,
    DhcpScopeV4,
    IpamAdminOperationId,
    IpamTaskType,
)
from ipam_progress.errors import FramingError

LOST = (ConnectionLostError, FramingError)
"""The latter where the connection goes in the middle of a preamble."""


def say(event, **values):
    sys.stdout.write(json.dumps({"event": event, **values}) + "\n")
    sys.stdout.flush()


def parameters_for(operation, name):
    return PARAMETER_TYPES[operation](OperationId=operation, Scope=DhcpScopeV4(ScopeName=name))


class Clients(LineOnlyReceiver):
    """All the clients; its transport is standard input."""

    delimiter = b"\n"

    def __init__(self, reactor, url, count, seed) -> None:
        self._reactor = reactor
        self._client = ManagementClient(url, timeout=60)
        self._count = count
        self._chance = random.Random(seed)
        self._numbers = 0
        self._running = 0
        self._is_full = False
        self._lost = []
        self.closed = Deferred()

    def lineReceived(self, line):
        command = {b"go": self.go, b"ask": self.ask}[line]
        Deferred.fromCoroutine(command()).addErrback(self.closed.errback)

    def connectionLost(self, reason):
        self.closed.callback(None)

    async def go(self):
        self._is_full = False
        self._lost = []
        loops = [self.run_operations() for _ in range(self._count)]
        await gatherResults(map(Deferred.fromCoroutine, [*loops, self.trigger_tasks()]))
        say("idle")

    async def ask(self):
        for request_id in self._lost:
            record = await self._client.operation(request_id)
            say("told", id=request_id, outcome=record and record.outcome.value)
        say("idle")

    async def run_operations(self):
        while await self.run_operation():
            pass

    async def run_operation(self):
        """Run one; tell whether the server is still there."""
        self._numbers += 1
        kind = self._chance.choice(["succeeds", "succeeds", "fails", "resumes"])
        name = f"{kind}-{self._numbers}"
        operation = (
            IpamAdminOperationId.EditDhcpScope
            if kind == "resumes"
            else IpamAdminOperationId.CreateDhcpScope
        )
        key = uuid.UUID(int=self._chance.getrandbits(128), version=4)
        request_id = f"urn:uuid:{key}"
        say("asked", id=request_id, name=name)
        try:
            running = await self._client.start_operation(parameters_for(operation, name), key)
        except LOST:
            self._lose(request_id)
            return False
        say("started", id=request_id)
        self._begun()
        snapshot = await running.wait()
        self._running -= 1
        if snapshot.end_reason is not None:
            self._lose(request_id)
            return False
        say("ended", id=request_id, succeeded=snapshot.succeeded)
        return True

    def _begun(self):
        self._running += 1
        if not self._is_full and self._running >= 0.9 * self._count:
            self._is_full = True
            say("full")

    def _lose(self, request_id):
        self._lost.append(request_id)
        say("lost", id=request_id)

    async def trigger_tasks(self):
        while True:
            self._numbers += 1
            try:
                await self._client.start_task(IpamTaskType.Utilization, f"server-{self._numbers}")
            except LOST:
                return
            await deferLater(self._reactor, 0.05)


def main(reactor, url, count, seed):
    clients = Clients(reactor, url, int(count), seed)
    stdio.StandardIO(clients)
    return clients.closed


if __name__ == "__main__":
    react(main, sys.argv[1:])
