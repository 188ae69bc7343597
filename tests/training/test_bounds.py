"""What a count proves, against the textbook."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.training.bounds import upper_bound


@pytest.mark.parametrize("trials", [10, 100, 1000])
def test_with_no_hit_the_bound_is_the_exact_rule_of_three(trials: int) -> None:
    assert upper_bound(0, trials) == pytest.approx(1 - 0.05 ** (1 / trials), abs=1e-9)
    assert upper_bound(0, trials) < 3 / trials


@pytest.mark.parametrize(
    ("hits", "trials", "bound"), [(1, 100, 0.0466), (5, 100, 0.1023), (14, 173, 0.1238)]
)
def test_known_clopper_pearson_bounds(hits: int, trials: int, bound: float) -> None:
    assert upper_bound(hits, trials) == pytest.approx(bound, abs=2e-3)


@given(st.integers(1, 400), st.data())
def test_the_bound_lies_above_the_rate_and_rises_with_every_hit(
    trials: int, data: st.DataObject
) -> None:
    hits = data.draw(st.integers(0, trials - 1))
    assert hits / trials < upper_bound(hits, trials) < upper_bound(hits + 1, trials) <= 1


def test_nothing_tried_proves_nothing() -> None:
    assert upper_bound(0, 0) == 1


def test_more_hits_than_trials_are_no_count() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        upper_bound(3, 2)
