"""A subtask of an operation, with a bar of its own at the client ([MS-IPAMM2] 2.2.4.399)."""

from collections.abc import Awaitable
from decimal import Decimal
from types import TracebackType
from typing import Final, Self

from ipam_progress.contracts import (
    IpamException,
    IpamExceptionId,
    SetSubTaskStatus,
    SubTaskInstance,
    SubTaskStatus,
)
from ipam_progress.errors import LocalProtocolError
from ipam_progress.progress.overall import Overall, Share
from ipam_progress.progress.percentages import (
    ALL,
    HUNDREDTH,
    Percentage,
    decimal_of,
    rounded,
    units_of,
)
from ipam_progress.records import SubtaskRecord
from ipam_progress.session.faults import IpamError, exception_of

__all__ = ["Subtask"]

_NOT_STARTED: Final = SubTaskStatus.NotStarted
_IN_PROGRESS: Final = SubTaskStatus.InProgress
_WITH_WARNING: Final = SubTaskStatus.CompletedWithWarning
_BEHIND_US: Final = (
    SubTaskStatus.CompletedWithSuccess,
    _WITH_WARNING,
    SubTaskStatus.NotApplicable,
    SubTaskStatus.NotRun,
)
"""Final statuses that leave nothing of a subtask's share to do; an error leaves it open."""


class Subtask:
    """One part of an operation, with a bar of its own at the client.

    Made by `ProgressReporter.subtask`. As a block, ``async with`` in coroutines or ``with``
    elsewhere, it completes by itself: with success; with a warning, if there was one; with an
    error, if an exception leaves the block (which goes on its way). It stays as it is where an
    update has completed it before.
    """

    __slots__ = (
        "_counted",
        "_has_changed",
        "_instance",
        "_overall",
        "_share",
        "_units",
        "_warning",
        "_weight",
    )

    def __init__(
        self, overall: Overall, share: Share, instance: SubTaskInstance, weight: int
    ) -> None:
        self._overall = overall
        self._share = share
        self._instance = instance
        self._weight = weight
        self._units = 0
        self._counted = 0
        self._warning: IpamException | None = None
        self._has_changed = True

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
        return decimal_of(rounded(self._units, HUNDREDTH))

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
            status: How it goes; any but NotStarted and InProgress completes it. With
                CompletedWithWarning the last warning goes along.
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

    def conclude(self, error: BaseException | None) -> SubtaskRecord:
        """Tell the client of a final status, if there is none, because the operation is over.

        For the reporter, which holds the lock. What never began is said not to have run. The
        subtask itself stays as it is: when the server stops, its handler may still be at work,
        and is not to fail over that.

        Returns:
            How the subtask ended.
        """
        instance = self._instance
        if instance.SubTaskStatus is _NOT_STARTED:
            self._change(None, SubTaskStatus.NotRun, None, None)
        elif instance.SubTaskStatus is _IN_PROGRESS:
            self._complete(error)
        record = self.take_record()
        self._instance = instance
        return record

    def take_record(self) -> SubtaskRecord:
        """Tell how it stands, and that it has not changed since; for the reporter, as before."""
        self._has_changed = False
        instance = self._instance
        exception = instance.FailedCompletionStatus or self._warning
        data = None if exception is None else exception.IpamExceptionData
        return SubtaskRecord(
            number=instance.SubTaskInstanceId,
            unique_id=instance.SubTaskUniqueId,
            name=self.name,
            description=instance.ProgressStatusDescriptions or "",
            status=instance.SubTaskStatus.value,
            percent=self.percent,
            error=None if data is None else data.ExceptionMessage,
        )

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
            self._change(None, _WITH_WARNING, None, None)
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
            counted = units = units_of(percent)
        if status is not _IN_PROGRESS:
            if not isinstance(status, SubTaskStatus):
                raise ValueError(f"{status!r} is no SubTaskStatus")
            if status is _WITH_WARNING and exception is None:
                exception = self._warning
            if status in _BEHIND_US:
                counted = ALL
                if percent is None and status in _BEHIND_US[:2]:
                    units = ALL
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
                percentComplete=decimal_of(rounded(units, HUNDREDTH)),
                completionStatus=exception,
            )
        )
        self._instance = instance
        self._units = units
        if not self._has_changed:
            self._has_changed = True
            overall.changed.append(self)
        if counted != self._counted:
            weighted = self._weight * (counted - self._counted)
            self._counted = counted
            self._share.advance(weighted)
