"""What the simulated ESP32 reads at its pins, in each sensor's own unit."""

from __future__ import annotations

from typing import Final

from drivers.esp32.dialect import Command
from drivers.ports import ReadingError
from drivers.sim.link import Verb
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.world import World

GRAMS_PER_COUNT: Final = 0.0025
ZERO_COUNT: Final = 84_213
"""How the simulated load cell is calibrated."""

EMPTY_MM: Final = 500.0
FULL_MM: Final = 50.0
"""From the simulated sensor to the bottom of the bin, and to the topmost item of a full one."""

_SATURATED: Final = 0x7F_FFFF
_PLACES: Final = {
    Command.READ_CHAMBER: Verb.CHAMBER,
    Command.READ_SLOT: Verb.SLOT,
    Command.READ_DOOR: Verb.DOOR_OPEN,
    Command.READ_BIN: Verb.BIN_LEVEL,
    Command.READ_SCALE: Verb.WEIGH,
    Command.READ_TEMPERATURE: Verb.TEMPERATURE,
}


async def read_sensor(world: World, command: Command) -> int | None:
    """Return what a sensor reads; None where it gives nothing.

    Raises:
        DeviceGoneError: the controller has no power.
    """
    try:
        seen = await world.ask(_PLACES[command])
    except ReadingError:
        return None
    if not isinstance(seen, bool | int | float):
        return None
    if command is Command.READ_BIN:
        return round(EMPTY_MM - seen * (EMPTY_MM - FULL_MM) / 100.0)
    if command is Command.READ_SCALE:
        return _counts(world, seen)
    return round(seen * 10) if command is Command.READ_TEMPERATURE else int(seen)


def _counts(world: World, weight_g: float) -> int:
    if world.faults.fires(Fault.SCALE_SATURATED):
        return _SATURATED
    return ZERO_COUNT + round(weight_g / GRAMS_PER_COUNT)
