"""A model is used only if it is whole, the expected one, and knows our classes."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from rvm_edge.vision.detector import Detector, ModelError
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.onnx_detector import OnnxDetector


@pytest.fixture(scope="module")
def content(model: ModelFile) -> bytes:
    return model.path.read_bytes()


def stored(folder: Path, content: bytes) -> Path:
    path = folder / "model.onnx"
    path.write_bytes(content)
    return path


def test_it_finds_the_bottle(model: ModelFile, samples: Path) -> None:
    detector: Detector = OnnxDetector.load(model.path, sha256=model.sha256)
    assert detector.model_hash == model.sha256
    picture = cv2.imread(str(samples / "syn_01100.jpg"))
    assert picture is not None
    (first, *_) = detector.detect(np.asarray(picture, dtype=np.uint8))
    assert first.label == "mineral"
    assert first.confidence > 0.6


def test_one_thread_sees_what_two_see(model: ModelFile, samples: Path) -> None:
    picture = np.asarray(cv2.imread(str(samples / "syn_00257.jpg")), dtype=np.uint8)
    one, two = (OnnxDetector.load(model.path, threads=n).detect(picture) for n in (1, 2))
    assert [found.label for found in one] == [found.label for found in two]
    assert [found.confidence for found in one] == pytest.approx(
        [found.confidence for found in two], abs=1e-4
    )


def test_a_floor_drops_what_is_below_it(model: ModelFile, samples: Path) -> None:
    picture = np.asarray(cv2.imread(str(samples / "syn_00257.jpg")), dtype=np.uint8)
    everything = OnnxDetector.load(model.path, floor=0.01).detect(picture)
    found = OnnxDetector.load(model.path, floor=0.1).detect(picture)
    assert found == tuple(one for one in everything if one.confidence >= 0.1)
    assert 0 < len(found) < len(everything)


def test_another_file_than_the_expected_one_is_refused(model: ModelFile) -> None:
    with pytest.raises(ModelError, match=f"not the expected model: SHA-256 {model.sha256}"):
        OnnxDetector.load(model.path, sha256="0" * 64)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="there is no model at"):
        OnnxDetector.load(tmp_path / "none.onnx")
    with pytest.raises(ModelError, match="there is no model at"):
        OnnxDetector.load(tmp_path)


def test_an_empty_file_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="0 bytes"):
        OnnxDetector.load(stored(tmp_path, b""))


@pytest.mark.parametrize("share", [*(tenth / 10 for tenth in range(1, 10)), 0.99])
def test_a_truncated_model_is_refused(tmp_path: Path, content: bytes, share: float) -> None:
    with pytest.raises(ModelError, match="cannot be loaded as ONNX"):
        OnnxDetector.load(stored(tmp_path, content[: int(len(content) * share)]))


def test_a_model_is_not_whatever_is_called_one(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded as ONNX"):
        OnnxDetector.load(stored(tmp_path, b"not a model" * 100))


def test_a_model_that_lacks_a_class_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ModelError, match="does not know soda"):
        OnnxDetector.load(stored(tmp_path, content.replace(b"'soda'", b"'sofa'")))


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"{0: 'mineral'", b"{9: 'mineral'"), (b"{0: 'mineral'", b"[0: 'mineral'")],
)
def test_metadata_that_names_no_classes_are_refused(
    tmp_path: Path, content: bytes, old: bytes, new: bytes
) -> None:
    with pytest.raises(ModelError, match="does not name its classes"):
        OnnxDetector.load(stored(tmp_path, content.replace(old, new)))
