"""The thresholds that a model brings: chosen when it was trained, written into its metadata.

An ONNX file has such metadata. A `.pt` has none, nor has an engine: a manifest speaks for them.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from rvm_edge.settings import Thresholds
from rvm_edge.untrusted_json import read_json
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
        return read_json(text, Thresholds)
    except ValueError as error:
        raise ModelError(f"the model's thresholds cannot be used: {error}") from error


def thresholds_of(metadata: Mapping[str, str], vouched: Thresholds | None) -> Thresholds | None:
    """Return what counts for a model: a manifest's word on it before the file's own.

    Args:
        metadata: what the file says of itself.
        vouched: what a manifest that was believed says; None for no word on it.

    Raises:
        ModelError: see `read_thresholds`; a file that contradicts itself is not run on a manifest.
    """
    own = read_thresholds(metadata)
    return own if vouched is None else vouched


def floor_for(thresholds: Thresholds | None, floor: float) -> float:
    """Return from which confidence on detections are to be reported: no threshold lies below."""
    return floor if thresholds is None else min(floor, *msgspec.structs.astuple(thresholds))
