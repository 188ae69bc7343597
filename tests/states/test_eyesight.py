"""A camera that stays blind is a fault with its name; one that was blind once is none."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.item import Outcome, Reason
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.truth import Fate
from rvm_edge.statechart.definition import StateError
from states import paths
from states.events import FaultCleared, ItemReturned, SessionFinished
from states.eyesight import UNSEEN, is_in_doubt
from tests.rig import BOTTLE, Booted, Rig

CURES_ITSELF = [Fault.CAMERA_GONE, Fault.CAMERA_FROZEN, Fault.CAMERA_LATE]


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


async def bring_to_a_blind_camera(booted: Booted) -> None:
    await booted.start()
    item = await booted.insert(BOTTLE)
    assert await booted.fate_of(item) is Fate.RETURNED


def why_at_fault(rig: Rig) -> str:
    found = [step.event for step in rig.steps if paths.FAULT in step.entered]
    last = found[-1]
    assert isinstance(last, StateError)
    assert last.kind == "PictureError"
    return last.message


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (Reason.CAMERA_BLIND, "black although the lamp is on"),
        (Reason.CAMERA_FROZEN, "the same over and over"),
    ],
)
async def test_pictures_that_keep_showing_nothing_are_a_fault_of_the_camera(
    autojump_clock: MockClock, rig: Rig, seen: Reason, told: str
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.eyes.says = seen
        await bring_to_a_blind_camera(booted)
        await booted.until(paths.FAULT)
        assert told in why_at_fault(rig)
        await trio.sleep(600)  # it looks again, ever more rarely, and is never ready for people
        assert booted.is_in(paths.FAULT) or booted.is_in(paths.CLEARING)
        assert not rig.world.light_is_on
        rig.eyes.says = None
        await booted.until(paths.IDLE)
        (row,) = await booted.items()
    assert (row.outcome, row.reason) == (Outcome.RETURNED, seen)
    assert rig.world.audit().hazards == ()


@pytest.mark.parametrize("fault", CURES_ITSELF)
async def test_a_camera_that_gives_no_picture_is_a_fault_until_it_does(
    autojump_clock: MockClock, rig: Rig, fault: Fault
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.world.inject(fault)
        await bring_to_a_blind_camera(booted)
        await booted.until(paths.FAULT)
        assert why_at_fault(rig)
        rig.world.clear()
        await booted.until(paths.IDLE)
    assert rig.world.audit().hazards == ()


async def test_one_bad_picture_closes_nothing(autojump_clock: MockClock, rig: Rig) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.world.inject(Fault.CAMERA_GONE, times=2)
        await bring_to_a_blind_camera(booted)
        await booted.until(paths.IDLE)
        assert "fault" not in rig.intake
        await booted.start()
        assert await booted.deposit(BOTTLE) is Fate.DROPPED
    assert rig.world.audit().hazards == ()


async def test_eyes_that_cannot_say_are_no_fault_of_the_camera(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.world.inject(Fault.CAMERA_GONE, times=1)
        await booted.start()
        item = await booted.insert(BOTTLE)
        rig.eyes.dies = 1
        assert await booted.fate_of(item) is Fate.RETURNED
        await booted.until(paths.IDLE)


@pytest.mark.parametrize("reason", Reason)
def test_only_an_item_that_was_not_seen_puts_the_camera_in_doubt(reason: Reason) -> None:
    returned = ItemReturned("an-item", reason.value, machine_failed=True)
    assert is_in_doubt(returned) is (reason in UNSEEN)


def test_so_does_every_fault_and_nothing_else() -> None:
    assert is_in_doubt(FaultCleared())
    assert not is_in_doubt(SessionFinished())
    assert not is_in_doubt(None)
