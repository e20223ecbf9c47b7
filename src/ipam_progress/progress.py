"""What a handler reports with: subtasks, percentages, warnings, a result.

A handler is given a `ProgressReporter`. What it reports becomes callbacks ([MS-IPAMM2] 3.19.4.5
to 3.19.4.9): AddSubTask when a subtask is made, SetSubTaskStatus for each update,
SetCompletionPercentage whenever the overall percentage that follows from the subtasks changes.
The final status follows from how the handler ends. The client's counterpart, `ProgressTracker`, is
in `ipam_progress.tracking`.

Everything here may be used in any thread. Coroutines write ``await`` before what gives an
awaitable; it costs nothing until the client is slower than the handler, and then waits for it.
Threads leave ``await`` out and are made to wait by the call itself.

Knows nothing of sessions, wires or Twisted: callbacks go to a `CallbackSink` as contract objects.
A callback waits as an object until it can be sent, so nothing that has been posted is changed.
"""

import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from functools import cache
from types import TracebackType
from typing import Final, Protocol, Self

from ipam_progress.contracts import (
    AddSubTask,
    DhcpMsmOverallCompletionStatus,
    IpamException,
    IpamExceptionId,
    IpamObject,
    OverallProgressStatus,
    SetCompletionPercentage,
    SetOverallStatus,
    SetSubTaskStatus,
    SubTaskInstance,
    SubTaskStatus,
)
from ipam_progress.errors import LocalProtocolError
from ipam_progress.session.faults import IpamError, exception_of

__all__ = ["CallbackSink", "Percentage", "ProgressReporter", "Subtask", "failed_status"]

Percentage = int | float | Decimal
"""How much is done, 0 to 100. It is sent with two decimals, rounded half to even as .NET does."""

# Percentages are added up as integers of 1e-8 percent, so that what follows from the subtasks is
# exact, whatever the order and the number of updates.
_SCALE: Final = 10**8
_ALL: Final = 100 * _SCALE
_HUNDREDTH: Final = _SCALE // 100
_WEIGHT_SCALE: Final = 1000

_NOT_STARTED: Final = SubTaskStatus.NotStarted
_IN_PROGRESS: Final = SubTaskStatus.InProgress
_BEHIND_US: Final = (
    SubTaskStatus.CompletedWithSuccess,
    SubTaskStatus.CompletedWithWarning,
    SubTaskStatus.NotApplicable,
    SubTaskStatus.NotRun,
)
"""Final statuses that leave nothing of a subtask's share to do; an error leaves it open."""


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


class _Overall:
    """What the subtasks of one operation share: the way out, and the sum of what is done.

    Attributes:
        lock: Held while something changes and is posted, so that callbacks leave in the order of
            the changes they tell of. Nobody waits for room while holding it.
        automatic: Whether the overall percentage follows from the subtasks.
        shown: The percentage that the client was told last, in hundredths.
    """

    __slots__ = (
        "_done",
        "_expected",
        "_weight",
        "automatic",
        "lock",
        "post",
        "room",
        "shown",
        "wait_for_room",
    )

    def __init__(self, sink: CallbackSink, *, automatic: bool) -> None:
        self.lock = threading.Lock()
        self.post: Callable[[object], None] = sink.post
        self.wait_for_room = sink.wait_for_room
        self.room = sink.room
        self.automatic = automatic
        self.shown = 0
        self._done = 0
        self._weight = 0
        self._expected = 0

    def expect(self, weight: int) -> None:
        self._expected = weight

    def add(self, weight: int) -> None:
        self._weight += weight

    def advance(self, weighted: int) -> None:
        """Count progress, and tell the client where that changes what it sees.

        The percentage never goes back when a subtask is added, and 100 waits for the end of the
        operation: until then, more subtasks may come and the handler may fail.
        """
        self._done += weighted
        if self.automatic:
            weight = max(self._weight, self._expected)
            hundredths = _rounded(self._done, weight * _HUNDREDTH)
            if self.shown < hundredths < 100_00:
                self.show(hundredths)

    def show(self, hundredths: int) -> None:
        self.post(SetCompletionPercentage(completionPercentage=_decimal(hundredths)))
        self.shown = hundredths


class Subtask:
    """One part of an operation, with a bar of its own at the client.

    Made by `ProgressReporter.subtask`. As a block, ``async with`` in coroutines or ``with``
    elsewhere, it completes by itself: with success; with a warning, if there was one; with an
    error, if an exception leaves the block (which goes on its way). It stays as it is where an
    update has completed it before.
    """

    __slots__ = ("_counted", "_instance", "_overall", "_units", "_warning", "_weight")

    def __init__(self, overall: _Overall, instance: SubTaskInstance, weight: int) -> None:
        self._overall = overall
        self._instance = instance
        self._weight = weight
        self._units = 0
        self._counted = 0
        self._warning: IpamException | None = None

    @property
    def instance_id(self) -> int:
        """The number of the subtask in its operation, from 1 on."""
        return self._instance.SubTaskInstanceId

    @property
    def name(self) -> str:
        """What the client shows as its name."""
        return self._instance.SubTaskName or ""

    @property
    def status(self) -> SubTaskStatus:
        """How it goes."""
        return self._instance.SubTaskStatus

    @property
    def percent(self) -> Decimal:
        """How much of it is done."""
        return _decimal(_rounded(self._units, _HUNDREDTH))

    @property
    def is_completed(self) -> bool:
        """Whether its status is final."""
        status = self._instance.SubTaskStatus
        return status is not _IN_PROGRESS and status is not _NOT_STARTED

    def update(
        self,
        percent: Percentage | None = None,
        *,
        status: SubTaskStatus = _IN_PROGRESS,
        description: str | None = None,
    ) -> Awaitable[None]:
        """Tell the client how the subtask goes.

        Args:
            percent: How much of it is done, 0 to 100; None leaves it, or makes it 100 where the
                status is a success.
            status: How it goes; any but NotStarted and InProgress completes it.
            description: What is being done now; None leaves it.

        Returns:
            What coroutines await, for the sake of slow clients.

        Raises:
            ValueError: If the percentage is no number from 0 to 100 or the status is none.
            LocalProtocolError: If the subtask or the operation is completed already, or if more
                callbacks wait than someone who awaits could have posted.
        """
        overall = self._overall
        overall.wait_for_room()
        with overall.lock:
            self._change(percent, status, description, None)
        return overall.room

    def warning(
        self,
        message: str,
        *,
        exception_id: IpamExceptionId = IpamExceptionId.IpamApiGenericErrorOccurred,
    ) -> Awaitable[None]:
        """Tell the client of something that does not end the subtask.

        The subtask will complete with a warning, the last one, where it would have completed
        with success by the end of its block.

        Args:
            message: What the client is told.
            exception_id: What kind of warning; the protocol uses the kinds of errors.

        Returns:
            What coroutines await.
        """
        overall = self._overall
        overall.wait_for_room()
        with overall.lock:
            warning = IpamError(exception_id, message).to_contract()
            self._change(None, _IN_PROGRESS, None, warning)
            self._warning = warning
        return overall.room

    def error(self, error: BaseException) -> Awaitable[None]:
        """Complete the subtask with an error while the operation goes on.

        Args:
            error: An `IpamError` is told to the client as it is; of any other exception the
                client learns only that there was one.

        Returns:
            What coroutines await.
        """
        overall = self._overall
        overall.wait_for_room()
        with overall.lock:
            self._fail(error)
        return overall.room

    def conclude(self, error: BaseException | None) -> None:
        """Tell the client of a final status, if there is none, because the operation is over.

        For the reporter, which holds the lock. What never began is said not to have run. The
        subtask itself stays as it is: when the server stops, its handler may still be at work,
        and is not to fail over that.
        """
        if self.is_completed:
            return
        instance = self._instance
        if instance.SubTaskStatus is _NOT_STARTED:
            self._change(None, SubTaskStatus.NotRun, None, None)
        else:
            self._complete(error)
        self._instance = instance

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if self.is_completed:
            return
        overall = self._overall
        overall.wait_for_room()
        with overall.lock:
            try:
                self._complete(error)
            except LocalProtocolError:
                if error is None:
                    raise
                # else the exception that leaves the block is not hidden by one of ours

    async def __aenter__(self) -> Self:
        await self._overall.room
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, traceback)
        if error is None:  # a coroutine that is being closed may not wait any more
            await self._overall.room

    def _complete(self, error: BaseException | None) -> None:
        if error is not None:
            self._fail(error)
        elif self._warning is not None:
            self._change(None, SubTaskStatus.CompletedWithWarning, None, self._warning)
        else:
            self._change(None, SubTaskStatus.CompletedWithSuccess, None, None)

    def _fail(self, error: BaseException) -> None:
        told = exception_of(error, f"The subtask {self.name!r}")
        self._change(None, SubTaskStatus.CompletedWithError, None, told)

    def _change(
        self,
        percent: Percentage | None,
        status: SubTaskStatus,
        description: str | None,
        exception: IpamException | None,
    ) -> None:
        """Post the new status; the caller holds the lock."""
        instance = self._instance
        if self.is_completed:
            raise LocalProtocolError(
                f"subtask {self.name!r} is {instance.SubTaskStatus.name} already; it has no more "
                "to report"
            )
        counted = units = self._units
        if percent is not None:
            counted = units = _units(percent)
        if status is not _IN_PROGRESS:
            if not isinstance(status, SubTaskStatus):
                raise ValueError(f"{status!r} is no SubTaskStatus")
            if status in _BEHIND_US:
                counted = _ALL
                if percent is None and status in _BEHIND_US[:2]:
                    units = _ALL
        if status is not instance.SubTaskStatus or description is not None:
            # a new object: what has been posted waits with the values of its own moment
            instance = SubTaskInstance(
                FailedCompletionStatus=None if status is _IN_PROGRESS else exception,
                IsNonDeterministicProgress=instance.IsNonDeterministicProgress,
                ProgressStatusDescriptions=(
                    instance.ProgressStatusDescriptions if description is None else description
                ),
                SubTaskInstanceDetails=instance.SubTaskInstanceDetails,
                SubTaskInstanceId=instance.SubTaskInstanceId,
                SubTaskName=instance.SubTaskName,
                SubTaskStatus=status,
                SubTaskUniqueId=instance.SubTaskUniqueId,
            )
        overall = self._overall
        overall.post(
            SetSubTaskStatus(
                subTaskInstance=instance,
                status=status,
                percentComplete=_decimal(_rounded(units, _HUNDREDTH)),
                completionStatus=exception,
            )
        )
        self._instance = instance
        self._units = units
        if counted != self._counted:
            weighted = self._weight * (counted - self._counted)
            self._counted = counted
            overall.advance(weighted)


class ProgressReporter:
    """What a handler tells its client with.

    The overall percentage follows from the subtasks, by their weights, and is sent when it
    changes. It can only be right where the subtasks are known: make them before the first one
    begins, or say with `expect` how many there will be. A handler without subtasks, or with a
    better idea, gives it with `update`; from then on it is the handler's own.
    """

    __slots__ = ("_non_deterministic", "_overall", "_result", "_subtasks")

    def __init__(self, sink: CallbackSink, *, non_deterministic: bool = False) -> None:
        """Begin to report.

        Args:
            sink: Where callbacks go.
            non_deterministic: Whether no percentage is worked out.
        """
        self._overall = _Overall(sink, automatic=not non_deterministic)
        self._non_deterministic = non_deterministic
        self._result: IpamObject | None = None
        self._subtasks: list[Subtask] = []

    @property
    def automatic(self) -> bool:
        """Whether the overall percentage follows from the subtasks.

        Set it to False before the first subtask where the handler means to give it throughout.
        """
        return self._overall.automatic

    @automatic.setter
    def automatic(self, automatic: bool) -> None:
        self._overall.automatic = automatic

    @property
    def percent(self) -> Decimal:
        """The overall percentage that the client was told last."""
        return _decimal(self._overall.shown)

    @property
    def subtasks(self) -> tuple[Subtask, ...]:
        """The subtasks made so far."""
        return tuple(self._subtasks)

    def subtask(
        self,
        name: str,
        *,
        weight: float = 1,
        description: str | None = None,
        unique_id: int | None = None,
        non_deterministic: bool = False,
        details: IpamObject | None = None,
    ) -> Subtask:
        """Make a subtask; the client sees it at once, as not started.

        Args:
            name: What the client shows.
            weight: Its share of the whole, beside the other subtasks' weights.
            description: What it does, in a few words.
            unique_id: The kind of subtask ([MS-IPAMM2] 2.2.4.399, SubTaskUniqueId); None for a
                kind of its own.
            non_deterministic: Whether nobody can say how much of it is done.
            details: An object that goes along.

        Returns:
            The subtask, to be used as a block or by its methods.

        Raises:
            ValueError: If the weight is no positive number.
            LocalProtocolError: If the operation is completed, or if more callbacks wait than
                someone who awaits could have posted: await `room` now and then.
        """
        share = _weight(weight)
        overall = self._overall
        overall.wait_for_room()
        with overall.lock:
            number = len(self._subtasks) + 1
            instance = SubTaskInstance(
                IsNonDeterministicProgress=non_deterministic,
                ProgressStatusDescriptions=description,
                SubTaskInstanceDetails=details,
                SubTaskInstanceId=number,
                SubTaskName=name,
                SubTaskUniqueId=number if unique_id is None else unique_id,
            )
            overall.post(AddSubTask(subTaskInstance=instance))
            overall.add(share)
            made = Subtask(overall, instance, share)
            self._subtasks.append(made)
        return made

    def expect(self, weight: float) -> None:
        """Say how much all subtasks will weigh together, where they are not all made yet.

        With weights left alone, that is how many there will be.

        Raises:
            ValueError: If it is no positive number.
        """
        share = _weight(weight)
        with self._overall.lock:
            self._overall.expect(share)

    def update(self, percent: Percentage) -> Awaitable[None]:
        """Tell the client how much of the whole operation is done.

        From the first call on the percentage no longer follows from the subtasks, and each call
        is sent, whether it changes anything or not.

        Args:
            percent: 0 to 100.

        Returns:
            What coroutines await, for the sake of slow clients.

        Raises:
            ValueError: If it is no number from 0 to 100.
            LocalProtocolError: As for `Subtask.update`.
        """
        overall = self._overall
        overall.wait_for_room()
        hundredths = _rounded(_units(percent), _HUNDREDTH)
        with overall.lock:
            overall.automatic = False
            overall.show(hundredths)
        return overall.room

    def result(self, result: IpamObject) -> None:
        """Set the object that goes to the client with the final status.

        It counts where the handler returns none. A `DhcpMsmOverallCompletionStatus` goes to the
        client even with a failure, so that it can tell what had been done until then.

        Raises:
            TypeError: If it is no `IpamObject`.
        """
        if not isinstance(result, IpamObject):
            raise TypeError(f"a result must be an IpamObject, not {result!r}")
        self._result = result

    @property
    def room(self) -> Awaitable[None]:
        """What coroutines await for slow clients where there is no update to await."""
        return self._overall.room

    def succeed(self, result: IpamObject | None, post: Callable[[object], None]) -> None:
        """Report the end of an operation whose handler returned; for the session.

        Args:
            result: What the handler returned.
            post: Takes the last callbacks; there is always room for them.
        """
        if result is None:
            result = self._result
        final = SetOverallStatus(
            overallStatus=OverallProgressStatus.CompletedWithSuccess,
            completionStatus=DhcpMsmOverallCompletionStatus() if result is None else result,
        )
        self._conclude(None, final, post)

    def fail(self, error: BaseException, post: Callable[[object], None]) -> None:
        """Report the end of an operation that failed; for the session.

        Args:
            error: Why.
            post: Takes the last callbacks; there is always room for them.
        """
        final = failed_status(error, self._result)
        self._conclude(error, final, post)

    def _conclude(
        self,
        error: BaseException | None,
        final: SetOverallStatus,
        post: Callable[[object], None],
    ) -> None:
        overall = self._overall
        with overall.lock:
            overall.automatic = False
            usual, overall.post = overall.post, post
            for subtask in self._subtasks:
                subtask.conclude(error)
            if error is None and not self._non_deterministic and overall.shown != 100_00:
                overall.show(100_00)
            post(final)
            # whoever still reports finds out from the session that the operation is over
            overall.post = usual


def failed_status(error: BaseException, result: IpamObject | None = None) -> SetOverallStatus:
    """Make the final status of an operation that failed ([MS-IPAMM2] 3.19.4.4.1).

    Args:
        error: Why; an `IpamError` is told to the client as it is, no other exception's text is.
        result: What had been done until then; told to the client if it is of the usual type.
    """
    completion = DhcpMsmOverallCompletionStatus()
    if isinstance(result, DhcpMsmOverallCompletionStatus):
        completion = result
    return SetOverallStatus(
        overallStatus=OverallProgressStatus.CompletedWithFailure,
        completionStatus=replace(completion, ErrorInfo=exception_of(error, "The operation")),
    )


def _units(percent: Percentage) -> int:
    """Give a percentage in units of 1e-8, or say what is wrong with it."""
    try:
        if 0 <= percent <= 100:
            return round(percent * _SCALE)
    except (TypeError, ArithmeticError):  # no number; a Decimal that is NaN
        pass
    raise ValueError(f"a percentage must be a number from 0 to 100, not {percent!r}")


def _weight(weight: float) -> int:
    """Give a weight in thousandths, or say what is wrong with it."""
    try:
        share = round(weight * _WEIGHT_SCALE)
    except (TypeError, ValueError, OverflowError):  # no number; NaN; infinite
        share = 0
    if share < 1:
        raise ValueError(f"a weight must be a number of at least 0.001, not {weight!r}")
    return share


def _rounded(numerator: int, denominator: int) -> int:
    """Divide, rounding half to even."""
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    return quotient + (twice > denominator or (twice == denominator and quotient & 1))


@cache
def _decimal(hundredths: int) -> Decimal:
    """Give hundredths of a percent as what travels: no more decimals than needed, two at most."""
    whole, rest = divmod(hundredths, 100)
    return Decimal(f"{whole}.{rest:02}".rstrip("0").rstrip("."))
