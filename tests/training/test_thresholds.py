"""Thresholds take the most bottles that one false accept in a hundred allows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from rvm_edge.item import Detection
from rvm_edge.settings import AcceptanceSettings
from rvm_edge.training.dataset import Thing
from rvm_edge.training.evaluation import Observed, Tally, judge
from rvm_edge.training.thresholds import (
    MOST_FALSE_ACCEPTS,
    choose_thresholds,
    table,
)
from tests.training.labelled import CAN, EMPTY, FULL, observed

CONFIDENCE = st.floats(0, 1)
PICTURES = st.lists(
    st.builds(
        observed,
        st.sampled_from([EMPTY, FULL, CAN, (), EMPTY + CAN]),
        place=st.sampled_from(["here", "there"]),
        mineral=CONFIDENCE,
        soda=CONFIDENCE,
        not_empty=CONFIDENCE,
    ),
    min_size=1,
    max_size=40,
)


def by_rule(pictures: list[Observed], rule: AcceptanceSettings) -> Tally:
    return Tally.of(judge(pictures, rule))


@settings(max_examples=30)
@given(PICTURES)
def test_the_rule_itself_counts_what_the_choice_counted(pictures: list[Observed]) -> None:
    chosen = choose_thresholds(pictures)
    tally = by_rule(pictures, AcceptanceSettings(thresholds=chosen.thresholds()))
    assert (tally.accepts, tally.false_accepts) == (chosen.accepts, chosen.false_accepts)


@settings(max_examples=30)
@given(PICTURES)
def test_no_folder_is_granted_more_than_its_share_of_false_accepts(
    pictures: list[Observed],
) -> None:
    chosen = choose_thresholds(pictures)
    rule = AcceptanceSettings(thresholds=chosen.thresholds())
    for place in {one.place for one in pictures}:
        tally = by_rule([one for one in pictures if one.place == place], rule)
        if chosen.allowed:
            assert tally.false_accepts <= MOST_FALSE_ACCEPTS * tally.should_reject


@settings(max_examples=30)
@given(PICTURES)
def test_nothing_in_the_table_that_is_allowed_takes_more(pictures: list[Observed]) -> None:
    chosen = choose_thresholds(pictures)
    rows = table(pictures, chosen)
    assert chosen in rows
    if chosen.allowed:
        assert all(one.accepts <= chosen.accepts for one in rows if one.allowed)


def test_of_equal_choices_the_strictest_is_taken() -> None:
    chosen = choose_thresholds([observed(EMPTY, mineral=0.8)])
    assert (chosen.mineral, chosen.not_empty, chosen.forbidden) == (0.8, 0.1, 0.1)
    assert chosen.accepts == 1


def test_a_bottle_that_is_taken_for_full_less_surely_than_a_full_one_is_let_through() -> None:
    pictures = [
        observed(EMPTY, mineral=0.9, not_empty=0.3),
        observed(FULL, mineral=0.9, not_empty=0.5),
    ]
    chosen = choose_thresholds(pictures)
    assert (chosen.accepts, chosen.false_accepts) == (1, 0)
    assert 0.3 < chosen.not_empty <= 0.5


@pytest.mark.parametrize(("others", "granted"), [(99, 0), (100, 1)])
def test_one_false_accept_in_a_hundred_is_granted(others: int, granted: int) -> None:
    """The full bottle looks just like the empty one; they are taken together or not at all."""
    pictures = [observed(EMPTY, mineral=0.9), observed(FULL, mineral=0.9)]
    pictures += [observed(CAN, soda=0.9)] * (others - 1)
    assert choose_thresholds(pictures).false_accepts == granted
    assert choose_thresholds(pictures).accepts == granted


def test_an_easy_folder_buys_no_false_accepts_for_a_hard_one() -> None:
    pictures = [observed(EMPTY, mineral=0.9), observed(FULL, mineral=0.9)]
    pictures += [observed(CAN, soda=0.9, place="elsewhere")] * 500
    assert choose_thresholds(pictures).false_accepts == 0


def test_where_nothing_is_allowed_the_strictest_says_so() -> None:
    pictures = [observed(FULL, mineral=1.0), observed(EMPTY, mineral=0.5)]
    chosen = choose_thresholds(pictures)
    assert not chosen.allowed
    assert (chosen.mineral, chosen.not_empty) == (0.925, 0.1)


def test_two_bottles_in_a_picture_are_never_counted_as_taken() -> None:
    boxes = ((0.0, 0.0, 40.0, 90.0), (50.0, 0.0, 90.0, 90.0))
    both = tuple(Detection("mineral", 0.9, box) for box in boxes)
    pair = (Thing("mineral", (0.2, 0.5, 0.4, 0.9)), Thing("mineral", (0.7, 0.5, 0.4, 0.9)))
    picture = replace(observed(pair), found=both)
    chosen = choose_thresholds([picture, observed(EMPTY, mineral=0.9)])
    assert (chosen.accepts, chosen.false_accepts) == (1, 0)


def test_what_speaks_against_is_asked_of_every_forbidden_class_alike() -> None:
    chosen = choose_thresholds([observed(EMPTY, mineral=0.9)]).thresholds()
    forbidden = {chosen.soda, chosen.milk, chosen.yogurt, chosen.dishwasher, chosen.non_mineral}
    assert forbidden == {0.1}
    assert chosen.mineral_seen <= chosen.mineral
