"""What is measured on a mask: first on shapes that anybody can work out, then on true masks."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.item import Reason
from rvm_edge.locations import checkout_dir
from rvm_edge.packaged import samples_dir
from rvm_edge.settings import ShapeSettings
from rvm_edge.vision.segmenter.mask_figures import Mask, measure
from rvm_edge.vision.segmenter.mask_rule import objection
from rvm_edge.vision.segmenter.opinion import MaskFigures
from tests.vision.segmenter.true_masks import TrueItem, table, true_items

HEIGHT, WIDTH = 100, 200
EVERYWHERE = (0.0, 0.0, float(WIDTH), float(HEIGHT))


def rectangle(left: int, top: int, right: int, bottom: int) -> Mask:
    mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
    mask[top:bottom, left:right] = True
    return mask


ITEM = rectangle(80, 40, 140, 60)
BOX = (80.0, 40.0, 140.0, 60.0)


def test_a_rectangle_measures_what_it_measures() -> None:
    found = measure(ITEM, BOX)
    assert found.area == pytest.approx(60 * 20 / (HEIGHT * WIDTH))
    assert found.aspect == pytest.approx(3.0)
    assert found.solidity == pytest.approx(1.0, abs=0.001)
    assert (found.fill, found.inside, found.parts) == (1.0, 1.0, 1)
    assert (found.beside, found.reaching) == (0.0, 0.0)


def test_a_turned_rectangle_is_as_long_and_as_wide() -> None:
    canvas = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    corners = cv2.boxPoints(((100, 50), (60, 20), 30.0)).astype(np.int32)
    cv2.fillPoly(canvas, [corners], 1)
    found = measure(canvas.astype(bool), EVERYWHERE)
    assert found.aspect == pytest.approx(3.0, rel=0.06)
    assert found.solidity > 0.94  # its steps of whole pixels


def test_a_bent_thing_is_less_solid() -> None:
    bent = rectangle(20, 20, 100, 30) | rectangle(20, 20, 30, 90)
    assert measure(bent, EVERYWHERE).solidity < 0.5


def test_the_box_tells_how_much_of_it_is_item_and_how_much_of_the_item_lies_in_it() -> None:
    found = measure(ITEM, (110.0, 40.0, 170.0, 60.0))
    assert (found.fill, found.inside) == (0.5, 0.5)


def test_separate_parts_are_counted_and_crumbs_are_not() -> None:
    assert measure(ITEM | rectangle(10, 10, 40, 30), BOX).parts == 2
    assert measure(ITEM | rectangle(10, 10, 13, 13), BOX).parts == 1


def test_nothing_measures_nothing() -> None:
    assert measure(np.zeros((HEIGHT, WIDTH), dtype=bool), BOX) == MaskFigures()


@pytest.mark.parametrize(
    ("other", "beside", "reaching"),
    [
        (rectangle(10, 10, 40, 30), 600, 0),
        (rectangle(0, 10, 40, 30), 0, 800),
        (ITEM, 0, 0),
        (rectangle(85, 42, 130, 58), 0, 0),
        (rectangle(0, 0, WIDTH, HEIGHT), 0, 0),
        (rectangle(0, 70, WIDTH, 90), 0, 0),
        (rectangle(10, 0, 20, HEIGHT), 0, 0),
        (np.zeros((HEIGHT, WIDTH), dtype=bool), 0, 0),
    ],
    ids=["beside", "hand", "itself", "its label", "chamber", "belt", "rail", "nothing"],
)
def test_another_thing_is_told_from_the_item_and_the_chamber(
    other: Mask, beside: int, reaching: int
) -> None:
    found = measure(ITEM, BOX, [other])
    assert found.beside == pytest.approx(beside / (HEIGHT * WIDTH))
    assert found.reaching == pytest.approx(reaching / (HEIGHT * WIDTH))


@given(
    st.lists(st.tuples(st.integers(0, 19), st.integers(0, 9)), max_size=60),
    st.tuples(*[st.floats(-50, 400) for _ in range(4)]),
)
def test_no_mask_and_no_box_break_it(
    cells: list[tuple[int, int]], box: tuple[float, float, float, float]
) -> None:
    mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
    for x, y in cells:
        mask[y * 10 : y * 10 + 10, x * 10 : x * 10 + 10] = True
    found = measure(mask, box, [~mask])
    for share in (found.area, found.solidity, found.fill, found.inside, found.beside):
        assert 0 <= share <= 1
    assert found.aspect >= (1 if cells else 0)


@pytest.fixture(scope="module")
def items() -> list[TrueItem]:
    return list(true_items())


def test_no_empty_bottle_is_refused_for_its_true_mask(items: list[TrueItem]) -> None:
    alone = [
        one
        for one in items
        if one.label == "mineral" and one.empty and not one.figures.beside + one.figures.reaching
    ]
    assert len(alone) >= 20
    refused = {one.name: objection(one.figures, ShapeSettings()) for one in alone}
    assert {name: why for name, why in refused.items() if why} == {}


def test_every_second_item_is_a_second_object(items: list[TrueItem]) -> None:
    names = [one.name for one in items]
    pairs = [one for one in items if names.count(one.name) == 2]
    assert len(pairs) == 8
    for one in pairs:
        against = objection(one.figures, ShapeSettings())
        assert against is not None, one
        assert against.reason is Reason.SECOND_OBJECT


def test_a_hand_beside_a_bottle_is_a_second_object(items: list[TrueItem]) -> None:
    hands = [one for one in items if one.kind == "hand"]
    assert len(hands) == 2
    for hand in hands:
        mask = cv2.imread(str(_mask_of(hand.name)), cv2.IMREAD_GRAYSCALE)
        assert mask is not None
        against = objection(
            measure(_free_corner(np.asarray(mask) > 0), EVERYWHERE, [np.asarray(mask) > 0]),
            ShapeSettings(),
        )
        assert against is not None
        assert against.reason is Reason.SECOND_OBJECT


def test_the_table_in_the_documentation_is_the_measured_one() -> None:
    page = (checkout_dir() or Path()) / "docs" / "explanation" / "the-second-judge.md"
    assert "\n".join(table()) in page.read_text(encoding="utf-8")


def _mask_of(name: str) -> Path:
    return samples_dir() / "masks" / f"{name}.png"


def _free_corner(taken: Mask) -> Mask:
    """Return a bottle's rectangle in whichever corner nothing else lies."""
    for rows in (slice(5, 65), slice(-65, -5)):
        for columns in (slice(5, 125), slice(-125, -5)):
            if not taken[rows, columns].any():
                mask = np.zeros_like(taken)
                mask[rows, columns] = True
                return mask
    raise AssertionError("no corner is free")
