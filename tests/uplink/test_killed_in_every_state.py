"""The process is killed in every state of a user's deposit: the server hears of what fell, once."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.item import SessionMode
from rvm_edge.simulator.cloud import Dialect, Misbehaviour, Mishap
from tests.rig import KilledError
from tests.served_rig import (
    ALERT,
    DIALECTS,
    PET,
    USER,
    ServedRig,
    online_and_idle,
    until,
    until_delivered,
)
from tests.states.chains import only_killed
from tests.uplink.approaches import APPROACHES, STATES

SYNC = "/api/v1/edge/sync-offline"


async def deliver_in_another_life(rig: ServedRig) -> None:
    """Boot once more, and wait until nothing waits for the server."""
    rig.world.clear()
    rig.world.set_bin_pct(0.0)
    await trio.sleep(2.0)
    rig.server.behave()
    async with rig.boot() as booted:
        await online_and_idle(booted)
        await until_delivered(booted)
    fell = [item for item in rig.world.audit().dropped if item.joined is None]
    assert len({told.client_uuid for told in rig.delivered}) == len(fell)
    assert rig.disagreements() == []


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.value)
@pytest.mark.parametrize("late_s", [0.0, 0.15, 0.4])
@pytest.mark.parametrize("state", STATES)
async def test_a_machine_that_is_killed_tells_its_server_of_what_lies_in_the_bin(
    autojump_clock: MockClock, tmp_path: Path, state: str, late_s: float, dialect: Dialect
) -> None:
    rig = ServedRig(tmp_path, dialect=dialect, policy=ALERT)
    try:
        async with rig.boot() as booted:
            await online_and_idle(booted)
            await booted.start(SessionMode.USER, str(USER))
            await APPROACHES[state](rig, booted)
            await booted.until(state)
            await trio.sleep(late_s)
            booted.kill()
            raise KilledError
    except BaseException as error:
        if not only_killed(error):
            raise
    await deliver_in_another_life(rig)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.value)
@pytest.mark.parametrize("mishap", list(Mishap), ids=lambda one: one.value)
async def test_a_machine_that_is_killed_with_a_delivery_under_way_tells_it_again(
    autojump_clock: MockClock, tmp_path: Path, mishap: Mishap, dialect: Dialect
) -> None:
    rig = ServedRig(tmp_path, dialect=dialect, policy=ALERT)
    rig.server.misbehave(Misbehaviour(Mishap.LATE, SYNC, seconds=2.0))
    if mishap is not Mishap.REQUEST_TWICE:  # no machine can know of it
        rig.server.misbehave(Misbehaviour(mishap, SYNC, times=3, seconds=1.0))
    try:
        async with rig.boot() as booted:
            await online_and_idle(booted)
            await booted.start(SessionMode.USER, str(USER))
            await booted.deposit(PET)
            await until(lambda: bool(rig.server.requests_to(SYNC)), within_s=60)
            booted.kill()
            raise KilledError
    except BaseException as error:
        if not only_killed(error):
            raise
    await deliver_in_another_life(rig)
    assert len(rig.delivered) <= (2 if dialect is Dialect.M else 1)
