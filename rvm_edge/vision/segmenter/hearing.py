"""The daemon's half of the second judge: whom it asks, what it makes of the answer, and of none.

An item is never kept waiting or refused because the judge has nothing to say: the acceptance rule
alone decides then, the machine says so once, and the verdict's record says so each time.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from enum import Enum

import msgspec
from msgspec.structs import replace

from rvm_edge.decision import NO_OPINION, SecondOpinion
from rvm_edge.item import Detection, Reason, Verdict
from rvm_edge.machine import EyesError
from rvm_edge.settings import VisionSettings
from rvm_edge.vision.classes import PET
from rvm_edge.vision.segmenter.mask_rule import heard, with_opinion
from rvm_edge.vision.segmenter.opinion import MaskFigures

_LOG = logging.getLogger(__name__)

_MOST_LOSSES = 2

Box = tuple[float, float, float, float]
Measure = Callable[[int, Box], Awaitable[MaskFigures]]
"""Measures the item in the picture of that number, in that box."""


class NoOpinionError(Exception):
    """The second judge has nothing to say; the worker is well."""


class JudgeState(Enum):
    """Whether the second judge is heard."""

    OFF = "off"
    """Nobody asked for one."""

    STARTING = "starting"
    READY = "ready"
    SILENT = "silent"
    """It was asked for and has nothing to say: `Hearing.trouble` says why."""

    DISMISSED = "dismissed"
    """Two workers in a row were lost while they measured; it is not asked until a new start."""


class Hearing:
    """Asks the second judge about items that the rule accepts.

    Attributes:
        state: whether it is heard.
        trouble: why it is not, or was not the last time; "" while all is well.
        judge: which one it is, or "".
        asked: about how many items.
        refused: how many of them it refused.
    """

    def __init__(self, settings: VisionSettings) -> None:
        self._settings = settings
        self.state = JudgeState.STARTING if settings.segmenter.enabled else JudgeState.OFF
        self.trouble = ""
        self.judge = ""
        self.asked = 0
        self.refused = 0
        self._losses = 0

    @property
    def settings(self) -> VisionSettings:
        """The eyes' settings, without the judge once it was dismissed."""
        if self.state is not JudgeState.DISMISSED:
            return self._settings
        off = msgspec.structs.replace(self._settings.segmenter, enabled=False)
        return msgspec.structs.replace(self._settings, segmenter=off)

    def in_a_line(self) -> str:
        """Return the state, and why where there is a reason, for whoever looks from afar."""
        return f"{self.state.value}: {self.trouble}" if self.trouble else self.state.value

    def worker_says(self, judge: str, trouble: str) -> None:
        """Take note of what a worker says when it is ready.

        Args:
            judge: which one it has, or "".
            trouble: why it has not the one that it was asked for, or "".
        """
        if self.state in (JudgeState.OFF, JudgeState.DISMISSED):
            return
        self.judge = judge
        if trouble:
            self._silent(JudgeState.SILENT, trouble)
        elif judge:
            self.state, self.trouble = JudgeState.READY, ""

    async def hear(
        self, verdict: Verdict, measure: Measure, elapsed_s: Callable[[], float]
    ) -> Verdict:
        """Return a verdict as it stands once the judge was heard: never kinder than it was.

        Args:
            verdict: of the acceptance rule.
            measure: has the worker measure.
            elapsed_s: how long the item has waited, for the rule's `late_s`.
        """
        where = surest_bottle(verdict)
        if not verdict.accepted or where is None or not self.judge:
            return verdict
        if self.state in (JudgeState.OFF, JudgeState.DISMISSED):
            return verdict
        number, bottle = where
        self.asked += 1
        judged = await self._ask(verdict, number, bottle, measure)
        self.refused += not judged.accepted
        took_s = elapsed_s()
        if judged.accepted and took_s > self._settings.acceptance.late_s:
            judged = replace(judged, accepted=False, reason=Reason.TOO_LATE)
        return replace(judged, elapsed_ms=took_s * 1000)

    async def _ask(
        self, verdict: Verdict, number: int, bottle: Detection, measure: Measure
    ) -> Verdict:
        try:
            figures = await measure(number, bottle.box)
        except NoOpinionError as error:
            self._silent(JudgeState.SILENT, str(error))
        except EyesError as error:
            self._losses += 1
            gone = self._losses >= _MOST_LOSSES
            state = JudgeState.DISMISSED if gone else JudgeState.SILENT
            self._silent(state, f"while it measured, {error}")
        else:
            self.state, self.trouble, self._losses = JudgeState.READY, "", 0
            return heard(verdict, figures, self.judge, self._settings.segmenter.shape)
        says = f"{NO_OPINION}: {self.trouble}"[:200]
        return with_opinion(verdict, SecondOpinion(self.judge, says))

    def _silent(self, state: JudgeState, why: str) -> None:
        if (state, why) != (self.state, self.trouble):
            _LOG.warning("the second judge is not heard, the rule decides alone: %s", why)
        self.state, self.trouble = state, why


def surest_bottle(verdict: Verdict) -> tuple[int, Detection] | None:
    """Return the PET bottle that the eyes were surest of, and the number of its picture."""
    found = [
        (one.confidence, -number, one)
        for number, frame in enumerate(verdict.detections)
        for one in frame
        if one.label == PET
    ]
    if not found:
        return None
    _, number, one = max(found, key=lambda each: each[:2])
    return -number, one
