"""The feed: what readers are told, when, and what becomes of those who do not read."""

import json

import pytest

from ipam_progress.monitoring.feed import (
    HEARTBEAT,
    INTERVAL,
    PATIENCE,
    READERS_AT_MOST,
    RETRY,
    Feed,
)
from ipam_progress.monitoring.overview import Overview
from ipam_progress.monitoring.site import monitoring_site, page_answers


@pytest.fixture
def overview(server):
    return Overview(server, server.now)


@pytest.fixture
def feed(overview, reactor):
    return Feed(overview, reactor)


@pytest.fixture
def join(feed, reactor, browse):
    """Open the page's stream in one more browser."""
    site = monitoring_site(page_answers(feed), hosts=(), reactor=reactor)

    def join():
        browser = browse(site)
        assert browser.ask("/events")[0] == 200
        return browser

    return join


def told(browser):
    """Give the events that a browser was sent since the last time: id, name and data."""
    *blocks, rest = browser.read().decode().split("\n\n")
    assert rest == ""
    found = []
    for block in blocks:
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        if "event" in fields:
            found.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
        else:
            found.append(block)
    return found


class TestTelling:
    def test_the_whole_at_once(self, server, overview, join):
        server.start(1)
        retry, (id_, name, data) = told(join())
        assert retry == f"retry: {RETRY * 1000:.0f}"
        assert (id_, name) == (overview.revision, "snapshot")
        assert data == json.loads(json.dumps(overview.since(0)))

    def test_changes_together_and_a_little_later(self, server, reactor, join):
        browser = join()
        told(browser)
        server.session(1)
        server.fault("Kind", "one line\nand\r\nanother")
        assert told(browser) == []
        reactor.advance(INTERVAL)
        ((_, name, data),) = told(browser)
        assert name == "changes"
        assert set(data) == {"now", "sessions", "refusals", "counters"}
        assert data["refusals"][0]["reason"] == "one line\nand\r\nanother"
        reactor.advance(INTERVAL)
        assert told(browser) == []

    def test_each_is_told_what_it_has_not_seen(self, server, reactor, join):
        first = join()
        server.session(1)
        second = join()
        reactor.advance(INTERVAL)
        assert [event[1] for event in told(first)[1:]] == ["snapshot", "changes"]
        assert [event[1] for event in told(second)[1:]] == ["snapshot"]

    def test_what_is_the_same_for_many_is_written_down_once(
        self, server, overview, reactor, join, monkeypatch
    ):
        browsers = [join() for _ in range(5)]
        server.session(1)
        asked = []
        since = overview.since
        monkeypatch.setattr(
            overview, "since", lambda revision: asked.append(revision) or since(revision)
        )
        reactor.advance(INTERVAL)
        assert len(asked) == 1
        assert len({json.dumps(told(browser)[-1]) for browser in browsers}) == 1

    def test_silence_is_broken(self, reactor, join):
        browser = join()
        told(browser)
        reactor.pump([INTERVAL] * int(HEARTBEAT / INTERVAL - 1))
        assert told(browser) == []
        reactor.advance(INTERVAL)
        assert told(browser) == [": nothing new"]
        reactor.pump([INTERVAL] * int(HEARTBEAT / INTERVAL))
        assert told(browser) == [": nothing new"]

    def test_nothing_is_looked_up_while_nobody_reads(self, server, reactor, join):
        first, second = join(), join()
        first.lose()
        assert reactor.getDelayedCalls()
        second.lose()
        server.tasks_overview = None
        reactor.advance(10)
        assert not [call for call in reactor.getDelayedCalls() if "Looping" in str(call)]

    def test_it_begins_again_with_the_next_reader(self, server, reactor, join):
        join().lose()
        browser = join()
        told(browser)
        server.session(1)
        reactor.advance(INTERVAL)
        assert len(told(browser)) == 1


class TestSlowReaders:
    def test_are_told_in_one_piece_what_they_have_missed(self, server, reactor, join):
        browser = join()
        told(browser)
        browser.transport.fill()
        for number in range(20):
            server.start(number)
            reactor.advance(INTERVAL)
        assert told(browser) == []
        browser.transport.drain()
        reactor.advance(INTERVAL)
        ((_, name, data),) = told(browser)
        assert name == "changes"
        assert len(data["operations"]["changed"]) == 20

    def test_do_not_keep_others_waiting(self, server, reactor, join):
        slow, quick = join(), join()
        slow.transport.fill()
        told(quick)
        server.session(1)
        reactor.advance(INTERVAL)
        assert len(told(quick)) == 1

    def test_are_dropped_when_they_take_nothing(self, feed, reactor, join):
        browser = join()
        browser.transport.fill()
        reactor.pump([INTERVAL] * int(PATIENCE / INTERVAL))
        assert not browser.transport.aborted
        reactor.advance(INTERVAL)
        assert browser.transport.aborted
        browser.lose()
        assert not feed.full

    def test_there_is_room_for_some(self, feed, join, reactor, browse):
        browsers = [join() for _ in range(READERS_AT_MOST)]
        assert feed.full
        late = browse(monitoring_site(page_answers(feed), hosts=(), reactor=reactor))
        status, headers, body = late.ask("/events")
        assert status == 503
        assert headers["retry-after"] == "10"
        assert headers["content-type"].startswith("text/plain")
        assert b"close one" in body
        browsers[3].lose()
        assert late.ask("/events")[0] == 200


class TestEnds:
    def test_everybody_is_let_go(self, feed, join, reactor):
        quick, slow = join(), join()
        slow.transport.fill()
        told(quick)
        feed.close()
        assert quick.transport.value() == b"0\r\n\r\n"
        assert not quick.transport.aborted
        assert slow.transport.aborted

    def test_a_failure_is_logged_and_the_page_may_try_again(
        self, server, reactor, join, monkeypatch, failures
    ):
        browser = join()
        told(browser)
        monkeypatch.setattr(server, "tasks_overview", lambda: 1 / 0)
        reactor.advance(INTERVAL)
        assert failures == [ZeroDivisionError]
        assert browser.transport.value() == b"0\r\n\r\n"
        monkeypatch.undo()
        assert len(told(join())) == 2

    def test_a_connection_that_is_gone_stops_its_producer(self, join):
        browser = join()
        browser.transport.producer.stopProducing()
