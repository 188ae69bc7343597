"""The driver says today what it said when each transcript was recorded, word for word.

Put what `rvm-edge serial record` wrote on a real machine into `tests/drivers/transcripts`: from
then on a driver that would say anything else to that machine fails here.
"""

from __future__ import annotations

from itertools import chain, repeat
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from drivers.esp32.controller import Controller, LinkTimings
from drivers.esp32.dialect import Command
from drivers.esp32.frames import FrameParser
from drivers.esp32.serial_link import ByteLink
from drivers.esp32.timings import Dialect
from drivers.ports import DriverError
from drivers.replay.links import ReplayLink
from drivers.replay.transcript import Message, Speaker, load

RECORDED = {
    path.stem: load(path.read_text(encoding="ascii"))
    for path in sorted((Path(__file__).parents[1] / "transcripts").glob("*.jsonl"))
}
QUIET = LinkTimings(heartbeat_s=float("inf"))
"""As it was recorded: without a heartbeat."""


def said_by_host(transcript: list[Message]) -> list[bytes]:
    return [message.data for message in transcript if message.speaker is Speaker.HOST]


async def replay(transcript: list[Message]) -> tuple[str, int]:
    """Ask as often as the recorder may have; return what was not as recorded, and the answers."""
    link = ReplayLink(transcript)
    greetings = [frame for data in said_by_host(transcript) for frame in FrameParser().feed(data)]
    sessions = dict.fromkeys(frame.session for frame in greetings)

    async def connect() -> ByteLink:
        await trio.lowlevel.checkpoint()
        return link.open()

    controller = Controller(
        connect,
        QUIET,
        Dialect.AUTO if greetings else Dialect.ASCII,
        session_number=chain(sessions, repeat(0)).__next__,
    )
    answered = 0
    async with controller.run():
        for _ in range(len(transcript)):
            if link.finished:
                break
            try:
                await controller.command(Command.PING)
                answered += 1
            except DriverError:
                continue
    return link.trouble, answered


def flipped(data: bytes, at: int) -> bytes:
    """Return `data` with one bit of one byte flipped, which a checksum sees and a zero survives."""
    return data[:at] + bytes([data[at] ^ 0x02]) + data[at + 1 :]


@pytest.mark.parametrize("name", RECORDED)
async def test_the_driver_still_says_what_was_recorded(
    autojump_clock: MockClock, name: str
) -> None:
    trouble, answered = await replay(RECORDED[name])
    assert trouble == ""
    assert answered >= 3


@pytest.mark.parametrize("name", RECORDED)
async def test_a_driver_that_says_anything_else_is_caught(
    autojump_clock: MockClock, name: str
) -> None:
    for at, said in enumerate(RECORDED[name]):
        if said.speaker is Speaker.DEVICE or said.data == RECORDED[name][0].data:
            continue
        for byte in range(len(said.data)):
            transcript = list(RECORDED[name])
            transcript[at] = Message(Speaker.HOST, flipped(said.data, byte))
            trouble, _ = await replay(transcript)
            assert trouble.startswith(f"line {at + 1}: the record has "), trouble
            assert trouble.endswith(f"; see byte {byte + 1}")


@pytest.mark.parametrize("name", RECORDED)
async def test_an_answer_that_was_another_one_is_caught(
    autojump_clock: MockClock, name: str
) -> None:
    record = RECORDED[name]
    as_it_was = await replay(record)
    answers = [at for at in range(2, len(record) - 1) if record[at + 1].speaker is Speaker.HOST]
    for at in answers:
        if record[at].speaker is Speaker.DEVICE:
            transcript = list(record)
            data = record[at].data
            transcript[at] = Message(Speaker.DEVICE, flipped(data, len(data) - 2))
            trouble, answered = await replay(transcript)
            assert (trouble, answered) != as_it_was
            # In ASCII the ping that is sent again looks like the one that was recorded next.
            assert trouble.startswith("line ") or answered < as_it_was[1]


async def test_a_record_of_a_silent_controller_is_replayed_too(autojump_clock: MockClock) -> None:
    silent = [Message(Speaker.HOST, b"PING_RPI\n")] * 6
    assert await replay(silent) == ("", 0)


def test_there_is_one_of_every_dialect() -> None:
    assert len(RECORDED) >= 3
