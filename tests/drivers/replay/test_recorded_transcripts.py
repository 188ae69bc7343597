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


async def replay(transcript: list[Message]) -> tuple[bool, int]:
    """Ask as often as the recorder may have, and return whether it all fell out as recorded."""
    link = ReplayLink(transcript)
    greetings = [frame for data in said_by_host(transcript) for frame in FrameParser().feed(data)]
    sessions = dict.fromkeys(frame.session for frame in greetings)

    async def connect() -> ByteLink:
        await trio.lowlevel.checkpoint()
        return link

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
    return link.finished, answered


@pytest.mark.parametrize("name", RECORDED)
async def test_the_driver_still_says_what_was_recorded(
    autojump_clock: MockClock, name: str
) -> None:
    finished, answered = await replay(RECORDED[name])
    assert finished
    assert answered >= 3


@pytest.mark.parametrize("name", RECORDED)
async def test_a_driver_that_says_anything_else_is_caught(
    autojump_clock: MockClock, name: str
) -> None:
    transcript = list(RECORDED[name])
    last = max(at for at, said in enumerate(transcript) if said.speaker is Speaker.HOST)
    other = transcript[last].data.replace(b"PING", b"PONG").replace(b"\x06\x02", b"\x06\x03")
    assert other != transcript[last].data
    transcript[last] = Message(Speaker.HOST, other)
    finished, _ = await replay(transcript)
    assert not finished


def test_there_is_one_of_every_dialect() -> None:
    assert len(RECORDED) >= 3
