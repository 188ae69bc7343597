"""What every benchmark returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class BenchResult:
    """What one benchmark measured.

    Attributes:
        name: of the benchmark.
        figures: by name with the unit in it.
        ratios: ours over the floor or peer of the same run, by name; 1 is the floor.
        notes: what a reader must know to judge them.
    """

    name: str
    figures: Mapping[str, float]
    ratios: Mapping[str, float]
    notes: tuple[str, ...] = ()
