"""The second judge at work in the worker: one item at a time, in a thread, and never for too long.

A network cannot be interrupted. One that takes too long is left to itself: its item is answered
for without it, and items that come meanwhile are too.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillRunning

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from rvm_edge.settings import SegmenterSettings
from rvm_edge.vision.segmenter.mask_figures import Box, cut_out, measure
from rvm_edge.vision.segmenter.opinion import MaskFigures
from rvm_edge.vision.segmenter.segmenter import Segmenter, SegmenterError

_GREY = 114


class Measurement(msgspec.Struct, frozen=True):
    """What came of one measurement.

    Attributes:
        figures: of the item's mask.
        cut: the item on grey, shape (height, width, 3), blue green red.
    """

    figures: MaskFigures
    cut: NDArray[np.uint8]


class SecondJudge:
    """A segmenter with a time limit.

    Attributes:
        name: which one it is.
    """

    def __init__(self, load: Callable[[], Segmenter], settings: SegmenterSettings) -> None:
        """Load the segmenter, and have it look at a grey picture once.

        Args:
            load: loads it; called in the thread that it works in.
            settings: how long it may take, and how large it looks.

        Raises:
            SegmenterError: it cannot be had.
        """
        self._settings = settings
        self._thread = ThreadPoolExecutor(1, "second-judge")
        self._running: Future[Measurement] | None = None
        try:
            self._segmenter = self._thread.submit(load).result()
            self._thread.submit(self._measure, *self._nothing()).result()
        except BaseException:
            self._thread.shutdown(wait=False)
            raise
        self.name = self._segmenter.name

    def measure(self, picture: NDArray[np.uint8], box: Box) -> Measurement:
        """Measure an item.

        Args:
            picture: shape (height, width, 3), blue green red.
            box: where the detector saw the item.

        Raises:
            SegmenterError: it took too long, is busy with an earlier item, or failed.
        """
        if self._running is not None and not self._running.done():
            raise SegmenterError("it is still busy with an earlier item")
        limit_s = self._settings.timeout_s
        small, scale = self._shrunk(picture)
        x1, y1, x2, y2 = (edge * scale for edge in box)
        self._running = self._thread.submit(self._measure, small, (x1, y1, x2, y2))
        try:
            return self._running.result(limit_s)
        except StillRunning:
            raise SegmenterError(f"it took longer than {limit_s:g} s") from None

    def _shrunk(self, picture: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
        """Return a copy no larger than the segmenter looks at, and its scale: figures are shares.

        A copy, because the picture may lie in memory that the next item's will be written to.
        """
        scale = min(1.0, self._settings.input_side / max(picture.shape[:2]))
        if scale == 1:
            return picture.copy(), scale
        size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
        return np.asarray(
            cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8
        ), scale

    def _measure(self, picture: NDArray[np.uint8], box: Box) -> Measurement:
        try:
            found = self._segmenter.segment(picture, box, self._settings.probes)
        # torch reports a GPU without memory and a dozen other things as RuntimeError.
        except RuntimeError as error:
            raise SegmenterError(f"it failed: {str(error).splitlines()[0][:200]}") from error
        figures = measure(found.item, box, found.others)
        return Measurement(figures, cut_out(picture, found.item))

    def _nothing(self) -> tuple[NDArray[np.uint8], Box]:
        side = self._settings.input_side
        return np.full((side, side, 3), _GREY, dtype=np.uint8), (side / 4, side / 4, side / 2, side)
