"""How long to wait before trying again: longer each time, and never in step with the others."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

DOUBLINGS = 32
"""Beyond this the wait is at its cap, whatever the settings."""


@dataclass
class Backoff:
    """Full jitter over a doubling wait: each is drawn evenly from nothing to the doubled wait.

    Ten thousand machines that lose their server in one instant come back spread over the whole
    wait, instead of in waves
    (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). The first wait is
    spread too: that is when they are all in step.

    Attributes:
        first_s: what the first wait is at most.
        cap_s: what any wait is at most.
        chance: a number in [0, 1) each time.
    """

    first_s: float
    cap_s: float
    chance: Callable[[], float] = field(default=random.random, repr=False)
    _failures: int = 0

    @property
    def failures(self) -> int:
        """How many in a row, since the last success."""
        return self._failures

    def next_s(self, at_least_s: float | None = None) -> float:
        """Count a failure and return how long to wait now.

        Args:
            at_least_s: what the other side asked for (``Retry-After``), jittered on top so that
                everybody who was told the same does not return in the same instant.
        """
        bound_s = min(self.cap_s, self.first_s * 2.0 ** min(self._failures, DOUBLINGS))
        self._failures += 1
        wait_s = bound_s * self.chance()
        return wait_s if at_least_s is None else at_least_s + wait_s

    def succeeded(self) -> None:
        """Begin anew at the next failure."""
        self._failures = 0
