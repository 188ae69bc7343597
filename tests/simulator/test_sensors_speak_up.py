"""Sensors of the framed dialect speak unasked: whoever waits for one looks at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import trio
from msgspec.structs import replace
from trio.testing import wait_all_tasks_blocked

from drivers.esp32.controller import Controller, LinkTimings
from drivers.esp32.framed_dialect import Sensor
from drivers.esp32.serial_link import open_serial
from drivers.esp32.timings import Dialect
from drivers.esp32.told import Told
from rvm_edge.machine import Hardware
from rvm_edge.settings import Policy
from rvm_edge.simulator.esp32 import Esp32
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.hardware import hardware_over, with_controller, with_wired_sensors
from rvm_edge.simulator.timings import INSTANT
from rvm_edge.simulator.truth import Specimen
from rvm_edge.simulator.world import World
from states.sensing import wait_for_switch

WITHIN_S = 30.0
NEVER_S = 3600.0
"""Between two polls: whoever is done before was woken."""

POLICY = Policy(poll_s=0.005, debounce_s=0.005)


@dataclass
class Machine:
    """A machine all of whose sensors are behind the ESP32, spoken to in frames."""

    world: World
    told: Told
    hardware: Hardware

    async def sees_door(self, *, every_s: float) -> None:
        with trio.fail_after(WITHIN_S):
            await wait_for_switch(
                self.hardware.door.is_open,
                POLICY,
                reading=True,
                every_s=every_s,
                changes=self.hardware.changes,
            )


@pytest.fixture
async def machine(tmp_path: Path, nursery: trio.Nursery) -> AsyncIterator[Machine]:
    world = World(replace(INSTANT, sort_s=0.4, motor_bound_s=1.0))
    path = await nursery.start(Esp32(world, tmp_path / "ttyESP32").run)
    told = Told()
    timings = LinkTimings(settle_s=0.02)
    connect = partial(open_serial, str(path))
    controller = Controller(connect, timings, Dialect.FRAMED, tell=told.take, forget=told.forget)
    async with controller.run():
        moving = with_controller(hardware_over(world), controller)
        hardware = with_wired_sensors(moving, controller, told)
        await hardware.pulse.beat()
        with trio.fail_after(WITHIN_S):
            while told.count < len(Sensor):
                await told.since(told.count)
        yield Machine(world, told, hardware)


async def test_a_door_that_opens_is_seen_before_the_next_poll(
    machine: Machine, nursery: trio.Nursery
) -> None:
    async with trio.open_nursery() as waiting:
        waiting.start_soon(partial(machine.sees_door, every_s=NEVER_S))
        await wait_all_tasks_blocked(0.05)
        machine.world.open_door()


async def test_an_item_is_seen_before_the_next_poll(machine: Machine, bottle: Specimen) -> None:
    chamber = machine.hardware.chamber
    await machine.hardware.gate.open()
    with trio.fail_after(WITHIN_S):
        async with trio.open_nursery() as waiting:
            waiting.start_soon(
                partial(
                    wait_for_switch,
                    chamber.is_occupied,
                    POLICY,
                    reading=True,
                    every_s=NEVER_S,
                    changes=machine.told,
                )
            )
            await wait_all_tasks_blocked(0.05)
            machine.world.insert(bottle)


async def test_a_change_between_the_question_and_the_wait_is_not_missed(machine: Machine) -> None:
    told = machine.told
    count = told.count
    machine.world.open_door()
    with trio.fail_after(WITHIN_S):
        await told.since(count)
        await told.since(count)  # however late one begins to wait


async def test_the_poll_finds_what_an_event_that_was_lost_did_not_tell(machine: Machine) -> None:
    count = machine.told.count
    machine.world.inject(Fault.CONTROLLER_MUTE, times=1)
    machine.world.open_door()
    await machine.sees_door(every_s=0.02)
    assert machine.told.count == count


async def test_a_hand_in_the_slot_is_seen_while_the_item_drops(
    machine: Machine, bottle: Specimen
) -> None:
    """No question can be asked then: what the barrier tells unasked is all there is."""
    hardware, seen = machine.hardware, list[bool]()
    await hardware.gate.open()
    machine.world.insert(bottle)
    await hardware.gate.close()
    with trio.fail_after(WITHIN_S):
        async with trio.open_nursery() as at_work:
            at_work.start_soon(hardware.sorter.drop_item)
            await machine.world.until(lambda: machine.world.motor_turns)
            machine.world.hand_in()
            while not await hardware.slot.is_occupied():
                await trio.sleep(0.005)
            seen.append(machine.world.motor_turns)
    assert seen == [True]
