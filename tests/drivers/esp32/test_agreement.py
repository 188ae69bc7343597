"""Which dialect is spoken is found out at the door, by asking in frames first."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import trio
from trio.testing import MockClock

from drivers.esp32.controller import Controller, LinkTimings
from drivers.esp32.dialect import Command
from drivers.esp32.framed_dialect import Kind
from drivers.esp32.frames import FrameParser
from drivers.esp32.serial_link import ByteLink
from drivers.esp32.timings import Dialect
from drivers.ports import DeviceGoneError, NoAnswerError
from tests.drivers.esp32.lossy_wire import LossyWire

LINK = LinkTimings(settle_s=0.0)


class AsciiFirmware:
    """`ByteLink` to a controller that knows lines alone.

    Attributes:
        on_frame: what it answers to a frame.
        deaf: whether it answers nothing at all, as one that boots.
        heard: what was said to it.
    """

    def __init__(self, on_frame: bytes) -> None:
        self.on_frame = on_frame
        self.deaf = False
        self.heard: list[bytes] = []
        self._to_host, self._from_device = trio.open_memory_channel[bytes](100)

    async def send(self, data: bytes) -> None:
        await trio.lowlevel.checkpoint()
        self.heard.append(data)
        if self.deaf:
            return
        answer = self.on_frame if 0 in data else _answer(data)
        if answer:
            self._to_host.send_nowait(answer)

    async def receive(self) -> bytes:
        try:
            return await self._from_device.receive()
        except (trio.EndOfChannel, trio.ClosedResourceError) as gone:
            raise DeviceGoneError("unplugged") from gone

    def close(self) -> None:
        self._to_host.close()


def _answer(line: bytes) -> bytes:
    return {b"PING_RPI\n": b"PONG_ESP32\n", b"SLOT_OPEN\n": b"ACK_SLOT_OPEN\n"}[line]


@asynccontextmanager
async def talking(open_link: Callable[[], ByteLink], dialect: Dialect) -> AsyncIterator[Controller]:
    async def connect() -> ByteLink:
        await trio.lowlevel.checkpoint()
        return open_link()

    controller = Controller(connect, LINK, dialect, session_number=lambda: 7)
    async with controller.run():
        yield controller


async def test_a_controller_that_does_not_know_frames_is_spoken_to_in_ascii(
    autojump_clock: MockClock,
) -> None:
    device = AsciiFirmware(on_frame=b"I (5) T: RX from RPi: [?]\r\nUNKNOWN_CMD_ESP\n")
    async with talking(lambda: device, Dialect.AUTO) as controller:
        began_s = trio.current_time()
        await controller.command(Command.SLOT_OPEN)
        assert trio.current_time() == began_s
    assert device.heard[1:] == [b"PING_RPI\n", b"SLOT_OPEN\n"]


async def test_one_that_ignores_frames_costs_a_second(autojump_clock: MockClock) -> None:
    device = AsciiFirmware(on_frame=b"")
    async with talking(lambda: device, Dialect.AUTO) as controller:
        began_s = trio.current_time()
        await controller.command(Command.SLOT_OPEN)
        assert trio.current_time() - began_s == pytest.approx(4 * LINK.frame_s)
    assert device.heard[4:] == [b"PING_RPI\n", b"SLOT_OPEN\n"]


async def test_one_that_welcomes_its_host_is_spoken_to_in_frames(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    wire = LossyWire(nursery)
    async with talking(lambda: wire, Dialect.AUTO) as controller:
        await controller.command(Command.SLOT_OPEN)
    assert [frame.kind for frame in wire.sent] == [Kind.HELLO, Kind.ORDER]


async def test_told_to_speak_ascii_it_sends_no_frame(autojump_clock: MockClock) -> None:
    device = AsciiFirmware(on_frame=b"UNKNOWN_CMD_ESP\n")
    async with talking(lambda: device, Dialect.ASCII) as controller:
        await controller.command(Command.SLOT_OPEN)
    assert device.heard == [b"PING_RPI\n", b"SLOT_OPEN\n"]


@pytest.mark.parametrize("answer", [b"", b"UNKNOWN_CMD_ESP\n"])
async def test_told_to_speak_frames_it_says_no_line(
    autojump_clock: MockClock, answer: bytes
) -> None:
    device = AsciiFirmware(on_frame=answer)
    async with talking(lambda: device, Dialect.FRAMED) as controller:
        with pytest.raises(DeviceGoneError, match="does not speak the framed dialect"):
            await controller.command(Command.SLOT_OPEN)
    assert all(len(FrameParser().feed(data)) == 1 for data in device.heard)


async def test_one_that_was_still_booting_is_greeted_again(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    booting, awake = AsciiFirmware(on_frame=b""), LossyWire(nursery)
    booting.deaf = True
    links: list[ByteLink] = [booting, awake]
    async with talking(lambda: links.pop(0), Dialect.AUTO) as controller:
        with pytest.raises(NoAnswerError):
            await controller.command(Command.SLOT_OPEN)
        await trio.sleep(1)
        await controller.command(Command.SLOT_OPEN)
    assert len(awake.done) == 1
