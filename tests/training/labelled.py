"""Labelled pictures and findings for the tests, without a model."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from rvm_edge.item import Detection
from rvm_edge.training.dataset import CLASSES, LabelledPicture, Thing, format_labels
from rvm_edge.training.evaluation import Observed

BOX = (0.5, 0.5, 0.4, 0.8)
PIXELS = (30.0, 10.0, 70.0, 90.0)
"""`BOX` in a picture of 100 by 100."""

NAMES_LINE = f"names: [{', '.join(CLASSES)}]\n"

EMPTY = (Thing("mineral", BOX),)
FULL = (Thing("mineral", BOX, not_empty=True),)
CAN = (Thing("soda", BOX),)


def picture(things: tuple[Thing, ...], name: str = "one") -> LabelledPicture:
    return LabelledPicture(Path(f"{name}.jpg"), things)


def observed(
    things: tuple[Thing, ...], *, place: str = "here", name: str = "one", **found: float
) -> Observed:
    """A picture of 100 by 100 in which each class was found on `PIXELS`, so surely."""
    detections = tuple(
        Detection(label, confidence, PIXELS)
        for label, confidence in sorted(found.items(), key=lambda one: -one[1])
    )
    return Observed(picture(things, name), place, detections, (100, 100))


def write_folder(
    folder: Path, pictures: dict[str, tuple[Thing, ...]], splits: tuple[str, ...]
) -> None:
    """Write a data folder; every split holds the same pictures, of noise with a grey box."""
    random = np.random.default_rng(0)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "data.yaml").write_text(NAMES_LINE)
    for split in splits:
        images, labels = folder / "images" / split, folder / "labels" / split
        images.mkdir(parents=True)
        labels.mkdir(parents=True)
        for name, things in pictures.items():
            pixels = random.integers(0, 255, (64, 64, 3), dtype=np.uint8)
            for thing in things:
                x1, y1, x2, y2 = (round(one * 64) for one in thing.corners)
                pixels[y1:y2, x1:x2] = 40 * CLASSES.index(thing.label) % 255
            cv2.imwrite(str(images / f"{name}.jpg"), pixels)
            (labels / f"{name}.txt").write_text(format_labels(things))
