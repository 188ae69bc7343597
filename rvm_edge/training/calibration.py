"""Whether a confidence of 0.8 is right eight times out of ten, and what is taken for what."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from rvm_edge.training.average_precision import true_boxes
from rvm_edge.training.dataset import CONTAINERS
from rvm_edge.training.evaluation import Observed
from rvm_edge.vision.evidence import overlap

BINS = 10
BACKGROUND = "nothing"
_HIT_IOU = 0.5
_BELIEVED = 0.25


class Bin(msgspec.Struct, frozen=True):
    """The detections of one tenth of the scale of confidence.

    Attributes:
        low: where the tenth begins.
        detections: how many there are.
        confidence: their mean confidence.
        right: the share of them that lie on a labelled box of their class.
    """

    low: float
    detections: int
    confidence: float
    right: float


class Confusion(msgspec.Struct, frozen=True):
    """What containers were taken for.

    Attributes:
        labels: of rows (the truth) and columns (what was found); the last is `BACKGROUND`.
        counts: per row and column.
    """

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


def reliability(observed: Sequence[Observed]) -> tuple[Bin, ...]:
    """Return the bins that hold any detection, of whatever class."""
    rated = [
        (one.confidence, _lies_right(observation, one.label, one.box))
        for observation in observed
        for one in observation.found or ()
    ]
    bins = []
    for index in range(BINS):
        here = [pair for pair in rated if min(BINS - 1, int(pair[0] * BINS)) == index]
        if here:
            confidence = sum(one for one, _ in here) / len(here)
            right = sum(right for _, right in here) / len(here)
            bins.append(Bin(index / BINS, len(here), confidence, right))
    return tuple(bins)


def expected_error(bins: Sequence[Bin]) -> float:
    """Return the expected calibration error: how far confidences are off, on average."""
    total = sum(one.detections for one in bins)
    off = sum(one.detections * abs(one.confidence - one.right) for one in bins)
    return off / total if total else 0.0


def confusion(observed: Sequence[Observed]) -> Confusion:
    """Match each labelled container with the surest believed container on its box."""
    labels = (*CONTAINERS, BACKGROUND)
    counts = [[0] * len(labels) for _ in labels]
    for one in observed:
        left = [
            each
            for each in one.found or ()
            if each.label in CONTAINERS and each.confidence >= _BELIEVED
        ]
        for label in CONTAINERS:
            for box in true_boxes(one, label):
                on_it = [each for each in left if overlap(each.box, box) >= _HIT_IOU]
                said = on_it[0].label if on_it else BACKGROUND
                counts[labels.index(label)][labels.index(said)] += 1
                left = [each for each in left if each not in on_it]
        for each in left:
            counts[-1][labels.index(each.label)] += 1
    return Confusion(labels, tuple(map(tuple, counts)))


def _lies_right(one: Observed, label: str, box: tuple[float, float, float, float]) -> bool:
    return any(overlap(box, other) >= _HIT_IOU for other in true_boxes(one, label))
