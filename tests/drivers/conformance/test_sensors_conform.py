"""`PresenceSensor`, `BinLevel`, `Scale`, `Thermometer` and `DoorLock`."""

from __future__ import annotations

import pytest

from drivers.ports import ReadingError, Scale, Thermometer
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.truth import Specimen
from tests.drivers.conformance.matrix import Trial, shows
from tests.drivers.rigs import Rig
from tests.drivers.verbs import bin_gauge


def scale(rig: Rig) -> Scale:
    assert rig.hardware.scale is not None
    return rig.hardware.scale


def thermometer(rig: Rig) -> Thermometer:
    assert rig.hardware.thermometer is not None
    return rig.hardware.thermometer


@shows(Trial.WORKS, "chamber")
async def test_chamber_sees_an_item_and_slot_does_not(rig: Rig, bottle: Specimen) -> None:
    assert not await rig.hardware.chamber.is_occupied()
    await rig.hardware.gate.open()
    rig.world.insert(bottle)
    assert await rig.hardware.chamber.is_occupied()
    assert not await rig.hardware.slot.is_occupied()


@shows(Trial.WORKS, "slot")
async def test_slot_sees_a_hand_and_chamber_does_not(rig: Rig) -> None:
    rig.world.hand_in()
    assert await rig.hardware.slot.is_occupied()
    assert not await rig.hardware.chamber.is_occupied()


@shows(Trial.STUCK, "chamber")
@pytest.mark.parametrize(
    ("fault", "says"),
    [(Fault.CHAMBER_STUCK_OCCUPIED, True), (Fault.CHAMBER_STUCK_FREE, False)],
)
async def test_a_stuck_chamber_barrier_lies(
    rig: Rig, bottle: Specimen, fault: Fault, says: bool
) -> None:
    if not says:
        await rig.hardware.gate.open()
        rig.world.insert(bottle)
    rig.world.inject(fault)
    assert await rig.hardware.chamber.is_occupied() is says


@shows(Trial.STUCK, "slot")
@pytest.mark.parametrize(
    ("fault", "says"), [(Fault.SLOT_STUCK_OCCUPIED, True), (Fault.SLOT_STUCK_FREE, False)]
)
async def test_a_stuck_slot_barrier_lies(rig: Rig, fault: Fault, says: bool) -> None:
    if not says:
        rig.world.hand_in()
    rig.world.inject(fault)
    assert await rig.hardware.slot.is_occupied() is says


@shows(Trial.BOUNCES, "chamber", "slot")
@pytest.mark.parametrize("fault", [Fault.CHAMBER_BOUNCES, Fault.SLOT_BOUNCES])
async def test_a_bouncing_barrier_says_both_or_that_it_does_not_settle(
    rig: Rig, fault: Fault
) -> None:
    rig.world.inject(fault)
    port = rig.hardware.chamber if fault is Fault.CHAMBER_BOUNCES else rig.hardware.slot
    if rig.kind == "gpio":  # it filters spikes itself
        with pytest.raises(ReadingError, match="does not settle"):
            await port.is_occupied()
        return
    assert {await port.is_occupied() for _ in range(40)} == {True, False}


@shows(Trial.UNREADABLE, "chamber", "slot")
async def test_an_unreadable_barrier_is_a_reading_error(rig: Rig) -> None:
    rig.world.inject(Fault.CHAMBER_UNREADABLE)
    rig.world.inject(Fault.SLOT_UNREADABLE)
    with pytest.raises(ReadingError):
        await rig.hardware.chamber.is_occupied()
    with pytest.raises(ReadingError):
        await rig.hardware.slot.is_occupied()


@shows(Trial.WORKS, "bin")
async def test_bin_level_follows_the_bin(rig: Rig) -> None:
    assert await rig.hardware.bin.level_pct() == 0
    rig.world.set_bin_pct(91.5)
    assert await rig.hardware.bin.level_pct() == pytest.approx(91.5, abs=0.2)  # to a millimetre
    rig.world.set_bin_pct(130)
    assert await rig.hardware.bin.level_pct() == 100


async def test_a_bin_goes_by_the_depth_that_was_measured_last(rig: Rig) -> None:
    gauge = bin_gauge(rig.hardware)
    assert await gauge.distance_cm() == pytest.approx(50, abs=0.1)
    rig.world.set_bin_pct(50)
    assert await gauge.distance_cm() == pytest.approx(27.5, abs=0.1)
    gauge.set_depth(empty_cm=50, full_cm=20)
    assert await rig.hardware.bin.level_pct() == pytest.approx(75, abs=0.4)
    rig.world.set_bin_pct(80)
    assert await rig.hardware.bin.level_pct() == 100


@shows(Trial.ABSURD, "bin")
@pytest.mark.parametrize("absurd", [-40.0, 400.0])
async def test_an_absurd_bin_level_is_a_reading_error(rig: Rig, absurd: float) -> None:
    rig.world.inject(Fault.BIN_ABSURD, value=absurd, times=1)
    with pytest.raises(ReadingError):
        await rig.hardware.bin.level_pct()
    assert await rig.hardware.bin.level_pct() == 0


@shows(Trial.UNREADABLE, "bin")
async def test_a_dumb_bin_sensor_is_a_reading_error(rig: Rig) -> None:
    rig.world.inject(Fault.BIN_UNREADABLE)
    with pytest.raises(ReadingError):
        await rig.hardware.bin.level_pct()


@shows(Trial.WORKS, "scale")
async def test_scale_weighs_the_item_above_its_tare(rig: Rig, bottle: Specimen) -> None:
    assert abs(await scale(rig).weight_g()) < 2
    await rig.hardware.gate.open()
    rig.world.insert(bottle)
    assert abs(await scale(rig).weight_g() - bottle.weight_g) < 2
    await scale(rig).tare()
    assert abs(await scale(rig).weight_g()) < 2


@shows(Trial.DRIFTS, "scale")
@shows(Trial.UNREADABLE, "scale")
async def test_a_drifting_scale_lies_and_a_dead_one_is_a_reading_error(rig: Rig) -> None:
    rig.world.inject(Fault.SCALE_DRIFTS, value=60)
    assert await scale(rig).weight_g() > 50
    rig.world.inject(Fault.SCALE_GONE)
    with pytest.raises(ReadingError):
        await scale(rig).weight_g()


@shows(Trial.WORKS, "thermometer")
@shows(Trial.ABSURD, "thermometer")
@shows(Trial.UNREADABLE, "thermometer")
async def test_thermometer_is_believed_only_within_reason(rig: Rig) -> None:
    assert 0 < await thermometer(rig).temperature_c() < 60
    rig.world.inject(Fault.THERMOMETER_ABSURD, times=1)
    with pytest.raises(ReadingError):
        await thermometer(rig).temperature_c()
    rig.world.inject(Fault.THERMOMETER_GONE, times=1)
    with pytest.raises(ReadingError):
        await thermometer(rig).temperature_c()
    assert 0 < await thermometer(rig).temperature_c() < 60


@shows(Trial.WORKS, "door")
async def test_door_tells_whether_it_stands_open_and_bolts(rig: Rig) -> None:
    door = rig.hardware.door
    assert not await door.is_open()
    rig.world.open_door()
    assert await door.is_open()
    rig.world.close_door()
    await door.unlock()
    assert [rig.world.bolted] == [False]
    await door.lock()
    assert [rig.world.bolted] == [True]
    assert not await door.is_open()
