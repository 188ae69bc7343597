"""The acceptance rule: one pure function from what was seen to a verdict with its reason.

The checks are tried from the top; the first that holds decides. Whatever speaks against an item is
asked before what speaks for it, and an item that no check speaks for goes back. The table in
`docs/reference/acceptance-rule.md` is generated from `CHECKS`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rvm_edge.item import Detection, Reason, Verdict
from rvm_edge.settings import AcceptanceSettings
from rvm_edge.vision.classes import FORBIDDEN, NOT_EMPTY, PET, REQUIRED


class Deciding(NamedTuple):
    """What a check decided upon; empty where it was the lack of something."""

    label: str = ""
    confidence: float = 0.0


@dataclass(frozen=True)
class Evidence:
    """Everything that is known of one item.

    Attributes:
        frames: per picture its detections, or None for a picture that could not be read.
        weight_g: from the scale; None where none is fitted.
        elapsed_s: how long the verdict took.
        settings: the rule's figures.
    """

    frames: Sequence[Sequence[Detection] | None]
    weight_g: float | None
    elapsed_s: float
    settings: AcceptanceSettings

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
        enough = self.settings.thresholds.mineral
        return sum(any(one.confidence >= enough for one in frame) for frame in self.bottles())

    def votes_needed(self) -> int:
        """Return how many frames must agree; unreadable frames count as frames that do not."""
        return max(1, math.ceil(self.settings.quorum * len(self.frames) - 1e-9))


@dataclass(frozen=True)
class Check:
    """One row of the rule.

    Attributes:
        reason: the verdict's reason if it holds.
        condition: when it holds, in words.
        decide: the condition; None if it does not hold.
    """

    reason: Reason
    condition: str
    decide: Callable[[Evidence], Deciding | None]


def decide(
    frames: Sequence[Sequence[Detection] | None],
    settings: AcceptanceSettings,
    *,
    weight_g: float | None = None,
    elapsed_s: float = 0.0,
    model_hash: str = "",
) -> Verdict:
    """Decide whether an item is an empty PET bottle.

    Args:
        frames: per picture its detections, or None for a picture that could not be read.
        settings: the rule's figures.
        weight_g: from the scale, or None where none is fitted.
        elapsed_s: how long it took to get here.
        model_hash: of the model that looked; only recorded.

    Returns:
        Accepted only with `Reason.EMPTY_PET`.
    """
    evidence = Evidence(frames, weight_g, elapsed_s, settings)
    reason, deciding = Reason.UNKNOWN_OBJECT, Deciding()
    for check in CHECKS:
        found = check.decide(evidence)
        if found is not None:
            reason, deciding = check.reason, found
            break
    return Verdict(
        accepted=reason is Reason.EMPTY_PET,
        reason=reason,
        label=deciding.label,
        confidence=deciding.confidence,
        detections=tuple(tuple(frame or ()) for frame in frames),
        weight_g=weight_g,
        model_hash=model_hash,
        elapsed_ms=elapsed_s * 1000,
    )


def believed(one: Detection, settings: AcceptanceSettings) -> bool:
    """Say whether a detection is sure enough to count as a thing that is there.

    A confidence that is not a number counts: it can only speak against the item, because taking
    one asks for more than being there.
    """
    name = one.label if one.label in REQUIRED else "other"
    threshold: float = getattr(settings.thresholds, "mineral_seen" if name == PET else name)
    return not one.confidence < threshold


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


def _no_picture(evidence: Evidence) -> Deciding | None:
    return Deciding() if all(frame is None for frame in evidence.frames) else None


def _empty_chamber(evidence: Evidence) -> Deciding | None:
    weight = evidence.weight_g
    light = weight is not None and weight < evidence.settings.min_weight_g
    return Deciding() if light else None


def _nothing_detected(evidence: Evidence) -> Deciding | None:
    believed = evidence.surest_bottle() or evidence.best(*_labels(evidence))
    return None if believed else Deciding()


def _forbidden(evidence: Evidence) -> Deciding | None:
    return evidence.best(*FORBIDDEN)


def _not_empty(evidence: Evidence) -> Deciding | None:
    return evidence.best(NOT_EMPTY) if evidence.surest_bottle() else None


def _too_heavy(evidence: Evidence) -> Deciding | None:
    weight = evidence.weight_g
    # Written so that a weight that is not a number is too heavy.
    heavy = weight is not None and not weight <= evidence.settings.max_weight_g
    return (evidence.surest_bottle() or Deciding()) if heavy else None


def _two_items(evidence: Evidence) -> Deciding | None:
    limit = evidence.settings.two_items_iou
    for bottles in evidence.bottles():
        for index, one in enumerate(bottles):
            if any(overlap(one.box, other.box) < limit for other in bottles[index + 1 :]):
                return evidence.surest_bottle()
    return None


def _low_confidence(evidence: Evidence) -> Deciding | None:
    return evidence.surest_bottle() if evidence.votes() == 0 else None


def _frames_disagree(evidence: Evidence) -> Deciding | None:
    return evidence.surest_bottle() if evidence.votes() < evidence.votes_needed() else None


def _unknown_object(evidence: Evidence) -> Deciding | None:
    return evidence.best(*(_labels(evidence) - {PET}))


def _too_late(evidence: Evidence) -> Deciding | None:
    in_time = evidence.elapsed_s <= evidence.settings.late_s
    return None if in_time else (evidence.surest_bottle() or Deciding())


def _empty_pet(evidence: Evidence) -> Deciding | None:
    return evidence.surest_bottle() if evidence.votes() >= evidence.votes_needed() else None


def _labels(evidence: Evidence) -> set[str]:
    return {one.label for frame in evidence.frames for one in frame or ()}


CHECKS: tuple[Check, ...] = (
    Check(Reason.NO_PICTURE, "no picture, or none that can be read", _no_picture),
    Check(
        Reason.EMPTY_CHAMBER,
        "a scale is fitted and weighs less than `min_weight_g`",
        _empty_chamber,
    ),
    Check(
        Reason.NOTHING_DETECTED, "no class reaches its threshold in any frame", _nothing_detected
    ),
    Check(
        Reason.FORBIDDEN_CLASS,
        "any frame shows `soda`, `milk`, `yogurt`, `dishwasher` or `non_mineral`",
        _forbidden,
    ),
    Check(
        Reason.NOT_EMPTY,
        "any frame shows `not_empty`, and any shows `mineral`, even unsurely",
        _not_empty,
    ),
    Check(
        Reason.TOO_HEAVY, "a scale is fitted and does not weigh `max_weight_g` or less", _too_heavy
    ),
    Check(
        Reason.TWO_ITEMS,
        "a frame shows two `mineral` boxes, even unsurely, that overlap less than `two_items_iou`",
        _two_items,
    ),
    Check(
        Reason.LOW_CONFIDENCE,
        "`mineral` only between `mineral_seen` and `mineral`",
        _low_confidence,
    ),
    Check(
        Reason.FRAMES_DISAGREE,
        "some frames show `mineral` surely, but fewer than `quorum` asks",
        _frames_disagree,
    ),
    Check(
        Reason.UNKNOWN_OBJECT,
        "`not_empty` alone, or a class that the program does not know",
        _unknown_object,
    ),
    Check(Reason.TOO_LATE, "the verdict took longer than `late_s`", _too_late),
    Check(
        Reason.EMPTY_PET, "enough frames show `mineral` surely, and nothing above holds", _empty_pet
    ),
)
"""The rule, in order. An item that no row decides goes back as `unknown_object`."""
