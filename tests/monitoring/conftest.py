"""A server that is played, time that stands still, and browsers in memory."""

from datetime import UTC, datetime
from pathlib import Path
from runpy import run_path

import pytest
from twisted.internet.testing import MemoryReactorClock
from twisted.logger import globalLogPublisher

PROGRAM = run_path(str(Path(__file__).parents[1] / "live" / "programs" / "monitored_server.py"))
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def server():
    return PROGRAM["PlayedServer"](lambda: NOON)


@pytest.fixture
def new_server():
    return lambda: PROGRAM["PlayedServer"](lambda: NOON)


@pytest.fixture
def reactor():
    reactor = MemoryReactorClock()
    reactor.rightNow = NOON.timestamp()
    return reactor


@pytest.fixture
def failures():
    """The exceptions that are logged."""
    seen = []

    def observe(event):
        if "log_failure" in event:
            seen.append(event["log_failure"].type)

    globalLogPublisher.addObserver(observe)
    yield seen
    globalLogPublisher.removeObserver(observe)
