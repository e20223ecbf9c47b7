"""Keepalives: how the server learns that the client of a silent session is still there.

[MS-IPAMM2] 2.2.2.2, 3.1.5 and 3.2.5. Each end looks at its session at regular intervals: a client
that has sent no request since the last look sends a Keepalive, a server that has received nothing
for several looks drops the session. Callbacks do not count: a server can go on for a long time
sending them to a machine that has been switched off. Knows no octets and no Twisted; what it needs
of the connection are the Protocols below. Everything is called in the reactor's thread.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from enum import Enum
from typing import Protocol

from ipam_progress.session.outputs import Timer

__all__ = [
    "KeepaliveMode",
    "KeepaliveOutputs",
    "KeepaliveSender",
    "KeepaliveWatch",
    "WatchOutputs",
]


class KeepaliveMode(Enum):
    """From when on a server drops a session whose client has fallen silent."""

    OBSERVED = "observed"
    """From the first Keepalive on, so that clients that know nothing of them are left alone."""

    REQUIRED = "required"
    """From the beginning, as [MS-IPAMM2] 3.1.5 has it. A client that sends none, as generic WCF
    clients do, loses a long operation after a minute."""

    OFF = "off"
    """Never."""


class _Outputs(Protocol):
    """What both ends ask of a connection."""

    def schedule(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Call back in the reactor's thread when so much time has passed."""
        ...


class KeepaliveOutputs(_Outputs, Protocol):
    """What a `KeepaliveSender` asks of the connection that carries its session."""

    def send_keepalive(self) -> None:
        """Send a Keepalive now."""
        ...


class WatchOutputs(_Outputs, Protocol):
    """What a `KeepaliveWatch` asks of the connection that carries its session."""

    @property
    def is_reading(self) -> bool:
        """Whether what the client sends is read now."""
        ...

    def abort(self, reason: str) -> None:
        """Drop the connection without an End.

        Args:
            reason: Why, for the log.
        """
        ...


class _Periodic(ABC):
    """Looks at a session at regular intervals until it is stopped.

    Args:
        outputs: The connection.
        interval: Seconds from one look to the next.
    """

    __slots__ = ("_interval", "_passed", "_schedule", "_timer")

    def __init__(self, outputs: _Outputs, interval: float) -> None:
        self._schedule = outputs.schedule
        self._interval = interval
        self._passed = False
        self._timer = self._schedule(interval, self._tick)

    def message_passed(self) -> None:
        """Note a message of the client: one that was sent, or received, as the end may be."""
        self._passed = True

    def stop(self) -> None:
        """Look no more. To be called once, when the session is over or before."""
        self._timer.cancel()

    def _tick(self) -> None:
        # first the next look, which whoever is called now may have to cancel
        self._timer = self._schedule(self._interval, self._tick)
        passed, self._passed = self._passed, False
        self._look(passed)

    @abstractmethod
    def _look(self, passed: bool) -> None:
        """Do what is due, given whether a message has passed since the last look."""


class KeepaliveSender(_Periodic):
    """Tells the server that this client is still there ([MS-IPAMM2] 3.2.5).

    It begins when the session is open. `message_passed` is for requests that were sent.
    """

    __slots__ = ("_outputs",)

    def __init__(self, outputs: KeepaliveOutputs, *, interval: float) -> None:
        super().__init__(outputs, interval)
        self._outputs = outputs

    def _look(self, passed: bool) -> None:
        if not passed:
            self._outputs.send_keepalive()


class KeepaliveWatch(_Periodic):
    """Drops a session whose client has fallen silent ([MS-IPAMM2] 3.1.5).

    `message_passed` is for messages that were received, Keepalives and others.

    Args:
        outputs: The connection.
        interval: Seconds from one look to the next.
        grace: So many looks may find nothing; one more in a row ends the session.
    """

    __slots__ = ("_count", "_grace", "_outputs")

    def __init__(self, outputs: WatchOutputs, *, interval: float, grace: int) -> None:
        super().__init__(outputs, interval)
        self._outputs = outputs
        self._grace = self._count = grace

    def _look(self, passed: bool) -> None:
        # where we do not read, that there is nothing says nothing about the client
        if passed or not self._outputs.is_reading:
            self._count = self._grace
            return
        self._count -= 1
        if self._count < 0:
            silence = (self._grace + 1) * self._interval
            self._outputs.abort(f"no message from the client for {silence:g} seconds")
