"""How often the rule is right over labelled pictures, one picture per item and no scale."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from rvm_edge.item import Detection, Verdict
from rvm_edge.settings import AcceptanceSettings
from rvm_edge.training.bounds import upper_bound
from rvm_edge.training.dataset import LabelledPicture
from rvm_edge.vision.acceptance import decide
from rvm_edge.vision.classes import PET
from rvm_edge.vision.detector import Detector
from rvm_edge.vision.picture import PictureUnreadableError, read_picture, sniff
from rvm_edge.vision.picture_files import read_file


class Observed(msgspec.Struct, frozen=True):
    """A labelled picture and what the model found in it.

    Attributes:
        picture: with its labels.
        place: the data folder it is from.
        found: None for a picture that could not be read.
        size: its width and height in pixels; 0, 0 for one that could not be read.
    """

    picture: LabelledPicture
    place: str
    found: tuple[Detection, ...] | None
    size: tuple[int, int] = (0, 0)


class Judged(msgspec.Struct, frozen=True):
    """What became of one picture."""

    observed: Observed
    verdict: Verdict

    @property
    def false_accept(self) -> bool:
        """Taken, and should not have been."""
        return self.verdict.accepted and not self.observed.picture.should_accept

    @property
    def false_reject(self) -> bool:
        """Handed back, and should have been taken."""
        return not self.verdict.accepted and self.observed.picture.should_accept


class Tally(msgspec.Struct, frozen=True):
    """Counts over some pictures.

    Attributes:
        should_accept: show exactly one PET bottle, empty.
        accepts: of those, how many the rule took.
        should_reject: all the others.
        false_accepts: of those, how many the rule took all the same.
    """

    should_accept: int
    accepts: int
    should_reject: int
    false_accepts: int

    @classmethod
    def of(cls, judged: Sequence[Judged]) -> Tally:
        """Count."""
        wanted = [one for one in judged if one.observed.picture.should_accept]
        return cls(
            should_accept=len(wanted),
            accepts=sum(one.verdict.accepted for one in wanted),
            should_reject=len(judged) - len(wanted),
            false_accepts=sum(one.false_accept for one in judged),
        )

    @property
    def most_false_accepts(self) -> float:
        """The share of false accepts that the true one is below, at 95 % confidence."""
        return upper_bound(self.false_accepts, self.should_reject)


class Evaluation(msgspec.Struct, frozen=True):
    """The rule's figures over a data folder.

    Attributes:
        total: over all pictures.
        by_cause: by what is in the picture; see `LabelledPicture.cause`.
        by_class: pictures that hold a container of that class, and perhaps others.
        by_place: by data folder.
        false_rejects_by_reason: why bottles were handed back that should have been taken.
        unreadable: pictures that could not be read; they count as handed back.
    """

    total: Tally
    by_cause: dict[str, Tally]
    by_class: dict[str, Tally]
    by_place: dict[str, Tally]
    false_rejects_by_reason: dict[str, int]
    unreadable: int


def observe(
    detector: Detector,
    pictures: Sequence[LabelledPicture],
    place: str,
    report: Callable[[], None] = lambda: None,
) -> tuple[Observed, ...]:
    """Let a model look at pictures.

    Args:
        detector: the model.
        pictures: to look at.
        place: what the folder they are from is to be called.
        report: called after each picture.

    Raises:
        ModelError: the model gave something that is no answer.
    """
    observed = []
    for picture in pictures:
        observed.append(_observe_one(detector, picture, place))
        report()
    return tuple(observed)


def judge(observed: Sequence[Observed], settings: AcceptanceSettings) -> tuple[Judged, ...]:
    """Decide about each picture as about an item of its own."""
    return tuple(Judged(one, decide([one.found], settings)) for one in observed)


def evaluate(judged: Sequence[Judged]) -> Evaluation:
    """Count how often the rule was right, over all and by what is in the pictures."""
    wrong = [one.verdict.reason.value for one in judged if one.false_reject]
    return Evaluation(
        total=Tally.of(judged),
        by_cause=_by(judged, lambda one: {one.observed.picture.cause}),
        by_class=_by(judged, lambda one: {thing.label for thing in one.observed.picture.things}),
        by_place=_by(judged, lambda one: {one.observed.place}),
        false_rejects_by_reason={reason: wrong.count(reason) for reason in sorted(set(wrong))},
        unreadable=sum(one.observed.found is None for one in judged),
    )


def worst(judged: Sequence[Judged], most: int) -> tuple[Judged, ...]:
    """Return the wrong verdicts, false accepts first, then the surest of the false rejects."""
    wrong = [one for one in judged if one.false_accept or one.false_reject]
    return tuple(sorted(wrong, key=_badness)[:most])


def surest(found: Sequence[Detection] | None, *labels: str) -> float:
    """Return the highest confidence of these classes; 0 where none was found."""
    return max((one.confidence for one in found or () if one.label in labels), default=0.0)


def _by(judged: Sequence[Judged], groups: Callable[[Judged], set[str]]) -> dict[str, Tally]:
    names = sorted({name for one in judged for name in groups(one)})
    return {name: Tally.of([one for one in judged if name in groups(one)]) for name in names}


def _badness(one: Judged) -> tuple[bool, float, str]:
    return not one.false_accept, -surest(one.observed.found, PET), one.observed.picture.path.name


def _observe_one(detector: Detector, picture: LabelledPicture, place: str) -> Observed:
    try:
        data = read_file(picture.path)
        pixels = read_picture(data, sniff(data))
    except PictureUnreadableError:
        return Observed(picture, place, None)
    height, width = pixels.shape[:2]
    return Observed(picture, place, detector.detect(pixels), (width, height))
