"""The second judge over pictures that lie on a disk, and the cut-out that it leaves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rvm_edge.item import Reason
from rvm_edge.settings import AcceptanceSettings, SegmenterSettings, ShapeSettings, VisionSettings
from rvm_edge.vision.backends.choosing import load_chosen
from rvm_edge.vision.detector import Detector
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.segmenter.mask_figures import Box
from rvm_edge.vision.segmenter.measuring import SecondJudge
from rvm_edge.vision.segmenter.seat import JudgesSeat
from rvm_edge.vision.segmenter.segmenter import Segmentation, SegmenterError
from rvm_edge.vision.stills import hear_second, judge_stills

PATIENT = SegmenterSettings(timeout_s=20)


class FillsTheBox:
    name = "fills the box"

    def segment(self, picture: NDArray[np.uint8], box: Box, probes: int) -> Segmentation:
        assert probes == PATIENT.probes
        x1, y1, x2, y2 = map(round, box)
        item = np.zeros(picture.shape[:2], dtype=bool)
        item[y1:y2, x1:x2] = True
        return Segmentation(item)


@pytest.fixture(scope="module")
def detector(model: ModelFile) -> Detector:
    return load_chosen(model, VisionSettings())


@pytest.fixture(scope="module")
def seat() -> JudgesSeat:
    return JudgesSeat(SecondJudge(FillsTheBox, PATIENT))


def test_what_it_took_for_the_item_is_cut_out(
    detector: Detector, seat: JudgesSeat, samples: Path
) -> None:
    judged = judge_stills(detector, [samples / "syn_00012.jpg"], AcceptanceSettings())
    after = hear_second(judged, seat, ShapeSettings())
    assert judged.verdict.accepted
    assert judged.cut is None
    assert after.verdict.accepted
    assert after.cut is not None
    assert after.cut.shape == (320, 416, 3)
    assert 0.2 < float((after.cut == 128).all(axis=2).mean()) < 0.95


def test_its_objection_counts(detector: Detector, seat: JudgesSeat, samples: Path) -> None:
    judged = judge_stills(detector, [samples / "syn_00012.jpg"], AcceptanceSettings())
    after = hear_second(judged, seat, ShapeSettings(most_aspect=1.01))
    assert (after.verdict.accepted, after.verdict.reason) == (False, Reason.ODD_SHAPE)


def test_what_the_rule_refuses_is_not_shown_to_it(detector: Detector, samples: Path) -> None:
    judged = judge_stills(detector, [samples / "syn_00093.jpg"], AcceptanceSettings())
    assert hear_second(judged, JudgesSeat(), ShapeSettings()) is judged


def test_an_empty_seat_says_why_it_is_empty(detector: Detector, samples: Path) -> None:
    judged = judge_stills(detector, [samples / "syn_00012.jpg"], AcceptanceSettings())
    with pytest.raises(SegmenterError, match="no weights"):
        hear_second(judged, JudgesSeat(trouble="no weights"), ShapeSettings())
