"""Varying a picture and its boxes, as the chamber varies."""

from __future__ import annotations

import math

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from rvm_edge.training.dataset import Thing
from rvm_edge.training.recipe import Augmentation

_GREY = 114
_LEAST_VISIBLE = 0.3
"""A thing of which less is left on the canvas is no longer labelled."""

_LEAST_PIXELS = 2.0


class Example(msgspec.Struct, frozen=True):
    """A picture as the model is shown it.

    Attributes:
        pixels: shape (height, width, 3), blue green red.
        things: the labels that are left, in shares of the canvas.
    """

    pixels: NDArray[np.uint8]
    things: tuple[Thing, ...]


def vary(
    picture: NDArray[np.uint8],
    things: tuple[Thing, ...],
    canvas: tuple[int, int],
    figures: Augmentation,
    rng: np.random.Generator,
) -> Example:
    """Return one variation of a picture, fitted onto a canvas of this width and height."""
    size = (picture.shape[1], picture.shape[0])
    placing = _placing(size, canvas, figures, rng)
    pixels = cv2.warpAffine(
        picture, placing, canvas, flags=cv2.INTER_LINEAR, borderValue=(_GREY,) * 3
    )
    moved = [_move(one, placing, size, canvas) for one in things]
    return Example(
        _relight(np.asarray(pixels, dtype=np.uint8), figures, rng),
        tuple(one for one in moved if one is not None),
    )


def _placing(
    size: tuple[int, int],
    canvas: tuple[int, int],
    figures: Augmentation,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return the 2 by 3 matrix from the picture's pixels to the canvas's."""
    zoom = figures.zoom ** rng.uniform(-1, 1)
    scale = min(canvas[0] / size[0], canvas[1] / size[1]) * zoom
    angle = math.radians(rng.uniform(-figures.turn_deg, figures.turn_deg))
    mirror = np.diag(
        [
            -1.0 if rng.random() < figures.flip_sideways else 1.0,
            -1.0 if rng.random() < figures.flip_upright else 1.0,
        ]
    )
    turn = np.array(
        [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]], dtype=np.float64
    )
    linear = scale * turn @ mirror
    target = np.array(canvas) * (0.5 + rng.uniform(-figures.shift, figures.shift, 2))
    offset = target - linear @ np.array(size) / 2
    return np.hstack([linear, offset[:, None]])


def _move(
    thing: Thing, placing: NDArray[np.float64], size: tuple[int, int], canvas: tuple[int, int]
) -> Thing | None:
    """Carry a box along; None when hardly anything of it is left on the canvas.

    The new box is that of the turned ellipse inside the old box: containers have round corners,
    and the box of the turned corners would grow with every degree.
    """
    middle, extent = np.array(thing.box[:2]) * size, np.array(thing.box[2:]) * size
    centre = placing[:, :2] @ middle + placing[:, 2]
    half = extent / 2
    reach = np.sqrt(((placing[:, :2] * half) ** 2).sum(axis=1))
    low, high = np.clip(centre - reach, 0, canvas), np.clip(centre + reach, 0, canvas)
    left = high - low
    if left.prod() < _LEAST_VISIBLE * (2 * reach).prod() or left.min() < _LEAST_PIXELS:
        return None
    x, y = (low + high) / 2 / canvas
    width, height = left / canvas
    return Thing(thing.label, (float(x), float(y), float(width), float(height)), thing.not_empty)


def _relight(
    pixels: NDArray[np.uint8], figures: Augmentation, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Change the lamp, the lens and the sensor."""
    if rng.random() < figures.blur:
        pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.4, 1.2)), dtype=np.uint8)
    exposure = figures.brightness ** rng.uniform(-1, 1)
    gains = exposure * (1 + rng.uniform(-figures.lamp, figures.lamp, 3))
    curve = rng.uniform(0.85, 1.15)
    levels = np.linspace(0, 1, 256) ** curve
    table = np.clip(levels[:, None] * gains * 255, 0, 255).astype(np.uint8)
    lit = np.asarray(cv2.LUT(pixels, table[None]), dtype=np.uint8)
    if rng.random() < figures.noise:
        grain = rng.normal(0, rng.uniform(2, 8), lit.shape[:2])[..., None]
        lit = np.clip(lit + grain, 0, 255).astype(np.uint8)
    return lit
