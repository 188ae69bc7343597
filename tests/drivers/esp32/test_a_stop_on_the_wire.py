"""A stop is heard while an order is carried out, whatever the wire does to it."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from trio.testing import MockClock, wait_all_tasks_blocked

from drivers.esp32.controller import Controller, LinkTimings
from drivers.esp32.dialect import Command
from drivers.esp32.framed_dialect import Kind
from drivers.esp32.serial_link import ByteLink
from drivers.esp32.timings import Dialect
from drivers.ports import DeviceGoneError, DriverError, NoAnswerError, StoppedError
from tests.drivers.esp32.lossy_wire import Fate, LossyWire

LINK = LinkTimings(settle_s=0.0)
LONG_S = 2.5


@asynccontextmanager
async def moving(
    wire: LossyWire, command: Command = Command.SLOT_OPEN, lasts_s: float = LONG_S
) -> AsyncIterator[tuple[Controller, list[DriverError | None]]]:
    """Have the controller carry out an order; its end is noted once it has one."""

    async def connect() -> ByteLink:
        await trio.lowlevel.checkpoint()
        if wire.closed:
            raise DeviceGoneError("unplugged")
        return wire

    ends: list[DriverError | None] = []
    numbers = itertools.count(1)
    host = Controller(connect, LINK, Dialect.FRAMED, session_number=numbers.__next__)

    async def move() -> None:
        try:
            await host.command(command)
        except DriverError as error:
            ends.append(error)
        else:
            ends.append(None)

    async with host.run(), trio.open_nursery() as nursery:
        await host.command(Command.PING)
        wire.takes_s = lasts_s
        nursery.start_soon(move)
        await trio.sleep(0.1)
        yield host, ends


async def test_the_order_that_is_stopped_says_so_and_the_next_one_is_carried_out(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    wire = LossyWire(nursery)
    async with moving(wire) as (host, ends):
        began_s = trio.current_time()
        assert await host.stop() is True
        await wait_all_tasks_blocked()
        assert trio.current_time() == began_s
        (end,) = ends
        assert isinstance(end, StoppedError)
        wire.takes_s = 0
        await host.command(Command.SLOT_CLOSE)
    assert wire.stops == 1
    assert [order.command for order in wire.done[1:]] == [Command.SLOT_OPEN, Command.SLOT_CLOSE]


@pytest.mark.parametrize("fate", [fate for fate in Fate if fate is not Fate.ARRIVES])
@pytest.mark.parametrize("nth", range(4))
async def test_one_mishap_on_the_wire_costs_a_moment_and_no_second_stop(
    autojump_clock: MockClock, nursery: trio.Nursery, fate: Fate, nth: int
) -> None:
    """The frames are: the stop, its acknowledgement, the order's outcome, and what comes after."""
    wire, count = LossyWire(nursery), itertools.count()
    async with moving(wire) as (host, ends):
        wire.fate = lambda: fate if next(count) == nth else Fate.ARRIVES
        began_s = trio.current_time()
        assert await host.stop() is True
        assert trio.current_time() - began_s <= LINK.frame_s
        await wait_all_tasks_blocked()
        assert [type(end) for end in ends] == [StoppedError]
    assert wire.stops == 1


async def test_an_order_that_never_arrived_is_not_begun_after_the_stop(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    wire = LossyWire(nursery)
    async with moving(wire, Command.PING, 0) as (host, _), trio.open_nursery() as pressing:
        wire.fate = lambda: Fate.IS_LOST
        ends: list[bool] = []

        async def move() -> None:
            with pytest.raises(StoppedError):
                await host.command(Command.SORT_VALID_ITEM)
            ends.append(True)

        pressing.start_soon(move)
        await wait_all_tasks_blocked()
        wire.fate = lambda: Fate.ARRIVES
        assert await host.stop() is True
        await wait_all_tasks_blocked()
        assert ends == [True]
        await trio.sleep(2)
    assert Command.SORT_VALID_ITEM not in [order.command for order in wire.done]


async def test_a_move_that_waits_for_its_turn_is_not_begun_after_the_stop(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    wire = LossyWire(nursery)
    async with moving(wire) as (host, ends), trio.open_nursery() as waiting:

        async def move() -> None:
            with pytest.raises(StoppedError):
                await host.command(Command.SORT_VALID_ITEM)

        waiting.start_soon(move)
        await wait_all_tasks_blocked()
        waiting.start_soon(host.command, Command.INDICATE_SUCCESS)  # moves nothing
        await wait_all_tasks_blocked()
        wire.takes_s = 0
        assert await host.stop() is True
    assert [type(end) for end in ends] == [StoppedError]
    assert {order.command for order in wire.done[1:]} == {
        Command.SLOT_OPEN,
        Command.INDICATE_SUCCESS,
    }


async def test_two_who_stop_at_once_are_both_answered(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    wire, count = LossyWire(nursery), itertools.count()
    stops: list[bool] = []
    async with moving(wire) as (host, ends):
        wire.fate = lambda: Fate.ARRIVES if next(count) else Fate.IS_LOST

        async def stop() -> None:
            stops.append(await host.stop())

        async with trio.open_nursery() as pressing:
            pressing.start_soon(stop)
            pressing.start_soon(stop)
    assert stops == [True, True]
    assert [type(end) for end in ends] == [StoppedError]


async def test_a_move_whose_caller_has_gone_is_stopped_all_the_same(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    wire = LossyWire(nursery)
    async with moving(wire, Command.PING, 0) as (host, _):
        wire.takes_s = LONG_S
        with trio.move_on_after(0.1):
            await host.command(Command.SORT_VALID_ITEM)
        assert await host.stop() is True
        began_s = trio.current_time()
        wire.takes_s = 0
        await host.command(Command.SLOT_CLOSE)
        assert trio.current_time() - began_s <= LINK.frame_s
    assert wire.stops == 1


async def test_what_moves_nothing_is_finished_as_ever(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    wire = LossyWire(nursery)
    wire._brake = lambda: None  # type: ignore[method-assign]
    wire.__post_init__()  # no motor turns, and so nothing ends early
    async with moving(wire, Command.INDICATE_SUCCESS, 0.2) as (host, ends):
        assert await host.stop() is True
        assert ends == []
        await trio.sleep(0.2)
        assert ends == [None]


async def test_a_firmware_without_the_word_says_so_and_ends_its_order(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    wire = LossyWire(nursery, knows_stop=False)
    async with moving(wire, lasts_s=1.0) as (host, ends):
        began_s = trio.current_time()
        assert await host.stop() is False
        assert trio.current_time() == began_s
        assert ends == []
        await trio.sleep(1.0)
        assert ends == [None]
        wire.takes_s = 0
        await host.command(Command.SLOT_CLOSE)
    assert [order.command for order in wire.done[1:]] == [Command.SLOT_OPEN, Command.SLOT_CLOSE]


async def test_a_dead_wire_is_no_answer_in_time(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    wire = LossyWire(nursery)
    async with moving(wire) as (host, _):
        wire.fate = lambda: Fate.IS_LOST
        began_s = trio.current_time()
        with pytest.raises(NoAnswerError, match="stop: no answer, sent 4 times"):
            await host.stop()
        assert trio.current_time() - began_s == pytest.approx(4 * LINK.frame_s)


async def test_a_controller_that_has_restarted_is_greeted_and_stopped(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    wire = LossyWire(nursery)
    async with moving(wire, Command.PING, 0) as (host, _):
        wire.firmware.forget()
        with pytest.raises(NoAnswerError, match="restarted"):
            await host.stop()
        assert await host.stop() is True


async def test_a_wire_that_is_cut_ends_the_stop_at_once(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    wire = LossyWire(nursery)
    async with moving(wire) as (host, _), trio.open_nursery() as stopping:
        wire.fate = lambda: Fate.IS_LOST

        async def stop() -> None:
            with pytest.raises(DeviceGoneError):
                await host.stop()

        stopping.start_soon(stop)
        await wait_all_tasks_blocked()
        began_s = trio.current_time()
        wire.close()
    assert trio.current_time() == began_s


@given(
    st.lists(st.sampled_from(Fate), max_size=12),
    st.lists(st.tuples(st.booleans(), st.floats(0.0, 0.6)), min_size=1, max_size=5),
)
@settings(max_examples=150, deadline=None)
def test_on_any_wire_nothing_moves_once_a_stop_has_returned(
    fates: list[Fate], acts: list[tuple[bool, float]]
) -> None:
    async def main() -> None:
        left = iter(fates)
        async with trio.open_nursery() as nursery:
            wire = LossyWire(nursery)
            async with moving(wire, Command.PING, 0) as (host, _):
                wire.fate = lambda: next(left, Fate.ARRIVES)
                for stops_it, after_s in acts:
                    wire.takes_s = 1.0
                    async with trio.open_nursery() as one:
                        one.start_soon(_ended, host)
                        await trio.sleep(0.001)
                        await trio.sleep(after_s)
                        if not stops_it:
                            continue
                        try:
                            stopped = await host.stop()
                        except NoAnswerError:
                            continue
                        assert stopped
                        begun = len(wire.done)
                        await trio.sleep(3)
                        assert len(wire.done) == begun
                wire.fate = lambda: Fate.ARRIVES
                wire.takes_s = 0
                await trio.sleep(2.1)
                await host.command(Command.SLOT_CLOSE)
            nursery.cancel_scope.cancel()
        assert Kind.ORDER in {Kind(frame.kind) for frame in wire.sent}

    trio.run(main, clock=MockClock(autojump_threshold=0))


async def _ended(host: Controller) -> None:
    try:
        await host.command(Command.SORT_VALID_ITEM)
    except (NoAnswerError, StoppedError):
        return
