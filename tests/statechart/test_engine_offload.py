"""Where the engine's blocking work runs."""

from __future__ import annotations

import threading
import time

import pytest
import trio

from rvm_edge.statechart.offload import Offload, in_thread, inline


async def test_inline_works_in_this_thread_and_a_thread_in_another() -> None:
    assert await inline(threading.get_ident) == threading.get_ident()
    assert await in_thread()(threading.get_ident) != threading.get_ident()


@pytest.mark.parametrize("offload", [inline, in_thread()], ids=["inline", "in_thread"])
async def test_what_the_work_raises_reaches_whoever_asked(offload: Offload) -> None:
    with pytest.raises(ZeroDivisionError):
        await offload(lambda: 1 // 0)


async def test_a_thread_does_one_thing_at_a_time() -> None:
    offload = in_thread()
    busy: list[int] = []
    most: list[int] = []

    def work() -> None:
        busy.append(1)
        most.append(len(busy))
        time.sleep(0.005)
        busy.pop()

    async with trio.open_nursery() as nursery:
        for _ in range(4):
            nursery.start_soon(offload, work)
    assert most == [1, 1, 1, 1]


async def test_whoever_is_cancelled_before_asks_for_nothing() -> None:
    done: list[int] = []
    with trio.CancelScope() as scope:
        scope.cancel()
        await inline(lambda: done.append(1))
    assert done == []
