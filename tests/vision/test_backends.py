"""Which library runs a model, and what is said where it is not installed."""

from __future__ import annotations

import builtins
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import pytest

from rvm_edge.settings import Backend, SegmenterSettings, VisionSettings
from rvm_edge.vision.backends.choosing import library_for, load_chosen
from rvm_edge.vision.detector import ModelError
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.onnx_detector import OnnxDetector
from rvm_edge.vision.segmenter.seat import call_judge
from rvm_edge.vision.wire import Load


@pytest.mark.parametrize(
    ("name", "asked", "library"),
    [
        ("a.onnx", "auto", "onnxruntime"),
        ("a.ONNX", "auto", "onnxruntime"),
        ("a.onnx", "onnxruntime", "onnxruntime"),
        ("a.onnx", "ultralytics", "ultralytics"),
        ("a.pt", "auto", "ultralytics"),
        ("a.engine", "auto", "ultralytics"),
        ("a.engine", "ultralytics", "ultralytics"),
    ],
)
def test_the_suffix_and_the_settings_choose(name: str, asked: Backend, library: str) -> None:
    assert library_for(Path(name), asked) == library


@pytest.mark.parametrize(
    ("name", "asked", "why"),
    [
        ("a.pt", "onnxruntime", r"ONNX Runtime cannot run a\.pt; vision\.backend asks for it"),
        ("a.engine", "onnxruntime", "ONNX Runtime cannot run"),
        ("a.tflite", "auto", r"a\.tflite is no \.onnx, \.pt or \.engine file"),
        ("a", "ultralytics", r"a is no \.onnx, \.pt or \.engine file"),
    ],
)
def test_what_no_library_runs_is_refused(name: str, asked: Backend, why: str) -> None:
    with pytest.raises(ModelError, match=why):
        library_for(Path(name), asked)


def test_the_shipped_model_runs_on_onnx_runtime(model: ModelFile) -> None:
    assert isinstance(load_chosen(model, VisionSettings()), OnnxDetector)


@pytest.fixture
def _light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the heavy libraries unimportable, installed or not."""
    real = builtins.__import__

    def light(
        name: str,
        globals_: Mapping[str, object] | None = None,
        locals_: Mapping[str, object] | None = None,
        fromlist: Sequence[str] = (),
        level: int = 0,
    ) -> object:
        if name.partition(".")[0] in ("torch", "ultralytics", "sam2"):
            raise ImportError(f"No module named {name!r}")
        return real(name, globals_, locals_, fromlist, level)

    monkeypatch.setattr(builtins, "__import__", light)


@pytest.mark.usefixtures("_light")
def test_ultralytics_that_is_not_installed_is_named_with_its_cure(tmp_path: Path) -> None:
    (tmp_path / "a.pt").write_bytes(b"weights")
    with pytest.raises(ModelError, match=r"'torch'\); it comes with the extra ai: make setup-ai"):
        load_chosen(ModelFile(tmp_path / "a.pt", ""), VisionSettings())


@pytest.mark.usefixtures("_light")
@pytest.mark.parametrize(
    ("content", "pinned", "why"),
    [
        (b"weights", b"weights", "it comes with the extra ai: make setup-ai"),
        (b"weights", b"others", "is not the expected model: SHA-256"),
        (b"", b"", "is no model: 0 bytes"),
        (None, b"", "there is no model at"),
    ],
)
def test_a_second_judge_that_cannot_be_had_leaves_its_seat_empty_and_says_why(
    tmp_path: Path, content: bytes | None, pinned: bytes, why: str
) -> None:
    checkpoint = tmp_path / "sam.pt"
    if content is not None:
        checkpoint.write_bytes(content)
    segmenter = SegmenterSettings(
        enabled=True,
        checkpoint=str(checkpoint),
        checkpoint_sha256=hashlib.sha256(pinned).hexdigest(),
    )
    settings = VisionSettings(segmenter=segmenter)
    seat = call_judge(Load.of(ModelFile(Path("a.onnx"), ""), settings))
    assert (seat.name, why in seat.trouble) == ("", True), seat.trouble


def test_a_seat_that_nobody_asked_for_is_empty_without_trouble() -> None:
    seat = call_judge(Load.of(ModelFile(Path("a.onnx"), ""), VisionSettings()))
    assert (seat.name, seat.trouble) == ("", "")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"checkpoint": ""}, "checkpoint and checkpoint_sha256 must be set"),
        ({"checkpoint_sha256": ""}, "checkpoint and checkpoint_sha256 must be set"),
        ({"timeout_s": 3.0}, r"segmenter\.timeout_s must be below 3"),
    ],
)
def test_a_judge_that_cannot_be_called_is_no_setting(changed: dict[str, object], why: str) -> None:
    said = {"enabled": True, "checkpoint": "w.pt", "checkpoint_sha256": "0" * 64, **changed}
    with pytest.raises(msgspec.ValidationError, match=why):
        msgspec.convert({"segmenter": said}, VisionSettings)
