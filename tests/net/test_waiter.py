"""What coroutines wait on, under Twisted and under asyncio."""

import asyncio

import pytest
from twisted.internet.defer import CancelledError, Deferred

from ipam_progress.net.waiter import DeferredWaiter


async def wait_for(waiter: DeferredWaiter) -> str:
    await waiter
    return "awake"


def test_a_coroutine_that_twisted_drives(outcome_of):
    waiter = DeferredWaiter()
    ended = outcome_of(Deferred.fromCoroutine(wait_for(waiter)))
    assert ended == []
    waiter.wake()
    assert ended == ["awake"]


def test_who_comes_late_does_not_wait(outcome_of):
    waiter = DeferredWaiter()
    waiter.wake()
    assert outcome_of(Deferred.fromCoroutine(wait_for(waiter))) == ["awake"]


def test_cancelled_under_twisted(outcome_of):
    waiter = DeferredWaiter()
    waiting = Deferred.fromCoroutine(wait_for(waiter))
    ended = outcome_of(waiting)
    waiting.cancel()
    assert isinstance(ended.error, CancelledError)
    waiter.wake()


def test_a_coroutine_that_asyncio_drives():
    async def main() -> list[str]:
        early, late = DeferredWaiter(), DeferredWaiter()
        early.wake()
        waiting = asyncio.create_task(wait_for(late))
        told = [await wait_for(early)]
        assert not waiting.done()
        late.wake()
        return [*told, await waiting]

    assert asyncio.run(main()) == ["awake", "awake"]


def test_cancelled_under_asyncio():
    async def main() -> None:
        waiter = DeferredWaiter()
        waiting = asyncio.create_task(wait_for(waiter))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        waiter.wake()

    asyncio.run(main())


def test_a_coroutine_that_twisted_drives_within_a_task_of_asyncio(outcome_of):
    async def main() -> list[str]:
        waiter = DeferredWaiter()
        ended = outcome_of(Deferred.fromCoroutine(wait_for(waiter)))
        assert ended == []
        waiter.wake()
        return ended

    assert asyncio.run(main()) == ["awake"]


def test_a_coroutine_that_twisted_drives_in_a_callback_of_asyncio(outcome_of):
    """The loop runs, and no task: where handlers find themselves under the asyncio reactor."""
    waiter = DeferredWaiter()
    ended: list = []

    async def main() -> None:
        def begin() -> None:
            ended.append(outcome_of(Deferred.fromCoroutine(wait_for(waiter))))
            waiter.wake()
            done.set_result(None)

        loop = asyncio.get_running_loop()
        done = loop.create_future()
        loop.call_soon(begin)
        await done

    asyncio.run(main())
    assert ended == [["awake"]]
