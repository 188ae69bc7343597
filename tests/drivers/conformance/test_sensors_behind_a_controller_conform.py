"""A sensor behind the ESP32 is as far away as the ESP32 is."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import trio

from drivers.ports import DeviceGoneError, DriverError, NoAnswerError
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.world import World
from tests.drivers.conformance.matrix import Trial, shows
from tests.drivers.conformance.test_silence_conforms import SHORT_S, until_it_works
from tests.drivers.rigs import QUICK, build
from tests.drivers.verbs import WIRED

BEHIND = (
    "chamber.is_occupied",
    "slot.is_occupied",
    "bin.level_pct",
    "door.is_open",
    "scale.weight_g",
    "thermometer.temperature_c",
)


@shows(Trial.UNPLUGGED)
@shows(Trial.WRONG)
@shows(Trial.SILENT)
@pytest.mark.parametrize("name", BEHIND)
@pytest.mark.parametrize("kind", ["esp32", "framed"])
async def test_it_is_gone_silent_and_unknown_with_its_controller(
    tmp_path: Path, kind: str, name: str
) -> None:
    verb, world = WIRED[name], World(QUICK)
    async with AsyncExitStack() as stack:
        hardware = await build(kind, world, tmp_path, stack, SHORT_S)
        await until_it_works(hardware, verb)
        world.inject(Fault.COMMAND_UNKNOWN)
        with pytest.raises(DriverError, match=r"know"):
            await verb(hardware)
        world.clear()
        world.inject(Fault.CONTROLLER_DEAF)
        with trio.fail_after(20 * SHORT_S), pytest.raises(NoAnswerError):
            await verb(hardware)
        world.clear()
        await until_it_works(hardware, verb)
        world.inject(Fault.UNPLUGGED)
        with trio.fail_after(20 * SHORT_S), pytest.raises(DeviceGoneError):
            await verb(hardware)
        world.clear()
        await until_it_works(hardware, verb)
