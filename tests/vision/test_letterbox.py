"""A picture is fitted into the model's square as in training, and boxes come back out."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rvm_edge.vision.letterbox import Geometry, letterbox


def slow_letterbox(picture: NDArray[np.uint8], side: int) -> NDArray[np.float64]:
    """Build the tensor one step at a time, in the order in which one would explain it."""
    height, width = picture.shape[:2]
    scale = min(side / height, side / width)
    new_width, new_height = round(width * scale), round(height * scale)
    canvas = np.full((side, side, 3), 114, dtype=np.uint8)
    left, top = (side - new_width) // 2, (side - new_height) // 2
    canvas[top : top + new_height, left : left + new_width] = cv2.resize(
        picture, (new_width, new_height)
    )
    tensor = np.empty((1, 3, side, side))
    for channel in range(3):
        tensor[0, channel] = canvas[:, :, 2 - channel] / 255
    return tensor


def noise(height: int, width: int) -> NDArray[np.uint8]:
    return np.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("height", "width"), [(320, 416), (416, 320), (320, 320), (720, 1280), (37, 41), (100, 999)]
)
def test_the_tensor_equals_the_slow_reference(height: int, width: int) -> None:
    picture = noise(height, width)
    tensor, _ = letterbox(picture, 320)
    assert tensor.shape == (1, 3, 320, 320)
    assert tensor.dtype == np.float32
    np.testing.assert_allclose(tensor, slow_letterbox(picture, 320), atol=1e-6)


def test_red_comes_first_in_the_tensor() -> None:
    red = np.zeros((64, 64, 3), dtype=np.uint8)
    red[:, :, 2] = 255
    tensor, _ = letterbox(red, 64)
    assert tensor[0, 0].min() == 1
    assert tensor[0, 1:].max() == 0


def test_the_picture_itself_stays_as_it_is() -> None:
    picture = noise(40, 60)
    before = picture.copy()
    letterbox(picture, 32)
    assert (picture == before).all()


@pytest.mark.parametrize(("height", "width"), [(16, 20_000), (20_000, 16)])
def test_an_absurdly_long_picture_keeps_at_least_one_pixel(height: int, width: int) -> None:
    tensor, _ = letterbox(np.zeros((height, width, 3), dtype=np.uint8), 320)
    assert tensor.shape == (1, 3, 320, 320)
    assert tensor.min() == 0


@given(
    height=st.integers(16, 900),
    width=st.integers(16, 900),
    corner=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_a_point_goes_into_the_square_and_comes_back(
    height: int, width: int, corner: tuple[float, float]
) -> None:
    _, geometry = letterbox(np.zeros((height, width, 3), dtype=np.uint8), 320)
    x, y = corner[0] * width, corner[1] * height
    there = [x * geometry.scale + geometry.left, y * geometry.scale + geometry.top]
    back = geometry.to_picture(np.array([there * 2], dtype=np.float32))
    np.testing.assert_allclose(back[0], [x, y, x, y], atol=0.01)


def test_boxes_are_cut_off_at_the_edges_of_the_picture() -> None:
    geometry = Geometry(scale=0.5, left=10, top=20, width=100, height=80)
    boxes = geometry.to_picture(np.array([[-50, -50, 900, 900]], dtype=np.float32))
    assert boxes.tolist() == [[0, 0, 100, 80]]
