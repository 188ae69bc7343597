"""Waits grow to a cap, are spread from the first one on, and begin anew after a success."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.backoff import Backoff

CHANCES = st.floats(0, 1, exclude_max=True)
SECONDS = st.floats(1e-3, 1e5)
JUST_BELOW_ONE = 1 - 2**-53


@st.composite
def bounds(draw: st.DrawFn) -> tuple[float, float]:
    """A first wait and a cap that is no shorter."""
    first_s, cap_s = sorted((draw(SECONDS), draw(SECONDS)))
    return first_s, cap_s


@given(bounds=bounds(), schedule=st.lists(st.tuples(st.booleans(), CHANCES), max_size=80))
def test_no_schedule_of_failures_and_successes_leads_out_of_bounds(
    bounds: tuple[float, float], schedule: list[tuple[bool, float]]
) -> None:
    first_s, cap_s = bounds
    drawn = iter([chance for fails, chance in schedule if fails])
    backoff = Backoff(first_s, cap_s, lambda: next(drawn))
    in_a_row = 0
    for fails, _ in schedule:
        if fails:
            wait_s = backoff.next_s()
            assert 0 <= wait_s < min(cap_s, first_s * 2**in_a_row)
            in_a_row += 1
        else:
            backoff.succeeded()
            in_a_row = 0
        assert backoff.failures == in_a_row


@given(bounds=bounds(), asked_s=st.floats(0, 1e6), chance=CHANCES, failures=st.integers(0, 60))
def test_what_the_server_asks_for_is_given_and_then_some(
    bounds: tuple[float, float], asked_s: float, chance: float, failures: int
) -> None:
    backoff = Backoff(*bounds, lambda: chance)
    for _ in range(failures):
        backoff.next_s()
    assert asked_s <= backoff.next_s(asked_s) <= asked_s + bounds[1]


def test_machines_that_were_told_the_same_do_not_return_in_the_same_instant() -> None:
    early, late = Backoff(1, 60, lambda: 0.1), Backoff(1, 60, lambda: 0.9)
    assert (early.next_s(30), late.next_s(30)) == (30.1, 30.9)


@given(bounds=bounds())
def test_the_bound_doubles_until_the_cap_and_stays_there(bounds: tuple[float, float]) -> None:
    first_s, cap_s = bounds
    backoff = Backoff(first_s, cap_s, lambda: JUST_BELOW_ONE)
    waits = [backoff.next_s() for _ in range(40)]
    assert waits[0] == pytest.approx(first_s)
    assert waits[-1] == pytest.approx(cap_s)
    for shorter, longer in pairwise(waits):
        assert longer == pytest.approx(min(2 * shorter, cap_s))


@given(bounds=bounds(), failures=st.integers(1_000, 10**400))
def test_an_outage_of_any_length_overflows_nothing(
    bounds: tuple[float, float], failures: int
) -> None:
    backoff = Backoff(*bounds, lambda: JUST_BELOW_ONE, failures)
    assert backoff.next_s() == pytest.approx(bounds[1])
    assert backoff.failures == failures + 1


@given(bounds=bounds(), failures=st.integers(0, 60), chance=CHANCES)
def test_after_a_success_everything_is_as_on_the_first_day(
    bounds: tuple[float, float], failures: int, chance: float
) -> None:
    new, used = Backoff(*bounds, lambda: chance), Backoff(*bounds, lambda: chance)
    for _ in range(failures):
        used.next_s()
    used.succeeded()
    assert [used.next_s() for _ in range(5)] == [new.next_s() for _ in range(5)]


@given(seed=st.integers(), machines=st.integers(200, 400))
def test_the_first_wait_is_spread_evenly_over_all_of_it(seed: int, machines: int) -> None:
    chance = random.Random(seed).random  # noqa: S311 - repeatable on purpose
    waits = [Backoff(10, 60, chance).next_s() for _ in range(machines)]
    for quarter in range(4):
        share = sum(quarter * 2.5 <= wait_s < (quarter + 1) * 2.5 for wait_s in waits) / machines
        assert 0.05 < share < 0.45


@given(
    bounds=bounds(),
    chances=st.lists(st.tuples(CHANCES, CHANCES), min_size=1, max_size=20),
)
def test_two_machines_with_different_chances_never_wait_the_same(
    bounds: tuple[float, float], chances: list[tuple[float, float]]
) -> None:
    ones, others = iter([one for one, _ in chances]), iter([other for _, other in chances])
    one, other = Backoff(*bounds, lambda: next(ones)), Backoff(*bounds, lambda: next(others))
    for mine, theirs in chances:
        apart_s = one.next_s() - other.next_s()
        if abs(mine - theirs) > 1e-9:
            assert apart_s * (mine - theirs) > 0


def test_what_chance_gave_is_not_shown() -> None:
    assert "chance" not in repr(Backoff(1, 60))
