"""Orders wait for a state that takes them, the first come first, and not for ever."""

from __future__ import annotations

import math

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from rvm_edge.bridges.cloud.orders.admission import MOST_REMEMBERED, Admission, Repetition
from rvm_edge.bridges.cloud.orders.desk import OrderDesk
from rvm_edge.bridges.cloud.orders.reading import NothingToDo
from rvm_edge.bridges.cloud.orders.refusal_queue import RefusalQueue
from rvm_edge.orders import Action, Order, Refusal
from rvm_edge.settings import OrderSettings
from tests.bridges.cloud.orders.sent import HASH, NOON, at, by_heartbeat, by_socket

EVERYTHING = frozenset(Action)
RESTART = frozenset({Action.RESTART})
PICTURE = frozenset({Action.CAPTURE_IMAGE})


def desk_with(settings: OrderSettings | None = None) -> OrderDesk:
    return OrderDesk(settings or OrderSettings(), named_hash=lambda: HASH)


async def refusals_of(desk: OrderDesk) -> list[Refusal]:
    """Return what can be had at once."""
    found: list[Refusal] = []

    async def listen() -> None:
        while True:
            found.append(await desk.next_refusal())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(listen)
        await wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    return found


async def test_the_oldest_order_that_may_be_done_here_comes_first() -> None:
    desk = desk_with()
    words = ["CAPTURE_IMAGE", "MAINTENANCE", "RESTART"]
    desk.take_in([by_heartbeat(word) for word in words], at(1))
    assert (await desk.next(RESTART)).action is Action.RESTART
    assert (await desk.next(EVERYTHING)).action is Action.CAPTURE_IMAGE
    assert (await desk.next(EVERYTHING)).action is Action.MAINTENANCE
    assert desk.counts.handed_over == desk.counts.admitted == 3


@pytest.mark.parametrize("attempt", range(20))  # trio wakes who waits in an order that it draws
async def test_who_waits_longest_gets_the_order(attempt: int) -> None:
    desk, got = desk_with(), list[str]()

    async def wait(name: str, actions: frozenset[Action]) -> None:
        order = await desk.next(actions)
        got.append(f"{name} {order.order_id}")

    async with trio.open_nursery() as nursery:
        for name, actions in [("picture", PICTURE), ("first", EVERYTHING), ("second", RESTART)]:
            nursery.start_soon(wait, name, actions)
            await wait_all_tasks_blocked()
        desk.take_in([by_socket("RESTART", request_id="a")], at())
        await wait_all_tasks_blocked()
        assert got == ["first a"]
        desk.take_in([by_socket("RESTART", request_id="b")], at())
        await wait_all_tasks_blocked()
        desk.take_in([by_socket("CAPTURE_IMAGE", request_id="c")], at())
    assert got == ["first a", "second b", "picture c"]


@pytest.mark.parametrize("attempt", range(20))
async def test_a_waiter_that_is_cancelled_at_that_moment_leaves_the_order_to_the_next(
    attempt: int,
) -> None:
    desk, got = desk_with(), list[Order]()
    gone, next_one = trio.CancelScope(), trio.CancelScope()

    async def wait(scope: trio.CancelScope) -> None:
        with scope:
            got.append(await desk.next(EVERYTHING))

    async with trio.open_nursery() as nursery:
        for scope in (gone, next_one):
            nursery.start_soon(wait, scope)
            await wait_all_tasks_blocked()
        gone.cancel()
        desk.take_in([by_heartbeat("RESTART")], at())
        await wait_all_tasks_blocked()
        assert [order.action for order in got] == [Action.RESTART]


async def test_an_order_is_never_lost_to_a_waiter_that_was_cancelled_before() -> None:
    desk = desk_with()
    desk.take_in([by_heartbeat("RESTART")], at())
    with trio.CancelScope() as scope:
        scope.cancel()
        await desk.next(EVERYTHING)
    assert scope.cancelled_caught
    assert desk.counts.waiting == 1
    assert (await desk.next(EVERYTHING)).action is Action.RESTART


async def test_an_order_that_comes_twice_is_done_once() -> None:
    desk = desk_with()
    by_name = by_socket("RESTART", request_id="cmd_9")
    by_digest = by_heartbeat("RESTART")
    for _ in range(3):
        desk.take_in([by_name, by_digest], at(1))
    await desk.next(EVERYTHING)
    await desk.next(EVERYTHING)
    desk.take_in([by_name, by_digest], at(2))
    assert (desk.counts.admitted, desk.counts.repeated, desk.counts.waiting) == (2, 6, 0)
    assert await refusals_of(desk) == []


async def test_the_same_word_at_another_time_is_another_order() -> None:
    desk = desk_with()
    desk.take_in([by_heartbeat("RESTART"), by_heartbeat("RESTART", timestamp=at(1))], at(2))
    assert desk.counts.admitted == 2


@pytest.mark.parametrize(
    ("server_s", "refused"),
    [
        (599.0, []),
        (600.0, ["it is 600 s old; less than 600 s is allowed"]),
        (-599.0, []),
        (-600.0, ["it is 600 s ahead of the server's clock; less than 600 s is allowed"]),
    ],
)
async def test_the_servers_clock_says_how_old_an_order_is(
    server_s: float, refused: list[str]
) -> None:
    desk = desk_with()
    desk.take_in([by_heartbeat("RESTART")], at(server_s))
    assert desk.counts.admitted == (0 if refused else 1)
    assert [one.why for one in await refusals_of(desk)] == refused


async def test_the_same_moment_in_another_offset_is_the_same_age() -> None:
    desk = desk_with()
    desk.take_in([by_heartbeat("RESTART", timestamp="2026-02-10T05:00:00Z")], at(1))
    assert desk.counts.admitted == 1


@pytest.mark.parametrize(
    "timestamp",
    [
        "",
        "noon",
        "2026-02-10T12:00:00",
        "2026-02-10",
        "1770699600",
        "9999-99-99T00:00:00Z",
        "1" * 99,
    ],
)
async def test_an_order_without_a_time_that_can_be_read_is_refused(timestamp: str) -> None:
    desk = desk_with()
    desk.take_in([by_heartbeat("RESTART", timestamp=timestamp)], at())
    (refusal,) = await refusals_of(desk)
    assert "no time that could be read" in refusal.why
    assert desk.counts.waiting == 0


@pytest.mark.parametrize("server_time", [None, "", "now", "2026-02-10T12:00:00"])
async def test_while_the_servers_time_is_not_known_nothing_is_taken(
    server_time: str | None,
) -> None:
    desk = desk_with()
    desk.take_in([by_heartbeat("MAINTENANCE")], server_time)
    (refusal,) = await refusals_of(desk)
    assert "what time it is at the server is not known" in refusal.why


async def test_what_was_refused_may_come_again() -> None:
    desk = desk_with()
    desk.take_in([by_heartbeat("RESTART")], None)
    desk.take_in([by_heartbeat("RESTART")], at())
    assert (await desk.next(EVERYTHING)).action is Action.RESTART


async def test_an_order_expires_by_its_whole_age(autojump_clock: MockClock) -> None:
    desk = desk_with()
    young, old = by_heartbeat("MAINTENANCE", timestamp=at(540)), by_heartbeat("CAPTURE_IMAGE")
    desk.take_in([young, old], at(540))
    began_s = trio.current_time()
    refusal = await desk.next_refusal()
    assert trio.current_time() - began_s == pytest.approx(60)
    assert (refusal.action, desk.counts.expired) == ("CAPTURE_IMAGE", 1)
    assert "waited too long" in refusal.why
    assert (await desk.next_refusal()).action == "MAINTENANCE"
    assert trio.current_time() - began_s == pytest.approx(600)


async def test_an_order_that_expired_is_not_handed_over(autojump_clock: MockClock) -> None:
    desk = desk_with()
    desk.take_in([by_heartbeat("RESTART")], at())
    await trio.sleep(600)
    with trio.move_on_after(10) as scope:
        await desk.next(EVERYTHING)
    assert scope.cancelled_caught


async def test_an_order_dated_ahead_waits_no_longer_than_others(
    autojump_clock: MockClock,
) -> None:
    desk = desk_with()
    desk.take_in([by_heartbeat("RESTART", timestamp=at(500))], at())
    began_s = trio.current_time()
    await desk.next_refusal()
    assert trio.current_time() - began_s == pytest.approx(600)


async def test_only_so_many_wait(autojump_clock: MockClock) -> None:
    desk = desk_with(OrderSettings(waiting=2))
    desk.take_in([by_heartbeat("MAINTENANCE", timestamp=at(n)) for n in range(3)], at(5))
    (refusal,) = await refusals_of(desk)
    assert refusal.why == "2 orders wait already"
    await desk.next(EVERYTHING)
    desk.take_in([by_heartbeat("MAINTENANCE", timestamp=at(4))], at(5))
    assert desk.counts.waiting == 2


async def test_orders_that_waited_too_long_keep_no_place(autojump_clock: MockClock) -> None:
    desk = desk_with(OrderSettings(waiting=1))
    desk.take_in([by_heartbeat("MAINTENANCE")], at())
    await trio.sleep(600)
    desk.take_in([by_heartbeat("MAINTENANCE", timestamp=at(600))], at(600))
    assert (desk.counts.expired, desk.counts.waiting, desk.counts.refused) == (1, 1, 0)


async def test_the_newest_orders_are_known_again_and_memory_is_bounded() -> None:
    admission = Admission(OrderSettings(), lambda: HASH, None)

    def comes(number: int, now_s: float) -> object:
        ordered = by_socket("CAMERA_PERMISSION", request_id=f"n{number}")
        return admission.admit(ordered, NOON.timestamp(), now_s, waiting=0)

    for number in range(MOST_REMEMBERED + 1):  # one a minute
        assert isinstance(comes(number, number * 60.0), NothingToDo)
    later_s = MOST_REMEMBERED * 60.0
    assert isinstance(comes(MOST_REMEMBERED, later_s), Repetition)
    assert isinstance(comes(1, later_s), Repetition)
    assert isinstance(comes(0, later_s), NothingToDo)


async def test_only_so_many_are_taken_a_minute(autojump_clock: MockClock) -> None:
    desk = desk_with(OrderSettings(orders_per_minute=2))
    orders = [by_heartbeat("CAMERA_PERMISSION", timestamp=at(n)) for n in range(4)]
    desk.take_in(orders[:3], at(5))
    assert (desk.counts.done_at_once, desk.counts.refused) == (2, 1)
    assert (await desk.next_refusal()).why == "2 orders within a minute are allowed"
    await trio.sleep(59.9)
    desk.take_in(orders[3:], at(65))
    await trio.sleep(0.1)
    desk.take_in(orders[3:], at(65))
    assert (desk.counts.done_at_once, desk.counts.refused) == (3, 2)


async def test_an_order_that_is_done_by_being_read_waits_nowhere() -> None:
    desk = desk_with()
    desk.take_in([by_heartbeat("CAMERA_PERMISSION")], at())
    counts = desk.counts
    assert (counts.done_at_once, counts.waiting, counts.admitted, counts.refused) == (1, 0, 0, 0)
    assert await refusals_of(desk) == []


async def test_one_odd_order_spoils_no_other() -> None:
    desk = desk_with()
    odd = by_heartbeat("", b'{"action": 7}', timestamp="")
    desk.take_in([odd, by_heartbeat("SHELL_COMMAND"), by_heartbeat("RESTART")], at())
    assert (await desk.next(EVERYTHING)).action is Action.RESTART
    assert [one.action for one in await refusals_of(desk)] == ["", "SHELL_COMMAND"]


async def test_a_flood_of_refusals_is_told_as_a_number(autojump_clock: MockClock) -> None:
    desk = desk_with(OrderSettings(orders_per_minute=10))
    flood = [by_heartbeat("SHELL_COMMAND", timestamp=at(n)) for n in range(500)]
    desk.take_in(flood, at(500))
    began_s = trio.current_time()
    told = [await desk.next_refusal() for _ in range(11)]
    assert [one.action for one in told[:10]] == ["SHELL_COMMAND"] * 10
    assert told[10] == Refusal("", "several", "490 more were refused")
    assert trio.current_time() - began_s == pytest.approx(60)


def test_a_number_is_told_at_the_rate_of_the_others() -> None:
    queue = RefusalQueue(per_minute=2)
    one = Refusal("", "GIT_PULL", "no")
    for now_s in (0.0, 30.0, 40.0, 50.0):
        queue.put(one, now_s)
    assert [queue.take(50.0) for _ in range(3)] == [one, one, None]
    assert queue.due_at_s() == 60.0
    assert queue.take(60.0) == Refusal("", "several", "2 more were refused")
    assert queue.due_at_s() == math.inf
    queue.put(one, 60.0)  # the first of two within a minute was told at 30 s, and the number at 60
    assert (queue.take(60.0), queue.due_at_s()) == (None, 90.0)


async def test_the_queue_of_refusals_is_bounded_whatever_the_rate(
    autojump_clock: MockClock,
) -> None:
    desk = desk_with(OrderSettings(orders_per_minute=600))
    flood = [by_heartbeat("SHELL_COMMAND", timestamp=at(n)) for n in range(65)]
    desk.take_in(flood, at(65))
    told = [await desk.next_refusal() for _ in range(65)]
    assert told[-1].why == "1 more was refused"
    with trio.move_on_after(math.nextafter(600, 0)) as scope:
        await desk.next_refusal()
    assert scope.cancelled_caught


async def test_who_waits_for_a_refusal_hears_of_the_first(autojump_clock: MockClock) -> None:
    desk, told = desk_with(), list[Refusal]()

    async def listen() -> None:
        told.append(await desk.next_refusal())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(listen)
        await wait_all_tasks_blocked()
        desk.take_in([by_heartbeat("GIT_PULL")], at())
    assert told[0].action == "GIT_PULL"
