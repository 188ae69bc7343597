"""A block with tasks in the background ends them, and raises what it would have raised alone."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable

import pytest
import trio
import trio.testing

from rvm_edge.background import background_tasks

if sys.version_info < (3, 11):
    from exceptiongroup import BaseExceptionGroup


class _Ended:
    """A task that says that it was cancelled."""

    def __init__(self) -> None:
        self.well = False

    async def run(self) -> None:
        try:
            await trio.sleep_forever()
        except trio.Cancelled:
            self.well = True
            raise


async def test_the_tasks_end_with_the_block() -> None:
    task = _Ended()
    async with background_tasks() as nursery:
        nursery.start_soon(task.run)
        await trio.testing.wait_all_tasks_blocked()
    assert task.well


async def test_what_the_block_raises_comes_in_no_group() -> None:
    task = _Ended()
    raised = ValueError("mine")

    async def fail() -> None:
        async with background_tasks() as nursery:
            nursery.start_soon(task.run)
            await trio.testing.wait_all_tasks_blocked()
            raise raised

    with pytest.raises(ValueError, match="mine") as caught:
        await fail()
    assert caught.value is raised
    assert task.well


async def test_what_a_task_raises_ends_the_block() -> None:
    async def fail() -> None:
        await trio.lowlevel.checkpoint()
        raise ValueError("a task's")

    with pytest.raises(BaseExceptionGroup) as caught:
        await _beside(fail)
    assert caught.group_contains(ValueError, match="a task's")


async def test_a_task_may_end_the_block_by_cancelling_it() -> None:
    async def end(scope: trio.CancelScope) -> None:
        await trio.lowlevel.checkpoint()
        scope.cancel()

    async with background_tasks() as nursery:
        nursery.start_soon(end, nursery.cancel_scope)
        await trio.Event().wait()
    await trio.lowlevel.checkpoint()  # the cancellation has been spent


async def test_a_task_may_end_a_block_that_has_tasks_of_its_own() -> None:
    async def end(scope: trio.CancelScope) -> None:
        await trio.lowlevel.checkpoint()
        scope.cancel()

    async with background_tasks() as nursery:
        nursery.start_soon(end, nursery.cancel_scope)
        async with background_tasks() as inner:
            inner.start_soon(trio.sleep_forever)
            await trio.Event().wait()
    await trio.lowlevel.checkpoint()


async def test_a_time_limit_around_the_block_is_told_of_as_one(
    autojump_clock: trio.testing.MockClock,
) -> None:
    with pytest.raises(trio.TooSlowError), trio.fail_after(5):
        await _beside(trio.sleep_forever)


async def _beside(task: Callable[[], Awaitable[None]]) -> None:
    async with background_tasks() as nursery:
        nursery.start_soon(task)
        await trio.sleep_forever()
