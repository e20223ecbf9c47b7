"""Keepalives: when one is sent, and when a silent session is given up."""

import pytest

from ipam_progress.session.keepalive import KeepaliveSender, KeepaliveWatch


@pytest.fixture
def connection(outputs):
    """Fulfils both Protocols; `trace` has what was asked, in order."""
    outputs.is_reading = True
    outputs.send_keepalive = lambda: outputs.trace.append("keepalive")
    return outputs


@pytest.fixture
def sender(connection):
    return KeepaliveSender(connection, interval=15)


@pytest.fixture
def watch(connection):
    return KeepaliveWatch(connection, interval=15, grace=3)


# --- The client ----------------------------------------------------------------------------------


def test_a_silent_client_says_at_every_tick_that_it_is_there(connection, sender):
    connection.advance(14)
    assert connection.trace == []
    connection.advance(1)
    assert connection.trace == ["keepalive"]
    connection.advance(30)
    assert connection.trace == ["keepalive"] * 3


def test_a_request_takes_the_place_of_one_keepalive(connection, sender):
    sender.message_passed()
    sender.message_passed()
    connection.advance(15)
    assert connection.trace == []
    connection.advance(15)
    assert connection.trace == ["keepalive"]


def test_a_client_that_has_stopped_says_nothing(connection, sender):
    connection.advance(20)
    sender.stop()
    connection.advance(60)
    assert connection.trace == ["keepalive"]
    assert connection.pending == []


def test_sending_may_be_what_stops_it(connection):
    sender = KeepaliveSender(connection, interval=15)
    connection.send_keepalive = sender.stop
    connection.advance(60)
    assert connection.pending == []


# --- The server ----------------------------------------------------------------------------------

GIVEN_UP = ["abort: no message from the client for 60 seconds"]


def test_a_silent_session_is_given_up_at_the_fourth_tick(connection, watch):
    connection.abort = lambda reason: (connection.trace.append(f"abort: {reason}"), watch.stop())
    connection.advance(59)
    assert connection.trace == []
    connection.advance(1)
    assert connection.trace == GIVEN_UP
    assert connection.pending == []


@pytest.mark.parametrize("silence", [15, 30, 45])
def test_a_message_gives_all_the_grace_again(connection, watch, silence):
    connection.advance(silence)
    watch.message_passed()
    connection.advance(15)  # at this tick it is seen
    connection.advance(59)
    assert connection.trace == []
    connection.advance(1)
    assert connection.trace == GIVEN_UP


def test_what_is_not_read_is_not_missed(connection, watch):
    connection.advance(50)
    connection.is_reading = False
    connection.advance(600)
    assert connection.trace == []
    connection.is_reading = True
    connection.advance(54)
    assert connection.trace == []
    connection.advance(1)
    assert connection.trace == GIVEN_UP


def test_the_grace_is_a_setting(connection):
    KeepaliveWatch(connection, interval=2.5, grace=1)
    connection.advance(4)
    assert connection.trace == []
    connection.advance(1)
    assert connection.trace == ["abort: no message from the client for 5 seconds"]


def test_nobody_is_watched_any_more(connection, watch):
    connection.advance(20)
    watch.stop()
    connection.advance(600)
    assert connection.trace == []
    assert connection.pending == []
