"""Runs an operation with a client that may send Keepalives.

    keepalive_client.py URL [SETTINGS]

SETTINGS is a JSON object: "keepalive", and any limits of `ipam_progress.Limits`. Prints "started"
when it knows the operation's first subtask, then how it ended as a JSON object. The log goes to
stderr.
"""

import json
import sys

from twisted.internet.defer import Deferred
from twisted.internet.task import react
from twisted.logger import globalLogBeginner, textFileLogObserver

from ipam_progress import Limits, ManagementClient
from ipam_progress.contracts import CreateDhcpScopeParameters, IpamAdminOperationId
from ipam_progress.tracking import SubtaskAdded


def say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def run(url, settings):
    keepalive = settings.pop("keepalive", False)
    client = ManagementClient(url, keepalive=keepalive, limits=Limits(**settings), timeout=20)
    operation = await client.start_operation(
        CreateDhcpScopeParameters(OperationId=IpamAdminOperationId.CreateDhcpScope)
    )
    async for event in operation.tracker.events():
        if isinstance(event, SubtaskAdded):
            break
    say("started")
    snapshot = await operation.wait()
    say(
        json.dumps(
            {
                "succeeded": snapshot.succeeded,
                "subtasks": len(snapshot.subtasks),
                "reason": snapshot.end_reason,
            }
        )
    )


if __name__ == "__main__":
    url, *rest = sys.argv[1:]
    settings = json.loads(rest[0]) if rest else {}
    globalLogBeginner.beginLoggingTo(
        [textFileLogObserver(sys.stderr)], redirectStandardIO=False, discardBuffer=True
    )
    react(lambda _: Deferred.fromCoroutine(run(url, settings)))
