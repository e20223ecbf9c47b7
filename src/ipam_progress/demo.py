"""A registry that answers everything: the server's demonstration, and a peer for tests.

Every operation does the same: its subtasks are added, then each takes its steps one after the
other. It is written with nothing but what any program has, `ProgressReporter` and registry. Knows
no clock: a delay needs somebody who can sleep.
"""

from collections.abc import Awaitable, Callable
from decimal import Decimal

from ipam_progress.contracts import (
    IpamOperationWithProgressParameters,
    IpamTaskType,
    SubTaskStatus,
)
from ipam_progress.operations import OperationRegistry
from ipam_progress.progress import ProgressReporter

__all__ = ["demo_registry"]

Sleep = Callable[[float], Awaitable[object]]
"""Gives something to await that is done after so many seconds."""


def demo_registry(
    *, subtasks: int = 3, steps: int = 4, delay: float = 0, sleep: Sleep | None = None
) -> OperationRegistry:
    """Make a registry with a handler for every operation and for every task.

    An operation sends 1 + subtasks + 2 * subtasks * steps + 1 callbacks: StartProgressCallback,
    an AddSubTask for each subtask, a SetSubTaskStatus and a SetCompletionPercentage for each step,
    SetOverallStatus. The overall percentage is told for each step, even where two decimals show
    no difference, so that the callbacks can be counted.

    Args:
        subtasks: How many subtasks an operation has.
        steps: How many steps a subtask has.
        delay: Seconds before each step, and for each task.
        sleep: Sleeps; needed where there is a delay.

    Raises:
        ValueError: If a number is out of range, or if there is a delay and nobody to sleep.
    """
    if subtasks < 1 or steps < 1:
        raise ValueError("the demonstration needs at least one subtask and one step")
    if delay < 0 or (delay and sleep is None):
        raise ValueError(f"a delay of {delay} seconds needs a way to sleep")
    registry = OperationRegistry()
    total = subtasks * steps

    async def pause() -> None:
        if sleep is not None and delay:
            await sleep(delay)

    @registry.default()
    async def demonstrate(
        _parameters: IpamOperationWithProgressParameters, progress: ProgressReporter
    ) -> None:
        progress.automatic = False
        parts = []
        for number in range(1, subtasks + 1):
            parts.append(
                progress.subtask(f"Step {number}", description=f"step {number} of {subtasks}")
            )
            await progress.room
        done = 0
        for part in parts:
            async with part:
                for step in range(1, steps + 1):
                    await pause()
                    done += 1
                    last = step == steps
                    await part.update(
                        percent=Decimal(100 * step) / steps,
                        status=SubTaskStatus.CompletedWithSuccess
                        if last
                        else SubTaskStatus.InProgress,
                    )
                    await progress.update(percent=Decimal(100 * done) / total)

    async def run_task(_server: str | None) -> None:
        await pause()

    for task_type in IpamTaskType:
        if task_type is not IpamTaskType.None_:
            registry.task(task_type)(run_task)
    return registry
