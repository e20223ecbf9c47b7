"""A web site: which requests are answered, and with what.

There is no login. So a site answers those only who ask for it by a name of its own (a foreign web
page that has had its name point here, "DNS rebinding", asks by that name), by the methods that it
has at a path, and keeps no more of a request than it has use for.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any, Final, TypeAlias

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IAddress
from twisted.web.http import (
    NOT_ALLOWED,
    NOT_FOUND,
    REQUEST_ENTITY_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    HTTPChannel,
)
from twisted.web.resource import IResource, Resource
from twisted.web.server import NOT_DONE_YET, Request, Site

__all__ = ["Answer", "Posts", "WebSite", "requested_host", "root_url", "sentence"]

Answer: TypeAlias = Callable[[Request], tuple[bytes, str] | None]
"""Answers a request with a body and its media type; with None if it writes by itself."""

_LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})

_HOST: Final = re.compile(r"(?:\[([0-9a-f:.]+)\]|([^\[\]:/@]+))(?::[0-9]{1,5})?", re.IGNORECASE)
"""A Host header: a name, an IPv4 address, or an IPv6 address in brackets; perhaps a port."""

_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}

_MISDIRECTED_REQUEST: Final = 421  # RFC 9110, 15.5.20; Twisted has no name for it

_ARRIVAL_TIMEOUT: Final = 60
"""Seconds for a request to arrive."""


@dataclass(frozen=True, slots=True)
class Posts:
    """What a site takes by POST.

    Attributes:
        answers: What answers at each path.
        media_type: What is sent there, in lower case; nothing else is taken.
        limit: Octets that a body may have.
    """

    answers: Mapping[bytes, Answer]
    media_type: str
    limit: int

    def has_media_type_of(self, request: Request) -> bool:
        """Tell whether a request has the media type that is taken."""
        named = (request.getHeader("content-type") or "").partition(";")[0]
        return named.strip().lower() == self.media_type


_NO_POSTS: Final = Posts({}, "", 0)


class _Request(Request):
    """A request whose body is kept as far as anybody asks for it.

    Twisted takes forms apart before anybody has asked, whatever time that takes: so of anything
    that is not taken nothing is kept.

    Attributes:
        is_too_long: Whether more came than is kept; `content` has the beginning then.

    Args:
        posts: What is taken.
        arguments: As Twisted has them.
    """

    def __init__(self, posts: Posts, *arguments: Any) -> None:
        super().__init__(*arguments)  # type: ignore[no-untyped-call]  # Twisted's has no types
        self._posts = posts
        self._room = 0
        self.is_too_long = False

    def gotLength(self, _length: int | None) -> None:
        """The body is about to come."""
        self.content = BytesIO()
        if self._posts.has_media_type_of(self):
            self._room = self._posts.limit

    def handleContentChunk(self, data: bytes) -> None:
        """A part of the body has come."""
        self.is_too_long = self.is_too_long or len(data) > self._room
        super().handleContentChunk(data[: self._room])  # type: ignore[no-untyped-call]
        self._room = max(self._room - len(data), 0)


class _Channel(HTTPChannel):
    """A connection on which the next request has to have arrived in time, as a whole."""

    def resetTimeout(self) -> None:
        """Grant no more time because octets have come: they may come one by one, for days."""


class WebSite(Site):
    """Answers requests at some paths.

    Args:
        answers: What answers GET and HEAD at each path.
        posts: What it takes by POST; None for nothing.
        hosts: Names that it goes by, besides those of loopback and the address of its interface.
        headers: Headers of all its answers, besides the usual ones.
        reactor: Tells the time (IReactorTime).
    """

    noisy = False
    protocol = _Channel  # type: ignore[assignment]  # Twisted's default speaks HTTP/2 in TLS too

    def __init__(
        self,
        answers: Mapping[bytes, Answer],
        *,
        posts: Posts | None = None,
        hosts: Collection[str] = (),
        headers: Mapping[str, str] | None = None,
        reactor: Any,
    ) -> None:
        super().__init__(  # type: ignore[no-untyped-call]  # Twisted's has no types
            Resource(),
            requestFactory=partial(_Request, posts or _NO_POSTS),
            timeout=_ARRIVAL_TIMEOUT,
            reactor=reactor,
        )
        self._answers = answers
        self._posts = posts or _NO_POSTS
        self._headers = {**_HEADERS, **(headers or {})}
        self._hosts = _LOOPBACK_NAMES | {host.lower() for host in hosts}

    def startFactory(self) -> None:
        """Begin; Twisted would open a log of every request here."""

    def stopFactory(self) -> None:
        """End."""

    def getResourceFor(self, request: Request) -> IResource:
        """Find what answers a request."""
        for name, value in self._headers.items():
            request.setHeader(name, value)
        return _Page(self._find(request))

    def _find(self, request: Request) -> Answer:
        hosts = request.requestHeaders.getRawHeaders("host", [])
        own = getattr(request.getHost(), "host", "").lower()  # a UNIX socket has none
        if len(hosts) != 1 or not self._is_own(hosts[0], own):
            return sentence(
                _MISDIRECTED_REQUEST,
                "This server does not go by that name. Ask for it by its address or as localhost, "
                "or configure the name.",
            )
        posts = self._posts.answers
        if request.method == b"POST" and posts:
            return self._find_post(request)
        if request.method not in (b"GET", b"HEAD"):
            methods = "GET, HEAD, POST" if posts else "GET, HEAD"
            request.setHeader("Allow", methods)
            return sentence(NOT_ALLOWED, f"This server takes no other methods than {methods}.")
        return self._answers.get(request.path) or self._nothing_there(self._answers)

    def _find_post(self, request: Request) -> Answer:
        answer = self._posts.answers.get(request.path)
        if answer is None:
            return self._nothing_there(self._posts.answers)
        if not self._posts.has_media_type_of(request):
            return sentence(
                UNSUPPORTED_MEDIA_TYPE,
                f"Only messages are taken here: send Content-Type: {self._posts.media_type}",
            )
        if isinstance(request, _Request) and request.is_too_long:
            return sentence(
                REQUEST_ENTITY_TOO_LARGE, f"A message has at most {self._posts.limit} octets here."
            )
        return answer

    @staticmethod
    def _nothing_there(answers: Collection[bytes]) -> Answer:
        paths = " ".join(path.decode() for path in answers)
        return sentence(NOT_FOUND, f"There is nothing here. What there is: {paths}")

    def _is_own(self, host: str, address: str) -> bool:
        name = requested_host(host)
        return name in self._hosts or (name != "" and name == address)


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


def requested_host(header: str) -> str:
    """Give the host that a Host header names, in lower case, without port and brackets.

    Returns:
        The empty string for what is no Host header.
    """
    match = _HOST.fullmatch(header)
    return "" if match is None else (match[1] or match[2]).lower()


def sentence(status: int, text: str) -> Answer:
    """Answer with a sentence: mostly why something is refused."""

    def answer(request: Request) -> tuple[bytes, str]:
        request.setResponseCode(status)
        return text.encode() + b"\n", "text/plain; charset=utf-8"

    return answer


def root_url(endpoint: str, address: IAddress) -> str:
    """Give the URL of a site without a path; a UNIX socket has none and keeps its description."""
    match address:
        case IPv6Address():
            return f"http://[{address.host}]:{address.port}"
        case IPv4Address():
            return f"http://{address.host}:{address.port}"
        case _:
            return endpoint
