"""The second judge's seat in the worker: taken, empty, or empty against the owner's will."""

from __future__ import annotations

from functools import partial

import msgspec
import numpy as np
from numpy.typing import NDArray

from rvm_edge.vision.segmenter.mask_figures import Box
from rvm_edge.vision.segmenter.measuring import Measurement, SecondJudge
from rvm_edge.vision.segmenter.sam2_segmenter import Sam2Segmenter
from rvm_edge.vision.segmenter.segmenter import SegmenterError
from rvm_edge.vision.wire import Load


class JudgesSeat(msgspec.Struct, frozen=True):
    """Who sits there.

    Attributes:
        judge: the second judge, or None.
        trouble: why the one that was asked for is not there, or "".
    """

    judge: SecondJudge | None = None
    trouble: str = ""

    @property
    def name(self) -> str:
        """Which judge it is, or ""."""
        return self.judge.name if self.judge else ""

    def measure(self, picture: NDArray[np.uint8], box: Box) -> Measurement:
        """Measure an item; see `SecondJudge.measure`.

        Raises:
            SegmenterError: there is no judge, or it has no answer.
        """
        if self.judge is None:
            raise SegmenterError(self.trouble or "there is no second judge")
        return self.judge.measure(picture, box)


def call_judge(wanted: Load) -> JudgesSeat:
    """Load the second judge, if one is asked for. That it cannot be had is no reason to stop."""
    settings = wanted.segmenter
    if settings is None or not settings.enabled:
        return JudgesSeat()
    load = partial(
        Sam2Segmenter.load,
        settings,
        device=wanted.device,
        half=wanted.half,
        threads=wanted.threads,
    )
    try:
        return JudgesSeat(SecondJudge(load, settings))
    except SegmenterError as error:
        return JudgesSeat(trouble=str(error)[:1000])
