"""What the second judge took for the item comes back with its figures, and is handed over once."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.ports import Encoding, Frame
from rvm_edge.item import Reason
from rvm_edge.settings import SegmenterSettings
from rvm_edge.vision import worker
from rvm_edge.vision.cut_outs import MOST_BYTES, CutOuts
from rvm_edge.vision.eyes import WorkerEyes
from rvm_edge.vision.segmenter.hearing import JudgeState
from rvm_edge.vision.segmenter.mask_figures import Box
from rvm_edge.vision.segmenter.measuring import SecondJudge
from rvm_edge.vision.segmenter.seat import JudgesSeat
from rvm_edge.vision.segmenter.segmenter import Segmentation
from rvm_edge.vision.shared_frames import SharedFrames, map_frames
from rvm_edge.vision.wire import Measure, Measured
from tests.vision.segmenter.test_the_eyes_hear_it import NOWHERE, ON, SEATED, MakeWorker

CUT = b"\xff\xd8 stands for a cut-out"
HANDS_BACK = """
def with_cut(request, data, **figures):
    os.pwrite(int(sys.argv[2]), data, 0)
    say({"type": "measured", "number": request["number"],
         "figures": {**GOOD, **figures}, "length": len(data)})
"""


def script(jpeg: bytes, lines: str) -> str:
    return f"{SEATED}{HANDS_BACK}CUT = {jpeg!r}\n{lines}"


class TestTheEyes:
    async def test_it_is_handed_over_once_to_whoever_has_the_items_pictures(
        self, fake_worker: MakeWorker, jpeg: bytes, bottle: Frame, again: Frame
    ) -> None:
        lines = (
            "answer(hear()); request = hear()\n"
            f"assert request['most_bytes'] == {MOST_BYTES}\n"
            "with_cut(request, CUT); hear()"
        )
        async with WorkerEyes(ON, NOWHERE, fake_worker(script(jpeg, lines))).run() as eyes:
            assert (await eyes.judge([bottle, again], None)).accepted
            assert eyes.cut_outs.take([again]) == b""
            assert eyes.cut_outs.take([again, bottle]) == jpeg
            assert eyes.cut_outs.take([again, bottle]) == b""

    async def test_an_item_that_it_refuses_has_one_too(
        self, fake_worker: MakeWorker, jpeg: bytes, bottle: Frame
    ) -> None:
        lines = "answer(hear()); with_cut(hear(), CUT, beside=0.2); hear()"
        async with WorkerEyes(ON, NOWHERE, fake_worker(script(jpeg, lines))).run() as eyes:
            assert (await eyes.judge([bottle], None)).reason is Reason.SECOND_OBJECT
            assert eyes.cut_outs.take([bottle]) == jpeg

    @pytest.mark.parametrize(
        "says",
        [
            "measured(request)",
            "with_cut(request, b'no JPEG at all')",
            "with_cut(request, b'x' * (request['most_bytes'] + 1))",
        ],
        ids=["none", "no JPEG", "too long"],
    )
    async def test_the_opinion_counts_without_it(
        self, fake_worker: MakeWorker, bottle: Frame, says: str
    ) -> None:
        lines = f"answer(hear()); request = hear(); {says}; hear()"
        async with WorkerEyes(ON, NOWHERE, fake_worker(script(b"", lines))).run() as eyes:
            assert (await eyes.judge([bottle], None)).accepted
            assert (eyes.second_judge.state, eyes.restarts) == (JudgeState.READY, 0)
            assert eyes.cut_outs.take([bottle]) == b""

    async def test_the_next_item_is_never_shown_with_it(
        self, fake_worker: MakeWorker, jpeg: bytes, bottle: Frame
    ) -> None:
        lines = (
            "answer(hear()); with_cut(hear(), CUT); answer(hear()); request = hear()\n"
            "say({'type': 'measured', 'number': request['number'], 'failed': 'late'}); hear()"
        )
        async with WorkerEyes(ON, NOWHERE, fake_worker(script(jpeg, lines))).run() as eyes:
            await eyes.judge([bottle], None)
            await eyes.judge([bottle], None)
            assert eyes.cut_outs.take([bottle]) == b""


class FillsTheBox:
    """A segmenter that takes the box for the item."""

    name = "box"

    def segment(self, picture: NDArray[np.uint8], box: Box, probes: int) -> Segmentation:  # noqa: ARG002
        item = np.zeros(picture.shape[:2], dtype=bool)
        x1, y1, x2, y2 = (round(edge) for edge in box)
        item[y1:y2, x1:x2] = True
        return Segmentation(item)


class TestTheWorker:
    def measured(self, bottle: Frame, most_bytes: int) -> tuple[Measured, bytes]:
        judge = SecondJudge(FillsTheBox, SegmenterSettings(input_side=256, timeout_s=30.0))
        with SharedFrames() as frames:
            (picture,) = frames.put([bottle])
            request = Measure(7, picture, (100.0, 100.0, 400.0, 300.0), most_bytes)
            answer = worker._ask(JudgesSeat(judge), map_frames(frames.fd), frames.fd, request)
            return answer, frames.take(answer.length)

    def test_it_is_a_jpeg_of_the_item_on_grey(self, bottle: Frame) -> None:
        answer, jpeg = self.measured(bottle, MOST_BYTES)
        shown = cv2.imdecode(np.frombuffer(jpeg, dtype=np.uint8), cv2.IMREAD_COLOR)
        assert shown is not None
        assert max(shown.shape[:2]) == 256
        assert (abs(shown[:20].astype(int) - 128) < 8).all()
        assert answer.figures.area > 0
        assert answer.number == 7

    @pytest.mark.parametrize("most_bytes", [0, 10])
    def test_figures_come_where_no_cut_out_does(self, bottle: Frame, most_bytes: int) -> None:
        answer, jpeg = self.measured(bottle, most_bytes)
        assert (answer.length, jpeg, answer.failed) == (0, b"", "")
        assert answer.figures.area > 0

    def test_it_is_never_longer_than_asked(self, bottle: Frame) -> None:
        answer, jpeg = self.measured(bottle, 2_000)
        assert 0 < len(jpeg) == answer.length <= 2_000


def test_frames_that_only_look_the_same_are_another_items() -> None:
    def frame() -> Frame:
        return Frame(b"same", Encoding.JPEG, 0, 0, 0.0, 1)

    held, cut_outs = frame(), CutOuts()
    cut_outs.note(held, CUT)
    assert cut_outs.take([frame()]) == b""
    assert cut_outs.take([held]) == CUT
