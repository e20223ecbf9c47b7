"""The server's recurring tasks: what runs them, when they run, and how they stand.

A program registers a function for a task (`registry`); the `TaskScheduler` runs it again and again,
and when a client asks for it ([MS-IPAMM2] 3.3.4.139). Each run is a machine of its own (`run`).
Knows no wire, no clock and no Twisted: what it needs of the world is in `outputs`.
"""

from ipam_progress.tasks.outputs import TaskOutputs
from ipam_progress.tasks.registry import TaskHandler, TaskRegistry
from ipam_progress.tasks.scheduler import TaskScheduler

__all__ = ["TaskHandler", "TaskOutputs", "TaskRegistry", "TaskScheduler"]
