"""What the subtasks of one operation share: the way out to the client, and the sum of what is done.

An operation is a tree: subtasks are its leaves, parts (`ProgressPart`) its branches, `Overall` its
root. Each branch adds up what its children have done by their weights, and counts for its own
parent as a subtask with that percentage would. An operation without parts has the root alone.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from ipam_progress.contracts import SetCompletionPercentage
from ipam_progress.progress.percentages import HUNDREDTH, decimal_of, rounded

if TYPE_CHECKING:
    from ipam_progress.progress.subtasks import Subtask

__all__ = ["CallbackSink", "Overall", "PartShare", "Share"]


class CallbackSink(Protocol):
    """Where callbacks go: a session."""

    def post(self, message: object) -> None:
        """Send a callback, when it can be sent; never blocks."""
        ...

    def wait_for_room(self) -> None:
        """Block while too many callbacks wait; does nothing in the reactor's thread."""
        ...

    @property
    def room(self) -> Awaitable[None]:
        """What a coroutine awaits while too many callbacks wait."""
        ...


class Share(ABC):
    """What subtasks and parts add up to. Whoever calls holds the operation's lock.

    Attributes:
        automatic: Whether the percentage follows from them.
    """

    __slots__ = ("_done", "_expected", "_weight", "automatic")

    def __init__(self, *, automatic: bool) -> None:
        self.automatic = automatic
        self._done = 0
        self._weight = 0
        self._expected = 0

    def expect(self, weight: int) -> None:
        """Note how much all children will weigh together."""
        self._expected = weight
        self._follow()

    def add(self, weight: int) -> None:
        """Count the weight of one more child."""
        self._weight += weight
        self._follow()

    def advance(self, weighted: int) -> None:
        """Count what a child has done: its progress in units times its weight."""
        self._done += weighted
        self._follow()

    @abstractmethod
    def give(self, units: int) -> None:
        """Take a percentage from the handler; from now on it does not follow from the children."""

    @property
    @abstractmethod
    def percent(self) -> Decimal:
        """How much is done."""

    @abstractmethod
    def _follow(self) -> None:
        """Tell whoever has to know how much is done now, if that is not what they know."""


class PartShare(Share):
    """The share of a part, which counts in another one.

    Its own percentage is kept to 1e-8, as that of a subtask is. It may go back, when subtasks are
    added; what the client sees does not.
    """

    __slots__ = ("_parent", "_units", "_weight_in_parent")

    def __init__(self, parent: Share, weight: int) -> None:
        super().__init__(automatic=True)
        self._parent = parent
        self._weight_in_parent = weight
        self._units = 0
        parent.add(weight)

    def give(self, units: int) -> None:
        """Take a percentage from the handler; from now on it does not follow from the children."""
        self.automatic = False
        self._set(units)

    @property
    def percent(self) -> Decimal:
        """How much of the part is done."""
        return decimal_of(rounded(self._units, HUNDREDTH))

    def _follow(self) -> None:
        if self.automatic:
            self._set(rounded(self._done, max(self._weight, self._expected)))

    def _set(self, units: int) -> None:
        if units != self._units:
            weighted = self._weight_in_parent * (units - self._units)
            self._units = units
            self._parent.advance(weighted)


class Overall(Share):
    """The whole of an operation.

    Attributes:
        lock: Held while something changes and is posted, so that callbacks leave in the order of
            the changes they tell of. Nobody waits for room while holding it.
        post: Takes callbacks.
        wait_for_room: Makes threads wait for slow clients.
        room: Makes coroutines wait for slow clients.
        shown: The percentage that the client was told last, in hundredths.
        subtasks: All subtasks, in the order of their numbers.
        changed: The subtasks that have changed since somebody asked.
        cancel_reason: Why nobody waits for the operation any more; None while somebody does.
    """

    __slots__ = (
        "cancel_reason",
        "changed",
        "lock",
        "post",
        "room",
        "shown",
        "subtasks",
        "wait_for_room",
    )

    def __init__(self, sink: CallbackSink, *, automatic: bool) -> None:
        super().__init__(automatic=automatic)
        self.lock = threading.Lock()
        self.post: Callable[[object], None] = sink.post
        self.wait_for_room = sink.wait_for_room
        self.room = sink.room
        self.shown = 0
        self.subtasks: list[Subtask] = []
        self.changed: list[Subtask] = []
        self.cancel_reason: str | None = None

    def give(self, units: int) -> None:
        """Take a percentage from the handler, and tell the client whether it is new or not."""
        self.automatic = False
        self.show(rounded(units, HUNDREDTH))

    def show(self, hundredths: int) -> None:
        """Tell the client how much is done."""
        self.post(SetCompletionPercentage(completionPercentage=decimal_of(hundredths)))
        self.shown = hundredths

    def _follow(self) -> None:
        """Tell the client how much is done, where it has to see another percentage.

        That never goes back when a subtask is added, and 100 waits for the end of the operation:
        until then, more subtasks may come, with which less is done, and the handler may fail.
        """
        if self.automatic:
            weight = max(self._weight, self._expected)
            hundredths = rounded(self._done, weight * HUNDREDTH)
            if self.shown < hundredths < 100_00:
                self.show(hundredths)

    @property
    def percent(self) -> Decimal:
        """The percentage that the client was told last."""
        return decimal_of(self.shown)
