"""A deposit at the real link: with the server there, without it, and on both sides in the end."""

from __future__ import annotations

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.item import SessionMode
from rvm_edge.simulator.cloud import DONATION_USER, Dialect, Misbehaviour, Mishap, Reach
from states import paths
from tests.both_sides import dropped_items
from tests.served_rig import (
    PET,
    SODA,
    USER,
    ServedRig,
    online_and_idle,
    until,
    until_delivered,
)


def owner_at(rig: ServedRig, user: int) -> int | None:
    """Return how the server names an owner: the older one names none."""
    return user if rig.dialect is Dialect.D else None


async def test_online_is_earned_by_a_handshake(
    autojump_clock: MockClock, either: ServedRig
) -> None:
    async with either.boot() as booted:
        assert not booted.is_in(paths.ONLINE)
        await booted.until(paths.ONLINE)
        assert either.registered.handshakes == 1
        assert either.registered.hardware_id == either.identity.hardware_id


async def test_online_is_kept_by_heartbeats_that_tell_how_full_the_bin_is(
    autojump_clock: MockClock, either: ServedRig
) -> None:
    either.world.set_bin_pct(42.0)
    async with either.boot() as booted:
        await booted.until(paths.ONLINE)
        await trio.sleep(710)
        assert booted.is_in(paths.ONLINE)
    assert either.registered.heartbeats == 21
    assert either.registered.handshakes == 1
    assert either.registered.bin_capacity == 42


async def test_a_users_item_is_credited_once_to_that_user(
    autojump_clock: MockClock, either: ServedRig
) -> None:
    async with either.boot() as booted:
        await online_and_idle(booted)
        await booted.start(SessionMode.USER, str(USER))
        await booted.deposit(PET)
        await until_delivered(booted)
        await booted.finish()
        (item,) = await booted.items()
    (told,) = either.delivered
    assert (told.client_uuid, told.type) == (item.client_uuid, "USER_DEPOSIT")
    assert told.user_id == owner_at(either, USER)
    (thing,) = told.items
    assert (thing.type, thing.points) == ("mineral", 10)
    assert thing.weight == pytest.approx(PET.weight_g, abs=1)
    assert told.rvm_id == either.registered.rvm_id
    assert either.points == (10 if either.dialect is Dialect.D else 0)
    assert either.disagreements() == []


async def test_what_is_given_back_is_told_to_nobody(
    autojump_clock: MockClock, either: ServedRig
) -> None:
    async with either.boot() as booted:
        await online_and_idle(booted)
        await booted.start(SessionMode.USER, str(USER))
        await booted.deposit(SODA)
        await booted.finish()
        await trio.sleep(600)
    assert either.delivered == []
    assert either.points == 0


async def test_a_guests_donation_without_a_server_is_delivered_later_once(
    autojump_clock: MockClock, either: ServedRig
) -> None:
    either.server.reach = Reach.BLACKHOLE
    async with either.boot() as booted:
        await booted.start()
        await booted.deposit(PET)
        await booted.deposit(PET)
        await booted.finish()
        await trio.sleep(900)
        assert either.delivered == []
        either.server.reach = Reach.REACHED
        await booted.until(paths.ONLINE)
        await until_delivered(booted)
        await trio.sleep(900)
        items = await booted.items()
    assert [told.client_uuid for told in either.delivered] == [one.client_uuid for one in items]
    assert {told.type for told in either.delivered} == {"GUEST_DONATION"}
    assert {told.user_id for told in either.delivered} == {owner_at(either, DONATION_USER)}
    assert either.disagreements() == []


async def test_nobody_logs_in_while_the_server_is_not_reached(
    autojump_clock: MockClock, rig: ServedRig
) -> None:
    rig.server.reach = Reach.REFUSED
    async with rig.boot() as booted:
        await booted.request(SessionMode.USER, str(USER))
        await trio.sleep(60)
        assert booted.is_in(paths.IDLE)
        assert await booted.daemon.ledger.session() is None


@pytest.mark.parametrize("mishap", [Mishap.REPLY_LOST, Mishap.REPLY_CUT, Mishap.REPLY_SWALLOWED])
async def test_a_lost_reply_doubles_only_where_the_server_knows_no_repetition_and_is_flagged(
    autojump_clock: MockClock, either: ServedRig, mishap: Mishap
) -> None:
    async with either.boot() as booted:
        await online_and_idle(booted)
        either.server.misbehave(Misbehaviour(mishap, "*/sync-offline"))
        await booted.start(SessionMode.USER, str(USER))
        await booted.deposit(PET)
        await until_delivered(booted)
    assert len(either.delivered) == (2 if either.dialect is Dialect.M else 1)
    (item,) = dropped_items(either.locations.ledger_path)
    assert item.possibly_twice == 1
    assert either.disagreements() == []


async def test_the_link_is_lost_after_three_heartbeats_without_an_answer_and_earned_again(
    autojump_clock: MockClock, either: ServedRig
) -> None:
    async with either.boot() as booted:
        await online_and_idle(booted)
        await until(lambda: either.registered.heartbeats == 1)
        either.server.reach = Reach.REFUSED
        await trio.sleep(100)
        assert booted.is_in(paths.ONLINE)
        await booted.until(paths.OFFLINE_GUEST, within_s=10)
        either.server.reach = Reach.REACHED
        await booted.until(paths.ONLINE)
    assert either.registered.handshakes == 2
