"""An order is carried out once or not at all, whatever the wire does to the frames."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from functools import partial

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from trio.testing import MockClock, wait_all_tasks_blocked

from drivers.esp32.dialect import Command
from drivers.esp32.framed_dialect import (
    Done,
    Hello,
    Kind,
    Order,
    Outcome,
    to_frame,
)
from drivers.esp32.framed_session import FramedSession
from drivers.esp32.frames import NUMBER_MAX
from drivers.ports import (
    DeviceGoneError,
    DriverError,
    MotionBlockedError,
    NoAnswerError,
    WrongAnswerError,
)
from tests.drivers.esp32.framed_line import LINK, Line, commands, kinds, talking
from tests.drivers.esp32.lossy_wire import Fate, LossyWire


async def test_says_hello_and_then_each_order_once(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    wire = LossyWire(nursery)
    async with talking(wire) as controller:
        await controller.command(Command.SLOT_OPEN)
        await controller.command(Command.DISPLAY, "Terima kasih")
    assert kinds(wire) == [Kind.HELLO, Kind.ORDER, Kind.ORDER]
    assert [frame.number for frame in wire.sent] == [0, 1, 2]
    assert wire.done[1].text == "Terima kasih"


@pytest.mark.parametrize("fate", [fate for fate in Fate if fate is not Fate.ARRIVES])
@pytest.mark.parametrize("nth", range(4))
async def test_one_mishap_on_the_wire_is_never_noticed(
    autojump_clock: MockClock, line: Line, fate: Fate, nth: int
) -> None:
    """The frames are: the order, its acknowledgement, its outcome, and the next order."""
    count = itertools.count()
    line.wire.fate = lambda: fate if next(count) == nth else Fate.ARRIVES
    await line.host.command(Command.SORT_VALID_ITEM)
    await line.host.command(Command.SLOT_OPEN)
    assert commands(line.wire) == [Command.SORT_VALID_ITEM, Command.SLOT_OPEN]


async def test_an_order_that_takes_long_is_asked_for_and_not_repeated(
    autojump_clock: MockClock, line: Line
) -> None:
    line.wire.takes_s = 2.9
    began_s = trio.current_time()
    await line.host.command(Command.SORT_VALID_ITEM)
    assert trio.current_time() - began_s == pytest.approx(2.9)
    assert commands(line.wire) == [Command.SORT_VALID_ITEM]


async def test_a_dead_wire_is_no_answer_after_three_repetitions(
    autojump_clock: MockClock, line: Line
) -> None:
    line.wire.fate = lambda: Fate.IS_LOST
    began_s = trio.current_time()
    with pytest.raises(NoAnswerError, match="SORT_VALID_ITEM: no answer, sent 4 times"):
        await line.host.command(Command.SORT_VALID_ITEM)
    assert trio.current_time() - began_s == pytest.approx(4 * LINK.frame_s)
    assert kinds(line.wire).count(Kind.ORDER) == 4
    assert {frame.number for frame in line.wire.sent if frame.kind == Kind.ORDER} == {2}


async def test_a_wire_that_falls_silent_after_the_acknowledgement_is_not_waited_for_to_the_end(
    autojump_clock: MockClock, line: Line
) -> None:
    line.wire.takes_s = 30
    count = itertools.count()
    line.wire.fate = lambda: Fate.ARRIVES if next(count) < 2 else Fate.IS_LOST
    began_s = trio.current_time()
    with pytest.raises(NoAnswerError, match="SORT_VALID_ITEM: no answer, sent 5 times"):
        await line.host.command(Command.SORT_VALID_ITEM)
    assert trio.current_time() - began_s == pytest.approx(5 * LINK.frame_s)


async def test_a_controller_that_stays_silent_is_greeted_before_it_is_given_another_order(
    autojump_clock: MockClock, line: Line
) -> None:
    line.wire.fate = lambda: Fate.IS_LOST
    with pytest.raises(NoAnswerError, match="SORT_VALID_ITEM: no answer"):
        await line.host.command(Command.SORT_VALID_ITEM)
    line.wire.sent.clear()
    with pytest.raises(NoAnswerError, match="hello: no answer, sent 4 times"):
        await line.host.command(Command.SLOT_OPEN)
    assert Kind.ORDER not in kinds(line.wire)


async def test_a_port_that_takes_nothing_is_closed_and_told(
    autojump_clock: MockClock, line: Line
) -> None:
    async def refuse(data: bytes) -> None:
        await trio.lowlevel.checkpoint()
        raise DeviceGoneError(f"lost while writing {len(data)} bytes")

    line.wire.send = refuse  # type: ignore[method-assign] # a port that was unplugged
    with pytest.raises(DeviceGoneError, match="lost while writing"):
        await line.host.command(Command.SORT_VALID_ITEM)
    assert line.wire.closed


async def test_a_session_number_that_came_up_before_costs_one_order_at_most(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    wire = LossyWire(nursery)
    wire.firmware.take(to_frame(Hello(4), session=1))
    wire.firmware.take(to_frame(Order(Command.PING), session=1, number=500))
    async with talking(wire) as controller:
        with pytest.raises(NoAnswerError):
            await controller.command(Command.SORT_VALID_ITEM)
        await controller.command(Command.SORT_VALID_ITEM)
    assert commands(wire) == [Command.PING, Command.SORT_VALID_ITEM]


async def test_an_echo_of_its_own_words_is_no_sign_of_life(
    autojump_clock: MockClock, line: Line
) -> None:
    line.wire.firmware.take = line.wire.say  # type: ignore[method-assign]
    began_s = trio.current_time()
    with pytest.raises(NoAnswerError):
        await line.host.command(Command.SORT_VALID_ITEM)
    assert trio.current_time() - began_s == pytest.approx(4 * LINK.frame_s)


async def test_an_order_without_end_is_given_up_in_time(
    autojump_clock: MockClock, line: Line
) -> None:
    line.wire.takes_s = 30
    with pytest.raises(NoAnswerError, match="SORT_VALID_ITEM: no outcome within 3 s"):
        await line.host.command(Command.SORT_VALID_ITEM)
    assert commands(line.wire) == [Command.SORT_VALID_ITEM]


async def test_the_end_of_another_command_confirms_nothing(
    autojump_clock: MockClock, line: Line
) -> None:
    line.wire.firmware.take = lambda frame: line.wire.say(  # type: ignore[method-assign] # a confused one
        to_frame(Done(Command.SLOT_OPEN, Outcome.OK), frame.session, frame.number)
    )
    with pytest.raises(WrongAnswerError, match="confirmed SLOT_OPEN, not SORT_VALID_ITEM"):
        await line.host.command(Command.SORT_VALID_ITEM)


async def test_what_was_in_the_way_is_told(autojump_clock: MockClock, line: Line) -> None:
    line.wire.outcome = Outcome.BLOCKED
    with pytest.raises(MotionBlockedError, match="SORT_VALID_ITEM"):
        await line.host.command(Command.SORT_VALID_ITEM)


async def test_a_sensor_is_asked_by_an_order_and_answers_with_its_number(
    autojump_clock: MockClock, line: Line
) -> None:
    line.wire.reads = lambda: -84_213
    assert await line.host.command(Command.READ_SCALE) == -84_213
    line.wire.reads = lambda: None
    assert await line.host.command(Command.READ_SCALE) is None


async def test_a_restart_in_the_middle_is_told_and_nothing_is_done_again(
    autojump_clock: MockClock, line: Line, nursery: trio.Nursery
) -> None:
    line.wire.takes_s, line.wire.outcome = 0.1, None
    nursery.start_soon(_restart, line.wire, 0.05)
    with pytest.raises(NoAnswerError, match="restarted; what it did is unknown"):
        await line.host.command(Command.SORT_VALID_ITEM)
    line.wire.takes_s, line.wire.outcome = 0.0, Outcome.OK
    await line.host.command(Command.SORT_VALID_ITEM)
    assert commands(line.wire) == [Command.SORT_VALID_ITEM, Command.SORT_VALID_ITEM]
    assert kinds(line.wire).count(Kind.HELLO) == 1


async def _restart(wire: LossyWire, after_s: float) -> None:
    await trio.sleep(after_s)
    wire.firmware.forget()


async def test_a_restart_before_the_order_is_never_noticed(
    autojump_clock: MockClock, line: Line
) -> None:
    line.wire.firmware.forget()
    began_s = trio.current_time()
    await line.host.command(Command.SORT_VALID_ITEM)
    assert trio.current_time() == began_s
    assert commands(line.wire) == [Command.SORT_VALID_ITEM]


async def test_the_next_order_waits_for_one_that_was_given_up(
    autojump_clock: MockClock, line: Line
) -> None:
    line.wire.takes_s = 1.0
    with trio.move_on_after(0.1):
        await line.host.command(Command.SORT_VALID_ITEM)
    began_s = trio.current_time()
    await line.host.command(Command.SLOT_OPEN)
    assert 1.9 <= trio.current_time() - began_s <= 2.2
    assert commands(line.wire) == [Command.SORT_VALID_ITEM, Command.SLOT_OPEN]
    assert Kind.HELLO not in kinds(line.wire)  # a controller that is busy has not left


async def test_orders_that_come_at_once_are_sent_one_after_the_other(
    autojump_clock: MockClock, line: Line
) -> None:
    line.wire.takes_s = 1.0
    async with trio.open_nursery() as nursery:
        for command in (Command.SORT_VALID_ITEM, Command.SLOT_OPEN):
            nursery.start_soon(line.host.command, command)
    numbers = [frame.number for frame in line.wire.sent if frame.kind == Kind.ORDER]
    assert numbers == sorted(numbers)
    assert set(commands(line.wire)) == {Command.SORT_VALID_ITEM, Command.SLOT_OPEN}


async def test_no_two_frames_are_written_at_once(
    autojump_clock: MockClock, line: Line, nursery: trio.Nursery
) -> None:
    send, writing = line.wire.send, trio.CapacityLimiter(1)

    async def slowly(data: bytes) -> None:
        writing.acquire_nowait()  # refuses a second one
        await trio.sleep(0.01)
        writing.release()
        await send(data)

    line.wire.send = slowly  # type: ignore[method-assign] # a slow port
    line.wire.takes_s = 1.0
    nursery.start_soon(_confirms, partial(line.host.command, Command.SORT_VALID_ITEM))
    await wait_all_tasks_blocked()
    assert await line.host.stop() is True


async def test_beats_while_nothing_is_asked(autojump_clock: MockClock, line: Line) -> None:
    await trio.sleep(10.5)
    assert kinds(line.wire) == [Kind.HEARTBEAT] * 10


async def test_beats_thrice_within_a_dead_man_that_is_shorter_than_asked(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    wire = LossyWire(nursery, dead_man_s=0.6)
    async with talking(wire) as host:
        await host.command(Command.PING)
        wire.sent.clear()
        await trio.sleep(2.1)
    assert kinds(wire) == [Kind.HEARTBEAT] * 10


async def test_beats_while_an_order_is_carried_out(autojump_clock: MockClock, line: Line) -> None:
    line.wire.takes_s = 2.9
    await line.host.command(Command.SORT_VALID_ITEM)
    assert kinds(line.wire).count(Kind.HEARTBEAT) == 2


async def test_a_controller_that_restarted_while_idle_is_greeted_within_two_beats(
    autojump_clock: MockClock,
    line: Line,
) -> None:
    line.wire.firmware.forget()
    await trio.sleep(2.5)
    assert line.wire.firmware.session is not None
    await line.host.command(Command.SLOT_OPEN)


async def test_the_wire_that_is_cut_ends_the_order_at_once(
    autojump_clock: MockClock, line: Line, nursery: trio.Nursery
) -> None:
    line.wire.takes_s = 1.0

    async def cut() -> None:
        await trio.sleep(0.1)
        line.wire.close()

    nursery.start_soon(cut)
    began_s = trio.current_time()
    with pytest.raises(DeviceGoneError, match="unplugged"):
        await line.host.command(Command.SORT_VALID_ITEM)
    assert trio.current_time() - began_s == pytest.approx(0.1)


async def test_orders_are_numbered_from_one_again_after_the_last_number(
    autojump_clock: MockClock, line: Line
) -> None:
    for number in (NUMBER_MAX // 2, NUMBER_MAX - 1):
        line.wire.firmware.take(to_frame(Order(Command.PING), 1, number))
        await wait_all_tasks_blocked()
    line.wire.done.clear()
    conversation = line.host._conversation
    assert isinstance(conversation, FramedSession)
    conversation._number = NUMBER_MAX - 1
    for command in (Command.SLOT_OPEN, Command.SORT_VALID_ITEM, Command.SLOT_CLOSE):
        await line.host.command(command)
    assert commands(line.wire) == [
        Command.SLOT_OPEN,
        Command.SORT_VALID_ITEM,
        Command.SLOT_CLOSE,
    ]
    assert [frame.number for frame in line.wire.sent] == [NUMBER_MAX, 1, 2]


MOVES = [Command.SORT_VALID_ITEM, Command.RETURN_REJECTED_ITEM, Command.SLOT_OPEN]
FATES = st.lists(st.sampled_from(Fate), min_size=1, max_size=40)


@settings(max_examples=60)
@given(FATES, st.lists(st.sampled_from([0.0, 0.3, 1.0]), min_size=1, max_size=5), st.integers(0, 3))
def test_nothing_is_done_twice_and_nothing_is_confirmed_that_was_not_done(
    fates: list[Fate], times_s: list[float], restart_before: int
) -> None:
    trio.run(partial(_under, fates, times_s, restart_before), clock=MockClock(autojump_threshold=0))


async def _under(fates: list[Fate], times_s: list[float], restart_before: int) -> None:
    left = iter(fates)
    async with trio.open_nursery() as nursery:
        wire = LossyWire(nursery)
        async with talking(wire) as controller:
            await controller.command(Command.PING)
            wire.fate = lambda: next(left, Fate.ARRIVES)
            for number, takes_s in enumerate(times_s):
                wire.done.clear()
                wire.takes_s = takes_s
                command = MOVES[number % len(MOVES)]
                if number == restart_before:
                    nursery.start_soon(_restart, wire, 0.1)
                confirmed = await _confirms(partial(controller.command, command))
                await trio.sleep(2)
                assert commands(wire) in ([command], [] if not confirmed else [command])
            wire.fate = lambda: Fate.ARRIVES
            await controller.command(Command.PING)
        nursery.cancel_scope.cancel()


async def _confirms(ask: Callable[[], Awaitable[object]]) -> bool:
    try:
        await ask()
    except DriverError:
        return False
    return True
