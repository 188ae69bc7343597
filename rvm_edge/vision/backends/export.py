"""Makes an ONNX file or a TensorRT engine of a `.pt`, and shows that it still decides the same.

    python -m rvm_edge.vision.backends.export best.pt --as onnx
    python -m rvm_edge.vision.backends.export best.pt --as engine

An engine is bound to the GPU and the TensorRT that it was made with: it is made on the machine that
is to run it. Needs the extra `ai`.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import cv2
import msgspec
import numpy as np

from rvm_edge.packaged import PackagedFileError, samples_dir
from rvm_edge.settings import VisionSettings
from rvm_edge.vision.acceptance import decide
from rvm_edge.vision.backends.choosing import load_chosen
from rvm_edge.vision.backends.device import choose_device
from rvm_edge.vision.backends.quiet_ultralytics import assert_restricted_loading, silence
from rvm_edge.vision.detector import Detector, ModelError
from rvm_edge.vision.model_checks import read_model
from rvm_edge.vision.model_store import ModelFile

Format = Literal["onnx", "engine"]


class Exported(msgspec.Struct, frozen=True):
    """A file that was made.

    Attributes:
        path: where it lies.
        sha256: its hash, in hex.
        pictures: on how many sample pictures it was compared with the `.pt`.
        otherwise: the names of those that it decides otherwise.
    """

    path: Path
    sha256: str
    pictures: int
    otherwise: tuple[str, ...]


def export(weights: Path, kind: Format, folder: Path, settings: VisionSettings) -> Exported:
    """Make a file of another kind of a `.pt`, and compare the two on the sample pictures.

    Args:
        weights: the `.pt`; it is loaded restricted.
        kind: what to make.
        folder: where the new file goes, under the old one's name.
        settings: the device, whether a GPU computes with half precision, and the rule's figures.

    Raises:
        ModelError: the `.pt` cannot be used here, or what was made of it cannot.
    """
    target = folder / f"{weights.stem}.{kind}"
    content, sha256 = read_model(weights)
    before = load_chosen(ModelFile(weights, sha256), settings)
    side = getattr(before, "side", 0)
    with TemporaryDirectory(prefix="rvm-edge-export-") as private:
        silence(Path(private))
        assert_restricted_loading(weights)
        copy = Path(private, "model.pt")
        copy.write_bytes(content)
        made = _ultralytics_export(copy, weights, kind, side, settings)
        unfinished = target.with_name(f"{target.name}.part")
        shutil.copyfile(made, unfinished)
    unfinished.replace(target)
    _, made_sha256 = read_model(target)
    after = load_chosen(ModelFile(target, made_sha256), settings)
    otherwise, pictures = [], 0
    for name, one, other in _decisions(before, after, settings):
        pictures += 1
        if one != other:
            otherwise.append(name)
    return Exported(target, made_sha256, pictures, tuple(otherwise))


def main(arguments: Sequence[str]) -> int:
    """Export and say what came of it.

    Returns:
        0; 1 for a model that cannot be exported or decides otherwise; 2 for wrong usage.
    """
    parser = argparse.ArgumentParser(prog="python -m rvm_edge.vision.backends.export")
    parser.add_argument("weights", type=Path, help="a .pt")
    parser.add_argument("--as", dest="kind", choices=("onnx", "engine"), required=True)
    parser.add_argument("--into", type=Path, help="a folder; that of the .pt unless told")
    parser.add_argument(
        "--device", default="auto", help="cpu, cuda, cuda:1; the GPU if there is one"
    )
    parser.add_argument("--full", action="store_true", help="FP32 where a GPU would do FP16")
    asked = parser.parse_args(arguments)
    try:
        settings = msgspec.convert({"device": asked.device, "half": not asked.full}, VisionSettings)
        made = export(asked.weights, asked.kind, asked.into or asked.weights.parent, settings)
    except (ModelError, PackagedFileError, msgspec.ValidationError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(
        f'model = "{made.path.absolute()}"\nmodel_sha256 = "{made.sha256}"\n'
        f"# {made.pictures - len(made.otherwise)} of {made.pictures} samples are decided alike\n"
    )
    if made.otherwise:
        sys.stderr.write(f"decided otherwise: {', '.join(made.otherwise)}\n")
    return 1 if made.otherwise else 0


def _ultralytics_export(
    copy: Path, called: Path, kind: Format, side: int, settings: VisionSettings
) -> Path:
    from ultralytics import YOLO  # noqa: PLC0415 - only the extra ai has it

    device = choose_device(settings.device)
    if kind == "engine" and device == "cpu":
        raise ModelError("a TensorRT engine is made on the GPU that is to run it; here is none")
    try:
        made: object = YOLO(copy).export(
            format=kind,
            imgsz=side,
            # An ONNX file stays in FP32: ONNX Runtime's detector takes no other, and TensorRT
            # makes its own FP16 of the network.
            half=settings.half and kind == "engine",
            device=device,
            batch=1,
            dynamic=False,
            nms=False,
            simplify=False,
            verbose=False,
        )
    # torch, its exporter and TensorRT have no class of error in common.
    except Exception as error:
        first_line = next((line for line in str(error).splitlines() if line.strip()), "")
        said = first_line or type(error).__name__
        raise ModelError(f"{called} cannot be exported: {said[:300]}") from error
    return Path(str(made))


def _decisions(
    before: Detector, after: Detector, settings: VisionSettings
) -> Iterator[tuple[str, object, object]]:
    """Yield each sample picture's name and what the rule says of it through either model."""
    for path in sorted((samples_dir() / "images").glob("*.jpg")):
        picture = cv2.imread(str(path))
        assert picture is not None
        pixels = np.asarray(picture, dtype=np.uint8)
        one, other = (
            decide([model.detect(pixels)], settings.acceptance).reason for model in (before, after)
        )
        yield path.stem, one, other


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
