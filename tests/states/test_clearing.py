"""What the machine makes sure of before anybody may put something in."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from drivers.ports import DriverError
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.hardware import hardware_over
from states import paths
from tests.rig import Cable, Rig


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


async def test_a_sorter_that_was_left_on_its_way_is_brought_to_rest(
    autojump_clock: MockClock, rig: Rig
) -> None:
    rig.world.inject(Fault.SORTER_JAMS)
    with pytest.raises(DriverError):
        await hardware_over(Cable(rig.world)).sorter.drop_item()
    async with rig.boot() as booted:
        await booted.until(paths.FAULT)
        assert "idle" not in rig.intake
        rig.world.clear(Fault.SORTER_JAMS)
        await booted.until(paths.IDLE)


@pytest.mark.parametrize("fault", [Fault.SLOT_UNREADABLE, Fault.CHAMBER_UNREADABLE])
async def test_it_is_not_idle_before_what_credits_an_item_has_proved_itself(
    autojump_clock: MockClock, rig: Rig, fault: Fault
) -> None:
    rig.world.inject(fault)
    async with rig.boot() as booted:
        await booted.until(paths.FAULT)
        assert "idle" not in rig.intake
        rig.world.clear(fault)
        await booted.until(paths.IDLE)


async def test_a_lamp_that_was_left_on_is_put_out_before_a_hand_is_waited_for(
    autojump_clock: MockClock, rig: Rig
) -> None:
    hardware = hardware_over(Cable(rig.world))
    await hardware.light.on()
    await hardware.gate.open()
    rig.world.inject(Fault.HAND_IN_SLOT)
    async with rig.boot() as booted:
        await booted.until(paths.CLEARING)
        await trio.sleep(rig.policy.hand_patience_s / 2)
        assert booted.is_in(paths.CLEARING)
        assert not rig.world.light_is_on


async def test_the_sorter_is_not_brought_to_rest_while_the_door_stands_open(
    autojump_clock: MockClock, rig: Rig
) -> None:
    rig.world.inject(Fault.SORTER_JAMS)
    with pytest.raises(DriverError):
        await hardware_over(Cable(rig.world)).sorter.drop_item()
    rig.world.clear(Fault.SORTER_JAMS)
    rig.world.open_door()
    async with rig.boot() as booted:
        await trio.sleep(60)
        assert "idle" not in rig.intake
        rig.world.close_door()
        await booted.until(paths.IDLE)
    assert rig.world.audit().hazards == ()
