"""One run of a task: its start is put on record, then the handler is called, then its end.

`TRANSITIONS` is the whole of the behaviour: (state, input) to (action, next state). That a start
is committed before the handler is called is what makes a task run at most once for each trigger,
whenever the process ends: after a crash the record says that the run began, and nobody begins with
it again. Knows nothing of other runs and of when tasks run.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from enum import Enum
from functools import partial
from typing import Any, ClassVar, Final, Protocol

from ipam_progress.records import Outcome, TaskRecord, TaskRunRecord
from ipam_progress.session.outputs import HandlerCall
from ipam_progress.tasks.outputs import TaskOutputs
from ipam_progress.tasks.registry import TaskHandler

__all__ = ["FAILURE", "TRANSITIONS", "RunAction", "RunInput", "RunOwner", "RunState", "TaskRun"]

FAILURE: Final = 1
"""What clients are told of a run that ended with an exception, as of a program that failed."""

_RESULTS: Final = range(-(2**31), 2**31)
"""What an xsd:int can hold."""


class RunState(Enum):
    """Where a run stands."""

    __hash__ = object.__hash__  # Enum's own is written in Python and slow; equality is identity

    STARTING = "its start is being put on record"
    WITHDRAWN = "its start is being put on record, and the server stops"
    RUNNING = "its handler runs"
    ENDING = "its end is being put on record"
    OVER = "it is over"


class RunInput(Enum):
    """What can happen to a run."""

    __hash__ = object.__hash__

    START_RECORDED = "its start is on record"
    START_NOT_RECORDED = "its start could not be put on record"
    HANDLER_ENDED = "the handler returned or failed"
    END_RECORDED = "its end is on record"
    END_NOT_RECORDED = "its end could not be put on record"
    SERVER_STOP = "the server stops"


class RunAction(Enum):
    """What a run does about an input."""

    CALL = "call the handler"
    LOSE = "give up; the handler was not called"
    WITHDRAW = "record that it ended before the handler was called"
    RECORD_END = "record how it ended"
    CONCLUDE = "tell everybody that it is over"
    CONCLUDE_UNRECORDED = "the same, and that it is not on record"
    NOTHING = "nothing"


_Cell = tuple[RunAction, RunState]


def _transitions() -> Mapping[tuple[RunState, RunInput], _Cell]:
    state, given, do = RunState, RunInput, RunAction
    return {
        (state.STARTING, given.START_RECORDED): (do.CALL, state.RUNNING),
        (state.STARTING, given.START_NOT_RECORDED): (do.LOSE, state.OVER),
        (state.STARTING, given.SERVER_STOP): (do.NOTHING, state.WITHDRAWN),
        (state.WITHDRAWN, given.START_RECORDED): (do.WITHDRAW, state.ENDING),
        (state.WITHDRAWN, given.START_NOT_RECORDED): (do.LOSE, state.OVER),
        (state.WITHDRAWN, given.SERVER_STOP): (do.NOTHING, state.WITHDRAWN),
        (state.RUNNING, given.HANDLER_ENDED): (do.RECORD_END, state.ENDING),
        (state.RUNNING, given.SERVER_STOP): (do.NOTHING, state.RUNNING),
        (state.ENDING, given.END_RECORDED): (do.CONCLUDE, state.OVER),
        (state.ENDING, given.END_NOT_RECORDED): (do.CONCLUDE_UNRECORDED, state.OVER),
        (state.ENDING, given.SERVER_STOP): (do.NOTHING, state.ENDING),
    }


TRANSITIONS: Final = _transitions()
"""(state, input) to (action, next state). Nothing else can happen."""


class RunOwner(Protocol):
    """The task that a run is of."""

    def row(self, run: TaskRunRecord) -> TaskRecord:
        """Give how the task stands, or will stand when the run is on record like this."""
        ...

    def run_begins(self, run: "TaskRun") -> None:
        """Take note: it is on record, and its handler is about to be called."""
        ...

    def run_lost(self, run: "TaskRun") -> None:
        """Take note: it is over, and its handler was not called."""
        ...

    def run_over(self, run: "TaskRun") -> None:
        """Take note: it is over, and its record says how it ended."""
        ...


class TaskRun:
    """One run of a task.

    Attributes:
        record: What is known of it.
        state: Where it stands.
    """

    __slots__ = ("_handler", "_outputs", "_owner", "record", "state")

    def __init__(
        self, record: TaskRunRecord, handler: TaskHandler, owner: RunOwner, outputs: TaskOutputs
    ) -> None:
        self.record = record
        self.state = RunState.STARTING
        self._handler = handler
        self._owner = owner
        self._outputs = outputs

    def begin(self) -> None:
        """Put its start on record, and go on from there."""
        self._await(
            self._outputs.record_start(self.record, self._owner.row(self.record)),
            RunInput.START_RECORDED,
            RunInput.START_NOT_RECORDED,
        )

    def stop(self) -> None:
        """Do not begin any more; a handler that has been called gets on."""
        self._input(RunInput.SERVER_STOP)

    def _await(self, recorded: Future[None] | None, success: RunInput, failure: RunInput) -> None:
        if recorded is None:
            self._input(success)
        else:
            recorded.add_done_callback(partial(self._recorded, success, failure))

    def _recorded(self, success: RunInput, failure: RunInput, recorded: Future[None]) -> None:
        error = recorded.exception()
        self._input(success if error is None else failure, error)

    def _input(self, given: RunInput, subject: Any = None) -> None:
        """Let something happen.

        Args:
            given: What.
            subject: What it is about: an error, how the handler ended.
        """
        action, self.state = TRANSITIONS[self.state, given]
        self._ACTIONS[action](self, subject)

    # Actions

    def _call(self, _subject: None) -> None:
        self._owner.run_begins(self)
        self._outputs.started(self.record)
        self._outputs.run_handler(
            HandlerCall(
                description=self._description,
                kind=self._handler.kind,
                invoke=partial(self._handler.function, self.record.server),
                returned=self._returned,
                failed=self._failed,
            )
        )

    def _lose(self, error: BaseException) -> None:
        self._outputs.warn(
            f"{self._description} was not run: its start could not be put on record: {error}"
        )
        self._owner.run_lost(self)

    def _withdraw(self, _subject: None) -> None:
        self._record_end((FAILURE, "the server stopped before the handler was called"))

    def _record_end(self, ending: tuple[int, str | None]) -> None:
        result, error = ending
        self.record = replace(
            self.record,
            ended=self._outputs.now(),
            outcome=Outcome.FAILED if result else Outcome.SUCCEEDED,
            result=result,
            error=error,
        )
        self._await(
            self._outputs.record_end(self.record, self._owner.row(self.record)),
            RunInput.END_RECORDED,
            RunInput.END_NOT_RECORDED,
        )

    def _conclude(self, _subject: None) -> None:
        self._owner.run_over(self)
        self._outputs.ended(self.record)

    def _conclude_unrecorded(self, error: BaseException) -> None:
        self._outputs.warn(
            f"how {self._description} ended ({self.record.outcome.value}) could not be put on "
            f"record: {error}"
        )
        self._conclude(None)

    def _do_nothing(self, _subject: None) -> None:
        """Go on."""

    _ACTIONS: ClassVar[Mapping[RunAction, Callable[[Any, Any], None]]] = {
        RunAction.CALL: _call,
        RunAction.LOSE: _lose,
        RunAction.WITHDRAW: _withdraw,
        RunAction.RECORD_END: _record_end,
        RunAction.CONCLUDE: _conclude,
        RunAction.CONCLUDE_UNRECORDED: _conclude_unrecorded,
        RunAction.NOTHING: _do_nothing,
    }

    # How the handler ends

    @property
    def _description(self) -> str:
        return f"task {self.record.task_type}"

    def _returned(self, result: object) -> None:
        if result is None:
            self._input(RunInput.HANDLER_ENDED, (0, None))
        elif type(result) is int and result in _RESULTS:
            error = f"the handler returned {result}" if result else None
            self._input(RunInput.HANDLER_ENDED, (result, error))
        else:
            self._failed(
                TypeError(
                    f"the handler of {self._description} returned {result!r}; it must return None "
                    "or an int of 32 bits (a Deferred only if it is registered with thread=False)"
                )
            )

    def _failed(self, error: BaseException) -> None:
        self._outputs.log_failure(self._description, error)
        self._input(RunInput.HANDLER_ENDED, (FAILURE, f"{type(error).__name__}: {error}"))
