"""Only models that a manifest pins, or that the settings name, are used."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from rvm_edge.packaged import model_file
from rvm_edge.settings import Thresholds, VisionSettings
from rvm_edge.vision.model_store import MANIFEST, ManifestError, choose, read_manifest
from rvm_edge.vision.onnx_detector import OnnxDetector
from rvm_edge.vision.wire import Load

ENTRY: dict[str, object] = {
    "name": "one",
    "version": 1,
    "file": "one.onnx",
    "sha256": "a" * 64,
    "imgsz": 320,
    "classes": ["mineral", "soda", "milk", "yogurt", "dishwasher", "non_mineral", "not_empty"],
    "licence": "AGPL-3.0-only",
}


def written(folder: Path, default: object = "one", models: object = None) -> Path:
    content = {"default": default, "models": [ENTRY] if models is None else models}
    (folder / MANIFEST).write_text(json.dumps(content), encoding="utf-8")
    return folder


def test_the_shipped_manifest_tells_the_truth_about_the_shipped_model() -> None:
    folder = model_file(MANIFEST).parent
    for entry in read_manifest(folder).models:
        content = (folder / entry.file).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry.sha256
        detector = OnnxDetector.load(folder / entry.file, sha256=entry.sha256)
        assert detector.names == entry.classes
        assert detector.side == entry.imgsz
        assert entry.sha256 in (folder / "README.md").read_text(encoding="utf-8")


def test_the_default_of_the_manifest_is_chosen(tmp_path: Path) -> None:
    chosen = choose(VisionSettings(), written(tmp_path, models=[{**ENTRY, "name": "two"}, ENTRY]))
    assert (chosen.path, chosen.sha256) == (tmp_path / "one.onnx", "a" * 64)


def test_an_entry_may_name_thresholds_for_a_file_that_cannot(tmp_path: Path) -> None:
    entry = {**ENTRY, "file": "one.pt", "thresholds": {"mineral": 0.7}}
    chosen = choose(VisionSettings(), written(tmp_path, models=[entry]))
    assert chosen.thresholds == Thresholds(mineral=0.7)
    assert Load.of(chosen, VisionSettings()).thresholds == Thresholds(mineral=0.7)


def test_a_model_of_the_settings_goes_first_and_needs_no_manifest(tmp_path: Path) -> None:
    settings = VisionSettings(model=str(tmp_path / "mine.onnx"), model_sha256="b" * 64)
    chosen = choose(settings, tmp_path / "nowhere")
    assert (chosen.path, chosen.sha256) == (tmp_path / "mine.onnx", "b" * 64)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"file": "../one.onnx"}, "plain file name"),
        ({"file": "/etc/passwd"}, "plain file name"),
        ({"file": ".."}, "plain file name"),
        ({"sha256": "A" * 64}, "sha256"),
        ({"sha256": ""}, "sha256"),
        ({"classes": ["mineral", "not_empty"]}, "classes lack dishwasher, milk"),
        ({"version": 0}, "version"),
        ({"url": "http://example.org"}, "url"),
    ],
)
def test_a_wrong_entry_is_refused(tmp_path: Path, entry: dict[str, object], message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        read_manifest(written(tmp_path, models=[{**ENTRY, **entry}]))


def test_a_default_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="'other' is none of the models"):
        read_manifest(written(tmp_path, default="other"))


def test_two_models_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="same name"):
        read_manifest(written(tmp_path, models=[ENTRY, ENTRY]))


def test_a_missing_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"models\.json cannot be read: No such file"):
        choose(VisionSettings(), tmp_path)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 5000])
def test_what_is_no_manifest_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / MANIFEST).write_bytes(content)
    with pytest.raises(ManifestError, match="is wrong"):
        read_manifest(tmp_path)


def test_an_endless_manifest_is_refused(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_bytes(b" " * (1024 * 1024 + 1))
    with pytest.raises(ManifestError, match="too long"):
        read_manifest(tmp_path)
