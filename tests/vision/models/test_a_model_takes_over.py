"""The whole way, with real workers: from a wish to a model that serves, and back again."""

from __future__ import annotations

import hashlib
import os
import pickle
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import trio
import trio.testing
from msgspec.structs import replace

from drivers.ports import Encoding, Frame
from rvm_edge.machine import EyesError, ModelNews, ModelNote, ModelsError
from rvm_edge.orders import Action, Order
from rvm_edge.packaged import samples_dir
from rvm_edge.settings import AcceptanceSettings, ModelSettings, VisionSettings
from rvm_edge.vision.eyes import WorkerEyes
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.models.assembly import Outside, Plan, renewable_eyes
from rvm_edge.vision.models.fixed import NO_SOURCE, NoModels
from rvm_edge.vision.models.memory import THIS_COMPUTER, Memory
from rvm_edge.vision.models.service import ModelService
from rvm_edge.vision.models.sources.handshake import Named
from rvm_edge.vision.models.store import read_state
from tests.vision.models.shelf import SERVER, Shelf

MakeWorker = Callable[[str], Sequence[str]]
URL = f"{SERVER}/api/v1/edge/download-model/x"
CHECK = Order("1", Action.CHECK_MODEL_UPDATE)
SETTINGS = ModelSettings(losses=2, proven_after=1000, spare_mb=0, slower_at_most=100)
"""No model is slow here; the computer may be."""

NAMES_OF_TWO = (b"{0: 'mineral', 1: 'soda'", b"{0: 'soda', 1: 'mineral'")


@dataclass
class Lab:
    """A machine's models, and what a test has of them."""

    eyes: WorkerEyes
    models: ModelService
    shelf: Shelf
    named: list[Named]

    async def note(self) -> ModelNote:
        with trio.fail_after(100):
            return await self.models.next_note()

    async def wish(self, content: bytes, version: str) -> str:
        """Let the handshake name a model that lies at the server; return its hash."""
        digest = hashlib.sha256(content).hexdigest()
        self.shelf.files[URL] = content
        self.named[:] = [Named(version, digest, URL)]
        await self.models.look_for(CHECK)
        return digest


@pytest.fixture(scope="session")
def old(shipped: ModelFile) -> bytes:
    return shipped.path.read_bytes()


@pytest.fixture(scope="session")
def new(old: bytes) -> bytes:
    """The same model under another hash: ModelProto.doc_string, field 6."""
    return old + b"\x32\x03new"


@pytest.fixture
def plan(folder: Path, shipped: ModelFile) -> Plan:
    vision = VisionSettings(
        restart_first_s=0.01,
        restart_cap_s=0.05,
        judge_timeout_s=60,
        acceptance=AcceptanceSettings(late_s=60),
    )
    return Plan(folder, shipped, samples_dir(), SETTINGS, vision)


@asynccontextmanager
async def running(plan: Plan, shelf: Shelf, memory: Memory = THIS_COMPUTER) -> AsyncIterator[Lab]:
    named: list[Named] = []
    outside = Outside(
        named=lambda: named[0] if named else None,
        transport=shelf,
        now_s=lambda: 1.8e9,
        memory=memory,
    )
    async with renewable_eyes(plan, outside) as opened, opened.eyes.run():
        assert isinstance(opened.models, ModelService)
        yield Lab(opened.eyes, opened.models, shelf, named)


@asynccontextmanager
async def at_rest(lab: Lab) -> AsyncIterator[None]:
    """Be in a state in which the eyes may change."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(lab.models.renew)
        yield
        nursery.cancel_scope.cancel()


def require_clean(plan: Plan) -> None:
    state = read_state(plan.folder)
    kept = {model.file_name for model in state.kept()}
    assert {path.name for path in plan.folder.glob("*.*")} == kept | {"state.json", ".lock"}


async def test_a_wished_model_is_fetched_tried_and_serves_from_the_next_item_on(
    plan: Plan, shelf: Shelf, new: bytes, shipped: ModelFile
) -> None:
    canary = Frame(
        (samples_dir() / "images/syn_00478.jpg").read_bytes(), Encoding.JPEG, 0, 0, 0.0, 1
    )
    async with running(plan, shelf) as lab:
        await lab.eyes.ready()
        first = lab.eyes.worker_pid
        digest = await lab.wish(new, "v2")
        fetched = await lab.note()
        assert (fetched.news, fetched.sha256) == (ModelNews.FETCHED, digest)
        assert lab.eyes.model_hash == shipped.sha256  # nothing changes before the machine may
        async with at_rest(lab):
            note = await lab.note()
        assert (note.news, note.version, note.sha256) == (ModelNews.IN_SERVICE, "v2", digest)
        assert note.why.startswith("20 canaries")
        assert (await lab.eyes.judge([canary], None)).model_hash == digest
        assert lab.eyes.worker_pid != first
        assert lab.eyes.restarts == 0
        require_clean(plan)
    async with running(plan, Shelf()) as lab:  # and after a restart
        await lab.eyes.ready()
        assert lab.eyes.model_hash == digest


async def test_a_model_that_costs_workers_gives_way_to_the_one_before(
    plan: Plan, shelf: Shelf, new: bytes, shipped: ModelFile
) -> None:
    async with running(plan, shelf) as lab:
        await lab.wish(new, "v2")
        async with at_rest(lab):
            await lab.note()
            assert (await lab.note()).news is ModelNews.IN_SERVICE
        for _ in range(2):
            await lab.eyes.ready()
            assert lab.eyes.model_hash != shipped.sha256
            os.kill(lab.eyes.worker_pid or 0, signal.SIGKILL)
            with pytest.raises(EyesError):
                await lab.eyes.judge([Frame(b"", Encoding.JPEG, 0, 0, 0.0, 1)], None)
        note = await lab.note()
        assert (note.news, note.version) == (ModelNews.ROLLED_BACK, "v2")
        await lab.eyes.ready()
        assert lab.eyes.model_hash == shipped.sha256
        require_clean(plan)
        await lab.wish(new, "v2")  # and it is not taken again
        assert "before" in (await lab.note()).why


async def test_a_file_that_rots_after_it_served_is_given_up_at_once(
    plan: Plan, shelf: Shelf, new: bytes, shipped: ModelFile
) -> None:
    async with running(plan, shelf) as lab:
        await lab.wish(new, "v2")
        async with at_rest(lab):
            await lab.note()
            await lab.note()
        path = lab.eyes.model.path
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    async with running(plan, shelf) as lab:
        assert (await lab.note()).news is ModelNews.ROLLED_BACK
        await lab.eyes.ready()
        assert lab.eyes.model_hash == shipped.sha256


class Bomb:
    """Runs something when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self._path),)


@pytest.mark.parametrize("first", [b"\x08\x07", b"PK\x03\x04", b""])
async def test_a_pickle_bomb_never_goes_off(
    plan: Plan, shelf: Shelf, tmp_path: Path, first: bytes, shipped: ModelFile
) -> None:
    crater = tmp_path / "crater"
    lenient = replace(
        plan, models=ModelSettings(formats=("onnx", "pt"), spare_mb=0, slower_at_most=100)
    )
    async with running(lenient, shelf) as lab, at_rest(lab):
        await lab.wish(first + pickle.dumps(Bomb(crater)), "v2")
        while (note := await lab.note()).news is ModelNews.FETCHED:
            pass
        assert note.news is ModelNews.TURNED_AWAY
        await lab.eyes.ready()
        assert lab.eyes.model_hash == shipped.sha256
    assert not crater.exists()
    require_clean(plan)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (NAMES_OF_TWO, "canaries judged wrong"),
        ((b"2: 'milk'", b"2: 'silk'"), "does not know milk"),
        ((b"names", b"namez"), "classes"),
    ],
    ids=["classes swapped", "a class renamed", "no classes"],
)
async def test_another_model_than_it_says_is_turned_away_and_the_old_one_serves_on(
    plan: Plan, shelf: Shelf, shipped: ModelFile, change: tuple[bytes, bytes], why: str
) -> None:
    old = shipped.path.read_bytes()
    assert change[0] in old
    async with running(plan, shelf) as lab, at_rest(lab):
        await lab.eyes.ready()
        serving = lab.eyes.worker_pid
        await lab.wish(old.replace(*change), "v2")
        assert (await lab.note()).news is ModelNews.FETCHED
        note = await lab.note()
        assert note.news is ModelNews.TURNED_AWAY
        assert why in note.why
        assert (lab.eyes.worker_pid, lab.eyes.model_hash) == (serving, shipped.sha256)
    require_clean(plan)


def tries(worker: Sequence[str]) -> int:
    return len(Path(f"{worker[-1]}.log").read_text(encoding="utf-8"))


async def test_a_worker_that_dies_while_it_loads_gets_a_second_chance_and_no_third(
    plan: Plan, shelf: Shelf, new: bytes, fake_worker: MakeWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rvm_edge.vision.models.service._REST_S", 0.0)
    dies = fake_worker(
        "wanted = hear()\n"
        "if 'model-store' in wanted['model']:\n"
        "    open(__file__ + '.log', 'a').write('x'); os.kill(os.getpid(), 11)\n"
        "say({'type': 'loaded', 'names': ['mineral'], 'model_hash': '0' * 64})\n"
        "while True: answer(hear())"
    )
    async with running(replace(plan, command=dies), shelf) as lab, at_rest(lab):
        await lab.eyes.ready()
        serving = lab.eyes.worker_pid
        await lab.wish(new, "v2")
        assert (await lab.note()).news is ModelNews.FETCHED
        note = await lab.note()
        assert note.news is ModelNews.TURNED_AWAY
        assert "died of signal 11" in note.why
        assert lab.eyes.worker_pid == serving
    assert tries(dies) == 2
    require_clean(plan)


async def test_a_trial_that_is_cut_short_leaves_no_process_and_is_begun_again(
    plan: Plan, shelf: Shelf, new: bytes
) -> None:
    async with running(plan, shelf) as lab:
        await lab.eyes.ready()
        digest = await lab.wish(new, "v2")
        await lab.note()
        for _ in range(3):
            with trio.move_on_after(0.3):
                await lab.models.renew()
        assert read_state(plan.folder).candidate is not None
        async with at_rest(lab):
            assert (await lab.note()).news is ModelNews.IN_SERVICE
        assert lab.eyes.model_hash == digest


async def test_a_memory_that_bears_one_worker_keeps_the_new_model_waiting_and_blames_it_not(
    plan: Plan, shelf: Shelf, new: bytes, shipped: ModelFile, caplog: pytest.LogCaptureFixture
) -> None:
    plan.folder.parent.joinpath("meminfo").write_text("MemAvailable: 100000 kB\n", encoding="ascii")
    tight = Memory(plan.folder.parent)
    async with running(plan, shelf, tight) as lab:
        await lab.eyes.ready()
        workers = psutil.Process().children()
        digest = await lab.wish(new, "v2")
        async with at_rest(lab):
            assert (await lab.note()).news is ModelNews.FETCHED
            with trio.fail_after(60):
                while "the new model waits" not in caplog.text:
                    await trio.sleep(0.01)
            assert psutil.Process().children() == workers
            assert lab.eyes.model_hash == shipped.sha256
    (waiting,) = [one for one in caplog.messages if "the new model waits" in one]
    assert "models.spare_memory_mb" in waiting
    candidate = read_state(plan.folder).candidate
    assert candidate is not None
    assert candidate.sha256 == digest
    assert read_state(plan.folder).refused == ()


async def test_a_candidate_from_before_a_restart_is_tried(
    plan: Plan, shelf: Shelf, new: bytes
) -> None:
    async with running(plan, shelf) as lab:
        await lab.wish(new, "v2")
        await lab.note()
    async with running(plan, Shelf()) as lab, at_rest(lab):
        assert (await lab.note()).news is ModelNews.IN_SERVICE


async def test_a_store_that_cannot_be_used_costs_no_sight(plan: Plan, shelf: Shelf) -> None:
    plan.folder.touch()
    async with renewable_eyes(plan, Outside(transport=shelf)) as opened, opened.eyes.run():
        assert isinstance(opened.models, NoModels)
        with pytest.raises(ModelsError, match="looks for no other"):
            await opened.models.look_for(CHECK)
        await opened.eyes.ready()


class TestOrders:
    async def test_without_a_source_nothing_is_looked_for(self, plan: Plan, shelf: Shelf) -> None:
        off = replace(plan, models=ModelSettings(source="off"), command=("/bin/false",))
        async with running(off, shelf) as lab:
            with pytest.raises(ModelsError) as refused:
                await lab.models.look_for(CHECK)
        assert str(refused.value) == NO_SOURCE
        assert shelf.heard == []

    async def test_an_order_may_name_another_place_but_no_other_model(
        self, plan: Plan, shelf: Shelf, new: bytes
    ) -> None:
        digest = hashlib.sha256(new).hexdigest()
        mirror = "https://mirror.example/new.onnx"
        shelf.files[mirror] = new
        async with running(replace(plan, command=("/bin/false",)), shelf) as lab:
            order = Order("1", Action.DOWNLOAD_MODEL, model_hash=digest, url=mirror)
            with pytest.raises(ModelsError, match="named no model"):
                await lab.models.look_for(order)
            lab.named[:] = [Named("v2", "0" * 64, URL)]
            with pytest.raises(ModelsError, match="named no model"):
                await lab.models.look_for(order)
            lab.named[:] = [Named("v2", digest, URL)]
            assert await lab.models.look_for(order) == "the model is being fetched"
            note = await lab.note()
        assert (note.news, note.version) == (ModelNews.FETCHED, "v2")
        assert str(shelf.heard[-1].url) == mirror

    async def test_a_wish_that_cannot_be_met_is_told_once(self, plan: Plan, shelf: Shelf) -> None:
        async with running(replace(plan, command=("/bin/false",)), shelf) as lab:
            lab.named[:] = [Named("v2", "0" * 64, "")]
            for _ in range(3):
                lab.models._wake.set()
                await trio.testing.wait_all_tasks_blocked()
            assert "without an address" in (await lab.note()).why
            with trio.move_on_after(0.05) as waited:
                await lab.models.next_note()
            assert waited.cancelled_caught
