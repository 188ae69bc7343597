"""What a picture is like, whatever it shows: for a lens that is covered and a camera that is stuck.

Only the worker's half loads this module.
"""

from __future__ import annotations

import hashlib

import cv2
import numpy as np
from numpy.typing import NDArray

from rvm_edge.decision import PictureFigures

_BRIGHT_SHARE = 0.05
_LEVELS = 256


def figures_of(picture: NDArray[np.uint8]) -> PictureFigures:
    """Measure a picture.

    Args:
        picture: shape (height, width, 3), blue green red.
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    counts = cv2.calcHist([grey], [0], None, [_LEVELS], [0, _LEVELS]).ravel().astype(np.int64)
    levels = np.arange(_LEVELS)
    mean = float(counts @ levels) / grey.size
    variance = float(counts @ (levels - mean) ** 2) / grey.size
    at_least = np.cumsum(counts[::-1])[::-1]
    return PictureFigures(
        luma_mean=round(mean, 2),
        luma_deviation=round(variance**0.5, 2),
        luma_bright=float(np.flatnonzero(at_least >= _BRIGHT_SHARE * grey.size)[-1]),
        pixels=hashlib.sha256(np.ascontiguousarray(picture).data).hexdigest(),
        width=picture.shape[1],
        height=picture.shape[0],
    )
