"""An engine carries what its ONNX file said of itself. A script stands for NVIDIA's trtexec."""

from __future__ import annotations

import json
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import onnxruntime
import pytest

from rvm_edge.vision.backends import trt_engine
from rvm_edge.vision.detector import ModelError
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.models import device
from rvm_edge.vision.models.device import key_here
from rvm_edge.vision.models.failures import TroubleError

ENGINE = """
import sys
said = dict(one.lstrip('-').split('=', 1) for one in sys.argv[1:] if '=' in one)
precision = b'fp16' if '--fp16' in sys.argv else b'fp32'
open(said['saveEngine'], 'wb').write(precision + b' of %d' % len(open(said['onnx'], 'rb').read()))
"""


def program(folder: Path, script: str) -> str:
    path = folder / "trtexec"
    path.write_text(f"#!{sys.executable} -S\n{script}", encoding="utf-8")
    path.chmod(0o700)
    return str(path)


def parts(engine: bytes) -> tuple[dict[str, str], bytes]:
    length = int.from_bytes(engine[:4], "little")
    header: dict[str, str] = json.loads(engine[4 : 4 + length])
    return header, engine[4 + length :]


@pytest.mark.parametrize(("full", "precision"), [(False, b"fp16"), (True, b"fp32")])
def test_what_the_model_says_of_itself_goes_before_the_engine(
    tmp_path: Path, model: ModelFile, full: bool, precision: bytes
) -> None:
    target = tmp_path / "made.engine"
    trt_engine.build(model.path, target, program(tmp_path, ENGINE), full=full)
    header, engine = parts(target.read_bytes())
    assert engine == precision + b" of %d" % model.path.stat().st_size
    session = onnxruntime.InferenceSession(str(model.path), providers=["CPUExecutionProvider"])
    assert header == session.get_modelmeta().custom_metadata_map
    assert {"names", "imgsz", "rvm_thresholds"} <= header.keys()
    assert {path.name for path in tmp_path.iterdir()} == {"trtexec", "made.engine"}


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("import sys; print('[I] a\\n[E] no memory\\n&&&& FAILED'); sys.exit(1)", "no memory"),
        ("import sys; sys.exit(3)", r"failed \(3\): no word"),
        ("pass", "left no engine behind"),
    ],
)
def test_a_builder_that_fails_leaves_nothing_and_says_what_was_wrong(
    tmp_path: Path, model: ModelFile, script: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "made.engine"
    trtexec = program(tmp_path, script)
    with pytest.raises(ModelError, match=why):
        trt_engine.build(model.path, target, trtexec)
    assert trt_engine.main([str(model.path), str(target), "--trtexec", trtexec]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["trtexec"]


def test_where_there_is_no_trtexec_it_is_named(tmp_path: Path, model: ModelFile) -> None:
    with pytest.raises(ModelError, match="nowhere: No such file"):
        trt_engine.build(model.path, tmp_path / "made.engine", "/nowhere")


def test_what_is_no_model_of_ours_is_never_built(tmp_path: Path) -> None:
    (tmp_path / "some.onnx").write_bytes(b"not a model")
    with pytest.raises(ModelError, match="cannot be loaded as ONNX"):
        trt_engine.build(tmp_path / "some.onnx", tmp_path / "made.engine", "/bin/true")


class TestWhatItIsBoundTo:
    def test_a_jetson_says_what_it_is(self, tmp_path: Path) -> None:
        tree = tmp_path / "model"
        tree.write_bytes(b"NVIDIA Jetson Orin Nano\0")
        key = key_here("a" * 64, device_tree=tree, gpus=tmp_path, tensorrt="10.3.0")
        assert (key.device, key.tensorrt) == ("NVIDIA Jetson Orin Nano", "10.3.0")
        other = key_here("a" * 64, exactness="fp32", device_tree=tree, tensorrt="10.3.0")
        assert key.file_name != other.file_name

    def test_elsewhere_the_driver_does(self, tmp_path: Path) -> None:
        gpu = tmp_path / "0000:01:00.0"
        gpu.mkdir()
        (gpu / "information").write_text("Model: \t NVIDIA T4\nIRQ: 1\n", encoding="ascii")
        key = key_here("a" * 64, device_tree=tmp_path / "none", gpus=tmp_path, tensorrt="10")
        assert key.device == "NVIDIA T4"

    def test_without_a_gpu_or_without_tensorrt_nothing_is_built(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tree = tmp_path / "model"
        with pytest.raises(TroubleError, match="no NVIDIA GPU"):
            key_here("a" * 64, device_tree=tree, gpus=tmp_path)
        tree.write_bytes(b"NVIDIA Jetson\0")

        def missing(name: str) -> str:
            raise PackageNotFoundError(name)

        monkeypatch.setattr(device, "version", missing)
        with pytest.raises(TroubleError, match="tensorrt is not installed"):
            key_here("a" * 64, device_tree=tree, gpus=tmp_path)
