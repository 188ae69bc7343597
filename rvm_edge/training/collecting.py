"""A machine's own pictures, laid out for a labelling tool, with labels proposed by its model."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from rvm_edge.item import Detection
from rvm_edge.training.dataset import (
    CLASSES,
    CONTAINERS,
    SPLITS,
    Thing,
    format_labels,
)
from rvm_edge.vision.classes import NOT_EMPTY
from rvm_edge.vision.detector import Detector
from rvm_edge.vision.evidence import overlap
from rvm_edge.vision.picture import PictureUnreadableError, read_picture, sniff
from rvm_edge.vision.picture_files import read_file

_BELIEVED = 0.25
_SAME_BOX_IOU = 0.5
_HELD_BACK = 5
"""One picture in so many is for `val`."""

_COLUMNS = ("name", "split", "inserted_at", "accepted", "reason", "label", "confidence", "proposed")


class CollectError(Exception):
    """The folder cannot be written. The message says why."""


class Kept(msgspec.Struct, frozen=True):
    """One picture that a machine kept.

    Attributes:
        name: the item's UUID.
        path: the picture.
        inserted_at: when, ISO 8601.
        accepted: whether the item was taken.
        reason: why.
        label: the class that decided, or "".
        confidence: of that class.
    """

    name: str
    path: Path
    inserted_at: str
    accepted: bool
    reason: str
    label: str
    confidence: float


class Collected(msgspec.Struct, frozen=True):
    """What became of the pictures.

    Attributes:
        train: how many were put there.
        val: likewise.
        already: how many lay there from an earlier time; their labels were left alone.
        unreadable: how many could not be read.
    """

    train: int = 0
    val: int = 0
    already: int = 0
    unreadable: int = 0


def collect(pictures: Sequence[Kept], detector: Detector, out: Path) -> Collected:
    """Copy pictures into a data folder and propose labels for the new ones.

    A label that lies there already is never overwritten: somebody may have corrected it. Which
    split a picture is put in depends on its item's UUID alone, so that it stays there for good.

    Raises:
        CollectError: the folder cannot be written.
        ModelError: the model gave something that is no answer.
    """
    try:
        for split in SPLITS:
            (out / "images" / split).mkdir(parents=True, exist_ok=True)
            (out / "labels" / split).mkdir(parents=True, exist_ok=True)
        (out / "data.yaml").write_text(_DATA_YAML, encoding="utf-8")
        (out / "classes.txt").write_text("".join(f"{one}\n" for one in CLASSES), encoding="utf-8")
        return _copy(pictures, detector, out)
    except OSError as error:
        raise CollectError(f"{out} cannot be written: {error.strerror}") from error


def propose(found: Sequence[Detection], size: tuple[int, int]) -> tuple[Thing, ...]:
    """Turn what a model found into labels for a person to correct.

    Of containers on one box only the surest is proposed; `not_empty` is said of the container that
    it lies on.
    """
    chosen: list[Detection] = []
    for one in found:
        free = all(overlap(one.box, other.box) < _SAME_BOX_IOU for other in chosen)
        if one.label in CONTAINERS and one.confidence >= _BELIEVED and free:
            chosen.append(one)
    filled = [one.box for one in found if one.label == NOT_EMPTY and one.confidence >= _BELIEVED]
    things = []
    for one in chosen:
        not_empty = any(overlap(one.box, box) >= _SAME_BOX_IOU for box in filled)
        box = _as_shares(one.box, size)
        if box is not None:
            things.append(Thing(one.label, box, not_empty))
    return tuple(things)


def split_of(name: str) -> str:
    """Return the split that a picture of this name belongs to, for good."""
    number = int.from_bytes(sha256(name.encode()).digest()[:4], "big")
    return "val" if number % _HELD_BACK == 0 else "train"


_DATA_YAML = f"""\
path: .
train: images/train
val: images/val
nc: {len(CLASSES)}
names: [{", ".join(CLASSES)}]
"""


def _copy(pictures: Sequence[Kept], detector: Detector, out: Path) -> Collected:
    counts = dict.fromkeys(("train", "val", "already", "unreadable"), 0)
    manifest = out / "manifest.tsv"
    fresh = not manifest.exists()
    with manifest.open("a", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, delimiter="\t", lineterminator="\n")
        if fresh:
            rows.writerow(_COLUMNS)
        for one in pictures:
            split = split_of(one.name)
            labels = out / "labels" / split / f"{one.name}.txt"
            if labels.exists():
                counts["already"] += 1
                continue
            try:
                data = read_file(one.path)
                pixels = read_picture(data, sniff(data))
            except PictureUnreadableError:
                counts["unreadable"] += 1
                continue
            things = propose(detector.detect(pixels), (pixels.shape[1], pixels.shape[0]))
            (out / "images" / split / f"{one.name}.jpg").write_bytes(data)
            labels.write_text(format_labels(things), encoding="ascii")
            rows.writerow(_row(one, split, things))
            counts[split] += 1
    return Collected(**counts)


def _row(one: Kept, split: str, things: Sequence[Thing]) -> tuple[str, ...]:
    proposed = " ".join(f"{each.label}{'+' if each.not_empty else ''}" for each in things)
    return (
        one.name,
        split,
        one.inserted_at,
        "1" if one.accepted else "0",
        one.reason,
        one.label,
        f"{one.confidence:.3f}",
        proposed,
    )


def _as_shares(
    box: tuple[float, float, float, float], size: tuple[int, int]
) -> tuple[float, float, float, float] | None:
    """Return centre and size as shares of the picture; None for a box without area."""
    x1, y1, x2, y2 = box
    width, height = (x2 - x1) / size[0], (y2 - y1) / size[1]
    if min(width, height) <= 1e-4:  # noqa: PLR2004 - nothing that five decimals can hold
        return None
    return (x1 + x2) / 2 / size[0], (y1 + y2) / 2 / size[1], width, height
