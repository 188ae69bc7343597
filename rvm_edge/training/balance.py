"""Which pictures an epoch shows, and how often: rare causes more often than they occur."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rvm_edge.training.dataset import LabelledPicture

_SHARE = 0.1
"""A cause with less than this share of the pictures is shown more often than it occurs."""

_MOST_REPEATS = 3.0
"""A handful of pictures shown ten times an epoch would be learnt by heart."""


def repeat_factors(pictures: Sequence[LabelledPicture]) -> NDArray[np.float64]:
    """Return how often each picture is shown, 1 for a common one.

    Repeat-factor sampling (Gupta, Dollar, Girshick, 2019): the square root of how far a cause is
    below `_SHARE`. The causes are what the accept rule distinguishes, so an empty PET bottle and
    one with liquid are balanced like two classes.
    """
    counts = Counter(one.cause for one in pictures)
    total = len(pictures)
    factors = [math.sqrt(_SHARE * total / counts[one.cause]) for one in pictures]
    return np.clip(np.asarray(factors, dtype=np.float64), 1.0, _MOST_REPEATS)


def epoch_order(factors: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.intp]:
    """Return which pictures to show, in which order; as many as there are pictures.

    Systematic sampling: every picture is shown its share of times, rounded at random, so that no
    epoch leaves out by chance what the next one shows three times.
    """
    size = len(factors)
    cumulative = np.cumsum(factors / factors.sum() * size)
    drawn = np.searchsorted(cumulative, np.arange(size) + rng.random() * (1 - 1e-9))
    return rng.permutation(np.minimum(drawn, size - 1))
