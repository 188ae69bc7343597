"""`Changes`: whoever waits for a sensor hears of it, and of what came before it waited."""

from __future__ import annotations

import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from drivers.esp32.framed_dialect import Sensor, SensorEvent
from drivers.esp32.told import Told
from tests.drivers.conformance.matrix import Trial, shows


@shows(Trial.WORKS, "changes", ways=("framed",))
async def test_a_change_wakes_whoever_waits(autojump_clock: MockClock) -> None:
    told = Told()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(told.since, told.count)
        await wait_all_tasks_blocked()
        told.take(SensorEvent(Sensor.DOOR, active=True))
    assert told.count == 1
    assert told.last(Sensor.DOOR)
    assert told.last(Sensor.SLOT) is None


@shows(Trial.WORKS, "changes", ways=("framed",))
async def test_a_change_before_the_wait_is_not_missed(autojump_clock: MockClock) -> None:
    told = Told()
    before = told.count
    told.take(SensorEvent(Sensor.SLOT, active=False))
    with trio.fail_after(1):
        await told.since(before)
