"""What a mask's figures may do to a verdict: turn an accept into a reject, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from rvm_edge.decision import SecondOpinion
from rvm_edge.item import Reason, Verdict
from rvm_edge.settings import ShapeSettings
from rvm_edge.vision.segmenter.opinion import MaskFigures


class MaskCheck(msgspec.Struct, frozen=True):
    """One row of the rule.

    Attributes:
        reason: the verdict's reason if it holds.
        condition: when it holds, in words.
        holds: the condition.
    """

    reason: Reason
    condition: str
    holds: Callable[[MaskFigures, ShapeSettings], bool]


# Each is written so that a figure that is not a number refuses the item.
MASK_CHECKS: tuple[MaskCheck, ...] = (
    MaskCheck(
        Reason.SECOND_OBJECT,
        "something else covers more than `most_beside`",
        lambda mask, most: not mask.beside <= most.most_beside,
    ),
    MaskCheck(
        Reason.SECOND_OBJECT,
        "something reaches in from the edge and covers more than `most_reaching`",
        lambda mask, most: not mask.reaching <= most.most_reaching,
    ),
    MaskCheck(
        Reason.SECOND_OBJECT,
        "the item is seen in more than `most_parts` parts",
        lambda mask, most: not mask.parts <= most.most_parts,
    ),
    MaskCheck(
        Reason.ODD_SHAPE,
        "it covers less than `least_area` or more than `most_area`",
        lambda mask, most: not most.least_area <= mask.area <= most.most_area,
    ),
    MaskCheck(
        Reason.ODD_SHAPE,
        "it is longer than `most_aspect` times its width",
        lambda mask, most: not mask.aspect <= most.most_aspect,
    ),
    MaskCheck(
        Reason.ODD_SHAPE,
        "it fills less than `least_solidity` of its hull",
        lambda mask, most: not mask.solidity >= most.least_solidity,
    ),
    MaskCheck(
        Reason.ODD_SHAPE,
        "it fills less than `least_fill` of the detector's box",
        lambda mask, most: not mask.fill >= most.least_fill,
    ),
)
"""The rule, in order. An item that no row refuses is taken, as the acceptance rule said."""


def objection(mask: MaskFigures, settings: ShapeSettings) -> MaskCheck | None:
    """Return the first row that holds, or None where none does."""
    return next((one for one in MASK_CHECKS if one.holds(mask, settings)), None)


def heard(verdict: Verdict, mask: MaskFigures, judge: str, settings: ShapeSettings) -> Verdict:
    """Return a verdict with a second opinion: accepted only if it was accepted before.

    Args:
        verdict: of the acceptance rule.
        mask: what the judge measured.
        judge: which one, for the record.
        settings: the figures of this rule.
    """
    against = objection(mask, settings)
    says = "no objection" if against is None else f"{against.reason.value}: {against.condition}"
    noted = with_opinion(verdict, SecondOpinion(judge, says, tuple(mask.named())))
    if against is None or not verdict.accepted:
        return noted
    return replace(noted, accepted=False, reason=against.reason)


def with_opinion(verdict: Verdict, opinion: SecondOpinion) -> Verdict:
    """Return a verdict with an opinion in its record; a verdict without a record as it is."""
    if verdict.record is None:
        return verdict
    return replace(verdict, record=msgspec.structs.replace(verdict.record, second_opinion=opinion))
