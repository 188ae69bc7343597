"""One training run, from pictures and starting weights to a model that says how far it is right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from rvm_edge.settings import Thresholds
from rvm_edge.training.card import write_card
from rvm_edge.training.dataset import DatasetError, LabelledPicture, read_split
from rvm_edge.training.evaluation import Observed, observe
from rvm_edge.training.model_notes import ModelNotes, as_metadata, file_sha256, fingerprint
from rvm_edge.training.page import write_page
from rvm_edge.training.recipe import Recipe
from rvm_edge.training.report import Figures, Report, gather
from rvm_edge.training.thresholds import choose_thresholds
from rvm_edge.untrusted_json import UnreadableError, read_json
from rvm_edge.vision.backends.quiet_ultralytics import silence
from rvm_edge.vision.onnx_detector import OnnxDetector

if TYPE_CHECKING:
    from ultralytics.nn.tasks import DetectionModel

    from rvm_edge.training.loop import Progress

FLOOR = 0.05
"""Detections below this are not looked at when thresholds are chosen; the lowest is above it."""


class RunError(Exception):
    """A run cannot begin or go on. The message says why and what to do."""


class _Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a run folder belongs to; a run is only resumed with the very same."""

    recipe: Recipe
    data_sha256: str
    start_sha256: str


class Order(msgspec.Struct, frozen=True):
    """What is to be trained.

    Attributes:
        data: folders with `images/` and `labels/`, each with the splits `train` and `val`.
        weights: a state dict to start from, or None for random weights.
        out: where everything is written; a run that was cut off goes on from there.
        recipe: the figures of the run.
        title: the model's name and version, for the card and the page.
        may_show: whether the page may show a picture; see `write_page`.
        preface: what the card is to say of this very model.
    """

    data: Sequence[Path]
    weights: Path | None
    out: Path
    recipe: Recipe
    title: str
    may_show: Callable[[Path], bool]
    preface: str = ""

    @property
    def model(self) -> Path:
        """The ONNX file that comes out."""
        return self.out / "model.onnx"


def train(order: Order, report: Callable[[Progress], None]) -> Figures:
    """Train, export, choose the thresholds on `val`, and write model, card, page and figures.

    Raises:
        DatasetError: a data folder is not as it must be.
        RunError: the folder holds another run.
        ModelError: Ultralytics is not installed, or the exported model does not work.
        WeightsError: the weights are no YOLO11n.
        ExportError: the model came out too large.
    """
    pictures = tuple(one for folder in order.data for one in read_split(folder, "train"))
    places = _name_places(order.data)
    held_back = [(name, read_split(folder, "val")) for name, folder in places.items()]
    plan = _Plan(order.recipe, fingerprint(pictures), file_sha256(order.weights))
    _claim(order.out, plan)
    silence(order.out / "ultralytics")
    _export(order, _fit(order, pictures, report))
    notes = ModelNotes(
        weights_sha256=file_sha256(order.out / "model.pt"),
        start_sha256=plan.start_sha256,
        data_sha256=plan.data_sha256,
        pictures=len(pictures),
        recipe=order.recipe,
    )
    return _measure(order, notes, held_back)


def _fit(
    order: Order, pictures: Sequence[LabelledPicture], report: Callable[[Progress], None]
) -> DetectionModel:
    from rvm_edge.training import loop, network  # noqa: PLC0415 - torch takes seconds to import

    begun = network.build(order.weights, order.recipe.seed)
    return loop.train(begun, pictures, order.recipe, order.out / "checkpoint.pth", report)


def _export(order: Order, network: DetectionModel) -> None:
    from rvm_edge.training import export  # noqa: PLC0415 - as above

    export.save_weights(network, order.out / "weights.pth")
    export.save_checkpoint(network, order.recipe.side, order.out / "model.pt")
    export.export_onnx(network, order.recipe.side, order.model)


def _measure(
    order: Order, notes: ModelNotes, held_back: Sequence[tuple[str, Sequence[LabelledPicture]]]
) -> Figures:
    """Choose the thresholds with the exported file itself, write them into it, and report."""
    from rvm_edge.training import export  # noqa: PLC0415 - as above

    export.write_metadata(order.model, as_metadata(notes, Thresholds(), order.title))
    detector = OnnxDetector.load(order.model, floor=FLOOR)
    observed: list[Observed] = []
    for place, pictures in held_back:
        observed += observe(detector, pictures, place)
    chosen = choose_thresholds(observed)
    export.write_metadata(order.model, as_metadata(notes, chosen.thresholds(), order.title))
    content = order.model.read_bytes()
    identity = (order.model.name, sha256(content).hexdigest(), len(content))
    report = gather(identity, notes, observed, chosen)
    _write(order, report)
    return report.figures


def _write(order: Order, report: Report) -> None:
    figures = msgspec.json.format(msgspec.json.encode(report.figures), indent=2)
    (order.out / "figures.json").write_bytes(figures + b"\n")
    card = write_card(report.figures, order.title, order.preface)
    (order.out / "model-card.md").write_text(card, encoding="utf-8")
    page = write_page(report, order.title, order.may_show)
    (order.out / "evaluation.html").write_text(page, encoding="utf-8")


def _claim(out: Path, plan: _Plan) -> None:
    """Make the run's folder, or see that it holds the same run, cut off."""
    path = out / "run.json"
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_bytes(msgspec.json.encode(plan) + b"\n")
            return
        begun = read_json(path.read_bytes(), _Plan)
    except OSError as error:
        raise RunError(f"{out} cannot be used: {error.strerror}") from error
    except UnreadableError as error:
        raise RunError(f"{path} is no note of a run: {error}") from error
    if begun != plan:
        raise RunError(f"{out} holds a run with another recipe, data or weights: choose another")


def _name_places(folders: Sequence[Path]) -> dict[str, Path]:
    named = {folder.resolve().name: folder for folder in folders}
    if not folders or len(named) != len(folders):
        raise DatasetError("give one or more data folders, of different names")
    return named
