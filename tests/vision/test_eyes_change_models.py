"""The eyes take a second worker between two items, and no item sees two models."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
import pytest
import trio
import trio.testing

from drivers.ports import Encoding, Frame
from rvm_edge.machine import EyesError
from rvm_edge.settings import VisionSettings
from rvm_edge.vision.eyes import WorkerEyes
from rvm_edge.vision.kept_worker import EyesState
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.second_worker import ModelUnusableError

MakeWorker = Callable[[str], Sequence[str]]
SETTINGS = VisionSettings(restart_first_s=0.01, restart_cap_s=0.05, judge_timeout_s=60)
WITHIN_S = 60.0
FRAME = Frame(b"\xff\xd8\xff", Encoding.JPEG, 0, 0, 0.0, 1)
OLD, NEW, NEWER = (ModelFile(Path(f"/models/{name}"), "") for name in ("1", "2", "3"))

# Says by its hash which model it has loaded; an item of two pictures takes a while.
WORKER = """
wanted = hear()["model"].rpartition("/")[2]
if wanted == "refused":
    say({"type": "refused", "why": "no such model"}); sys.exit(1)
if wanted == "dies":
    os.kill(os.getpid(), 9)
say({"type": "loaded", "names": ["mineral", wanted], "model_hash": wanted * 64})
while True:
    request = hear()
    if len(request["pictures"]) == 2: time.sleep(0.3)
    answer(request)
"""


@pytest.fixture
def eyes(fake_worker: MakeWorker) -> WorkerEyes:
    return WorkerEyes(SETTINGS, OLD, fake_worker(WORKER))


async def model_that_judges(eyes: WorkerEyes, pictures: int = 1) -> str:
    return (await eyes.judge([FRAME] * pictures, None)).model_hash[0]


async def swap(eyes: WorkerEyes, model: ModelFile) -> None:
    async with eyes.beside(model) as second:
        await eyes.adopt(second)


async def test_the_next_item_is_judged_by_the_adopted_model(eyes: WorkerEyes) -> None:
    async with eyes.run():
        assert await model_that_judges(eyes) == "1"
        first = eyes.worker_pid
        await swap(eyes, NEW)
        assert await model_that_judges(eyes) == "2"
        assert (eyes.model, eyes.class_names) == (NEW, ("mineral", "2"))
        assert (eyes.state, eyes.restarts) == (EyesState.READY, 0)
        assert eyes.worker_pid != first
        assert first is not None
        with trio.fail_after(WITHIN_S):
            while psutil.pid_exists(first):
                await trio.sleep(0.01)


async def test_an_item_in_hand_is_finished_by_the_model_that_began_it(eyes: WorkerEyes) -> None:
    judged: list[str] = []

    async def judge() -> None:
        judged.append(await model_that_judges(eyes, pictures=2))

    async with eyes.run():
        await eyes.ready()
        async with eyes.beside(NEW) as second, trio.open_nursery() as nursery:
            nursery.start_soon(judge)
            await trio.testing.wait_all_tasks_blocked()
            await eyes.adopt(second)
            judged.append("adopted")
        assert judged == ["1", "adopted"]
        assert await model_that_judges(eyes) == "2"


async def test_items_that_come_all_the_time_lose_nothing_over_many_swaps(eyes: WorkerEyes) -> None:
    judged: list[str] = []

    async def judge() -> None:
        while True:
            judged.append(await model_that_judges(eyes))

    async with eyes.run(), trio.open_nursery() as nursery:
        nursery.start_soon(judge)
        for model in (NEW, NEWER, OLD, NEW):
            await swap(eyes, model)
            so_far = len(judged)
            while len(judged) < so_far + 3:
                await trio.sleep(0.001)
        nursery.cancel_scope.cancel()
    assert eyes.restarts == 0
    turns = [one for one, before in zip(judged, ["", *judged], strict=False) if one != before]
    assert turns == ["1", "2", "3", "1", "2"]


async def test_a_second_worker_that_is_not_adopted_is_gone_afterwards(eyes: WorkerEyes) -> None:
    async with eyes.run():
        await eyes.ready()
        before = psutil.Process().children()
        async with eyes.beside(NEW) as second:
            assert second.names == ("mineral", "2")
            assert len(await second.look([FRAME])) == 1
            assert len(psutil.Process().children()) == len(before) + 1
        assert psutil.Process().children() == before
        assert await model_that_judges(eyes) == "1"


async def test_a_trial_that_is_given_up_while_it_loads_leaves_no_process(eyes: WorkerEyes) -> None:
    async with eyes.run():
        await eyes.ready()
        before = psutil.Process().children()
        for wait_s in (0.0, 0.01, 0.03, 0.1):
            with trio.move_on_after(wait_s):
                async with eyes.beside(NEW):
                    await trio.sleep_forever()
            assert psutil.Process().children() == before


async def test_a_model_that_the_worker_refuses_and_one_that_kills_it_are_told_apart(
    eyes: WorkerEyes,
) -> None:
    async with eyes.run():
        await eyes.ready()
        with pytest.raises(ModelUnusableError, match="no such model"):
            await swap(eyes, ModelFile(Path("/models/refused"), ""))
        with pytest.raises(EyesError, match="died of signal 9") as died:
            await swap(eyes, ModelFile(Path("/models/dies"), ""))
        assert not isinstance(died.value, ModelUnusableError)
        assert await model_that_judges(eyes) == "1"


async def test_a_second_worker_that_died_is_not_adopted(eyes: WorkerEyes) -> None:
    async with eyes.run():
        await eyes.ready()
        async with eyes.beside(NEW) as second:
            os.kill(second.link.process.pid, signal.SIGKILL)
            with trio.fail_after(WITHIN_S):
                await second.gone.wait()
            with pytest.raises(EyesError, match="gone"):
                await eyes.adopt(second)
        assert await model_that_judges(eyes) == "1"


async def test_an_adopted_worker_that_dies_is_followed_by_one_with_the_same_model(
    eyes: WorkerEyes,
) -> None:
    async with eyes.run():
        await eyes.ready()
        await swap(eyes, NEW)
        os.kill(eyes.worker_pid or 0, signal.SIGKILL)
        with pytest.raises(EyesError):
            await eyes.judge([FRAME], None)
        assert await model_that_judges(eyes) == "2"
        assert eyes.restarts == 1


async def test_eyes_whose_worker_never_starts_see_again_with_another_model(
    fake_worker: MakeWorker,
) -> None:
    blind = WorkerEyes(SETTINGS, ModelFile(Path("/models/refused"), ""), fake_worker(WORKER))
    async with blind.run():
        with pytest.raises(EyesError, match="no such model"):
            await blind.ready()
        await swap(blind, NEW)
        assert await model_that_judges(blind) == "2"
        await trio.testing.wait_all_tasks_blocked(0.2)  # the keeper's own attempts end here
        assert await model_that_judges(blind) == "2"


class Giving:
    """An overseer that gives a model up at its first loss."""

    def __init__(self) -> None:
        self.lost_with: list[tuple[ModelFile, bool]] = []
        self.items = 0

    async def lost(self, model: ModelFile, why: str, *, refused: bool) -> ModelFile:  # noqa: ARG002
        await trio.lowlevel.checkpoint()
        self.lost_with.append((model, refused))
        return OLD

    def judged(self, model: ModelFile) -> None:  # noqa: ARG002
        self.items += 1


async def test_the_overseer_says_which_model_the_next_worker_loads(
    fake_worker: MakeWorker,
) -> None:
    overseer = Giving()
    eyes = WorkerEyes(SETTINGS, NEW, fake_worker(WORKER), overseer)
    async with eyes.run():
        assert await model_that_judges(eyes) == "2"
        os.kill(eyes.worker_pid or 0, signal.SIGKILL)
        with pytest.raises(EyesError):
            await eyes.judge([FRAME], None)
        assert await model_that_judges(eyes) == "1"
    assert overseer.lost_with == [(NEW, False)]
    assert overseer.items == 2


async def test_a_refused_model_is_given_up_though_nobody_judges(fake_worker: MakeWorker) -> None:
    overseer = Giving()
    refused = ModelFile(Path("/models/refused"), "")
    eyes = WorkerEyes(SETTINGS, refused, fake_worker(WORKER), overseer)
    async with eyes.run():
        with trio.fail_after(WITHIN_S):
            while eyes.state is not EyesState.READY:
                await trio.sleep(0.01)
        assert await model_that_judges(eyes) == "1"
    assert overseer.lost_with[0] == (refused, True)
