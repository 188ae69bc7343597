"""All that is to be said of a trained model, gathered once for the card, the page and programs."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from rvm_edge.settings import AcceptanceSettings
from rvm_edge.training.average_precision import ClassPrecision, per_class
from rvm_edge.training.calibration import Bin, Confusion, confusion, reliability
from rvm_edge.training.evaluation import Evaluation, Judged, Observed, evaluate, judge, worst
from rvm_edge.training.model_notes import ModelNotes
from rvm_edge.training.thresholds import Row, table

_WORST = 24


class Figures(msgspec.Struct, frozen=True):
    """The figures; everything in a report but the pictures.

    Attributes:
        model: the file's name.
        sha256: of the file, in hex.
        size_bytes: of the file.
        notes: where it comes from.
        chosen: the thresholds, and what they do on `val`.
        rows: what other thresholds would do.
        evaluation: the rule's figures with the chosen ones.
        classes: average precision per class, per data folder.
        bins: how right the confidences are.
        confusion: what was taken for what.
    """

    model: str
    sha256: str
    size_bytes: int
    notes: ModelNotes
    chosen: Row
    rows: tuple[Row, ...]
    evaluation: Evaluation
    classes: dict[str, tuple[ClassPrecision, ...]]
    bins: tuple[Bin, ...]
    confusion: Confusion


class Report(msgspec.Struct, frozen=True):
    """The figures, and the pictures that the rule was most wrong about."""

    figures: Figures
    worst: tuple[Judged, ...]


def gather(
    model: tuple[str, str, int], notes: ModelNotes, observed: Sequence[Observed], chosen: Row
) -> Report:
    """Gather a report.

    Args:
        model: the file's name, its SHA-256 in hex and its size in bytes.
        notes: where the model comes from.
        observed: what it found in the pictures of `val`.
        chosen: the thresholds.
    """
    judged = judge(observed, AcceptanceSettings(thresholds=chosen.thresholds()))
    places = sorted({one.place for one in observed})
    figures = Figures(
        model=model[0],
        sha256=model[1],
        size_bytes=model[2],
        notes=notes,
        chosen=chosen,
        rows=table(observed, chosen),
        evaluation=evaluate(judged),
        classes={
            place: per_class([one for one in observed if one.place == place]) for place in places
        },
        bins=reliability(observed),
        confusion=confusion(observed),
    )
    return Report(figures, worst(judged, _WORST))
