"""How the distance to the topmost item in the bin becomes a level, whoever measured it."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec.structs import replace

from drivers.ports import ReadingError

RANGE_CM: Final = (2.0, 400.0)
"""What an HC-SR04 can measure at all."""


class Bin(msgspec.Struct, frozen=True):
    """How a distance becomes a level.

    Attributes:
        empty_cm: from the sensor to the bottom of the bin.
        full_cm: from the sensor to the topmost item when no more fits.
        tolerance_cm: so much farther than the bottom may a reading be.
    """

    empty_cm: float = 50.0
    full_cm: float = 5.0
    tolerance_cm: float = 10.0

    def level_pct(self, distance_cm: float) -> float:
        """Return the level, 0 to 100.

        Raises:
            ReadingError: nothing in the bin can be at that distance.
        """
        plausible_cm(distance_cm, self.empty_cm + self.tolerance_cm)
        level = (self.empty_cm - distance_cm) / (self.empty_cm - self.full_cm) * 100.0
        return min(100.0, max(0.0, level))


class Measured:
    """How every bin that measures a distance is told how deep it is: see `drivers.ports.BinGauge`.

    Attributes:
        bin: what its level goes by.
    """

    bin: Bin
    _built: Bin | None = None

    def set_depth(self, *, empty_cm: float, full_cm: float) -> None:
        """Go by these distances from now on."""
        self._built = self._built or self.bin
        self.bin = replace(self.bin, empty_cm=empty_cm, full_cm=full_cm)

    def forget_depth(self) -> None:
        """Go by what it was built with."""
        self.bin = self._built or self.bin


def plausible_cm(distance_cm: float, most_cm: float = RANGE_CM[1]) -> float:
    """Return a distance that the sensor can have measured.

    Raises:
        ReadingError: it cannot; NaN cannot either.
    """
    least_cm = RANGE_CM[0]
    if not least_cm <= distance_cm <= most_cm:
        raise ReadingError(
            f"bin: {distance_cm:.0f} cm is outside {least_cm:.0f} to {most_cm:.0f} cm"
        )
    return distance_cm
