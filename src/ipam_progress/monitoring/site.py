"""What the web site of metrics and page answers.

Browsers are told to run and load nothing but the site's own files.
"""

from collections.abc import Collection, Mapping
from functools import partial
from importlib.resources import files
from typing import Any, Final

from twisted.web.http import FORBIDDEN, SERVICE_UNAVAILABLE
from twisted.web.server import Request

from ipam_progress.monitoring.feed import Feed
from ipam_progress.monitoring.metrics import Metrics
from ipam_progress.web import Answer, WebSite, sentence

__all__ = ["metrics_answers", "monitoring_site", "page_answers"]

_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
}

_FILES: Final = {
    b"/": ("index.html", "text/html; charset=utf-8"),
    b"/page.css": ("page.css", "text/css; charset=utf-8"),
    b"/page.js": ("page.js", "text/javascript; charset=utf-8"),
    b"/icon.svg": ("icon.svg", "image/svg+xml"),
}


def monitoring_site(
    answers: Mapping[bytes, Answer], *, hosts: Collection[str], reactor: Any
) -> WebSite:
    """Make the site that answers at some paths; see `WebSite`."""
    return WebSite(answers, hosts=hosts, headers=_HEADERS, reactor=reactor)


def _file(name: str, media_type: str) -> Answer:
    content = (files(__package__) / "static" / name).read_bytes()
    return lambda _: (content, media_type)


def _events(feed: Feed, request: Request) -> tuple[bytes, str] | None:
    """Tell the picture as long as the page is open."""
    # A foreign page could not read this, but it could take all places
    if request.getHeader("sec-fetch-site") not in (None, "none", "same-origin"):
        return sentence(FORBIDDEN, "Only this server's own page may read this.")(request)
    if feed.full:
        request.setHeader("Retry-After", "10")
        return sentence(
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
