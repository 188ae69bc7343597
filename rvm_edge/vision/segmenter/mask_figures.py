"""Measuring masks. Only the worker's half loads this module."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from rvm_edge.vision.segmenter.opinion import MaskFigures

Mask = NDArray[np.bool_]
"""Shape (height, width); true where the thing is."""

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels."""

_CRUMB = 0.02
"""A part smaller than this share of the largest one is a crumb."""

_CHAMBER = 0.5
"""What covers more of the picture is not a thing in the chamber, but the chamber."""

_OURS = 0.3
"""A thing that lies on the item with more than this share of its area belongs to it."""


def measure(item: Mask, box: Box, others: Iterable[Mask] = ()) -> MaskFigures:
    """Measure an item's mask.

    Args:
        item: where the item is.
        box: where the detector saw it.
        others: where other things may be, each the answer to one question of the segmenter; those
            that are the item again, or the chamber, are left out.
    """
    parts = _parts(item)
    if not parts:
        return MaskFigures()
    outline = _outline(parts[0])
    hull = max(1.0, cv2.contourArea(cv2.convexHull(outline)))
    long, short = sorted(_sides(outline), reverse=True)
    beside, reaching = _others(item, others)
    total = int(item.sum())
    in_box = int(item[_window(item, box)].sum())
    box_area = (box[2] - box[0]) * (box[3] - box[1])
    return MaskFigures(
        area=_share(total, item.size),
        aspect=round(long / short, 3),
        solidity=_share(cv2.contourArea(outline), hull),
        fill=_share(in_box, box_area),
        inside=_share(in_box, total),
        parts=len(parts),
        beside=_share(beside, item.size),
        reaching=_share(reaching, item.size),
    )


def cut_out(picture: NDArray[np.uint8], item: Mask) -> NDArray[np.uint8]:
    """Return a picture with everything but the item blanked to grey.

    Args:
        picture: shape (height, width, 3).
        item: of the same height and width.
    """
    blank = np.full_like(picture, 128)
    return np.where(item[:, :, None], picture, blank)


def _parts(item: Mask) -> list[Mask]:
    """Return the separate parts of a mask without crumbs, the largest first."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(item.astype(np.uint8))
    areas = {number: int(stats[number, cv2.CC_STAT_AREA]) for number in range(1, count)}
    largest = max(areas.values(), default=0)
    kept = [number for number, area in areas.items() if area >= _CRUMB * largest]
    return [labels == number for number in sorted(kept, key=lambda number: -areas[number])]


def _outline(part: Mask) -> NDArray[np.int32]:
    found, _ = cv2.findContours(part.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(max(found, key=cv2.contourArea), dtype=np.int32)


def _sides(outline: NDArray[np.int32]) -> tuple[float, float]:
    """Return the sides of the narrowest rectangle around an outline, in pixels, one at least."""
    points = cv2.convexHull(outline).reshape(-1, 2)
    width, height = cv2.minAreaRect(points)[1]
    # The outline runs through the middle of its pixels.
    return float(width) + 1.0, float(height) + 1.0


def _others(item: Mask, others: Iterable[Mask]) -> tuple[int, int]:
    """Return the area of the largest other thing away from the edge, and of one at the edge."""
    beside = reaching = 0
    for one in others:
        covered = int(one.sum())
        if not covered or covered > _CHAMBER * one.size:
            continue
        if int((one & item).sum()) > _OURS * covered or _spans(one):
            continue
        apart = int((one & ~item).sum())
        if _at_edges(one):
            reaching = max(reaching, apart)
        else:
            beside = max(beside, apart)
    return beside, reaching


def _at_edges(one: Mask) -> int:
    """Count the picture's edges that a thing touches."""
    return sum(bool(edge.any()) for edge in _edges(one))


def _spans(one: Mask) -> bool:
    """Say whether a thing goes from edge to opposite edge: a wall, the belt, a rail."""
    top, right, bottom, left = (bool(edge.any()) for edge in _edges(one))
    return (top and bottom) or (left and right)


def _edges(one: Mask) -> tuple[Mask, Mask, Mask, Mask]:
    return one[0], one[:, -1], one[-1], one[:, 0]


def _window(item: Mask, box: Box) -> tuple[slice, slice]:
    height, width = item.shape
    columns = (max(0, min(width, round(edge))) for edge in box[::2])
    rows = (max(0, min(height, round(edge))) for edge in box[1::2])
    ((left, right),) = pairwise(columns)
    ((top, bottom),) = pairwise(rows)
    return slice(top, bottom), slice(left, right)


def _share(part: float, whole: float) -> float:
    return round(min(1.0, part / whole), 4) if whole > 0 else 0.0
