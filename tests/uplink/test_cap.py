"""So much waits for the server that guests have to wait as well: a state, and it passes."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.settings import CloudSettings, SyncSettings
from rvm_edge.simulator.cloud import Dialect, Reach
from states import paths
from tests.served_rig import DIALECTS, PET, ServedRig, until_delivered


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.value)
@pytest.mark.parametrize(
    ("sync", "waits_s"),
    [(SyncSettings(offline_items_cap=2), 60.0), (SyncSettings(offline_hours_cap=0.25), 900.0)],
    ids=["items", "hours"],
)
async def test_a_cap_that_is_reached_is_a_state_that_goes_away_with_the_link(
    autojump_clock: MockClock, tmp_path: Path, sync: SyncSettings, waits_s: float, dialect: Dialect
) -> None:
    rig = ServedRig(tmp_path, dialect=dialect, cloud_settings=CloudSettings(sync=sync))
    rig.server.reach = Reach.REFUSED
    async with rig.boot() as booted:
        await booted.start()
        await booted.deposit(PET)
        await booted.deposit(PET)
        await booted.finish()
        await booted.until(paths.CAPPED, within_s=waits_s + 60)
        await trio.sleep(300)
        assert booted.is_in(paths.CAPPED)
        assert not booted.is_in(paths.FAULT)
        rig.server.reach = Reach.REACHED
        await booted.until(paths.ONLINE)
        await booted.until(paths.IDLE)
        await until_delivered(booted)
        await trio.sleep(60)
        assert booted.is_in(paths.IDLE)
        await booted.start()
        await booted.deposit(PET)
        await until_delivered(booted)
    assert len(rig.delivered) == 3
    assert rig.disagreements() == []


async def test_a_cap_that_was_reached_is_still_reached_after_a_restart(
    autojump_clock: MockClock, tmp_path: Path
) -> None:
    settings = CloudSettings(sync=SyncSettings(offline_items_cap=1))
    rig = ServedRig(tmp_path, cloud_settings=settings)
    rig.server.reach = Reach.BLACKHOLE
    async with rig.boot() as booted:
        await booted.start()
        await booted.deposit(PET)
        await booted.finish()
        await booted.until(paths.CAPPED)
    async with rig.boot() as booted:
        await booted.until(paths.CAPPED)
        rig.server.reach = Reach.REACHED
        await booted.until(paths.IDLE, within_s=120)
        await until_delivered(booted)
    assert rig.disagreements() == []
