"""The network that is trained: YOLO11n, begun from weights that know the pictures of the world."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn
from ultralytics.nn.tasks import DetectionModel

from rvm_edge.training.dataset import CLASSES
from rvm_edge.training.failures import WeightsError

_ARCHITECTURE = "yolo11n.yaml"
_COCO_CLASSES = 80
_LAST_BIAS = "model.23.cv3.0.2.bias"
_NEAREST = {"yogurt": 41}  # a cup
_BOTTLE = 39


def build(weights: Path | None, seed: int = 0) -> DetectionModel:
    """Return a detector of our classes.

    The layers in front of the class scores keep the width that they have for COCO's 80 classes, so
    that what COCO taught them is kept; a row of the last layer starts from the row of the nearest
    COCO class, a bottle for most.

    Args:
        weights: a state dict of YOLO11n trained on COCO, or one that an earlier training left
            (`weights.pth`), or None for random ones.
        seed: of what is random.

    Raises:
        WeightsError: the file is missing, or holds other weights.
    """
    torch.manual_seed(seed)
    model = DetectionModel(_ARCHITECTURE, nc=_COCO_CLASSES, verbose=False)
    state = None if weights is None else _read(weights)
    ours = state is not None and state.get(_LAST_BIAS, torch.empty(0)).shape == (len(CLASSES),)
    if state is not None and not ours:
        _fill(model, state, weights)
    head = model.model[-1]
    for branch in head.cv3:
        branch[-1] = _narrow(branch[-1])
    head.nc = model.nc = len(CLASSES)
    head.no = head.nc + 4 * head.reg_max
    model.yaml["nc"] = len(CLASSES)
    model.names = dict(enumerate(CLASSES))
    if state is not None and ours:
        _fill(model, state, weights)
    return model


def _read(weights: Path) -> dict[str, torch.Tensor]:
    try:
        state = torch.load(weights, map_location="cpu", weights_only=True)
    except OSError as error:
        raise WeightsError(f"{weights} cannot be read: {error.strerror}") from error
    # torch raises pickle, zip and plain runtime errors here, depending on how the file is wrong.
    except Exception as error:
        first = str(error).strip().splitlines()[0]
        raise WeightsError(f"{weights} holds no state dict: {first}") from error
    if not isinstance(state, dict) or not all(
        isinstance(one, torch.Tensor) for one in state.values()
    ):
        raise WeightsError(f"{weights} holds no state dict")
    return {str(key): value.float() for key, value in state.items()}


def _fill(model: DetectionModel, state: dict[str, torch.Tensor], weights: Path | None) -> None:
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        raise WeightsError(f"{weights} holds other weights than those of YOLO11n") from error


def _narrow(wide: nn.Conv2d) -> nn.Conv2d:
    rows = [_NEAREST.get(name, _BOTTLE) for name in CLASSES]
    narrow = nn.Conv2d(wide.in_channels, len(rows), 1)
    with torch.no_grad():
        narrow.weight.copy_(wide.weight[rows])
        assert narrow.bias is not None and wide.bias is not None  # noqa: PT018 - both or neither
        narrow.bias.copy_(wide.bias[rows])
    return narrow
