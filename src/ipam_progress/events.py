"""What happens in a server, for programs that want to know: events, and who is told of them.

A program subscribes to the kinds of events it wants::

    server.events.subscribe(print, OperationStarted, OperationEnded)

Events are told in the reactor's thread, in the order in which things happen. What nobody wants
is not even made. `ipam_progress.monitoring` is such a program: metrics and page know nothing of a
server but its events. Knows no wire and no Twisted.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from ipam_progress.records import OperationRecord, SubtaskRecord, TaskRunRecord

__all__ = [
    "Counters",
    "EventHub",
    "FaultSent",
    "HandshakeFailed",
    "OperationEnded",
    "OperationProgressed",
    "OperationStarted",
    "RequestAnswered",
    "ServerEvent",
    "SessionClosed",
    "SessionOpened",
    "StoreFailed",
    "StoreRecovered",
    "TaskRunEnded",
    "TaskRunStarted",
]


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """A client has opened a session.

    Attributes:
        session: A number that tells it from the server's other sessions.
        service: The port type: ``IIpamOperationWithProgress``, ``IIpamServer``.
        client: Who it is; empty where nobody knows.
        address: From where.
    """

    session: int
    service: str
    client: str
    address: str


@dataclass(frozen=True, slots=True)
class SessionClosed:
    """A session is over, in order or not.

    Attributes:
        session: As in `SessionOpened`.
    """

    session: int


@dataclass(frozen=True, slots=True)
class OperationStarted:
    """An operation is about to run.

    Attributes:
        operation: What is known of it. A resumed one has more than one attempt.
        session: The session it belongs to; None if it was resumed after a restart.
    """

    operation: OperationRecord
    session: int | None


@dataclass(frozen=True, slots=True)
class OperationProgressed:
    """An operation has made progress since it was told of last, a few times a second at most.

    Attributes:
        id: Of the operation.
        percent: How much of it is done.
        subtasks: Those that have changed.
    """

    id: UUID
    percent: Decimal
    subtasks: tuple[SubtaskRecord, ...]


@dataclass(frozen=True, slots=True)
class OperationEnded:
    """An operation has ended, and that is on record where there is a store.

    Attributes:
        operation: How it ended.
    """

    operation: OperationRecord


@dataclass(frozen=True, slots=True)
class TaskRunStarted:
    """A task is about to run.

    Attributes:
        run: What is known of the run.
    """

    run: TaskRunRecord


@dataclass(frozen=True, slots=True)
class TaskRunEnded:
    """The run of a task has ended.

    Attributes:
        run: How it ended.
    """

    run: TaskRunRecord


@dataclass(frozen=True, slots=True)
class RequestAnswered:
    """A request has been answered, with a reply or with a fault.

    Attributes:
        operation: The name of the operation: ``StartTask``. Empty for what is not served.
        seconds: From the moment it was there as a whole to the moment its answer was written.
    """

    operation: str
    seconds: float


@dataclass(frozen=True, slots=True)
class FaultSent:
    """A request was refused, or a client broke the rules.

    Attributes:
        address: Who was told.
        kind: The most exact code there is: ``IpamApiAccessDenied``, ``DeserializationFailed``, or
            the name of a fault of the framing layer.
        reason: In words.
    """

    address: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class HandshakeFailed:
    """A client could not prove who it is, or offered too little protection.

    Attributes:
        address: From where.
        reason: In words.
    """

    address: str
    reason: str


@dataclass(frozen=True, slots=True)
class StoreFailed:
    """The store does not take anything any more; new operations are refused.

    Attributes:
        reason: In words.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class StoreRecovered:
    """The store takes what it is given again."""


ServerEvent = (
    SessionOpened
    | SessionClosed
    | OperationStarted
    | OperationProgressed
    | OperationEnded
    | TaskRunStarted
    | TaskRunEnded
    | RequestAnswered
    | FaultSent
    | HandshakeFailed
    | StoreFailed
    | StoreRecovered
)

_Event = TypeVar("_Event")


@dataclass(slots=True)
class Counters:
    """What happens too often for an event each; counted since the server was made.

    Attributes:
        connections: Connections that were accepted.
        callbacks_sent: Callbacks that were written to clients.
        callbacks_merged: Callbacks that a newer one took the place of, for slow clients.
    """

    connections: int = 0
    callbacks_sent: int = 0
    callbacks_merged: int = 0


class EventHub:
    """Tells events to those who want them.

    Args:
        failed: Takes what failed, in words, and the exception that a listener raised.
    """

    def __init__(self, failed: Callable[[str, BaseException], None]) -> None:
        self._failed = failed
        self._listeners: defaultdict[type, list[Callable[[Any], None]]] = defaultdict(list)

    def subscribe(
        self, listener: Callable[[_Event], None], *kinds: type[_Event]
    ) -> Callable[[], None]:
        """Have a function called with every event of some kinds.

        An exception of the listener's goes to the log and harms nobody.

        Args:
            listener: What to call.
            kinds: The classes of the events.

        Returns:
            What ends the subscription.

        Raises:
            TypeError: If no kind is given.
        """
        if not kinds:
            raise TypeError("say which kinds of events to subscribe to")
        for kind in kinds:
            # a new list each time: whoever is told now may subscribe, or want no more
            self._listeners[kind] = [*self._listeners[kind], listener]

        def unsubscribe() -> None:
            for kind in kinds:
                if listener in self._listeners[kind]:
                    left = list(self._listeners[kind])
                    left.remove(listener)
                    self._listeners[kind] = left

        return unsubscribe

    def wants(self, kind: type) -> bool:
        """Tell whether anybody wants events of a kind: else none need be made."""
        return bool(self._listeners.get(kind))

    def publish(self, event: ServerEvent) -> None:
        """Tell an event to everybody who wants it."""
        for listener in self._listeners.get(type(event), ()):
            try:
                listener(event)
            except Exception as error:  # noqa: BLE001 (a listener's mistake is not the server's)
                self._failed(f"a listener of {type(event).__name__}", error)
