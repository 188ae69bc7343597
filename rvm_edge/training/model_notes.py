"""What is written into a model beside its weights: where it comes from and how to read it."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import msgspec

from rvm_edge import __version__
from rvm_edge.settings import Thresholds
from rvm_edge.training.dataset import CLASSES, LabelledPicture, format_labels
from rvm_edge.training.recipe import Recipe
from rvm_edge.vision.picture_files import read_file


class ModelNotes(msgspec.Struct, frozen=True):
    """Where a model comes from.

    Attributes:
        weights_sha256: of the checkpoint that was exported, in hex.
        start_sha256: of the weights that training began from, in hex; "" for random ones.
        data_sha256: of the pictures and labels trained on, in hex; see `fingerprint`.
        pictures: how many those are.
        recipe: the figures of the run.
    """

    weights_sha256: str
    start_sha256: str
    data_sha256: str
    pictures: int
    recipe: Recipe


def as_metadata(notes: ModelNotes, thresholds: Thresholds, description: str) -> dict[str, str]:
    """Return what the ONNX file carries.

    The first keys are those that Ultralytics writes, so that its own loader takes the file; those
    that begin with `rvm_` are ours, as JSON.
    """
    side = notes.recipe.side
    return {
        "description": description,
        "author": f"MyRVM-Edge {__version__}",
        "license": "AGPL-3.0-only (Ultralytics code and weights underneath)",
        "task": "detect",
        "head": "Detect",
        "stride": "32",
        "batch": "1",
        "channels": "3",
        "imgsz": str([side, side]),
        "names": str(dict(enumerate(CLASSES))),
        "end2end": "False",
        "rvm_thresholds": msgspec.json.encode(thresholds).decode(),
        "rvm_notes": msgspec.json.encode(notes).decode(),
    }


def fingerprint(pictures: tuple[LabelledPicture, ...]) -> str:
    """Return one SHA-256 over all pictures and labels, in hex, whatever the folder is called."""
    whole = sha256()
    for picture in pictures:
        whole.update(sha256(read_file(picture.path)).digest())
        whole.update(sha256(format_labels(picture.things).encode()).digest())
    return whole.hexdigest()


def file_sha256(path: Path | None) -> str:
    """Return a file's SHA-256 in hex; "" for none."""
    return sha256(path.read_bytes()).hexdigest() if path else ""
