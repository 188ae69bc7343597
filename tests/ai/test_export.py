"""What is made of a `.pt` decides as the `.pt` does, or whoever made it is told."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import torch

from rvm_edge.settings import VisionSettings
from rvm_edge.vision.backends.choosing import load_chosen
from rvm_edge.vision.backends.export import main
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.onnx_detector import OnnxDetector

# torch warns of its older exporter, which is the one that Ultralytics calls, while it traces.
OLDER_EXPORTER = pytest.mark.filterwarnings("ignore")


@OLDER_EXPORTER
def test_an_onnx_file_decides_every_sample_as_its_origin_does(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(checkpoint), "--as", "onnx", "--into", str(tmp_path)]) == 0
    (made,) = tmp_path.iterdir()
    digest = hashlib.sha256(made.read_bytes()).hexdigest()
    assert made.name == "trained.onnx"
    assert capsys.readouterr().out.endswith(
        f'model = "{made}"\nmodel_sha256 = "{digest}"\n# 64 of 64 samples are decided alike\n'
    )
    assert isinstance(load_chosen(ModelFile(made, digest), VisionSettings()), OnnxDetector)


@OLDER_EXPORTER
def test_one_that_decides_otherwise_is_told_by_name(
    checkpoint: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = OnnxDetector.detect
    monkeypatch.setattr(OnnxDetector, "detect", lambda self, picture: real(self, picture)[1:])
    assert main([str(checkpoint), "--as", "onnx", "--into", str(tmp_path)]) == 1
    assert "syn_00012" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--as", "engine"], "made on the GPU that is to run it; here is none"),
        (["--as", "engine", "--device", "cuda:7"], "vision.device is cuda:7"),
        (["--as", "onnx", "--device", "tpu"], "$.device"),
    ],
)
def test_what_cannot_be_made_here_is_said_in_one_line(
    checkpoint: Path, arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(checkpoint), *arguments]) == 1
    said = capsys.readouterr().err
    assert why in said
    assert said.count("\n") == 1


def test_what_is_no_model_is_not_exported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save({"model": torch.nn.Linear(1, 1)}, tmp_path / "other.pt")
    assert main([str(tmp_path / "other.pt"), "--as", "onnx"]) == 1
    assert "the model does not know dishwasher" in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["other.pt"]
