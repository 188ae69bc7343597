"""How often the eyes are right on the sample pictures, and what they said of each.

python -m rvm_edge.vision.scoring                   the figures in data/samples/README.md
python -m rvm_edge.vision.scoring --write FILE      the golden decisions that tests compare with
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from rvm_edge.item import Reason
from rvm_edge.packaged import model_file, samples_dir
from rvm_edge.settings import VisionSettings
from rvm_edge.vision.backends.choosing import load_chosen
from rvm_edge.vision.classes import PET
from rvm_edge.vision.model_store import MANIFEST, choose
from rvm_edge.vision.stills import judge_stills
from rvm_edge.vision.wire import Found


class Sample(msgspec.Struct, frozen=True):
    """One picture of the manifest and what is truly in it.

    Attributes:
        name: of the picture, without suffix.
        path: its file.
        classes: of the items in it; empty for a chamber without one of the known containers.
        not_empty: something is still inside one of them.
    """

    name: str
    path: Path
    classes: tuple[str, ...]
    not_empty: bool

    @property
    def should_accept(self) -> bool:
        """Say whether it shows exactly one PET bottle, empty."""
        return self.classes == (PET,) and not self.not_empty


class Decision(msgspec.Struct, frozen=True):
    """What the eyes said of one sample."""

    name: str
    reason: Reason
    found: tuple[Found, ...]


def read_samples(folder: Path) -> tuple[Sample, ...]:
    """Read a sample folder's manifest; a picture with two items has two rows."""
    with (folder / "manifest.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return tuple(
        Sample(
            name=name,
            path=folder / "images" / f"{name}.jpg",
            classes=tuple(
                row["class"] for row in rows if row["name"] == name and row["class"] != "none"
            ),
            not_empty=any(row["not_empty"] == "1" for row in rows if row["name"] == name),
        )
        for name in dict.fromkeys(row["name"] for row in rows)
    )


def decide_samples(samples: Sequence[Sample], settings: VisionSettings) -> tuple[Decision, ...]:
    """Judge each sample as an item with one picture, with the model that the project ships."""
    chosen = choose(settings, model_file(MANIFEST).parent)
    detector = load_chosen(chosen, settings)
    rule = settings.rule_with(detector.thresholds)
    decisions = []
    for sample in samples:
        verdict = judge_stills(detector, [sample.path], rule).verdict
        found = tuple(
            Found(one.label, round(one.confidence, 4), _rounded(one.box))
            for one in verdict.detections[0]
        )
        decisions.append(Decision(sample.name, verdict.reason, found))
    return tuple(decisions)


def summary(samples: Sequence[Sample], decisions: Sequence[Decision]) -> str:
    """Return the figures as text."""
    pairs = list(zip(samples, decisions, strict=True))
    wanted = [one.reason for sample, one in pairs if sample.should_accept]
    unwanted = [one.reason for sample, one in pairs if not sample.should_accept]
    taken, fooled = wanted.count(Reason.EMPTY_PET), unwanted.count(Reason.EMPTY_PET)
    reasons = Counter(one.reason.value for one in decisions)
    return "\n".join(
        [
            f"pictures                          {len(pairs)}",
            f"accepted of those that should be  {taken} of {len(wanted)}",
            f"accepted of those that should not {fooled} of {len(unwanted)}",
            f"right                             {taken + len(unwanted) - fooled} of {len(pairs)}",
            *(f"  {reason:<32}{count}" for reason, count in sorted(reasons.items())),
        ]
    )


def main(arguments: Sequence[str]) -> int:
    """Print the figures, or write the golden decisions."""
    samples = read_samples(samples_dir())
    decisions = decide_samples(samples, VisionSettings())
    if arguments[:1] == ["--write"]:
        lines = [msgspec.json.encode(one).decode() for one in decisions]
        Path(arguments[1]).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return 0
    print(summary(samples, decisions))  # noqa: T201 - this is the terminal's edge
    return 0


def _rounded(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (round(value, 1) for value in box)
    return x1, y1, x2, y2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
