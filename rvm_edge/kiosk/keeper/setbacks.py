"""Which kinds of view have failed lately, and have to rest before they are tried again."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from rvm_edge.backoff import Backoff
from rvm_edge.kiosk.keeper.choice import Kind

STEADY_S = 30.0
"""What lasted so long was no failure from the start: it is tried again at once."""


@dataclass
class _Record:
    backoff: Backoff
    until_s: float = 0.0


@dataclass
class Setbacks:
    """Failures in a row, by kind of view.

    Attributes:
        first_s: the first rest is at most this.
        cap_s: any rest is at most this.
        clock: monotonic seconds.
        chance: a number in [0, 1) each time.
    """

    first_s: float
    cap_s: float
    clock: Callable[[], float]
    chance: Callable[[], float] = random.random
    _records: dict[Kind, _Record] = field(default_factory=dict)

    def note(self, kind: Kind, lived_s: float) -> None:
        """A view of this kind failed, after it had been on the screen for `lived_s`."""
        record = self._records.setdefault(
            kind, _Record(Backoff(self.first_s, self.cap_s, self.chance))
        )
        if lived_s >= STEADY_S:
            record.backoff.succeeded()
            record.until_s = 0.0
        else:
            record.until_s = self.clock() + record.backoff.next_s()

    def lasted(self, kind: Kind, lived_s: float) -> None:
        """A view of this kind made room for another one, in good health."""
        record = self._records.get(kind)
        if record is not None and lived_s >= STEADY_S:
            record.backoff.succeeded()

    def in_a_row(self, kind: Kind) -> int:
        """Return how often a kind has failed without having lasted."""
        record = self._records.get(kind)
        return record.backoff.failures if record else 0

    def resting(self) -> frozenset[Kind]:
        """Return the kinds that are not to be tried now."""
        now_s = self.clock()
        return frozenset(kind for kind, record in self._records.items() if now_s < record.until_s)
