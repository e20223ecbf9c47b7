"""The thread that writes: whatever waits goes into one transaction, one wait for the disk for all.

Whoever has something to write submits a job and is told when it is committed; nobody waits for the
disk but this thread. When the store fails, jobs that may wait are tried again and others fail at
once; that it failed, and that it works again, is told to those who asked. Knows no Twisted: results
go through a function that takes them to the thread where they are wanted.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from ipam_progress.errors import StoreError, StoreUnavailableError
from ipam_progress.store.transaction import StoreTransaction

__all__ = ["StoreWriter"]

_Result = TypeVar("_Result")

_BATCH: Final = 500
"""Jobs in one transaction at most, for the first of them not to wait long for the last."""


class _Transactions(Protocol):
    """What the writer needs of a store."""

    def transaction(self) -> AbstractContextManager[StoreTransaction]:
        """Begin a transaction."""


@dataclass(slots=True, eq=False)
class _Job:
    work: Callable[[StoreTransaction], Any]
    until: float
    """The moment until which it may be tried again, on the clock of the process."""
    future: Future[Any]


_Outcome: TypeAlias = tuple[Future[Any], Any, Exception | None]


class StoreWriter:
    """Writes to a store in a thread of its own.

    A job may be run more than once: with others, by itself after one of them went wrong, and again
    after the store failed. It has to be such that a second time does no harm, as everything is that
    `StoreTransaction` offers.

    Args:
        store: What to write to.
        deliver: Calls a function in the thread in which results are wanted:
            ``reactor.callFromThread``.
        waiting: How many jobs may wait; one more fails at once.
        retry_every: Seconds from one try to the next while the store fails.
        patience: Seconds that a transaction may take before the store counts as one that fails.

    Attributes:
        failure: Why the store fails, in words; None while it works.
    """

    def __init__(
        self,
        store: _Transactions,
        deliver: Callable[[Callable[[], None]], object],
        *,
        waiting: int = 10_000,
        retry_every: float = 0.5,
        patience: float = 5.0,
    ) -> None:
        self.failure: str | None = None
        self._store = store
        self._deliver = deliver
        self._limit = waiting
        self._retry_every = retry_every
        self._patience = patience
        self._listeners: list[tuple[Callable[[str], None], Callable[[], None]]] = []
        self._jobs: deque[_Job] = deque()
        self._taken: list[_Job] = []
        self._begun: float | None = None
        self._changed = threading.Condition()
        self._stop_at: float | None = None
        self._stopped: Future[None] = Future()
        self._is_done = threading.Event()

    def start(self) -> None:
        """Begin to write; once only."""
        # daemons: a disk that hangs must not keep the process from ending
        threading.Thread(target=self._run, name="store", daemon=True).start()
        threading.Thread(target=self._watch, name="store watch", daemon=True).start()

    def stop(self, within: float = 10.0) -> Future[None]:
        """Take no more jobs, write those that wait, and end.

        Args:
            within: Seconds after which what could not be written fails.

        Returns:
            Is done, by way of `deliver`, when the last job is.
        """
        with self._changed:
            if self._stop_at is None:
                self._stop_at = time.monotonic() + within
                self._changed.notify()
        return self._stopped

    def subscribe(self, failed: Callable[[str], None], recovered: Callable[[], None]) -> None:
        """Have functions called, by way of `deliver`, when the store fails and when it works again.

        Args:
            failed: Takes the reason in words.
            recovered: Takes nothing.
        """
        self._listeners.append((failed, recovered))

    def submit(
        self, work: Callable[[StoreTransaction], _Result], retry_for: float = 0.0
    ) -> Future[_Result]:
        """Have something done in a transaction, after everything that was submitted before.

        Args:
            work: What to do; called in the writer's thread.
            retry_for: Seconds in which it is tried again when the store fails.

        Returns:
            What `work` returned, after COMMIT and by way of `deliver`; or what went wrong: a
            `StoreError`, or whatever `work` raised. A job that cannot wait has failed when this
            returns. After a `StoreUnavailableError` what was to be written may be on record or not.
        """
        future: Future[_Result] = Future()
        with self._changed:
            refusal = self._refusal(retry_for)
            if refusal is None:
                self._jobs.append(_Job(work, time.monotonic() + retry_for, future))
                self._changed.notify()
        if refusal is not None:
            future.set_exception(refusal)
        return future

    def _refusal(self, retry_for: float) -> StoreError | None:
        if self._stop_at is not None:
            return StoreError("the store is being closed")
        if self.failure is not None and retry_for <= 0:
            return StoreUnavailableError(self.failure)
        if len(self._jobs) >= self._limit:
            return StoreUnavailableError(f"the store is too slow: {self._limit} jobs wait for it")
        return None

    # --- in the thread that writes ---------------------------------------------------------------

    def _run(self) -> None:
        while self._take_jobs():
            if self._taken:
                self._write(self._taken)
            else:
                self._probe()
            with self._changed:
                self._taken = []
                self._begun = None
        self._end()

    def _take_jobs(self) -> bool:
        """Wait for jobs and take them, unless it is time to end.

        While the store fails, wait for the time to try again instead; there may be no jobs then.
        """
        with self._changed:
            if self.failure is None:
                self._changed.wait_for(lambda: self._jobs or self._stop_at is not None)
            else:
                self._changed.wait_for(self._is_over, self._retry_every)
            if self._is_over():
                return False
            self._taken = [self._jobs.popleft() for _ in range(min(_BATCH, len(self._jobs)))]
            self._begun = time.monotonic()
            return True

    def _is_over(self) -> bool:
        if self._stop_at is None:
            return False
        return not self._jobs or time.monotonic() >= self._stop_at

    def _write(self, jobs: list[_Job]) -> None:
        """Write jobs in one transaction; if one of them is no good, each in its own."""
        try:
            self._commit(jobs)
        except StoreUnavailableError as error:
            self._postpone(jobs, error)
        except Exception:  # noqa: BLE001 (of a job: it is told to whoever submitted it)
            self._write_singly(jobs)

    def _write_singly(self, jobs: list[_Job]) -> None:
        for index, job in enumerate(jobs):
            try:
                self._commit([job])
            except StoreUnavailableError as error:
                self._postpone(jobs[index:], error)
                return
            except Exception as error:  # noqa: BLE001 (as above)
                self._settle([(job.future, None, error)])

    def _commit(self, jobs: list[_Job]) -> None:
        with self._store.transaction() as transaction:
            results = [job.work(transaction) for job in jobs]
        self._recover()
        self._settle(
            [(job.future, result, None) for job, result in zip(jobs, results, strict=True)]
        )

    def _probe(self) -> None:
        """See whether the store takes anything by now."""
        try:
            with self._store.transaction() as transaction:
                transaction.sign_on(datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 (whatever it is, the store does not work yet)
            self._fail(StoreUnavailableError(str(error)))
        else:
            self._recover()

    def _postpone(self, jobs: list[_Job], error: StoreUnavailableError) -> None:
        """Keep the jobs that may be tried again; the others fail, those that wait as well."""
        with self._changed:
            self._jobs.extendleft(reversed(jobs))
        self._fail(error)

    # --- in the thread that watches the other ----------------------------------------------------

    def _watch(self) -> None:
        """Keep the promises of time where the database does not answer at all."""
        while not self._is_done.wait(self._retry_every):
            with self._changed:
                begun, stop_at = self._begun, self._stop_at
            now = time.monotonic()
            if begun is not None and now - begun > self._patience:
                self._fail(
                    StoreUnavailableError(f"the store has not answered for {now - begun:.0f} s")
                )
                if stop_at is not None and now > stop_at:
                    self._end()

    # --- in either -------------------------------------------------------------------------------

    def _fail(self, error: StoreUnavailableError) -> None:
        """The store fails: so do the jobs that may not be tried again any more."""
        with self._changed:
            is_news = self.failure is None
            self.failure = str(error)
            now = time.monotonic()
            late = [job for job in (*self._taken, *self._jobs) if job.until <= now]
            self._jobs = deque(job for job in self._jobs if job.until > now)
        if is_news:
            for failed, _ in self._listeners:
                self._deliver(partial(failed, str(error)))
        self._settle([(job.future, None, error) for job in late])

    def _recover(self) -> None:
        with self._changed:
            is_news = self.failure is not None
            self.failure = None
        if is_news:
            for _, recovered in self._listeners:
                self._deliver(recovered)

    def _end(self) -> None:
        with self._changed:
            if self._is_done.is_set():
                return
            self._is_done.set()
            left = [*self._taken, *self._jobs]
            self._jobs.clear()
        error = StoreUnavailableError(self.failure or "the store could not be closed in time")
        self._settle([(job.future, None, error) for job in left])
        self._deliver(partial(self._stopped.set_result, None))

    def _settle(self, outcomes: list[_Outcome]) -> None:
        if outcomes:
            self._deliver(partial(_settle, outcomes))


def _settle(outcomes: list[_Outcome]) -> None:
    """Tell futures how it went; it may come too late, or nobody may want to know any more."""
    for future, result, error in outcomes:
        if future.done():
            continue
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)
