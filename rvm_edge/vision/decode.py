"""From the raw output of a YOLO11 detection model to boxes."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from rvm_edge.item import Detection
from rvm_edge.vision.letterbox import Geometry

_MOST = 100
"""No picture of the chamber holds more things; it bounds what a wild model can report."""


def decode(
    output: NDArray[np.float32],
    names: Sequence[str],
    geometry: Geometry,
    *,
    floor: float,
    nms_iou: float,
) -> tuple[Detection, ...]:
    """Turn one picture's output into detections, the most confident first.

    Boxes are thinned out (non-maximum suppression) within each class only. Classes never suppress
    each other: `not_empty` lies on the box of its container on purpose, and a box that is both
    `mineral` and, less surely, `soda` must keep both, because the rule rejects on the weaker one.

    Args:
        output: shape (1, 4 + classes, candidates); centre x, centre y, width, height in model
            pixels, then one score per class, 0 to 1.
        names: the classes in the model's order.
        geometry: how the picture lay in the model's square.
        floor: scores below this are dropped.
        nms_iou: two boxes of one class that overlap more are one thing.

    Raises:
        ValueError: the output has another shape, or holds values that are not finite.
    """
    rows = 4 + len(names)
    if output.ndim != 3 or output.shape[:2] != (1, rows):  # noqa: PLR2004 - see Args
        raise ValueError(f"the model's output has shape {output.shape}, not (1, {rows}, n)")
    if not np.isfinite(output).all():
        raise ValueError("the model's output holds values that are not finite")
    scores = output[0, 4:]  # (classes, candidates)
    labels, candidates = np.nonzero(scores >= floor)
    if labels.size == 0:
        return ()
    confidences = scores[labels, candidates]
    boxes = geometry.to_picture(_corners(output[0, :4, candidates]))
    kept = _suppress(boxes, confidences, labels, nms_iou)
    order = sorted(kept, key=lambda index: -confidences[index])[:_MOST]
    return tuple(
        Detection(
            label=names[labels[index]],
            confidence=min(1.0, float(confidences[index])),
            box=_as_box(boxes[index]),
        )
        for index in order
    )


def _corners(centred: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn (n, 4) centre x, centre y, width, height into (n, 4) x1, y1, x2, y2."""
    middle, half = centred[:, :2], centred[:, 2:] / 2
    return np.concatenate([middle - half, middle + half], axis=1)


def _suppress(
    boxes: NDArray[np.float32],
    confidences: NDArray[np.float32],
    labels: NDArray[np.intp],
    nms_iou: float,
) -> list[int]:
    """Return the indices of the boxes that stay; boxes of different classes do not compete."""
    sized = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
    kept = cv2.dnn.NMSBoxesBatched(
        sized.tolist(), confidences.tolist(), labels.tolist(), 0.0, nms_iou
    )
    return [int(index) for index in np.asarray(kept).reshape(-1)]


def _as_box(row: NDArray[np.float32]) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (float(value) for value in row)
    return x1, y1, x2, y2
