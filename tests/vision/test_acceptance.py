"""The acceptance rule: which evidence leads to which verdict, and what can never happen."""

from __future__ import annotations

import math
import subprocess
import sys
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.item import Detection, Reason
from rvm_edge.settings import AcceptanceSettings, Thresholds
from rvm_edge.vision.acceptance import CHECKS, decide
from rvm_edge.vision.classes import FORBIDDEN
from rvm_edge.vision.evidence import Deciding, Evidence, overlap

RULE = AcceptanceSettings()
HERE = (10.0, 10.0, 110.0, 60.0)
NEARBY = (20.0, 10.0, 120.0, 60.0)
CROSSING = (70.0, 10.0, 170.0, 60.0)
ELSEWHERE = (200.0, 10.0, 300.0, 60.0)


def saw(label: str, confidence: float, box: tuple[float, float, float, float] = HERE) -> Detection:
    return Detection(label, confidence, box)


PET = saw("mineral", 0.84)
WET = saw("not_empty", 0.6)
CAN = saw("soda", 0.5)
Frames = list[list[Detection] | None]


@pytest.mark.parametrize(
    ("frames", "reason"),
    [
        pytest.param([[PET]], Reason.EMPTY_PET, id="a bottle"),
        pytest.param([[PET], [PET], [PET]], Reason.EMPTY_PET, id="a bottle, three times"),
        pytest.param([[PET], [PET], []], Reason.EMPTY_PET, id="two of three are enough"),
        pytest.param([[PET], [PET], None], Reason.EMPTY_PET, id="one of three unreadable"),
        pytest.param([[PET], [], []], Reason.FRAMES_DISAGREE, id="one of three is not"),
        pytest.param([[PET], []], Reason.FRAMES_DISAGREE, id="one of two is not"),
        pytest.param([[PET], None, None], Reason.FRAMES_DISAGREE, id="two unreadable"),
        pytest.param([[PET], [PET, CAN]], Reason.FORBIDDEN_CLASS, id="a can in any frame"),
        pytest.param([[PET, CAN, WET]], Reason.FORBIDDEN_CLASS, id="forbidden before liquid"),
        pytest.param([[saw("soda", 0.25)]], Reason.FORBIDDEN_CLASS, id="at the threshold"),
        pytest.param([[PET, saw("soda", 0.249)]], Reason.EMPTY_PET, id="below the threshold"),
        pytest.param([[PET, WET]], Reason.NOT_EMPTY, id="liquid"),
        pytest.param([[PET], [WET], [PET]], Reason.NOT_EMPTY, id="liquid in another frame"),
        pytest.param([[saw("mineral", 0.3), WET]], Reason.NOT_EMPTY, id="unsure bottle, liquid"),
        pytest.param([[WET]], Reason.UNKNOWN_OBJECT, id="liquid without a bottle"),
        pytest.param([[PET, saw("not_empty", 0.249)]], Reason.EMPTY_PET, id="hardly any liquid"),
        pytest.param([[PET, saw("balloon", 0.3)]], Reason.UNKNOWN_OBJECT, id="unknown class"),
        pytest.param([[saw("balloon", 0.9)]], Reason.UNKNOWN_OBJECT, id="unknown class alone"),
        pytest.param([[saw("mineral", 0.49)]], Reason.LOW_CONFIDENCE, id="unsure"),
        pytest.param([[saw("mineral", 0.5)]], Reason.EMPTY_PET, id="just sure"),
        pytest.param([[saw("mineral", 0.24)]], Reason.NOTHING_DETECTED, id="too unsure to be seen"),
        pytest.param([[]], Reason.NOTHING_DETECTED, id="nothing"),
        pytest.param([[], [], []], Reason.NOTHING_DETECTED, id="nothing, three times"),
        pytest.param([[PET, saw("mineral", 0.3, ELSEWHERE)]], Reason.TWO_ITEMS, id="two bottles"),
        pytest.param([[PET, saw("mineral", 0.3, CROSSING)]], Reason.TWO_ITEMS, id="one on another"),
        pytest.param([[PET, saw("mineral", 0.8, NEARBY)]], Reason.EMPTY_PET, id="one bottle twice"),
        pytest.param(
            [[PET], [saw("mineral", 0.8, ELSEWHERE)]], Reason.EMPTY_PET, id="it rolled between"
        ),
        pytest.param([], Reason.NO_PICTURE, id="no frames"),
        pytest.param([None, None], Reason.NO_PICTURE, id="unreadable frames"),
        pytest.param([[saw("mineral", math.nan)]], Reason.LOW_CONFIDENCE, id="NaN for it"),
        pytest.param([[PET, saw("soda", math.nan)]], Reason.FORBIDDEN_CLASS, id="NaN against it"),
    ],
)
def test_the_verdict_of(frames: Frames, reason: Reason) -> None:
    verdict = decide(frames, RULE)
    assert verdict.reason is reason
    assert verdict.accepted == (reason is Reason.EMPTY_PET)


@pytest.mark.parametrize("label", FORBIDDEN)
def test_every_forbidden_class_rejects_on_its_own_threshold(label: str) -> None:
    rule = AcceptanceSettings(thresholds=Thresholds(**{label: 0.4}))
    assert decide([[PET, saw(label, 0.4)]], rule).reason is Reason.FORBIDDEN_CLASS
    assert decide([[PET, saw(label, 0.39)]], rule).reason is Reason.EMPTY_PET


@pytest.mark.parametrize(
    ("weight_g", "reason"),
    [
        (None, Reason.EMPTY_PET),
        (3.0, Reason.TOO_LIGHT),
        (7.9, Reason.TOO_LIGHT),
        (8.0, Reason.EMPTY_PET),
        (18.0, Reason.EMPTY_PET),
        (54.0, Reason.EMPTY_PET),
        (54.1, Reason.TOO_HEAVY),
        (math.inf, Reason.TOO_HEAVY),
        (math.nan, Reason.TOO_HEAVY),
        (2.9, Reason.EMPTY_CHAMBER),
        (-40.0, Reason.EMPTY_CHAMBER),
    ],
)
def test_the_scale_has_a_say(weight_g: float | None, reason: Reason) -> None:
    verdict = decide([[PET]], RULE, weight_g=weight_g)
    assert verdict.reason is reason
    if reason is not Reason.EMPTY_CHAMBER:
        assert (verdict.label, verdict.confidence) == ("mineral", 0.84)


def test_what_is_too_heavy_is_so_whatever_it_is() -> None:
    verdict = decide([[saw("balloon", 0.9)]], RULE, weight_g=54.1)
    assert (verdict.reason, verdict.label, verdict.confidence) == (Reason.TOO_HEAVY, "", 0.0)


def test_a_forbidden_class_is_named_before_its_weight() -> None:
    assert decide([[CAN]], RULE, weight_g=400).reason is Reason.FORBIDDEN_CLASS


@pytest.mark.parametrize(
    ("elapsed_s", "reason"),
    [(3.0, Reason.EMPTY_PET), (3.01, Reason.TOO_LATE), (math.nan, Reason.TOO_LATE)],
)
def test_a_late_yes_is_a_no(elapsed_s: float, reason: Reason) -> None:
    verdict = decide([[PET]], RULE, elapsed_s=elapsed_s)
    assert (verdict.reason, verdict.label, verdict.confidence) == (reason, "mineral", 0.84)


def test_a_late_no_keeps_its_reason() -> None:
    assert decide([[CAN]], RULE, elapsed_s=99).reason is Reason.FORBIDDEN_CLASS


def test_a_verdict_names_what_decided_and_keeps_the_evidence() -> None:
    verdict = decide(
        [[PET, CAN], None, [saw("milk", 0.7)]],
        RULE,
        weight_g=20,
        elapsed_s=0.02,
        model_hash="abc",
    )
    assert (verdict.label, verdict.confidence) == ("milk", 0.7)
    assert verdict.detections == ((PET, CAN), (), (saw("milk", 0.7),))
    assert (verdict.weight_g, verdict.model_hash, verdict.elapsed_ms) == (20, "abc", 20)


def test_a_yes_names_the_surest_bottle() -> None:
    verdict = decide([[PET], [saw("mineral", 0.9)]], RULE)
    assert (verdict.label, verdict.confidence) == ("mineral", 0.9)


def test_the_rows_are_in_the_order_of_the_reasons() -> None:
    others = {Reason.EYES_UNAVAILABLE, Reason.SECOND_OBJECT, Reason.ODD_SHAPE}
    order = [reason for reason in Reason if reason not in others]
    assert [check.reason for check in CHECKS] == order


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (HERE, HERE, 1.0),
        (HERE, ELSEWHERE, 0.0),
        ((0, 0, 10, 10), (5, 0, 15, 10), 1 / 3),
        ((0, 0, 10, 10), (0, 5, 10, 15), 1 / 3),
        ((0, 0, 10, 20), (2, 10, 8, 40), 6 / 32),
        ((0, 0, 10, 10), (0, 20, 10, 30), 0.0),
        ((0, 0, 10, 10), (0, 0, 5, 5), 0.25),
        ((0, 0, 0.5, 0.5), (0, 0, 0.5, 0.5), 1.0),
        ((5, 5, 5, 5), (5, 5, 5, 5), 0.0),
        ((10, 10, 0, 0), (0, 0, 10, 10), 0.0),
    ],
)
def test_overlap_is_intersection_over_union(
    one: tuple[float, float, float, float],
    other: tuple[float, float, float, float],
    expected: float,
) -> None:
    assert overlap(one, other) == pytest.approx(expected)
    assert overlap(other, one) == pytest.approx(expected)


@pytest.mark.parametrize(("limit", "reason"), [(0.5, Reason.EMPTY_PET), (0.51, Reason.TWO_ITEMS)])
def test_two_boxes_are_two_items_where_they_overlap_less_than_the_rule_says(
    limit: float, reason: Reason
) -> None:
    half = saw("mineral", 0.84, (10.0, 10.0, 110.0, 35.0))
    assert decide([[PET, half]], AcceptanceSettings(two_items_iou=limit)).reason is reason


@pytest.mark.parametrize(
    ("quorum", "pictures", "needed"),
    [(0.66, 3, 2), (0.51, 2, 2), (0.67, 3, 3), (1.0, 3, 3), (0.56, 25, 14), (0.66, 0, 1)],
)
def test_a_quorum_is_rounded_up_but_not_by_the_last_digit_and_none_is_never_enough(
    quorum: float, pictures: int, needed: int
) -> None:
    evidence = Evidence([[PET]] * pictures, None, 0.0, AcceptanceSettings(quorum=quorum))
    assert evidence.votes_needed() == needed


confidences = st.floats(0, 1) | st.sampled_from([0.249, 0.25, 0.499, 0.5])
labels = st.sampled_from(["mineral", "mineral", *FORBIDDEN, "not_empty", "balloon"])
boxes = st.sampled_from([HERE, NEARBY, ELSEWHERE])
detections = st.builds(Detection, labels, confidences, boxes)
frames_of_one_item = st.lists(st.none() | st.lists(detections, max_size=4), max_size=5)
weights = st.none() | st.floats(allow_nan=True) | st.floats(0, 80)
rejecting = st.builds(
    Detection,
    st.sampled_from([*FORBIDDEN, "not_empty", "balloon"]),
    st.floats(0.25, 1),
    boxes,
)
mostly_bottles = st.lists(
    st.lists(st.builds(Detection, st.just("mineral"), confidences, boxes), max_size=2),
    max_size=4,
)
any_frames = frames_of_one_item | mostly_bottles


@given(any_frames, weights)
def test_accepted_means_empty_pet_and_enough_sure_bottles(
    frames: Frames, weight_g: float | None
) -> None:
    verdict = decide(frames, RULE, weight_g=weight_g)
    assert verdict.accepted == (verdict.reason is Reason.EMPTY_PET)
    if verdict.accepted:
        sure = [
            any(one.label == "mineral" and one.confidence >= 0.5 for one in f or ()) for f in frames
        ]
        assert sum(sure) * 2 > len(frames)


@given(any_frames, weights, rejecting)
def test_nothing_with_a_rejecting_detection_is_accepted(
    frames: Frames, weight_g: float | None, against: Detection
) -> None:
    for index in range(len(frames) + 1):
        spoilt = [list(frame) if frame is not None else None for frame in frames]
        spoilt[index:index] = [[against]]
        assert not decide(spoilt, RULE, weight_g=weight_g).accepted
        if index < len(frames) and frames[index] is not None:
            spoilt = [list(frame) if frame is not None else None for frame in frames]
            spoilt[index] = [*(frames[index] or ()), against]
            assert not decide(spoilt, RULE, weight_g=weight_g).accepted


@given(weights, st.floats(allow_nan=True))
def test_no_frames_are_never_accepted(weight_g: float | None, elapsed_s: float) -> None:
    assert not decide([], RULE, weight_g=weight_g, elapsed_s=elapsed_s).accepted


@given(any_frames, weights, st.randoms(use_true_random=False))
def test_the_order_of_detections_and_frames_does_not_matter(
    frames: Frames, weight_g: float | None, random: Random
) -> None:
    before = decide(frames, RULE, weight_g=weight_g)
    shuffled = [None if frame is None else random.sample(frame, len(frame)) for frame in frames]
    random.shuffle(shuffled)
    after = decide(shuffled, RULE, weight_g=weight_g)
    assert (after.reason, Deciding(after.label, after.confidence)) == (
        before.reason,
        Deciding(before.label, before.confidence),
    )


@given(any_frames, weights)
def test_one_more_unreadable_frame_never_makes_a_yes(
    frames: Frames, weight_g: float | None
) -> None:
    if not decide(frames, RULE, weight_g=weight_g).accepted:
        assert not decide([*frames, None], RULE, weight_g=weight_g).accepted


def test_the_rule_needs_no_array_or_model_library() -> None:
    program = (
        "import sys, rvm_edge.vision.acceptance, rvm_edge.vision.rule_table;"
        "print({'numpy', 'cv2', 'onnxruntime', 'torch'} & set(sys.modules))"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "set()"
