"""Goes from place to place until there is room."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import msgspec

from rvm_edge.health.cleaning.expendable import Expendable, Holding, LeftAloneError
from rvm_edge.health.cleaning.plan import Usage, excess_bytes, plan
from rvm_edge.offload import Offload


class Line(msgspec.Struct, frozen=True):
    """One place, and what became of it.

    Attributes:
        name: of the place.
        could_free_bytes: what might have gone.
        freed_bytes: what went, or would go where nothing was done.
        kept_bytes: what lies there and must stay.
        why_kept: why that must stay, or why the place was left alone; "" otherwise.
    """

    name: str
    could_free_bytes: int
    freed_bytes: int
    kept_bytes: int
    why_kept: str


class Report(msgspec.Struct, frozen=True):
    """What was done, or would be.

    Attributes:
        done: false where it is only a plan.
        below_pct: how full the disk was to be at most.
        before_pct: how full it was.
        after_pct: how full it is; in a plan, how full it would be.
        lines: place by place, in the order in which they were asked.
    """

    done: bool
    below_pct: float
    before_pct: float
    after_pct: float
    lines: tuple[Line, ...]

    @property
    def freed_bytes(self) -> int:
        """What went, or would go, in all."""
        return sum(line.freed_bytes for line in self.lines)

    @property
    def is_clear(self) -> bool:
        """Whether the disk is below the mark, or would be."""
        return self.after_pct <= self.below_pct


def usage_of(folder: Path) -> Usage:
    """Measure the disk that a folder lies on; blocks.

    Raises:
        OSError: it cannot be measured.
    """
    usage = shutil.disk_usage(folder)
    return Usage(usage.used, usage.free)


class Cleaner:
    """Frees a disk by priority."""

    def __init__(
        self, measure: Callable[[], Usage], places: Sequence[Expendable], offload: Offload
    ) -> None:
        """Touch nothing yet.

        Args:
            measure: says how full the disk is; may block, and may raise `OSError`.
            places: what may go, the least missed first.
            offload: where the disk is measured.
        """
        self._measure = measure
        self._places = tuple(places)
        self._offload = offload

    async def usage(self) -> Usage:
        """Measure the disk.

        Raises:
            OSError: it cannot be measured.
        """
        return await self._offload(self._measure)

    async def rehearse(self, below_pct: float) -> Report:
        """Say what would go. Changes nothing.

        Raises:
            OSError: the disk cannot be measured.
        """
        usage = await self.usage()
        found = [(place.name, *await _looked(place)) for place in self._places]
        wanted = excess_bytes(usage, below_pct)
        portions = plan([(name, holding) for name, holding, _ in found], wanted)
        lines = tuple(
            _line(portion.name, portion.holding, portion.bytes, trouble)
            for portion, (_, _, trouble) in zip(portions, found, strict=True)
        )
        going = min(usage.used_bytes, sum(line.freed_bytes for line in lines))
        after = Usage(usage.used_bytes - going, usage.free_bytes + going)
        return Report(False, below_pct, usage.used_pct, after.used_pct, lines)

    async def clean(self, below_pct: float) -> Report:
        """Free the disk. It is measured after every place: what is open elsewhere frees nothing.

        A place that fails does not hold the others up.

        Raises:
            OSError: the disk cannot be measured.
        """
        before = usage = await self.usage()
        lines = []
        for place in self._places:
            holding, trouble = await _looked(place)
            wanted = excess_bytes(usage, below_pct)
            freed = 0
            if wanted and holding.free_bytes:
                try:
                    freed = await place.free(wanted)
                except (OSError, LeftAloneError) as error:
                    trouble = _in_words(error)
                usage = await self.usage()
            lines.append(_line(place.name, holding, freed, trouble))
        return Report(True, below_pct, before.used_pct, usage.used_pct, tuple(lines))


def cleaner_of(folder: Path, places: Sequence[Expendable], offload: Offload) -> Cleaner:
    """Return a cleaner of the disk that a folder lies on."""
    return Cleaner(partial(usage_of, folder), places, offload)


async def _looked(place: Expendable) -> tuple[Holding, str]:
    try:
        return await place.holding(), ""
    except (OSError, LeftAloneError) as error:
        return Holding(), _in_words(error)


def _line(name: str, holding: Holding, freed: int, trouble: str) -> Line:
    return Line(name, holding.free_bytes, freed, holding.kept_bytes, trouble or holding.why_kept)


def _in_words(error: OSError | LeftAloneError) -> str:
    why = error.strerror if isinstance(error, OSError) else None
    return f"left alone: {why or error}"
