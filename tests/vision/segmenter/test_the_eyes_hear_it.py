"""From the eyes through a worker to the second judge and back. Scripts stand in for the worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest

from drivers.ports import Encoding, Frame
from rvm_edge.item import Reason, Verdict
from rvm_edge.settings import SegmenterSettings, VisionSettings
from rvm_edge.vision.eyes import WorkerEyes
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.segmenter.hearing import JudgeState
from rvm_edge.vision.segmenter.opinion import MaskFigures

MakeWorker = Callable[[str], Sequence[str]]

JUDGE = SegmenterSettings(enabled=True, checkpoint="w.pt", checkpoint_sha256="0" * 64)
ON = VisionSettings(restart_first_s=0.01, restart_cap_s=0.05, segmenter=JUDGE)
NOWHERE = ModelFile(Path("/nowhere/model.onnx"), "")
PICTURE = Frame(b"\xff\xd8\xff", Encoding.JPEG, 0, 0, 0.0, 1)
GOOD = msgspec.to_builtins(
    MaskFigures(area=0.12, aspect=3.9, solidity=0.95, fill=0.7, inside=0.99, parts=1)
)

SEATED = f"""
GOOD = {GOOD!r}
loaded = hear()
judge = "sam" if loaded["segmenter"] else ""
say({{"type": "loaded", "names": ["mineral"], "model_hash": "0" * 64, "second_judge": judge}})
def measured(request, **figures):
    say({{"type": "measured", "number": request["number"], "figures": {{**GOOD, **figures}}}})
"""


def opinion(verdict: Verdict) -> str:
    assert verdict.record is not None
    return verdict.record.second_opinion.says if verdict.record.second_opinion else ""


async def test_it_is_asked_about_the_very_box_and_its_word_counts(fake_worker: MakeWorker) -> None:
    script = SEATED + (
        "answer(hear()); request = hear()\n"
        "assert request['type'] == 'measure' and request['box'] == [10.0, 10.0, 200.0, 100.0]\n"
        "measured(request)\n"
        "answer(hear()); measured(hear(), beside=0.2); hear()"
    )
    async with WorkerEyes(ON, NOWHERE, fake_worker(script)).run() as eyes:
        first = await eyes.judge([PICTURE], None)
        assert eyes.second_judge.state is JudgeState.READY
        second = await eyes.judge([PICTURE], None)
    assert (first.accepted, opinion(first)) == (True, "no objection")
    assert (second.accepted, second.reason) == (False, Reason.SECOND_OBJECT)


async def test_no_opinion_leaves_the_item_and_the_worker_as_they_are(
    fake_worker: MakeWorker,
) -> None:
    script = SEATED + (
        "answer(hear()); request = hear()\n"
        "say({'type': 'measured', 'number': request['number'], 'failed': 'it took longer'}); hear()"
    )
    async with WorkerEyes(ON, NOWHERE, fake_worker(script)).run() as eyes:
        verdict = await eyes.judge([PICTURE], None)
        assert eyes.second_judge.state is JudgeState.SILENT
        assert (eyes.second_judge.trouble, eyes.restarts) == ("it took longer", 0)
    assert (verdict.accepted, opinion(verdict)) == (True, "no opinion: it took longer")


@pytest.mark.parametrize("answer", ["sys.exit(9)", "say({'type': 'looked', 'number': 1})"])
async def test_workers_that_die_of_it_are_started_without_it(
    fake_worker: MakeWorker, answer: str
) -> None:
    script = SEATED + (
        f"while True:\n request = hear()\n if request['type'] == 'look': answer(request)\n"
        f" else: {answer}"
    )
    async with WorkerEyes(ON, NOWHERE, fake_worker(script)).run() as eyes:
        for _ in range(2):
            assert (await eyes.judge([PICTURE], None)).accepted
        assert eyes.second_judge.state is JudgeState.DISMISSED
        assert eyes.restarts >= 1
        verdict = await eyes.judge([PICTURE], None)
        restarts = eyes.restarts
        assert (await eyes.judge([PICTURE], None)).accepted
        assert eyes.restarts == restarts == 2
    assert (verdict.accepted, opinion(verdict)) == (True, "")


async def test_the_real_worker_goes_on_without_a_judge_that_cannot_be_had(
    model: ModelFile, bottle: Frame
) -> None:
    async with WorkerEyes(ON, model).run() as eyes:
        await eyes.ready()
        verdict = await eyes.judge([bottle], None)
        assert eyes.second_judge.state is JudgeState.SILENT
        assert eyes.second_judge.trouble == "SAM 2: there is no model at w.pt"
    assert verdict.accepted
