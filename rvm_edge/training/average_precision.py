"""Mean average precision per class, as the COCO benchmark counts it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from rvm_edge.training.dataset import CLASSES
from rvm_edge.training.evaluation import Observed
from rvm_edge.vision.classes import NOT_EMPTY
from rvm_edge.vision.evidence import overlap

_LIMITS = np.linspace(0.5, 0.95, 10)
_RECALLS = np.linspace(0, 1, 101)

_Box = tuple[float, float, float, float]


class ClassPrecision(msgspec.Struct, frozen=True):
    """How well one class is found.

    Attributes:
        label: the class.
        labelled: how many are in the pictures.
        ap50: average precision, boxes that overlap half counting as found.
        ap50_95: the mean over ten such limits, 0.5 to 0.95.
    """

    label: str
    labelled: int
    ap50: float
    ap50_95: float


def per_class(observed: Sequence[Observed]) -> tuple[ClassPrecision, ...]:
    """Return the average precision of every class that is labelled at all."""
    readable = [one for one in observed if one.found is not None]
    return tuple(one for label in CLASSES if (one := _of_class(label, readable)).labelled)


def mean(classes: Sequence[ClassPrecision]) -> tuple[float, float]:
    """Return mAP50 and mAP50-95; 0 and 0 without classes."""
    if not classes:
        return 0.0, 0.0
    return (
        sum(one.ap50 for one in classes) / len(classes),
        sum(one.ap50_95 for one in classes) / len(classes),
    )


def true_boxes(one: Observed, label: str) -> Iterator[_Box]:
    """Yield the labelled boxes of a class in pixels; `not_empty` lies on its container's box."""
    width, height = one.size
    for thing in one.picture.things:
        if thing.label == label or (label == NOT_EMPTY and thing.not_empty):
            x1, y1, x2, y2 = thing.corners
            yield x1 * width, y1 * height, x2 * width, y2 * height


def _of_class(label: str, observed: Sequence[Observed]) -> ClassPrecision:
    labelled, confidences, hits = 0, list[float](), list[NDArray[np.bool_]]()
    for one in observed:
        truth = list(true_boxes(one, label))
        found = [(each.confidence, each.box) for each in one.found or () if each.label == label]
        labelled += len(truth)
        confidences += [confidence for confidence, _ in found]
        hits += _match([box for _, box in found], truth)
    if not hits or not labelled:
        return ClassPrecision(label, labelled, 0.0, 0.0)
    order = np.argsort([-one for one in confidences], kind="stable")
    table = np.stack(hits)[order]
    areas = [_area(table[:, column], labelled) for column in range(len(_LIMITS))]
    return ClassPrecision(label, labelled, areas[0], float(np.mean(areas)))


def _match(found: Sequence[_Box], truth: Sequence[_Box]) -> list[NDArray[np.bool_]]:
    """Say of each found box, surest first, under which limits it is the first to hit its truth."""
    taken = np.zeros((len(truth), len(_LIMITS)), dtype=bool)
    hits = list[NDArray[np.bool_]]()
    for box in found:
        overlaps = np.array([overlap(box, other) for other in truth])
        hit = np.zeros(len(_LIMITS), dtype=bool)
        for column, limit in enumerate(_LIMITS):
            free = np.where(taken[:, column], -1.0, overlaps) if len(truth) else overlaps
            best = int(free.argmax()) if len(truth) else -1
            if best >= 0 and free[best] >= limit:
                taken[best, column] = hit[column] = True
        hits.append(hit)
    return hits


def _area(hits: NDArray[np.bool_], labelled: int) -> float:
    """Return the area under precision over recall, read off at 101 recalls."""
    right = np.cumsum(hits)
    recall = right / labelled
    precision = right / np.arange(1, len(hits) + 1)
    falling = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(recall, _RECALLS - 1e-12)
    read_off = np.where(at < len(falling), falling[np.minimum(at, len(falling) - 1)], 0.0)
    return float(read_off.mean())
