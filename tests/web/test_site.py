"""Sites that take messages: by which methods, where, and how long."""

import pytest
from twisted.internet.testing import MemoryReactorClock

from ipam_progress.web import WebSite, requested_host

LIMIT = 100


def echo(request):
    return request.content.read(), "text/plain"


def later(request):
    request.write(b"now")
    request.finish()


@pytest.fixture
def browser(browse):
    site = WebSite(
        {b"/page": lambda _: (b"a page", "text/html")},
        posts={b"/echo": echo, b"/later": later},
        headers={"Link": "<x>"},
        body_limit=LIMIT,
        reactor=MemoryReactorClock(),
    )
    site.doStart()
    yield browse(site)
    site.doStop()


class TestPosts:
    @pytest.mark.parametrize("length", [0, 1, LIMIT])
    def test_are_given_what_was_sent(self, browser, length):
        status, headers, body = browser.ask("/echo", method="POST", body=b"x" * length)
        assert (status, body) == (200, b"x" * length)
        assert headers["link"] == "<x>"

    def test_may_be_answered_later(self, browser):
        assert browser.ask("/later", method="POST")[0] == 200

    @pytest.mark.parametrize("length", [LIMIT + 1, 1_000_000])
    def test_have_a_limit(self, browser, length):
        status, _, body = browser.ask("/echo", method="POST", body=b"x" * length)
        assert status == 413
        assert b"at most 100 octets" in body
        assert browser.ask("/echo", method="POST", body=b"y")[2] == b"y"

    def test_have_it_in_chunks_too(self, browser):
        chunk = b"40\r\n" + b"x" * 0x40 + b"\r\n"
        browser.protocol.dataReceived(
            b"POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        browser.protocol.dataReceived(chunk)
        browser.protocol.dataReceived(chunk)
        assert b" 413 " not in browser.transport.value()
        browser.protocol.dataReceived(b"0\r\n\r\n")
        assert b" 413 " in browser.transport.value()

    def test_elsewhere(self, browser):
        status, _, body = browser.ask("/page", method="POST")
        assert status == 404
        assert b"/echo /later" in body

    def test_by_another_name(self, browser):
        assert browser.ask("/echo", method="POST", host="evil.example")[0] == 421


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
