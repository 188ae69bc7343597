"""The picture for people shows the scene, the boxes that count, and the verdict."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from rvm_edge.item import Detection, Reason
from rvm_edge.settings import AcceptanceSettings
from rvm_edge.vision.acceptance import decide
from rvm_edge.vision.annotate import annotate
from rvm_edge.wording import wording_of

RULE = AcceptanceSettings()
GREEN, RED, BLUE = (80, 175, 46), (60, 60, 224), (222, 140, 32)
GREY_SCENE = np.full((320, 416, 3), 90, dtype=np.uint8)


def drawn(*found: Detection, picture: NDArray[np.uint8] = GREY_SCENE) -> NDArray[np.uint8]:
    return annotate(picture, found, decide([found], RULE, weight_g=20), RULE)


def share_of(image: NDArray[np.uint8], colour: tuple[int, int, int]) -> float:
    return float((image == colour).all(axis=2).mean())


BOTTLE = Detection("mineral", 0.9, (100, 100, 300, 200))


def test_a_yes_is_green_and_a_no_is_red() -> None:
    assert share_of(drawn(BOTTLE)[-132:], GREEN) > 0.05
    refused = drawn(Detection("soda", 0.9, (100, 100, 300, 200)))[-132:]
    assert share_of(refused, RED) > 0.05
    assert share_of(refused, GREEN) == 0


def test_a_box_is_drawn_where_the_thing_is() -> None:
    image = drawn(BOTTLE)
    scale = 1024 / 416
    x, y = round(100 * scale), round(150 * scale)
    assert (image[y, x - 2 : x + 3] == GREEN).all(axis=1).any()
    assert (image[y, x + 40] == 90).all()


def test_what_the_rule_does_not_believe_is_drawn_without_colour() -> None:
    image = drawn(Detection("soda", 0.2, (100, 100, 300, 200)))[:-132]
    assert share_of(image, RED) == 0
    assert (image != 90).any()
    assert (image[..., 0] == image[..., 2]).all()


def test_labels_of_one_box_do_not_cover_each_other() -> None:
    both = drawn(BOTTLE, Detection("not_empty", 0.8, BOTTLE.box))[:-132]
    alone = drawn(Detection("not_empty", 0.8, BOTTLE.box))[:-132]
    assert share_of(both, BLUE) > 0.002
    assert share_of(both, GREEN) > 0.005
    assert share_of(alone, BLUE) > 0.005


def test_a_hundred_labels_in_one_corner_still_end() -> None:
    found = [Detection("soda", 0.5, (0, 0, 20, 20))] * 100
    assert drawn(*found).shape[1] == 1024


@pytest.mark.parametrize(("height", "width"), [(320, 416), (16, 20_000), (20_000, 16), (720, 1280)])
def test_any_picture_becomes_one_of_bounded_size(height: int, width: int) -> None:
    image = drawn(BOTTLE, picture=np.zeros((height, width, 3), dtype=np.uint8))
    assert image.shape[1] == 1024
    assert 133 <= image.shape[0] <= 1024 + 132


def test_the_given_picture_stays_as_it_is() -> None:
    before = GREY_SCENE.copy()
    drawn(BOTTLE)
    assert (before == GREY_SCENE).all()


@pytest.mark.parametrize("reason", list(Reason))
def test_every_message_fits_into_the_footer(reason: Reason) -> None:
    words = wording_of(reason)
    for text, size in ((words.english.happened, 0.95), (words.indonesian.happened, 0.65)):
        (width, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, size, 1)
        assert 220 + width < 1024
