"""Sample pictures of which the model that ships has no doubt, whichever model that is."""

from __future__ import annotations

from pathlib import Path

import msgspec

from rvm_edge.item import Reason
from rvm_edge.packaged import samples_dir
from rvm_edge.vision.scoring import Decision, read_samples

_GOLDEN = Path(__file__).parent / "vision" / "sample_decisions.jsonl"


def sure_bottles(count: int) -> tuple[str, ...]:
    """Return the names of the empty bottles that it is surest to take, the surest first."""
    truly = {one.name for one in read_samples(samples_dir()) if one.should_accept}
    taken = [one for one in _decisions() if one.reason is Reason.EMPTY_PET and one.name in truly]
    taken.sort(key=lambda one: _score(one, "mineral") - _score(one, "not_empty"), reverse=True)
    return tuple(one.name for one in taken[:count])


def sure_full_bottle() -> str:
    """Return the name of the bottle of which it is surest that something is inside."""
    truly = {one.name for one in read_samples(samples_dir()) if one.not_empty}
    found = [one for one in _decisions() if one.reason is Reason.NOT_EMPTY and one.name in truly]
    return max(found, key=lambda one: _score(one, "not_empty")).name


def _decisions() -> list[Decision]:
    return [msgspec.json.decode(line, type=Decision) for line in _GOLDEN.read_bytes().splitlines()]


def _score(decision: Decision, label: str) -> float:
    return max((one.confidence for one in decision.found if one.label == label), default=0.0)
