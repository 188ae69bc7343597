"""The refusals that are not in the journal yet: few told one by one, the others as a number."""

from __future__ import annotations

from collections import deque

from rvm_edge.bridges.cloud.orders.limits import SlidingWindow
from rvm_edge.orders import Refusal

MOST_QUEUED = 64
MINUTE_S = 60.0


class RefusalQueue:
    """Bounded in length and, as every refusal becomes a row of the journal, in time."""

    def __init__(self, per_minute: int) -> None:
        """Begin empty.

        Args:
            per_minute: how many may be told in a minute, the numbers among them.
        """
        self._queue: deque[Refusal] = deque()
        self._told = SlidingWindow(per_minute, MINUTE_S)
        self._untold = 0

    def put(self, refused: Refusal, now_s: float) -> None:
        """Add one, to be told or to be counted."""
        if len(self._queue) < MOST_QUEUED and self._told.allows(now_s):
            self._told.note(now_s)
            self._queue.append(refused)
        else:
            self._untold += 1

    def take(self, now_s: float) -> Refusal | None:
        """Take out the oldest, or after the last one the number of those that were only counted."""
        if self._queue:
            return self._queue.popleft()
        if not self._untold or not self._told.allows(now_s):
            return None
        self._told.note(now_s)
        more, self._untold = self._untold, 0
        return Refusal("", "several", f"{more} more {'was' if more == 1 else 'were'} refused")

    def due_at_s(self) -> float:
        """Return when a number may be told though nothing more is put; infinity for never."""
        return self._told.free_at_s() if self._untold else float("inf")
