"""Credentials that somebody brings while the machine runs."""

from __future__ import annotations

import trio
from msgspec.structs import replace
from trio.testing import MockClock

from rvm_edge.identity import Secret
from rvm_edge.simulator.cloud import Reach
from states import paths
from tests.rig import Booted
from tests.served_rig import PET, ServedRig, online_and_idle, until

HANDSHAKE = "/api/v1/edge/handshake"


async def test_another_key_is_used_from_the_next_heartbeat_on_without_the_link_being_lost(
    autojump_clock: MockClock, either: ServedRig
) -> None:
    async with either.boot() as booted:
        await online_and_idle(booted)
        other = either.server.add_machine("RVM-202601-002")
        either.identity = replace(
            either.identity, hardware_id="RVM-202601-002", api_key=Secret(other.api_key)
        )
        await until(lambda: other.heartbeats == 1, within_s=120)
        heard = either.registered.heartbeats
        await trio.sleep(300)
        assert either.registered.heartbeats == heard
        assert booted.is_in(paths.ONLINE)
        assert either.uplink.cloud.welcome is not None
        assert either.uplink.cloud.welcome.rvm_id == other.rvm_id


async def delivered(booted: Booted, items: int) -> None:
    """Wait until so many items are proved to be at a server."""
    with trio.fail_after(7_200):
        while (await booted.daemon.ledger.outbox.counts()).delivered < items:
            await trio.sleep(1.0)


async def take_one_alone(rig: ServedRig, booted: Booted) -> None:
    """Take an item while the server is not reached."""
    await online_and_idle(booted)
    rig.server.reach = Reach.REFUSED
    await booted.until(paths.OFFLINE_GUEST, within_s=600)
    await booted.start()
    await booted.deposit(PET)
    await booted.finish()


async def test_what_one_machine_took_is_never_told_as_another_and_waits_for_it(
    autojump_clock: MockClock, either: ServedRig
) -> None:
    first = either.identity
    async with either.boot() as booted:
        await take_one_alone(either, booted)
        other = either.server.add_machine("RVM-202601-002")
        either.identity = replace(
            first, hardware_id="RVM-202601-002", api_key=Secret(other.api_key)
        )
        either.server.reach = Reach.REACHED
        await booted.until(paths.ONLINE, within_s=600)
        await trio.sleep(600)
        counts = await booted.daemon.ledger.outbox.counts()
        assert (counts.held, counts.waiting, counts.delivered) == (1, 0, 0)
        either.identity = first
        await delivered(booted, 1)


async def test_another_key_for_the_same_machine_delivers_what_waited(
    autojump_clock: MockClock, either: ServedRig
) -> None:
    async with either.boot() as booted:
        await take_one_alone(either, booted)
        either.identity = replace(either.identity, name="Atrium")
        either.server.reach = Reach.REACHED
        await delivered(booted, 1)


async def test_credentials_that_stay_the_same_need_no_second_handshake(
    autojump_clock: MockClock, either: ServedRig
) -> None:
    async with either.boot() as booted:
        await online_and_idle(booted)
        either.identity = replace(either.identity)
        await trio.sleep(300)
    assert len(either.server.requests_to(HANDSHAKE)) == 1


async def test_credentials_that_cannot_be_read_for_a_while_end_nothing(
    autojump_clock: MockClock, either: ServedRig
) -> None:
    async with either.boot() as booted:
        await online_and_idle(booted)
        either.readable = False
        await trio.sleep(300)
        assert booted.is_in(paths.ONLINE)
        either.readable = True
        await trio.sleep(300)
        assert booted.is_in(paths.ONLINE)
    assert len(either.server.requests_to(HANDSHAKE)) == 1


async def test_without_credentials_guests_are_served_and_the_server_is_left_alone(
    autojump_clock: MockClock, either: ServedRig
) -> None:
    either.readable = False
    async with either.boot() as booted:
        await booted.until(paths.IDLE)
        await trio.sleep(600)
        assert len(either.server.exchanges) == 0
        either.readable = True
        await booted.until(paths.ONLINE, within_s=120)
