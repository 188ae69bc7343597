"""The second judge may take an accept away, and never give one."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.item import Detection, Reason, Verdict
from rvm_edge.settings import AcceptanceSettings, ShapeSettings
from rvm_edge.vision.acceptance import decide
from rvm_edge.vision.segmenter.mask_rule import MASK_CHECKS, heard, objection
from rvm_edge.vision.segmenter.opinion import MaskFigures

BOX = (10.0, 10.0, 200.0, 100.0)
BOTTLE = MaskFigures(area=0.12, aspect=3.9, solidity=0.95, fill=0.7, inside=0.99, parts=1)
SHAPE = ShapeSettings()

Numbers = st.floats(0, 1) | st.just(math.nan) | st.just(math.inf)
Masks = st.builds(
    MaskFigures,
    area=Numbers,
    aspect=Numbers | st.floats(0, 1000),
    solidity=Numbers,
    fill=Numbers,
    inside=Numbers,
    parts=st.integers(0, 100),
    beside=Numbers,
    reaching=Numbers,
)


def verdict(**confidences: float) -> Verdict:
    found = tuple(Detection(label, sure, BOX) for label, sure in confidences.items())
    return decide([found], AcceptanceSettings())


ACCEPTED = verdict(mineral=0.9)


def test_a_bottle_s_figures_leave_the_verdict_as_it_is() -> None:
    after = heard(ACCEPTED, BOTTLE, "judge", SHAPE)
    assert (after.accepted, after.reason) == (True, Reason.EMPTY_PET)


@pytest.mark.parametrize(
    ("changed", "reason", "row"),
    [
        ({"beside": 0.02}, Reason.SECOND_OBJECT, 0),
        ({"reaching": 0.06}, Reason.SECOND_OBJECT, 1),
        ({"parts": 3}, Reason.SECOND_OBJECT, 2),
        ({"area": 0.01}, Reason.ODD_SHAPE, 3),
        ({"area": 0.5}, Reason.ODD_SHAPE, 3),
        ({"aspect": 9.0}, Reason.ODD_SHAPE, 4),
        ({"solidity": 0.5}, Reason.ODD_SHAPE, 5),
        ({"fill": 0.1}, Reason.ODD_SHAPE, 6),
    ],
)
def test_each_row_refuses(changed: dict[str, float], reason: Reason, row: int) -> None:
    figures = {name: getattr(BOTTLE, name) for name in BOTTLE.__struct_fields__}
    after = heard(ACCEPTED, MaskFigures(**{**figures, **changed}), "judge", SHAPE)
    assert (after.accepted, after.reason) == (False, reason)
    assert after.record is not None
    assert after.record.second_opinion is not None
    assert after.record.second_opinion.says == f"{reason.value}: {MASK_CHECKS[row].condition}"


@pytest.mark.parametrize("setting", ShapeSettings.__struct_fields__)
def test_a_figure_at_its_limit_refuses_nothing_and_one_beyond_it_does(setting: str) -> None:
    which, _, figure = setting.partition("_")
    limit = getattr(SHAPE, setting)
    beyond = limit + 1 if isinstance(limit, int) else math.nextafter(limit, math.inf)
    if which == "least":
        beyond = math.nextafter(limit, -math.inf)
    assert objection(msgspec.structs.replace(BOTTLE, **{figure: limit}), SHAPE) is None
    assert objection(msgspec.structs.replace(BOTTLE, **{figure: beyond}), SHAPE) is not None


def test_its_opinion_and_every_figure_are_recorded() -> None:
    record = heard(ACCEPTED, BOTTLE, "a judge", SHAPE).record
    assert record is not None
    assert record.second_opinion is not None
    assert (record.second_opinion.judge, record.second_opinion.says) == ("a judge", "no objection")
    figures = {one.setting: one.value for one in record.second_opinion.figures}
    assert figures == {name: getattr(BOTTLE, name) for name in BOTTLE.__struct_fields__}


@given(Masks, st.sampled_from(["mineral", "soda", "not_empty", "balloon"]), st.floats(0, 1))
def test_no_mask_turns_a_reject_into_an_accept(mask: MaskFigures, label: str, sure: float) -> None:
    before = verdict(**{label: sure})
    after = heard(before, mask, "judge", SHAPE)
    assert not (after.accepted and not before.accepted)
    if not before.accepted:
        assert after.reason is before.reason


@given(Masks)
def test_a_figure_that_is_not_a_number_refuses(mask: MaskFigures) -> None:
    used = (mask.area, mask.aspect, mask.solidity, mask.fill, mask.beside, mask.reaching)
    if any(math.isnan(one) for one in used):
        assert objection(mask, SHAPE) is not None


def test_a_mask_that_holds_nothing_refuses() -> None:
    assert objection(MaskFigures(), SHAPE) is not None
