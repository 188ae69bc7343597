"""The link: earned, kept, lost; what is delivered, who logs in, and when guests have to wait."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.item import Session, SessionMode
from rvm_edge.machine import Standing
from states import paths
from tests.rig import BOTTLE, CAN, Rig


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


async def test_a_dead_route_is_believed_at_once(autojump_clock: MockClock, rig: Rig) -> None:
    rig.cloud.reachable = True
    async with rig.boot() as booted:
        await booted.until(paths.ONLINE)
        rig.cloud.answer = Standing.NO_ROUTE
        started = trio.current_time()
        await booted.until(paths.OFFLINE_GUEST)
        assert trio.current_time() - started < 36


async def test_single_lost_heartbeats_lose_no_link(autojump_clock: MockClock, rig: Rig) -> None:
    rig.cloud.reachable = True
    async with rig.boot() as booted:
        await booted.until(paths.ONLINE)
        for _ in range(10):
            rig.cloud.reachable = False
            await trio.sleep(50)
            rig.cloud.reachable = True
            await trio.sleep(50)
        assert booted.is_in(paths.ONLINE)


async def test_a_server_where_nobody_looks_after_the_machine_serves_all_the_same(
    autojump_clock: MockClock, rig: Rig
) -> None:
    rig.cloud.reachable, rig.cloud.answer = True, Standing.DEGRADED
    async with rig.boot() as booted:
        await booted.until(paths.ONLINE)
        await trio.sleep(1000)
        assert booted.is_in(paths.ONLINE)


async def test_the_server_hears_how_full_the_bin_is(autojump_clock: MockClock, rig: Rig) -> None:
    rig.cloud.reachable = True
    rig.world.set_bin_pct(42.0)
    async with rig.boot() as booted:
        await booted.until(paths.ONLINE)
        await trio.sleep(40)
        assert rig.cloud.heard_bin_pct == 42.0


async def test_deliveries_go_on_only_while_the_server_is_reached(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        assert rig.link.courier.delivering == 0
        rig.cloud.reachable = True
        await booted.until(paths.ONLINE)
        await trio.sleep(1)
        assert rig.link.courier.delivering == 1
        rig.cloud.answer = Standing.NO_ROUTE
        await booted.until(paths.OFFLINE_GUEST)
        assert rig.link.courier.delivering == 0


async def test_deliveries_rest_while_somebody_is_at_the_machine(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        assert rig.link.courier.rests == 0
        await booted.start()
        await booted.deposit(BOTTLE)
        assert rig.link.courier.rests == 1
        await booted.finish()
        assert rig.link.courier.rests == 0


async def test_the_picture_of_every_judged_item_is_kept(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        await booted.deposit(BOTTLE)
        await booted.deposit(CAN)
        await booted.finish()
        items = await booted.items()
    assert rig.link.evidence.kept == [item.client_uuid for item in items]


async def test_the_server_says_that_a_user_stands_at_the_machine(
    autojump_clock: MockClock, rig: Rig
) -> None:
    rig.cloud.reachable = True
    async with rig.boot() as booted:
        await booted.until(paths.ONLINE)
        await booted.until(paths.IDLE)
        rig.link.channel.authorize(Session(str(uuid.uuid4()), SessionMode.USER, "7"))
        await booted.until(paths.WAITING)
        await booted.deposit(BOTTLE)
        (item,) = await booted.items()
        assert (item.mode, item.owner) == (SessionMode.USER, "7")


async def test_a_socket_whose_loss_counts_takes_the_link_with_it(
    autojump_clock: MockClock, rig: Rig
) -> None:
    rig.cloud.reachable = True
    async with rig.boot() as booted:
        await booted.until(paths.ONLINE)
        rig.link.channel.lose()
        await booted.until(paths.OFFLINE_GUEST)
        await booted.until(paths.ONLINE)


async def test_guests_wait_when_too_much_waits_for_the_server_and_come_back_with_it(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.link.courier.cap = "5000 items wait"
        await booted.until(paths.CAPPED)
        await trio.sleep(600)
        assert booted.is_in(paths.CAPPED)
        rig.cloud.reachable = True
        await booted.until(paths.IDLE)
        assert booted.is_in(paths.ONLINE)
        await trio.sleep(600)
        assert booted.is_in(paths.IDLE)


async def test_room_for_more_ends_the_wait_without_the_server(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        rig.link.courier.cap = "5000 items wait"
        await booted.until(paths.CAPPED)
        rig.link.courier.cap = ""
        await booted.until(paths.IDLE)


async def test_a_black_hole_instead_of_a_server_delays_guest_service_by_a_second(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async def boot_s() -> float:
        async with rig.boot() as booted:
            started = trio.current_time()
            await booted.until(paths.IDLE)
            return trio.current_time() - started

    rig.cloud.reachable = True
    with_server_s = await boot_s()
    rig.cloud.reachable, rig.cloud.gives_up_s = False, 3600.0
    assert await boot_s() <= with_server_s + 1.0
