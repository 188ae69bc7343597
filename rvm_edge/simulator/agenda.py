"""What is going to happen in the simulated world, and when.

The world has no tasks of its own: things that take time are put on the agenda and happen, at their
exact times and in order, whenever somebody looks. So a cancelled host cannot cancel physics.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable

Happening = Callable[[float], None]
"""Gets the time, in seconds, at which it happens."""


class Agenda:
    """Happenings in the order of their times; those of equal times in the order they were put."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Happening]] = []
        self._order = itertools.count()

    def put(self, at_s: float, happening: Happening) -> None:
        """Let `happening` happen at `at_s`."""
        heapq.heappush(self._heap, (at_s, next(self._order), happening))

    def next_at_s(self) -> float:
        """Return when the next thing happens; infinity if nothing will."""
        return self._heap[0][0] if self._heap else math.inf

    def advance(self, now_s: float) -> bool:
        """Let everything due by `now_s` happen, and say whether anything did."""
        happened = False
        while self._heap and self._heap[0][0] <= now_s:
            at_s, _, happening = heapq.heappop(self._heap)
            happening(at_s)
            happened = True
        return happened
