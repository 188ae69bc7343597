"""Rare causes are shown more often than they occur, and nothing is learnt by heart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.training.balance import epoch_order, repeat_factors
from tests.training.labelled import CAN, EMPTY, FULL, picture


def test_an_empty_and_a_full_bottle_are_balanced_like_two_classes() -> None:
    pictures = [picture(EMPTY)] * 90 + [picture(FULL)] * 9 + [picture(CAN)]
    factors = repeat_factors(pictures)
    assert factors[0] == 1
    assert factors[90] == pytest.approx((0.1 / 0.09) ** 0.5)
    assert factors[99] == 3, "ten times as rare as a tenth, and no more than three times"


@given(st.lists(st.floats(1, 3), min_size=1, max_size=200), st.integers(0, 1000))
def test_every_picture_is_shown_its_share_rounded_up_or_down(
    factors: list[float], seed: int
) -> None:
    array = np.asarray(factors)
    order = epoch_order(array, np.random.default_rng(seed))
    shares = array / array.sum() * len(array)
    shown = np.bincount(order, minlength=len(array))
    assert shown.sum() == len(array)
    assert (np.abs(shown - shares) < 1 + 1e-6).all()


def test_the_same_seed_gives_the_same_order() -> None:
    factors = np.ones(50)
    one, other = (epoch_order(factors, np.random.default_rng([0, 3])) for _ in range(2))
    assert (one == other).all()
    assert sorted(one) == list(range(50))
