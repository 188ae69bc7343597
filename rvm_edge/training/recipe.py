"""The figures a training run is made of."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from rvm_edge.strict_tables import json_to_struct, refused_as

_MOST_BYTES = 65_536

_Share = Annotated[float, Meta(ge=0, le=1)]


class Augmentation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a picture is varied each time it is shown: as the chamber varies, and no further.

    A camera in a chamber does not move and no mosaic of four chambers ever stands before it. What
    varies is how the item lies, how brightly and in which colour the lamps shine, how sharp the
    lens is and how noisy the sensor.

    Attributes:
        flip_sideways: how often left and right are exchanged.
        flip_upright: how often top and bottom are.
        turn_deg: up to how far it is turned, either way.
        zoom: up to which factor it is made larger or smaller.
        shift: up to which share of the square it is moved.
        brightness: up to which factor the exposure changes, either way.
        lamp: up to which share each colour's gain differs, as under another lamp.
        blur: how often it is out of focus.
        noise: how often the sensor is noisy.
    """

    flip_sideways: _Share = 0.5
    flip_upright: _Share = 0.2
    turn_deg: Annotated[float, Meta(ge=0, le=45)] = 12.0
    zoom: Annotated[float, Meta(ge=1, le=2)] = 1.35
    shift: Annotated[float, Meta(ge=0, le=0.5)] = 0.1
    brightness: Annotated[float, Meta(ge=1, le=3)] = 1.5
    lamp: Annotated[float, Meta(ge=0, le=0.5)] = 0.12
    blur: _Share = 0.1
    noise: _Share = 0.15


class Stage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a run, with what it tries hardest to learn.

    Attributes:
        epochs: how many times as many pictures are shown as there are.
        learning_rate: the highest; it rises over the first epoch and falls on a cosine to a
            hundredth at the stage's end.
        not_empty_gain: the weight of `not_empty` beside the other classes: whether something is
            inside is the hardest question, and the rule hangs on it.
    """

    epochs: Annotated[int, Meta(ge=1, le=1000)]
    learning_rate: Annotated[float, Meta(gt=0, le=1)]
    not_empty_gain: Annotated[float, Meta(gt=0, le=10)] = 1.0


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The figures of one run; written into the model, so that the run can be repeated.

    Attributes:
        stages: one after the other. Each begins from the averaged weights of the one before. What
            a thing is comes first, and whether it is empty after that: with `not_empty` weighed
            thrice from the start, the model found things less well and accepted fewer bottles.
        batch: pictures per step.
        side: the edge of the model's square, in pixels; a multiple of 32.
        height: of the pictures in training. A camera's picture is wider than high: the grey above
            and below it in the square need not be paid for in every step.
        frozen: so many of the first layers stay as they are. Edges and colours are the same in a
            chamber as in the world, and these layers cost the most.
        weight_decay: of AdamW.
        averaging: the decay of the running average of the weights, which is what is exported.
        class_gain: the weight of the class loss beside the loss of the boxes.
        seed: of everything random.
        augmentation: how pictures are varied.
    """

    stages: Annotated[tuple[Stage, ...], Meta(min_length=1, max_length=8)] = (
        Stage(epochs=16, learning_rate=0.0012),
        Stage(epochs=12, learning_rate=0.0008, not_empty_gain=3.0),
    )
    batch: Annotated[int, Meta(ge=1, le=512)] = 16
    side: Annotated[int, Meta(ge=32, le=1280, multiple_of=32)] = 320
    height: Annotated[int, Meta(ge=32, le=1280, multiple_of=32)] = 256
    frozen: Annotated[int, Meta(ge=0, le=23)] = 3
    weight_decay: Annotated[float, Meta(ge=0, le=1)] = 0.0005
    averaging: Annotated[float, Meta(ge=0, lt=1)] = 0.998
    class_gain: Annotated[float, Meta(gt=0, le=10)] = 1.0
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0
    augmentation: Augmentation = Augmentation()

    @property
    def epochs(self) -> int:
        """Of all stages together."""
        return sum(stage.epochs for stage in self.stages)


class RecipeError(Exception):
    """A recipe cannot be used. The message names the figure and what is allowed."""


def read_recipe(path: Path) -> Recipe:
    """Read a recipe from JSON, as it stands in a model's metadata; what it leaves out is default.

    Raises:
        RecipeError: it cannot be read, or holds a figure that is not allowed.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise RecipeError(f"{path}: {error.strerror}") from error
    with refused_as(RecipeError, str(path), raw, _MOST_BYTES):
        return json_to_struct(raw, Recipe)
