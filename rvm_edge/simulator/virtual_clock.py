"""The ledger's two clocks on trio's: with a clock that jumps, everybody jumps together."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import trio


class TrioClock:
    """`rvm_edge.ledger.clock.Clock` that runs with trio's clock from a moment that it is told."""

    def __init__(self, starts: datetime) -> None:
        """Begin at `starts`, with its time zone, when this is called; trio need not run yet."""
        self._starts = starts
        self._zero_s: float | None = None

    def wall(self) -> datetime:
        """Return the wall time."""
        return self._starts + timedelta(seconds=self.monotonic_s())

    def monotonic_s(self) -> float:
        """Return seconds since the first time that anybody asked."""
        now_s = trio.current_time()
        if self._zero_s is None:
            self._zero_s = now_s
        return now_s - self._zero_s

    def epoch_s(self) -> float:
        """Return the wall time in seconds of the Unix epoch, for a simulated server."""
        return self.wall().timestamp()


NEW_YEAR = datetime(2026, 1, 1, 8, 0, tzinfo=timezone.utc)
"""Where simulated days begin: in the middle of one, far from any night's quiet hours."""
