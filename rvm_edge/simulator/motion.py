"""Movements: a shutter that travels between two ends, and how a movement went."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Motion:
    """One movement that the controller started.

    Attributes:
        finished: it came to its end, good or bad.
        blocked: what stopped it; "" if nothing did.
        aborted: the controller lost power, was reset or was told to stop in the middle.
        stopped: it was told to stop.
    """

    finished: bool = False
    blocked: str = ""
    aborted: bool = False
    stopped: bool = False

    @property
    def over(self) -> bool:
        """Whether nothing moves any more."""
        return self.finished or self.aborted


class Shutter:
    """A shutter at 0 (closed) to 1 (open), moving at constant speed."""

    def __init__(self, travel_s: float) -> None:
        self._travel_s = travel_s
        self._from = 0.0
        self._to = 0.0
        self._started_at_s = 0.0
        self._arrives_at_s = 0.0

    def position(self, now_s: float) -> float:
        """Return where it is: 0 is closed, 1 is open."""
        if now_s >= self._arrives_at_s:
            return self._to
        done = (now_s - self._started_at_s) / (self._arrives_at_s - self._started_at_s)
        return self._from + (self._to - self._from) * max(done, 0.0)

    def moves(self, now_s: float) -> bool:
        """Say whether it is on its way."""
        return now_s < self._arrives_at_s

    def drive(self, to: float, now_s: float) -> float:
        """Start moving to `to`; return when it will be there."""
        self._from = self.position(now_s)
        self._to = to
        self._started_at_s = now_s
        self._arrives_at_s = now_s + abs(to - self._from) * self._travel_s
        return self._arrives_at_s

    def stop(self, now_s: float) -> None:
        """Stop where it is."""
        self._from = self._to = self.position(now_s)
        self._arrives_at_s = now_s
