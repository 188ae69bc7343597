"""The training loop: epochs, steps, the running average, and a checkpoint after each epoch."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from ultralytics.nn.tasks import DetectionModel
from ultralytics.utils.torch_utils import ModelEMA

from rvm_edge.training.augment import Example, vary
from rvm_edge.training.balance import epoch_order, repeat_factors
from rvm_edge.training.dataset import CLASSES, LabelledPicture
from rvm_edge.training.recipe import Recipe
from rvm_edge.training.twin_labels import FILLED, TwinLabelLoss
from rvm_edge.vision.picture import read_picture, sniff
from rvm_edge.vision.picture_files import read_file

_LONGEST_GRADIENT = 10.0
_RAMP_STEPS = 400
"""Over how many steps the running average becomes as slow as the recipe says."""


@dataclass(frozen=True)
class Progress:
    """How far a run is: after each step.

    Attributes:
        epoch: from 0.
        step: of the epoch, from 1.
        steps: in an epoch.
        loss: per picture, the mean over the epoch so far.
    """

    epoch: int
    step: int
    steps: int
    loss: float


def train(
    model: DetectionModel,
    pictures: Sequence[LabelledPicture],
    recipe: Recipe,
    checkpoint: Path,
    report: Callable[[Progress], None],
) -> DetectionModel:
    """Train, from the checkpoint on if there is one.

    Everything random in an epoch comes from the seed and the epoch's number: a run that was cut
    off and resumed shows the same pictures, varied in the same way, as one that was not.

    Returns:
        The running average of the weights, on the CPU: what is to be exported.
    """
    cv2.setNumThreads(1)  # pictures are varied beside the model, which has the other cores
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model.to(device, memory_format=torch.channels_last)
    model.model[: recipe.frozen].requires_grad_(False)
    loss = TwinLabelLoss(model, recipe)
    optimizer = _optimizer(model, recipe)
    average = ModelEMA(model, decay=recipe.averaging, tau=_RAMP_STEPS)
    first = _restore(checkpoint, model, optimizer, average, device)
    cached = [_shrink(one, recipe.side) for one in pictures]
    factors = repeat_factors(pictures)
    steps = max(1, len(pictures) // recipe.batch)
    for epoch in range(first, recipe.epochs):
        rng = np.random.default_rng([recipe.seed, epoch])
        order = epoch_order(factors, rng)
        model.train()
        summed = 0.0
        for step, batch in enumerate(_batches(cached, pictures, order, recipe, rng), start=1):
            rate = _rate(recipe, epoch * steps + step - 1, steps)
            for group in optimizer.param_groups:
                group["lr"] = rate
            images = batch["img"].to(device, memory_format=torch.channels_last)
            with torch.autocast(device.type, torch.bfloat16):
                predictions = model.forward(images)
            value = loss(predictions, {key: one.to(device) for key, one in batch.items()})
            optimizer.zero_grad()
            value.backward()
            nn.utils.clip_grad_norm_(model.parameters(), _LONGEST_GRADIENT)
            optimizer.step()
            average.update(model)
            summed += float(value.detach()) / len(images)
            report(Progress(epoch, step, steps, summed / step))
        _save(checkpoint, model, optimizer, average, epoch + 1)
    return average.ema.to("cpu", memory_format=torch.contiguous_format).float().eval()


def _rate(recipe: Recipe, step: int, steps: int) -> float:
    total = recipe.epochs * steps
    falling = 0.01 + 0.99 * (1 + math.cos(math.pi * step / total)) / 2
    return recipe.learning_rate * falling * min(1.0, (step + 1) / steps)


def _optimizer(model: nn.Module, recipe: Recipe) -> torch.optim.AdamW:
    """Decay the weights of convolutions alone, not biases and not normalisations."""
    decayed, plain = list[nn.Parameter](), list[nn.Parameter]()
    for parameter in filter(lambda one: one.requires_grad, model.parameters()):
        (decayed if parameter.ndim > 1 else plain).append(parameter)
    groups = [
        {"params": decayed, "weight_decay": recipe.weight_decay},
        {"params": plain, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=recipe.learning_rate)


def _shrink(picture: LabelledPicture, side: int) -> NDArray[np.uint8]:
    """Read a picture, no larger than training can use."""
    data = read_file(picture.path)
    pixels = read_picture(data, sniff(data))
    most = 1.5 * side / max(pixels.shape[:2])
    if most >= 1:
        return pixels
    return np.asarray(
        cv2.resize(pixels, None, fx=most, fy=most, interpolation=cv2.INTER_AREA), dtype=np.uint8
    )


def _batches(
    cached: Sequence[NDArray[np.uint8]],
    pictures: Sequence[LabelledPicture],
    order: NDArray[np.intp],
    recipe: Recipe,
    rng: np.random.Generator,
) -> Iterator[dict[str, torch.Tensor]]:
    """Yield an epoch's batches; the next is prepared while the model learns from this one."""
    canvas = (recipe.side, recipe.height)

    def prepare(chosen: NDArray[np.intp]) -> dict[str, torch.Tensor]:
        return _collate(
            [
                vary(cached[one], pictures[one].things, canvas, recipe.augmentation, rng)
                for one in chosen
            ]
        )

    steps = max(1, len(order) // recipe.batch)
    with ThreadPoolExecutor(1, "augment") as pool:
        upcoming = pool.submit(prepare, order[: recipe.batch])
        for step in range(1, steps + 1):
            ready = upcoming.result()
            if step < steps:
                upcoming = pool.submit(
                    prepare, order[step * recipe.batch : (step + 1) * recipe.batch]
                )
            yield ready


def _collate(examples: Sequence[Example]) -> dict[str, torch.Tensor]:
    rows = [
        (index, CLASSES.index(one.label) + FILLED * one.not_empty, *one.box)
        for index, example in enumerate(examples)
        for one in example.things
    ]
    table = torch.tensor(rows, dtype=torch.float32).reshape(-1, 6)
    stacked = np.stack([one.pixels[..., ::-1] for one in examples]).transpose(0, 3, 1, 2)
    return {
        "img": torch.from_numpy(np.ascontiguousarray(stacked)).float() / 255,
        "batch_idx": table[:, 0],
        "cls": table[:, 1],
        "bboxes": table[:, 2:],
    }


def _save(
    path: Path,
    model: nn.Module,
    optimizer: torch.optim.AdamW,
    average: ModelEMA,
    epochs: int,
) -> None:
    """Write tensors and numbers alone, so that resuming runs no code from the file."""
    state: dict[str, Any] = {
        "epochs": epochs,
        "model": model.state_dict(),
        "average": average.ema.state_dict(),
        "updates": average.updates,
        "optimizer": optimizer.state_dict(),
    }
    partial = path.with_suffix(".part")
    torch.save(state, partial)
    partial.replace(path)


def _restore(
    path: Path,
    model: nn.Module,
    optimizer: torch.optim.AdamW,
    average: ModelEMA,
    device: torch.device,
) -> int:
    """Return how many epochs are done already."""
    if not path.exists():
        return 0
    state = torch.load(path, map_location=device, weights_only=True)
    model.load_state_dict(state["model"])
    average.ema.load_state_dict(state["average"])
    average.updates = state["updates"]
    optimizer.load_state_dict(state["optimizer"])
    return int(state["epochs"])
