"""From which level the bin is full is the server's to say, where the owner says nothing."""

from __future__ import annotations

import stat

import pytest
from msgspec.structs import replace
from trio.testing import MockClock

from rvm_edge.settings import Origin
from rvm_edge.simulator.cloud import Policy as ServersPolicy
from rvm_edge.simulator.cloud.misbehaviour import Reach
from states import paths
from tests.served_rig import ServedRig, online_and_idle

HALF_FULL_PCT = 75.0


def wanting(rig: ServedRig, full_pct: int) -> ServedRig:
    """Return the rig, whose server calls a bin full from that level on."""
    rig.server.site.policy = ServersPolicy(bin_full_threshold_percent=full_pct)
    return rig


async def test_a_bin_is_full_when_the_server_says_so(
    autojump_clock: MockClock, either: ServedRig
) -> None:
    wanting(either, 70).world.set_bin_pct(HALF_FULL_PCT)
    async with either.boot() as booted:
        await booted.until(paths.ONLINE)
        await booted.until(paths.FULL, within_s=60)
        assert booted.daemon.machine.rules.bin_full_by is Origin.SERVER
        either.world.set_bin_pct(59.0)
        await booted.until(paths.IDLE, within_s=60)


async def test_a_start_without_a_server_goes_by_what_it_said_last(
    autojump_clock: MockClock, rig: ServedRig
) -> None:
    async with wanting(rig, 70).boot() as booted:
        await online_and_idle(booted)
    rig.server.reach = Reach.REFUSED
    rig.world.set_bin_pct(HALF_FULL_PCT)
    async with rig.boot() as booted:
        await booted.until(paths.FULL)
        assert booted.is_in(paths.OFFLINE_GUEST)


async def test_what_is_remembered_is_for_its_owners_eyes_and_holds_no_secret(
    autojump_clock: MockClock, rig: ServedRig
) -> None:
    async with wanting(rig, 70).boot() as booted:
        await online_and_idle(booted)
    path = rig.locations.server_policy_path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    written = path.read_text()
    assert rig.identity.api_key.reveal() not in written
    assert "signature" not in written


async def test_what_another_server_said_is_not_heeded(
    autojump_clock: MockClock, rig: ServedRig
) -> None:
    async with wanting(rig, 70).boot() as booted:
        await online_and_idle(booted)
    rig.identity = replace(rig.identity, hardware_id="RVM-202601-002")
    rig.server.reach = Reach.REFUSED
    rig.world.set_bin_pct(HALF_FULL_PCT)
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        assert booted.daemon.machine.rules.bin_full_by is Origin.BUILT_IN


async def test_what_stands_in_the_settings_file_counts_for_more(
    autojump_clock: MockClock, rig: ServedRig
) -> None:
    rig.written = frozenset({"policy.bin_full_pct"})
    wanting(rig, 70).world.set_bin_pct(HALF_FULL_PCT)
    async with rig.boot() as booted:
        await online_and_idle(booted)
        assert booted.daemon.machine.rules.bin_full_by is Origin.OWNER


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"version": 2}', "x" * 100_000])
async def test_a_file_that_is_damaged_is_as_if_there_were_none(
    autojump_clock: MockClock, rig: ServedRig, kept: str
) -> None:
    rig.locations.data_dir.mkdir(parents=True, exist_ok=True)
    rig.locations.server_policy_path.write_text(kept)
    async with wanting(rig, 70).boot() as booted:
        before = booted.daemon.machine.rules.bin_full_by
        await online_and_idle(booted)
        after = booted.daemon.machine.rules.bin_full_by
    assert (before, after) == (Origin.BUILT_IN, Origin.SERVER)


async def test_a_level_that_would_end_all_service_is_refused_and_told(
    autojump_clock: MockClock, rig: ServedRig
) -> None:
    async with wanting(rig, 5).boot() as booted:
        await online_and_idle(booted)
        assert booted.daemon.machine.policy == rig.policy
        (hint,) = rig.uplink.cloud.hints
    assert hint == (
        "bin_full_threshold_percent: 5 is left aside: it may be a number from 50 to 100"
    )
