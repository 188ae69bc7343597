"""Pictures that leave the machine are short JPEGs, and the daemon makes none of them itself."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest
import trio

from drivers.ports import Encoding, Frame
from rvm_edge.item import Reason
from rvm_edge.machine import Eyes, EyesError
from rvm_edge.settings import AcceptanceSettings, VisionSettings
from rvm_edge.vision.eyes import WorkerEyes
from rvm_edge.vision.in_process import InProcessEyes
from rvm_edge.vision.kept_worker import EyesState
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.picture import read_picture

MakeWorker = Callable[[str], Sequence[str]]
QUICK = VisionSettings(
    restart_first_s=0.01,
    restart_cap_s=0.05,
    judge_timeout_s=60,
    acceptance=AcceptanceSettings(late_s=60),
)
IMPATIENT = VisionSettings(restart_first_s=0.01, judge_timeout_s=0.4)
NOWHERE = ModelFile(Path("/nowhere/model.onnx"), "")
RAW = Frame(bytes(range(256)) * 3 * 48, Encoding.BGR24, 256, 48, 0.0, 1)
UNREADABLE = Frame(b"\xff\xd8\xff", Encoding.JPEG, 0, 0, 0.0, 1)


@pytest.fixture(params=["worker", "in process"])
async def eyes(request: pytest.FixtureRequest, model: ModelFile) -> AsyncIterator[Eyes]:
    if request.param == "in process":
        yield InProcessEyes.load(QUICK, model)
        return
    async with WorkerEyes(QUICK, model).run() as worker:
        yield worker
        assert worker.restarts == 0


class TestEveryEyes:
    async def test_make_a_jpeg_of_a_raw_frame(self, eyes: Eyes) -> None:
        data = await eyes.as_jpeg(RAW, 50_000)
        assert len(data) <= 50_000
        assert read_picture(data, Encoding.JPEG).shape == (48, 256, 3)

    async def test_make_a_shorter_jpeg_of_a_long_one(self, eyes: Eyes, bottle: Frame) -> None:
        most_bytes = len(bottle.data) // 3
        data = await eyes.as_jpeg(bottle, most_bytes)
        assert len(data) <= most_bytes
        assert read_picture(data, Encoding.JPEG).size > 0

    async def test_return_a_jpeg_that_fits_as_it_is(self, eyes: Eyes, bottle: Frame) -> None:
        assert await eyes.as_jpeg(bottle, len(bottle.data)) is bottle.data

    @pytest.mark.parametrize("most_bytes", [-1, 0, 1, 300])
    async def test_refuse_what_no_jpeg_fits_into(self, eyes: Eyes, most_bytes: int) -> None:
        with pytest.raises(EyesError, match=f"does not fit into {most_bytes} bytes"):
            await eyes.as_jpeg(RAW, most_bytes)

    @pytest.mark.parametrize("encoding", list(Encoding))
    async def test_refuse_what_is_no_picture(self, eyes: Eyes, encoding: Encoding) -> None:
        with pytest.raises(EyesError):
            await eyes.as_jpeg(Frame(b"\xff\xd8\xffno", encoding, 0, 0, 0.0, 1), 50_000)

    async def test_judge_as_well_before_as_after(self, eyes: Eyes, bottle: Frame) -> None:
        before = await eyes.judge([bottle], None)
        await eyes.as_jpeg(bottle, 5_000)
        with pytest.raises(EyesError):
            await eyes.as_jpeg(RAW, 1)
        after = await eyes.judge([bottle], None)
        assert after.reason is Reason.EMPTY_PET
        assert after.detections == before.detections


class TestLostWorkers:
    async def test_a_jpeg_that_fits_needs_no_worker(self, bottle: Frame) -> None:
        eyes = WorkerEyes(QUICK, NOWHERE)  # never started
        assert await eyes.as_jpeg(bottle, len(bottle.data)) is bottle.data

    async def test_a_killed_worker_costs_one_picture(self, model: ModelFile) -> None:
        async with WorkerEyes(QUICK, model).run() as eyes:
            await eyes.ready()
            os.kill(eyes.worker_pid or 0, signal.SIGKILL)
            with pytest.raises(EyesError, match="died of signal 9"):
                await eyes.as_jpeg(RAW, 50_000)
            assert await eyes.as_jpeg(RAW, 50_000)
            assert eyes.restarts == 1

    async def test_a_hung_worker_is_given_up(self, fake_worker: MakeWorker) -> None:
        script = fake_worker("load(); hear(); time.sleep(60)")
        settings = VisionSettings(restart_first_s=0.01, judge_timeout_s=1)
        async with WorkerEyes(settings, NOWHERE, script).run() as eyes:
            await eyes.ready()
            with pytest.raises(EyesError, match="no answer within 1 s"):
                await eyes.as_jpeg(RAW, 50_000)
            assert eyes.state is EyesState.RESTARTING

    async def test_nobody_there_is_said_in_time(self, fake_worker: MakeWorker) -> None:
        async with WorkerEyes(IMPATIENT, NOWHERE, fake_worker("time.sleep(60)")).run() as eyes:
            with pytest.raises(EyesError, match=r"not ready within 0\.4 s"):
                await eyes.as_jpeg(RAW, 50_000)

    @pytest.mark.parametrize(
        ("answer", "message"),
        [
            ("'length': 50001", "a longer JPEG than it was asked for"),
            ("'length': 36864", "something else than a JPEG"),
            ("'length': 0", "something else than a JPEG"),
            ("'length': -1", "no answer"),
            ("'length': 10, 'number': 99", "something else than asked"),
        ],
    )
    async def test_an_answer_that_is_no_such_jpeg_is_not_believed(
        self, fake_worker: MakeWorker, answer: str, message: str
    ) -> None:
        script = (
            "load(); request = hear()\n"
            f"say({{'type': 'compressed', 'number': request['number'], {answer}}})\n"
            "time.sleep(60)"
        )
        async with WorkerEyes(QUICK, NOWHERE, fake_worker(script)).run() as eyes:
            await eyes.ready()
            with pytest.raises(EyesError, match=message):
                await eyes.as_jpeg(RAW, 50_000)
            assert eyes.state is EyesState.RESTARTING

    async def test_detections_are_no_picture(self, fake_worker: MakeWorker) -> None:
        script = "load(); say({'type': 'looked', 'number': hear()['number'], 'pictures': []})"
        async with WorkerEyes(QUICK, NOWHERE, fake_worker(script)).run() as eyes:
            await eyes.ready()
            with pytest.raises(EyesError, match="something else than asked"):
                await eyes.as_jpeg(RAW, 50_000)

    async def test_a_picture_that_was_given_up_leaves_the_next_item_its_own_verdict(
        self, model: ModelFile, bottle: Frame
    ) -> None:
        """The late JPEG would otherwise be written over the pictures of the item."""
        large = Frame(bytes(4000 * 3000 * 3), Encoding.BGR24, 4000, 3000, 0.0, 1)
        async with WorkerEyes(QUICK, model).run() as eyes:
            await eyes.ready()
            worker = eyes.worker_pid
            with trio.move_on_after(0.01) as given_up:
                await eyes.as_jpeg(large, 20_000)
            assert given_up.cancelled_caught
            assert (await eyes.judge([bottle], None)).reason is Reason.EMPTY_PET
            assert eyes.worker_pid == worker


async def test_an_unreadable_frame_is_not_passed_on_however_short(model: ModelFile) -> None:
    with pytest.raises(EyesError, match="ends early"):
        await InProcessEyes.load(QUICK, model).as_jpeg(UNREADABLE, 50_000)
