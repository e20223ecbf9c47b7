"""Serves operations and tasks that are put on record, and keeps a diary of what its handlers do.

    recording_server.py SETTINGS

SETTINGS is a JSON object: "store", the address of the store; "folder", where the diary is, and a
file `finish` ends what is held; "port", 0 for any; "seed" for all that is random; "metrics" for
Prometheus, on a port of its own; "limits" of `ipam_progress.Limits`.

What an operation does depends on which it is:

- CreateDhcpScope takes a few seconds at most; if its scope's name begins with "fails" it fails;
- EditDhcpScope takes ten steps with a checkpoint after each, and can be resumed;
- DeleteDhcpScope is held until the file `finish` is there;
- CreateDnsZone tells 10,000 updates a second until then, and tells in the end what it told.

Each line of the diary is written by a single system call, for processes that are killed.
"""

import json
import os
import random
import sys
import time
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import deferLater
from twisted.logger import LogLevel

from ipam_progress import IpamError, Limits, ManagementServer, OperationRegistry
from ipam_progress.cli.logs import Log
from ipam_progress.cli.process import run_in_reactor
from ipam_progress.contracts import IpamExceptionId, SubTaskStatus
from ipam_progress.events import StoreFailed, StoreRecovered, TaskRunStarted
from ipam_progress.monitoring import MonitoringService
from ipam_progress.store import Store

STEPS = 10
UPDATES_A_SECOND = 10_000


def say(event, **values):
    say_line(json.dumps({"event": event, **values}))


def say_line(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def sleep(seconds):
    from twisted.internet import reactor

    return deferLater(reactor, seconds)


class Diary:
    """What handlers did, a line each."""

    def __init__(self, path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, *words):
        os.write(self._descriptor, (" ".join(map(str, words)) + "\n").encode())


class Handlers:
    """What the server does."""

    def __init__(self, diary, finish, chance) -> None:
        self._diary = diary
        self._finish = finish
        self._chance = chance

    def registry(self):
        registry = OperationRegistry()
        registry.operation("CreateDhcpScope")(self.create)
        registry.operation("EditDhcpScope", resumable=True)(self.edit)
        registry.operation("DeleteDhcpScope")(self.hold)
        registry.operation("CreateDnsZone")(self.tell)
        registry.task("Discovery", every=timedelta(seconds=1))(self.discover)
        registry.task("Utilization", concurrent=4)(self.look)
        return registry

    async def create(self, parameters, progress):
        name = parameters.Scope.ScopeName
        self._diary.write("began", name)
        parts = [progress.subtask(f"Part {n}") for n in range(1, self._chance.randint(2, 5))]
        seconds = self._chance.choice([0.03, 2.4, 2.4]) / (3 * len(parts))
        for part in parts:
            async with part:
                for percent in (25, 50, 75):
                    await self._take(seconds)
                    await part.update(percent=percent)
        if name.startswith("fails"):
            self._diary.write("failed", name)
            raise IpamError(IpamExceptionId.IpamApiInvalidParameter, f"{name}, as it was to.")
        self._diary.write("succeeded", name)

    async def edit(self, parameters, progress):
        name = parameters.Scope.ScopeName
        first = progress.saved_checkpoint or 0
        self._diary.write("attempt", name, progress.attempt, first)
        for step in range(first, STEPS):
            await self._take(2.5 / STEPS)
            self._diary.write("step", name, step)
            progress.checkpoint(step + 1)
            await progress.update(percent=100 * (step + 1) / STEPS)
        self._diary.write("succeeded", name)

    async def hold(self, _parameters, progress):
        async with progress.subtask("Hold") as part:
            await part.update(percent=50)
            while not self._finish.exists():
                await sleep(0.02)

    async def tell(self, _parameters, progress):
        told = Told(progress)
        began = time.monotonic()
        while not self._finish.exists():
            # as many as are due by now; others have their turn in between
            due = (time.monotonic() - began) * UPDATES_A_SECOND
            while told.updates < due:
                await told.next()
            await sleep(0.005)
        seconds = time.monotonic() - began
        await told.last()
        say("told", seconds=seconds, **told.counted())

    async def discover(self, server):
        self._diary.write("task", "Discovery", server)
        await self._take(0.1)

    async def look(self, server):
        self._diary.write("task", "Utilization", server)
        await self._take(0.05)

    async def _take(self, seconds):
        await sleep(self._chance.uniform(0, 2 * seconds))


class Told:
    """What is told of one operation: subtasks, one after the other, with their updates."""

    UPDATES_OF_A_SUBTASK = 4_000

    def __init__(self, progress) -> None:
        self.updates = 0
        self._progress = progress
        self._parts = []
        self._warnings = self._errors = 0

    async def next(self):
        """Tell one thing."""
        position = self.updates % self.UPDATES_OF_A_SUBTASK
        if position == 0:
            self._parts.append(self._progress.subtask(f"Part {len(self._parts) + 1}"))
            await self._progress.room
        part = self._parts[-1]
        if position == self.UPDATES_OF_A_SUBTASK // 2:
            await part.warning(f"warning {len(self._parts)}")
            self._warnings += 1
        elif position == self.UPDATES_OF_A_SUBTASK - 1 and len(self._parts) % 3 == 0:
            await part.error(IpamError(IpamExceptionId.IpamApiGenericErrorOccurred, "an error"))
            self._errors += 1
        elif position == self.UPDATES_OF_A_SUBTASK - 1:
            await part.update(status=SubTaskStatus.CompletedWithWarning)
        elif position % 2:
            await self._progress.update(percent=Decimal(self.updates % 9_999) / 100)
        else:
            await part.update(percent=Decimal(position * 100) / self.UPDATES_OF_A_SUBTASK)
        self.updates += 1

    async def last(self):
        """Tell the last values, of one more subtask and of the whole."""
        self._parts.append(self._progress.subtask("The last part"))
        await self._parts[-1].update(percent=Decimal("12.34"))
        await self._progress.update(percent=Decimal("56.78"))

    def counted(self):
        return {
            "updates": self.updates,
            "subtasks": len(self._parts),
            "warnings": self._warnings,
            "errors": self._errors,
        }


async def serve(settings):
    folder = Path(settings["folder"])
    diary = Diary(folder / "diary")
    handlers = Handlers(diary, folder / "finish", random.Random(settings.get("seed")))
    server = ManagementServer(
        handlers.registry(),
        listen=[f"tcp:{settings.get('port', 0)}:interface=127.0.0.1"],
        limits=Limits(**settings.get("limits", {})),
        store=Store(settings["store"], notes=folder) if "store" in settings else None,
    )
    server.events.subscribe(
        lambda event: diary.write("run", event.run.id, event.run.server), TaskRunStarted
    )
    server.events.subscribe(lambda event: say(type(event).__name__), StoreFailed, StoreRecovered)
    monitoring = None
    if settings.get("metrics"):
        monitoring = MonitoringService(server, metrics="tcp:0:interface=127.0.0.1")
        say_line(f"metrics at {(await monitoring.start())[0]}")
    (url,) = await server.start()
    say_line(f"listening on {url}")
    try:
        await Deferred()  # until a signal cancels it
    except CancelledError:
        await server.stopService()
        if monitoring is not None:
            await monitoring.stopService()
    counters = server.counters
    say("stopped", sent=counters.callbacks_sent, merged=counters.callbacks_merged)


if __name__ == "__main__":
    settings = json.loads(sys.argv[1])
    run_in_reactor(lambda: serve(settings), log=Log(LogLevel.info))
