"""A picture is varied and its boxes go with it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rvm_edge.training.augment import vary
from rvm_edge.training.dataset import Thing
from rvm_edge.training.recipe import Augmentation

STILL = Augmentation(
    flip_sideways=0,
    flip_upright=0,
    turn_deg=0,
    zoom=1,
    shift=0,
    brightness=1,
    lamp=0,
    blur=0,
    noise=0,
)
BRIGHT = Thing("mineral", (0.3, 0.4, 0.2, 0.4), not_empty=True)


def bottle() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A black picture of 160 by 128 with a white thing where `BRIGHT` says."""
    pixels = np.zeros((128, 160, 3), dtype=np.uint8)
    pixels[26:77, 32:64] = 255
    return pixels


def test_without_variation_a_picture_is_fitted_and_no_more() -> None:
    example = vary(bottle(), (BRIGHT,), (160, 128), STILL, np.random.default_rng(0))
    assert example.things[0].box == pytest.approx(BRIGHT.box)
    assert example.things[0].not_empty
    assert example.pixels.shape == (128, 160, 3)


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_the_box_stays_on_the_thing(seed: int) -> None:
    figures = Augmentation(turn_deg=0, blur=0, noise=0, brightness=1.0, lamp=0.0)
    example = vary(bottle(), (BRIGHT,), (320, 256), figures, np.random.default_rng(seed))
    (thing,) = example.things
    inside = np.zeros(example.pixels.shape[:2], dtype=bool)
    x1, y1, x2, y2 = thing.corners
    inside[round(y1 * 256) + 2 : round(y2 * 256) - 2, round(x1 * 320) + 2 : round(x2 * 320) - 2] = (
        True
    )
    white = example.pixels[..., 0] > 200
    assert white[inside].mean() > 0.98
    assert (white & ~inside).sum() < 0.25 * inside.sum()


def test_a_thing_that_is_moved_out_of_sight_is_no_longer_labelled() -> None:
    figures = Augmentation(shift=0.5, zoom=2.0, turn_deg=0)
    corner = Thing("soda", (0.02, 0.02, 0.04, 0.04))
    left = [
        len(vary(bottle(), (corner,), (64, 64), figures, np.random.default_rng(seed)).things)
        for seed in range(40)
    ]
    assert 0 < sum(left) < 40


def test_the_same_seed_gives_the_same_picture() -> None:
    one, other = (
        vary(bottle(), (BRIGHT,), (64, 64), Augmentation(), np.random.default_rng([1, 2]))
        for _ in range(2)
    )
    assert (one.pixels == other.pixels).all()
    assert one.things == other.things
