"""Labelled pictures in a folder: YOLO text files, read and checked at the door."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from rvm_edge.vision.classes import NOT_EMPTY, PET

CLASSES = ("mineral", "soda", "milk", "yogurt", "dishwasher", "non_mineral", NOT_EMPTY)
"""The order of the class numbers in every label file."""

CONTAINERS = CLASSES[:-1]
"""What a thing can be; `not_empty` is said of a thing, and is none."""

SPLITS = ("train", "val")

_SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})
_MOST_PICTURES = 100_000
_MOST_LABEL_BYTES = 64 * 1024
_SAME_BOX_IOU = 0.5
_FIELDS = 5
_NAMES = re.compile(r"^names:[ \t]*(\[[^\]]*\]|(?:\n[ \t]*(?:-|\d+:)[^\n]*)+)", re.MULTILINE)


class DatasetError(Exception):
    """A data folder cannot be used. The message says which file, which line and why."""


class Thing(msgspec.Struct, frozen=True):
    """One labelled container.

    Attributes:
        label: its class, one of `CONTAINERS`.
        box: centre x, centre y, width, height, as shares of the picture.
        not_empty: something is inside; in the file a second label on the same box.
    """

    label: str
    box: tuple[float, float, float, float]
    not_empty: bool = False

    @property
    def corners(self) -> tuple[float, float, float, float]:
        """The box as x1, y1, x2, y2, as shares of the picture."""
        x, y, width, height = self.box
        return x - width / 2, y - height / 2, x + width / 2, y + height / 2


class LabelledPicture(msgspec.Struct, frozen=True):
    """One picture and what is in it; nothing, for a picture without a container."""

    path: Path
    things: tuple[Thing, ...]

    @property
    def should_accept(self) -> bool:
        """Say whether it shows exactly one PET bottle, empty."""
        return [(one.label, one.not_empty) for one in self.things] == [(PET, False)]

    @property
    def cause(self) -> str:
        """Why it should be taken or handed back, in a word or two; what figures are grouped by."""
        if not self.things:
            return "no_container"
        if len(self.things) > 1:
            return "several_items"
        thing = self.things[0]
        if thing.label != PET:
            return thing.label
        return "pet_not_empty" if thing.not_empty else "pet_empty"


def read_split(folder: Path, split: str) -> tuple[LabelledPicture, ...]:
    """Read one split of a data folder: `images/<split>/*` and `labels/<split>/*.txt`.

    A folder without splits is read whole: `images/*` and `labels/*.txt`.

    Raises:
        DatasetError: the folder, a label file or the order of the classes is not as it must be.
    """
    _check_names(folder / "data.yaml")
    images, labels = folder / "images", folder / "labels"
    if any((images / one).is_dir() for one in SPLITS):
        images, labels = images / split, labels / split
    if not images.is_dir():
        raise DatasetError(f"there is no folder {images}")
    paths = sorted(one for one in images.iterdir() if one.suffix.lower() in _SUFFIXES)
    if not 0 < len(paths) <= _MOST_PICTURES:
        raise DatasetError(f"{images} holds {len(paths)} pictures, not 1 to {_MOST_PICTURES}")
    return tuple(LabelledPicture(path, _read_labels(labels / f"{path.stem}.txt")) for path in paths)


def parse_labels(text: str) -> tuple[Thing, ...]:
    """Read one label file's text.

    Raises:
        ValueError: with the line's number and what is wrong with it.
    """
    rows = [_parse_row(number, line) for number, line in _lines(text)]
    things = [Thing(label, box) for _, label, box in rows if label != NOT_EMPTY]
    for number, label, box in rows:
        if label == NOT_EMPTY:
            _mark(things, number, box)
    return tuple(things)


def format_labels(things: tuple[Thing, ...]) -> str:
    """Return a label file's text; `parse_labels` reads it back."""
    lines = []
    for thing in things:
        numbers = " ".join(f"{value:.5f}" for value in thing.box)
        lines.append(f"{CLASSES.index(thing.label)} {numbers}\n")
        if thing.not_empty:
            lines.append(f"{CLASSES.index(NOT_EMPTY)} {numbers}\n")
    return "".join(lines)


def overlap(one: Thing, box: tuple[float, float, float, float]) -> float:
    """Return intersection over union of a thing and a box, both as centre and size."""
    other = Thing(one.label, box)
    a, b = one.corners, other.corners
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    common = max(0.0, width) * max(0.0, height)
    return common / (one.box[2] * one.box[3] + box[2] * box[3] - common)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield number, line


def _parse_row(number: int, line: str) -> tuple[int, str, tuple[float, float, float, float]]:
    fields = line.split()
    if len(fields) != _FIELDS:
        raise ValueError(f"line {number}: {len(fields)} fields, not class, x, y, width, height")
    try:
        index = int(fields[0])
        x, y, width, height = (float(one) for one in fields[1:])
    except ValueError:
        raise ValueError(f"line {number}: not five numbers") from None
    if not 0 <= index < len(CLASSES):
        raise ValueError(f"line {number}: class {index} is not 0 to {len(CLASSES) - 1}")
    inside = all(math.isfinite(one) and 0 <= one <= 1 for one in (x, y, width, height))
    if not inside or width == 0 or height == 0:
        raise ValueError(f"line {number}: the box does not lie in the picture")
    return number, CLASSES[index], (x, y, width, height)


def _mark(things: list[Thing], number: int, box: tuple[float, float, float, float]) -> None:
    """Say of the thing that lies in this box that it is not empty."""
    best = max(range(len(things)), key=lambda one: overlap(things[one], box), default=None)
    if best is None or overlap(things[best], box) < _SAME_BOX_IOU:
        raise ValueError(f"line {number}: {NOT_EMPTY} lies on no container's box")
    things[best] = Thing(things[best].label, things[best].box, not_empty=True)


def _read_labels(path: Path) -> tuple[Thing, ...]:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_LABEL_BYTES + 1)
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > _MOST_LABEL_BYTES:
        raise DatasetError(f"{path} is larger than {_MOST_LABEL_BYTES} bytes")
    try:
        return parse_labels(content.decode("ascii"))
    except ValueError as error:
        raise DatasetError(f"{path}: {error}") from error


def _check_names(path: Path) -> None:
    """Refuse a folder whose `data.yaml` names other classes, or names ours in another order."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path} cannot be read") from error
    found = _NAMES.search(text)
    listed = re.findall(r"[A-Za-z_][\w-]*", found[1]) if found else []
    if tuple(listed) != CLASSES:
        raise DatasetError(f"{path} must say names: [{', '.join(CLASSES)}]")
