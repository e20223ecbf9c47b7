"""A session that keeps what is posted, and tells it in few words."""

import pytest

from ipam_progress.errors import LocalProtocolError
from ipam_progress.progress import ProgressReporter


class Room:
    """Yields as long as it is told to; counts how often it was awaited."""

    def __init__(self):
        self.yields = 0
        self.awaited = 0

    def __await__(self):
        self.awaited += 1
        for _ in range(self.yields):
            yield "full"


class Sink:
    """Keeps what is posted; the newest text forms are compared by the tests."""

    def __init__(self):
        self.messages = []
        self.room = Room()
        self.waits = 0
        self.refusing = False

    def post(self, message):
        if self.refusing:
            raise LocalProtocolError("no more")
        self.messages.append(message)

    def wait_for_room(self):
        self.waits += 1

    def sent(self):
        """Take what was posted, in words."""
        messages, self.messages = self.messages, []
        return [brief(message) for message in messages]

    def finish(self, progress, result=None):
        """Let the handler return; give what was posted since the last time."""
        progress.succeed(result, self.messages.append)
        return self.sent()


def brief(message):
    match type(message).__name__:
        case "AddSubTask":
            return f"add {message.subTaskInstance.SubTaskInstanceId}"
        case "SetSubTaskStatus":
            number = message.subTaskInstance.SubTaskInstanceId
            error = "" if message.completionStatus is None else " !"
            return f"{number} {message.status.name} {message.percentComplete}{error}"
        case "SetCompletionPercentage":
            return f"{message.completionPercentage}%"
    return message.overallStatus.name


@pytest.fixture
def make_sink():
    return Sink


@pytest.fixture
def sink():
    return Sink()


@pytest.fixture
def progress(sink):
    return ProgressReporter(sink)
