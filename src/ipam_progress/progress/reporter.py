"""What a handler is given to report with: for the whole operation, or for a part of it.

`ProgressPart` is what functions need that know only their share of the work; `ProgressReporter` is
the whole, and has besides what belongs to an operation and not to its parts. The session reports
the end with it, and whoever keeps records asks it from time to time what has changed.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from ipam_progress.contracts import (
    AddSubTask,
    DhcpMsmOverallCompletionStatus,
    IpamObject,
    OverallProgressStatus,
    SetOverallStatus,
    SubTaskInstance,
)
from ipam_progress.progress.overall import CallbackSink, Overall, PartShare, Share
from ipam_progress.progress.percentages import Percentage, units_of, weight_of
from ipam_progress.progress.subtasks import Subtask
from ipam_progress.records import SubtaskRecord
from ipam_progress.session.faults import exception_of

__all__ = ["ProgressChanges", "ProgressPart", "ProgressReporter", "failed_status"]

_MAX_CHECKPOINT: Final = 64 * 1024
_UNIQUE_IDS: Final = range(-(2**31), 2**31)


@dataclass(frozen=True, slots=True)
class ProgressChanges:
    """What has changed in an operation since somebody asked last.

    Attributes:
        percent: How much of the operation is done.
        subtasks: How the subtasks stand that are new or have changed.
        checkpoint: What the handler has saved since, as JSON; None if nothing.
    """

    percent: Decimal
    subtasks: tuple[SubtaskRecord, ...]
    checkpoint: str | None


class ProgressPart:
    """What a function reports with that knows only its share of an operation.

    A function that takes one works as well with the `ProgressReporter` of a whole operation, which
    is the part that is everything::

        async def copy_records(names: list[str], progress: ProgressPart) -> None:
            progress.expect(len(names))
            for name in names:
                async with progress.subtask(f"Copy {name}"):
                    ...


        @registry.operation("CreateDnsZone")
        async def create_zone(parameters, progress: ProgressReporter) -> None:
            create, copy = progress.part(weight=1), progress.part(weight=9)
            async with create.subtask("Create the zone"):
                ...
            await copy_records(["www", "mail"], copy)

    The first subtask is worth a tenth of the operation, each of the others 45 hundredths; the
    client sees three subtasks, numbered in the order in which they are made, and the percentage of
    the whole. A part counts as far as its own subtasks are done, by their weights; it may have
    parts itself.
    """

    __slots__ = ("_overall", "_share")

    def __init__(self, overall: Overall, share: Share) -> None:
        self._overall = overall
        self._share = share

    @property
    def automatic(self) -> bool:
        """Whether the percentage follows from the subtasks.

        Set it to False before the first subtask where the handler means to give it throughout.
        """
        return self._share.automatic

    @automatic.setter
    def automatic(self, automatic: bool) -> None:
        self._share.automatic = automatic

    @property
    def percent(self) -> Decimal:
        """How much of it is done; of the whole operation, what the client was told last."""
        return self._share.percent

    @property
    def cancelled(self) -> bool:
        """Whether nobody waits for the operation any more.

        Its client has gone before the end, or the server stops.

        A handler goes on unless it looks here now and then, and returns or raises what it likes.
        """
        return self._overall.cancel_reason is not None

    @property
    def cancel_reason(self) -> str | None:
        """Why nobody waits for the operation any more, in words; None while somebody does."""
        return self._overall.cancel_reason

    @property
    def room(self) -> Awaitable[None]:
        """What coroutines await for slow clients where there is no update to await."""
        return self._overall.room

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
            weight: Its share, beside the weights of the other subtasks and parts made here.
            description: What it does, in a few words.
            unique_id: The kind of subtask ([MS-IPAMM2] 2.2.4.399, SubTaskUniqueId); None for a
                kind of its own.
            non_deterministic: Whether nobody can say how much of it is done.
            details: An object that goes along.

        Returns:
            The subtask, to be used as a block or by its methods.

        Raises:
            ValueError: If the weight is no positive number, or the kind none of 32 bits.
            LocalProtocolError: If the operation is completed, or if more callbacks wait than
                someone who awaits could have posted: await `room` now and then.
        """
        weighs = weight_of(weight)
        if unique_id is not None and not (type(unique_id) is int and unique_id in _UNIQUE_IDS):
            raise ValueError(f"a unique id must be a whole number of 32 bits, not {unique_id!r}")
        overall = self._overall
        overall.wait_for_room()
        with overall.lock:
            number = len(overall.subtasks) + 1
            instance = SubTaskInstance(
                IsNonDeterministicProgress=non_deterministic,
                ProgressStatusDescriptions=description,
                SubTaskInstanceDetails=details,
                SubTaskInstanceId=number,
                SubTaskName=name,
                SubTaskUniqueId=number if unique_id is None else unique_id,
            )
            overall.post(AddSubTask(subTaskInstance=instance))
            made = Subtask(overall, self._share, instance, weighs)
            overall.subtasks.append(made)
            overall.changed.append(made)
            self._share.add(weighs)
        return made

    def part(self, *, weight: float = 1) -> "ProgressPart":
        """Make a reporter for a function that does a part of the work.

        Like subtasks, parts are best made before the first one begins, or announced by `expect`.
        What is left of a part when its function returns is counted by ``update(100)``.

        Args:
            weight: Its share, beside the weights of the other parts and subtasks made here.

        Raises:
            ValueError: If the weight is no positive number.
        """
        weighs = weight_of(weight)
        with self._overall.lock:
            return ProgressPart(self._overall, PartShare(self._share, weighs))

    def expect(self, weight: float) -> None:
        """Say how much all subtasks and parts will weigh together, where not all are made yet.

        With weights left alone, that is how many there will be.

        Raises:
            ValueError: If it is no positive number.
        """
        weighs = weight_of(weight)
        with self._overall.lock:
            self._share.expect(weighs)

    def update(self, percent: Percentage) -> Awaitable[None]:
        """Tell how much is done, of the part or of the whole operation.

        From the first call on the percentage no longer follows from the subtasks. Where it is that
        of the whole operation each call is sent, whether it changes anything or not.

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
        units = units_of(percent)
        with overall.lock:
            self._share.give(units)
        return overall.room


class ProgressReporter(ProgressPart):
    """What a handler tells its client with.

    The overall percentage follows from the subtasks, by their weights, and is sent when it
    changes. It can only be right where the subtasks are known: make them before the first one
    begins, or say with `expect` how many there will be. A handler without subtasks, or with a
    better idea, gives it with `update`; from then on it is the handler's own. Functions that know
    only their share of the work are given a `part`.
    """

    __slots__ = (
        "_attempt",
        "_checkpoint",
        "_final",
        "_is_over",
        "_non_deterministic",
        "_result",
        "_saved_checkpoint",
        "_shown",
    )

    def __init__(
        self,
        sink: CallbackSink,
        *,
        non_deterministic: bool = False,
        attempt: int = 1,
        saved_checkpoint: str | None = None,
    ) -> None:
        """Begin to report.

        Args:
            sink: Where callbacks go.
            non_deterministic: Whether no percentage is worked out.
            attempt: How often a handler has begun with the operation, this time included.
            saved_checkpoint: What an earlier attempt saved last, as JSON; None if nothing.
        """
        overall = Overall(sink, automatic=not non_deterministic)
        super().__init__(overall, overall)
        self._non_deterministic = non_deterministic
        self._attempt = attempt
        self._saved_checkpoint = saved_checkpoint
        self._result: IpamObject | None = None
        self._checkpoint: str | None = None  # saved since somebody asked
        self._shown = 0  # the percentage when somebody asked last, in hundredths
        self._final: ProgressChanges | None = None  # what nobody has asked for yet
        self._is_over = False

    @property
    def subtasks(self) -> tuple[Subtask, ...]:
        """The subtasks made so far, those of parts included."""
        return tuple(self._overall.subtasks)

    @property
    def attempt(self) -> int:
        """How often a handler has begun with the operation, more than once where it was resumed."""
        return self._attempt

    @property
    def saved_checkpoint(self) -> Any:
        """What an earlier attempt of this operation saved with `checkpoint`; None if nothing.

        Each time a new object, so that it may be changed and saved again.
        """
        return None if self._saved_checkpoint is None else json.loads(self._saved_checkpoint)

    def checkpoint(self, value: object) -> None:
        """Save where the handler is, for another attempt after a crash.

        It goes on record with the next progress, a few times a second, and only the newest is
        kept; nobody waits for that. So what was done after the last checkpoint on record is done
        again, and has to bear it.

        Args:
            value: A JSON value: None, numbers, text, lists, and dictionaries with text for keys.

        Raises:
            TypeError: If it is none, or would not come back as it was (tuples, other keys).
            ValueError: If it takes more than 64 KiB as JSON, or is nested too deeply or in itself,
                or has numbers that JSON has not (infinity, NaN).
        """
        text = _checkpoint_text(value)
        with self._overall.lock:
            self._checkpoint = text

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

    # For the session, and for whoever keeps records

    def cancel(self, reason: str) -> None:
        """Tell the handler that nobody waits for the operation any more.

        Args:
            reason: Why, in words. Only the first counts.
        """
        if self._overall.cancel_reason is None:
            self._overall.cancel_reason = reason

    def take_changes(self) -> ProgressChanges | None:
        """Tell what has changed since this was last asked; None if nothing has.

        Asked for the first time after the end, it tells how every subtask ended, whether that had
        been told or not; after that, nothing any more.
        """
        overall = self._overall
        if not (overall.changed or overall.shown != self._shown or self._checkpoint or self._final):
            return None
        with overall.lock:
            if self._is_over:  # a handler that still runs has nothing to say any more
                final, self._final = self._final, None
                return final
            changed, overall.changed = overall.changed, []
            return self._changes([subtask.take_record() for subtask in changed])

    def succeed(self, result: IpamObject | None, post: Callable[[object], None]) -> None:
        """Report the end of an operation whose handler returned.

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
        """Report the end of an operation that failed.

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
            ended = [subtask.conclude(error) for subtask in overall.subtasks]
            if error is None and not self._non_deterministic and overall.shown != 100_00:
                overall.show(100_00)
            post(final)
            # whoever still reports finds out from the session that the operation is over
            overall.post = usual
            self._is_over = True
            self._final = self._changes(ended)

    def _changes(self, subtasks: list[SubtaskRecord]) -> ProgressChanges:
        """Give what has changed, subtasks apart; the caller holds the lock."""
        self._shown = self._overall.shown
        checkpoint, self._checkpoint = self._checkpoint, None
        return ProgressChanges(self._overall.percent, tuple(subtasks), checkpoint)


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


def _checkpoint_text(value: object) -> str:
    """Give a checkpoint as JSON, or say why it is none."""
    try:
        text = json.dumps(value, allow_nan=False, separators=(",", ":"))
        same = json.loads(text) == value
    except TypeError as error:
        raise TypeError(f"a checkpoint must be a JSON value: {error}") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"a checkpoint must be a JSON value: {error}") from None
    if not same:
        raise TypeError(
            "a checkpoint must come back from JSON as it was: use lists rather than tuples, and "
            "text for the keys of dictionaries"
        )
    if len(text) > _MAX_CHECKPOINT:
        raise ValueError(
            f"a checkpoint may take {_MAX_CHECKPOINT} octets as JSON, not {len(text)}: save where "
            "the work is to be taken up, not the work"
        )
    return text
