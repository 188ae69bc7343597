"""The server goes and comes back in every state of the intake: nobody's item changes hands."""

from __future__ import annotations

from pathlib import Path

import pytest
from trio.testing import MockClock

from rvm_edge.item import Item, Outcome, SessionMode
from rvm_edge.simulator.cloud import Dialect, Reach
from rvm_edge.simulator.eyes import EyesKnobs
from states import paths
from tests.rig import Booted
from tests.served_rig import (
    ALERT,
    DIALECTS,
    PET,
    USER,
    ServedRig,
    online_and_idle,
    until_delivered,
)
from tests.uplink.approaches import APPROACHES, STATES


def test_there_is_a_way_into_every_state_of_the_intake() -> None:
    assert set(APPROACHES) == set(STATES)


async def see_link(booted: Booted, rig: ServedRig, reach: Reach, state: str, link: str) -> None:
    """Turn the network, and see the link follow within the state."""
    rig.server.reach = reach
    await booted.until(link, within_s=60)
    assert booted.is_in(state)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.value)
@pytest.mark.parametrize("mode", list(SessionMode), ids=lambda one: one.value)
@pytest.mark.parametrize("state", STATES)
async def test_the_server_goes_and_comes_back_and_the_deposit_is_whose_it_was(
    autojump_clock: MockClock, tmp_path: Path, state: str, mode: SessionMode, dialect: Dialect
) -> None:
    owner = str(USER) if mode is SessionMode.USER else ""
    rig = ServedRig(tmp_path, dialect=dialect, policy=ALERT, eyes=EyesKnobs(takes_s=5.0))
    async with rig.boot() as booted:
        await online_and_idle(booted)
        await booted.start(mode, owner)
        await APPROACHES[state](rig, booted)
        await booted.until(state)
        await see_link(booted, rig, Reach.REFUSED, state, paths.OFFLINE_GUEST)
        await see_link(booted, rig, Reach.REACHED, state, paths.ONLINE)
        await see_link(booted, rig, Reach.REFUSED, state, paths.OFFLINE_GUEST)
        rig.world.clear()
        await end_of_deposit(rig, booted, state)
        rig.server.reach = Reach.REACHED
        await booted.until(paths.ONLINE)
        await until_delivered(booted)
        (item,) = await booted.items()
    agree(rig, item, state, mode, owner)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.value)
@pytest.mark.parametrize("state", STATES)
async def test_the_server_comes_while_a_guest_deposits_and_the_item_stays_a_guests(
    autojump_clock: MockClock, tmp_path: Path, state: str, dialect: Dialect
) -> None:
    rig = ServedRig(tmp_path, dialect=dialect, policy=ALERT, eyes=EyesKnobs(takes_s=5.0))
    rig.server.reach = Reach.REFUSED
    async with rig.boot() as booted:
        await booted.start()
        await APPROACHES[state](rig, booted)
        await booted.until(state)
        await see_link(booted, rig, Reach.REACHED, state, paths.ONLINE)
        rig.world.clear()
        await end_of_deposit(rig, booted, state)
        await until_delivered(booted)
        (item,) = await booted.items()
    agree(rig, item, state, SessionMode.GUEST, "")


async def end_of_deposit(rig: ServedRig, booted: Booted, state: str) -> None:
    """Bring the deposit to its end, with one item that went in."""
    if state == paths.WAITING:
        await booted.insert(PET)
        await booted.until(paths.ACCEPT)
    if state == paths.FULL:
        rig.world.set_bin_pct(0.0)
    if state in (paths.CLEARING, paths.IDLE, paths.FULL):
        await booted.until(paths.IDLE)
        return
    await booted.until(paths.WAITING)
    await booted.finish()


def agree(rig: ServedRig, item: Item, state: str, mode: SessionMode, owner: str) -> None:
    """See the item's fate, owner and points right on both sides."""
    assert (item.mode, item.owner) == (mode, owner)
    if state not in (paths.REJECT, paths.CLEARING):
        assert item.outcome is Outcome.DROPPED
    if state == paths.REJECT:
        assert item.outcome is Outcome.RETURNED
    dropped = [one for one in rig.world.audit().dropped if one.joined is None]
    assert (item.outcome is Outcome.DROPPED) == bool(dropped)
    assert len(rig.delivered) == len(dropped)
    credited = rig.dialect is Dialect.D and mode is SessionMode.USER
    assert rig.points == (10 * len(dropped) if credited else 0)
    assert rig.disagreements() == []
