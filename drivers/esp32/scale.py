"""A load cell behind an HX711 at the ESP32.

The amplifier gives 24 bits with a sign, ten times a second, and its two outermost values when its
input is beyond what it can measure (HX711 data sheet, "Output data"): so does a bridge with a
broken wire. What counts mean is this machine's own: `rvm-edge scale calibrate` finds it out.
"""

from __future__ import annotations

import math
import statistics
from typing import Final

import msgspec
import trio

from drivers.esp32.controller import Controller
from drivers.esp32.dialect import Command
from drivers.esp32.sensors import read
from drivers.ports import DoubtfulReadingError

COUNT_MIN: Final = -0x80_0000
COUNT_MAX: Final = 0x7F_FFFF
"""The outermost values of 24 bits: no weight, but the end of what can be measured."""


class LoadCell(msgspec.Struct, frozen=True):
    """How counts become grams, and what is believed.

    Attributes:
        grams_per_count: the calibration; negative where the cell is mounted upside down.
        zero_count: what the empty scale read when it was calibrated.
        capacity_g: no weight beyond this is believed, on either side.
        drift_most_g: so far from `zero_count` may an empty scale be; further, and it is broken or
            not empty.
        readings: so many in a row must agree; their median counts.
        steady_g: so far may they be apart.
        most: after so many readings a scale that does not settle is disturbed, or broken.
        every_s: between two, so that each is another conversion.
    """

    grams_per_count: float
    zero_count: int
    capacity_g: float = 5000.0
    drift_most_g: float = 300.0
    readings: int = 3
    steady_g: float = 2.0
    most: int = 12
    every_s: float = 0.1

    def __post_init__(self) -> None:
        """Refuse a calibration that turns every weight into nothing."""
        if not math.isfinite(self.grams_per_count) or self.grams_per_count == 0:
            raise ValueError("grams_per_count must be a number other than 0")


class Esp32Scale:
    """`drivers.ports.Scale`. Until it is tared, its zero is the calibration's."""

    def __init__(self, controller: Controller, cell: LoadCell) -> None:
        """Ask nothing yet."""
        self._controller = controller
        self._cell = cell
        self._zero_count: float = cell.zero_count

    async def weight_g(self) -> float:
        """Weigh, once the scale is steady.

        Raises:
            ReadingError: it is cut off.
            DoubtfulReadingError: it is beyond its range, does not settle, or reads what no item
                weighs.
        """
        weight_g = (await self._steady_count() - self._zero_count) * self._cell.grams_per_count
        if abs(weight_g) > self._cell.capacity_g:
            raise DoubtfulReadingError(
                f"scale: {weight_g:.0f} g is beyond its {self._cell.capacity_g:g} g; is it blocked?"
            )
        return weight_g

    async def tare(self) -> None:
        """Take what lies there now as zero.

        Raises:
            ReadingError: it is cut off.
            DoubtfulReadingError: likewise; or that is too far from the calibration's zero: the
                scale has drifted, or is not empty.
        """
        count = await self._steady_count()
        drift_g = (count - self._cell.zero_count) * self._cell.grams_per_count
        if abs(drift_g) > self._cell.drift_most_g:
            raise DoubtfulReadingError(
                f"scale: {drift_g:.0f} g off its calibrated zero: empty it, or calibrate it again"
            )
        self._zero_count = count

    async def _steady_count(self) -> float:
        """Return the median of the first few readings in a row that agree."""
        cell, counts = self._cell, list[int]()
        for attempt in range(cell.most):
            if attempt:
                await trio.sleep(cell.every_s)
            counts = [*counts, await self._count()][-cell.readings :]
            apart_g = (max(counts) - min(counts)) * abs(cell.grams_per_count)
            if len(counts) == cell.readings and apart_g <= cell.steady_g:
                return statistics.median(counts)
        raise DoubtfulReadingError(
            f"scale: does not settle, {apart_g:.1f} g apart; is something swinging?"
        )

    async def _count(self) -> int:
        return within_range(await read(self._controller, Command.READ_SCALE))


def within_range(count: int) -> int:
    """Return a reading that the amplifier can have measured.

    Raises:
        DoubtfulReadingError: it is at the end of its range, or beyond it.
    """
    if COUNT_MIN < count < COUNT_MAX:
        return count
    raise DoubtfulReadingError(
        f"scale: {count} is the end of its range: overloaded, or a wire of the load cell is broken"
    )
