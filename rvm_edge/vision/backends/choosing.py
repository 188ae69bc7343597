"""Which library runs a model: chosen by the file's suffix and the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from rvm_edge.settings import Backend, VisionSettings
from rvm_edge.vision.detector import Detector, ModelError
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.wire import Load

_ONNX: Final = ".onnx"
_ULTRALYTICS: Final = frozenset({".onnx", ".pt", ".engine"})


def load_chosen(model: ModelFile, settings: VisionSettings) -> Detector:
    """Load the model that was chosen, as the settings say.

    Raises:
        ModelError: see `load_detector`.
    """
    return load_detector(Load.of(model, settings))


def load_detector(wanted: Load) -> Detector:
    """Load a model with the library that is meant for it, and look through it once.

    Raises:
        ModelError: the model cannot be used, or the library for it is not installed.
    """
    path = Path(wanted.model)
    if library_for(path, wanted.backend) == "onnxruntime":
        return _on_onnx_runtime(path, wanted)
    return _on_ultralytics(path, wanted)


def library_for(path: Path, asked: Backend) -> Backend:
    """Return the library that runs a file.

    Raises:
        ModelError: none does, or not the one that was asked for.
    """
    suffix = path.suffix.lower()
    if suffix not in _ULTRALYTICS:
        raise ModelError(f"{path} is no .onnx, .pt or .engine file")
    if asked == "onnxruntime" and suffix != _ONNX:
        raise ModelError(f"ONNX Runtime cannot run {path}; vision.backend asks for it")
    if asked != "auto":
        return asked
    return "onnxruntime" if suffix == _ONNX else "ultralytics"


# Each library is imported where it is needed: the light installation has one of them.
def _on_onnx_runtime(path: Path, wanted: Load) -> Detector:
    from rvm_edge.vision.onnx_detector import OnnxDetector  # noqa: PLC0415

    detector = OnnxDetector.load(
        path,
        sha256=wanted.sha256,
        threads=wanted.threads,
        floor=wanted.floor,
        nms_iou=wanted.nms_iou,
        vouched=wanted.thresholds,
    )
    detector.warm_up()
    return detector


def _on_ultralytics(path: Path, wanted: Load) -> Detector:
    from rvm_edge.vision.backends.ultralytics_detector import UltralyticsDetector  # noqa: PLC0415

    return UltralyticsDetector.load(path, wanted)
