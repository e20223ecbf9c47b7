"""A client that does not read for a while, as Microsoft's runtime when it is stopped by a signal.

Its operation tells 10,000 updates a second meanwhile, and is on record. IPAM_SLOW_SECONDS is how
long the client stands still.
"""

import os
import signal
import time
from decimal import Decimal

import pytest

from ipam_progress.binaryxml import decode_document, encode_document
from ipam_progress.binaryxml.tree import from_text
from ipam_progress.contracts import (
    AddSubTask,
    IpamException,
    OverallProgressStatus,
    SetCompletionPercentage,
    SetOverallStatus,
    SetSubTaskStatus,
    StartProgressCallback,
    SubTaskStatus,
)
from ipam_progress.contracts.model import TypeName
from ipam_progress.datacontract import read_object
from ipam_progress.namespaces import IPAM
from ipam_progress.records import Outcome
from ipam_progress.store import Store
from ipam_progress.tracking import ProgressTracker

SECONDS = float(os.environ.get("IPAM_SLOW_SECONDS", "10"))
STEPS = ("open", "init:CreateDnsZone", "start", "wait:120", "close")


class Unread:
    """What a tracker asks for of a connection, where nobody reads its events."""


def read_part(text, kind):
    """Read a part of a callback as Microsoft's serializer wrote it."""
    if text is None:
        return None
    name = TypeName(IPAM, kind)
    return read_object(decode_document(encode_document(from_text(text))), 0, name, name)


def message_of(event):
    """Give a callback as it came."""
    match event["name"]:
        case "StartProgressCallback":
            return StartProgressCallback(isNonDeterministic=event["isNonDeterministic"])
        case "AddSubTask":
            return AddSubTask(
                subTaskInstance=read_part(event["subTaskInstance"], "SubTaskInstance")
            )
        case "SetSubTaskStatus":
            return SetSubTaskStatus(
                subTaskInstance=read_part(event["subTaskInstance"], "SubTaskInstance"),
                status=SubTaskStatus(event["status"]),
                percentComplete=Decimal(str(event["percentComplete"])),
                # which one is of no interest here
                completionStatus=None if event["completionStatus"] is None else IpamException(),
            )
        case "SetCompletionPercentage":
            percent = Decimal(str(event["completionPercentage"]))
            return SetCompletionPercentage(completionPercentage=percent)
    return SetOverallStatus(overallStatus=OverallProgressStatus(event["overallStatus"]))


@pytest.fixture
def server(start_recording_server, tmp_path):
    return start_recording_server(store=f"sqlite:///{tmp_path}/operations.db")


def stand_still(client, server):
    """Stop the client for a while; give by how many kilobytes the server grew in that time."""
    client.process.send_signal(signal.SIGSTOP)
    try:
        time.sleep(1)  # as long as it takes to fill what the kernel keeps for a connection
        before = server.resident_kilobytes()
        server.forget_peak()
        time.sleep(SECONDS)
        return server.peak_kilobytes() - before
    finally:
        client.process.send_signal(signal.SIGCONT)


def test_a_client_that_stands_still(server, start_program, runtime_probe, tmp_path, wait_until):
    client = start_program(runtime_probe, server.url, "steps", *STEPS)
    wait_until(lambda: len(client.lines()) > 5_000, "few callbacks arrive")
    grown = stand_still(client, server)
    arrived = len(client.lines())
    wait_until(lambda: len(client.lines()) > arrived + 5_000, "callbacks do not go on")
    (tmp_path / "finish").touch()
    assert client.wait(120) == 0, client.tail()
    told = eventually_told(server)
    server.stop()
    stopped = server.events()[-1]

    assert grown < 4 * 1024, f"{grown} kB more"
    callbacks = [event for event in client.events() if event["event"] == "callback"]
    assert stopped["sent"] == len(callbacks)
    assert stopped["merged"] > SECONDS * 5_000
    # each update is one callback, or more where the percentage changes with it
    assert told["updates"] >= 9_000 * told["seconds"]
    assert stopped["sent"] + stopped["merged"] >= told["updates"]

    tracker = ProgressTracker(Unread())
    with_exception = []
    for event in callbacks:
        tracker.receive(message_of(event))
        if event.get("completionStatus") is not None and event["name"] == "SetSubTaskStatus":
            with_exception.append(event["status"])
    snapshot = tracker.snapshot()
    assert snapshot.errors == ()
    assert snapshot.succeeded
    # everything that must arrive
    assert [subtask.instance_id for subtask in snapshot.subtasks] == [
        *range(1, told["subtasks"] + 1)
    ]
    warnings = with_exception.count("InProgress")
    errors = with_exception.count("CompletedWithError")
    assert (warnings, errors) == (told["warnings"], told["errors"])
    # the newest values, last
    of_last = [
        event["percentComplete"]
        for event in callbacks
        if event["name"] == "SetSubTaskStatus"
        and f"<SubTaskInstanceId>{told['subtasks']}<" in event["subTaskInstance"]
    ]
    assert of_last == [12.34, 100]
    percents = [
        event["completionPercentage"]
        for event in callbacks
        if event["name"] == "SetCompletionPercentage"
    ]
    assert percents[-2:] == [56.78, 100]

    with Store(f"sqlite:///{tmp_path}/operations.db").look() as transaction:
        [record] = transaction.operations(10)
        record = transaction.operation(record.id)
    assert record.outcome is Outcome.SUCCEEDED
    assert [part.number for part in record.subtasks] == [
        subtask.instance_id for subtask in snapshot.subtasks
    ]


def eventually_told(server):
    """Give what the handler says it told."""
    server.wait_for_line('"event": "told"')
    [told] = [event for event in server.events() if event["event"] == "told"]
    return told
