"""A model serves only after a trial, and no longer than it is bearable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from drivers.ports import Frame
from rvm_edge.machine import EyesError, ModelNews
from rvm_edge.offload import inline
from rvm_edge.packaged import samples_dir
from rvm_edge.settings import Thresholds, VisionSettings
from rvm_edge.vision.classes import REQUIRED
from rvm_edge.vision.models.assembly import rule
from rvm_edge.vision.models.canary import LIST, Canary, read_canaries
from rvm_edge.vision.models.failures import TroubleError, UnfitError
from rvm_edge.vision.models.keeper import ModelKeeper
from rvm_edge.vision.models.notes import Notes
from rvm_edge.vision.models.state import StoreState
from rvm_edge.vision.models.store import ModelStore
from rvm_edge.vision.models.trial import Bounds, require_classes, try_out
from rvm_edge.vision.models.watch import Patience, Probation
from rvm_edge.vision.wire import Found, Seen
from tests.vision.models.test_store import NEW, OLD, install

BOTTLE = Seen((Found("mineral", 0.9, (0.0, 0.0, 10.0, 10.0)),))
CAN = Seen((Found("soda", 0.9, (0.0, 0.0, 10.0, 10.0)),))
JUDGE = rule(VisionSettings())
BOUNDS = Bounds(slower_at_most=3.0, late_s=1.5)
SEVEN = tuple(REQUIRED)


@dataclass
class ScriptedSight:
    """Sees what a picture's number says: even ones are bottles."""

    took_s: float = 0.1
    wrong: frozenset[int] = frozenset()
    dies_at: int = -1
    looked: list[int] = field(default_factory=list)
    thresholds: Thresholds | None = None

    async def look(self, frames: Sequence[Frame]) -> tuple[Seen, ...]:
        await trio.sleep(self.took_s)
        number = frames[0].sequence
        self.looked.append(number)
        if number == self.dies_at:
            raise EyesError("the worker died of signal 11")
        is_bottle = (number % 2 == 0) is not (number in self.wrong)
        return tuple(BOTTLE if is_bottle else CAN for _ in frames)


@pytest.fixture(scope="session")
def canaries() -> tuple[Canary, ...]:
    frame = read_canaries(samples_dir())[0].frames[0]
    return tuple(
        Canary(
            f"number {number}",
            (Frame(frame.data, frame.encoding, 0, 0, 0.0, number),),
            number % 2 == 0,
        )
        for number in range(6)
    )


async def test_a_new_model_is_judged_by_the_thresholds_that_it_brings(
    autojump_clock: MockClock, canaries: tuple[Canary, ...]
) -> None:
    strict = ScriptedSight(thresholds=Thresholds(mineral=0.95))
    with pytest.raises(UnfitError, match="3 of 6 canaries judged wrong: number 0, number 2"):
        await try_out(strict, ScriptedSight(), canaries, JUDGE, BOUNDS)


async def test_a_model_that_judges_all_of_them_right_passes(
    autojump_clock: MockClock, canaries: tuple[Canary, ...]
) -> None:
    marks = await try_out(ScriptedSight(0.1), ScriptedSight(0.2), canaries, JUDGE, BOUNDS)
    assert (marks.canaries, marks.look_ms, marks.ratio) == pytest.approx((6, 100.0, 0.5))


@pytest.mark.parametrize("number", range(6))
async def test_one_wrong_verdict_either_way_is_enough(
    autojump_clock: MockClock, canaries: tuple[Canary, ...], number: int
) -> None:
    second = ScriptedSight(wrong=frozenset({number}))
    with pytest.raises(UnfitError, match=f"1 of 6 canaries judged wrong: number {number}"):
        await try_out(second, ScriptedSight(), canaries, JUDGE, BOUNDS)


async def test_a_worker_that_dies_over_one_has_failed(
    autojump_clock: MockClock, canaries: tuple[Canary, ...]
) -> None:
    with pytest.raises(UnfitError, match="number 3: the worker died of signal 11"):
        await try_out(ScriptedSight(dies_at=3), None, canaries, JUDGE, BOUNDS)


async def test_three_times_as_long_is_bearable_and_more_is_not(
    autojump_clock: MockClock, canaries: tuple[Canary, ...]
) -> None:
    await try_out(ScriptedSight(0.29), ScriptedSight(0.1), canaries, JUDGE, BOUNDS)
    with pytest.raises(UnfitError, match=r"3\.1 times as long"):
        await try_out(ScriptedSight(0.31), ScriptedSight(0.1), canaries, JUDGE, BOUNDS)


async def test_what_would_make_a_verdict_late_is_not_bearable_at_any_ratio(
    autojump_clock: MockClock, canaries: tuple[Canary, ...]
) -> None:
    for serving in (ScriptedSight(1.0), None):
        with pytest.raises(UnfitError, match="too late"):
            await try_out(ScriptedSight(1.6), serving, canaries, JUDGE, BOUNDS)


async def test_a_computer_that_is_too_busy_for_either_blames_no_model(
    autojump_clock: MockClock, canaries: tuple[Canary, ...]
) -> None:
    marks = await try_out(ScriptedSight(1.6), ScriptedSight(2.0), canaries, JUDGE, BOUNDS)
    assert marks.ratio == pytest.approx(0.8)


async def test_where_no_model_serves_there_is_nothing_to_compare_with(
    autojump_clock: MockClock, canaries: tuple[Canary, ...]
) -> None:
    for serving in (None, ScriptedSight(dies_at=0)):
        marks = await try_out(ScriptedSight(), serving, canaries, JUDGE, BOUNDS)
        assert marks.ratio is None


async def test_both_look_by_turns(autojump_clock: MockClock, canaries: tuple[Canary, ...]) -> None:
    order: list[str] = []

    class Told(ScriptedSight):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

        async def look(self, frames: Sequence[Frame]) -> tuple[Seen, ...]:
            order.append(self.name)
            return await super().look(frames)

    await try_out(Told("new"), Told("old"), canaries, JUDGE, BOUNDS)
    assert order == ["new", "old"] * 6


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (SEVEN[1:], "does not know"),
        ((*SEVEN, "glass"), "knows glass"),
        ((*SEVEN[1:], "Mineral"), "does not know"),
        ((*SEVEN, SEVEN[0]), "twice"),
        ((), "does not know"),
    ],
)
def test_other_classes_are_another_model(names: tuple[str, ...], why: str) -> None:
    with pytest.raises(UnfitError, match=why):
        require_classes(names, SEVEN)
    with pytest.raises(UnfitError, match=why):
        require_classes(names, ())


def test_the_order_of_the_classes_is_the_models_own_affair() -> None:
    require_classes(SEVEN[::-1], SEVEN)


def test_a_wider_model_may_follow_a_wider_one() -> None:
    require_classes((*SEVEN, "glass"), ("glass", *SEVEN))


class TestCanaryFolder:
    def test_the_shipped_ones_can_be_read(self) -> None:
        shipped = read_canaries(samples_dir())
        assert sum(canary.accepted for canary in shipped) >= 6
        assert sum(not canary.accepted for canary in shipped) >= 10

    @pytest.mark.parametrize(
        ("listed", "why"),
        [
            ("", "cannot|No such|wrong"),
            ("[]", "wrong"),
            ('[{"pictures": ["a.jpg"], "accepted": true}]', "wrong"),
            (
                '[{"pictures": ["../a.jpg"], "accepted": true},'
                ' {"pictures": ["a.jpg"], "accepted": false}]',
                "not below the folder",
            ),
            (
                '[{"pictures": ["a.jpg"], "accepted": true},'
                ' {"pictures": ["a.jpg"], "accepted": true}]',
                "to take and items to give back",
            ),
            (
                '[{"pictures": ["no.jpg"], "accepted": true},'
                ' {"pictures": ["a.jpg"], "accepted": false}]',
                "No such file",
            ),
        ],
    )
    def test_a_folder_that_cannot_be_used_proves_nothing_and_blames_no_model(
        self, tmp_path: Path, listed: str, why: str
    ) -> None:
        (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff")
        if listed:
            (tmp_path / LIST).write_text(listed, encoding="utf-8")
        with pytest.raises(TroubleError, match=why):
            read_canaries(tmp_path)


PATIENCE = Patience(losses=3, proven_after=20)


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def keeper(store: ModelStore, notes: Notes) -> ModelKeeper:
    install(store, OLD)
    store.note_served(20, 20)
    install(store, NEW)
    return ModelKeeper(store, Probation(PATIENCE), notes, inline)


class TestGoingBack:
    async def test_the_third_lost_worker_brings_the_previous_model_back(
        self, store: ModelStore, keeper: ModelKeeper, notes: Notes
    ) -> None:
        serving = store.serving()
        assert await keeper.lost(serving, "signal 9", refused=False) == serving
        assert await keeper.lost(serving, "signal 9", refused=False) == serving
        back = await keeper.lost(serving, "signal 11", refused=False)
        assert (back.version, store.serving()) == ("v1", back)
        note = await notes.next()
        assert (note.news, note.version, note.why) == (ModelNews.ROLLED_BACK, "v2", "signal 11")

    async def test_good_verdicts_between_them_buy_nothing(
        self, store: ModelStore, keeper: ModelKeeper
    ) -> None:
        serving = store.serving()
        for _ in range(3):
            for _ in range(5):
                keeper.judged(serving)
            await keeper.settle()
            back = await keeper.lost(serving, "signal 9", refused=False)
        assert back.version == "v1"

    async def test_a_restart_forgets_no_loss(self, store: ModelStore, keeper: ModelKeeper) -> None:
        for _ in range(2):
            await keeper.lost(store.serving(), "", refused=False)
        again = ModelKeeper(store, Probation(PATIENCE), Notes(), inline)
        assert (await again.lost(store.serving(), "", refused=False)).version == "v1"

    async def test_a_file_that_the_worker_refuses_is_given_up_at_once(
        self, store: ModelStore, keeper: ModelKeeper
    ) -> None:
        store.note_served(20, 20)
        assert (await keeper.lost(store.serving(), "hash", refused=True)).version == "v1"

    async def test_a_model_that_has_proved_itself_outlives_its_workers(
        self, store: ModelStore, keeper: ModelKeeper
    ) -> None:
        serving = store.serving()
        for _ in range(20):
            keeper.judged(serving)
        await keeper.settle()
        assert store.state.proven
        for _ in range(10):
            assert await keeper.lost(serving, "", refused=False) == serving

    async def test_the_shipped_model_is_never_given_up(
        self, store: ModelStore, keeper: ModelKeeper
    ) -> None:
        for _ in range(2):
            store.roll_back()
        for refused in (False, True):
            for _ in range(5):
                assert await keeper.lost(store.serving(), "", refused=refused) == store.serving()

    async def test_a_worker_of_the_model_before_blames_nobody(
        self, store: ModelStore, keeper: ModelKeeper
    ) -> None:
        """It was condemned when the new one took over, and ends after that."""
        gone = store.serving()
        store.roll_back()
        for _ in range(5):
            assert await keeper.lost(gone, "", refused=False) == store.serving()
        assert store.serving().version == "v1"

    def test_items_are_noted_by_tens_and_when_they_prove_it(self) -> None:
        probation = Probation(PATIENCE)
        state = StoreState(current=NEW[0], proven=False)
        for _ in range(9):
            probation.judged()
        assert probation.to_note(state) == 0
        probation.judged()
        assert probation.to_note(state) == 10
        probation.noted(10)
        assert probation.to_note(state) == 0
        probation.judged()
        assert probation.to_note(StoreState(current=NEW[0], proven=False, judged=19)) == 1
