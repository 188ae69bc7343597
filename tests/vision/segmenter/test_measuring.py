"""A network cannot be interrupted; nobody waits for it all the same."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from numpy.typing import NDArray

from rvm_edge.settings import SegmenterSettings
from rvm_edge.vision.segmenter.mask_figures import Box
from rvm_edge.vision.segmenter.measuring import SecondJudge
from rvm_edge.vision.segmenter.segmenter import Segmentation, Segmenter, SegmenterError

QUICK = SegmenterSettings(input_side=256, timeout_s=5)
HASTY = SegmenterSettings(input_side=256, timeout_s=0.05)


class FillsTheBox:
    """A segmenter to which whatever lies in the box is the item."""

    name = "fills the box"

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []
        self.held = threading.Event()
        self.held.set()
        self.fails = ""

    def segment(self, picture: NDArray[np.uint8], box: Box, probes: int) -> Segmentation:
        assert probes == QUICK.probes
        self.shapes.append(picture.shape)
        self.held.wait()
        if self.fails:
            raise RuntimeError(self.fails)
        x1, y1, x2, y2 = map(round, box)
        item = np.zeros(picture.shape[:2], dtype=bool)
        item[y1:y2, x1:x2] = True
        return Segmentation(item)


@contextmanager
def held(segmenter: FillsTheBox) -> Iterator[None]:
    segmenter.held.clear()
    try:
        yield
    finally:
        segmenter.held.set()


PICTURE = np.zeros((480, 640, 3), dtype=np.uint8)
BOX = (160.0, 120.0, 480.0, 240.0)


def test_it_has_looked_once_before_it_is_ready() -> None:
    segmenter = FillsTheBox()
    SecondJudge(lambda: segmenter, QUICK)
    assert segmenter.shapes == [(256, 256, 3)]


def test_a_large_picture_is_measured_at_the_size_it_looks_at() -> None:
    segmenter = FillsTheBox()
    figures = SecondJudge(lambda: segmenter, QUICK).measure(PICTURE, BOX).figures
    assert segmenter.shapes[1] == (192, 256, 3)
    assert figures.area == pytest.approx(320 * 120 / (640 * 480), rel=0.02)
    assert figures.aspect == pytest.approx(320 / 120, rel=0.02)
    assert figures.fill == pytest.approx(1, abs=0.02)


def test_what_takes_too_long_is_left_to_itself_and_those_who_come_meanwhile_go_without() -> None:
    segmenter = FillsTheBox()
    judge = SecondJudge(lambda: segmenter, HASTY)
    with held(segmenter):
        with pytest.raises(SegmenterError, match=r"it took longer than 0\.05 s"):
            judge.measure(PICTURE, BOX)
        with pytest.raises(SegmenterError, match="still busy with an earlier item"):
            judge.measure(PICTURE, BOX)
        running = judge._running
    assert running is not None
    running.result(5)
    assert judge.measure(PICTURE, BOX).figures.area > 0


def test_the_picture_may_be_overwritten_while_it_is_measured() -> None:
    seen: list[NDArray[np.uint8]] = []

    class Keeps(FillsTheBox):
        def segment(self, picture: NDArray[np.uint8], box: Box, probes: int) -> Segmentation:
            seen.append(picture)
            return super().segment(picture, box, probes)

    picture = np.zeros((100, 100, 3), dtype=np.uint8)
    SecondJudge(Keeps, QUICK).measure(picture, (10.0, 10.0, 50.0, 50.0))
    picture[:] = 255
    assert not seen[1].any()


def test_a_failure_is_one_line_and_the_next_item_is_measured() -> None:
    segmenter = FillsTheBox()
    judge = SecondJudge(lambda: segmenter, QUICK)
    segmenter.fails = "CUDA out of memory.\nTried to allocate a lot"
    with pytest.raises(SegmenterError, match=r"^it failed: CUDA out of memory\.$"):
        judge.measure(PICTURE, BOX)
    segmenter.fails = ""
    assert judge.measure(PICTURE, BOX).figures.parts == 1


def test_the_item_is_cut_out_on_grey() -> None:
    picture = np.full((100, 100, 3), 200, dtype=np.uint8)
    cut = SecondJudge(FillsTheBox, QUICK).measure(picture, (10.0, 20.0, 50.0, 60.0)).cut
    assert (cut[20:60, 10:50] == 200).all()
    assert int((cut == 128).sum()) == 3 * (100 * 100 - 40 * 40)


def test_one_that_cannot_be_loaded_or_cannot_look_is_not_there() -> None:
    def missing() -> Segmenter:
        raise SegmenterError("SAM 2: there is no model at w.pt")

    with pytest.raises(SegmenterError, match="there is no model"):
        SecondJudge(missing, QUICK)
    blind = FillsTheBox()
    blind.fails = "no kernel"
    with pytest.raises(SegmenterError, match="it failed: no kernel"):
        SecondJudge(lambda: blind, QUICK)
