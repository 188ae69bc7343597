"""Writes down what the acceptance rule had before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from rvm_edge.decision import DecisionRecord, Figure, PictureRecord, Vote
from rvm_edge.item import Detection
from rvm_edge.settings import AcceptanceSettings
from rvm_edge.vision.classes import PET
from rvm_edge.vision.evidence import Evidence, believed, shows_bottle


def record_of(evidence: Evidence) -> DecisionRecord:
    """Return the record of one decision."""
    signs = evidence.signs
    return DecisionRecord(
        pictures=tuple(
            PictureRecord(
                vote_of(frame, evidence.settings),
                signs.figures[number] if number < len(signs.figures) else None,
                signs.dhashes[number] if number < len(signs.dhashes) else "",
            )
            for number, frame in enumerate(evidence.frames)
        ),
        votes=evidence.votes(),
        votes_needed=evidence.votes_needed(),
        rule=tuple(figures_of_rule(evidence.settings)),
        dark=signs.dark,
        compared=len(signs.earlier),
    )


def vote_of(frame: Sequence[Detection] | None, settings: AcceptanceSettings) -> Vote:
    """Return what one picture says of the item."""
    if frame is None:
        return Vote.UNREADABLE
    if any(one.label != PET and believed(one, settings) for one in frame):
        return Vote.AGAINST
    return Vote.FOR if shows_bottle(frame, settings) else Vote.NOTHING


def figures_of_rule(settings: msgspec.Struct, inside: str = "") -> Iterator[Figure]:
    """Yield every figure of the rule under its whole name."""
    for field in msgspec.structs.fields(settings):
        value = getattr(settings, field.name)
        if isinstance(value, msgspec.Struct):
            yield from figures_of_rule(value, f"{inside}{field.name}.")
        else:
            yield Figure(f"{inside}{field.name}", float(value))
