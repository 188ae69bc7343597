"""A token bucket: so much on average, so much at once."""

from __future__ import annotations

from collections.abc import Callable


class Bucket:
    """Counts what somebody may still do."""

    def __init__(self, per_s: float, burst: int, clock: Callable[[], float]) -> None:
        """Start full.

        Args:
            per_s: how fast it fills.
            burst: how much it holds.
            clock: monotonic seconds.
        """
        self._per_s = per_s
        self._burst = float(burst)
        self._clock = clock
        self._left = float(burst)
        self._filled_at_s = clock()

    def take(self) -> bool:
        """Take one, and say whether there was one."""
        now_s = self._clock()
        self._left = min(self._burst, self._left + (now_s - self._filled_at_s) * self._per_s)
        self._filled_at_s = now_s
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
