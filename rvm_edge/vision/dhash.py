"""The difference hash of a bottle's cut: 64 bits that change little when the picture does.

The algorithm is Neal Krawetz's dHash: shrink to 9 by 8 grey cells, and note for each row whether a
cell is brighter than the one on its left (https://www.hackerfactor.com/blog/index.php?/archives/
529-Kind-of-Like-That.html). It stands light and a little shift; it does not stand a bottle that
lies turned by more than a few degrees. Only the worker's half loads this module.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from rvm_edge.item import Detection
from rvm_edge.vision.classes import PET

_COLUMNS, _ROWS = 9, 8
_SMALLEST = 16


def dhash_of_bottle(picture: NDArray[np.uint8], found: Sequence[Detection]) -> str:
    """Return the hash of the surest bottle in a picture, 16 hex digits; "" if none is there.

    Args:
        picture: shape (height, width, 3), blue green red.
        found: what the detector saw in it.
    """
    bottles = [one for one in found if one.label == PET]
    if not bottles:
        return ""
    height, width = picture.shape[:2]
    left, top, right, bottom = max(bottles, key=lambda one: (one.confidence, one.box)).box
    cut = picture[
        max(0, int(top)) : min(height, int(bottom)), max(0, int(left)) : min(width, int(right))
    ]
    if min(cut.shape[:2]) < _SMALLEST:
        return ""
    return dhash(cut)


def dhash(picture: NDArray[np.uint8]) -> str:
    """Return the hash of a whole picture, 16 hex digits."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    cells = cv2.resize(grey, (_COLUMNS, _ROWS), interpolation=cv2.INTER_AREA)
    bits = (cells[:, 1:] > cells[:, :-1]).ravel()
    return np.packbits(bits).tobytes().hex()
