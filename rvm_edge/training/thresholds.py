"""Choosing the accept rule's thresholds on pictures that nobody trained on."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from rvm_edge.settings import AcceptanceSettings, Thresholds
from rvm_edge.training.evaluation import Observed, surest
from rvm_edge.vision.classes import FORBIDDEN, NOT_EMPTY, PET
from rvm_edge.vision.evidence import overlap

MOST_FALSE_ACCEPTS = 0.01
"""Of the pictures that should be handed back, in every data folder."""

_FOR = tuple(round(0.3 + 0.025 * step, 3) for step in range(26))
_AGAINST = tuple(round(0.1 + 0.025 * step, 3) for step in range(21))


class Row(msgspec.Struct, frozen=True):
    """One line of the table: what some thresholds do.

    Attributes:
        mineral: from which confidence on a PET bottle is taken.
        forbidden: from which on another container forbids it.
        not_empty: from which on something inside forbids it.
        accepts: of the pictures that should be taken.
        false_accepts: of those that should not.
        allowed: no folder has more false accepts than `MOST_FALSE_ACCEPTS` of its pictures.
    """

    mineral: float
    forbidden: float
    not_empty: float
    accepts: int
    false_accepts: int
    allowed: bool

    def thresholds(self) -> Thresholds:
        """Return them per class, as the rule reads them."""
        known = dict.fromkeys(FORBIDDEN, self.forbidden)
        seen = min(self.mineral, Thresholds().mineral_seen)
        return Thresholds(
            mineral=self.mineral, mineral_seen=seen, not_empty=self.not_empty, **known
        )


class _Scores(msgspec.Struct, frozen=True):
    """The highest confidences per picture, side by side."""

    wanted: NDArray[np.bool_]
    places: NDArray[np.intp]
    mineral: NDArray[np.float64]
    forbidden: NDArray[np.float64]
    not_empty: NDArray[np.float64]
    several: NDArray[np.bool_]

    def row(self, mineral: float, forbidden: float, not_empty: float) -> Row:
        taken = (
            (self.mineral >= mineral)
            & (self.forbidden < forbidden)
            & (self.not_empty < not_empty)
            & ~self.several
        )
        false = taken & ~self.wanted
        return Row(
            mineral,
            forbidden,
            not_empty,
            accepts=int((taken & self.wanted).sum()),
            false_accepts=int(false.sum()),
            allowed=all(self._allowed(false, place) for place in np.unique(self.places)),
        )

    def _allowed(self, false: NDArray[np.bool_], place: np.intp) -> bool:
        here = self.places == place
        return bool(false[here].sum() <= self._granted(here))

    def _granted(self, here: NDArray[np.bool_]) -> float:
        return float(MOST_FALSE_ACCEPTS * (here & ~self.wanted).sum())

    def counts(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
        """Return accepts, false accepts and whether they are allowed, for the whole grid."""
        false = np.zeros((len(_FOR), len(_AGAINST), len(_AGAINST)), dtype=np.intp)
        allowed = np.ones(false.shape, dtype=bool)
        for place in np.unique(self.places):
            here = self.places == place
            taken = self._taken(here & ~self.wanted)
            false += taken
            allowed &= taken <= self._granted(here)
        return self._taken(self.wanted), false, allowed

    def _taken(self, which: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Count which of these pictures each point of the grid takes.

        Each picture is put into the corner of the grid from which on it is taken; summing up from
        the corners counts all thresholds at once.
        """
        asked = which & ~self.several
        corners = np.zeros((len(_FOR) + 1, len(_AGAINST) + 1, len(_AGAINST) + 1), dtype=np.intp)
        reached = np.searchsorted(_FOR, self.mineral[asked], side="right")
        forbidden = np.searchsorted(_AGAINST, self.forbidden[asked], side="right")
        not_empty = np.searchsorted(_AGAINST, self.not_empty[asked], side="right")
        np.add.at(corners, (reached, forbidden, not_empty), 1)
        summed = corners[::-1].cumsum(axis=0)[::-1].cumsum(axis=1).cumsum(axis=2)
        return np.asarray(summed[1:, :-1, :-1], dtype=np.intp)


def choose_thresholds(observed: Sequence[Observed]) -> Row:
    """Return the thresholds that take the most bottles among those that are allowed.

    Three figures are chosen, not one per class: a validation set of some hundred pictures has a
    dozen of a class, and a figure fitted to a dozen pictures means nothing on the next dozen.
    All of them are tried on a grid. Of equal ones the one with fewer false accepts is chosen, then
    the stricter: the higher `mineral`, the lower `not_empty`, the lower `forbidden`.

    Where nothing is allowed, not even the strictest, the strictest is returned with
    `allowed` false.
    """
    scores = _scores(observed)
    wanted, false, allowed = scores.counts()
    if not allowed.any():
        return scores.row(_FOR[-1], _AGAINST[0], _AGAINST[0])
    merit = np.where(allowed, wanted * (len(observed) + 1) - false, -len(observed) - 1)
    best = zip(*np.nonzero(merit == merit.max()), strict=True)
    mineral, forbidden, not_empty = min(best, key=lambda one: (-one[0], one[2], one[1]))
    return scores.row(_FOR[mineral], _AGAINST[forbidden], _AGAINST[not_empty])


def table(observed: Sequence[Observed], chosen: Row) -> tuple[Row, ...]:
    """Return what becomes of the chosen thresholds when `mineral` alone, or `not_empty`, moves."""
    scores = _scores(observed)
    moved = [scores.row(one, chosen.forbidden, chosen.not_empty) for one in _FOR[::4]]
    moved += [scores.row(chosen.mineral, chosen.forbidden, one) for one in _AGAINST[::4]]
    return tuple(dict.fromkeys([*moved, chosen]))


def _scores(observed: Sequence[Observed]) -> _Scores:
    names = sorted({one.place for one in observed})
    limits = AcceptanceSettings()
    return _Scores(
        wanted=np.array([one.picture.should_accept for one in observed], dtype=bool),
        places=np.array([names.index(one.place) for one in observed], dtype=np.intp),
        mineral=np.array([surest(one.found, PET) for one in observed]),
        forbidden=np.array([surest(one.found, *FORBIDDEN) for one in observed]),
        not_empty=np.array([surest(one.found, NOT_EMPTY) for one in observed]),
        several=np.array([_several(one, limits) for one in observed], dtype=bool),
    )


def _several(one: Observed, limits: AcceptanceSettings) -> bool:
    """Say whether the rule would see two bottles, with `mineral_seen` as it is by default."""
    boxes = [
        found.box
        for found in one.found or ()
        if found.label == PET and found.confidence >= limits.thresholds.mineral_seen
    ]
    return any(
        overlap(box, other) < limits.two_items_iou
        for index, box in enumerate(boxes)
        for other in boxes[index + 1 :]
    )
