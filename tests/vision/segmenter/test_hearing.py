"""The second judge is heard where it has something to say, and held against nobody where not."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import pytest
import trio

from rvm_edge.item import Detection, Reason, Verdict
from rvm_edge.machine import EyesError
from rvm_edge.settings import AcceptanceSettings, SegmenterSettings, VisionSettings
from rvm_edge.vision.acceptance import decide
from rvm_edge.vision.segmenter.hearing import Box, Hearing, JudgeState, NoOpinionError
from rvm_edge.vision.segmenter.opinion import MaskFigures

ON = VisionSettings(
    segmenter=SegmenterSettings(enabled=True, checkpoint="w.pt", checkpoint_sha256="0" * 64)
)
BOTTLE = MaskFigures(area=0.12, aspect=3.9, solidity=0.95, fill=0.7, inside=0.99, parts=1)
TWO = MaskFigures(area=0.12, aspect=3.9, solidity=0.95, fill=0.7, inside=0.99, parts=1, beside=0.1)
HERE, THERE = (1.0, 1.0, 90.0, 50.0), (2.0, 2.0, 91.0, 51.0)


def verdict(*frames: Sequence[Detection]) -> Verdict:
    return decide(list(frames), AcceptanceSettings())


ACCEPTED = verdict([Detection("mineral", 0.8, HERE)], [Detection("mineral", 0.9, THERE)])


class Judge:
    """Answers from a script, and remembers what it was asked."""

    def __init__(self, *answers: MaskFigures | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[int, Box]] = []

    async def __call__(self, number: int, box: Box) -> MaskFigures:
        await trio.lowlevel.checkpoint()
        self.asked.append((number, box))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def ready() -> Hearing:
    hearing = Hearing(ON)
    hearing.worker_says("sam", "")
    return hearing


def opinion(judged: Verdict) -> str:
    assert judged.record is not None
    return judged.record.second_opinion.says if judged.record.second_opinion else ""


def soon() -> float:
    return 0.4


async def test_it_is_shown_the_surest_bottle_of_any_picture() -> None:
    judge = Judge(BOTTLE)
    judged = await ready().hear(ACCEPTED, judge, soon)
    assert judge.asked == [(1, THERE)]
    assert (judged.accepted, opinion(judged), judged.elapsed_ms) == (True, "no objection", 400)


async def test_its_objection_refuses_the_item() -> None:
    hearing = ready()
    judged = await hearing.hear(ACCEPTED, Judge(TWO), soon)
    assert (judged.accepted, judged.reason) == (False, Reason.SECOND_OBJECT)
    assert (hearing.asked, hearing.refused) == (1, 1)


async def test_it_is_not_asked_about_what_the_rule_refuses() -> None:
    judge = Judge()
    rejected = verdict([Detection("soda", 0.9, HERE), Detection("mineral", 0.9, HERE)])
    assert await ready().hear(rejected, judge, soon) is rejected
    assert judge.asked == []


async def test_nobody_is_asked_where_nobody_was_asked_for() -> None:
    hearing, judge = Hearing(VisionSettings()), Judge()
    hearing.worker_says("", "")
    assert await hearing.hear(ACCEPTED, judge, soon) is ACCEPTED
    assert hearing.state is JudgeState.OFF


async def test_a_judge_that_is_not_there_is_named_once_and_missed_by_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    hearing, judge = Hearing(ON), Judge()
    with caplog.at_level(logging.WARNING):
        hearing.worker_says("", "SAM 2: there is no model at w.pt")
        hearing.worker_says("", "SAM 2: there is no model at w.pt")
        assert await hearing.hear(ACCEPTED, judge, soon) is ACCEPTED
    assert hearing.state is JudgeState.SILENT
    assert hearing.trouble == "SAM 2: there is no model at w.pt"
    (line,) = caplog.messages
    assert line == (
        "the second judge is not heard, the rule decides alone: SAM 2: there is no model at w.pt"
    )


async def test_silence_leaves_the_verdict_and_is_recorded_each_time_and_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    hearing = ready()
    late = NoOpinionError("it took longer than 1.5 s")
    judge = Judge(late, late, BOTTLE, late)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            judged = await hearing.hear(ACCEPTED, judge, soon)
            assert judged.accepted
            assert opinion(judged) == "no opinion: it took longer than 1.5 s"
        assert len(caplog.messages) == 1
        await hearing.hear(ACCEPTED, judge, soon)
        assert (hearing.state, hearing.trouble) == (JudgeState.READY, "")
        await hearing.hear(ACCEPTED, judge, soon)
        assert len(caplog.messages) == 2


async def test_two_lost_workers_in_a_row_dismiss_it() -> None:
    hearing = ready()
    died = EyesError("the worker died of signal 9")
    judge = Judge(died, BOTTLE, died, died)
    for _ in range(3):
        assert (await hearing.hear(ACCEPTED, judge, soon)).accepted
        assert hearing.state is not JudgeState.DISMISSED
        assert hearing.settings.segmenter.enabled
    assert (await hearing.hear(ACCEPTED, judge, soon)).accepted
    assert hearing.state is JudgeState.DISMISSED
    assert not hearing.settings.segmenter.enabled
    hearing.worker_says("sam", "")
    assert await hearing.hear(ACCEPTED, judge, soon) is ACCEPTED
    assert len(judge.asked) == 4
    assert hearing.trouble == "while it measured, the worker died of signal 9"


async def test_a_yes_that_comes_too_late_is_a_no() -> None:
    judged = await ready().hear(ACCEPTED, Judge(BOTTLE), lambda: 3.1)
    assert (judged.accepted, judged.reason) == (False, Reason.TOO_LATE)
    judged = await ready().hear(ACCEPTED, Judge(TWO), lambda: 3.1)
    assert judged.reason is Reason.SECOND_OBJECT


async def test_how_it_stands_is_one_line_for_whoever_looks_from_afar() -> None:
    assert Hearing(VisionSettings()).in_a_line() == "off"
    hearing = Hearing(ON)
    assert hearing.in_a_line() == "starting"
    hearing.worker_says("", "SAM 2: there is no model at w.pt")
    assert hearing.in_a_line() == "silent: SAM 2: there is no model at w.pt"
    hearing.worker_says("sam", "")
    assert hearing.in_a_line() == "ready"
    late = Judge(NoOpinionError("it took longer than 2 s"))
    assert (await hearing.hear(ACCEPTED, late, soon)).accepted
    assert hearing.in_a_line() == "silent: it took longer than 2 s"
