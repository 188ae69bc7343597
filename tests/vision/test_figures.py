"""What a picture is like: dark, of one colour, or the very same as the one before."""

from __future__ import annotations

import numpy as np
import pytest

from rvm_edge.packaged import samples_dir
from rvm_edge.settings import AcceptanceSettings
from rvm_edge.simulator.noise import as_taken
from rvm_edge.simulator.specimens import read_samples
from rvm_edge.vision.figures import figures_of
from rvm_edge.vision.picture import read_picture, sniff

SAMPLES = read_samples(samples_dir())
EVERY = [*(one.picture for one in SAMPLES.specimens), *SAMPLES.empty_pictures]


def test_a_black_picture_and_a_white_wall_have_no_variance() -> None:
    black = figures_of(np.zeros((4, 6, 3), np.uint8))
    white = figures_of(np.full((4, 6, 3), 255, np.uint8))
    assert (black.luma_mean, black.luma_deviation, black.luma_bright) == (0, 0, 0)
    assert (white.luma_mean, white.luma_deviation, white.luma_bright) == (255, 0, 255)
    assert black.pixels != white.pixels
    assert (black.width, black.height) == (6, 4)


def test_mean_and_deviation_are_those_of_the_brightness() -> None:
    half = np.zeros((2, 10, 3), np.uint8)
    half[:, 5:] = 200
    figures = figures_of(half)
    assert (figures.luma_mean, figures.luma_deviation) == (100.0, 100.0)


@pytest.mark.parametrize(("lit", "bright"), [(4, 0), (5, 200)])
def test_one_pixel_in_twenty_makes_a_picture_bright(lit: int, bright: int) -> None:
    picture = np.zeros((10, 10, 3), np.uint8)
    picture[0, :lit] = 200
    assert figures_of(picture).luma_bright == bright


def test_one_pixel_of_difference_is_another_picture() -> None:
    one = np.full((8, 8, 3), 50, np.uint8)
    other = one.copy()
    other[7, 7, 2] += 1
    assert figures_of(one).pixels != figures_of(other).pixels
    assert figures_of(one) == figures_of(one.copy())


def test_no_lit_sample_counts_as_blind_and_every_one_would_shine_in_the_dark() -> None:
    rule = AcceptanceSettings()
    for path in EVERY:
        data = path.read_bytes()
        figures = figures_of(read_picture(data, sniff(data)))
        assert figures.luma_mean > 2 * rule.blind_mean, path
        assert figures.luma_deviation > 2 * rule.blind_deviation, path
        assert figures.luma_bright > rule.dark_bright, path


def test_the_simulated_camera_never_gives_the_same_pixels_twice_in_a_row() -> None:
    for path in EVERY:
        data = path.read_bytes()
        one, two, three = (
            read_picture(as_taken(data, number), sniff(data)).astype(int) for number in (1, 2, 3)
        )
        assert (one != two).any(), path
        assert (one == three).all()
        assert abs(one - two).mean() < 1, path


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8", b"\x89PNG\r\n", b"\xff\xd8\xff\xdb\x00\x43\x00"]
)
def test_what_is_no_jpeg_gets_no_noise(data: bytes) -> None:
    assert as_taken(data, 2) == data
