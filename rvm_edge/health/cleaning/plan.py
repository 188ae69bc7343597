"""How much must go, and from where. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from rvm_edge.health.cleaning.expendable import Holding


class Usage(msgspec.Struct, frozen=True):
    """How full a disk is, as its users see it: without what is reserved for root.

    Attributes:
        used_bytes: taken.
        free_bytes: still to be had.
    """

    used_bytes: int
    free_bytes: int

    @property
    def used_pct(self) -> float:
        """How full it is; a disk without any room counts as full."""
        everything = self.used_bytes + self.free_bytes
        return 100 * self.used_bytes / everything if everything else 100.0


class Portion(msgspec.Struct, frozen=True):
    """What one place is to give.

    Attributes:
        name: of the place.
        holding: what lies there.
        bytes: how much of it is to go.
    """

    name: str
    holding: Holding
    bytes: int


def excess_bytes(usage: Usage, below_pct: float) -> int:
    """Return how much must go so that no more than `below_pct` is used; 0 where that is so."""
    may_be_used = (usage.used_bytes + usage.free_bytes) * below_pct / 100
    return max(0, math.ceil(usage.used_bytes - may_be_used))


def plan(places: Sequence[tuple[str, Holding]], wanted_bytes: int) -> tuple[Portion, ...]:
    """Take what is wanted from the places in their order; from a later one only what still lacks.

    Args:
        places: by name, the least missed first.
        wanted_bytes: how much is to go in all.
    """
    portions = []
    for name, holding in places:
        share = min(max(0, holding.free_bytes), max(0, wanted_bytes))
        wanted_bytes -= share
        portions.append(Portion(name, holding, share))
    return tuple(portions)
