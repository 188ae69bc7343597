"""How much may be taken without the server, and for how long."""

from __future__ import annotations

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.item import SessionMode
from rvm_edge.ledger import Ledger, LedgerUnusableError
from rvm_edge.ledger.courier import Courier
from rvm_edge.machine import Courier as CourierPort
from tests.ledger.couriers import HOUR_S, batches_of, delivering, evidence_of
from tests.ledger.scenes import VirtualClock, connection_of, drop
from tests.ledger.servers import NOT_ALLOWED, FakeServer


async def courier_of(
    ledger: Ledger, clock: VirtualClock, server: FakeServer | None = None, **sync: float
) -> Courier:
    evidence = await evidence_of(ledger)
    settings = batches_of(50, **sync)
    return Courier(ledger.outbox, evidence, server or FakeServer(), settings, clock=clock)


async def test_guests_items_that_wait_reach_the_cap_and_users_do_not(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock
) -> None:
    courier: CourierPort = await courier_of(ledger, clocks, offline_items_cap=3)
    await drop(ledger, 2)
    await drop(ledger, 5, SessionMode.USER)
    assert await courier.cap_reached() == ""
    await drop(ledger, 1)
    assert await courier.cap_reached() == "3 guests' items wait for the server"


async def test_a_delivery_lifts_the_cap(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock
) -> None:
    courier = await courier_of(ledger, clocks, offline_items_cap=3)
    await drop(ledger, 4)
    async with delivering(courier):
        await trio.sleep(1)
        assert await courier.cap_reached() == ""


async def test_items_that_may_not_be_delivered_count_also_while_the_server_is_reached(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock
) -> None:
    server = FakeServer()
    server.script.append(NOT_ALLOWED)
    courier = await courier_of(ledger, clocks, server, offline_items_cap=3)
    await drop(ledger, 3)
    async with delivering(courier):
        await trio.sleep(1)
        assert await courier.cap_reached()


async def test_no_cap_is_no_cap(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock
) -> None:
    courier = await courier_of(ledger, clocks, offline_items_cap=0)
    await drop(ledger, 3)
    autojump_clock.jump(1e9)
    assert await courier.cap_reached() == ""


async def test_hours_without_the_server_reach_the_cap_whatever_the_wall_clock_does(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock
) -> None:
    courier = await courier_of(ledger, clocks, offline_hours_cap=2.0)
    clocks.turned_s = 1e9
    assert await courier.cap_reached() == ""
    await trio.sleep(1.9 * HOUR_S)
    assert await courier.cap_reached() == ""
    async with delivering(courier):
        await trio.sleep(10 * HOUR_S)
        assert await courier.cap_reached() == ""
    await trio.sleep(1.9 * HOUR_S)
    clocks.turned_s = -1e9
    assert await courier.cap_reached() == ""
    await trio.sleep(0.2 * HOUR_S)
    assert await courier.cap_reached() == "the server was not reached for 2 hours"


async def test_the_hours_count_from_the_start_where_the_server_was_never_reached(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock
) -> None:
    courier = await courier_of(ledger, clocks, offline_hours_cap=2.0)
    await trio.sleep(2 * HOUR_S - 1)
    assert await courier.cap_reached() == ""
    await trio.sleep(1)
    assert await courier.cap_reached() == "the server was not reached for 2 hours"


async def test_a_ledger_that_cannot_be_read_says_so(
    autojump_clock: MockClock, ledger: Ledger, clocks: VirtualClock
) -> None:
    courier = await courier_of(ledger, clocks)
    connection_of(ledger).execute("DROP TABLE outbox")
    with pytest.raises(LedgerUnusableError, match="no such table"):
        await courier.cap_reached()
