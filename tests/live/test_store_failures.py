"""A store that fails while a server runs: nobody is told anything that is not on record.

A full disk and a PostgreSQL that was stopped, with our client and Microsoft's: new operations are
refused, an end that cannot be committed is withheld and the session aborted after ten seconds.
What is on record afterwards depends on who lives longer, the failure or the server.
"""

import re
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from ipam_progress.records import Outcome
from ipam_progress.store import Store

CLIENT = Path(__file__).parent / "programs" / "client.py"
HELD = "DeleteDhcpScope"
PATIENCE = 60.0


class FullDisk:
    """A file on a small disk."""

    def __init__(self, disk) -> None:
        self.url = f"sqlite:///{disk.path}/operations.db"
        self.store = Store(self.url)
        self.fail = disk.fill
        self.mend = disk.make_room


class StoppedServer:
    """A PostgreSQL that is stopped and started."""

    def __init__(self, postgresql, folder) -> None:
        self.url = postgresql.new_database()
        self.store = Store(self.url, notes=folder)
        self.store.upgrade()
        self.fail = postgresql.stop
        self.mend = postgresql.start


@pytest.fixture
def full_disk(small_disk):
    return FullDisk(small_disk)


@pytest.fixture
def stopped_server(postgresql, tmp_path):
    yield StoppedServer(postgresql, tmp_path)
    postgresql.stop()  # whatever it was doing
    postgresql.start()


@pytest.fixture(params=["full_disk", "stopped_server"])
def failing(request):
    """A store that works until `fail` is called, and again after `mend`."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def server(failing, start_recording_server):
    return start_recording_server(store=failing.url, metrics=True)


def records(store):
    with store.look() as transaction:
        return transaction.operations(100)


def is_failing(server):
    """Tell what a scraper sees."""
    url = server.wait_for_line(r"^metrics at (.*)$")[1]
    with urlopen(url, timeout=PATIENCE) as answer:
        text = answer.read().decode()
    return re.search(r"^ipam_store_failing (\S+)$", text, re.MULTILINE)[1] == "1.0"


@pytest.fixture
def clients(server, start_program, runtime_probe):
    """Start clients of an operation that is held: ours and Microsoft's."""

    def start_ours():
        return start_program(sys.executable, CLIENT, "twisted", server.url, "run", HELD)

    def start_theirs(*steps):
        return start_program(
            runtime_probe, server.url, "steps", "open", f"init:{HELD}", "start", *steps
        )

    return start_ours, start_theirs


@pytest.fixture
def two_ends_withheld(server, failing, clients, tmp_path):
    """Two operations end while the store fails; each client loses its session without an end.

    Beside them others are refused.
    """
    start_ours, start_theirs = clients
    ours, theirs = start_ours(), start_theirs("wait:60")
    ours.wait_for_line("SetSubTaskStatus")
    theirs.wait_for_line("SetCompletionPercentage")
    assert not is_failing(server)
    failing.fail()

    refused = start_ours()
    assert refused.wait() == 0, refused.tail()
    [fault] = refused.events()
    assert (fault["event"], fault["id"]) == ("fault", "IpamApiGenericErrorOccurred")
    assert "cannot keep records" in fault["text"]
    refused = start_theirs("close")
    refused.wait()
    [error] = [event for event in refused.events() if event["event"] == "error"]
    assert error["call"] == "StartOperationWithCallback"
    assert error["exceptionId"] == "IpamApiGenericErrorOccurred"
    assert "cannot keep records" in error["message"]
    assert is_failing(server)
    assert server.events() == [{"event": "StoreFailed"}]
    server.wait_for_log("the store fails, so nothing new is begun: ")

    (tmp_path / "finish").touch()
    assert ours.wait(PATIENCE) == 0, ours.tail()
    last = ours.events()[-1]
    assert (last["event"], last["succeeded"]) == ("ended", False)
    assert last["reason"] is not None
    theirs.wait_for_line("broken", PATIENCE)
    told = [*ours.events(), *theirs.events()]
    assert not [each for each in told if "SetOverallStatus" in (each["event"], each.get("name"))]
    log = "\n".join(server.log())
    assert log.count("ended, succeeded, and that cannot be put on record") == 2
    assert log.count("cannot be put on record, so its client is not told") == 2


@pytest.mark.usefixtures("two_ends_withheld")
def test_a_server_that_outlives_the_failure_records_the_truth(server, failing, wait_until, probe):
    failing.mend()
    wait_until(
        lambda: "\n".join(server.log()).count("is on record now: succeeded") == 2,
        lambda: f"the truth is not on record\n{server.tail()}",
        PATIENCE,
    )
    assert [record.outcome for record in records(failing.store)] == [Outcome.SUCCEEDED] * 2
    assert failing.store.unresolved() == set()
    assert server.events()[-1] == {"event": "StoreRecovered"}
    assert not is_failing(server)
    assert probe(server, "progress", HELD, "--quiet").status == 0
    assert len(records(failing.store)) == 3


@pytest.mark.usefixtures("two_ends_withheld")
def test_a_server_that_ends_before_leaves_it_to_the_next_to_record_that_nobody_knows(
    server, failing, start_recording_server
):
    server.begin_to_stop()
    assert server.wait(PATIENCE) == 0, server.tail()
    failing.mend()
    again = start_recording_server(store=failing.url)
    found = records(failing.store)
    assert [record.outcome for record in found] == [Outcome.UNKNOWN] * 2
    assert all("could not be put on record" in record.error for record in found)
    assert failing.store.unresolved() == set()
    again.stop()
