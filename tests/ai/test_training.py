"""A whole training in miniature: from labelled pictures to a model that the eyes can use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import onnx
import pytest
import torch
from click.testing import CliRunner
from msgspec.structs import replace
from ultralytics.utils.metrics import ap_per_class

from rvm_edge.cli import main
from rvm_edge.settings import Thresholds
from rvm_edge.training.average_precision import per_class
from rvm_edge.training.failures import WeightsError
from rvm_edge.training.network import build
from rvm_edge.training.recipe import Recipe, Stage
from rvm_edge.training.run import Order, RunError, train
from rvm_edge.training.twin_labels import FILLED, TwinLabelLoss
from rvm_edge.vision.onnx_detector import OnnxDetector
from tests.training.labelled import CAN, EMPTY, FULL, observed, write_folder

if TYPE_CHECKING:
    from rvm_edge.training.loop import Progress

LATER = Stage(epochs=2, learning_rate=0.001, not_empty_gain=3.0)
TINY = Recipe(
    stages=(Stage(epochs=1, learning_rate=0.001), LATER), batch=4, side=64, height=64, seed=3
)
PICTURES = {"empty": EMPTY, "full": FULL, "can": CAN, "hand": ()}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny") / "pictures"
    write_folder(folder, PICTURES, ("train", "val"))
    return folder


def order(data: Path, out: Path, recipe: Recipe = TINY) -> Order:
    return Order([data], None, out, recipe, "tiny", lambda _: True)


def ignore(_: Progress) -> None:
    pass


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run")
    train(order(data, out), ignore)
    return out


def test_out_comes_a_model_that_the_light_environment_runs(trained: Path) -> None:
    detector = OnnxDetector.load(trained / "model.onnx")
    detector.warm_up()
    assert detector.side == 64
    assert isinstance(detector.thresholds, Thresholds)
    figures = msgspec.json.decode((trained / "figures.json").read_bytes())
    assert figures["sha256"] == detector.model_hash
    assert "# Model card: tiny" in (trained / "model-card.md").read_text()
    assert "<h1>tiny</h1>" in (trained / "evaluation.html").read_text()


def test_the_model_carries_what_it_was_made_of(trained: Path) -> None:
    said = {one.key: one.value for one in onnx.load(trained / "model.onnx").metadata_props}
    notes = msgspec.json.decode(said["rvm_notes"])
    assert msgspec.convert(notes["recipe"], Recipe) == TINY
    assert notes["pictures"] == 4
    assert len(notes["data_sha256"]) == len(notes["weights_sha256"]) == 64


def test_the_exported_model_computes_what_the_trained_one_does(trained: Path) -> None:
    model = build(None)
    state = torch.load(trained / "checkpoint.pth", weights_only=True)
    model.load_state_dict(state["average"])
    picture = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        expected = model.eval()(picture)[0].numpy()
    session = OnnxDetector.load(trained / "model.onnx")._session
    (found,) = session.run(None, {"images": picture.numpy()})
    np.testing.assert_allclose(found, expected, atol=1e-3)


@pytest.mark.parametrize("done", [1, 2], ids=["between stages", "in a stage"])
def test_a_run_that_was_cut_off_goes_on_to_the_same_end(
    data: Path, trained: Path, tmp_path: Path, done: int
) -> None:
    class PowerCutError(Exception):
        pass

    def cut(progress: Progress) -> None:
        if progress.epoch == done:
            raise PowerCutError

    with pytest.raises(PowerCutError):
        train(order(data, tmp_path), cut)
    seen: list[int] = []
    train(order(data, tmp_path), lambda progress: seen.append(progress.epoch))
    assert seen == [1, 2][done - 1 :], "no epoch is trained again"
    whole, resumed = (
        torch.load(folder / "checkpoint.pth", weights_only=True)["average"]
        for folder in (trained, tmp_path)
    )
    for name, value in whole.items():
        torch.testing.assert_close(resumed[name], value, rtol=1e-3, atol=1e-4)


def test_a_folder_with_another_run_is_not_gone_on_with(data: Path, trained: Path) -> None:
    another = msgspec.structs.replace(TINY, seed=4)
    with pytest.raises(RunError, match="holds a run with another recipe"):
        train(order(data, trained, another), ignore)


def test_weights_that_are_none_are_refused(data: Path, tmp_path: Path) -> None:
    (tmp_path / "weights.pth").write_bytes(b"no weights")
    wrong = replace(order(data, tmp_path / "out"), weights=tmp_path / "weights.pth")
    with pytest.raises(WeightsError, match="holds no state dict"):
        train(wrong, ignore)


def test_the_command_trains_and_evaluate_takes_what_comes_out(data: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.json"
    recipe.write_bytes(msgspec.json.encode(msgspec.structs.replace(TINY, stages=(LATER,))))
    arguments = ["train", "--data", data, "--out", tmp_path / "out", "--recipe", recipe, "--json"]
    done = CliRunner().invoke(main, [str(one) for one in arguments])
    assert done.exit_code == 0, done.output
    model = tmp_path / "out" / "model.onnx"
    measured = CliRunner().invoke(
        main, ["evaluate", "--data", str(data), "--model", str(model), "--json"]
    )
    told, said = json_of(done.stdout), json_of(measured.stdout)
    assert told["sha256"] == said["model_hash"]


def json_of(text: str) -> dict[str, object]:
    return msgspec.json.decode(text, type=dict[str, object])


def test_both_labels_of_a_full_bottle_are_learnt_at_the_same_places() -> None:
    """With two boxes in one place, as Ultralytics has it, the second label gets next to none."""
    model = build(None).train()
    loss = TwinLabelLoss(model, class_gain=1.0, not_empty_gain=3.0)
    kept: list[torch.Tensor] = []
    assigner = loss._loss.assigner
    targets = assigner.get_targets

    def spy(*arguments: torch.Tensor) -> tuple[torch.Tensor, ...]:
        answer: tuple[torch.Tensor, ...] = targets(*arguments)
        kept.append(answer[2])
        return answer

    assigner.get_targets = spy
    batch = {
        "batch_idx": torch.tensor([0.0, 1.0]),
        "cls": torch.tensor([0.0, FILLED + 0.0]),
        "bboxes": torch.tensor([[0.5, 0.5, 0.4, 0.8]] * 2),
    }
    loss(model(torch.rand(2, 3, 64, 64)), batch)
    empty, full = kept[0]
    assert empty[:, 0].sum() > 0
    assert empty[:, 6].sum() == 0
    assert torch.equal(full[:, 0], full[:, 6])
    assert full[:, 0].sum() > 0


def test_our_average_precision_is_that_of_ultralytics() -> None:
    random = np.random.default_rng(0)
    seen = [
        observed(things, mineral=random.uniform(0.1, 1), soda=random.uniform(0.1, 1))
        for things in [EMPTY, CAN, EMPTY, (), CAN, EMPTY] * 10
    ]
    hits, scores, classes, truth = [], [], [], []
    for one in seen:
        labels = [thing.label for thing in one.picture.things]
        truth += [("mineral", "soda").index(label) for label in labels]
        for each in one.found or ():
            hits.append([each.label in labels] * 10)
            scores.append(each.confidence)
            classes.append(("mineral", "soda").index(each.label))
    theirs = ap_per_class(np.array(hits), np.array(scores), np.array(classes), np.array(truth))[5]
    ours = [one.ap50 for one in per_class(seen)]
    assert ours == pytest.approx(theirs[:, 0].tolist(), abs=0.02)
