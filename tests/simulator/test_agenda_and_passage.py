"""Things happen at their times, in order, whenever somebody looks; and who waits is woken."""

from __future__ import annotations

import math
from functools import partial

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock, wait_all_tasks_blocked

from rvm_edge.simulator.agenda import Agenda
from rvm_edge.simulator.passage import Passage

TIMES = st.floats(0, 1000)


@given(times=st.lists(TIMES), looks=st.lists(TIMES))
def test_everything_happens_once_in_the_order_of_its_time(
    times: list[float], looks: list[float]
) -> None:
    agenda = Agenda()
    happened: list[float] = []
    for at_s in times:
        agenda.put(at_s, happened.append)
    for now_s in sorted(looks):
        agenda.advance(now_s)
        assert happened == sorted(at_s for at_s in times if at_s <= now_s)
    agenda.advance(1000)
    assert happened == sorted(times)
    assert agenda.next_at_s() == math.inf


def test_equal_times_keep_their_order() -> None:
    agenda = Agenda()
    happened: list[int] = []

    def note(n: int, _: float) -> None:
        happened.append(n)

    for n in range(20):
        agenda.put(1.0, partial(note, n))
    assert agenda.advance(1.0)
    assert happened == list(range(20))
    assert not agenda.advance(1.0)


def test_what_is_put_while_things_happen_happens_too_if_it_is_due() -> None:
    agenda = Agenda()
    happened: list[float] = []

    def first(at_s: float) -> None:
        agenda.put(at_s + 1, happened.append)
        agenda.put(at_s + 5, happened.append)

    agenda.put(1.0, first)
    agenda.advance(3.0)
    assert happened == [2.0]
    assert agenda.next_at_s() == 6.0


async def test_until_wakes_at_the_next_happening(autojump_clock: MockClock) -> None:
    passage = Passage()
    seen: list[float] = []
    passage.agenda.put(passage.now() + 5, seen.append)
    began_s = trio.current_time()
    await passage.until(lambda: bool(seen))
    assert trio.current_time() - began_s == pytest.approx(5)


async def test_until_wakes_at_a_touch(autojump_clock: MockClock) -> None:
    passage = Passage()
    told: list[bool] = []
    async with trio.open_nursery() as nursery:
        nursery.start_soon(passage.until, lambda: bool(told))
        await wait_all_tasks_blocked()
        told.append(True)
        passage.touch()


async def test_until_always_is_a_checkpoint(autojump_clock: MockClock) -> None:
    with trio.CancelScope() as scope:
        scope.cancel()
        await Passage().until(lambda: True)
    assert scope.cancelled_caught


async def test_after_may_be_ended_by_its_condition(autojump_clock: MockClock) -> None:
    passage = Passage()
    over = False

    def unless() -> None:
        if over:
            raise ZeroDivisionError

    began_s = trio.current_time()
    await passage.after(3, unless)
    assert trio.current_time() - began_s == pytest.approx(3)
    passage.agenda.put(passage.now() + 1, lambda _: None)
    over = True
    with pytest.raises(ZeroDivisionError):
        await passage.after(3, unless)


def test_outside_of_trio_time_stands_still() -> None:
    passage = Passage()

    async def look() -> float:
        await trio.lowlevel.checkpoint()
        return passage.now()

    then_s = trio.run(look, clock=MockClock())
    assert passage.now() == passage.now() == then_s
