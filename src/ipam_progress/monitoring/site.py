"""The web site of metrics and page: which requests are answered, and with what.

There is no login. So a site answers those only who ask for it by a name of its own (a foreign web
page that has had its name point here, "DNS rebinding", asks by that name), only GET and HEAD, and
tells browsers to run and load nothing but the site's own files.
"""

import re
from collections.abc import Callable, Collection, Mapping
from functools import partial
from importlib.resources import files
from io import BytesIO
from typing import Any, Final, TypeAlias

from twisted.web.http import (
    FORBIDDEN,
    NOT_ALLOWED,
    NOT_FOUND,
    SERVICE_UNAVAILABLE,
)
from twisted.web.resource import IResource, Resource
from twisted.web.server import NOT_DONE_YET, Request, Site

from ipam_progress.monitoring.feed import Feed
from ipam_progress.monitoring.metrics import Metrics

__all__ = ["Answer", "MonitoringSite", "metrics_answers", "page_answers"]

Answer: TypeAlias = Callable[[Request], tuple[bytes, str] | None]
"""Answers a request with a body and its media type; with None if it writes by itself."""

_LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})

_HOST: Final = re.compile(r"(?:\[([0-9a-f:.]+)\]|([^\[\]:/@]+))(?::[0-9]{1,5})?", re.IGNORECASE)
"""A Host header: a name, an IPv4 address, or an IPv6 address in brackets; perhaps a port."""

_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}

_FILES: Final = {
    b"/": ("index.html", "text/html; charset=utf-8"),
    b"/page.css": ("page.css", "text/css; charset=utf-8"),
    b"/page.js": ("page.js", "text/javascript; charset=utf-8"),
    b"/icon.svg": ("icon.svg", "image/svg+xml"),
}

_MISDIRECTED_REQUEST: Final = 421  # RFC 9110, 15.5.20; Twisted has no name for it

_IDLE_TIMEOUT: Final = 60
"""Seconds for a request to arrive."""


class _Request(Request):
    """A request whose body, if it has one, is not kept: nobody asks for it."""

    def gotLength(self, _length: int | None) -> None:
        """The body is about to come."""
        self.content = BytesIO()

    def handleContentChunk(self, _data: bytes) -> None:
        """A part of the body has come."""


class MonitoringSite(Site):
    """Answers requests at some paths.

    Args:
        answers: What answers at each path.
        hosts: Names that it goes by, besides those of loopback and the address of its interface.
        reactor: Tells the time (IReactorTime).
    """

    noisy = False

    def __init__(
        self, answers: Mapping[bytes, Answer], *, hosts: Collection[str], reactor: Any
    ) -> None:
        super().__init__(  # type: ignore[no-untyped-call]  # Twisted's has no types
            Resource(), requestFactory=_Request, timeout=_IDLE_TIMEOUT, reactor=reactor
        )
        self._answers = answers
        self._hosts = _LOOPBACK_NAMES | {host.lower() for host in hosts}

    def startFactory(self) -> None:
        """Begin; Twisted would open a log of every request here."""

    def stopFactory(self) -> None:
        """End."""

    def getResourceFor(self, request: Request) -> IResource:
        """Find what answers a request."""
        for name, value in _HEADERS.items():
            request.setHeader(name, value)
        return _Page(self._refusal(request) or self._answers[request.path])

    def _refusal(self, request: Request) -> Answer | None:
        hosts = request.requestHeaders.getRawHeaders("host", [])
        own = getattr(request.getHost(), "host", "").lower()  # a UNIX socket has none
        if len(hosts) != 1 or not self._is_own(hosts[0], own):
            return _sentence(
                _MISDIRECTED_REQUEST,
                "This server does not go by that name. Ask for it by its address or as localhost, "
                "or configure the name.",
            )
        if request.method not in (b"GET", b"HEAD"):
            request.setHeader("Allow", "GET, HEAD")
            return _sentence(NOT_ALLOWED, "This server can be looked at only: use GET or HEAD.")
        if request.path not in self._answers:
            paths = " ".join(path.decode() for path in self._answers)
            return _sentence(NOT_FOUND, f"There is nothing here. What there is: {paths}")
        return None

    def _is_own(self, host: str, address: str) -> bool:
        match = _HOST.fullmatch(host)
        if match is None:
            return False
        name = (match[1] or match[2]).lower()
        return name in self._hosts or name == address


class _Page(Resource):
    """What Twisted asks to answer a request."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Twisted's has no types
        self._answer = answer

    def render(self, request: Request) -> Any:
        """Answer, a HEAD with everything but the body."""
        answer = self._answer(request)
        if answer is None:
            return NOT_DONE_YET
        body, media_type = answer
        request.setHeader("Content-Type", media_type)
        if request.method == b"HEAD":
            return b""
        return body


def _sentence(status: int, text: str) -> Answer:
    """Refuse, with a sentence that says why."""

    def refuse(request: Request) -> tuple[bytes, str]:
        request.setResponseCode(status)
        return text.encode() + b"\n", "text/plain; charset=utf-8"

    return refuse


def _file(name: str, media_type: str) -> Answer:
    content = (files(__package__) / "static" / name).read_bytes()
    return lambda _: (content, media_type)


def _events(feed: Feed, request: Request) -> tuple[bytes, str] | None:
    """Tell the picture as long as the page is open."""
    # A foreign page could not read this, but it could take all places
    if request.getHeader("sec-fetch-site") not in (None, "none", "same-origin"):
        return _sentence(FORBIDDEN, "Only this server's own page may read this.")(request)
    if feed.full:
        request.setHeader("Retry-After", "10")
        return _sentence(
            SERVICE_UNAVAILABLE, "As many pages are open as there may be: close one, and try again."
        )(request)
    media_type = "text/event-stream"
    if request.method == b"HEAD":
        return b"", media_type
    request.setHeader("Content-Type", media_type)
    feed.join(request)
    return None


def metrics_answers(metrics: Metrics) -> dict[bytes, Answer]:
    """Give what a site of metrics answers, by path."""
    return {b"/metrics": lambda request: metrics.expose(request.getHeader("accept") or "")}


def page_answers(feed: Feed) -> dict[bytes, Answer]:
    """Give what a site of the live page answers, by path."""
    pages = {path: _file(name, media_type) for path, (name, media_type) in _FILES.items()}
    return {**pages, b"/events": partial(_events, feed)}
