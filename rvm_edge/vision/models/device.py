"""What a TensorRT engine is bound to on this computer: its kind of device and its TensorRT."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rvm_edge.vision.models.engine import EngineKey
from rvm_edge.vision.models.failures import TroubleError

_DEVICE_TREE = Path("/proc/device-tree/model")
_GPUS = Path("/proc/driver/nvidia/gpus")
_MOST_BYTES = 4096


def key_here(
    sha256: str,
    *,
    exactness: str = "fp16",
    tensorrt: str = "",
    device_tree: Path | None = None,
    gpus: Path = _GPUS,
) -> EngineKey:
    """Return what an engine of a model is bound to here.

    Args:
        sha256: of the model.
        exactness: what it computes with.
        tensorrt: its version; that of the installed package unless told.
        device_tree: where a Jetson says what it is.
        gpus: where NVIDIA's driver lists other computers' GPUs.

    Raises:
        TroubleError: there is no such GPU here, or no TensorRT.
    """
    device = _text(device_tree or _DEVICE_TREE) or _first_gpu(gpus)
    if not device:
        raise TroubleError(
            "no NVIDIA GPU is found here: an engine is built on the one that runs it"
        )
    if not tensorrt:
        try:
            tensorrt = version("tensorrt")
        except PackageNotFoundError as error:
            raise TroubleError("the Python package tensorrt is not installed") from error
    return EngineKey(sha256, device, tensorrt, exactness)


def _text(path: Path) -> str:
    """Return what a file says; a device tree ends its texts with a NUL."""
    try:
        with path.open("rb", buffering=0) as file:
            said = (file.read(_MOST_BYTES) or b"").decode("utf-8", "replace")
    except OSError:
        return ""
    return said.rstrip("\0").strip()


def _first_gpu(folder: Path) -> str:
    for information in sorted(folder.glob("*/information")):
        for line in _text(information).splitlines():
            if line.startswith("Model:"):
                return line.partition(":")[2].strip()
    return ""
