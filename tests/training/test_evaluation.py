"""The rule's figures are counted by what is in the pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from rvm_edge.item import Detection
from rvm_edge.settings import AcceptanceSettings, Thresholds
from rvm_edge.training.dataset import read_split
from rvm_edge.training.evaluation import Tally, evaluate, judge, observe, worst
from tests.training.labelled import CAN, EMPTY, FULL, observed, write_folder

SEEN = [
    observed(EMPTY, name="taken", mineral=0.9),
    observed(EMPTY, name="missed", mineral=0.3),
    observed(EMPTY, name="taken_for_full", mineral=0.8, not_empty=0.4),
    observed(FULL, name="fooled", mineral=0.7, place="there"),
    observed(FULL, name="seen_full", mineral=0.7, not_empty=0.6),
    observed(CAN, name="can", soda=0.9),
    observed((), name="hand"),
    observed(EMPTY + CAN, name="both", mineral=0.8, soda=0.8),
]
RULE = AcceptanceSettings()


def test_accepts_and_false_accepts_are_counted_by_cause_class_and_folder() -> None:
    found = evaluate(judge(SEEN, RULE))
    assert found.total == Tally(should_accept=3, accepts=1, should_reject=5, false_accepts=1)
    assert found.by_cause["pet_not_empty"] == Tally(0, 0, 2, 1)
    assert found.by_cause["no_container"] == Tally(0, 0, 1, 0)
    assert found.by_cause["several_items"] == Tally(0, 0, 1, 0)
    assert found.by_class["mineral"] == Tally(3, 1, 3, 1)
    assert found.by_class["soda"] == Tally(0, 0, 2, 0)
    assert found.by_place["there"] == Tally(0, 0, 1, 1)
    assert found.false_rejects_by_reason == {"low_confidence": 1, "not_empty": 1}


def test_the_causes_add_up_to_the_whole() -> None:
    found = evaluate(judge(SEEN, RULE))
    causes = found.by_cause.values()
    assert sum(one.should_accept + one.should_reject for one in causes) == len(SEEN)
    assert sum(one.false_accepts for one in causes) == found.total.false_accepts


def test_other_thresholds_give_other_figures() -> None:
    strict = AcceptanceSettings(thresholds=Thresholds(mineral=0.75))
    assert evaluate(judge(SEEN, strict)).total.false_accepts == 0


def test_false_accepts_are_the_worst_and_then_the_surest_that_were_handed_back() -> None:
    names = [one.observed.picture.path.stem for one in worst(judge(SEEN, RULE), 10)]
    assert names == ["fooled", "taken_for_full", "missed"]
    assert len(worst(judge(SEEN, RULE), 2)) == 2


def test_a_picture_that_cannot_be_read_counts_as_handed_back() -> None:
    unreadable = replace(observed(EMPTY, mineral=0.9), found=None)
    found = evaluate(judge([unreadable], RULE))
    assert found.unreadable == 1
    assert found.total == Tally(1, 0, 0, 0)
    assert found.false_rejects_by_reason == {"no_picture": 1}


class Blind:
    names = ("mineral",)
    model_hash = ""
    thresholds = None

    def detect(self, picture: NDArray[np.uint8]) -> tuple[Detection, ...]:
        height, width = picture.shape[:2]
        return (Detection("mineral", 0.9, (0.0, 0.0, float(width), float(height))),)


def test_each_picture_is_looked_at_once_and_one_that_is_none_is_told_apart(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a": EMPTY, "b": EMPTY}, ("val",))
    (tmp_path / "images" / "val" / "b.jpg").write_bytes(b"no picture")
    told: list[None] = []
    seen = observe(Blind(), read_split(tmp_path, "val"), "here", lambda: told.append(None))
    assert [one.size for one in seen] == [(64, 64), (0, 0)]
    assert seen[1].found is None
    assert len(told) == 2
