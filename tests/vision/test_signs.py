"""What the pictures tell beside the things in them: nothing, the same again, a light, a look."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rvm_edge.decision import Likeness, PictureFigures, Vote
from rvm_edge.item import Detection, Reason, Verdict
from rvm_edge.settings import AcceptanceSettings
from rvm_edge.vision.acceptance import decide
from rvm_edge.vision.evidence import Signs

RULE = AcceptanceSettings()
HERE = (10.0, 10.0, 110.0, 60.0)
PET = Detection("mineral", 0.84, HERE)
CAN = Detection("soda", 0.5, HERE)
LOOK = "0f1e3c78f0e1c387"
ANOTHER = "a5a5a5a55a5a5a5a"


def picture(
    number: int, mean: float = 120.0, deviation: float = 40.0, bright: float = 200.0
) -> PictureFigures:
    return PictureFigures(mean, deviation, bright, f"{number:064x}")


def judged(frames: Sequence[Sequence[Detection] | None] | None = None, **signs: object) -> Verdict:
    return decide(frames or [[PET]] * 3, RULE, weight_g=18.0, signs=Signs(**signs))  # type: ignore[arg-type] # as each test says


BLACK = (RULE.blind_mean - 0.1, 40.0)
PLAIN = (120.0, RULE.blind_deviation - 0.1)
JUST_SEEN = (RULE.blind_mean, RULE.blind_deviation)


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        pytest.param([JUST_SEEN] * 3, Reason.EMPTY_PET, id="just bright, just varied"),
        pytest.param([BLACK, JUST_SEEN, JUST_SEEN], Reason.EMPTY_PET, id="two are a quorum"),
        pytest.param([BLACK, BLACK, JUST_SEEN], Reason.CAMERA_BLIND, id="one is none"),
        pytest.param([BLACK] * 3, Reason.CAMERA_BLIND, id="the lamp is dead"),
        pytest.param([PLAIN] * 3, Reason.CAMERA_BLIND, id="the lens is covered"),
        pytest.param([BLACK, PLAIN, JUST_SEEN], Reason.CAMERA_BLIND, id="either counts"),
        pytest.param([None, BLACK, JUST_SEEN], Reason.EMPTY_PET, id="not measured is not blind"),
    ],
)
def test_pictures_that_show_nothing_make_no_quorum(
    seen: list[tuple[float, float] | None], reason: Reason
) -> None:
    figures = [one and picture(number, *one) for number, one in enumerate(seen)]
    assert judged(figures=figures).reason is reason


def test_of_pictures_that_cannot_be_read_none_is_called_blind() -> None:
    seen = [picture(1), None, None]
    assert judged([[PET], None, None], figures=seen).reason is Reason.FRAMES_DISAGREE


@pytest.mark.parametrize(
    ("dark", "numbers", "reason"),
    [
        pytest.param(0, [1, 2, 3], Reason.EMPTY_PET, id="each its own"),
        pytest.param(0, [1, 1, 2], Reason.CAMERA_FROZEN, id="two in a row"),
        pytest.param(0, [1, None, 1], Reason.CAMERA_FROZEN, id="none was read between"),
        pytest.param(1, [1, 2, 3], Reason.CAMERA_FROZEN, id="as with the lamp off"),
        pytest.param(None, [1, 2, 1], Reason.EMPTY_PET, id="another was between"),
    ],
)
def test_the_same_pixels_twice_in_a_row_are_a_camera_that_stands_still(
    dark: int | None, numbers: list[int | None], reason: Reason
) -> None:
    verdict = judged(
        dark=None if dark is None else picture(dark, bright=0.0),
        figures=[None if number is None else picture(number) for number in numbers],
    )
    assert verdict.reason is reason


@pytest.mark.parametrize(("above", "reason"), [(0.0, Reason.EMPTY_PET), (0.1, Reason.SHINES)])
def test_what_is_brighter_with_the_lamp_off_than_a_bottle_can_be_shines(
    above: float, reason: Reason
) -> None:
    dark = picture(0, bright=RULE.dark_bright + above)
    verdict = judged(dark=dark)
    assert (verdict.reason, verdict.label, verdict.confidence) == (reason, "mineral", 0.84)
    if reason is Reason.SHINES:
        assert judged([[CAN]], dark=dark).reason is reason


@pytest.mark.parametrize(
    ("look", "weight_g", "reason"),
    [
        (LOOK, 18.0, Reason.REPEATED),
        (LOOK, 18.0 + 2 * RULE.weight_error_g + 0.1, Reason.EMPTY_PET),
        (ANOTHER, 18.0, Reason.EMPTY_PET),
    ],
)
def test_what_looks_and_weighs_like_an_item_in_doubt_is_not_credited_again(
    look: str, weight_g: float, reason: Reason
) -> None:
    earlier = [Likeness((ANOTHER,), 50.0), Likeness((look,), weight_g)]
    verdict = judged(dhashes=("", LOOK, ""), earlier=earlier)
    assert (verdict.reason, verdict.label, verdict.confidence) == (reason, "mineral", 0.84)


def test_what_speaks_against_an_item_is_named_before_that_it_was_seen_before() -> None:
    earlier = [Likeness((LOOK,), 18.0)]
    assert judged([[CAN]], dhashes=[LOOK], earlier=earlier).reason is Reason.FORBIDDEN_CLASS


def test_a_verdict_brings_the_record_of_what_it_was_made_of() -> None:
    figures, dark = (picture(1), None), picture(0, bright=1.0)
    record = judged(
        [[PET], None, [PET, CAN], []],
        figures=figures,
        dhashes=(LOOK,),
        dark=dark,
        earlier=[Likeness((ANOTHER,), 18.0)] * 2,
    ).record
    assert record is not None
    assert [(one.vote, one.figures, one.dhash) for one in record.pictures] == [
        (Vote.FOR, picture(1), LOOK),
        (Vote.UNREADABLE, None, ""),
        (Vote.AGAINST, None, ""),
        (Vote.NOTHING, None, ""),
    ]
    assert (record.votes, record.votes_needed) == (2, 3)
    assert (record.dark, record.compared) == (dark, 2)
    rule = {one.setting: one.value for one in record.rule}
    assert rule["thresholds.mineral"] == RULE.thresholds.mineral
    assert rule["weights.mineral.most_g"] == RULE.weights.mineral.most_g
    assert rule["late_s"] == RULE.late_s
