"""The bundle of ports that the chart gets, directly and over a real serial port."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable

import pytest
import trio
from msgspec.structs import replace
from trio.testing import MockClock

from drivers.esp32.controller import LinkTimings
from drivers.esp32.ports import Esp32Sorter
from drivers.esp32.timings import Dialect
from drivers.ports import DriverError, Signal
from drivers.sim.actuators import SimulatedSorter
from rvm_edge.machine import Hardware
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.hardware import simulated_hardware
from rvm_edge.simulator.timings import INSTANT
from rvm_edge.simulator.truth import Fate, Specimen
from rvm_edge.simulator.world import World

WITHIN_S = 30.0
LINK = LinkTimings(ack_s=0.5, settle_s=0.02, retry_first_s=0.01, retry_cap_s=0.02)


async def take_in(world: World, hardware: Hardware, specimen: Specimen) -> None:
    await until_it_works(hardware.gate.open)
    world.collect()
    world.insert(specimen)
    await until_it_works(hardware.gate.close)


async def test_every_port_is_there_directly(autojump_clock: MockClock, bottle: Specimen) -> None:
    world = World(INSTANT)
    async with simulated_hardware(world) as hardware:
        assert isinstance(hardware.sorter, SimulatedSorter)
        await take_in(world, hardware, bottle)
        await hardware.sorter.drop_item()
    assert world.item(1).fate is Fate.DROPPED


async def test_what_moves_goes_over_serial(bottle: Specimen) -> None:
    world = World(INSTANT)
    async with simulated_hardware(world, serial=True, timings=LINK) as hardware:
        assert isinstance(hardware.sorter, Esp32Sorter)
        await take_in(world, hardware, bottle)
        await hardware.light.on()
        assert (await hardware.camera.take_picture()).data == bottle.picture.read_bytes()
        await hardware.light.off()
        await hardware.indicator.show(Signal.SUCCESS)
        await hardware.sorter.drop_item()
    assert world.item(1).fate is Fate.DROPPED
    assert not world.audit().hazards


@pytest.mark.parametrize(
    ("dialect", "ack_s"), [(Dialect.ASCII, 0.15), (Dialect.FRAMED, 0.5)], ids=["ascii", "framed"]
)
@pytest.mark.parametrize("seed", range(3))
async def test_nothing_confirmed_is_untrue_on_a_bad_wire(
    bottle: Specimen, seed: int, dialect: Dialect, ack_s: float
) -> None:
    """It may do more than it confirms, never less."""
    world = World(replace(INSTANT, motor_bound_s=0.02), seed=seed)
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    bad = [
        Fault.ACK_DUPLICATED,
        Fault.ACK_WRONG,
        Fault.COMMAND_UNKNOWN,
        Fault.CONTROLLER_MUTE,
        Fault.CONTROLLER_DEAF,
        Fault.ACK_LATE,
        Fault.CONTROLLER_RESETS,
        Fault.SORTER_JAMS,
        Fault.UNPLUGGED,
    ]
    link = replace(LINK, ack_s=ack_s, frame_s=0.1)
    confirmed = 0
    async with simulated_hardware(world, serial=True, timings=link, dialect=dialect) as hardware:
        for _ in range(25):
            await until_it_works(hardware.gate.close)
            await take_in(world, hardware, bottle)
            number = len(world.audit().items)
            if chance.random() < 0.7:
                world.inject(chance.choice(bad), value=chance.choice([0.05, 0.2]), times=1)
            try:
                await hardware.sorter.drop_item()
            except DriverError:
                world.clear()
                await until_it_works(hardware.gate.close)
            else:
                confirmed += 1
                assert world.item(number).fate is Fate.DROPPED
            world.clear()
            if world.in_chamber:
                await until_it_works(hardware.gate.open)
                world.take_back()
                await until_it_works(hardware.gate.close)
    assert 5 <= confirmed < 25
    assert not world.audit().hazards


async def until_it_works(verb: Callable[[], Awaitable[None]]) -> None:
    with trio.fail_after(WITHIN_S):
        while True:
            try:
                await verb()
            except DriverError:
                await trio.sleep(0.01)
            else:
                return
