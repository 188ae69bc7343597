"""What a running chart counts instead of writing it down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

__all__ = ["Counts", "Tally"]


class Counts(msgspec.Struct, frozen=True):
    """A snapshot.

    Attributes:
        steps: events that moved the machine, the start included.
        ignored: events that nothing handled, by title.
        stale: events dropped because their sender had ended.
        dropped: subscribers cut off because they were too slow.
        hung: clean-ups that hung or failed.
        errors: exceptions that became events, by title.
    """

    steps: int
    ignored: Mapping[str, int]
    stale: int
    dropped: int
    hung: int
    errors: Mapping[str, int]


@dataclass
class Tally:
    """The running counts behind `Counts`."""

    steps: int = 0
    stale: int = 0
    dropped: int = 0
    hung: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)

    def snapshot(self) -> Counts:
        """Return the counts as they are now."""
        return Counts(
            self.steps,
            dict(self.ignored),
            self.stale,
            self.dropped,
            self.hung,
            dict(self.errors),
        )
