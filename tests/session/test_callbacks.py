"""The callback side's machine, cell by cell, from a second copy of the table."""

import pytest

from ipam_progress.contracts import (
    AddSubTask,
    OverallProgressStatus,
    SetCompletionPercentage,
    SetOverallStatus,
    SetSubTaskStatus,
    StartOperationWithCallback,
    StartProgressCallback,
)
from ipam_progress.session.callbacks import (
    TRANSITIONS,
    CallbackAction,
    CallbackInput,
    CallbackState,
    input_of,
)

# state, then what each input does and where it leads; - stays
TABLE = """
             START_PROGRESS  ADD_SUB_TASK   SET_SUB_TASK_STATUS  SET_COMPLETION_PERCENTAGE  SET_INTERIM_STATUS  SET_FINAL_STATUS    SESSION_ENDED
INITIALIZED  START/STARTED   REJECT/-       REJECT/-             REJECT/-                   REJECT/-            REJECT/-            LOSE/CLOSED
STARTED      REJECT/-        ADD_SUBTASK/-  CHANGE_SUBTASK/-     CHANGE_PERCENTAGE/-        CHANGE_STATUS/-     COMPLETE/COMPLETED  LOSE/CLOSED
COMPLETED    REJECT/-        REJECT/-       REJECT/-             REJECT/-                   REJECT/-            REJECT/-            NOTHING/CLOSED
CLOSED       REJECT/-        REJECT/-       REJECT/-             REJECT/-                   REJECT/-            REJECT/-            NOTHING/CLOSED
"""  # noqa: E501 (a table is read across)


def cells():
    header, *rows = TABLE.strip("\n").splitlines()
    for row in rows:
        state, *entries = row.split()
        for given, entry in zip(header.split(), entries, strict=True):
            action, _, following = entry.partition("/")
            yield (
                (CallbackState[state], CallbackInput[given]),
                (
                    CallbackAction[action],
                    CallbackState[state if following == "-" else following],
                ),
            )


@pytest.mark.parametrize(
    ("pair", "expected"), list(cells()), ids=lambda value: "-".join(part.name for part in value)
)
def test_every_state_by_every_input(pair, expected):
    assert TRANSITIONS[pair] == expected


def test_the_table_is_complete():
    pairs = {(state, given) for state in CallbackState for given in CallbackInput}
    assert set(TRANSITIONS) == pairs == {pair for pair, _ in cells()}


@pytest.mark.parametrize(
    ("message", "given"),
    [
        (StartProgressCallback(), CallbackInput.START_PROGRESS),
        (AddSubTask(), CallbackInput.ADD_SUB_TASK),
        (SetSubTaskStatus(), CallbackInput.SET_SUB_TASK_STATUS),
        (SetCompletionPercentage(), CallbackInput.SET_COMPLETION_PERCENTAGE),
        *(
            (SetOverallStatus(overallStatus=status), given)
            for status, given in zip(
                OverallProgressStatus,
                [CallbackInput.SET_INTERIM_STATUS] * 2 + [CallbackInput.SET_FINAL_STATUS] * 2,
                strict=True,
            )
        ),
    ],
)
def test_input_of_a_callback(message, given):
    assert input_of(message) is given


def test_other_messages_are_no_input():
    with pytest.raises(TypeError, match="StartOperationWithCallback is no callback"):
        input_of(StartOperationWithCallback())
