"""Average precision and calibration, on cases that can be counted by hand."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from rvm_edge.item import Detection
from rvm_edge.training.average_precision import mean, per_class
from rvm_edge.training.calibration import confusion, expected_error, reliability
from tests.training.labelled import CAN, EMPTY, FULL, PIXELS, observed

AWAY = (0.0, 0.0, 10.0, 10.0)


def test_a_perfect_model_has_a_precision_of_one() -> None:
    seen = [observed(EMPTY, mineral=0.9), observed(FULL, mineral=0.8, not_empty=0.7)]
    assert [one.label for one in per_class(seen)] == ["mineral", "not_empty"]
    assert [one.ap50_95 for one in per_class(seen)] == pytest.approx([1, 1])
    assert mean(per_class(seen)) == pytest.approx((1, 1))


def test_a_wrong_box_that_is_surer_than_the_right_one_halves_the_precision() -> None:
    one = replace(
        observed(EMPTY),
        found=(Detection("mineral", 0.9, AWAY), Detection("mineral", 0.5, PIXELS)),
    )
    (found,) = per_class([one])
    assert found.ap50 == pytest.approx(0.5)


def test_a_second_box_on_a_thing_that_is_found_already_is_wrong() -> None:
    twice = Detection("mineral", 0.9, PIXELS), Detection("mineral", 0.8, PIXELS)
    seen = [replace(observed(EMPTY), found=twice), observed(EMPTY, mineral=0.5)]
    (found,) = per_class(seen)
    assert found.ap50 == pytest.approx((51 * 1 + 50 * 2 / 3) / 101, abs=0.01)


def test_what_is_never_found_counts_and_what_is_never_labelled_does_not() -> None:
    seen = [observed(EMPTY, soda=0.9), observed(CAN, soda=0.8)]
    found = {one.label: one for one in per_class(seen)}
    assert found["mineral"].ap50 == 0
    assert set(found) == {"mineral", "soda"}
    assert mean(()) == (0, 0)


def test_a_box_that_half_overlaps_is_found_at_the_loosest_limit_alone() -> None:
    loose = (30.0, 10.0, 70.0, 58.0)  # 48 of 80 high: overlap 0.6
    one = replace(observed(EMPTY), found=(Detection("mineral", 0.9, loose),))
    (found,) = per_class([one])
    assert (found.ap50, found.ap50_95) == pytest.approx((1, 0.25), abs=0.06)


def test_the_bins_say_how_often_a_confidence_is_right() -> None:
    wrong = replace(observed(EMPTY), found=(Detection("mineral", 0.95, AWAY),))
    bins = reliability([observed(EMPTY, mineral=0.91), wrong, observed(CAN, soda=0.15)])
    assert [(one.low, one.detections, one.right) for one in bins] == [(0.1, 1, 1.0), (0.9, 2, 0.5)]
    assert expected_error(bins) == pytest.approx((0.85 + 2 * 0.43) / 3)
    assert expected_error(()) == 0


def test_the_matrix_says_what_was_taken_for_what() -> None:
    seen = [
        observed(EMPTY, mineral=0.9, soda=0.3),
        observed(CAN, mineral=0.9),
        observed(CAN),
        observed((), milk=0.8),
    ]
    matrix = confusion(seen)
    row = dict(zip(matrix.labels, matrix.counts, strict=True))
    column = matrix.labels.index
    assert row["mineral"][column("mineral")] == 1
    assert row["soda"][column("mineral")] == 1
    assert row["soda"][column("nothing")] == 1
    assert row["nothing"][column("milk")] == 1
    assert sum(map(sum, matrix.counts)) == 4
