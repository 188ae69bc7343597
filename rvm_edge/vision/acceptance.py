"""The acceptance rule: one pure function from what was seen to a verdict with its reason.

The checks are tried from the top; the first that holds decides. Whatever speaks against an item is
asked before what speaks for it, and an item that no check speaks for goes back. Uncertain means
reject: a weight counts only where the scale's error leaves no doubt of it. The table in
`docs/reference/acceptance-rule.md` is generated from `CHECKS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import msgspec

from rvm_edge.item import Detection, Reason, Verdict
from rvm_edge.settings import AcceptanceSettings
from rvm_edge.vision.classes import FORBIDDEN, NOT_EMPTY, PET
from rvm_edge.vision.decision_record import record_of
from rvm_edge.vision.evidence import NO_SIGNS, Deciding, Evidence, Signs, overlap
from rvm_edge.vision.likeness import same_bottle


class Check(msgspec.Struct, frozen=True):
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
    signs: Signs = NO_SIGNS,
) -> Verdict:
    """Decide whether an item is an empty PET bottle.

    Args:
        frames: per picture its detections, or None for a picture that could not be read.
        settings: the rule's figures.
        weight_g: from the scale, or None where none is fitted.
        elapsed_s: how long it took to get here.
        model_hash: of the model that looked; only recorded.
        signs: what else the pictures tell.

    Returns:
        Accepted only with `Reason.EMPTY_PET`.
    """
    evidence = Evidence(frames, weight_g, elapsed_s, settings, signs)
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
        record=record_of(evidence),
    )


def _no_picture(evidence: Evidence) -> Deciding | None:
    return Deciding() if all(frame is None for frame in evidence.frames) else None


def _camera_blind(evidence: Evidence) -> Deciding | None:
    """So many pictures show nothing at all that the others cannot make a quorum."""
    settings = evidence.settings
    blind = sum(
        one is not None
        and (one.luma_mean < settings.blind_mean or one.luma_deviation < settings.blind_deviation)
        for one in evidence.signs.figures
    )
    left = len(evidence.frames) - blind
    return Deciding() if blind and left < evidence.votes_needed() else None


def _camera_frozen(evidence: Evidence) -> Deciding | None:
    """A sensor's noise differs from picture to picture, whatever the driver numbers them."""
    signs = evidence.signs
    taken = [one.pixels for one in (signs.dark, *signs.figures) if one is not None]
    return Deciding() if any(one == next_ for one, next_ in pairwise(taken)) else None


def _empty_chamber(evidence: Evidence) -> Deciding | None:
    weight = evidence.weight_g
    light = weight is not None and weight < evidence.settings.min_weight_g
    return Deciding() if light else None


def _shines(evidence: Evidence) -> Deciding | None:
    dark = evidence.signs.dark
    lit = dark is not None and dark.luma_bright > evidence.settings.dark_bright
    return (evidence.surest_bottle() or Deciding()) if lit else None


def _nothing_detected(evidence: Evidence) -> Deciding | None:
    return None if evidence.best(*_labels(evidence)) else Deciding()


def _forbidden(evidence: Evidence) -> Deciding | None:
    return evidence.best(*FORBIDDEN)


def _not_empty(evidence: Evidence) -> Deciding | None:
    return evidence.best(NOT_EMPTY) if evidence.surest_bottle() else None


def _too_heavy(evidence: Evidence) -> Deciding | None:
    weight, settings = evidence.weight_g, evidence.settings
    most_g = settings.weights.mineral.most_g - settings.weight_error_g
    # Written so that a weight that is not a number is too heavy.
    heavy = weight is not None and not weight <= most_g
    return (evidence.surest_bottle() or Deciding()) if heavy else None


def _too_light(evidence: Evidence) -> Deciding | None:
    weight, settings = evidence.weight_g, evidence.settings
    least_g = settings.weights.mineral.least_g + settings.weight_error_g
    bottle = evidence.surest_bottle()
    return bottle if weight is not None and weight < least_g else None


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


def _repeated(evidence: Evidence) -> Deciding | None:
    settings, likeness = evidence.settings, evidence.likeness()
    again = any(
        same_bottle(
            likeness, one, bits=settings.repeat_bits, weight_error_g=settings.weight_error_g
        )
        for one in evidence.signs.earlier
    )
    return (evidence.surest_bottle() or Deciding()) if again else None


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
        Reason.CAMERA_BLIND,
        "so many pictures are darker than `blind_mean`, or vary less than `blind_deviation`, that "
        "the others cannot make a quorum",
        _camera_blind,
    ),
    Check(
        Reason.CAMERA_FROZEN,
        "two pictures in a row are the same, pixel by pixel",
        _camera_frozen,
    ),
    Check(
        Reason.SHINES,
        "with the lamp off, 5 % of the picture are brighter than `dark_bright`",
        _shines,
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
        Reason.TOO_HEAVY,
        "a scale is fitted, and the item may weigh more than `weights.mineral.most_g`: the scale "
        "may be off by `weight_error_g`",
        _too_heavy,
    ),
    Check(
        Reason.TOO_LIGHT,
        "a scale is fitted, a picture shows `mineral`, even unsurely, and it may weigh less than "
        "`weights.mineral.least_g`",
        _too_light,
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
        Reason.REPEATED,
        "it looks like an item that was credited although nobody confirmed its drop: its picture "
        "differs in `repeat_bits` of 64 bits at most, its weight by twice `weight_error_g`",
        _repeated,
    ),
    Check(
        Reason.EMPTY_PET, "enough frames show `mineral` surely, and nothing above holds", _empty_pet
    ),
)
"""The rule, in order. An item that no row decides goes back as `unknown_object`."""
