"""A worker that dies, hangs or talks nonsense costs one item, not the machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import psutil
import pytest
import trio

from drivers.ports import Encoding, Frame
from rvm_edge.item import Reason
from rvm_edge.machine import EyesError
from rvm_edge.settings import AcceptanceSettings, VisionSettings
from rvm_edge.vision.eyes import WorkerEyes
from rvm_edge.vision.kept_worker import EyesState
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.shared_frames import CAPACITY_BYTES, SharedFrames
from rvm_edge.vision.worker_link import WORKER_COMMAND

MakeWorker = Callable[[str], Sequence[str]]
QUICK = VisionSettings(
    restart_first_s=0.01,
    restart_cap_s=0.05,
    judge_timeout_s=60,
    acceptance=AcceptanceSettings(late_s=60),
)
"""Begins anew at once, and waits for a busy computer."""

IMPATIENT = VisionSettings(restart_first_s=0.01, judge_timeout_s=0.4)
NOWHERE = ModelFile(Path("/nowhere/model.onnx"), "")
WITHIN_S = 60.0
GOOD = "load()\nwhile True: answer(hear())"


@pytest.fixture
def picture() -> Frame:
    return Frame(b"\xff\xd8\xff", Encoding.JPEG, 0, 0, 0.0, 1)


class TestRealWorker:
    async def test_it_judges_a_bottle(self, model: ModelFile, bottle: Frame, again: Frame) -> None:
        async with WorkerEyes(QUICK, model).run() as eyes:
            before = eyes.state
            verdict = await eyes.judge([bottle, again], weight_g=20)
            assert (before, eyes.state) == (EyesState.STARTING, EyesState.READY)
            assert verdict.model_hash == eyes.model_hash == model.sha256
        assert verdict.reason is Reason.EMPTY_PET
        assert verdict.weight_g == 20
        assert len(verdict.detections) == 2
        assert [frame[0].label for frame in verdict.detections] == ["mineral", "mineral"]
        assert verdict.elapsed_ms > 0

    async def test_every_reading_and_every_frame_reaches_the_rule(
        self, model: ModelFile, bottle: Frame, again: Frame, samples: Path
    ) -> None:
        can = Frame((samples / "syn_00093.jpg").read_bytes(), Encoding.JPEG, 0, 0, 0.0, 2)
        broken = Frame(bottle.data[:-5000], Encoding.JPEG, 0, 0, 0.0, 3)
        async with WorkerEyes(QUICK, model).run() as eyes:
            assert (await eyes.judge([bottle, can], None)).reason is Reason.FORBIDDEN_CLASS
            assert (await eyes.judge([bottle, again, broken], None)).reason is Reason.EMPTY_PET
            assert (await eyes.judge([broken, bottle], None)).reason is Reason.FRAMES_DISAGREE
            assert (await eyes.judge([broken], None)).reason is Reason.NO_PICTURE
            assert (await eyes.judge([], None)).reason is Reason.NO_PICTURE
            assert (await eyes.judge([bottle, bottle], None)).reason is Reason.CAMERA_FROZEN
            assert (await eyes.judge([bottle], 300.0)).reason is Reason.TOO_HEAVY

    async def test_a_killed_worker_costs_one_item_and_a_new_one_judges_the_next(
        self, model: ModelFile, bottle: Frame
    ) -> None:
        async with WorkerEyes(QUICK, model).run() as eyes:
            await eyes.ready()
            first = eyes.worker_pid
            assert first is not None
            os.kill(first, signal.SIGKILL)
            with pytest.raises(EyesError, match="died of signal 9"):
                await eyes.judge([bottle], None)
            assert eyes.state is EyesState.RESTARTING
            verdict = await eyes.judge([bottle], None)
            assert eyes.worker_pid not in (None, first)
            assert eyes.restarts == 1
        assert verdict.reason is Reason.EMPTY_PET
        assert not psutil.pid_exists(first)

    async def test_a_worker_that_dies_while_nobody_asks_is_replaced(
        self, model: ModelFile, bottle: Frame
    ) -> None:
        async with WorkerEyes(QUICK, model).run() as eyes:
            await eyes.ready()
            first = eyes.worker_pid
            assert first is not None
            os.kill(first, signal.SIGKILL)
            with trio.fail_after(WITHIN_S):
                while eyes.restarts == 0:
                    await trio.sleep(0.01)
                await eyes.ready()
            assert eyes.worker_pid not in (None, first)
            assert (await eyes.judge([bottle], None)).reason is Reason.EMPTY_PET

    async def test_a_stopped_worker_is_killed_and_replaced(
        self, model: ModelFile, bottle: Frame
    ) -> None:
        settings = VisionSettings(restart_first_s=0.01, judge_timeout_s=3)
        async with WorkerEyes(settings, model).run() as eyes:
            await eyes.ready()
            first = eyes.worker_pid
            assert first is not None
            os.kill(first, signal.SIGSTOP)
            with pytest.raises(EyesError, match="no answer within 3 s"):
                await eyes.judge([bottle], None)
            await eyes.ready()
            assert eyes.worker_pid != first
            assert not psutil.pid_exists(first)

    async def test_a_missing_model_is_named_at_once(self, bottle: Frame) -> None:
        async with WorkerEyes(QUICK, NOWHERE).run() as eyes:
            with pytest.raises(EyesError, match=r"there is no model at /nowhere/model\.onnx"):
                await eyes.judge([bottle], None)

    async def test_a_swapped_model_does_not_run(self, model: ModelFile, bottle: Frame) -> None:
        pinned_otherwise = ModelFile(model.path, "0" * 64)
        async with WorkerEyes(QUICK, pinned_otherwise).run() as eyes:
            with pytest.raises(EyesError, match="is not the expected model"):
                await eyes.judge([bottle], None)

    async def test_a_raw_frame_is_judged_like_its_png(
        self, model: ModelFile, samples: Path
    ) -> None:
        pixels = cv2.imread(str(samples / "syn_00012.jpg"))
        assert pixels is not None
        height, width = pixels.shape[:2]
        raw = Frame(pixels.tobytes(), Encoding.BGR24, width, height, 0.0, 1)
        png = Frame(cv2.imencode(".png", pixels)[1].tobytes(), Encoding.PNG, 0, 0, 0.0, 1)
        async with WorkerEyes(QUICK, model).run() as eyes:
            one, other = await eyes.judge([raw], None), await eyes.judge([png], None)
        assert one.detections == other.detections
        assert one.accepted

    @pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
    def test_the_worker_dies_with_the_daemon(self, how: signal.Signals) -> None:
        program = (
            "import sys, trio\n"
            "from rvm_edge.packaged import model_file\n"
            "from rvm_edge.settings import VisionSettings\n"
            "from rvm_edge.vision.eyes import WorkerEyes\n"
            "from rvm_edge.vision.model_store import choose\n"
            "settings = VisionSettings()\n"
            "model = choose(settings, model_file('models.json').parent)\n"
            "async def main():\n"
            "    async with WorkerEyes(settings, model).run() as eyes:\n"
            "        await eyes.ready()\n"
            "        print(eyes.worker_pid, flush=True)\n"
            "        await trio.sleep_forever()\n"
            "trio.run(main)\n"
        )
        daemon = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        assert daemon.stdout is not None
        with daemon.stdout:
            worker = psutil.Process(int(daemon.stdout.readline()))
            daemon.send_signal(how)
            daemon.wait()
            deadline = time.monotonic() + WITHIN_S
            while worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE:
                assert time.monotonic() < deadline, "the worker outlived the daemon"
                time.sleep(0.01)

    def test_it_dies_with_the_daemon_even_while_its_main_thread_is_stuck(self) -> None:
        program = (
            "import sys, time\n"
            "from rvm_edge.vision import worker\n"
            "def stuck(requests):\n"
            "    requests._connection.sendall(b'stuck')\n"
            "    time.sleep(60)\n"
            "worker._Requests.next = stuck\n"
            "worker.main(sys.argv[1:])\n"
        )
        ours, theirs = socket.socketpair()
        with SharedFrames() as frames, theirs:
            fds = (theirs.fileno(), frames.fd)
            command = [sys.executable, "-c", program, *map(str, fds)]
            worker = subprocess.Popen(command, pass_fds=fds)
        with ours:
            assert ours.recv(5) == b"stuck"
            assert worker.poll() is None
        assert worker.wait(timeout=WITHIN_S) == 0


class TestMisbehavingWorkers:
    """Scripts stand in for the worker; each does one thing wrong."""

    @pytest.mark.parametrize(
        ("script", "message"),
        [
            ("load(); hear(); sys.exit(7)", "exit 7"),
            ("load(); hear(); os.kill(os.getpid(), 11)", "died of signal 11"),
            ("load(); hear(); print('no memory', file=sys.stderr); sys.exit(1)", "no memory"),
            ("load(); hear(); say(b'not json')", "not a message"),
            ("load(); hear(); say({'type': 'looked'})", "not a message"),
            ("load(); answer(hear(), number=99)", "something else than asked"),
            ("load(); answer(hear(), pictures=[])", "another number of pictures"),
            (
                "load(); answer(hear(), pictures=[{'found': [['mineral', 7.0, [0, 0, 1, 1]]]}])",
                "not a message",
            ),
            ("load(); answer(hear(), extra=1)", "not a message"),
            ("load(); hear(); connection.sendall(b'\\xff' * 100); time.sleep(60)", "too long"),
            ("load(); hear(); say({'type': 'refused', 'why': 'shape'})", "refused: shape"),
            (
                "load(); hear(); say({'type': 'loaded', 'names': ['a'], 'model_hash': '0' * 64})",
                "something else than asked",
            ),
            ("load(); hear(); connection.shutdown(1); time.sleep(60)", "hung up"),
        ],
    )
    async def test_no_verdict_comes_of(
        self, fake_worker: MakeWorker, picture: Frame, script: str, message: str
    ) -> None:
        async with WorkerEyes(QUICK, NOWHERE, fake_worker(script)).run() as eyes:
            await eyes.ready()
            worker = eyes.worker_pid
            with pytest.raises(EyesError, match=message):
                await eyes.judge([picture], None)
            assert eyes.state is EyesState.RESTARTING
            await eyes.ready()
            assert eyes.worker_pid != worker

    @pytest.mark.parametrize(
        ("script", "message"),
        [
            ("sys.exit(3)", "exit 3"),
            ("hear(); say(b'[]')", "not a message"),
            ("hear(); say({'type': 'looked', 'number': 1, 'pictures': []})", "something else"),
            ("time.sleep(60)", ""),
        ],
    )
    async def test_a_worker_that_does_not_start_is_waited_for_no_longer_than_allowed(
        self, fake_worker: MakeWorker, picture: Frame, script: str, message: str
    ) -> None:
        async with WorkerEyes(IMPATIENT, NOWHERE, fake_worker(script)).run() as eyes:
            with trio.fail_after(WITHIN_S):
                while message not in eyes.trouble:
                    await trio.sleep(0.01)
            with pytest.raises(EyesError, match=rf"not ready within 0.4 s.*{message}"):
                await eyes.judge([picture], None)

    async def test_a_worker_hears_nothing_of_the_service_manager(
        self, fake_worker: MakeWorker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NOTIFY_SOCKET", "/run/secret")
        script = "sys.exit(f'it knows {os.environ.get(\"NOTIFY_SOCKET\")}')"
        async with WorkerEyes(IMPATIENT, NOWHERE, fake_worker(script)).run() as eyes:
            with trio.fail_after(WITHIN_S):
                while "it knows" not in eyes.trouble:
                    await trio.sleep(0.01)
            assert "it knows None" in eyes.trouble

    async def test_a_command_that_is_not_there_is_named(self, picture: Frame) -> None:
        async with WorkerEyes(IMPATIENT, NOWHERE, ["/nowhere/python"]).run() as eyes:
            with pytest.raises(EyesError, match="cannot be started: No such file"):
                await eyes.judge([picture], None)

    async def test_a_worker_that_loads_for_ever_is_replaced(self, fake_worker: MakeWorker) -> None:
        settings = VisionSettings(start_timeout_s=0.2, restart_first_s=0.01)
        async with WorkerEyes(settings, NOWHERE, fake_worker("time.sleep(60)")).run() as eyes:
            with trio.fail_after(WITHIN_S):
                while eyes.restarts == 0:
                    await trio.sleep(0.01)
            assert eyes.trouble == "the worker was not ready within 0.2 s"

    async def test_the_wait_between_vain_starts_grows_to_its_cap(
        self, fake_worker: MakeWorker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        waits: list[float] = []
        enough = trio.Event()

        async def sleep(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 6:
                enough.set()
                await trio.sleep_forever()

        monkeypatch.setattr("rvm_edge.vision.kept_worker.trio.sleep", sleep)
        settings = VisionSettings(restart_first_s=0.1, restart_cap_s=1)
        async with WorkerEyes(settings, NOWHERE, fake_worker("sys.exit(1)")).run():
            with trio.fail_after(WITHIN_S):
                await enough.wait()
        assert waits == pytest.approx([0.1, 0.2, 0.4, 0.8, 1, 1])

    async def test_a_verdict_brings_the_wait_back_to_its_first_value(
        self, fake_worker: MakeWorker, picture: Frame
    ) -> None:
        async with WorkerEyes(QUICK, NOWHERE, fake_worker(GOOD)).run() as eyes:
            for _ in range(6):
                await eyes.judge([picture], None)
                os.kill(eyes.worker_pid or 0, signal.SIGKILL)
                with pytest.raises(EyesError):
                    await eyes.judge([picture], None)
            assert eyes._worker._wait_s <= 2 * QUICK.restart_first_s

    async def test_an_item_that_was_given_up_leaves_the_next_one_its_own_answer(
        self, fake_worker: MakeWorker, picture: Frame, tmp_path: Path
    ) -> None:
        given_up_on = tmp_path / "given up on"
        script = (
            "load(); request = hear()\n"
            f"while not os.path.exists({str(given_up_on)!r}): time.sleep(0.01)\n"
            "answer(request)\n"
            "while True: answer(hear(), pictures=[{'found': []}])"
        )
        async with WorkerEyes(QUICK, NOWHERE, fake_worker(script)).run() as eyes:
            await eyes.ready()
            worker = eyes.worker_pid
            with trio.move_on_after(0.05) as given_up:
                await eyes.judge([picture], None)
            assert given_up.cancelled_caught
            given_up_on.touch()
            assert (await eyes.judge([picture], None)).reason is Reason.NOTHING_DETECTED
            assert eyes.worker_pid == worker

    async def test_a_slow_yes_is_a_no(self, fake_worker: MakeWorker, picture: Frame) -> None:
        slow = VisionSettings(acceptance=AcceptanceSettings(late_s=0.05))
        script = "load()\nwhile True:\n request = hear(); time.sleep(0.1); answer(request)"
        async with WorkerEyes(slow, NOWHERE, fake_worker(script)).run() as eyes:
            await eyes.ready()
            assert (await eyes.judge([picture], None)).reason is Reason.TOO_LATE

    async def test_too_many_or_too_large_pictures_leave_the_worker_in_peace(
        self, fake_worker: MakeWorker, picture: Frame
    ) -> None:
        large = Frame(bytes(CAPACITY_BYTES // 4 + 1), Encoding.BGR24, 1, 1, 0.0, 1)
        async with WorkerEyes(QUICK, NOWHERE, fake_worker(GOOD)).run() as eyes:
            with pytest.raises(EyesError, match="17 pictures"):
                await eyes.judge([picture] * 17, None)
            with pytest.raises(EyesError, match="at most"):
                await eyes.judge([large] * 4, None)
            assert (await eyes.judge([picture], None)).accepted
            assert eyes.restarts == 0

    async def test_two_items_at_once_are_judged_one_after_the_other(
        self, fake_worker: MakeWorker, picture: Frame
    ) -> None:
        accepted = []
        async with WorkerEyes(QUICK, NOWHERE, fake_worker(GOOD)).run() as eyes:

            async def judge() -> None:
                accepted.append((await eyes.judge([picture], None)).accepted)

            async with trio.open_nursery() as nursery:
                for _ in range(5):
                    nursery.start_soon(judge)
        assert accepted == [True] * 5


class TestNothingIsLeftBehind:
    async def test_ten_lost_workers_leave_no_process_descriptor_or_memory(
        self, fake_worker: MakeWorker, picture: Frame
    ) -> None:
        me = psutil.Process()
        before = me.children()  # what another test left running for the next
        async with WorkerEyes(QUICK, NOWHERE, fake_worker(GOOD)).run() as eyes:
            await eyes.judge([picture], None)
            descriptors, memory = me.num_fds(), me.memory_info().rss
            for _ in range(10):
                os.kill(eyes.worker_pid or 0, signal.SIGKILL)
                with pytest.raises(EyesError):
                    await eyes.judge([picture], None)
                await eyes.judge([picture], None)
            assert len(me.children()) == len(before) + 1
            assert me.num_fds() <= descriptors
            assert me.memory_info().rss - memory < 4 * 1024 * 1024
        assert me.children() == before

    async def test_leaving_while_the_worker_starts_leaves_nothing(
        self, fake_worker: MakeWorker
    ) -> None:
        me = psutil.Process()
        async with WorkerEyes(QUICK, NOWHERE, fake_worker(GOOD)).run():
            pass
        before, descriptors = me.children(), me.num_fds()
        for _ in range(3):
            async with WorkerEyes(QUICK, NOWHERE, fake_worker(GOOD)).run():
                await trio.sleep(0.005)
        assert me.children() == before
        assert me.num_fds() <= descriptors


def test_the_daemon_carries_no_array_image_or_model_library() -> None:
    program = (
        "import sys\n"
        "import rvm_edge.vision.eyes, rvm_edge.vision.tray, rvm_edge.vision.model_store\n"
        "heavy = {'numpy', 'cv2', 'onnxruntime', 'torch'} & set(sys.modules)\n"
        "print(sorted(heavy))"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "[]"


def test_the_worker_is_this_very_interpreter() -> None:
    assert WORKER_COMMAND[0] == sys.executable
