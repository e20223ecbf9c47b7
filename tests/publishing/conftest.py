"""A server that is played, and browsers that ask it."""

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.testing import MemoryReactorClock
from twisted.logger import globalLogPublisher

from ipam_progress.contracts.enumerations import IpamTaskType
from ipam_progress.contracts.progress import TaskInfo
from ipam_progress.errors import LocalProtocolError
from ipam_progress.events import EventHub, FaultSent, RequestAnswered
from ipam_progress.limits import Limits
from ipam_progress.net.publication import Publisher
from ipam_progress.publishing import PublishingService
from ipam_progress.service.application import (
    ipam_server_application,
    operation_with_progress_application,
)

APPLICATIONS = [operation_with_progress_application(), ipam_server_application()]
PATHS = {"IIpamOperationWithProgress": "/operations", "IIpamServer": "/tasks"}


class PlayedServer:
    """A server with tasks that give or raise what they are told to."""

    def __init__(self):
        self.limits = Limits()
        self.events = EventHub(lambda *_: None)
        self.told = []
        self.events.subscribe(self.told.append, FaultSent, RequestAnswered)
        self.places = [(IPv4Address("TCP", "0.0.0.0", 9100), None)]
        self.publisher = Publisher(APPLICATIONS, PATHS, lambda: self.places)
        self.is_open = True
        self.calls = []
        self.result = None

    def tasks_for_everybody(self):
        if not self.is_open:
            raise LocalProtocolError("clients have to say who they are")
        return self

    def start_task(self, task_type, server):
        self.calls.append((task_type, server))
        if self.result is not None:
            raise self.result

    def is_task_running(self, _):
        return self.result

    def tasks_info(self):
        return [TaskInfo(TaskType=IpamTaskType.Audit)]


@pytest.fixture
def server():
    return PlayedServer()


@pytest.fixture
def reactor():
    return MemoryReactorClock()


@pytest.fixture
def make(server, reactor, endpoints):
    """Make a service."""

    def make(**options):
        return PublishingService(server, "here", reactor=reactor, **options)

    return make


@pytest.fixture
def serve(make, endpoints, browse):
    """Start a service, and give somebody who asks it."""

    def serve(host="127.0.0.1", **options):
        make(**options).start()
        return browse(endpoints.ports[-1].factory, host)

    return serve


@pytest.fixture
def failures():
    """The exceptions that are logged."""
    seen = []

    def observe(event):
        if "log_failure" in event:
            seen.append(event["log_failure"].value)

    globalLogPublisher.addObserver(observe)
    yield seen
    globalLogPublisher.removeObserver(observe)
