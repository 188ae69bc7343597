"""`Sorter`: what it confirms has happened; what it does not confirm may have."""

from __future__ import annotations

import pytest

from drivers.ports import MotionBlockedError, NoAnswerError
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.truth import Fate, Specimen
from tests.drivers.conformance.matrix import Trial, shows
from tests.drivers.rigs import Rig, in_silence


async def take_in(rig: Rig, specimen: Specimen) -> None:
    await rig.hardware.gate.open()
    rig.world.insert(specimen)
    await rig.hardware.gate.close()


@shows(Trial.WORKS, "sorter")
async def test_a_dropped_item_is_in_the_bin(rig: Rig, bottle: Specimen) -> None:
    await take_in(rig, bottle)
    await rig.hardware.sorter.drop_item()
    assert [item.specimen for item in rig.world.audit().dropped] == [bottle]
    assert rig.world.bin_pct > 0


@shows(Trial.WORKS, "sorter")
async def test_a_returned_item_lies_in_the_slot(rig: Rig, bottle: Specimen) -> None:
    await take_in(rig, bottle)
    await rig.hardware.sorter.return_item()
    assert [item.specimen for item in rig.world.audit().returned] == [bottle]
    assert await rig.hardware.slot.is_occupied()
    assert rig.world.bin_pct == 0
    assert rig.world.collect()
    assert not await rig.hardware.slot.is_occupied()


async def test_dropping_nothing_drops_nothing(rig: Rig) -> None:
    await rig.hardware.sorter.drop_item()
    assert not rig.world.audit().items


@shows(Trial.BLOCKED, "sorter")
@in_silence
async def test_a_jam_is_told_and_the_item_stays(rig: Rig, bottle: Specimen) -> None:
    await take_in(rig, bottle)
    rig.world.inject(Fault.SORTER_JAMS)
    # The ESP32's dialect has no word for it: silence.
    expected = NoAnswerError if rig.kind == "esp32" else MotionBlockedError
    with pytest.raises(expected):
        await rig.hardware.sorter.drop_item()
    assert not rig.world.motor_turns
    assert rig.world.item(1).fate is Fate.IN_CHAMBER
    rig.world.clear()
    await rig.hardware.sorter.home()
    await rig.hardware.sorter.drop_item()
    assert rig.world.item(1).fate is Fate.DROPPED


@shows(Trial.UNCONFIRMED, "sorter")
@in_silence
async def test_a_lost_confirmation_does_not_tell_what_happened(rig: Rig, bottle: Specimen) -> None:
    await take_in(rig, bottle)
    rig.world.inject(Fault.CONTROLLER_MUTE)
    with pytest.raises(NoAnswerError):
        await rig.hardware.sorter.drop_item()
    assert rig.world.item(1).fate is Fate.DROPPED


@shows(Trial.UNHEARD, "sorter")
@in_silence
async def test_an_unheard_command_does_nothing(rig: Rig, bottle: Specimen) -> None:
    await take_in(rig, bottle)
    await rig.hardware.pulse.beat()
    rig.world.inject(Fault.CONTROLLER_DEAF)
    with pytest.raises(NoAnswerError):
        await rig.hardware.sorter.drop_item()
    assert rig.world.item(1).fate is Fate.IN_CHAMBER


@shows(Trial.FALLS_BACK, "sorter")
async def test_an_item_may_fall_back_behind_a_confirmation(rig: Rig, bottle: Specimen) -> None:
    await take_in(rig, bottle)
    rig.world.inject(Fault.ITEM_FALLS_BACK, times=1)
    await rig.hardware.sorter.drop_item()
    assert await rig.hardware.chamber.is_occupied()
    assert rig.world.item(1).fate is Fate.IN_CHAMBER
    assert rig.world.item(1).falls == 1


@shows(Trial.WORKS, "sorter")
async def test_home_shuts_the_gate_and_darkens_the_chamber(rig: Rig) -> None:
    await rig.hardware.light.on()
    await rig.hardware.gate.open()
    before = rig.world.audit().hazards
    await rig.hardware.sorter.home()
    assert rig.world.gate_is_closed
    assert not rig.world.light_is_on
    assert rig.world.audit().hazards == before
