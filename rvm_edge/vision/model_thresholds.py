"""The thresholds that a model brings: chosen when it was trained, written into its metadata."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from rvm_edge.settings import Thresholds
from rvm_edge.vision.detector import ModelError

KEY = "rvm_thresholds"
_MOST_CHARACTERS = 10_000


def read_thresholds(metadata: Mapping[str, str]) -> Thresholds | None:
    """Return a model's own thresholds, or None for a model that brings none.

    Raises:
        ModelError: what stands there is no set of thresholds; a model that meant to be strict must
            not be run with figures that it does not know.
    """
    text = metadata.get(KEY)
    if text is None:
        return None
    try:
        if len(text) > _MOST_CHARACTERS:
            raise ValueError("too long")
        return msgspec.json.decode(text, type=Thresholds)
    except ValueError as error:
        raise ModelError(f"the model's thresholds cannot be used: {error}") from error


def floor_for(thresholds: Thresholds | None, floor: float) -> float:
    """Return from which confidence on detections are to be reported: no threshold lies below."""
    return floor if thresholds is None else min(floor, *msgspec.structs.astuple(thresholds))
