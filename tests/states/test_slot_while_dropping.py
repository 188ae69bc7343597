"""Nothing is credited that somebody may hold by a string, and nobody waits for a moth."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.item import Outcome
from rvm_edge.ledger import ItemRecord
from rvm_edge.settings import Policy
from rvm_edge.settings.policy import LONGEST_GAP_S
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.people import collect_returns
from rvm_edge.simulator.truth import Fate
from states import paths
from tests.rig import BOTTLE, Booted, Rig


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


async def only(booted: Booted) -> ItemRecord:
    (record,) = await booted.daemon.ledger.recent(10)
    return record


@pytest.mark.parametrize("before_the_end_s", [2.0, 0.05])
async def test_a_hand_that_leaves_in_time_only_delays_the_drop(
    autojump_clock: MockClock, rig: Rig, before_the_end_s: float
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        item = await booted.insert(BOTTLE)
        await booted.until(paths.CLASSIFY)
        rig.world.hand_in()
        await booted.until(paths.ACCEPT)
        await trio.sleep(rig.policy.drop_patience_s - before_the_end_s)
        assert booted.is_in(paths.ACCEPT)
        assert not rig.world.audit().dropped
        rig.world.hand_out()
        assert await booted.fate_of(item) is Fate.DROPPED
        await booted.until(paths.WAITING)
        assert (await only(booted)).item.outcome is Outcome.DROPPED


async def test_a_hand_that_stays_gets_the_item_back_uncredited(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted, trio.open_nursery() as nursery:
        nursery.start_soon(collect_returns, rig.world)
        await booted.start()
        item = await booted.insert(BOTTLE)
        await booted.until(paths.CLASSIFY)
        rig.world.hand_in()
        assert await booted.fate_of(item) is Fate.RETURNED
        rig.world.hand_out()
        await booted.until(paths.IDLE)
        record = await only(booted)
        nursery.cancel_scope.cancel()
    assert (record.item.accepted, record.item.given_back) == (True, True)
    assert record.item.outcome is Outcome.RETURNED
    assert record.doubt == "something stayed in the slot for 5 s before the drop"
    assert rig.world.audit().hazards == ()


async def test_what_comes_through_the_slot_during_the_drop_takes_the_credit_away(
    autojump_clock: MockClock, rig: Rig
) -> None:
    rig.world.inject(Fault.ITEM_PULLED_OUT, times=1)
    async with rig.boot() as booted:
        await booted.start()
        item = await booted.insert(BOTTLE)
        assert await booted.fate_of(item) is Fate.TAKEN_BACK
        await booted.until(paths.IDLE)
        record = await only(booted)
    assert (record.item.outcome, record.item.given_back) == (Outcome.RETURNED, True)
    assert rig.check().violations == ()


async def test_a_flicker_of_the_barrier_takes_nothing_away(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        await booted.insert(BOTTLE)
        await booted.until(paths.ACCEPT)
        await rig.world.until(lambda: rig.world.motor_turns)
        rig.world.hand_in()
        await trio.sleep(rig.policy.debounce_s / 2)
        rig.world.hand_out()
        await booted.until(paths.WAITING)
        assert (await only(booted)).item.outcome is Outcome.DROPPED


async def test_a_barrier_that_says_nothing_leaves_the_answer_to_the_chamber(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        await booted.insert(BOTTLE)
        await booted.until(paths.ACCEPT)
        await rig.world.until(lambda: rig.world.motor_turns)
        rig.world.inject(Fault.SLOT_UNREADABLE)
        await booted.until(paths.CLEARING)
        rig.world.clear()
        await booted.until(paths.IDLE)
        record = await only(booted)
    assert record.item.outcome is Outcome.DROPPED
    assert record.doubt == "slot.occupied: the barrier gives no level"
    assert [item.fate for item in rig.world.audit().items] == [Fate.DROPPED]


@pytest.mark.parametrize(
    ("policy", "gaps_s"),
    [
        (Policy(), (0.05, 0.1)),
        (Policy(frames_per_item=1), ()),
        (Policy(frames_per_item=6), (0.05, 0.1, 0.2, LONGEST_GAP_S, LONGEST_GAP_S)),
        (Policy(frame_gap_growth=1.0), (0.05, 0.05)),
        (Policy(frame_gap_s=1.0), (1.0, 1.0)),
        (Policy(frame_gap_s=0.0), (0.0, 0.0)),
    ],
)
def test_pictures_come_further_apart_up_to_a_bound(
    policy: Policy, gaps_s: tuple[float, ...]
) -> None:
    assert policy.frame_gaps_s() == pytest.approx(gaps_s)
