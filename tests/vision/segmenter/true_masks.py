"""The figures of the true masks that come with the sample pictures, as the documentation has them.

    python -m tests.vision.segmenter.true_masks

prints the table for `docs/explanation/the-second-judge.md`.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from rvm_edge.packaged import samples_dir
from rvm_edge.settings import ShapeSettings
from rvm_edge.vision.segmenter.mask_figures import Box, Mask, measure
from rvm_edge.vision.segmenter.mask_rule import objection
from rvm_edge.vision.segmenter.opinion import MaskFigures

_BESIDE = 10
"""A mask's value is the item's number, plus this where liquid is seen."""


@dataclass(frozen=True)
class TrueItem:
    """One item of the samples as a perfect segmenter would see it.

    Attributes:
        name: of its picture.
        kind: as in the manifest: pet, can, glass, hand, ...
        label: its class, or "none".
        damage: new, dent or crush; "-" for what is no container.
        empty: nothing is inside.
        figures: of its mask, with the other items of the picture as the others.
    """

    name: str
    kind: str
    label: str
    damage: str
    empty: bool
    figures: MaskFigures


def true_items() -> Iterator[TrueItem]:
    """Yield every item of the sample pictures."""
    with (samples_dir() / "manifest.tsv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["instance"] != "0"]
    for row in rows:
        grey = cv2.imread(str(samples_dir() / "masks" / f"{row['name']}.png"), cv2.IMREAD_GRAYSCALE)
        assert grey is not None
        numbers = np.asarray(grey) % _BESIDE
        own = int(row["instance"])
        masks = {number: numbers == number for number in set(np.unique(numbers).tolist()) - {0}}
        yield TrueItem(
            row["name"],
            row["kind"],
            row["class"],
            row["damage"],
            row["not_empty"] == "0",
            measure(masks[own], box_around(masks[own]), [masks[n] for n in masks if n != own]),
        )


def box_around(mask: Mask) -> Box:
    """Return the smallest box around a mask."""
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    return float(x), float(y), float(x + width), float(y + height)


def table() -> Iterator[str]:
    """Yield the lines of the table."""
    items = list(true_items())
    bottles = [one for one in items if one.label == "mineral" and not _accompanied(one)]
    groups = {
        f"PET bottles, {words}": [one for one in bottles if one.damage == damage]
        for damage, words in (("new", "new"), ("dent", "dented"), ("crush", "crushed"))
    }
    groups["other containers"] = [
        one for one in items if one.label not in ("mineral", "none") and not _accompanied(one)
    ]
    groups["no container, no hand"] = [
        one for one in items if one.label == "none" and one.kind != "hand"
    ]
    groups["a hand"] = [one for one in items if one.kind == "hand"]
    groups["one of two items"] = [one for one in items if _accompanied(one)]
    yield "| True masks | Items | Area | Aspect | Solidity | Fill | Parts | Beside | Refused |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for name, group in groups.items():
        ranges = " | ".join(
            _range([float(getattr(one.figures, figure)) for one in group], digits)
            for figure, digits in (("area", 3), ("aspect", 1), ("solidity", 2), ("fill", 2))
        )
        parts = _range([float(one.figures.parts) for one in group], 0)
        others = [max(one.figures.beside, one.figures.reaching) for one in group]
        refused = sum(objection(one.figures, ShapeSettings()) is not None for one in group)
        yield (
            f"| {name} | {len(group)} | {ranges} | {parts} | {_range(others, 3)} "
            f"| {refused} of {len(group)} |"
        )


def _accompanied(one: TrueItem) -> bool:
    return one.figures.beside > 0 or one.figures.reaching > 0


def _range(values: list[float], digits: int) -> str:
    low, high = f"{min(values):.{digits}f}", f"{max(values):.{digits}f}"
    return low if low == high else f"{low}–{high}"


if __name__ == "__main__":
    sys.stdout.write("\n".join(table()) + "\n")
