"""What is known of one item when the acceptance rule is asked, and how it is to be read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from rvm_edge.decision import Likeness, PictureFigures
from rvm_edge.item import Detection
from rvm_edge.settings import AcceptanceSettings
from rvm_edge.vision.classes import PET, REQUIRED


class Deciding(NamedTuple):
    """What a check decided upon; empty where it was the lack of something."""

    label: str = ""
    confidence: float = 0.0


class Signs(msgspec.Struct, frozen=True):
    """What the pictures tell beside the things that are in them. Nothing of it need be known.

    Attributes:
        figures: per picture what it is like; None for one that could not be read.
        dhashes: per picture how the bottle in it looks, "" without one; see `Likeness`.
        dark: what the picture with the lamp off is like.
        earlier: how items looked that were credited although nobody confirmed their drop.
    """

    figures: Sequence[PictureFigures | None] = ()
    dhashes: Sequence[str] = ()
    dark: PictureFigures | None = None
    earlier: Sequence[Likeness] = ()


NO_SIGNS = Signs()


class Evidence(msgspec.Struct, frozen=True):
    """Everything that is known of one item.

    Attributes:
        frames: per picture its detections, or None for a picture that could not be read.
        weight_g: from the scale; None where none is fitted.
        elapsed_s: how long the verdict took.
        settings: the rule's figures.
        signs: what else the pictures tell.
    """

    frames: Sequence[Sequence[Detection] | None]
    weight_g: float | None
    elapsed_s: float
    settings: AcceptanceSettings
    signs: Signs = NO_SIGNS

    def best(self, *labels: str) -> Deciding | None:
        """Return the surest believed detection of these classes in any frame, or None."""
        found = [
            Deciding(one.label, one.confidence)
            for frame in self.frames
            for one in frame or ()
            if one.label in labels and believed(one, self.settings)
        ]
        return max(found, key=_by_confidence, default=None)

    def bottles(self) -> Iterator[tuple[Detection, ...]]:
        """Yield, for each frame, the PET bottles believed enough to be there."""
        for frame in self.frames:
            yield tuple(
                one for one in frame or () if one.label == PET and believed(one, self.settings)
            )

    def surest_bottle(self) -> Deciding | None:
        """Return the surest bottle of any frame, however unsure, or None."""
        found = [Deciding(PET, one.confidence) for frame in self.bottles() for one in frame]
        return max(found, key=_by_confidence, default=None)

    def votes(self) -> int:
        """Count the frames that show a PET bottle surely enough to take it."""
        return sum(shows_bottle(frame or (), self.settings) for frame in self.frames)

    def votes_needed(self) -> int:
        """Return how many frames must agree; unreadable frames count as frames that do not."""
        return max(1, math.ceil(self.settings.quorum * len(self.frames) - 1e-9))

    def likeness(self) -> Likeness:
        """Return how the item looks."""
        return Likeness(tuple(one for one in self.signs.dhashes if one), self.weight_g)


def believed(one: Detection, settings: AcceptanceSettings) -> bool:
    """Say whether a detection is sure enough to count as a thing that is there.

    A confidence that is not a number counts: it can only speak against the item, because taking
    one asks for more than being there.
    """
    name = one.label if one.label in REQUIRED else "other"
    threshold: float = getattr(settings.thresholds, "mineral_seen" if name == PET else name)
    return not one.confidence < threshold


def shows_bottle(frame: Sequence[Detection], settings: AcceptanceSettings) -> bool:
    """Say whether a frame shows a PET bottle surely enough to take it."""
    enough = settings.thresholds.mineral
    return any(one.label == PET and one.confidence >= enough for one in frame)


def overlap(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> float:
    """Return intersection over union of two boxes (x1, y1, x2, y2); 0 for boxes without area."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    common = max(0.0, width) * max(0.0, height)
    both = _area(one) + _area(other) - common
    return common / both if both > 0 else 0.0


def _area(box: tuple[float, float, float, float]) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _by_confidence(found: Deciding) -> tuple[float, str]:
    """Order by confidence, equal ones by name, so that the order of detections never matters."""
    return found.confidence, found.label
