"""Numbers count within one session: of events, and of what is answered to an order."""

from __future__ import annotations

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from drivers.esp32.dialect import Command
from drivers.esp32.framed_dialect import Done, Outcome, Sensor, SensorEvent, to_frame
from drivers.esp32.frames import NUMBER_MAX
from drivers.ports import NoAnswerError
from tests.drivers.esp32.framed_line import Line
from tests.drivers.esp32.lossy_wire import Fate

SEEN = SensorEvent(Sensor.SLOT, active=True)
GONE = SensorEvent(Sensor.SLOT, active=False)


async def test_events_come_unasked_in_order_and_once(autojump_clock: MockClock, line: Line) -> None:
    said = [SensorEvent(Sensor.CHAMBER, active=True), SensorEvent(Sensor.CHAMBER, active=False)]
    line.wire.fate = lambda: Fate.COMES_TWICE
    for event in said:
        line.wire.firmware.tell(event)
    await wait_all_tasks_blocked()
    assert line.told == said


async def test_after_the_last_number_there_is_comes_the_first_again(
    autojump_clock: MockClock, line: Line
) -> None:
    for _ in range(NUMBER_MAX + 2):
        line.wire.firmware.tell(SensorEvent(Sensor.SLOT, active=True))
        await trio.lowlevel.checkpoint()
    await wait_all_tasks_blocked()
    assert len(line.told) == NUMBER_MAX + 2


async def test_a_damaged_event_is_not_told(autojump_clock: MockClock, line: Line) -> None:
    line.wire.fate = lambda: Fate.IS_DAMAGED
    line.wire.firmware.tell(SensorEvent(Sensor.DOOR, active=True))
    await wait_all_tasks_blocked()
    assert line.told == []


@pytest.mark.parametrize(("newer", "older"), [(2, 1), (300, 2), (1, NUMBER_MAX), (7, 7)])
async def test_an_event_that_was_overtaken_undoes_no_newer_one(
    autojump_clock: MockClock, line: Line, newer: int, older: int
) -> None:
    line.wire.say(to_frame(SEEN, 1, newer))
    line.wire.say(to_frame(GONE, 1, older))
    await wait_all_tasks_blocked()
    assert line.told == [SEEN]


async def test_events_count_from_one_again_in_the_next_session(
    autojump_clock: MockClock, line: Line
) -> None:
    for event in (SEEN, GONE, SEEN):
        line.wire.firmware.tell(event)
    line.wire.firmware.forget()
    await line.host.command(Command.PING)
    line.wire.firmware.tell(GONE)
    await wait_all_tasks_blocked()
    assert line.told == [SEEN, GONE, SEEN, GONE]


async def test_what_comes_late_from_a_former_session_confirms_nothing(
    autojump_clock: MockClock, line: Line, nursery: trio.Nursery
) -> None:
    line.wire.firmware.forget()
    await line.host.command(Command.PING)
    line.wire.takes_s = 1.0
    began_s = trio.current_time()

    async def say_late() -> None:
        await trio.sleep(0.1)
        order = line.wire.sent[-1]
        assert order.session == 2
        line.wire.say(to_frame(Done(Command.SORT_VALID_ITEM, Outcome.OK), 1, order.number))

    nursery.start_soon(say_late)
    await line.host.command(Command.SORT_VALID_ITEM)
    assert trio.current_time() - began_s == pytest.approx(1.0)


async def test_an_event_that_bears_an_orders_number_is_no_word_on_that_order(
    autojump_clock: MockClock, line: Line
) -> None:
    line.wire.firmware.take = lambda frame: line.wire.say(to_frame(SEEN, 1, frame.number))  # type: ignore[method-assign] # one that is out of its mind
    with pytest.raises(NoAnswerError, match="no answer, sent 4 times"):
        await line.host.command(Command.SORT_VALID_ITEM)
