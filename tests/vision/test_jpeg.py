"""A picture is made as short as it must be, and stays a picture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rvm_edge.vision.jpeg import DoesNotFitError, compress
from rvm_edge.vision.picture_header import MIN_SIDE

SHORTEST = 1000
"""No JPEG of 16 x 16 pixels that OpenCV writes is longer, whatever it shows."""


def noise(height: int, width: int, contrast: int = 256) -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(0, contrast, (height, width, 3), dtype=np.uint8)


def shown(data: bytes) -> NDArray[np.uint8]:
    picture: object = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR)
    assert isinstance(picture, np.ndarray)
    return picture


@settings(max_examples=60, deadline=None)
@given(
    height=st.integers(MIN_SIDE, 200),
    width=st.integers(MIN_SIDE, 200),
    contrast=st.integers(1, 256),
    most_bytes=st.integers(-1, 40_000),
)
def test_any_picture_becomes_a_readable_jpeg_within_any_length_or_is_refused(
    height: int, width: int, contrast: int, most_bytes: int
) -> None:
    try:
        data = compress(noise(height, width, contrast), most_bytes)
    except DoesNotFitError:
        assert most_bytes < SHORTEST * max(height, width) / min(height, width)
        return
    assert len(data) <= most_bytes
    assert min(shown(data).shape[:2]) >= MIN_SIDE


def test_a_picture_that_fits_keeps_its_size_and_looks() -> None:
    picture = cv2.GaussianBlur(noise(240, 320), (31, 31), 0).astype(np.uint8)
    read = shown(compress(picture, 100_000))
    assert read.shape == picture.shape
    assert np.abs(read.astype(int) - picture).mean() < 3


def test_quality_gives_way_before_size() -> None:
    picture = noise(240, 320)
    full = len(compress(picture, 1_000_000))
    assert shown(compress(picture, full * 2 // 3)).shape == picture.shape


def test_a_much_shorter_jpeg_is_smaller_and_keeps_its_proportion() -> None:
    coarse = cv2.resize(noise(48, 64), (640, 480), interpolation=cv2.INTER_NEAREST)
    data = compress(coarse.astype(np.uint8), 8_000)
    height, width = shown(data).shape[:2]
    assert width < 640
    assert 4_000 < len(data) <= 8_000
    assert width / height == pytest.approx(4 / 3, rel=0.05)


def test_a_picture_as_narrow_as_allowed_cannot_become_smaller() -> None:
    strip = noise(MIN_SIDE, 4000)
    with pytest.raises(DoesNotFitError, match="does not fit into 2000 bytes"):
        compress(strip, 2_000)
