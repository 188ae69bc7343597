"""A model as Ultralytics runs it, with no type of torch at its border."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rvm_edge.vision.backends.device import choose_device
from rvm_edge.vision.detector import ModelError
from rvm_edge.vision.model_checks import MOST_SIDE, checked_names
from rvm_edge.vision.wire import Load

_ENGINE = ".engine"
_ONNX = ".onnx"
_STRIDE = 32


class Model(Protocol):
    """Runs a detection model."""

    @property
    def names(self) -> tuple[str, ...]:
        """The classes, in the model's order."""
        ...

    @property
    def side(self) -> int:
        """The edge of the square that it takes, in pixels."""
        ...

    @property
    def metadata(self) -> Mapping[str, str]:
        """What an export says of itself; nothing for a `.pt`."""
        ...

    def forward(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run it once.

        Args:
            tensor: shape (1, 3, side, side), red green blue, 0 to 1.

        Returns:
            Shape (1, 4 + classes, candidates), as `decode` takes it.

        Raises:
            ValueError: the model has no such output.
        """
        ...

    def limit_threads(self, threads: int) -> None:
        """Let one look use so many threads; after the first look, which sets its own number."""
        ...


class UltralyticsModel:
    """Implements `Model`."""

    def __init__(self, backend: object, device: str) -> None:
        """Wrap one of Ultralytics' backends; `load_model` is the way to get one.

        Raises:
            ModelError: it is not a detector of our classes.
        """
        if getattr(backend, "end2end", False):
            raise ModelError("the model has its own suppression inside; export it with nms=False")
        self._backend = backend
        self._device = device
        self._half = bool(getattr(backend, "fp16", False))
        self.names = checked_names(getattr(backend, "names", None))
        self.metadata = _metadata_of(backend)
        self.side = _side_of(backend)

    def forward(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run it once; see `Model.forward`."""
        import torch  # noqa: PLC0415 - loaded by now; see `quiet_ultralytics`

        backend = self._backend
        assert callable(backend)
        given = torch.from_numpy(tensor).to(self._device)
        with torch.inference_mode():
            said: object = backend(given.half() if self._half else given)
        first = said[0] if isinstance(said, (list, tuple)) and said else said
        if isinstance(first, torch.Tensor):
            first = first.float().cpu().numpy()
        if not isinstance(first, np.ndarray):
            raise ValueError(f"the model's output is a {type(first).__name__}, not an array")
        return np.asarray(first, dtype=np.float32)

    def limit_threads(self, threads: int) -> None:
        """Let one look use so many threads; see `Model.limit_threads`."""
        import torch  # noqa: PLC0415 - see `forward`

        torch.set_num_threads(threads)


def load_model(file: Path, called: Path, wanted: Load) -> UltralyticsModel:
    """Load a model from a file that nobody else can change.

    Args:
        file: a copy of the model.
        called: the file's name for people.
        wanted: how to run it.

    Raises:
        ModelError: it cannot be used here.
    """
    device = choose_device(wanted.device)
    if file.suffix == _ENGINE and device == "cpu":
        raise ModelError(f"{called} is a TensorRT engine, and here is no GPU to run it")
    half = wanted.half and device != "cpu"
    try:
        if file.suffix == _ONNX:
            return UltralyticsModel(_onnx(file, device, wanted.threads, half=half), device)
        return UltralyticsModel(_auto(file, device, half=half), device)
    except ModelError:
        raise
    # Whatever is wrong with a file, torch, Ultralytics, ONNX Runtime and TensorRT each have classes
    # of their own for it; one of them is the plain Exception.
    except Exception as error:
        first_line = next((line for line in str(error).splitlines() if line.strip()), "")
        said = first_line.replace(str(file), str(called)).strip() or type(error).__name__
        raise ModelError(f"{called} cannot be loaded by Ultralytics: {said[:300]}") from error


def _auto(file: Path, device: str, *, half: bool) -> object:
    import torch  # noqa: PLC0415 - see `UltralyticsModel.forward`
    from ultralytics.nn.autobackend import AutoBackend  # noqa: PLC0415

    backend: object = AutoBackend(file, device=torch.device(device), fp16=half, verbose=False)
    return backend


def _onnx(file: Path, device: str, threads: int, *, half: bool) -> object:
    """Return what `AutoBackend` would take for ONNX, with a limit to its threads."""
    import onnxruntime  # noqa: PLC0415 - see `UltralyticsModel.forward`
    import torch  # noqa: PLC0415
    from ultralytics.nn.backends import ONNXBackend  # noqa: PLC0415

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    backend: object = ONNXBackend(
        file, torch.device(device), fp16=half, format="onnx", session_options=options
    )
    return backend


def _side_of(backend: object) -> int:
    """Return the edge of the model's square: from an export's metadata or a training's arguments.

    Raises:
        ModelError: neither says one that can be.
    """
    trained = getattr(getattr(getattr(backend, "backend", None), "model", None), "args", None)
    said: object = getattr(backend, "imgsz", None)
    if said is None and isinstance(trained, dict):
        said = trained.get("imgsz")
    sides = list(said) if isinstance(said, (list, tuple)) else [said, said]
    side = sides[0]
    square = len(sides) == 2 and sides[0] == sides[1]  # noqa: PLR2004 - height and width
    if not square or not isinstance(side, int) or not 0 < side <= MOST_SIDE or side % _STRIDE:
        raise ModelError(f"the model's input is said to be {said}, not a square it can take")
    return side


def _metadata_of(backend: object) -> dict[str, str]:
    said: object = getattr(backend, "metadata", None)
    if not isinstance(said, Mapping):
        return {}
    return {str(key): value for key, value in said.items() if isinstance(value, str)}
