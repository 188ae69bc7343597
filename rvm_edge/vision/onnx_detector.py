"""A detector on ONNX Runtime: the embedded default, small and without torch."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from rvm_edge.item import Detection
from rvm_edge.settings import Thresholds
from rvm_edge.vision.decode import decode
from rvm_edge.vision.detector import ModelError
from rvm_edge.vision.letterbox import letterbox
from rvm_edge.vision.model_checks import MOST_SIDE, checked_names, read_model
from rvm_edge.vision.model_thresholds import floor_for, thresholds_of

_RANK = 4


class OnnxDetector:
    """Runs a YOLO11 detection model that Ultralytics exported to ONNX."""

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        model_hash: str,
        *,
        floor: float,
        nms_iou: float,
        vouched: Thresholds | None = None,
    ) -> None:
        """Wrap a session; `load` is the way to get one.

        Raises:
            ModelError: the model is not a detector of our classes.
        """
        self._session = session
        self.thresholds = thresholds_of(session.get_modelmeta().custom_metadata_map, vouched)
        self._floor = floor_for(self.thresholds, floor)
        self._nms_iou = nms_iou
        self.model_hash = model_hash
        self._input, self.side = _read_input(session)
        self._output: str = session.get_outputs()[0].name
        self.names: Sequence[str] = _read_names(session)

    @classmethod
    def load(
        cls,
        path: Path,
        *,
        sha256: str = "",
        threads: int = 2,
        floor: float = 0.1,
        nms_iou: float = 0.6,
        vouched: Thresholds | None = None,
    ) -> OnnxDetector:
        """Read, check and prepare a model.

        The bytes that are hashed are the bytes that are run: the file is read once.

        Args:
            path: the ONNX file.
            sha256: what it must hash to, in hex, or "" to take it as it is.
            threads: how many threads one look may use.
            floor: detections below this confidence are not reported.
            nms_iou: two boxes of one class that overlap more are one thing.
            vouched: what a manifest says of its thresholds; None for what the file says.

        Raises:
            ModelError: missing, unreadable, not the expected file, or no detector of our classes.
        """
        content, actual = read_model(path, sha256)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            session = onnxruntime.InferenceSession(
                content, options, providers=["CPUExecutionProvider"]
            )
        # ONNX Runtime raises a dozen unrelated classes of its own here, all directly under
        # Exception, and which one depends on how the file is damaged.
        except Exception as error:
            first_line = str(error).strip().splitlines()[0]
            raise ModelError(f"{path} cannot be loaded as ONNX: {first_line}") from error
        return cls(session, actual, floor=floor, nms_iou=nms_iou, vouched=vouched)

    def detect(self, picture: NDArray[np.uint8]) -> tuple[Detection, ...]:
        """Find things; see `Detector.detect`."""
        tensor, geometry = letterbox(picture, self.side)
        output = self._session.run([self._output], {self._input: tensor})[0]
        try:
            return decode(
                np.asarray(output, dtype=np.float32),
                self.names,
                geometry,
                floor=self._floor,
                nms_iou=self._nms_iou,
            )
        except ValueError as error:
            raise ModelError(str(error)) from error

    def warm_up(self) -> None:
        """Look at a grey picture once, so that the first item does not wait for it.

        Raises:
            ModelError: the model gave something that is no answer.
        """
        self.detect(np.full((self.side, self.side, 3), 114, dtype=np.uint8))


def _read_input(session: onnxruntime.InferenceSession) -> tuple[str, int]:
    """Return the input's name and the edge of its square, from shape (1, 3, side, side)."""
    inputs = session.get_inputs()
    shape = list(inputs[0].shape) if len(inputs) == 1 else []
    square = len(shape) == _RANK and shape[:2] == [1, 3] and shape[2] == shape[3]
    if not square or not isinstance(shape[2], int) or not 0 < shape[2] <= MOST_SIDE:
        raise ModelError(f"the model's input has shape {shape}, not [1, 3, side, side]")
    if inputs[0].type != "tensor(float)":
        raise ModelError(f"the model's input is {inputs[0].type}, not tensor(float)")
    return str(inputs[0].name), shape[2]


def _read_names(session: onnxruntime.InferenceSession) -> tuple[str, ...]:
    """Return the class names from the metadata that Ultralytics writes: a Python dict as text."""
    text = str(session.get_modelmeta().custom_metadata_map.get("names", ""))
    try:
        parsed: object = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        parsed = None
    return checked_names(parsed)
