"""What a person at the machine lives through, from the first touch to the last item."""

from __future__ import annotations

import sqlite3
import uuid
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from drivers.ports import Signal
from rvm_edge.item import ItemState, Outcome, Reason, SessionMode
from rvm_edge.settings import Policy
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.truth import Fate
from states import paths
from states.events import LinkLost, SessionFinished, SessionRequested, VerdictGiven
from tests.rig import BOTTLE, CAN, Rig


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


UP_TO_IDLE = ["provisioning", "handshake", "clearing", "idle"]
ENDING = ["clearing", "idle"]


async def test_a_guest_donates_a_bottle_without_any_server(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        assert await booted.deposit(BOTTLE) is Fate.DROPPED
        await booted.finish()
        (item,) = await booted.items()
    assert (item.state, item.outcome) == (ItemState.SETTLED, Outcome.DROPPED)
    assert (item.mode, item.owner) == (SessionMode.GUEST, "")
    assert rig.intake == [
        *UP_TO_IDLE,
        "waiting",
        "capture",
        "classify",
        "accept",
        "waiting",
        *ENDING,
    ]
    assert rig.check().violations == ()


async def test_a_can_comes_back_with_its_reason_and_the_next_bottle_is_taken(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        assert await booted.deposit(CAN) is Fate.RETURNED
        assert await booted.deposit(BOTTLE) is Fate.DROPPED
        await booted.finish()
        can, bottle = await booted.items()
    assert (can.outcome, can.reason) == (Outcome.RETURNED, Reason.FORBIDDEN_CLASS)
    assert bottle.outcome is Outcome.DROPPED
    assert can.session_id == bottle.session_id


async def test_the_status_light_tells_how_it_went(autojump_clock: MockClock, rig: Rig) -> None:
    async with rig.boot() as booted:
        await booted.start()
        for specimen, signal in ((BOTTLE, Signal.SUCCESS), (CAN, Signal.REJECTED)):
            await booted.deposit(specimen)
            with trio.fail_after(5):
                await rig.world.until(partial(shows, rig, signal))


async def test_an_item_that_the_ledger_does_not_call_accepted_is_not_dropped(
    autojump_clock: MockClock, rig: Rig
) -> None:
    rig.eyes.hung = True
    async with rig.boot() as booted:
        await booted.start()
        item = await booted.insert(BOTTLE)
        await booted.until(paths.CLASSIFY)
        (row,) = await booted.items()
        await booted.daemon.runtime.post(VerdictGiven(row.client_uuid, True, "empty_pet"))
        assert await booted.fate_of(item) is Fate.RETURNED
        assert paths.ACCEPT in {leaf for leaves in rig.path for leaf in leaves}


@pytest.mark.parametrize("settings", [{"light_settle_s": 2.15}, {"frame_gap_s": 2.05}])
async def test_lamp_and_bottle_have_their_time_to_settle(
    autojump_clock: MockClock, tmp_path: Path, settings: dict[str, float]
) -> None:
    took_s: list[float] = []
    for policy in (Policy(frames_per_item=2), Policy(frames_per_item=2, **settings)):  # type: ignore[arg-type] # the struct checks them
        rig = Rig(tmp_path / str(len(took_s)), policy=policy)
        rig.folder.mkdir()
        async with rig.boot() as booted:
            await booted.start()
            await booted.insert(BOTTLE)
            await booted.until(paths.CAPTURE)
            began_s = trio.current_time()
            await booted.until(paths.CLASSIFY)
            took_s.append(trio.current_time() - began_s)
    assert took_s[1] - took_s[0] == pytest.approx(2.0, abs=0.2)


async def test_mode_and_owner_are_latched_when_the_deposit_starts(
    autojump_clock: MockClock, rig: Rig
) -> None:
    rig.cloud.reachable = True
    async with rig.boot() as booted:
        await booted.until(paths.ONLINE)
        await booted.start(SessionMode.USER, "42")
        await booted.daemon.runtime.post(LinkLost())
        await booted.until(paths.OFFLINE_GUEST)
        await booted.deposit(BOTTLE)
        (item,) = await booted.items()
    assert (item.mode, item.owner) == (SessionMode.USER, "42")


async def test_a_user_cannot_start_while_the_server_is_away(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        await booted.daemon.runtime.post(SessionRequested(str(uuid.uuid4()), "user", "42"))
        await trio.sleep(10)
        assert booted.is_in(paths.IDLE)


async def test_an_item_held_to_the_slot_starts_a_guests_deposit(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        await trio.sleep(1)
        rig.world.hand_in()
        await booted.until(paths.WAITING)
        rig.world.hand_out()
        assert await booted.deposit(BOTTLE) is Fate.DROPPED


async def test_a_leaf_stuck_in_the_slot_is_no_guest(autojump_clock: MockClock, rig: Rig) -> None:
    rig.world.inject(Fault.SLOT_STUCK_OCCUPIED)
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        await trio.sleep(300)
        assert booted.is_in(paths.IDLE)


async def test_a_deposit_that_nobody_continues_ends_by_itself(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        await booted.until(paths.IDLE, within_s=100)
        assert rig.world.gate_is_closed
    assert session_ends(rig) == ["timed_out"]


async def test_finishing_while_letting_go_of_a_bottle_hands_it_back(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        item = await booted.insert(BOTTLE)
        await booted.finish()
        assert await booted.fate_of(item) is Fate.RETURNED
        assert await booted.items() == ()
    assert rig.check().violations == ()


async def test_finishing_before_the_returned_item_is_taken_away_is_no_fault(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        assert await booted.deposit(CAN) is Fate.RETURNED
        await rig.world.until(lambda: rig.world.gate_is_open)
        await booted.daemon.runtime.post(SessionFinished())
        await booted.until(paths.CLEARING)
        await trio.sleep(5)
        assert booted.is_in(paths.CLEARING)
        rig.world.collect()
        await booted.until(paths.IDLE)
        assert rig.world.gate_is_closed
        assert "fault" not in rig.intake
        assert not booted.daemon.runtime.counts.errors


async def test_a_clean_up_that_waits_for_a_slow_controller_is_no_fault(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        await trio.sleep(2)
        rig.world.inject(Fault.ACK_LATE, value=2.5, times=1)
        await booted.finish()
        assert rig.world.gate_is_closed
        assert "fault" not in rig.intake


async def test_a_bin_that_fills_up_ends_the_deposit_and_waits_to_be_emptied(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        await booted.deposit(BOTTLE)
        rig.world.set_bin_pct(89.9)
        await booted.insert(BOTTLE)
        await booted.until(paths.FULL)
        rig.world.set_bin_pct(0.0)
        await booted.until(paths.IDLE)
    assert session_ends(rig) == ["bin_full"]


async def test_a_bin_between_the_two_marks_stays_full(autojump_clock: MockClock, rig: Rig) -> None:
    rig.world.set_bin_pct(95.0)
    async with rig.boot() as booted:
        await booted.until(paths.FULL)
        rig.world.set_bin_pct(85.0)
        await trio.sleep(60)
        assert booted.is_in(paths.FULL)


async def test_eyes_that_give_no_verdict_return_the_item_and_stop_the_machine(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        rig.eyes.dead = True
        item = await booted.insert(BOTTLE)
        assert await booted.fate_of(item) is Fate.RETURNED
        await booted.until(paths.FAULT)
        rig.eyes.dead = False
        await booted.until(paths.IDLE)
        (row,) = await booted.items()
    assert (row.outcome, row.reason) == (Outcome.RETURNED, Reason.EYES_UNAVAILABLE)


async def test_a_verdict_that_comes_too_late_counts_for_nothing(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        rig.eyes.takes_s = 30.0
        item = await booted.insert(BOTTLE)
        assert await booted.fate_of(item) is Fate.RETURNED
        rig.eyes.takes_s = 0.3
        await booted.until(paths.IDLE)
        (row,) = await booted.items()
    assert (row.outcome, row.reason) == (Outcome.RETURNED, Reason.TOO_LATE)


@pytest.mark.parametrize("fault", [Fault.CAMERA_GONE, Fault.CAMERA_FROZEN, Fault.CAMERA_LATE])
async def test_without_a_fresh_picture_the_item_goes_back(
    autojump_clock: MockClock, rig: Rig, fault: Fault
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        rig.world.inject(fault)
        item = await booted.insert(BOTTLE)
        assert await booted.fate_of(item) is Fate.RETURNED
        rig.world.clear(fault)
        await booted.until(paths.IDLE)
        (row,) = await booted.items()
    assert (row.outcome, row.reason) == (Outcome.RETURNED, Reason.NO_PICTURE)


async def test_a_lamp_that_did_not_go_out_is_put_out_before_the_motor_turns(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        item = await booted.insert(BOTTLE)
        await rig.world.until(lambda: rig.world.light_is_on)
        rig.world.inject(Fault.COMMAND_UNKNOWN, times=1)
        assert await booted.fate_of(item) is Fate.RETURNED
        await booted.until(paths.IDLE)
    assert rig.intake[5:7] == ["capture", "reject"]
    assert rig.world.audit().hazards == ()


async def test_a_jam_is_a_fault_and_the_item_comes_back_uncredited(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        rig.world.inject(Fault.SORTER_JAMS)
        item = await booted.insert(BOTTLE)
        await booted.until(paths.FAULT)
        rig.world.clear(Fault.SORTER_JAMS)
        assert await booted.fate_of(item) is Fate.RETURNED
        await booted.until(paths.IDLE)
        (row,) = await booted.items()
    assert (row.accepted, row.outcome) == (True, Outcome.RETURNED)


async def test_an_item_that_falls_back_once_is_dropped_at_the_second_try(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        rig.world.inject(Fault.ITEM_FALLS_BACK, times=1)
        assert await booted.deposit(BOTTLE) is Fate.DROPPED
        (row,) = await booted.items()
    assert row.outcome is Outcome.DROPPED


async def test_a_drop_that_nobody_confirms_is_credited_when_the_chamber_proves_it(
    autojump_clock: MockClock,
    rig: Rig,
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        await booted.insert(BOTTLE)
        await booted.until(paths.ACCEPT)
        rig.world.inject(Fault.CONTROLLER_MUTE, times=1)
        await booted.until(paths.IDLE)
        (row,) = await booted.items()
        assert [item.fate for item in rig.world.audit().items] == [Fate.DROPPED]
    assert row.outcome is Outcome.DROPPED


async def test_a_barrier_that_sticks_keeps_the_item_in_doubt_until_it_is_cleaned(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        await booted.insert(BOTTLE)
        await booted.until(paths.ACCEPT)
        rig.world.inject(Fault.CHAMBER_STUCK_OCCUPIED)
        await booted.until(paths.FAULT)
        (doubted,) = await booted.items()
        assert doubted.state is ItemState.IN_DOUBT
        rig.world.clear(Fault.CHAMBER_STUCK_OCCUPIED)
        await booted.until(paths.IDLE)
        (row,) = await booted.items()
    assert row.outcome is Outcome.DROPPED


async def test_a_hand_in_the_slot_delays_the_gate_and_harms_nobody(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        item = await booted.insert(BOTTLE)
        rig.world.hand_in()
        await trio.sleep(5)
        assert booted.is_in(paths.WAITING)
        rig.world.hand_out()
        assert await booted.fate_of(item) is Fate.DROPPED
    assert rig.world.audit().hazards == ()


async def test_two_things_at_once_go_back_together(autojump_clock: MockClock, rig: Rig) -> None:
    async with rig.boot() as booted:
        await booted.start()
        first = await booted.insert(BOTTLE)
        second = rig.world.insert(BOTTLE)
        assert await booted.fate_of(first) is Fate.RETURNED
        assert await booted.fate_of(second) is Fate.RETURNED
        await booted.until(paths.WAITING)
        (row,) = await booted.items()
    assert row.reason is Reason.TWO_ITEMS


def shows(rig: Rig, signal: Signal) -> bool:
    return rig.world.signal is signal


def session_ends(rig: Rig) -> list[str]:
    with closing(sqlite3.connect(rig.locations.ledger_path)) as ledger:
        return [why for (why,) in ledger.execute("SELECT why FROM sessions ORDER BY number")]
