"""A read that hangs is left alone, and no second thread follows it."""

from __future__ import annotations

import threading

import trio

from rvm_edge.health.deadline import DeadlineReader

PATIENCE_S = 0.1


async def test_what_was_read_is_returned() -> None:
    assert await DeadlineReader(5.0)(lambda: 7) == 7


async def test_what_cannot_be_read_is_nothing() -> None:
    def fail() -> int:
        raise OSError(5, "Input/output error")

    reader = DeadlineReader(5.0)
    assert await reader(fail) is None
    assert await reader(lambda: 7) == 7


async def test_while_one_hangs_no_other_is_started() -> None:
    free, started = threading.Event(), list[int]()

    def hang() -> int:
        started.append(1)
        free.wait(30)
        return 1

    reader = DeadlineReader(PATIENCE_S)
    assert await reader(hang) is None
    for _ in range(5):
        assert await reader(hang) is None
    assert started == [1]
    free.set()
    with trio.fail_after(60):
        while await reader(hang) is None:
            pass
    assert len(started) == 2


async def test_those_that_ask_at_once_are_served_one_after_the_other() -> None:
    inside, met, found = threading.Lock(), threading.Event(), list[bool | None]()

    def read() -> bool:
        alone = inside.acquire(blocking=False)
        if not alone:
            met.set()
            return False
        met.wait(0.05)  # long enough for another thread to come in, were there one
        inside.release()
        return True

    reader = DeadlineReader(5.0)

    async def ask() -> None:
        found.append(await reader(read))

    async with trio.open_nursery() as nursery:
        for _ in range(4):
            nursery.start_soon(ask)
    assert found == [True] * 4
