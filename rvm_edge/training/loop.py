"""The training loop: epochs, steps, the running average, and a checkpoint after each epoch."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from ultralytics.nn.tasks import DetectionModel
from ultralytics.utils.torch_utils import ModelEMA

from rvm_edge.training.augment import Example, vary
from rvm_edge.training.balance import epoch_order, repeat_factors
from rvm_edge.training.dataset import CLASSES, LabelledPicture
from rvm_edge.training.recipe import Recipe, Stage
from rvm_edge.training.twin_labels import FILLED, TwinLabelLoss
from rvm_edge.vision.picture import read_picture, sniff
from rvm_edge.vision.picture_files import read_file

_LONGEST_GRADIENT = 10.0
_RAMP_STEPS = 400
"""Over how many steps the running average becomes as slow as the recipe says."""


class Progress(msgspec.Struct, frozen=True):
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
    cached = [_shrink(one, recipe.side) for one in pictures]
    factors = repeat_factors(pictures)
    learner = _Learner(model, recipe)
    done = learner.resume(checkpoint, device)
    ended = 0
    for stage in recipe.stages:
        began, ended = ended, ended + stage.epochs
        if done <= began and began:
            learner.begin_stage()
        loss = TwinLabelLoss(model, recipe.class_gain, stage.not_empty_gain)
        for epoch in range(max(began, done), ended):
            rng = np.random.default_rng([recipe.seed, epoch])
            order = epoch_order(factors, rng)
            steps = max(1, len(order) // recipe.batch)
            model.train()
            summed = 0.0
            for step, batch in enumerate(_batches(cached, pictures, order, recipe, rng), start=1):
                rate = _rate(stage, (epoch - began) * steps + step - 1, steps)
                summed += learner.learn(batch, loss, rate)
                report(Progress(epoch, step, steps, summed / step))
            learner.save(checkpoint, epoch + 1)
    return learner.result()


class _Learner:
    """A model that learns, and the running average of its weights."""

    def __init__(self, model: DetectionModel, recipe: Recipe) -> None:
        self._model = model
        self._recipe = recipe
        self._renew()

    def _renew(self) -> None:
        self._optimizer = _optimizer(self._model, self._recipe)
        self._average = ModelEMA(self._model, decay=self._recipe.averaging, tau=_RAMP_STEPS)

    def begin_stage(self) -> None:
        """Go on from the average, with nothing else of what was before."""
        self._model.load_state_dict(self._average.ema.state_dict())
        self._renew()

    def learn(self, batch: dict[str, torch.Tensor], loss: TwinLabelLoss, rate: float) -> float:
        """Take one step, and return the loss per picture."""
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        device = next(self._model.parameters()).device
        images = batch["img"].to(device, memory_format=torch.channels_last)
        with torch.autocast(device.type, torch.bfloat16):
            predictions = self._model.forward(images)
        value = loss(predictions, {key: one.to(device) for key, one in batch.items()})
        self._optimizer.zero_grad()
        value.backward()
        nn.utils.clip_grad_norm_(self._model.parameters(), _LONGEST_GRADIENT)
        self._optimizer.step()
        self._average.update(self._model)
        return float(value.detach()) / len(images)

    def result(self) -> DetectionModel:
        """Return the average, on the CPU."""
        average = self._average.ema.to("cpu", memory_format=torch.contiguous_format)
        return average.float().eval()

    def save(self, path: Path, epochs: int) -> None:
        """Write tensors and numbers alone, so that resuming runs no code from the file."""
        state: dict[str, Any] = {
            "epochs": epochs,
            "model": self._model.state_dict(),
            "average": self._average.ema.state_dict(),
            "updates": self._average.updates,
            "optimizer": self._optimizer.state_dict(),
        }
        partial = path.with_suffix(".part")
        torch.save(state, partial)
        partial.replace(path)

    def resume(self, path: Path, device: torch.device) -> int:
        """Return how many epochs are done already."""
        if not path.exists():
            return 0
        state = torch.load(path, map_location=device, weights_only=True)
        self._model.load_state_dict(state["model"])
        self._average.ema.load_state_dict(state["average"])
        self._average.updates = state["updates"]
        self._optimizer.load_state_dict(state["optimizer"])
        return int(state["epochs"])


def _rate(stage: Stage, step: int, steps: int) -> float:
    total = stage.epochs * steps
    falling = 0.01 + 0.99 * (1 + math.cos(math.pi * step / total)) / 2
    return stage.learning_rate * falling * min(1.0, (step + 1) / steps)


def _optimizer(model: nn.Module, recipe: Recipe) -> torch.optim.AdamW:
    """Decay the weights of convolutions alone, not biases and not normalisations."""
    decayed, plain = list[nn.Parameter](), list[nn.Parameter]()
    for parameter in filter(lambda one: one.requires_grad, model.parameters()):
        (decayed if parameter.ndim > 1 else plain).append(parameter)
    groups = [
        {"params": decayed, "weight_decay": recipe.weight_decay},
        {"params": plain, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups)  # the rate is set before each step


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
