"""`Changes`: whoever waits for a sensor hears of it, and of what came before it waited."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from drivers.esp32.controller import Controller
from drivers.esp32.dialect import Command
from drivers.esp32.framed_dialect import Sensor, SensorEvent
from drivers.esp32.sensors import Esp32Switch
from drivers.esp32.serial_link import ByteLink
from drivers.esp32.timings import Dialect, LinkTimings
from drivers.esp32.told import Told
from tests.drivers.conformance.matrix import Trial, shows
from tests.drivers.esp32.lossy_wire import LossyWire

OCCUPIED = SensorEvent(Sensor.SLOT, active=True)


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


class Barrier:
    """The slot's barrier at a controller that is spoken to in frames; it reads free.

    Attributes:
        wires: to the controller, the newest last.
        told: what it said unasked.
        host: the driver.
        switch: the barrier.
    """

    def __init__(self, nursery: trio.Nursery) -> None:
        self._nursery = nursery
        self.wires: list[LossyWire] = []
        self.told = Told()
        self.host = Controller(
            self._connect,
            LinkTimings(settle_s=0.0),
            Dialect.FRAMED,
            session_number=itertools.count(1).__next__,
            tell=self.told.take,
            forget=self.told.forget,
        )
        self.switch = Esp32Switch(self.host, self.told, Sensor.SLOT)

    async def _connect(self) -> ByteLink:
        await trio.lowlevel.checkpoint()
        self.wires.append(LossyWire(self._nursery))
        return self.wires[-1]

    async def is_occupied_while_an_item_drops(self) -> bool:
        """Look at the barrier in the middle of an order."""
        async with trio.open_nursery() as nursery:
            self.wires[-1].takes_s = 0.5
            nursery.start_soon(self.host.command, Command.SORT_VALID_ITEM)
            await trio.sleep(0.2)
            return await self.switch.is_on()


@pytest.fixture
async def barrier(autojump_clock: MockClock, nursery: trio.Nursery) -> AsyncIterator[Barrier]:
    """One that has told of something in the slot."""
    found = Barrier(nursery)
    async with found.host.run():
        await found.host.command(Command.PING)
        found.wires[-1].firmware.tell(OCCUPIED)
        await wait_all_tasks_blocked()
        yield found


async def test_what_was_told_last_counts_while_the_controller_is_at_work(barrier: Barrier) -> None:
    assert await barrier.is_occupied_while_an_item_drops()


async def test_what_was_told_before_a_restart_counts_no_more(barrier: Barrier) -> None:
    """Whatever changed while it restarted, nobody heard: the sensor is asked."""
    barrier.wires[-1].firmware.forget()
    await barrier.host.command(Command.PING)
    assert not await barrier.is_occupied_while_an_item_drops()


async def test_what_was_told_before_the_wire_was_cut_counts_no_more(barrier: Barrier) -> None:
    barrier.wires[-1].close()
    await trio.sleep(1)
    assert len(barrier.wires) == 2
    assert not await barrier.is_occupied_while_an_item_drops()


async def test_an_event_that_was_lost_is_made_good_though_another_sensor_is_asked_too(
    barrier: Barrier,
) -> None:
    """Two who look in step would otherwise each find the controller at work for the other."""
    barrier.wires[-1].takes_s = 0.01
    chamber = Esp32Switch(barrier.host, barrier.told, Sensor.CHAMBER)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(chamber.is_on)
        await trio.sleep(0.005)
        assert not await barrier.switch.is_on()
