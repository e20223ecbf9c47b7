"""Tells the picture to browsers as it changes, as server-sent events (WHATWG HTML, 9.2).

A reader gets the whole picture as the event ``snapshot``, then what has changed as ``changes``, a
few times a second at most. All that is kept for a reader is which revision it has: one that reads
slowly is written to when its connection can take it, and gets in one piece what it has missed; one
that does not read at all is dropped.
"""

import json
from typing import Any, Final

from twisted.internet.interfaces import IPushProducer
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.http import Request
from zope.interface import implementer

from ipam_progress.monitoring.overview import Overview

__all__ = ["HEARTBEAT", "INTERVAL", "PATIENCE", "READERS_AT_MOST", "RETRY", "Feed"]

READERS_AT_MOST: Final = 16
"""Readers at once; each is a page that somebody has open."""

INTERVAL: Final = 0.25
"""Seconds between two looks at what has changed."""

HEARTBEAT: Final = 15.0
"""Seconds of silence before a comment is sent, so that both ends notice a broken connection."""

PATIENCE: Final = 30.0
"""Seconds that a reader may take nothing before it is dropped."""

RETRY: Final = 2.0
"""Seconds after which a browser that has lost the connection tries again."""

_HEARTBEAT: Final = b": nothing new\n\n"


class Feed:
    """Those who read the picture.

    Args:
        overview: The picture.
        reactor: Tells the time (IReactorTime).
    """

    log = Logger()

    def __init__(self, overview: Overview, reactor: Any) -> None:
        self._overview = overview
        self._reactor = reactor
        self._readers: set[_Reader] = set()
        self._frames: dict[int, bytes] = {}  # made in one round, by the revision they begin after
        self._rounds = LoopingCall(self._tell)
        self._rounds.clock = reactor

    @property
    def full(self) -> bool:
        """Whether there is no room for one more."""
        return len(self._readers) >= READERS_AT_MOST

    def join(self, request: Request) -> None:
        """Tell the picture to one more, until it goes."""
        reader = _Reader(request, self._reactor.seconds())
        self._readers.add(reader)
        request.notifyFinish().addBoth(self._left, reader)
        request.registerProducer(reader, True)
        request.write(b"retry: %d\n\n" % (RETRY * 1000))
        if self._rounds.running:
            self._tell()
        else:
            self._rounds.start(INTERVAL).addErrback(self._failed)

    def close(self) -> None:
        """Let everybody go."""
        for reader in tuple(self._readers):
            reader.close()

    def _left(self, _: object, reader: "_Reader") -> None:
        self._readers.discard(reader)
        if not self._readers and self._rounds.running:
            self._rounds.stop()

    def _failed(self, failure: Failure) -> None:
        self.log.failure("the live page could not be kept up to date", failure)
        self.close()

    def _tell(self) -> None:
        now = self._reactor.seconds()
        self._overview.look()
        self._frames.clear()
        for reader in tuple(self._readers):
            if reader.blocked_since is not None:
                if now - reader.blocked_since > PATIENCE:
                    reader.drop()
            elif reader.revision < self._overview.revision:
                reader.write(self._frame(reader.revision), now)
                reader.revision = self._overview.revision
            elif now - reader.written >= HEARTBEAT:
                reader.write(_HEARTBEAT, now)

    def _frame(self, revision: int) -> bytes:
        frame = self._frames.get(revision)
        if frame is None:
            # JSON in ASCII has no line breaks of its own
            data = json.dumps(self._overview.since(revision), separators=(",", ":")).encode("ascii")
            frame = b"id: %d\nevent: %s\ndata: %s\n\n" % (
                self._overview.revision,
                b"changes" if revision else b"snapshot",
                data,
            )
            self._frames[revision] = frame
        return frame


@implementer(IPushProducer)
class _Reader:
    """One who reads.

    Attributes:
        revision: Which revision of the picture it was sent; 0 for none.
        written: When it was written to last.
        blocked_since: When its connection was full; None while it takes something.
    """

    def __init__(self, request: Request, now: float) -> None:
        self.revision = 0
        self.written = now
        self.blocked_since: float | None = None
        self._request = request

    def write(self, octets: bytes, now: float) -> None:
        self.written = now
        self._request.write(octets)

    def close(self) -> None:
        if self.blocked_since is None:
            self._request.unregisterProducer()
            self._request.finish()
        else:
            self.drop()

    def drop(self) -> None:
        transport: Any = self._request.transport
        transport.abortConnection()

    def pauseProducing(self) -> None:
        """Wait: the connection is full."""
        self.blocked_since = self.written

    def resumeProducing(self) -> None:
        """Go on: the connection has room."""
        self.blocked_since = None

    def stopProducing(self) -> None:
        """The connection is gone; the request says so itself."""
