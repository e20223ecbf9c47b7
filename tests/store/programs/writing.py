"""Puts operations on record, and says of each what is committed, until it is killed.

Each line on standard output is ``started ID`` or ``ended ID``, written after the commit.
"""

import sys
import threading
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from uuid import uuid4

from ipam_progress.records import OperationRecord, Outcome, SubtaskRecord
from ipam_progress.store import Store, StoreWriter

_URL, _NOTES = sys.argv[1:]
_output = threading.Lock()


def say(what, id_):
    with _output:
        sys.stdout.write(f"{what} {id_}\n")
        sys.stdout.flush()


def run_operations(writer):
    """Run one operation after the other, as a server does."""
    part = SubtaskRecord(number=1, unique_id=1, name="Part", status="InProgress")
    for number in count():
        record = OperationRecord(
            id=uuid4(), operation_id="X", parameters=f"<{number}/>", started=datetime.now(UTC)
        )
        writer.submit(lambda t, record=record: t.add_operation(record)).result()
        say("started", record.id)
        writer.submit(lambda t, id_=record.id: t.save_progress(id_, Decimal(50), [part]))
        writer.submit(
            lambda t, id_=record.id: t.end_operation(
                id_, ended=datetime.now(UTC), outcome=Outcome.SUCCEEDED, percent=Decimal(100)
            )
        ).result()
        say("ended", record.id)


store = Store(_URL, notes=_NOTES)
store.open()
writer = StoreWriter(store, lambda call: call())
writer.start()
for _ in range(8):
    threading.Thread(target=run_operations, args=(writer,)).start()
