"""How often something may happen."""

from __future__ import annotations

from collections import deque


class SlidingWindow:
    """So many within so long, whenever that is measured."""

    def __init__(self, most: int, within_s: float) -> None:
        """Begin with none.

        Args:
            most: how many; 0 for never.
            within_s: within how many seconds.
        """
        self._most = most
        self._within_s = within_s
        self._moments: deque[float] = deque()

    def allows(self, now_s: float, besides: int = 0) -> bool:
        """Say whether one more may happen.

        Args:
            now_s: monotonic time.
            besides: how many others count, which were not noted here.
        """
        while self._moments and self._moments[0] <= now_s - self._within_s:
            self._moments.popleft()
        return len(self._moments) + besides < self._most

    def note(self, now_s: float) -> None:
        """Count one that happened."""
        self._moments.append(now_s)

    def free_at_s(self) -> float:
        """Return when the oldest one counts no more; minus infinity for none."""
        return self._moments[0] + self._within_s if self._moments else float("-inf")
