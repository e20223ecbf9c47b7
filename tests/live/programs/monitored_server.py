"""Serves metrics and the live page of a server that is played.

    monitored_server.py [PORT]

Prints where the page is, then does what the lines on its standard input say. A line is a JSON
array: the name of a scene below, its arguments as an array, and as an object. Prints the name when
it has been done. The unit tests of monitoring play the same server.
"""

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from twisted.internet import stdio
from twisted.protocols.basic import LineOnlyReceiver

from ipam_progress import events
from ipam_progress.events import Counters, EventHub
from ipam_progress.monitoring import MonitoringService
from ipam_progress.records import (
    OperationRecord,
    Outcome,
    SubtaskRecord,
    TaskRecord,
    TaskRunRecord,
    TaskTrigger,
)

ALICE = "CONTOSO\\alice"


def fail(what, error):
    raise SystemExit(f"{what}: {error!r}")


class PlayedServer:
    """An `ObservedServer` whose life is told to it."""

    def __init__(self, now=lambda: datetime.now(UTC)) -> None:
        self.now = now
        self.events = EventHub(fail)
        self.counters = Counters()
        self.tasks = ()
        self.depths = [0, 3]
        self.operations = {}

    def tasks_overview(self):
        return self.tasks

    def outbox_depths(self):
        return iter(self.depths)

    def ago(self, seconds):
        return self.now() - timedelta(seconds=seconds)

    # --- Scenes ----------------------------------------------------------------------------------

    def session(self, number, client=ALICE, service="IIpamOperationWithProgress"):
        self.counters.connections += 1
        address = f"192.0.2.{number % 250 + 1}:{50_000 + number % 10_000}"
        self.events.publish(events.SessionOpened(number, service, client, address))

    def close(self, number):
        self.events.publish(events.SessionClosed(number))

    def start(self, number, operation_id="CreateDhcpScope", client=ALICE, seconds=0, **members):
        record = self.operations[number] = OperationRecord(
            id=UUID(int=number),
            operation_id=operation_id,
            parameters="<Password>secret</Password>",
            client=client,
            address=f"192.0.2.{number % 250 + 1}:{50_000 + number % 10_000}",
            started=self.ago(seconds),
            **members,
        )
        self.events.publish(events.OperationStarted(record, number))

    def progress(self, number, percent, *subtasks):
        self.counters.callbacks_sent += 1 + len(subtasks)
        told = tuple(self.subtask(**subtask) for subtask in subtasks)
        self.events.publish(events.OperationProgressed(UUID(int=number), Decimal(percent), told))

    def subtask(self, number, name="", status="InProgress", percent=0, **members):
        return SubtaskRecord(
            number=number,
            unique_id=1,
            name=name,
            status=status,
            percent=Decimal(percent),
            **members,
        )

    def end(self, number, outcome="succeeded", error=None):
        self.ended(self.operations.pop(number), outcome, error)

    def ended(self, record, outcome, error=None):
        record = replace(
            record,
            ended=self.now(),
            outcome=Outcome(outcome),
            percent=Decimal(100),
            error=error,
        )
        self.events.publish(events.OperationEnded(record))

    def task(self, task_type, last=None, following=None, every=None, **members):
        record = TaskRecord(
            task_type=task_type,
            last_run=None if last is None else self.ago(last),
            next_run=None if following is None else self.ago(-following),
            recurrence=None if every is None else timedelta(seconds=every),
            **members,
        )
        self.tasks = (*self.tasks, record)

    def run(self, number, task_type="Discovery", outcome="succeeded", error=None):
        run = TaskRunRecord(
            id=UUID(int=number),
            task_type=task_type,
            trigger=TaskTrigger.SCHEDULE,
            started=self.ago(2),
        )
        if outcome == "running":
            self.events.publish(events.TaskRunStarted(run))
        else:
            run = replace(run, ended=self.now(), outcome=Outcome(outcome), error=error)
            self.events.publish(events.TaskRunEnded(run))

    def request(self, operation, seconds):
        self.events.publish(events.RequestAnswered(operation, seconds))

    def fault(self, kind, reason, address="192.0.2.66:50311"):
        self.events.publish(events.FaultSent(address, kind, reason))

    def handshake(self, reason, address="198.51.100.7:41233"):
        self.events.publish(events.HandshakeFailed(address, reason))

    def merged(self, count):
        self.counters.callbacks_merged += count

    def store(self, reason=None):
        event = events.StoreRecovered() if reason is None else events.StoreFailed(reason)
        self.events.publish(event)


class Director(LineOnlyReceiver):
    delimiter = b"\n"
    MAX_LENGTH = 1 << 20

    def __init__(self, server, service, reactor) -> None:
        self.reactor = reactor
        self.server = server
        self.service = service

    def lineReceived(self, line):
        scene, arguments, names = json.loads(line)
        if scene == "stop":
            done = self.service.stopService()
        elif scene == "begin":
            done = self.service.start()
        else:
            done = getattr(self.server, scene)(*arguments, **names)
        if done is not None:
            done.addCallback(lambda _: say(scene))
        else:
            say(scene)

    def connectionLost(self, reason=None):
        self.reactor.stop()


def say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main():
    from twisted.internet import reactor

    port = sys.argv[1] if len(sys.argv) > 1 else "0"
    endpoint = f"tcp:{port}:interface=127.0.0.1"
    server = PlayedServer()
    service = MonitoringService(server, metrics=endpoint, page=endpoint)
    stdio.StandardIO(Director(server, service, reactor))

    def begin():
        service.start().addCallbacks(lambda urls: say(f"look at {urls[-1]}"), fail_to_start)

    def fail_to_start(failure):
        failure.printTraceback()
        reactor.stop()

    reactor.callWhenRunning(begin)
    reactor.run()


if __name__ == "__main__":
    main()
