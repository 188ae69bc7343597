"""Eyes without a worker say what eyes with one say, and no virtual time passes meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import trio
from numpy.typing import NDArray
from trio.testing import MockClock

from drivers.ports import Encoding, Frame
from rvm_edge.decision import Likeness
from rvm_edge.item import Detection, Reason
from rvm_edge.machine import Circumstances, EyesError
from rvm_edge.settings import AcceptanceSettings, VisionSettings
from rvm_edge.simulator.pictures import plain_png
from rvm_edge.vision.detector import ModelError
from rvm_edge.vision.eyes import WorkerEyes
from rvm_edge.vision.in_process import InProcessEyes
from rvm_edge.vision.model_store import ModelFile


class CountingDetector:
    names: Sequence[str] = ("mineral",)
    model_hash = "0" * 64
    thresholds = None

    def __init__(self) -> None:
        self.looks = 0

    def detect(self, picture: NDArray[np.uint8]) -> tuple[Detection, ...]:
        self.looks += 1
        if picture.shape[:2] == (32, 32):
            raise ModelError("no answer")
        return (Detection("mineral", 0.9, (0.0, 0.0, 4.0, 4.0)),)


def raw(side: int, sequence: int = 1) -> Frame:
    return Frame(
        bytes(range(0, 256, 32)) * (3 * side * side // 8), Encoding.BGR24, side, side, 0.0, sequence
    )


async def test_says_what_the_worker_says(bottle: Frame, again: Frame, model: ModelFile) -> None:
    # However busy this computer is: no verdict may be late.
    settings = VisionSettings(acceptance=AcceptanceSettings(late_s=60), judge_timeout_s=60)
    dark = Frame(plain_png(2), Encoding.PNG, 0, 0, 0.0, 9)
    about = Circumstances(dark, (Likeness(("f" * 16,), 18.0),))
    frames = [bottle, again, bottle]
    ours = await InProcessEyes.load(settings, model).judge(frames, 18.0, about)
    async with WorkerEyes(settings, model).run() as worker:
        theirs = await worker.judge(frames, 18.0, about)
    assert ours.accepted
    assert ours.record == theirs.record
    assert ours.record is not None
    assert ours.record.dark is not None
    assert ours.record.dark.luma_mean == 2
    assert [len(one.dhash) for one in ours.record.pictures] == [16, 16, 16]
    assert ours.record.compared == 1
    assert (ours.reason, ours.label, ours.weight_g) == (theirs.reason, theirs.label, 18.0)
    assert ours.detections == theirs.detections
    assert ours.model_hash == theirs.model_hash
    assert ours.elapsed_ms > 0


async def test_no_virtual_time_passes_and_the_rule_knows_of_none(
    autojump_clock: MockClock,
) -> None:
    eyes = InProcessEyes(CountingDetector(), VisionSettings())
    began_s = trio.current_time()
    await eyes.ready()
    verdict = await eyes.judge([raw(64)], 18.0)
    assert verdict.accepted
    assert trio.current_time() == began_s


async def test_looks_once_at_a_picture_that_comes_again() -> None:
    detector = CountingDetector()
    eyes = InProcessEyes(detector, VisionSettings())
    for sequence in range(3):
        await eyes.judge([raw(64, sequence), raw(96, sequence)], None)
    assert detector.looks == 2


async def test_an_unreadable_picture_shows_no_bottle() -> None:
    eyes = InProcessEyes(CountingDetector(), VisionSettings())
    broken = Frame(b"no picture", Encoding.JPEG, 0, 0, 0.0, 1)
    assert (await eyes.judge([broken], None)).reason is not Reason.EMPTY_PET


async def test_a_model_without_an_answer_is_no_verdict() -> None:
    eyes = InProcessEyes(CountingDetector(), VisionSettings())
    with pytest.raises(EyesError, match="no answer"):
        await eyes.judge([raw(32)], None)
