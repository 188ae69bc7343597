"""The server's orders and the screen's, handed out one by one; none is lost or done later."""

from __future__ import annotations

import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from rvm_edge.display.local_orders import LocalOrders, MergedOrders
from rvm_edge.orders import Action, Order, Refusal
from tests.stand_ins import GivenOrders

ALL = frozenset(Action)
LOOK = Order("screen-1", Action.CAPTURE_IMAGE, local=True)
READ = Order("1", Action.READ_SENSOR)


async def test_an_order_of_the_screen_is_handed_to_whoever_waits() -> None:
    local = LocalOrders()
    merged = MergedOrders(GivenOrders(), local)
    got: list[Order] = []

    async def wait() -> None:
        got.append(await merged.next(ALL))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait)
        await wait_all_tasks_blocked()
        with local.ordered(LOOK):
            await wait_all_tasks_blocked()
    assert got == [LOOK]


async def test_an_order_of_the_server_is_handed_over_as_before() -> None:
    desk = GivenOrders()
    desk.give(READ)
    assert await MergedOrders(desk, LocalOrders()).next(ALL) == READ


async def test_the_screen_comes_first_and_the_server_s_order_stays() -> None:
    desk, local = GivenOrders(), LocalOrders()
    merged = MergedOrders(desk, local)
    desk.give(READ)
    with local.ordered(LOOK):
        assert await merged.next(ALL) == LOOK
    assert await merged.next(ALL) == READ


async def test_an_order_of_both_in_one_moment_loses_neither() -> None:
    desk, local = GivenOrders(), LocalOrders()
    merged = MergedOrders(desk, local)
    got: list[Order] = []

    async def wait() -> None:
        got.append(await merged.next(ALL))
        got.append(await merged.next(ALL))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait)
        await wait_all_tasks_blocked()
        desk.give(READ)
        with local.ordered(LOOK):
            await wait_all_tasks_blocked()
    assert sorted(order.order_id for order in got) == ["1", "screen-1"]


async def test_what_a_state_does_not_take_waits_for_one_that_does() -> None:
    local = LocalOrders()
    merged = MergedOrders(GivenOrders(), local)
    with local.ordered(LOOK):
        with trio.move_on_after(0.01) as waited:
            await merged.next(frozenset({Action.READ_SENSOR}))
        assert waited.cancelled_caught
        assert local.waits(LOOK)
        assert await merged.next(ALL) == LOOK
        assert not local.waits(LOOK)


async def test_an_order_that_nobody_waits_for_any_more_is_never_done(
    autojump_clock: MockClock,
) -> None:
    local = LocalOrders()
    with local.ordered(LOOK):
        pass
    with trio.move_on_after(60) as waited:
        await MergedOrders(GivenOrders(), local).next(ALL)
    assert waited.cancelled_caught


async def test_a_caller_that_is_cancelled_takes_no_order_with_it() -> None:
    desk, local = GivenOrders(), LocalOrders()
    merged = MergedOrders(desk, local)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(merged.next, ALL)
        await wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    desk.give(READ)
    assert await merged.next(ALL) == READ


async def test_refusals_are_the_server_s() -> None:
    desk = GivenOrders()
    refusal = Refusal("x", "SHELL_COMMAND", "never")
    desk.refuse(refusal)
    assert await MergedOrders(desk, LocalOrders()).next_refusal() == refusal


async def test_an_order_is_withdrawn_for_as_long_as_somebody_waits_for_it() -> None:
    desk, local = GivenOrders(), LocalOrders()
    merged = MergedOrders(desk, local)
    with local.ordered(LOOK):
        order = await merged.next(ALL)
        assert not merged.is_withdrawn(order)
        local.withdraw(order)
        local.withdraw(order)
        assert merged.is_withdrawn(order)
        assert not merged.is_withdrawn(READ)
    local.withdraw(order)
    assert not local.is_withdrawn(order)
