"""An `.engine` file is read by Ultralytics' own code, as far as that goes without a GPU.

No engine was ever run here. `trtexec` is a script that copies the ONNX file, and ONNX Runtime
stands for TensorRT; header, metadata, checks, letterbox and decoding are the real ones.
"""

from __future__ import annotations

import sys
from pathlib import Path

import onnxruntime
import pytest
import torch
from ultralytics.nn.backends.base import BaseBackend

from rvm_edge.settings import VisionSettings
from rvm_edge.vision.backends import trt_engine, ultralytics_model
from rvm_edge.vision.backends.choosing import load_chosen
from rvm_edge.vision.detector import ModelError
from rvm_edge.vision.model_checks import read_model
from rvm_edge.vision.model_store import ModelFile
from tests.ai.conftest import Pictures

_COPIES = """
import shutil, sys
said = dict(one.lstrip('-').split('=', 1) for one in sys.argv[1:] if '=' in one)
shutil.copy(said['onnx'], said['saveEngine'])
"""


class OnnxForTensorRt(BaseBackend):  # type: ignore[misc] # Ultralytics has no types
    """Ultralytics' reading of an engine's file, and ONNX Runtime in place of the engine."""

    def load_model(self, weight: str | Path) -> None:
        offset, metadata = self.engine_header(weight)
        self.apply_metadata(metadata)
        content = Path(weight).read_bytes()[offset:]
        self.session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])

    def forward(self, im: torch.Tensor) -> list[torch.Tensor]:
        return [torch.from_numpy(self.session.run(None, {"images": im.numpy()})[0])]


@pytest.fixture
def engine(tmp_path: Path, shipped: ModelFile) -> Path:
    trtexec = tmp_path / "trtexec"
    trtexec.write_text(f"#!{sys.executable} -S\n{_COPIES}", encoding="utf-8")
    trtexec.chmod(0o700)
    trt_engine.build(shipped.path, tmp_path / "made.engine", str(trtexec))
    return tmp_path / "made.engine"


@pytest.fixture
def _tensorrt(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(file: Path, device: str, *, half: bool) -> object:
        return OnnxForTensorRt(file, torch.device("cpu"), fp16=False)

    monkeypatch.setattr(ultralytics_model, "_auto", load)
    monkeypatch.setattr(ultralytics_model, "choose_device", lambda _: "cpu:0")


def test_here_it_is_refused_for_want_of_a_gpu(engine: Path) -> None:
    with pytest.raises(ModelError, match="TensorRT engine, and here is no GPU"):
        load_chosen(ModelFile(engine, ""), VisionSettings())


@pytest.mark.usefixtures("_tensorrt")
def test_it_sees_and_judges_as_the_model_that_it_was_built_of(
    engine: Path, shipped: ModelFile, pictures: Pictures
) -> None:
    built = load_chosen(ModelFile(engine, ""), VisionSettings())
    of = load_chosen(shipped, VisionSettings())
    assert built.names == of.names
    assert built.thresholds == of.thresholds
    assert built.model_hash == read_model(engine)[1] != of.model_hash
    for name in sorted(pictures)[:5]:
        assert [one.label for one in built.detect(pictures[name])] == [
            one.label for one in of.detect(pictures[name])
        ]


@pytest.mark.usefixtures("_tensorrt")
def test_one_without_a_header_does_not_say_what_it_knows(engine: Path, shipped: ModelFile) -> None:
    engine.write_bytes(shipped.path.read_bytes())
    with pytest.raises(ModelError, match="does not know dishwasher"):
        load_chosen(ModelFile(engine, ""), VisionSettings())
