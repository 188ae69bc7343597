"""Eyes without a worker: the same model and the same rule, called where they are asked.

For virtual time alone: a worker's answer is waited for, and while a mocked clock waits it jumps. A
machine that serves people takes `WorkerEyes`, which outlives a crash of the model.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import trio
from msgspec.structs import replace

from drivers.ports import Encoding, Frame
from rvm_edge.decision import PictureFigures
from rvm_edge.item import Detection, Verdict
from rvm_edge.machine import NOTHING_ELSE, Circumstances, EyesError
from rvm_edge.settings import VisionSettings
from rvm_edge.vision.acceptance import decide
from rvm_edge.vision.backends.choosing import load_chosen
from rvm_edge.vision.detector import Detector, ModelError
from rvm_edge.vision.dhash import dhash_of_bottle
from rvm_edge.vision.evidence import Signs
from rvm_edge.vision.figures import figures_of
from rvm_edge.vision.jpeg import DoesNotFitError, compress
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.picture import PictureUnreadableError, read_picture
from rvm_edge.vision.picture_header import fits_as_jpeg

_REMEMBERED = 256
"""Pictures whose detections are kept: a simulated camera shows the same few again and again."""


class _Look(NamedTuple):
    """What one picture showed; None and no figures for one that cannot be read."""

    found: tuple[Detection, ...] | None
    figures: PictureFigures | None = None
    dhash: str = ""


class InProcessEyes:
    """Implements `rvm_edge.machine.Eyes` in the asking process. Blocks while it looks."""

    def __init__(self, detector: Detector, settings: VisionSettings) -> None:
        self._detector = detector
        self._settings = settings
        self._look = lru_cache(_REMEMBERED)(self._look_once)

    @classmethod
    def load(cls, settings: VisionSettings, model: ModelFile) -> InProcessEyes:
        """Load the model.

        Raises:
            ModelError: it cannot be used.
        """
        return cls(load_chosen(model, settings), settings)

    async def ready(self) -> None:
        """Return at once: the model is loaded."""
        await trio.lowlevel.checkpoint()

    async def judge(
        self,
        frames: Sequence[Frame],
        weight_g: float | None,
        about: Circumstances = NOTHING_ELSE,
    ) -> Verdict:
        """Look at one item's pictures and decide.

        The rule is told that no time has passed, as none has on a clock that stands still; the
        verdict carries the time that it really took.

        Raises:
            EyesError: the model gave something that is no answer.
        """
        await trio.lowlevel.checkpoint()
        began = time.perf_counter()
        try:
            looks = [self._look(one.data, one.encoding, one.width, one.height) for one in frames]
        except ModelError as error:
            raise EyesError(str(error)) from error
        verdict = decide(
            [one.found for one in looks],
            self._settings.rule_with(self._detector.thresholds),
            weight_g=weight_g,
            elapsed_s=0.0,
            model_hash=self._detector.model_hash,
            signs=Signs(
                figures=[one.figures for one in looks],
                dhashes=[one.dhash for one in looks],
                dark=_measured(about.dark),
                earlier=about.earlier,
            ),
        )
        return replace(verdict, elapsed_ms=(time.perf_counter() - began) * 1000)

    async def as_jpeg(self, frame: Frame, most_bytes: int) -> bytes:
        """Return a picture as a JPEG of at most `most_bytes`; see `rvm_edge.machine.Eyes`.

        Raises:
            EyesError: the picture cannot be read or made so short.
        """
        await trio.lowlevel.checkpoint()
        if fits_as_jpeg(frame, most_bytes):
            return frame.data
        try:
            picture = read_picture(
                frame.data, frame.encoding, width=frame.width, height=frame.height
            )
            return compress(picture, most_bytes)
        except (PictureUnreadableError, DoesNotFitError) as error:
            raise EyesError(str(error)) from error

    def _look_once(self, data: bytes, encoding: Encoding, width: int, height: int) -> _Look:
        try:
            picture = read_picture(data, encoding, width=width, height=height)
        except PictureUnreadableError:
            return _Look(None)
        found = self._detector.detect(picture)
        return _Look(found, figures_of(picture), dhash_of_bottle(picture, found))


def _measured(dark: Frame | None) -> PictureFigures | None:
    """Measure the picture with the lamp off; one that cannot be read tells nothing."""
    if dark is None:
        return None
    try:
        return figures_of(
            read_picture(dark.data, dark.encoding, width=dark.width, height=dark.height)
        )
    except PictureUnreadableError:
        return None
