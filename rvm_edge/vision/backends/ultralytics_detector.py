"""A detector on Ultralytics: `.pt`, `.onnx` and TensorRT `.engine` files, on a CPU or a GPU.

Of Ultralytics it takes what runs a model (`AutoBackend`), and neither its letterbox nor its
decoding: those are written once, for all backends. `YOLO.predict` would not do: of each candidate
it keeps the surest class alone, and the acceptance rule rejects on the weaker ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from rvm_edge.item import Detection
from rvm_edge.vision.backends.quiet_ultralytics import assert_restricted_loading, silence
from rvm_edge.vision.backends.ultralytics_model import Model, load_model
from rvm_edge.vision.decode import decode
from rvm_edge.vision.detector import ModelError
from rvm_edge.vision.letterbox import letterbox
from rvm_edge.vision.model_checks import read_model
from rvm_edge.vision.model_thresholds import floor_for, thresholds_of
from rvm_edge.vision.wire import Load

_PICKLE = ".pt"


class UltralyticsDetector:
    """Runs a YOLO11 detection model with whatever Ultralytics runs it with."""

    def __init__(self, model: Model, model_hash: str, wanted: Load) -> None:
        """Wrap a model; `load` is the way to get one."""
        self._model = model
        self.thresholds = thresholds_of(model.metadata, wanted.thresholds)
        self._floor = floor_for(self.thresholds, wanted.floor)
        self._nms_iou = wanted.nms_iou
        self.model_hash = model_hash
        self.side = model.side
        self.names: Sequence[str] = model.names

    @classmethod
    def load(cls, path: Path, wanted: Load) -> UltralyticsDetector:
        """Read, check, prepare and warm up a model.

        The bytes that are hashed are the bytes that are run: they are loaded from a copy that only
        this process knows, and that is removed afterwards.

        Args:
            path: the file.
            wanted: how to run it.

        Raises:
            ModelError: the model cannot be used here, or Ultralytics is not installed.
        """
        content, model_hash = read_model(path, wanted.sha256)
        with TemporaryDirectory(prefix="rvm-edge-model-") as folder:
            silence(Path(folder))
            if path.suffix.lower() == _PICKLE:
                assert_restricted_loading(path)
            copy = Path(folder, f"model{path.suffix.lower()}")
            copy.write_bytes(content)
            model = load_model(copy, path, wanted)
            detector = cls(model, model_hash, wanted)
            detector.detect(np.full((model.side, model.side, 3), 114, dtype=np.uint8))
            model.limit_threads(wanted.threads)
        return detector

    def detect(self, picture: NDArray[np.uint8]) -> tuple[Detection, ...]:
        """Find things; see `Detector.detect`."""
        tensor, geometry = letterbox(picture, self.side)
        try:
            return decode(
                self._model.forward(tensor),
                self.names,
                geometry,
                floor=self._floor,
                nms_iou=self._nms_iou,
            )
        except ValueError as error:
            raise ModelError(str(error)) from error
