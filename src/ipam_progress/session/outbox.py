"""The outbox: callbacks that wait to go, in order and bounded.

The string table of a session grows with every message, so a message can be encoded only when it
goes. Until then it waits here as an object. Handlers post, from the reactor's thread or from any
other; the connection takes when the transport can take octets, and only then encodes. Knows no
octets.

A client that is slower than its handler gets the newest rather than everything. From the moment
when the transport is full (`Outbox.begin_merging`) until all that waited has gone, a percentage
takes the place of the one that waits, and a status of a subtask that of its predecessor. What has
to arrive is never merged: AddSubTask, statuses that are final or carry a warning or an error, a
hundred percent, the beginning and the end; and nothing is merged across a message that has to
arrive on the same subtask. So what arrives is what was posted, some of it left out.

Two bounds. When `limit` callbacks wait that cannot be merged the outbox is full: threads block in
`wait_for_room`, coroutines wait where they await `room`, until half of it has gone (half, so that
a slow client does not cost a switch of threads for each callback). Code in the reactor's thread
cannot be made to block, and may not await; it can post `reserve` callbacks more, then it gets an
error. While nothing is merged all that waits counts; else one callback for each subtask, and one
for the overall percentage, may wait besides, so a handler does not wait over mere updates.

Where nothing makes a coroutine wait that does nothing but report, it would keep everyone else from
running: while updates are merged, and when the session is over and the handler goes on. So it is
made to give way now and then.
"""

import threading
from collections import deque
from collections.abc import Callable, Generator
from typing import Any, Final

from ipam_progress.contracts import (
    AddSubTask,
    SetCompletionPercentage,
    SetSubTaskStatus,
    SubTaskStatus,
)
from ipam_progress.errors import LocalProtocolError
from ipam_progress.session.outputs import Waiter, WaiterFactory

__all__ = ["DEFAULT_LIMIT", "Outbox", "Room"]

DEFAULT_LIMIT = 1000
"""About a second's work of a WCF client, some 800 callbacks a second."""

_TURN: Final = 256
"""How often a coroutine awaits `Outbox.room`, where nothing makes it wait, before it gives way."""

_OVERALL: Final = 0
"""What a percentage is about; statuses are about their subtask's number, from 1 on."""

_RUNNING: Final = (SubTaskStatus.NotStarted, SubTaskStatus.InProgress)


class Room:
    """What a coroutine awaits for room in an outbox; costs nothing while there is some."""

    __slots__ = ("_outbox",)

    def __init__(self, outbox: "Outbox") -> None:
        self._outbox = outbox

    def __await__(self) -> Generator[Any, Any, None]:
        """Yield nothing while there is room; else wait until half of the outbox has gone.

        Where updates are merged, or the session is over, let others run now and then.
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
        "_free_below",
        "_gone",
        "_is_merging",
        "_limit",
        "_lock",
        "_low_water",
        "_maximum",
        "_may_merge",
        "_merged",
        "_messages",
        "_places",
        "_reactor_thread",
        "_resting",
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
        merging: bool = True,
    ) -> None:
        """Make an empty outbox.

        Args:
            callbacks_ready: Called once each time the outbox stops being empty, in the thread of
                whoever posted.
            create_waiter: Makes what coroutines wait on.
            limit: How many messages may wait before whoever posts has to.
            reserve: How many more the reactor's thread may post without waiting; None for as
                many again as `limit`.
            merging: Whether updates may be merged; else whoever posts waits for a slow client.

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
        self._resting: list[Waiter] = []  # of coroutines that gave way
        self._closed = False
        self._may_merge = merging
        self._is_merging = False
        self._merged = 0
        # Where the updates wait that newer ones may replace: what they are about, and the number
        # of the message, from 0 on since merging began. Empty while nothing is merged.
        self._places: dict[int, int] = {}
        self._gone = 0  # messages that have been taken since then
        # How many may wait before anybody need look closer. That is the limit; or 0 while messages
        # are merged and when the outbox is closed, so that neither costs a test of its own.
        self._free_below = limit
        self._awaited = 0  # how often somebody had nothing to wait for and kept others waiting
        self._lock = threading.Lock()
        self._changed: threading.Condition | None = None  # made when the first thread waits
        self._reactor_thread = threading.get_ident()
        self.room = Room(self)

    def __len__(self) -> int:
        return len(self._messages)

    @property
    def is_full(self) -> bool:
        """Whether whoever posts next should wait."""
        return len(self._messages) - len(self._places) >= self._limit and not self._closed

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
            if waiting >= self._maximum <= waiting - len(self._places):
                raise LocalProtocolError(
                    f"{waiting} callbacks wait for the client already: write `await` before "
                    "update() in coroutines, await progress.room where there is no update, and "
                    "use a threaded handler for code that can do neither"
                )
            if self._is_merging:
                self._merge(message)
            else:
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
        if len(self._messages) < self._free_below or threading.get_ident() == self._reactor_thread:
            return
        with self._lock:
            if self._changed is None:
                self._changed = threading.Condition(self._lock)
            while self.is_full:
                self._changed.wait()

    def waiter_if_full(self) -> Waiter | None:
        """Give what to wait on; None if there is room, or nobody to wait for."""
        if len(self._messages) < self._free_below:
            return None
        with self._lock:
            is_full = self.is_full
            if is_full:
                waiters = self._waiters
            elif self._free_below:
                return None
            else:
                self._awaited += 1
                if self._awaited % _TURN:
                    return None
                waiters = self._resting
            waiter = self._create_waiter()
            waiters.append(waiter)
        if not is_full:
            self._callbacks_ready()  # perhaps nothing is, but whoever is called lets it go on
        return waiter

    def begin_merging(self) -> None:
        """Merge from now on what can be merged, until all that waits has gone.

        To be called when the transport can take no more, each time that the connection finds it so
        after `callbacks_ready`: it lets coroutines go on that gave way.
        """
        if not self._may_merge or self._closed:
            return
        with self._lock:
            begins = not self._is_merging
            if begins:
                self._is_merging = True
                self._free_below = self._gone = 0
                waiting, self._messages = self._messages, deque()
                for message in waiting:
                    self._merge(message)
            waiters = self._release(there_is_room=begins and not self.is_full)
        for waiter in waiters:
            waiter.wake()

    def take_merged(self) -> int:
        """Give how many messages newer ones took the place of, since this was last asked."""
        with self._lock:
            merged, self._merged = self._merged, 0
        return merged

    def take(self) -> object | None:
        """Remove and give the message that is due; None when none waits."""
        taken = self.take_all(1)
        return taken[0] if taken else None

    def take_all(self, limit: int | None = None) -> list[object]:
        """Remove and give the messages that are due, `limit` of them at most.

        What is left is for the next call: no `callbacks_ready` comes for it.
        """
        with self._lock:
            waiting = len(self._messages)
            before = waiting - len(self._places)
            count = waiting if limit is None else min(limit, waiting)
            taken = [self._messages.popleft() for _ in range(count)]
            if self._is_merging:
                self._forget_places(taken)
            after = len(self._messages) - len(self._places)
            waiters = self._release(there_is_room=before > self._low_water >= after)
        for waiter in waiters:
            waiter.wake()
        return taken

    def close(self) -> None:
        """Drop what waits and whatever is posted from now on, and let everyone go on."""
        with self._lock:
            self._closed = True
            self._is_merging = False
            self._free_below = 0
            self._messages.clear()
            self._places.clear()
            waiters = self._release(there_is_room=True)
        for waiter in waiters:
            waiter.wake()

    def _release(self, *, there_is_room: bool) -> list[Waiter]:
        """Let threads go on and give the waiters to be woken, outside the lock.

        Args:
            there_is_room: Whether there is room again; else only who gave way goes on.
        """
        waiters, self._resting = self._resting, []
        if there_is_room:
            if self._changed is not None:
                self._changed.notify_all()
            waiters += self._waiters
            self._waiters = []
        return waiters

    def _merge(self, message: object) -> None:
        """Let a message take the place of the one it makes obsolete, or its place in the line."""
        about, is_update = _nature(message)
        if about is None:
            self._places.clear()
        elif not is_update:
            self._places.pop(about, None)
        elif about in self._places:
            self._messages[self._places[about] - self._gone] = message
            self._merged += 1
            return
        else:
            self._places[about] = self._gone + len(self._messages)
        self._messages.append(message)

    def _forget_places(self, taken: list[object]) -> None:
        """Forget where messages were that have been taken; merge no more when none is left."""
        self._gone += len(taken)
        for message in taken:
            about, _ = _nature(message)
            if about is not None and self._places.get(about, self._gone) < self._gone:
                del self._places[about]
        if not self._messages:
            self._is_merging = False
            self._free_below = self._limit


def _nature(message: object) -> tuple[int | None, bool]:
    """Tell what a callback is about, and whether it is a mere update, which a newer one replaces.

    It is about a subtask, the overall percentage, or (None) the operation as a whole.
    """
    match message:
        case SetSubTaskStatus(subTaskInstance=instance) if instance is not None:
            is_update = message.completionStatus is None and message.status in _RUNNING
            return instance.SubTaskInstanceId, is_update
        case SetCompletionPercentage(completionPercentage=percent):
            return _OVERALL, percent != 100
        case AddSubTask(subTaskInstance=instance) if instance is not None:
            return instance.SubTaskInstanceId, False
    return None, False
