"""What it costs to put operations on record: ours with a store beside ours without one.

The store is SQLite's, in a file on the disk that the system keeps temporary files on.
"""

import shutil
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from ipam_progress.contracts import CreateDhcpScopeParameters, DhcpScopeV4, IpamAdminOperationId
from ipam_progress.records import OperationRecord, Outcome, SubtaskRecord
from ipam_progress.service.archive import parameters_to_xml
from ipam_progress.store import Store

from .peers import our_server

_BATCH = 1_000

LEFT_RUNNING = 200
"""Operations that ran when the server died; the next start has to see to them."""


def fill(path: Path, operations: int) -> None:
    """Leave a store behind with so many operations that have ended, and some that have not."""
    parameters = parameters_to_xml(
        CreateDhcpScopeParameters(
            OperationId=IpamAdminOperationId.CreateDhcpScope, Scope=DhcpScopeV4(ScopeName="Berlin")
        )
    )
    subtasks = tuple(
        SubtaskRecord(
            number=number,
            unique_id=number,
            name=f"Step {number}",
            status="CompletedWithSuccess",
            percent=Decimal(100),
        )
        for number in (1, 2, 3)
    )
    started = datetime.now(UTC) - timedelta(days=1)
    store = Store(f"sqlite:///{path}")
    store.open()
    for first in range(0, operations, _BATCH):
        with store.transaction() as transaction:
            for number in range(first, min(first + _BATCH, operations)):
                has_ended = number < operations - LEFT_RUNNING
                began = started + timedelta(milliseconds=500 * number)
                transaction.add_operation(
                    OperationRecord(
                        id=uuid4(),
                        request_id=f"urn:uuid:{uuid4()}",
                        operation_id="CreateDhcpScope",
                        parameters=parameters,
                        client="CONTOSO\\alice",
                        address="192.0.2.1:50000",
                        started=began,
                        ended=began + timedelta(seconds=1) if has_ended else None,
                        outcome=Outcome.SUCCEEDED if has_ended else Outcome.RUNNING,
                        percent=Decimal(100),
                        subtasks=subtasks,
                    )
                )
    store.close()


def seconds_to_start(path: Path) -> float:
    """How long it takes until clients can connect, from the start of the process on.

    The server is given a copy: to start with it is to end what was left running.
    """
    used = path.with_name("used.db")
    shutil.copy(path, used)
    began = time.perf_counter()
    with our_server(store=used):
        return time.perf_counter() - began
