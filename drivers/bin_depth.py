"""How the distance to the topmost item in the bin becomes a level, whoever measured it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from drivers.ports import ReadingError

RANGE_CM: Final = (2.0, 400.0)
"""What an HC-SR04 can measure at all."""


@dataclass(frozen=True)
class Bin:
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
        low, high = RANGE_CM[0], self.empty_cm + self.tolerance_cm
        if not low <= distance_cm <= high:
            raise ReadingError(f"bin: {distance_cm:.0f} cm is outside {low:.0f} to {high:.0f} cm")
        level = (self.empty_cm - distance_cm) / (self.empty_cm - self.full_cm) * 100.0
        return min(100.0, max(0.0, level))
