"""Every trick that the simulator knows ends without a credit, and with its reason in the ledger.

The whole machine runs, with the shipped model over the sample pictures; only time is virtual.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest
import trio
from msgspec.structs import replace
from numpy.typing import NDArray
from trio.testing import MockClock

from rvm_edge.decision import Vote
from rvm_edge.item import ItemState, Outcome, Reason
from rvm_edge.ledger import ItemRecord
from rvm_edge.machine import Eyes
from rvm_edge.packaged import model_file, samples_dir
from rvm_edge.settings import Policy, VisionSettings
from rvm_edge.simulator.people import collect_returns, insert_when_open
from rvm_edge.simulator.specimens import read_samples
from rvm_edge.simulator.timings import Timings
from rvm_edge.simulator.tricks import Props, Trick, attempt
from rvm_edge.simulator.truth import Fate, Specimen
from rvm_edge.simulator.world import World
from rvm_edge.vision.acceptance import decide
from rvm_edge.vision.in_process import InProcessEyes
from rvm_edge.vision.model_store import MANIFEST, choose
from rvm_edge.vision.onnx_detector import OnnxDetector
from states import paths
from tests.rig import Booted, Rig
from tests.sure_samples import sure_bottles

SAMPLES = read_samples(samples_dir())
BOTTLE, OTHER = (SAMPLES.named(name) for name in sure_bottles(2))
LATER_S = 60.0
MOST_TRIED = 8


@pytest.fixture(scope="module")
def eyes() -> Eyes:
    settings = VisionSettings()
    return InProcessEyes.load(settings, choose(settings, model_file(MANIFEST).parent))


@pytest.fixture(scope="module")
def props(tmp_path_factory: pytest.TempPathFactory) -> Props:
    """A bottle, and a picture of two alike that the model sees as two empty bottles.

    So what gives them away is that they are two, and nothing else.
    """
    detector = OnnxDetector.load(choose(VisionSettings(), model_file(MANIFEST).parent).path)
    rule = VisionSettings().rule_with(detector.thresholds)
    path = tmp_path_factory.mktemp("props") / "two.jpg"
    for bottle in map(SAMPLES.named, sure_bottles(MOST_TRIED)):
        both = beside_itself(bottle)
        if decide([detector.detect(both)], rule).reason is Reason.TWO_ITEMS:
            assert cv2.imwrite(str(path), both)
            two = replace(
                bottle,
                name="two",
                picture=path,
                kind="two_items",
                weight_g=36.0,
                should_accept=False,
            )
            return Props(BOTTLE, two)
    raise AssertionError("of no bottle does the model see two")


def beside_itself(bottle: Specimen) -> NDArray[np.uint8]:
    """Return a bottle's picture twice, side by side."""
    picture = cv2.imread(str(bottle.picture))
    assert picture is not None
    height, width = picture.shape[:2]
    half = cv2.resize(picture, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    edge = height // 4
    both = cv2.copyMakeBorder(cv2.hconcat([half, half]), edge, edge, 0, 0, cv2.BORDER_REPLICATE)
    return np.asarray(both, dtype=np.uint8)


@dataclass
class Watched(Rig):
    """A machine that sees the pictures, and not the truth."""

    sees: Eyes | None = None
    world: World = field(
        default_factory=lambda: World(Timings(), empty_pictures=SAMPLES.empty_pictures)
    )

    def judges(self) -> Eyes:
        assert self.sees is not None
        return self.sees


@asynccontextmanager
async def served(rig: Rig) -> AsyncIterator[Booted]:
    """Run the machine; whenever it is idle somebody starts a deposit, and takes away what comes."""
    async with rig.boot() as booted, trio.open_nursery() as nursery:

        async def start_deposits() -> None:
            while True:
                await booted.request()
                await booted.until(paths.DEPOSIT)

        nursery.start_soon(start_deposits)
        nursery.start_soon(collect_returns, rig.world)
        yield booted
        nursery.cancel_scope.cancel()


async def records(booted: Booted) -> list[ItemRecord]:
    return list(reversed(await booted.daemon.ledger.recent(100)))


@dataclass(frozen=True)
class End:
    """How it must end.

    Attributes:
        reason: the last item's reason; None where nobody judged it.
        doubt: what the ledger says in place of a refusal.
        credited: how many items may be, and are, credited.
    """

    reason: Reason | None
    doubt: str = ""
    credited: int = 0


ENDS = {
    Trick.CLEAR_WATER: End(Reason.TOO_HEAVY),
    Trick.PHOTO: End(Reason.TOO_LIGHT),
    Trick.SCREEN: End(Reason.SHINES),
    Trick.TWO_AT_ONCE: End(Reason.TWO_ITEMS),
    Trick.SAME_BOTTLE_TWICE: End(Reason.REPEATED, credited=1),
    Trick.PULLED_BACK_AFTER_INSERTING: End(Reason.EMPTY_CHAMBER),
    Trick.PULLED_BACK_AFTER_ACCEPT: End(
        Reason.EMPTY_PET, "something was in the slot while the item dropped"
    ),
    Trick.HAND_STAYS: End(None, "interrupted while inserted"),
    Trick.HAND_AT_THE_DROP: End(
        Reason.EMPTY_PET, "something stayed in the slot for 5 s before the drop"
    ),
    Trick.LAMP_DEAD: End(Reason.CAMERA_BLIND),
    Trick.LENS_COVERED: End(Reason.CAMERA_BLIND),
    Trick.CAMERA_FROZEN: End(Reason.NO_PICTURE),
    Trick.CAMERA_REPEATS: End(Reason.CAMERA_FROZEN),
}


def test_every_trick_has_its_end() -> None:
    assert set(ENDS) == set(Trick)


@pytest.mark.parametrize("trick", Trick, ids=lambda trick: trick.value)
async def test_a_trick_earns_nothing(
    autojump_clock: MockClock, tmp_path: Path, eyes: Eyes, props: Props, trick: Trick
) -> None:
    rig, end = Watched(tmp_path, sees=eyes), ENDS[trick]
    async with served(rig) as booted:
        item = await attempt(rig.world, trick, props)
        await trio.sleep(LATER_S)
        rig.world.clear()
        await booted.until(paths.WAITING)
        *before, last = await records(booted)
        decision = await booted.daemon.ledger.decision(last.item.client_uuid)
    assert last.item.outcome is Outcome.RETURNED
    assert (last.item.reason, last.doubt) == (end.reason, end.doubt)
    assert [one.item.outcome for one in before] == [Outcome.DROPPED] * end.credited
    truth = rig.world.audit()
    assert truth.items[item.number - 1].fate is not Fate.DROPPED
    assert len(truth.dropped) == end.credited
    assert (truth.hazards, rig.check().violations) == ((), ())
    if end.reason not in (None, Reason.NO_PICTURE):
        assert decision is not None
        assert decision.dark is not None


async def test_an_honest_bottle_is_credited_and_its_record_says_why(
    autojump_clock: MockClock, tmp_path: Path, eyes: Eyes, props: Props
) -> None:
    rig = Watched(tmp_path, sees=eyes)
    async with served(rig) as booted:
        await insert_when_open(rig.world, props.bottle)
        await trio.sleep(20)
        (credited,) = await records(booted)
        decision = await booted.daemon.ledger.decision(credited.item.client_uuid)
    assert (credited.item.outcome, credited.item.state) == (Outcome.DROPPED, ItemState.SETTLED)
    assert decision is not None
    assert [one.vote for one in decision.pictures] == [Vote.FOR] * 3
    assert (decision.votes, decision.votes_needed) == (3, 2)
    assert decision.dark is not None
    assert decision.dark.luma_bright < 10
    measured = [one.figures.pixels for one in decision.pictures if one.figures is not None]
    assert len(measured) == 3
    assert measured[0] != measured[1]


async def test_the_same_brand_again_is_credited_where_the_drop_was_confirmed(
    autojump_clock: MockClock, tmp_path: Path, eyes: Eyes, props: Props
) -> None:
    rig = Watched(tmp_path, sees=eyes)
    async with served(rig) as booted:
        for _ in range(3):
            await insert_when_open(rig.world, props.bottle)
            await trio.sleep(10)
        assert [one.item.outcome for one in await records(booted)] == [Outcome.DROPPED] * 3


async def test_another_bottle_is_credited_after_a_drop_that_nobody_confirmed(
    autojump_clock: MockClock, tmp_path: Path, eyes: Eyes, props: Props
) -> None:
    rig = Watched(tmp_path, sees=eyes)
    async with served(rig) as booted:
        again = await attempt(rig.world, Trick.SAME_BOTTLE_TWICE, props)
        await trio.sleep(LATER_S)
        other = await insert_when_open(rig.world, OTHER)
        await trio.sleep(20)
        first, second, third = await records(booted)
    assert (first.item.outcome, first.doubt != "") == (Outcome.DROPPED, True)
    assert (second.item.reason, rig.world.item(again.number).fate) == (
        Reason.REPEATED,
        Fate.RETURNED,
    )
    assert (third.item.outcome, rig.world.item(other.number).fate) == (
        Outcome.DROPPED,
        Fate.DROPPED,
    )


async def test_without_the_dark_picture_a_screen_is_left_to_the_scale(
    autojump_clock: MockClock, tmp_path: Path, eyes: Eyes, props: Props
) -> None:
    policy = msgspec.structs.replace(Policy(), dark_picture=False)
    rig = Watched(tmp_path, sees=eyes, policy=policy)
    async with served(rig) as booted:
        await attempt(rig.world, Trick.SCREEN, props)
        await trio.sleep(20)
        (only,) = await records(booted)
    assert (only.item.reason, only.item.outcome) == (Reason.TOO_HEAVY, Outcome.RETURNED)
