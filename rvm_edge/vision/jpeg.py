"""Making a picture short enough to be sent: as good as it can be within so many bytes."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from rvm_edge.vision.picture_header import MIN_SIDE

_QUALITIES = (90, 75, 60)
"""Tried in this order; below the last one a smaller picture shows more than a coarser one."""

_LEAST_STEP = 0.9
"""Each picture that is still too long is followed by one at most this large along its sides."""


class DoesNotFitError(Exception):
    """Not even the smallest picture that still shows something is short enough."""


def compress(picture: NDArray[np.uint8], most_bytes: int) -> bytes:
    """Return `picture` as a JPEG of at most `most_bytes` bytes.

    First the quality gives way, then the size. Its sides keep their proportion, and neither gets
    shorter than what `read_picture` takes for a picture.

    Args:
        picture: shape (height, width, 3), blue green red.
        most_bytes: how long the JPEG may be.

    Raises:
        DoesNotFitError: that cannot be done.
    """
    length, quality = 0, 0
    for quality in _QUALITIES:
        data = _encode(picture, quality)
        if len(data) <= most_bytes:
            return data
        length = len(data)
    height, width = picture.shape[:2]
    smallest = MIN_SIDE / min(width, height)
    scale = 1.0
    while scale > smallest:
        step = min(_LEAST_STEP, math.sqrt(max(0, most_bytes) / length))
        scale = max(smallest, scale * step)
        size = (max(MIN_SIDE, round(width * scale)), max(MIN_SIDE, round(height * scale)))
        smaller = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        data = _encode(np.asarray(smaller, dtype=np.uint8), quality)
        if len(data) <= most_bytes:
            return data
        length = len(data)
    raise DoesNotFitError(f"it does not fit into {most_bytes} bytes")


def _encode(picture: NDArray[np.uint8], quality: int) -> bytes:
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()
