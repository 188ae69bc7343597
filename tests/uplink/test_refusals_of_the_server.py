"""The server refuses the machine, its key, its heartbeat or its deposits: nothing is lost by it."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from msgspec.structs import replace
from trio.testing import MockClock

from rvm_edge.identity import Secret
from rvm_edge.item import SessionMode
from rvm_edge.simulator.cloud import Assignment, Dialect, Misbehaviour, Mishap, Status
from states import paths
from tests.both_sides import dropped_items
from tests.served_rig import (
    ALERT,
    PET,
    USER,
    ServedRig,
    online_and_idle,
    until_delivered,
    until_pictures_are_up,
)


async def test_a_blocked_machine_goes_out_of_service_and_comes_back_when_it_is_let(
    autojump_clock: MockClock, either: ServedRig
) -> None:
    either.policy = ALERT
    async with either.boot() as booted:
        await online_and_idle(booted)
        either.registered.status = Status.BLOCKED
        await booted.until(paths.BLOCKED, within_s=10)
        await trio.sleep(30)
        assert booted.is_in(paths.BLOCKED)
        either.registered.status = Status.ONLINE
        await booted.until(paths.IDLE, within_s=10)


async def test_a_block_lets_the_deposit_end_and_its_items_are_delivered_after_it(
    autojump_clock: MockClock, either: ServedRig
) -> None:
    either.policy = ALERT
    async with either.boot() as booted:
        await online_and_idle(booted)
        await booted.start(SessionMode.USER, str(USER))
        either.registered.status = Status.BLOCKED
        await booted.deposit(PET)
        await trio.sleep(10)
        assert booted.is_in(paths.WAITING)
        await booted.finish()
        await booted.until(paths.BLOCKED)
        either.registered.status = Status.ONLINE
        await online_and_idle(booted)
        await until_delivered(booted)
    assert len(either.delivered) == 1
    assert either.disagreements() == []


async def test_new_credentials_end_an_unknown_keys_refusal_without_a_restart(
    autojump_clock: MockClock, either: ServedRig
) -> None:
    async with either.boot() as booted:
        await online_and_idle(booted)
        either.registered.api_key = "n" * 64
        await booted.until(paths.UNAUTHORIZED)
        assert "import its credentials again" in either.uplink.cloud.trouble
        await trio.sleep(1_000)
        assert booted.is_in(paths.UNAUTHORIZED)
        either.identity = replace(either.identity, api_key=Secret("n" * 64))
        await online_and_idle(booted)
        assert either.uplink.cloud.trouble == ""
        await booted.start()
        await booted.deposit(PET)
        await until_delivered(booted)
    assert either.disagreements() == []
    assert len(either.uplinks) == 1


async def test_what_an_unknown_key_kept_back_is_delivered_with_the_new_one(
    autojump_clock: MockClock, either: ServedRig
) -> None:
    async with either.boot() as booted:
        await online_and_idle(booted)
        await booted.start(SessionMode.USER, str(USER))
        either.registered.api_key = "n" * 64
        await booted.deposit(PET)
        await booted.finish()
        await booted.until(paths.UNAUTHORIZED)
        if either.dialect is Dialect.M:  # on D a user's token delivers, whatever the key is
            assert either.delivered == []
        either.identity = replace(either.identity, api_key=Secret("n" * 64))
        await online_and_idle(booted)
        await until_delivered(booted)
    assert len(either.delivered) == 1
    assert either.disagreements() == []


@pytest.mark.parametrize("assignment", [None, Assignment.COMPLETED])
async def test_a_machine_that_no_technician_is_assigned_to_serves_and_delivers(
    autojump_clock: MockClock, tmp_path: Path, assignment: Assignment | None
) -> None:
    rig = ServedRig(tmp_path, dialect=Dialect.M)
    rig.registered.assignment = assignment
    async with rig.boot() as booted:
        await online_and_idle(booted)
        await trio.sleep(600)
        assert booted.is_in(paths.ONLINE)
        assert rig.uplink.cloud.trouble.startswith("no technician is assigned to this machine")
        await booted.start(SessionMode.USER, str(USER))
        await booted.deposit(PET)
        await until_delivered(booted)
        assert booted.is_in(paths.ONLINE)
        rig.registered.assignment = Assignment.ASSIGNED
        await trio.sleep(60)
        assert rig.uplink.cloud.trouble == ""
    assert rig.disagreements() == []


async def test_without_a_token_the_queue_is_kept_and_a_token_that_is_brought_delivers_it(
    autojump_clock: MockClock, rig: ServedRig
) -> None:
    token = rig.identity.sync_token
    rig.identity = replace(rig.identity, sync_token=None)
    async with rig.boot() as booted:
        await online_and_idle(booted)
        await booted.start(SessionMode.USER, str(USER))
        await booted.deposit(PET)
        await booted.finish()
        await until_pictures_are_up(rig)
        await trio.sleep(600)
        status = await rig.uplink.courier.status()
        assert booted.is_in(paths.ONLINE)
        assert (status.waiting, status.ambiguous, status.dead) == (1, 0, 0)
        assert "sync_token" in status.hint
        assert any("sync_token" in hint for hint in rig.uplink.cloud.hints)
        rig.identity = replace(rig.identity, sync_token=token)
        with trio.fail_after(60):  # not after the hours that the refusal was good for
            await until_delivered(booted)
        assert booted.is_in(paths.ONLINE)
    (item,) = dropped_items(rig.locations.ledger_path)
    assert item.possibly_twice == 0
    assert rig.disagreements() == []


async def test_a_call_that_the_server_does_not_allow_rests_for_hours(
    autojump_clock: MockClock, rig: ServedRig
) -> None:
    rig.identity = replace(rig.identity, sync_token=None)
    async with rig.boot() as booted:
        await online_and_idle(booted)
        await booted.start()
        await booted.deposit(PET)
        await booted.finish()
        await trio.sleep(1_800)
    assert len(rig.server.requests_to("/api/v1/edge/sync-offline")) == 1


async def test_an_item_of_a_user_whom_the_server_does_not_know_is_a_dead_letter_with_its_reason(
    autojump_clock: MockClock, rig: ServedRig
) -> None:
    async with rig.boot() as booted:
        await online_and_idle(booted)
        await booted.start(SessionMode.USER, "7777")
        await booted.deposit(PET)
        await booted.finish()
        await booted.start(SessionMode.USER, str(USER))
        await booted.deposit(PET)
        await booted.finish()
        await until_delivered(booted)
    strange, known = dropped_items(rig.locations.ledger_path)
    assert (strange.state, known.state) == ("dead", "delivered")
    assert [told.client_uuid for told in rig.delivered] == [known.client_uuid]
    assert rig.points == 10
    assert rig.check().violations == ()


async def test_a_server_that_asks_for_patience_is_left_alone_and_loses_nothing(
    autojump_clock: MockClock, either: ServedRig
) -> None:
    async with either.boot() as booted:
        await online_and_idle(booted)
        either.server.misbehave(Misbehaviour(Mishap.THROTTLES, "*/sync-offline", seconds=120.0))
        await booted.start()
        await booted.deposit(PET)
        await booted.finish()
        asked = len(either.server.requests_to("/api/v1/edge/sync-offline"))
        await trio.sleep(60)
        assert asked == len(either.server.requests_to("/api/v1/edge/sync-offline")) == 1
        await until_delivered(booted)
    assert len(either.delivered) == 1
    assert either.disagreements() == []
