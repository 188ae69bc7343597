"""The simulated parts that measure: light barriers, bin, scale, thermometer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from drivers.bin_depth import Bin, Measured
from drivers.ports import ReadingError
from drivers.sim.link import SimulatedWorld, Verb, command, read_number, read_yes_or_no

READING_S = 1.0
"""How long a reading may take before it counts as unanswered."""

BIN_PCT = (0.0, 100.0)
WEIGHT_G = (-1_000.0, 10_000.0)
BUILT: Final = Bin()
"""How deep the simulated bin really is."""

TEMPERATURE_C = (-40.0, 125.0)
"""What the fitted parts can measure at all: beyond it a reading is a fault, not a fact."""


class SimulatedPresence(msgspec.Struct, frozen=True):
    """`drivers.ports.PresenceSensor` on a simulated world: the chamber's barrier or the slot's."""

    world: SimulatedWorld
    place: Literal[Verb.CHAMBER, Verb.SLOT]
    timeout_s: float = READING_S

    async def is_occupied(self) -> bool:
        """Read the barrier now."""
        return await read_yes_or_no(self.world, self.place, self.timeout_s)


@dataclass
class SimulatedBin(Measured):
    """`drivers.ports.BinLevel` and `drivers.ports.BinGauge` on a simulated world.

    Attributes:
        world: knows how full the bin is.
        timeout_s: so long a reading may take.
        bin: how a distance becomes a level; as the simulated bin really is, unless told otherwise.
    """

    world: SimulatedWorld
    timeout_s: float = READING_S
    bin: Bin = BUILT

    async def level_pct(self) -> float:
        """Measure the bin."""
        if self.bin is BUILT:  # to the last digit, which a distance would cost
            return await self._true_pct()
        return self.bin.level_pct(await self.distance_cm())

    async def distance_cm(self) -> float:
        """Measure how far away the topmost item is."""
        depth_cm = BUILT.empty_cm - BUILT.full_cm
        return BUILT.empty_cm - await self._true_pct() * depth_cm / 100.0

    async def _true_pct(self) -> float:
        level = await read_number(self.world, Verb.BIN_LEVEL, self.timeout_s)
        return _plausible("bin level", "%", level, BIN_PCT)


class SimulatedScale(msgspec.Struct, frozen=True):
    """`drivers.ports.Scale` on a simulated world."""

    world: SimulatedWorld
    timeout_s: float = READING_S

    async def weight_g(self) -> float:
        """Weigh what lies in the chamber."""
        weight = await read_number(self.world, Verb.WEIGH, self.timeout_s)
        return _plausible("weight", "g", weight, WEIGHT_G)

    async def tare(self) -> None:
        """Take what lies there now as zero."""
        await command(self.world, Verb.TARE, self.timeout_s)


class SimulatedThermometer(msgspec.Struct, frozen=True):
    """`drivers.ports.Thermometer` on a simulated world."""

    world: SimulatedWorld
    timeout_s: float = READING_S

    async def temperature_c(self) -> float:
        """Measure the housing."""
        temperature = await read_number(self.world, Verb.TEMPERATURE, self.timeout_s)
        return _plausible("temperature", "°C", temperature, TEMPERATURE_C)


def _plausible(what: str, unit: str, value: float, limits: tuple[float, float]) -> float:
    low, high = limits
    if not math.isfinite(value) or not low <= value <= high:
        raise ReadingError(f"{what}: {value:g} {unit} is outside {low:g} to {high:g} {unit}")
    return value
