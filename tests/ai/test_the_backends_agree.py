"""Ultralytics and ONNX Runtime see the same things in every sample picture, and decide the same.

The tolerances are wide for what is measured (0.000003 in confidence) and narrow for what would
matter: 0.0004 is how far the samples' confidences stay from every threshold of the rule.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from ultralytics import YOLO

from rvm_edge.item import Detection, Reason
from rvm_edge.settings import VisionSettings
from rvm_edge.vision.acceptance import decide
from rvm_edge.vision.backends.choosing import load_chosen
from rvm_edge.vision.backends.ultralytics_detector import UltralyticsDetector
from rvm_edge.vision.detector import Detector
from rvm_edge.vision.evidence import overlap
from rvm_edge.vision.model_store import ModelFile
from tests.ai.conftest import Pictures

LEAST_IOU = 0.999
MOST_APART = 0.0001
FLOOR = 0.1

Seen = dict[str, tuple[Detection, ...]]


def seen_by(detector: Detector, pictures: Pictures) -> Seen:
    """Return what is seen from one floor on: a model that brings thresholds may report more."""
    return {
        name: tuple(one for one in detector.detect(picture) if one.confidence >= FLOOR)
        for name, picture in pictures.items()
    }


@pytest.fixture(scope="module")
def on_onnx_runtime(shipped: ModelFile, pictures: Pictures) -> Seen:
    return seen_by(load_chosen(shipped, VisionSettings(backend="onnxruntime")), pictures)


@pytest.fixture(scope="module", params=["pt", "onnx"])
def on_ultralytics(
    request: pytest.FixtureRequest, shipped: ModelFile, checkpoint: Path, pictures: Pictures
) -> Seen:
    model = shipped if request.param == "onnx" else ModelFile(checkpoint, "")
    detector = load_chosen(model, VisionSettings(backend="ultralytics"))
    assert isinstance(detector, UltralyticsDetector)
    return seen_by(detector, pictures)


def test_each_detection_of_one_is_a_detection_of_the_other(
    on_onnx_runtime: Seen, on_ultralytics: Seen
) -> None:
    assert sum(map(len, on_onnx_runtime.values())) > 100
    for name, found in on_onnx_runtime.items():
        others = on_ultralytics[name]
        assert [one.label for one in found] == [one.label for one in others], name
        for one, other in zip(found, others, strict=True):
            assert abs(one.confidence - other.confidence) <= MOST_APART, (name, one, other)
            assert overlap(one.box, other.box) >= LEAST_IOU, (name, one, other)


def test_every_picture_is_decided_alike(
    on_onnx_runtime: Seen, on_ultralytics: Seen, shipped: ModelFile
) -> None:
    settings = VisionSettings()
    rule = settings.rule_with(load_chosen(shipped, settings).thresholds)
    reasons = {name: decide([found], rule).reason for name, found in on_onnx_runtime.items()}
    assert {Reason.EMPTY_PET, Reason.FORBIDDEN_CLASS, Reason.NOT_EMPTY} <= set(reasons.values())
    assert reasons == {name: decide([found], rule).reason for name, found in on_ultralytics.items()}


def test_whatever_predict_finds_is_found_and_more(checkpoint: Path, pictures: Pictures) -> None:
    """`YOLO.predict` keeps a candidate's surest class alone; the rule needs the weaker ones too."""
    ours = load_chosen(ModelFile(checkpoint, ""), VisionSettings())
    theirs = YOLO(checkpoint)
    more = 0
    for name, picture in pictures.items():
        found = ours.detect(picture)
        result = theirs.predict(
            picture, imgsz=320, rect=False, conf=0.1, iou=0.6, device="cpu", verbose=False
        )[0]
        predicted = cast("list[list[float]]", result.boxes.data.tolist())
        for x1, y1, x2, y2, confidence, number in predicted:
            label = ours.names[int(number)]
            assert any(
                one.label == label
                and one.confidence >= confidence - MOST_APART
                and overlap(one.box, (x1, y1, x2, y2)) >= 0.6  # one thing, by the same rule
                for one in found
            ), (name, label, confidence)
        more += len(found) - len(predicted)
    assert more > 0
