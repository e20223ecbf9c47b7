"""Whatever comes, nothing but its own connection suffers, and there is a line for it in the log."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipam_progress.contracts import IpamTaskType
from ipam_progress.contracts.messages import StartTask
from ipam_progress.framing.records import PreambleAckRecord
from ipam_progress.service.paths import SERVER_PATH
from ipam_progress.tracking import ProgressTracker

NAMES = ("progress", "start-task", "two-sessions", "initialize-twice", "raw-wrong-order")
QUICK = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def damage(draw, octets: bytes) -> bytes:
    """Change, drop, repeat or insert something."""
    damaged = bytearray(octets)
    for _ in range(draw(st.integers(1, 4))):
        position = draw(st.integers(0, len(damaged)))
        length = draw(st.integers(0, 30))
        match draw(st.sampled_from(["change", "drop", "repeat", "insert"])):
            case "change" if position < len(damaged):
                damaged[position] = draw(st.integers(0, 255))
            case "drop":
                del damaged[position : position + length]
            case "repeat":
                damaged[position:position] = damaged[position : position + length]
            case _:
                damaged[position:position] = draw(st.binary(max_size=length))
    return bytes(damaged)


def cut(draw, octets: bytes) -> list[bytes]:
    places = sorted(draw(st.lists(st.integers(0, len(octets)), max_size=5)))
    pieces = zip([0, *places], [*places, len(octets)], strict=True)
    return [octets[start:end] for start, end in pieces if start < end]


@pytest.fixture(scope="session")
def streams(conversation):
    """What each side said in recorded connections."""
    return {
        side: [
            b"".join(
                bytes.fromhex(record["bytes"])
                for record in connection
                if record["from"] == side and "bytes" in record
            )
            for name in NAMES
            for connection in conversation(name)["connections"]
        ]
        for side in ("client", "server")
    }


@pytest.fixture(scope="session")
def lasting(make_harness):
    """One server that stands all of it."""
    return make_harness()


@QUICK
@given(data=st.data())
def test_damaged_clients(data, streams, lasting, log):
    harness = lasting
    bad = harness.connect()
    octets = damage(data.draw, data.draw(st.sampled_from(streams["client"])))
    for piece in cut(data.draw, octets):
        if not bad.transport.disconnecting:
            bad.send(piece)
        if data.draw(st.booleans()):
            harness.reactor.settle()
    if not bad.transport.disconnecting:
        bad.half_close()
    harness.settle()
    harness.advance(700)
    assert bad.is_gone
    assert log.take_failures() == []
    good = harness.connect().open(SERVER_PATH)
    good.ask(StartTask(taskType=IpamTaskType.Discovery))
    assert good.names() == ["PreambleAckRecord", "StartTaskResponse"]
    good.close()
    assert harness.server._admission.total == 0
    harness.wires.clear()


@QUICK
@given(octets=st.binary(min_size=1, max_size=200))
def test_random_octets(octets, lasting, log):
    wire = lasting.connect()
    wire.send(octets)
    lasting.advance(30)
    assert wire.is_gone
    assert log.take_failures() == []
    assert len(log.lines()) >= 1
    log.events.clear()


@QUICK
@given(data=st.data())
def test_damaged_servers(data, streams, make_client, log):
    client = make_client()
    assert isinstance(client.tracker, ProgressTracker)
    octets = damage(data.draw, data.draw(st.sampled_from(streams["server"])))
    if data.draw(st.booleans()):
        octets = PreambleAckRecord().serialize() + octets
    for piece in cut(data.draw, octets):
        if not client.transport.disconnecting:
            client.wire.send(piece)
    if not client.transport.disconnecting:
        client.wire.half_close()
    client.advance(70)
    assert client.wire.is_gone
    assert len(client.opened) == 1
    assert len(client.ended) == 1
    assert log.take_failures() == []
    assert client.reactor.getDelayedCalls() == []
