"""A clock that is set while the machine runs is told of, once, and a slow one is not."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from rvm_edge.health.clock_watch import LOOK_S, ClockJump, watch_clock

START = datetime(2026, 3, 1, 8, 0, tzinfo=timezone.utc)
YEARS_50 = 50 * 365 * 86_400.0


class Clocks:
    """The computer's, on trio's time; the wall clock is ahead of the truth by what a test says."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def wall(self) -> datetime:
        return START + timedelta(seconds=trio.current_time() + self.ahead_s)


async def _watched(changes: list[float]) -> list[ClockJump]:
    clocks, jumps = Clocks(), list[ClockJump]()
    async with trio.open_nursery() as nursery:

        async def watch() -> None:
            await watch_clock(jumps.append, wall=clocks.wall, monotonic_s=trio.current_time)

        nursery.start_soon(watch)
        await trio.sleep(LOOK_S / 2)
        for change in changes:
            await trio.sleep(LOOK_S)
            clocks.ahead_s += change
        await trio.sleep(LOOK_S)
        nursery.cancel_scope.cancel()
    return jumps


async def test_a_jump_of_fifty_years_and_back_is_two_jumps(
    autojump_clock: trio.testing.MockClock,
) -> None:
    there, back = await _watched([0, YEARS_50, 0, -YEARS_50])
    assert round(there.seconds) == YEARS_50
    assert there.after - there.before == timedelta(seconds=YEARS_50)
    assert round(back.seconds) == -YEARS_50


async def test_a_clock_that_is_corrected_little_by_little_has_not_jumped(
    autojump_clock: trio.testing.MockClock,
) -> None:
    assert await _watched([0.5] * 40) == []


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([0.0, 1.5, -1.5, 60.0, -3600.0, YEARS_50]), max_size=8))
def test_all_jumps_together_are_what_the_clock_was_set_by(changes: list[float]) -> None:
    big = [one for one in changes if abs(one) >= 2]
    clock = trio.testing.MockClock(autojump_threshold=0)
    told = trio.run(_watched, changes, clock=clock)
    assert [round(one.seconds) for one in told] == [round(one) for one in big]
