"""Knowing a bottle again: how often it is right, and how often it takes another one for it."""

from __future__ import annotations

from itertools import combinations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rvm_edge.decision import Likeness
from rvm_edge.item import Detection
from rvm_edge.packaged import model_file, samples_dir
from rvm_edge.settings import AcceptanceSettings, VisionSettings
from rvm_edge.simulator.specimens import read_samples
from rvm_edge.vision.detector import Detector
from rvm_edge.vision.dhash import dhash, dhash_of_bottle
from rvm_edge.vision.evidence import shows_bottle
from rvm_edge.vision.likeness import same_bottle
from rvm_edge.vision.model_store import MANIFEST, choose
from rvm_edge.vision.onnx_detector import OnnxDetector
from rvm_edge.vision.picture import read_picture, sniff

RULE = AcceptanceSettings()
LOOK = "0f1e3c78f0e1c387"
Pixels = NDArray[np.uint8]


def same(one: Likeness, other: Likeness) -> bool:
    return same_bottle(one, other, bits=RULE.repeat_bits, weight_error_g=RULE.weight_error_g)


def flipped(look: str, bits: int) -> str:
    return f"{int(look, 16) ^ ((1 << bits) - 1):016x}"


def turned(look: str) -> str:
    """Say how the same picture looks upside down: the last cell first, bright and dark changed."""
    bits = "".join("10"[int(bit)] for bit in reversed(f"{int(look, 16):064b}"))
    return f"{int(bits, 2):016x}"


@pytest.mark.parametrize(("bits", "expected"), [(0, True), (10, True), (11, False), (64, False)])
def test_a_few_bits_may_differ(bits: int, expected: bool) -> None:
    one = Likeness((LOOK,), 18.0)
    look = flipped(LOOK, bits)
    assert same(one, Likeness((look,), 18.0)) == expected
    assert same(one, Likeness((turned(look),), 18.0)) == expected


@pytest.mark.parametrize(
    ("one_g", "other_g", "expected"),
    [
        (18.0, 20.0, True),
        (18.0, 20.1, False),
        (None, 20.1, True),
        (18.0, None, True),
        (float("nan"), 18.0, False),
    ],
)
def test_the_weights_must_agree_where_both_are_known(
    one_g: float | None, other_g: float | None, expected: bool
) -> None:
    assert same(Likeness((LOOK,), one_g), Likeness((LOOK,), other_g)) == expected


@pytest.mark.parametrize(("other_g", "expected"), [(24.0, True), (24.1, False)])
def test_the_scale_may_be_off_each_time(other_g: float, expected: bool) -> None:
    one, other = Likeness((LOOK,), 18.0), Likeness((LOOK,), other_g)
    assert same_bottle(one, other, bits=0, weight_error_g=3.0) == expected


def test_without_a_look_nothing_is_known_again() -> None:
    assert not same(Likeness((), 18.0), Likeness((LOOK,), 18.0))
    assert not same(Likeness(("",), 18.0), Likeness(("",), 18.0))


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_likeness_goes_both_ways(one: int, other: int) -> None:
    this, that = Likeness((f"{one:016x}",)), Likeness((f"{other:016x}",))
    assert same(this, that) == same(that, this)
    assert same(this, this)


def test_a_picture_put_in_the_other_way_round_is_known() -> None:
    cells = np.random.default_rng(1).integers(0, 255, (8, 9, 3), dtype=np.uint8)
    picture = cv2.resize(cells, (180, 160)).astype(np.uint8)
    turned = np.ascontiguousarray(picture[::-1, ::-1])
    assert same(Likeness((dhash(picture),)), Likeness((dhash(turned),)))


def test_only_the_surest_bottle_is_hashed_and_nothing_smaller_than_can_be() -> None:
    picture = np.random.default_rng(2).integers(0, 255, (100, 100, 3), dtype=np.uint8)
    sure = Detection("mineral", 0.9, (10, 10, 90, 60))
    unsure = Detection("mineral", 0.3, (0, 0, 50, 50))
    can = Detection("soda", 0.99, (0, 0, 100, 100))
    assert dhash_of_bottle(picture, (can, unsure, sure)) == dhash(picture[10:60, 10:90])
    assert dhash_of_bottle(picture, (can,)) == ""
    assert dhash_of_bottle(picture, (Detection("mineral", 0.9, (0, 0, 15, 60)),)) == ""
    outside = Detection("mineral", 0.9, (-50.0, -50.0, 500.0, 500.0))
    assert dhash_of_bottle(picture, (outside,)) == dhash(picture)


@pytest.fixture(scope="module")
def detector() -> Detector:
    settings = VisionSettings()
    chosen = choose(settings, model_file(MANIFEST).parent)
    return OnnxDetector.load(chosen.path, sha256=chosen.sha256)


@pytest.fixture(scope="module")
def bottles(detector: Detector) -> dict[str, Pixels]:
    """The sample pictures with a bottle in them that the model is sure of."""
    found = {}
    for specimen in read_samples(samples_dir()).specimens:
        data = specimen.picture.read_bytes()
        picture = read_picture(data, sniff(data))
        if shows_bottle(detector.detect(picture), RULE):
            found[specimen.name] = picture
    assert len(found) >= 25
    return found


def test_no_two_pictures_of_the_samples_are_taken_for_one_bottle(
    detector: Detector, bottles: dict[str, Pixels]
) -> None:
    looks = {
        name: Likeness((dhash_of_bottle(picture, detector.detect(picture)),))
        for name, picture in bottles.items()
    }
    taken = [pair for pair in combinations(looks, 2) if same(looks[pair[0]], looks[pair[1]])]
    assert len(taken) / (len(looks) * (len(looks) - 1) / 2) <= 0.01


def test_most_bottles_are_known_again_where_they_lay_before(
    detector: Detector, bottles: dict[str, Pixels]
) -> None:
    """Seen with other noise and less light; a bottle that was turned by 5 degrees often is not."""
    noise = np.random.default_rng(3)
    known = 0
    for picture in bottles.values():
        again = picture * 0.85 + noise.normal(0, 4, picture.shape)
        second = np.clip(again, 0, 255).astype(np.uint8)
        known += same(
            Likeness((dhash_of_bottle(picture, detector.detect(picture)),)),
            Likeness((dhash_of_bottle(second, detector.detect(second)),)),
        )
    assert known / len(bottles) >= 0.8
