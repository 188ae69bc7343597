"""How sure a count can make anybody."""

from __future__ import annotations

import math

_CONFIDENCE = 0.95
_STEPS = 60


def upper_bound(hits: int, trials: int) -> float:
    """Return the rate that the true one is below, with 95 % confidence (Clopper and Pearson).

    With no hit in n trials it is about 3 / n: nothing seen in 100 pictures still leaves
    room for three in a hundred. 1 where nothing was tried.

    Raises:
        ValueError: more hits than trials, or a count below 0.
    """
    if not 0 <= hits <= trials:
        raise ValueError(f"{hits} of {trials} is no count")
    if hits == trials:
        return 1.0
    low, high = hits / trials, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _at_most(hits, trials, middle) > 1 - _CONFIDENCE:
            low = middle
        else:
            high = middle
    return high


def _at_most(hits: int, trials: int, rate: float) -> float:
    """Return the probability of at most so many hits."""
    if rate >= 1:
        return 0.0
    return sum(
        math.exp(
            math.lgamma(trials + 1)
            - math.lgamma(k + 1)
            - math.lgamma(trials - k + 1)
            + k * math.log(rate)
            + (trials - k) * math.log1p(-rate)
        )
        if rate > 0
        else float(k == 0)
        for k in range(hits + 1)
    )
