"""The model's raw output becomes boxes, as a slow and plain reference says."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from rvm_edge.item import Detection
from rvm_edge.vision.decode import decode
from rvm_edge.vision.evidence import overlap
from rvm_edge.vision.letterbox import Geometry

NAMES = ("mineral", "soda", "not_empty")
PLAIN = Geometry(scale=1, left=0, top=0, width=320, height=320)

Candidate = tuple[float, float, float, float, float, float, float]


def output_of(*candidates: Candidate) -> NDArray[np.float32]:
    """Lay out candidates (centre x, y, width, height, one score per class) as the model does."""
    return np.array([candidates], dtype=np.float32).transpose(0, 2, 1)


def found(*candidates: Candidate, geometry: Geometry = PLAIN) -> tuple[Detection, ...]:
    return decode(output_of(*candidates), NAMES, geometry, floor=0.1, nms_iou=0.6)


def slow_decode(
    output: NDArray[np.float32], floor: float, nms_iou: float
) -> list[tuple[str, float, list[float]]]:
    """Greedy suppression within each class, one box at a time."""
    kept: list[tuple[str, float, list[float]]] = []
    for index, name in enumerate(NAMES):
        boxes = []
        for x, y, width, height, *scores in output[0].T.tolist():
            if scores[index] >= floor:
                box = [x - width / 2, y - height / 2, x + width / 2, y + height / 2]
                boxes.append((scores[index], [min(max(value, 0), 320) for value in box]))
        boxes.sort(key=lambda one: -one[0])
        mine: list[tuple[float, list[float]]] = []
        for score, box in boxes:
            if all(overlap(tuple(box), tuple(other)) <= nms_iou for _, other in mine):  # type: ignore[arg-type] # lists of four
                mine.append((score, box))
        kept += [(name, score, box) for score, box in mine]
    return sorted(kept, key=lambda one: -one[1])


@pytest.mark.parametrize("seed", range(8))
def test_random_outputs_decode_as_the_slow_reference_says(seed: int) -> None:
    random = np.random.default_rng(seed)
    output = np.empty((1, 7, 40), dtype=np.float32)
    output[0, :2] = random.uniform(60, 260, (2, 40))
    output[0, 2:4] = random.uniform(40, 120, (2, 40))
    output[0, 4:] = random.uniform(0, 0.5, (3, 40))
    ours = decode(output, NAMES, PLAIN, floor=0.2, nms_iou=0.5)
    reference = slow_decode(output, 0.2, 0.5)
    assert [one.label for one in ours] == [label for label, _, _ in reference]
    for one, (_, score, box) in zip(ours, reference, strict=True):
        assert one.confidence == pytest.approx(score, abs=1e-6)
        assert one.box == pytest.approx(box, abs=1e-3)


def test_the_surest_of_two_overlapping_boxes_of_one_class_stays() -> None:
    kept = found((100, 100, 50, 50, 0.6, 0, 0), (102, 100, 50, 50, 0.9, 0, 0))
    assert [round(one.confidence, 2) for one in kept] == [0.9]


def test_not_empty_stays_on_the_box_of_its_container() -> None:
    kept = found((100, 100, 50, 50, 0.9, 0, 0.7), (101, 100, 50, 50, 0.8, 0, 0))
    assert [one.label for one in kept] == ["mineral", "not_empty"]
    assert kept[0].box == kept[1].box


def test_a_weaker_rejecting_class_on_the_same_box_is_kept() -> None:
    kept = found((100, 100, 50, 50, 0.9, 0.3, 0))
    assert [one.label for one in kept] == ["mineral", "soda"]


def test_scores_below_the_floor_are_dropped_and_at_the_floor_kept() -> None:
    at = np.float32(0.1).item()
    assert len(found((100, 100, 50, 50, at, 0.0999, 0))) == 1


def test_boxes_are_in_the_pixels_of_the_picture() -> None:
    geometry = Geometry(scale=0.5, left=0, top=40, width=640, height=480)
    (one,) = found((100, 100, 40, 20, 0.9, 0, 0), geometry=geometry)
    assert one.box == pytest.approx((160, 100, 240, 140))


def test_nothing_above_the_floor_is_no_detection() -> None:
    assert found((100, 100, 50, 50, 0, 0, 0)) == ()


def test_a_wild_model_cannot_report_without_end() -> None:
    many: list[Candidate] = [
        (16 * (i % 20), 16 * (i // 20), 4, 4, 0.9, 0.9, 0.9) for i in range(200)
    ]
    assert len(found(*many)) == 100


@pytest.mark.parametrize("shape", [(1, 6, 10), (2, 7, 10), (7, 10)])
def test_an_output_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="shape"):
        decode(np.zeros(shape, dtype=np.float32), NAMES, PLAIN, floor=0.1, nms_iou=0.6)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_an_output_that_is_not_finite_is_refused(value: float) -> None:
    output = output_of((100, 100, 50, 50, 0.9, 0, 0))
    output[0, 5, 0] = value
    with pytest.raises(ValueError, match="finite"):
        decode(output, NAMES, PLAIN, floor=0.1, nms_iou=0.6)
