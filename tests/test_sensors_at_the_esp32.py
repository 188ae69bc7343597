"""A machine whose sensors are all at the ESP32, and what each costs when it is missing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from drivers.ports import DoubtfulReadingError, ReadingError
from rvm_edge.hardware_map import SENSORS_OF_ESP32
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.wired_sensors import GRAMS_PER_COUNT, ZERO_COUNT
from states import paths
from tests.rig import BOTTLE
from tests.test_real_hardware import Machine, wired

DIALECTS = ["ascii", "framed"]


@asynccontextmanager
async def at_the_esp32(folder: Path, dialect: str = "framed") -> AsyncIterator[Machine]:
    """Wire everything but the camera to the ESP32."""
    async with wired(folder) as machine:
        machine.table["esp32"]["dialect"] = dialect
        machine.table["scale"] = {"grams_per_count": GRAMS_PER_COUNT, "zero_count": ZERO_COUNT}
        machine.table["ports"].update({port: {"driver": "esp32"} for port in SENSORS_OF_ESP32})
        yield machine


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_bottle_is_weighed_and_credited_over_one_wire(tmp_path: Path, dialect: str) -> None:
    async with at_the_esp32(tmp_path, dialect) as machine, machine.serving(tmp_path) as daemon:
        record = await machine.takes_a_bottle(daemon)
        assert record.verdict is not None
        assert record.verdict.weight_g == pytest.approx(BOTTLE.weight_g, abs=2)


async def test_the_door_at_the_esp32_is_bolted_and_felt(tmp_path: Path) -> None:
    async with at_the_esp32(tmp_path) as machine, machine.hardware() as hardware:
        await hardware.door.unlock()
        assert not machine.world.bolted
        machine.world.open_door()
        assert await hardware.door.is_open()
        machine.world.close_door()
        await hardware.door.lock()
        assert machine.world.bolted


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        (Fault.CHAMBER_UNREADABLE, "READ_CHAMBER: the sensor gives nothing"),
        (Fault.SLOT_UNREADABLE, "READ_SLOT: the sensor gives nothing"),
        (Fault.SCALE_SATURATED, "overloaded, or a wire of the load cell is broken"),
        (Fault.SCALE_SWINGS, "scale: does not settle"),
    ],
)
async def test_a_vital_part_that_fails_is_a_fault_with_its_name(
    tmp_path: Path, fault: Fault, named: str
) -> None:
    async with at_the_esp32(tmp_path) as machine:
        machine.world.inject(fault)
        async with machine.serving(tmp_path) as daemon:
            await machine.until(daemon, paths.FAULT, because=named)


@pytest.mark.parametrize(
    "fault", [Fault.SCALE_GONE, Fault.BIN_UNREADABLE, Fault.BIN_ABSURD, Fault.THERMOMETER_GONE]
)
async def test_a_part_that_it_can_do_without_keeps_nobody_out(tmp_path: Path, fault: Fault) -> None:
    async with at_the_esp32(tmp_path) as machine:
        machine.world.inject(fault)
        async with machine.serving(tmp_path) as daemon:
            await machine.until(daemon, paths.IDLE)


async def test_what_is_missing_says_so_and_what_lies_is_doubtful(tmp_path: Path) -> None:
    async with at_the_esp32(tmp_path) as machine, machine.hardware() as hardware:
        scale, thermometer = hardware.scale, hardware.thermometer
        assert scale is not None
        assert thermometer is not None
        machine.world.inject(Fault.THERMOMETER_ABSURD, value=200.0)
        with pytest.raises(ReadingError, match="200 °C is outside"):
            await thermometer.temperature_c()
        machine.world.inject(Fault.SCALE_GONE)
        with pytest.raises(ReadingError, match="READ_SCALE: the sensor gives nothing"):
            await scale.weight_g()
        machine.world.clear()
        machine.world.inject(Fault.SCALE_SATURATED)
        with pytest.raises(DoubtfulReadingError):
            await scale.weight_g()


async def test_a_firmware_that_has_no_sensors_costs_only_what_can_be_done_without(
    tmp_path: Path,
) -> None:
    async with at_the_esp32(tmp_path, "ascii") as machine, machine.hardware() as hardware:
        await hardware.pulse.beat()
        machine.world.inject(Fault.COMMAND_UNKNOWN, times=1)
        with pytest.raises(ReadingError, match="the controller does not know READ_BIN"):
            await hardware.bin.level_pct()
        assert await hardware.bin.level_pct() == 0
