"""What a handler reports with: subtasks, percentages, warnings, a result.

A handler is given a `ProgressReporter`. What it reports becomes callbacks ([MS-IPAMM2] 3.19.4.5
to 3.19.4.9): AddSubTask when a subtask is made, SetSubTaskStatus for each update,
SetCompletionPercentage whenever the overall percentage that follows from the subtasks changes.
The final status follows from how the handler ends. The client's counterpart, `ProgressTracker`, is
in `ipam_progress.tracking`.

    reporter.py     what a handler is given, for the whole operation or for a part of it
    subtasks.py     one subtask with its bar
    overall.py      what the subtasks of an operation share: the way out, and the sum
    percentages.py  percentages and weights as whole numbers

Everything here may be used in any thread. Coroutines write ``await`` before what gives an
awaitable; it costs nothing until the client is slower than the handler, and then waits for it.
Threads leave ``await`` out and are made to wait by the call itself.

Knows nothing of sessions, wires or Twisted: callbacks go to a `CallbackSink` as contract objects.
A callback waits as an object until it can be sent, so nothing that has been posted is changed.
"""

from ipam_progress.progress.overall import CallbackSink
from ipam_progress.progress.percentages import Percentage
from ipam_progress.progress.reporter import (
    ProgressChanges,
    ProgressPart,
    ProgressReporter,
    failed_status,
)
from ipam_progress.progress.subtasks import Subtask

__all__ = [
    "CallbackSink",
    "Percentage",
    "ProgressChanges",
    "ProgressPart",
    "ProgressReporter",
    "Subtask",
    "failed_status",
]
