"""A trained `.pt` of the model that the project ships: its ONNX weights back in their network.

An export to ONNX keeps the parameters' names, and its layers are those of the fused network.
"""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from ultralytics.nn.tasks import DetectionModel

from rvm_edge.vision.onnx_detector import OnnxDetector

SIDE = 320


def write_checkpoint(exported: Path, target: Path) -> None:
    """Write the weights of `exported` as a checkpoint like those that a training leaves."""
    weights = {
        one.name: torch.from_numpy(numpy_helper.to_array(one).copy())
        for one in onnx.load(exported).graph.initializer
    }
    names = dict(enumerate(OnnxDetector.load(exported).names))
    # The head is as wide as that of the 80 classes which the training started from.
    network = DetectionModel("yolo11n.yaml", nc=80, verbose=False)
    head = network.model[-1]
    head.nc = len(names)
    head.no = head.nc + 4 * head.reg_max
    for branch in head.cv3:
        branch[2] = torch.nn.Conv2d(branch[2].in_channels, len(names), 1)
    network.fuse(verbose=False)
    network.load_state_dict(weights)
    network.names = names
    network.nc = len(names)
    network.yaml["nc"] = len(names)
    network.args = {"imgsz": SIDE, "task": "detect"}
    torch.save({"model": network, "train_args": {"imgsz": SIDE, "task": "detect"}}, target)
