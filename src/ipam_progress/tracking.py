"""What a client knows of the operation it has started, and how it hears of changes.

A `ProgressTracker` is the ProgressTracker of [MS-IPAMM2] 3.21.1.2: it takes the callbacks of one
session and keeps the status of the subtasks and of the whole. Programs look at it in two ways,
`ProgressTracker.snapshot` for how things stand and `ProgressTracker.events` for what happens::

    async for event in tracker.events():
        print(event)

A callback that makes no sense (in the wrong state, for a subtask nobody has heard of, after the
final status) is kept as an error and changes nothing. Knows no wire and no Twisted: callbacks come
as contract objects, and coroutines wait on what `TrackerOutputs` makes.
"""

import weakref
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Final, Protocol, Self

from ipam_progress.contracts import (
    AddSubTask,
    DhcpMsmOverallCompletionStatus,
    IpamException,
    IpamObject,
    OverallProgressStatus,
    SetCompletionPercentage,
    SetOverallStatus,
    SetSubTaskStatus,
    StartProgressCallback,
    SubTaskInstance,
    SubTaskStatus,
)
from ipam_progress.session.callbacks import (
    TRANSITIONS,
    CallbackAction,
    CallbackInput,
    CallbackState,
    input_of,
)
from ipam_progress.session.outputs import Waiter, WaiterFactory

__all__ = [
    "CallbackRejected",
    "OperationCompleted",
    "OperationStarted",
    "OverallStatusChanged",
    "PercentageChanged",
    "ProgressEvent",
    "ProgressEvents",
    "ProgressSnapshot",
    "ProgressTracker",
    "SessionEnded",
    "SubtaskAdded",
    "SubtaskChanged",
    "SubtaskProgress",
    "TrackerOutputs",
]

MAX_SUBTASKS: Final = 100_000
"""How many subtasks are kept; a server that has more is not to be believed."""

MAX_ERRORS: Final = 100
"""How many errors are kept; the rest is counted."""

_EVENTS_LIMIT: Final = 1000


@dataclass(frozen=True, slots=True)
class SubtaskProgress:
    """How a subtask stands ([MS-IPAMM2] 2.2.4.399, 3.21.4.5).

    Attributes:
        instance_id: What tells it from the others of its operation (SubTaskInstanceId).
        unique_id: A number for the kind of subtask (SubTaskUniqueId).
        name: Its name.
        description: What is being done now.
        status: How it goes.
        percent: How much is done.
        is_non_deterministic: Whether the percentage means nothing.
        exception: The warning or the error that came with its status.
        details: An object that the server sent along.
    """

    instance_id: int
    unique_id: int
    name: str
    description: str
    status: SubTaskStatus
    percent: Decimal
    is_non_deterministic: bool
    exception: IpamException | None
    details: IpamObject | None


@dataclass(frozen=True, slots=True)
class OperationStarted:
    """StartProgressCallback came: the server has begun.

    Attributes:
        is_non_deterministic: Whether the overall percentage means nothing.
    """

    callback: ClassVar[str] = "StartProgressCallback"
    is_non_deterministic: bool


@dataclass(frozen=True, slots=True)
class SubtaskAdded:
    """AddSubTask came."""

    callback: ClassVar[str] = "AddSubTask"
    subtask: SubtaskProgress


@dataclass(frozen=True, slots=True)
class SubtaskChanged:
    """SetSubTaskStatus came."""

    callback: ClassVar[str] = "SetSubTaskStatus"
    subtask: SubtaskProgress


@dataclass(frozen=True, slots=True)
class PercentageChanged:
    """SetCompletionPercentage came."""

    callback: ClassVar[str] = "SetCompletionPercentage"
    percent: Decimal


@dataclass(frozen=True, slots=True)
class OverallStatusChanged:
    """SetOverallStatus came, but not with a final status."""

    callback: ClassVar[str] = "SetOverallStatus"
    status: OverallProgressStatus
    completion_status: IpamObject | None


@dataclass(frozen=True, slots=True)
class OperationCompleted:
    """SetOverallStatus came with a final status.

    Attributes:
        status: CompletedWithSuccess or CompletedWithFailure.
        completion_status: What the server says of it.
    """

    callback: ClassVar[str] = "SetOverallStatus"
    status: OverallProgressStatus
    completion_status: IpamObject | None


@dataclass(frozen=True, slots=True)
class CallbackRejected:
    """A callback came that makes no sense; it changed nothing.

    Attributes:
        callback: Its name.
        reason: What is wrong with it.
    """

    callback: str
    reason: str


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """The session is over and no final status has come.

    Attributes:
        reason: Why it is over.
    """

    reason: str


ProgressEvent = (
    OperationStarted
    | SubtaskAdded
    | SubtaskChanged
    | PercentageChanged
    | OverallStatusChanged
    | OperationCompleted
    | CallbackRejected
    | SessionEnded
)


@dataclass(frozen=True, slots=True)
class ProgressSnapshot:
    """How an operation stands at one moment.

    Attributes:
        state: Which callbacks are due.
        status: How the operation goes, as far as the server has said.
        percent: How much of it is done.
        is_non_deterministic: Whether the percentage means nothing.
        subtasks: The subtasks in the order in which they were added.
        completion_status: The object that came with the final status.
        errors: The first callbacks that made no sense.
        error_count: How many such callbacks there were.
        end_reason: Why the session was over before a final status; None if it was not.
    """

    state: CallbackState
    status: OverallProgressStatus
    percent: Decimal
    is_non_deterministic: bool
    subtasks: tuple[SubtaskProgress, ...]
    completion_status: IpamObject | None
    errors: tuple[CallbackRejected, ...]
    error_count: int
    end_reason: str | None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will change, after a final status or the end of the session."""
        return self.end_reason is not None or self.status in _FINAL

    @property
    def succeeded(self) -> bool:
        """Whether the operation was completed with success."""
        return self.status is OverallProgressStatus.CompletedWithSuccess

    @property
    def exception(self) -> IpamException | None:
        """What the server says went wrong, where it says so in the usual place."""
        if isinstance(self.completion_status, DhcpMsmOverallCompletionStatus):
            return self.completion_status.ErrorInfo
        return None


_FINAL: Final = (
    OverallProgressStatus.CompletedWithSuccess,
    OverallProgressStatus.CompletedWithFailure,
)


class TrackerOutputs(Protocol):
    """What a tracker asks of the connection; all in the reactor's thread."""

    def create_waiter(self) -> Waiter:
        """Make what the coroutine that runs now can await."""
        ...

    def pause_callbacks(self) -> None:
        """Read no more for now: who iterates over the events is slower than the server."""
        ...

    def resume_callbacks(self) -> None:
        """Read on."""
        ...


class ProgressEvents(AsyncIterator[ProgressEvent]):
    """The events of one operation, for one reader.

    Ends after `OperationCompleted` or `SessionEnded`. While a thousand events wait for their
    reader the tracker has no more callbacks read from the connection; so a reader that stops
    early and is kept around has to be closed.
    """

    __slots__ = (
        "__weakref__",
        "_awaited",
        "_create_waiter",
        "_eased",
        "_is_over",
        "_queue",
        "_waiter",
    )

    def __init__(
        self,
        create_waiter: WaiterFactory,
        eased: Callable[[], None],
        awaited: set["ProgressEvents"],
    ) -> None:
        self._create_waiter = create_waiter
        self._eased = eased
        self._awaited = awaited
        self._queue: deque[ProgressEvent] = deque()
        self._waiter: Waiter | None = None
        self._is_over = False

    def __len__(self) -> int:
        return len(self._queue)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ProgressEvent:
        while not self._queue:
            if self._is_over:
                raise StopAsyncIteration
            self._waiter = self._create_waiter()
            self._awaited.add(self)  # its reader is there, even if nobody holds it but the waiter
            try:
                await self._waiter
            finally:
                self._waiter = None
                self._awaited.discard(self)
        event = self._queue.popleft()
        self._eased()
        return event

    def put(self, event: ProgressEvent) -> None:
        """Add an event; for the tracker."""
        if self._is_over:
            return
        self._queue.append(event)
        self._is_over = isinstance(event, OperationCompleted | SessionEnded)
        self._wake()

    def close(self) -> None:
        """Read no more: what waits is dropped and the iteration ends."""
        self._is_over = True
        self._queue.clear()
        self._wake()
        self._eased()

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None:
            waiter.wake()


class ProgressTracker:
    """Keeps what the callbacks of one session say ([MS-IPAMM2] 3.21.1.2).

    Everything is called in the reactor's thread.
    """

    def __init__(self, outputs: TrackerOutputs, *, events_limit: int = _EVENTS_LIMIT) -> None:
        """Begin: the client initializes its callback side when the session is established.

        Args:
            outputs: The connection.
            events_limit: How many events may wait for a reader before the server has to.
        """
        self._outputs = outputs
        self._events_limit = events_limit
        self._state = CallbackState.INITIALIZED
        self._status = OverallProgressStatus.NotStarted
        self._percent = Decimal(0)
        self._is_non_deterministic = False
        self._subtasks: dict[int, SubtaskProgress] = {}
        self._completion_status: IpamObject | None = None
        self._errors: list[CallbackRejected] = []
        self._error_count = 0
        self._end_reason: str | None = None
        self._streams: list[weakref.ref[ProgressEvents]] = []
        self._awaited: set[ProgressEvents] = set()
        self._is_paused = False

    def snapshot(self) -> ProgressSnapshot:
        """Tell how things stand."""
        return ProgressSnapshot(
            state=self._state,
            status=self._status,
            percent=self._percent,
            is_non_deterministic=self._is_non_deterministic,
            subtasks=tuple(self._subtasks.values()),
            completion_status=self._completion_status,
            errors=tuple(self._errors),
            error_count=self._error_count,
            end_reason=self._end_reason,
        )

    def events(self) -> ProgressEvents:
        """Iterate over what happens.

        Whoever begins late is told first how things stand, by events as they might have come.
        """
        stream = ProgressEvents(self._outputs.create_waiter, self._ease, self._awaited)
        self._streams.append(weakref.ref(stream, self._forget_stream))
        for event in self._story():
            stream.put(event)
        return stream

    async def wait(self) -> ProgressSnapshot:
        """Wait for the final status, or for the end of the session without one."""
        async for _ in self.events():
            pass
        return self.snapshot()

    def receive(self, message: object) -> None:
        """Take a callback.

        Raises:
            TypeError: If the message is none of the five callbacks: a mistake of the caller.
        """
        self._input(input_of(message), message)

    def session_ended(self, reason: str) -> None:
        """Take note that the session is over, closed, faulted or lost ([MS-IPAMM2] 3.21.4.1).

        Args:
            reason: Why, in words for people; it counts only where no final status has come.
        """
        self._input(CallbackInput.SESSION_ENDED, reason)

    # The machine

    def _input(self, given: CallbackInput, subject: Any) -> None:
        action, following = TRANSITIONS[self._state, given]
        if action is CallbackAction.REJECT:
            self._reject(given, f"not due in state {self._state.value!r}")
            return
        self._state = following
        self._ACTIONS[action](self, subject)

    def _reject(self, given: CallbackInput, reason: str) -> None:
        rejected = CallbackRejected(given.value.partition(" ")[0], reason)
        self._error_count += 1
        if len(self._errors) < MAX_ERRORS:
            self._errors.append(rejected)
        self._tell(rejected)

    def _start(self, message: StartProgressCallback) -> None:
        self._status = OverallProgressStatus.InProgress
        self._is_non_deterministic = message.isNonDeterministic
        self._tell(OperationStarted(message.isNonDeterministic))

    def _add_subtask(self, message: AddSubTask) -> None:
        given = CallbackInput.ADD_SUB_TASK
        instance = message.subTaskInstance
        if instance is None:
            self._reject(given, "subTaskInstance is null")
        elif instance.SubTaskInstanceId in self._subtasks:
            self._reject(given, f"there is a subtask {instance.SubTaskInstanceId} already")
        elif len(self._subtasks) >= MAX_SUBTASKS:
            self._reject(given, f"there are {MAX_SUBTASKS} subtasks already")
        else:
            subtask = _subtask(
                instance, instance.SubTaskStatus, Decimal(0), instance.FailedCompletionStatus
            )
            self._subtasks[subtask.instance_id] = subtask
            self._tell(SubtaskAdded(subtask))

    def _change_subtask(self, message: SetSubTaskStatus) -> None:
        given = CallbackInput.SET_SUB_TASK_STATUS
        instance = message.subTaskInstance
        if instance is None:
            self._reject(given, "subTaskInstance is null")
        elif instance.SubTaskInstanceId not in self._subtasks:
            self._reject(given, f"there is no subtask {instance.SubTaskInstanceId}")
        else:
            # the message's own members count, the instance's where the message has none
            exception = message.completionStatus
            if exception is None:
                exception = instance.FailedCompletionStatus
            subtask = _subtask(instance, message.status, message.percentComplete, exception)
            self._subtasks[subtask.instance_id] = subtask
            self._tell(SubtaskChanged(subtask))

    def _change_percentage(self, message: SetCompletionPercentage) -> None:
        self._percent = message.completionPercentage
        self._tell(PercentageChanged(message.completionPercentage))

    def _change_status(self, message: SetOverallStatus) -> None:
        self._status = message.overallStatus
        self._completion_status = message.completionStatus
        self._tell(OverallStatusChanged(message.overallStatus, message.completionStatus))

    def _complete(self, message: SetOverallStatus) -> None:
        self._status = message.overallStatus
        self._completion_status = message.completionStatus
        self._tell(OperationCompleted(message.overallStatus, message.completionStatus))

    def _lose(self, reason: str) -> None:
        self._end_reason = reason
        self._tell(SessionEnded(reason))

    def _nothing(self, _subject: object) -> None:
        """Do nothing: the end of a session whose operation is over."""

    _ACTIONS: ClassVar[Mapping[CallbackAction, Callable[[Any, Any], None]]] = {
        CallbackAction.START: _start,
        CallbackAction.ADD_SUBTASK: _add_subtask,
        CallbackAction.CHANGE_SUBTASK: _change_subtask,
        CallbackAction.CHANGE_PERCENTAGE: _change_percentage,
        CallbackAction.CHANGE_STATUS: _change_status,
        CallbackAction.COMPLETE: _complete,
        CallbackAction.LOSE: _lose,
        CallbackAction.NOTHING: _nothing,
    }
    """What is done for an action; REJECT is done by `_input`, which knows the state."""

    # Readers

    def _story(self) -> list[ProgressEvent]:
        """Tell how things stand as events."""
        story: list[ProgressEvent] = []
        if self._status is not OverallProgressStatus.NotStarted:
            story.append(OperationStarted(self._is_non_deterministic))
        story.extend(SubtaskAdded(subtask) for subtask in self._subtasks.values())
        if self._percent:
            story.append(PercentageChanged(self._percent))
        story.extend(self._errors)
        if self._status in _FINAL:
            story.append(OperationCompleted(self._status, self._completion_status))
        elif self._end_reason is not None:
            story.append(SessionEnded(self._end_reason))
        return story

    def _tell(self, event: ProgressEvent) -> None:
        for reference in tuple(self._streams):  # a reader that wakes up may add or drop one
            stream = reference()
            if stream is not None:
                stream.put(event)
                if len(stream) >= self._events_limit and not self._is_paused:
                    self._is_paused = True
                    self._outputs.pause_callbacks()

    def _ease(self) -> None:
        """Read on where no reader lags behind any more."""
        if self._is_paused:
            waiting = [
                len(stream) for reference in self._streams if (stream := reference()) is not None
            ]
            if max(waiting, default=0) <= self._events_limit // 2:
                self._is_paused = False
                self._outputs.resume_callbacks()

    def _forget_stream(self, reference: "weakref.ref[ProgressEvents]") -> None:
        self._streams.remove(reference)
        self._ease()


def _subtask(
    instance: SubTaskInstance,
    status: SubTaskStatus,
    percent: Decimal,
    exception: IpamException | None,
) -> SubtaskProgress:
    return SubtaskProgress(
        instance_id=instance.SubTaskInstanceId,
        unique_id=instance.SubTaskUniqueId,
        name=instance.SubTaskName or "",
        description=instance.ProgressStatusDescriptions or "",
        status=status,
        percent=percent,
        is_non_deterministic=instance.IsNonDeterministicProgress,
        exception=exception,
        details=instance.SubTaskInstanceDetails,
    )
