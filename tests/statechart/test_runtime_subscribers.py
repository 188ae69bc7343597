"""Subscribers: told of every step, never waited for."""

from __future__ import annotations

import pytest
import trio

from rvm_edge.statechart.journal import MemoryJournal
from rvm_edge.statechart.publishing import Step
from tests.statechart import charts
from tests.statechart.cell_rig import running, settled, tell, where
from tests.statechart.charts import OFF, SLOW, Bench


async def test_every_subscriber_gets_every_step_until_the_stop() -> None:
    journal = MemoryJournal()
    seen: list[list[Step]] = [[], []]
    async with trio.open_nursery() as nursery, running(Bench(), journal=journal) as runtime:

        async def follow(steps: list[Step]) -> None:
            with runtime.subscribe(8) as channel:
                steps += [step async for step in channel]

        for steps in seen:
            nursery.start_soon(follow, steps)
        await settled()
        await tell(runtime, charts.Start(), charts.Ping(), charts.Faster(), charts.Stop())
    assert seen[0] == seen[1]
    assert [step.record for step in seen[0]] == journal.records[1:]
    assert [step.event for step in seen[0]] == [
        charts.Start(),
        charts.Faster(),
        charts.Stop(),
        None,
    ]
    assert seen[0][-1].exited == (OFF,)


async def test_a_slow_subscriber_is_dropped_and_counted_and_others_are_not() -> None:
    async with running(Bench()) as runtime:
        with runtime.subscribe(2) as slow, runtime.subscribe(9) as quick:
            await tell(runtime, charts.Start(), charts.Faster(), charts.Slower(), charts.Stop())
            assert where(runtime) == (OFF,)
            assert runtime.counts.dropped == 1
            assert [step.after[0] async for step in slow] == [SLOW, "work.belt.fast"]
            assert quick.statistics().current_buffer_used == 4


async def test_a_subscriber_that_closed_its_end_is_forgotten() -> None:
    async with running(Bench()) as runtime:
        with runtime.subscribe(1) as gone:
            gone.close()
            await tell(runtime, charts.Start(), charts.Stop())
            assert runtime.counts.dropped == 0
        with runtime.subscribe(1):
            pass
        await tell(runtime, charts.Start(), charts.Stop())
        assert runtime.counts.dropped == 0


async def test_a_subscription_after_the_stop_ends_at_once() -> None:
    async with running(Bench()) as runtime:
        pass
    with runtime.subscribe(1) as late, pytest.raises(trio.EndOfChannel):
        await late.receive()
