from __future__ import annotations

import threading
import time

import pytest
import trio
import trio.testing

from rvm_edge.offload import Offload, in_thread, inline


async def test_inline_runs_in_the_same_thread_and_returns_the_result() -> None:
    assert await inline(threading.get_ident) == threading.get_ident()


async def test_a_thread_is_another_thread() -> None:
    assert await in_thread()(threading.get_ident) != threading.get_ident()


@pytest.mark.parametrize("offload", [inline, in_thread()], ids=["inline", "in_thread"])
async def test_what_the_work_raises_is_raised_to_the_caller(offload: Offload) -> None:
    def fail() -> None:
        raise KeyError("bottle")

    with pytest.raises(KeyError, match="bottle"):
        await offload(fail)


@pytest.mark.parametrize("offload", [inline, in_thread()], ids=["inline", "in_thread"])
async def test_a_cancelled_caller_never_starts_its_work(offload: Offload) -> None:
    done: list[str] = []
    with trio.CancelScope() as scope:
        scope.cancel()
        await offload(lambda: done.append("work"))
    assert done == []


async def test_work_in_a_thread_is_finished_and_its_result_returned_despite_cancellation() -> None:
    offload, started, go_on = in_thread(), threading.Event(), threading.Event()
    results: list[str] = []

    def work() -> str:
        started.set()
        assert go_on.wait(10)
        return "committed"

    async def caller(scope: trio.CancelScope) -> None:
        with scope:
            results.append(await offload(work))

    scope = trio.CancelScope()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(caller, scope)
        await trio.to_thread.run_sync(started.wait)
        scope.cancel()
        await trio.testing.wait_all_tasks_blocked()
        assert results == []
        go_on.set()
    assert results == ["committed"]


async def test_one_offload_runs_one_piece_of_work_at_a_time() -> None:
    offload = in_thread()
    running: list[int] = []
    seen: list[int] = []

    def work() -> None:
        running.append(1)
        time.sleep(0.01)  # a window in which a second one would be seen
        seen.append(len(running))
        running.pop()

    async with trio.open_nursery() as nursery:
        for _ in range(5):
            nursery.start_soon(offload, work)
    assert seen == [1] * 5


async def test_virtual_time_stands_still_while_inline_work_runs(
    autojump_clock: trio.testing.MockClock,
) -> None:
    before = trio.current_time()
    await inline(lambda: time.sleep(0.02))
    assert trio.current_time() == before
