"""The client's side of a session: which callback may come when ([MS-IPAMM2] 3.21.1.1).

`TRANSITIONS` is the whole of it, (state, input) to (action, next state), and has every pair: what
a server sends can be wrong but must not harm. The actions are those of
`ipam_progress.tracking.ProgressTracker`. Replies to the client's own requests are no inputs: they
may come before, between or after the callbacks. Knows no octets, no envelopes and no Twisted.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final

from ipam_progress.contracts import (
    AddSubTask,
    OverallProgressStatus,
    SetCompletionPercentage,
    SetOverallStatus,
    SetSubTaskStatus,
    StartProgressCallback,
)

__all__ = [
    "TRANSITIONS",
    "CallbackAction",
    "CallbackInput",
    "CallbackState",
    "input_of",
]


class CallbackState(Enum):
    """Where the callbacks of a session stand, in the specification's words."""

    INITIALIZED = "OperationWithProgress Callback Initialized"
    STARTED = "OperationWithProgress Started"
    COMPLETED = "OperationWithProgress Completed"
    CLOSED = "Closed"


class CallbackInput(Enum):
    """What can come."""

    START_PROGRESS = "StartProgressCallback"
    ADD_SUB_TASK = "AddSubTask"
    SET_SUB_TASK_STATUS = "SetSubTaskStatus"
    SET_COMPLETION_PERCENTAGE = "SetCompletionPercentage"
    SET_INTERIM_STATUS = "SetOverallStatus with NotStarted or InProgress"
    SET_FINAL_STATUS = "SetOverallStatus with CompletedWithSuccess or CompletedWithFailure"
    SESSION_ENDED = "the session is closed, faulted or lost"


class CallbackAction(Enum):
    """What a tracker does about it."""

    START = "the operation is in progress"
    ADD_SUBTASK = "keep a new subtask"
    CHANGE_SUBTASK = "look the subtask up and keep its status"
    CHANGE_PERCENTAGE = "keep the percentage"
    CHANGE_STATUS = "keep the status"
    COMPLETE = "keep the final status; nothing more is expected"
    REJECT = "note an error"
    LOSE = "note why there will be no final status"
    NOTHING = "nothing"


_Cell = tuple[CallbackAction, CallbackState]


def _transitions() -> Mapping[tuple[CallbackState, CallbackInput], _Cell]:
    given, do = CallbackInput, CallbackAction
    initialized, started, completed, closed = CallbackState
    # a callback is an error in every state but the one it belongs to
    table: dict[tuple[CallbackState, CallbackInput], _Cell] = {
        (state, callback): (do.REJECT, state) for state in CallbackState for callback in given
    }
    return table | {
        (initialized, given.START_PROGRESS): (do.START, started),
        (initialized, given.SESSION_ENDED): (do.LOSE, closed),
        (started, given.ADD_SUB_TASK): (do.ADD_SUBTASK, started),
        (started, given.SET_SUB_TASK_STATUS): (do.CHANGE_SUBTASK, started),
        (started, given.SET_COMPLETION_PERCENTAGE): (do.CHANGE_PERCENTAGE, started),
        (started, given.SET_INTERIM_STATUS): (do.CHANGE_STATUS, started),
        (started, given.SET_FINAL_STATUS): (do.COMPLETE, completed),
        (started, given.SESSION_ENDED): (do.LOSE, closed),
        (completed, given.SESSION_ENDED): (do.NOTHING, closed),
        (closed, given.SESSION_ENDED): (do.NOTHING, closed),
    }


TRANSITIONS: Final = _transitions()
"""(state, input) to (action, next state), for every pair."""

_INPUTS: Final[Mapping[type, CallbackInput]] = {
    StartProgressCallback: CallbackInput.START_PROGRESS,
    AddSubTask: CallbackInput.ADD_SUB_TASK,
    SetSubTaskStatus: CallbackInput.SET_SUB_TASK_STATUS,
    SetCompletionPercentage: CallbackInput.SET_COMPLETION_PERCENTAGE,
    SetOverallStatus: CallbackInput.SET_FINAL_STATUS,
}


def input_of(message: object) -> CallbackInput:
    """Tell which input a callback is.

    Raises:
        TypeError: If the message is none of the five callbacks.
    """
    given = _INPUTS.get(type(message))
    if given is None:
        raise TypeError(f"{type(message).__name__} is no callback of IIpamOperationWithProgress")
    if isinstance(message, SetOverallStatus) and message.overallStatus in (
        OverallProgressStatus.NotStarted,
        OverallProgressStatus.InProgress,
    ):
        return CallbackInput.SET_INTERIM_STATUS
    return given
