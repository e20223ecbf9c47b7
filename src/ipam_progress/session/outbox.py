"""The outbox: callbacks that wait to go, in order and bounded.

The string table of a session grows with every message, so a message can be encoded only when it
goes. Until then it waits here as an object. Handlers post, from the reactor's thread or from any
other; the connection takes when the transport can take octets, and only then encodes. Knows
nothing of what a callback means, nor of octets.

Two bounds. At `limit` waiting callbacks the outbox is full: threads block in `wait_for_room`,
coroutines wait where they await `room`, until half of it has gone (half, so that a slow client
does not cost a switch of threads for each callback). Code in the reactor's thread cannot be made
to block, and may not await; it can post `reserve` callbacks more, then it gets an error.

When the session is over the handler may go on, and nothing makes it wait for a client any more. A
coroutine that does nothing but report would then keep everyone else from running; so it is made to
give way now and then.
"""

import threading
from collections import deque
from collections.abc import Callable, Generator
from typing import Any, Final

from ipam_progress.errors import LocalProtocolError
from ipam_progress.session.outputs import Waiter, WaiterFactory

__all__ = ["DEFAULT_LIMIT", "Outbox", "Room"]

DEFAULT_LIMIT = 1000
"""About a second's work of a WCF client, some 800 callbacks a second."""

_TURN: Final = 256
"""How often a coroutine awaits `Outbox.room` after the session's end before it gives way."""


class Room:
    """What a coroutine awaits for room in an outbox; costs nothing while there is some."""

    __slots__ = ("_outbox",)

    def __init__(self, outbox: "Outbox") -> None:
        self._outbox = outbox

    def __await__(self) -> Generator[Any, Any, None]:
        """Yield nothing while there is room; else wait until half of the outbox has gone.

        After the end of the session, let others run now and then.
        """
        while (waiter := self._outbox.waiter_if_full()) is not None:
            yield from waiter.__await__()


class Outbox:
    """Messages in the order in which they were posted, for one session.

    Create it in the reactor's thread. `post`, `wait_for_room`, `room` and `len` are for any
    thread, the rest for the reactor's.

    Attributes:
        room: To be awaited by coroutines that post.
    """

    __slots__ = (
        "_awaited",
        "_callbacks_ready",
        "_changed",
        "_closed",
        "_create_waiter",
        "_limit",
        "_lock",
        "_low_water",
        "_maximum",
        "_messages",
        "_reactor_thread",
        "_waiters",
        "room",
    )

    def __init__(
        self,
        callbacks_ready: Callable[[], None],
        create_waiter: WaiterFactory,
        *,
        limit: int = DEFAULT_LIMIT,
        reserve: int | None = None,
    ) -> None:
        """Make an empty outbox.

        Args:
            callbacks_ready: Called once each time the outbox stops being empty, in the thread of
                whoever posted.
            create_waiter: Makes what coroutines wait on.
            limit: How many messages may wait before whoever posts has to.
            reserve: How many more the reactor's thread may post without waiting; None for as
                many again as `limit`.

        Raises:
            ValueError: If a bound is out of range.
        """
        if limit < 1:
            raise ValueError(f"an outbox must hold at least one callback, not {limit}")
        if reserve is None:
            reserve = limit
        elif reserve < 0:
            raise ValueError(f"the reserve of an outbox cannot be {reserve}")
        self._callbacks_ready = callbacks_ready
        self._create_waiter = create_waiter
        self._limit = limit
        self._low_water = limit // 2
        self._maximum = limit + reserve
        self._messages: deque[object] = deque()
        self._waiters: list[Waiter] = []
        self._closed = False
        self._awaited = 0  # how often since then
        self._lock = threading.Lock()
        self._changed: threading.Condition | None = None  # made when the first thread waits
        self._reactor_thread = threading.get_ident()
        self.room = Room(self)

    def __len__(self) -> int:
        return len(self._messages)

    @property
    def is_full(self) -> bool:
        """Whether whoever posts next should wait."""
        return len(self._messages) >= self._limit and not self._closed

    @property
    def is_closed(self) -> bool:
        """Whether the session is over; `take_all` then gives nothing and wakes who gave way."""
        return self._closed

    def post(self, message: object) -> None:
        """Add a message; never blocks. Dropped in silence when the session is over.

        Raises:
            LocalProtocolError: If so many messages wait that whoever posts them cannot have
                waited for room.
        """
        with self._lock:
            if self._closed:
                return
            waiting = len(self._messages)
            if waiting >= self._maximum:
                raise LocalProtocolError(
                    f"{waiting} callbacks wait for the client already: write `await` before "
                    "update() in coroutines, await progress.room where there is no update, and "
                    "use a threaded handler for code that can do neither"
                )
            self._messages.append(message)
        if not waiting:
            self._callbacks_ready()

    def post_last(self, message: object) -> None:
        """Add the final status, for which there is always room."""
        with self._lock:
            if self._closed:
                return
            waiting = len(self._messages)
            self._messages.append(message)
        if not waiting:
            self._callbacks_ready()

    def wait_for_room(self) -> None:
        """Block while the outbox is full; never in the reactor's thread."""
        if len(self._messages) < self._limit or threading.get_ident() == self._reactor_thread:
            return
        with self._lock:
            if self._changed is None:
                self._changed = threading.Condition(self._lock)
            while self.is_full:
                self._changed.wait()

    def waiter_if_full(self) -> Waiter | None:
        """Give what to wait on; None if there is room, or nobody to wait for."""
        if len(self._messages) < self._limit:
            return None
        with self._lock:
            closed = self._closed
            if closed:
                self._awaited += 1
                if self._awaited % _TURN:
                    return None
            elif len(self._messages) < self._limit:
                return None
            waiter = self._create_waiter()
            self._waiters.append(waiter)
        if closed:
            self._callbacks_ready()  # nothing is ready, but whoever is called takes, and that wakes
        return waiter

    def take(self) -> object | None:
        """Remove and give the message that is due; None when none waits."""
        taken = self.take_all(1)
        return taken[0] if taken else None

    def take_all(self, limit: int | None = None) -> list[object]:
        """Remove and give the messages that are due, `limit` of them at most.

        What is left is for the next call: no `callbacks_ready` comes for it.
        """
        with self._lock:
            before = len(self._messages)
            count = before if limit is None else min(limit, before)
            taken = [self._messages.popleft() for _ in range(count)]
            crossed = before > self._low_water >= before - count
            waiters = self._release() if crossed or self._closed else ()
        for waiter in waiters:
            waiter.wake()
        return taken

    def close(self) -> None:
        """Drop what waits and whatever is posted from now on, and let everyone go on."""
        with self._lock:
            self._closed = True
            self._limit = 0  # so that whoever awaits room is counted, at no cost before
            self._messages.clear()
            waiters = self._release()
        for waiter in waiters:
            waiter.wake()

    def _release(self) -> list[Waiter]:
        """Let threads go on and give the waiters to be woken, outside the lock."""
        if self._changed is not None:
            self._changed.notify_all()
        waiters, self._waiters = self._waiters, []
        return waiters
