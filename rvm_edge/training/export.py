"""From trained weights to the ONNX file that a machine runs, and to a checkpoint for a Jetson."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Mapping
from pathlib import Path

import onnx
import torch
from ultralytics.nn.tasks import DetectionModel

from rvm_edge.training.failures import ExportError

MOST_BYTES = 11_000_000
"""An update of the eyes must pass through a slow mobile line."""

_OPSET = 17


def export_onnx(model: DetectionModel, side: int, target: Path) -> None:
    """Write the model as ONNX: one picture, a fixed square, no suppression of boxes inside.

    The graph is the fused one and keeps the parameters' names.

    Raises:
        ExportError: the file is larger than `MOST_BYTES`.
    """
    fused = copy.deepcopy(model).float().eval().fuse(verbose=False)
    fused.requires_grad_(False)
    head = fused.model[-1]
    head.export, head.format = True, "onnx"
    picture = torch.zeros(1, 3, side, side)
    with torch.no_grad(), warnings.catch_warnings():
        # The newer exporter needs onnxscript and names the weights otherwise.
        warnings.simplefilter("ignore")
        fused(picture)  # lays out the anchors for this size before the graph is traced
        torch.onnx.export(
            fused,
            (picture,),
            str(target),
            input_names=["images"],
            output_names=["output0"],
            opset_version=_OPSET,
            dynamo=False,
        )
    size = target.stat().st_size
    if size > MOST_BYTES:
        raise ExportError(f"{target} is {size} bytes, more than {MOST_BYTES}")


def write_metadata(path: Path, metadata: Mapping[str, str]) -> None:
    """Replace what an ONNX file says of itself."""
    graph = onnx.load(path)
    del graph.metadata_props[:]
    for key, value in metadata.items():
        graph.metadata_props.add(key=key, value=value)
    partial = path.with_suffix(".part")
    onnx.save(graph, partial)
    partial.replace(path)


def save_checkpoint(model: DetectionModel, side: int, target: Path) -> None:
    """Write the model as Ultralytics writes one, for its exporters: TensorRT among them.

    It is a pickle. Load it restricted, and only where it was made or is pinned by its hash.
    """
    plain = copy.deepcopy(model).half()
    plain.criterion = None
    plain.args = {"imgsz": side, "task": "detect"}
    torch.save({"model": plain, "train_args": plain.args}, target)


def save_weights(model: DetectionModel, target: Path) -> None:
    """Write the weights alone, as a later training can start from them."""
    torch.save({key: value.clone() for key, value in model.state_dict().items()}, target)
