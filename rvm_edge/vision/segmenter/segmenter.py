"""What a segmenter is, whichever model it runs."""

from __future__ import annotations

from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from rvm_edge.vision.segmenter.mask_figures import Box, Mask


class SegmenterError(Exception):
    """The second judge cannot be had. The message says why, in one line."""


class Segmentation(msgspec.Struct, frozen=True):
    """The things in one picture, each as a mask of the picture's own height and width.

    Attributes:
        item: what lies in the box that was asked about.
        others: what was found at the points beside it, most of it often the chamber itself.
    """

    item: Mask
    others: tuple[Mask, ...] = ()


class Segmenter(Protocol):
    """Finds the outline of a thing that the detector put into a box."""

    @property
    def name(self) -> str:
        """Which model it is, for the record."""
        ...

    def segment(self, picture: NDArray[np.uint8], box: Box, probes: int) -> Segmentation:
        """Find the item, and what else lies there.

        Args:
            picture: shape (height, width, 3), blue green red.
            box: where the detector saw the item, in the picture's pixels.
            probes: ask at so many by so many points what else lies there; 0 for not at all.

        Raises:
            SegmenterError: the model gave something that is no answer.
        """
        ...
