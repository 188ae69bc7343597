"""A recorded conversation is replayed strictly: the same words in the same turn, or an error."""

from __future__ import annotations

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock, wait_all_tasks_blocked

from drivers.esp32.controller import Controller
from drivers.esp32.dialect import Command
from drivers.esp32.serial_link import ByteLink
from drivers.ports import DeviceGoneError, NoAnswerError
from drivers.replay.links import RecordingLink, ReplayLink
from drivers.replay.transcript import Message, Speaker, TranscriptError, dump, load

PING = Message(Speaker.HOST, b"PING_RPI\n")
PONG = Message(Speaker.DEVICE, b"PONG_ESP32\n")
SORT = Message(Speaker.HOST, b"SORT_VALID_ITEM\n")
SORTED = [
    Message(Speaker.DEVICE, b"I (5) T: TX to RPi: [ACK_SORTED]\r\nACK_"),
    Message(Speaker.DEVICE, b"SORTED\n"),
]


async def test_says_its_lines_in_their_turn(autojump_clock: MockClock) -> None:
    link = ReplayLink([PING, PONG, SORT, *SORTED])
    await link.send(b"PING_RPI\n")
    assert await link.receive() == b"PONG_ESP32\n"
    await link.send(b"SORT_VALID_ITEM\n")
    assert not link.finished
    assert await link.receive() + await link.receive() == SORTED[0].data + SORTED[1].data
    assert link.finished


async def test_another_word_is_an_error(autojump_clock: MockClock) -> None:
    link = ReplayLink([PING])
    with pytest.raises(DeviceGoneError) as caught:
        await link.send(b"PINT_RPI\n")
    assert (
        str(caught.value)
        == link.trouble
        == ("line 1: the record has b'PING_RPI\\n' here, not b'PINT_RPI\\n'; see byte 4")
    )
    with pytest.raises(DeviceGoneError, match="line 1"):
        link.open()


async def test_a_word_too_many_is_an_error(autojump_clock: MockClock) -> None:
    link = ReplayLink([PING])
    await link.send(b"PING_RPI\n")
    with pytest.raises(DeviceGoneError, match="line 2: the record ends before it"):
        await link.send(b"PING_RPI\n")


async def test_what_was_never_said_is_named_by_its_line(autojump_clock: MockClock) -> None:
    link = ReplayLink([PING, PONG, SORT])
    await link.send(b"PING_RPI\n")
    await link.receive()
    assert link.trouble == "line 3: the host never said b'SORT_VALID_ITEM\\n'"


async def test_the_device_waits_for_its_turn(autojump_clock: MockClock) -> None:
    link = ReplayLink([PING, PONG])
    with trio.move_on_after(60) as scope:
        await link.receive()
    assert scope.cancelled_caught
    await link.send(b"PING_RPI\n")
    assert await link.receive() == PONG.data


async def test_the_host_waits_for_its_turn(autojump_clock: MockClock) -> None:
    link = ReplayLink([PONG, SORT])
    async with trio.open_nursery() as nursery:
        nursery.start_soon(link.send, b"SORT_VALID_ITEM\n")
        await wait_all_tasks_blocked()
        assert not link.finished
        assert await link.receive() == PONG.data
    assert link.finished


async def test_closing_wakes_whoever_waits(autojump_clock: MockClock) -> None:
    link = ReplayLink([PING])
    async with trio.open_nursery() as nursery:

        async def listen() -> None:
            with pytest.raises(DeviceGoneError):
                await link.receive()

        nursery.start_soon(listen)
        await wait_all_tasks_blocked()
        link.close()


async def test_the_real_driver_runs_on_a_record(autojump_clock: MockClock) -> None:
    async def connect() -> ByteLink:
        await trio.lowlevel.checkpoint()
        return ReplayLink([PING, PONG, SORT, *SORTED, SORT])

    controller = Controller(connect)
    async with controller.run():
        await controller.command(Command.SORT_VALID_ITEM)
        with pytest.raises(NoAnswerError):
            await controller.command(Command.SORT_VALID_ITEM)


async def test_a_recorder_writes_down_both_sides_in_order(autojump_clock: MockClock) -> None:
    record: list[Message] = []
    link = RecordingLink(ReplayLink([PING, PONG, SORT, *SORTED]), record)
    await link.send(b"PING_RPI\n")
    await link.receive()
    await link.send(b"SORT_VALID_ITEM\n")
    await link.receive()
    await link.receive()
    link.close()
    assert record == [PING, PONG, SORT, *SORTED]


@given(
    st.lists(st.builds(Message, st.sampled_from(list(Speaker)), st.binary(max_size=50)), max_size=9)
)
def test_a_stored_transcript_comes_back_equal(transcript: list[Message]) -> None:
    assert load(dump(transcript)) == transcript


@pytest.mark.parametrize(
    "line",
    ["", "nonsense", "[]", "{}", '{"from": "nobody", "data": ""}', '{"from": "host", "data": "%"}'],
)
def test_a_damaged_transcript_names_the_line(line: str) -> None:
    with pytest.raises(TranscriptError, match="line 2"):
        load(dump([PING]) + line + "\n")
