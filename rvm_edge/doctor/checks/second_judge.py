"""Whether the second judge, where one is asked for, can be had."""

import hashlib
import importlib.util
from pathlib import Path

from rvm_edge.doctor.finding import Check, Finding, fine, note, warning
from rvm_edge.doctor.place import Place

_BLOCK = 1024 * 1024
_NEEDED = ("torch", "sam2")
_MATTERS = "The machine goes on without it: the acceptance rule alone decides."


def look(place: Place) -> Finding:
    """Hash the checkpoint, and see that its libraries are installed."""
    wanted = place.settings.vision.segmenter
    if not wanted.enabled:
        return note("none is asked for")
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        return warning(
            f"{' and '.join(missing)} cannot be imported", _MATTERS, "Install the extra ai."
        )
    digest = hashlib.sha256()
    try:
        with Path(wanted.checkpoint).open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except OSError as error:
        return warning(
            f"{wanted.checkpoint}: {error.strerror}",
            _MATTERS,
            "Fetch the weights, or correct vision.segmenter.checkpoint.",
        )
    found = digest.hexdigest()
    if found != wanted.checkpoint_sha256:
        return warning(
            f"{wanted.checkpoint} is another file than was pinned",
            f"{_MATTERS} It hashes to {found[:12]}…, not to {wanted.checkpoint_sha256[:12]}….",
            "Fetch the weights again, or correct vision.segmenter.checkpoint_sha256.",
        )
    return fine(f"SAM 2.1 {wanted.size} at {wanted.input_side} pixels ({found[:12]}…)")


CHECK = Check("second-judge", "Second judge", look)
