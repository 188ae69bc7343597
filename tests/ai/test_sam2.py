"""SAM 2 with random weights: it loads what is pinned and nothing else, measures, and falls back.

How good its outlines are is not asked here and cannot be: random weights draw random outlines.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest
import torch

from drivers.ports import Encoding, Frame
from rvm_edge.item import Reason
from rvm_edge.settings import SegmenterSettings, ShapeSettings, VisionSettings
from rvm_edge.vision.backends.choosing import load_chosen
from rvm_edge.vision.eyes import WorkerEyes
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.segmenter.hearing import JudgeState
from rvm_edge.vision.segmenter.measuring import SecondJudge
from rvm_edge.vision.segmenter.sam2_segmenter import Sam2Segmenter, probe_points
from rvm_edge.vision.segmenter.segmenter import SegmenterError
from tests.ai.conftest import Pictures

BOX = (131.0, 149.0, 388.0, 307.0)
ANYTHING = ShapeSettings(
    least_area=0,
    most_area=1,
    most_aspect=100,
    least_solidity=0,
    least_fill=0,
    most_parts=100,
    most_beside=1,
    most_reaching=1,
)


def load(settings: SegmenterSettings) -> Sam2Segmenter:
    return Sam2Segmenter.load(settings, device="cpu", half=True, threads=2)


def other(settings: SegmenterSettings, **changes: object) -> SegmenterSettings:
    return msgspec.convert({**msgspec.structs.asdict(settings), **changes}, SegmenterSettings)


@pytest.mark.parametrize("side", [256, 512])
def test_it_outlines_at_every_size_with_the_same_weights(
    sam: SegmenterSettings, pictures: Pictures, side: int
) -> None:
    picture = pictures["syn_00012"]
    found = load(other(sam, input_side=side)).segment(picture, BOX, probes=2)
    assert found.item.dtype == np.bool_
    assert found.item.shape == picture.shape[:2]
    for one in found.others:
        assert one.shape == picture.shape[:2]


def test_one_look_is_as_good_as_another(sam: SegmenterSettings, pictures: Pictures) -> None:
    segmenter = load(sam)
    first = segmenter.segment(pictures["syn_00012"], BOX, probes=0)
    segmenter.segment(pictures["syn_00093"], BOX, probes=4)
    again = segmenter.segment(pictures["syn_00012"], BOX, probes=0)
    assert (first.item == again.item).all()
    assert first.others == ()


def test_it_is_asked_at_points_beside_the_item() -> None:
    item = np.zeros((100, 200), dtype=bool)
    item[:, :100] = True
    assert probe_points(item, 2).tolist() == [[150, 25], [150, 75]]
    assert probe_points(item, 0).shape == (0, 2)
    assert probe_points(np.ones((10, 10), dtype=bool), 4).shape == (0, 2)


def test_its_name_says_which_weights_and_which_size(sam: SegmenterSettings) -> None:
    name = load(sam).name
    assert name == f"sam2.1_hiera_tiny at 256 px, SHA-256 {sam.checkpoint_sha256[:12]}"


def pinned(file: Path, sam: SegmenterSettings) -> SegmenterSettings:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return other(sam, checkpoint=str(file), checkpoint_sha256=digest)


def test_other_weights_than_the_pinned_ones_are_refused(sam: SegmenterSettings) -> None:
    with pytest.raises(SegmenterError, match="is not the expected model: SHA-256"):
        load(other(sam, checkpoint_sha256="0" * 64))


def test_weights_of_another_size_are_refused_in_one_line(sam: SegmenterSettings) -> None:
    with pytest.raises(SegmenterError, match="SAM 2: the weights do not fit") as refused:
        load(other(sam, size="small"))
    assert "\n" not in str(refused.value)


class _Bomb:
    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, (self.command,)


def test_what_is_in_the_file_does_not_run(sam: SegmenterSettings, tmp_path: Path) -> None:
    went_off, file = tmp_path / "went_off", tmp_path / "bomb.pt"
    torch.save({"model": _Bomb(f"touch {went_off}")}, file)
    with pytest.raises(SegmenterError, match="the weights do not fit"):
        load(pinned(file, sam))
    assert not went_off.exists()


def test_a_cut_off_file_is_refused(sam: SegmenterSettings, tmp_path: Path) -> None:
    file = tmp_path / "cut.pt"
    file.write_bytes(Path(sam.checkpoint).read_bytes()[:1_000_000])
    with pytest.raises(SegmenterError, match="the weights do not fit"):
        load(pinned(file, sam))


def test_a_judge_with_less_time_than_it_needs_says_so(
    sam: SegmenterSettings, pictures: Pictures
) -> None:
    hasty = other(sam, timeout_s=0.001)
    judge = SecondJudge(lambda: load(hasty), hasty)
    with pytest.raises(SegmenterError, match=r"it took longer than 0\.001 s"):
        judge.measure(pictures["syn_00012"], BOX)


def patient(sam: SegmenterSettings, **changes: object) -> VisionSettings:
    """Settings for a machine that shares two cores with everything else."""
    rule = {"late_s": 55.0}
    said = {
        "judge_timeout_s": 59.0,
        "acceptance": rule,
        "segmenter": msgspec.to_builtins(other(sam, timeout_s=29.0)),
        **changes,
    }
    return msgspec.convert(said, VisionSettings)


@pytest.fixture
def bottle(samples: Path) -> Frame:
    return Frame((samples / "images/syn_00012.jpg").read_bytes(), Encoding.JPEG, 0, 0, 0.0, 1)


async def test_detector_and_judge_work_in_one_worker(
    sam: SegmenterSettings, checkpoint: Path, bottle: Frame, samples: Path
) -> None:
    lenient = other(sam, shape=msgspec.to_builtins(ANYTHING))
    can = Frame((samples / "images/syn_00093.jpg").read_bytes(), Encoding.JPEG, 0, 0, 0.0, 2)
    async with WorkerEyes(patient(lenient), ModelFile(checkpoint, "")).run() as eyes:
        await eyes.ready()
        assert eyes.second_judge.state is JudgeState.READY
        accepted = await eyes.judge([bottle], None)
        cut = eyes.cut_outs.take([bottle])
        refused = await eyes.judge([can], None)
        assert eyes.cut_outs.take([can]) == b""
        assert (eyes.second_judge.asked, eyes.restarts) == (1, 0)
    assert (accepted.accepted, refused.reason) == (True, Reason.FORBIDDEN_CLASS)
    shown = cv2.imdecode(np.frombuffer(cut, dtype=np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    assert max(shown.shape[:2]) == lenient.input_side
    assert accepted.record is not None
    assert accepted.record.second_opinion is not None
    assert accepted.record.second_opinion.says == "no objection"
    assert accepted.record.second_opinion.judge.startswith("sam2.1_hiera_tiny at 256 px")
    assert refused.record is not None
    assert refused.record.second_opinion is None


async def test_its_objection_counts_whatever_the_detector_says(
    sam: SegmenterSettings, shipped: ModelFile, bottle: Frame
) -> None:
    strict = other(sam, shape={"least_area": 0.999, "most_area": 1.0})
    async with WorkerEyes(patient(strict), shipped).run() as eyes:
        await eyes.ready()
        verdict = await eyes.judge([bottle], None)
    assert (verdict.accepted, verdict.reason in (Reason.ODD_SHAPE, Reason.SECOND_OBJECT)) == (
        False,
        True,
    )


async def test_without_its_weights_the_rule_decides_alone(
    sam: SegmenterSettings, shipped: ModelFile, bottle: Frame
) -> None:
    lost = other(sam, checkpoint="/nowhere/sam.pt")
    async with WorkerEyes(patient(lost), shipped).run() as eyes:
        await eyes.ready()
        assert (await eyes.judge([bottle], None)).accepted
        assert eyes.second_judge.trouble == "SAM 2: there is no model at /nowhere/sam.pt"


def test_it_leaves_the_detectors_figures_as_they_are(
    sam: SegmenterSettings, checkpoint: Path, pictures: Pictures
) -> None:
    detector = load_chosen(ModelFile(checkpoint, ""), VisionSettings())
    before = detector.detect(pictures["syn_00012"])
    load(sam).segment(pictures["syn_00012"], BOX, probes=4)
    assert detector.detect(pictures["syn_00012"]) == before
