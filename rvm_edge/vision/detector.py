"""What a detector is, whichever library runs its model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rvm_edge.item import Detection
from rvm_edge.settings import Thresholds


class ModelError(Exception):
    """A model cannot be used: missing, damaged, or not one of ours. The message says which."""


class Detector(Protocol):
    """Finds things in one picture."""

    @property
    def names(self) -> Sequence[str]:
        """The classes, in the model's order."""
        ...

    @property
    def model_hash(self) -> str:
        """SHA-256 of the model's file, in hex."""
        ...

    @property
    def thresholds(self) -> Thresholds | None:
        """The thresholds that the model brings; None for one that brings none."""
        ...

    def detect(self, picture: NDArray[np.uint8]) -> tuple[Detection, ...]:
        """Find things.

        Args:
            picture: shape (height, width, 3), blue green red.

        Returns:
            Detections in the picture's own pixels, the most confident first.

        Raises:
            ModelError: the model gave something that is no answer.
        """
        ...
