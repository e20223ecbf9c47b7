"""Sites that take messages: by which methods, where, and how long."""

import pytest
from twisted.internet.testing import MemoryReactorClock

from ipam_progress.web import Posts, WebSite, requested_host

LIMIT = 100


def echo(request):
    return request.content.read(), "text/plain"


def post(browser, path, body=b"", media_type="text/x", **options):
    headers = [("Content-Type", media_type)]
    return browser.ask(path, method="POST", headers=headers, body=body, **options)


def later(request):
    request.write(b"now")
    request.finish()


@pytest.fixture
def reactor():
    return MemoryReactorClock()


@pytest.fixture
def browser(browse, reactor):
    site = WebSite(
        {b"/page": lambda _: (b"a page", "text/html")},
        posts=Posts({b"/echo": echo, b"/later": later}, "text/x", LIMIT),
        headers={"Link": "<x>"},
        reactor=reactor,
    )
    site.doStart()
    yield browse(site)
    site.doStop()


class TestPosts:
    @pytest.mark.parametrize("length", [0, 1, LIMIT])
    def test_are_given_what_was_sent(self, browser, length):
        status, headers, body = post(browser, "/echo", b"x" * length)
        assert (status, body) == (200, b"x" * length)
        assert headers["link"] == "<x>"

    def test_may_be_answered_later(self, browser):
        assert post(browser, "/later")[0] == 200

    @pytest.mark.parametrize("length", [LIMIT + 1, 1_000_000])
    def test_have_a_limit(self, browser, length):
        status, _, body = post(browser, "/echo", b"x" * length)
        assert status == 413
        assert b"at most 100 octets" in body
        assert post(browser, "/echo", b"y")[2] == b"y"

    def test_have_it_in_chunks_too(self, browser):
        chunk = b"40\r\n" + b"x" * 0x40 + b"\r\n"
        browser.protocol.dataReceived(
            b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/x\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        browser.protocol.dataReceived(chunk)
        browser.protocol.dataReceived(chunk)
        assert b" 413 " not in browser.transport.value()
        browser.protocol.dataReceived(b"0\r\n\r\n")
        assert b" 413 " in browser.transport.value()

    @pytest.mark.parametrize(
        "media_type", ["text/y", "text/x+y", "application/x-www-form-urlencoded", ""]
    )
    def test_have_a_media_type(self, browser, media_type):
        status, _, body = post(browser, "/echo", b"a=b", media_type)
        assert status == 415
        assert b"text/x" in body
        assert post(browser, "/echo", b"x", "Text/X ; charset=utf-8")[0] == 200

    def test_are_not_taken_apart_as_forms(self, browser, monkeypatch):
        """It takes seconds with a long one, and any page can have a browser send it."""
        seen = []
        find = WebSite.getResourceFor

        def note(site, request):
            seen.append((request.args, request.content.getvalue()))
            return find(site, request)

        monkeypatch.setattr(WebSite, "getResourceFor", note)
        post(browser, "/echo", b"a=b", "application/x-www-form-urlencoded")
        assert seen == [({}, b"")]

    def test_elsewhere(self, browser):
        status, _, body = post(browser, "/page")
        assert status == 404
        assert b"/echo /later" in body

    def test_by_another_name(self, browser):
        assert post(browser, "/echo", host="evil.example")[0] == 421


class TestTime:
    """A request has a minute to arrive, from when the connection is free for it."""

    @pytest.mark.parametrize("part", [b"G", b"GET /page HTTP/1.1\r\nHost: localhost\r\nX-Y: "])
    def test_octets_that_come_one_by_one(self, browser, reactor, part):
        browser.protocol.dataReceived(part)
        for _ in range(59):
            reactor.advance(1)
            browser.protocol.dataReceived(b"x")
        assert not browser.transport.disconnecting
        reactor.advance(1)
        assert browser.transport.disconnecting

    def test_a_body_that_does_not_end(self, browser, reactor):
        browser.protocol.dataReceived(
            b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90\r\n\r\n"
        )
        for _ in range(60):
            reactor.advance(1)
            browser.protocol.dataReceived(b"x")
        assert browser.transport.disconnecting

    def test_each_request_has_its_own(self, browser, reactor):
        for _ in range(3):
            assert browser.ask("/page")[0] == 200
            reactor.advance(59)
        assert not browser.transport.disconnecting


class TestOtherMethods:
    def test_get(self, browser):
        assert browser.ask("/page")[2] == b"a page"
        assert browser.ask("/echo")[0] == 404

    @pytest.mark.parametrize("method", ["PUT", "OPTIONS"])
    def test_none(self, browser, method):
        status, headers, _ = browser.ask("/echo", method=method)
        assert status == 405
        assert headers["allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("localhost", "localhost"),
        ("IPAM.example.com:8080", "ipam.example.com"),
        ("[2001:DB8::1]:80", "2001:db8::1"),
        ("a b", "a b"),
        ("user@host", ""),
        ("", ""),
    ],
)
def test_hosts(header, host):
    assert requested_host(header) == host
