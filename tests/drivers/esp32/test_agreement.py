"""Which dialect is spoken is found out at the door, by asking in frames first."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import trio
from trio.testing import MockClock

from drivers.esp32.controller import Controller, LinkTimings
from drivers.esp32.dialect import Command
from drivers.esp32.framed_dialect import Kind
from drivers.esp32.frames import Frame, FrameParser
from drivers.esp32.ports import Esp32Wire
from drivers.esp32.serial_link import ByteLink
from drivers.esp32.timings import Dialect
from drivers.ports import DeviceGoneError, DriverError, NoAnswerError
from tests.drivers.esp32.lossy_wire import Fate, LossyWire

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


async def test_one_that_ignores_frames_costs_two_seconds_once(autojump_clock: MockClock) -> None:
    device = AsciiFirmware(on_frame=b"")
    async with talking(lambda: device, Dialect.AUTO) as controller:
        began_s = trio.current_time()
        await controller.command(Command.SLOT_OPEN)
        assert trio.current_time() - began_s == pytest.approx(8 * LINK.frame_s)
        await controller.command(Command.SLOT_OPEN)
    lines = [data for data in device.heard if 0 not in data]
    assert lines == [b"PING_RPI\n", b"PING_RPI\n", b"SLOT_OPEN\n", b"SLOT_OPEN\n"]
    assert device.heard[-3:] == lines[-3:]


class LateFirmware(LossyWire):
    """One that knows lines and frames, and boots until `awake_at_s`.

    Attributes:
        lines: it has understood.
    """

    awake_at_s = 0.0
    lines: list[bytes]

    async def send(self, data: bytes) -> None:
        await trio.lowlevel.checkpoint()
        if trio.current_time() < self.awake_at_s:
            return
        if 0 in data:
            await super().send(data)
        else:
            self.lines.append(data)
            self._to_host.send_nowait(_answer(data))


@pytest.mark.parametrize("boots_s", [0.9, 1.1, 2.5, 3.9, 5.0])
async def test_one_that_boots_for_seconds_is_spoken_to_in_frames_once_it_is_up(
    autojump_clock: MockClock, nursery: trio.Nursery, boots_s: float
) -> None:
    wires = [LateFirmware(nursery) for _ in range(2)]
    for wire in wires:
        wire.awake_at_s, wire.lines = trio.current_time() + boots_s, []
    left = iter(wires)
    async with talking(lambda: next(left), Dialect.AUTO) as controller:
        with contextlib.suppress(NoAnswerError):
            await controller.command(Command.SLOT_OPEN)
        await trio.sleep(1)
        await controller.command(Command.SLOT_CLOSE)
        assert controller.spoken is Dialect.FRAMED
    done = [order.command for wire in wires for order in wire.done]
    assert done[-1] is Command.SLOT_CLOSE
    assert {data for wire in wires for data in wire.lines} <= {b"PING_RPI\n"}


@pytest.mark.parametrize("dialect", [Dialect.AUTO, Dialect.FRAMED])
async def test_one_that_knows_frames_alone_and_boots_whenever_it_is_opened_comes_up(
    autojump_clock: MockClock, nursery: trio.Nursery, dialect: Dialect
) -> None:
    awake_at_s = 0.0

    class FramesAlone(LossyWire):
        async def send(self, data: bytes) -> None:
            if trio.current_time() >= awake_at_s and 0 in data:
                await super().send(data)

    def boot() -> ByteLink:
        nonlocal awake_at_s
        awake_at_s = trio.current_time() + 7
        return FramesAlone(nursery)

    async with talking(boot, dialect) as controller:
        with trio.fail_after(30):
            while controller.spoken is None:
                await trio.sleep(0.1)
                with contextlib.suppress(DriverError):
                    await controller.command(Command.SLOT_OPEN)
        assert controller.spoken is Dialect.FRAMED


async def test_a_late_one_that_knows_lines_alone_meets_one_more_frame(
    autojump_clock: MockClock,
) -> None:
    device = AsciiFirmware(on_frame=b"UNKNOWN_CMD_ESP\n")
    device.deaf = True

    async def boot() -> None:
        await trio.sleep(2)
        device.deaf = False

    async with talking(lambda: device, Dialect.AUTO) as controller, trio.open_nursery() as nursery:
        nursery.start_soon(boot)
        for _ in range(3):
            await controller.command(Command.SLOT_OPEN)
        assert controller.spoken is Dialect.ASCII
    ping, slot = b"PING_RPI\n", b"SLOT_OPEN\n"
    said = [data if 0 not in data else b"hello" for data in device.heard]
    assert said[4:] == [ping, ping, b"hello", ping, slot, slot, slot]


async def test_a_welcome_that_comes_late_is_taken_all_the_same(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    """A firmware in a session hears no line: pinged, it would be silent until its dead-man."""

    class Slow(LossyWire):
        def say(self, frame: Frame) -> None:
            self.nursery.start_soon(self._say_late, frame)

        async def _say_late(self, frame: Frame) -> None:
            await trio.sleep(1.1 if frame.kind == Kind.WELCOME else 0)
            super().say(frame)

    wire = Slow(nursery)
    async with talking(lambda: wire, Dialect.AUTO) as controller:
        await trio.sleep(2)
        began_s = trio.current_time()
        await controller.command(Command.SLOT_OPEN)
        assert trio.current_time() - began_s < LINK.frame_s
        assert controller.spoken is Dialect.FRAMED


async def test_a_port_that_is_lost_while_it_is_greeted_once_more_says_so(
    autojump_clock: MockClock,
) -> None:
    device = AsciiFirmware(on_frame=b"")
    async with talking(lambda: device, Dialect.AUTO) as controller, trio.open_nursery() as nursery:

        async def unplug() -> None:
            await trio.sleep(1.1)
            device.close()

        nursery.start_soon(unplug)
        with pytest.raises(DeviceGoneError, match="unplugged"):
            await controller.command(Command.SLOT_OPEN)
        assert controller.spoken is None


async def test_what_is_spoken_is_known_once_it_is_answered(autojump_clock: MockClock) -> None:
    device = AsciiFirmware(on_frame=b"")
    async with talking(lambda: device, Dialect.ASCII) as controller:
        await trio.sleep(1)
        assert (controller.spoken, Esp32Wire(controller).dialect) == (None, "")
        await controller.command(Command.PING)
        assert (controller.spoken, Esp32Wire(controller).dialect) == (Dialect.ASCII, "ascii")
        device.deaf = True
        for _ in range(2):
            with pytest.raises(NoAnswerError):
                await controller.command(Command.PING)
        assert controller.spoken is None


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
        if not answer:
            with pytest.raises(DeviceGoneError, match="firmware does not answer yet"):
                await controller.command(Command.SLOT_OPEN)
            await trio.sleep(LINK.boot_s - LINK.ack_s + 0.1)
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


async def test_while_it_is_called_again_it_is_said_to_be_silent_not_unplugged(
    autojump_clock: MockClock,
) -> None:
    device = AsciiFirmware(on_frame=b"")
    device.deaf = True
    async with talking(lambda: device, Dialect.AUTO) as controller:
        with pytest.raises(NoAnswerError):
            await controller.command(Command.SLOT_OPEN)
        await trio.sleep(0.1)
        with pytest.raises(DeviceGoneError, match="PING_RPI: no PONG_ESP32 within 3 s"):
            await controller.command(Command.SLOT_OPEN)


async def test_one_that_has_another_firmware_since_is_greeted_again(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    """It was written over its own wire, and the port to the host stayed as it was."""
    framed, older, newer = LossyWire(nursery), AsciiFirmware(on_frame=b""), LossyWire(nursery)
    links: list[ByteLink] = [framed, older, newer]
    async with talking(lambda: links.pop(0), Dialect.AUTO) as controller:
        await controller.command(Command.SLOT_OPEN)
        framed.fate = lambda: Fate.IS_LOST
        for _ in range(2):
            with pytest.raises(NoAnswerError):
                await controller.command(Command.SLOT_OPEN)
        await trio.sleep(2)
        await controller.command(Command.SLOT_OPEN)
        older.deaf = True
        for _ in range(2):
            with pytest.raises(NoAnswerError):
                await controller.command(Command.SLOT_OPEN)
        await trio.sleep(2)
        await controller.command(Command.SLOT_OPEN)
    assert older.heard[-3:] == [b"SLOT_OPEN\n", b"PING_RPI\n", b"PING_RPI\n"]
    assert len(newer.done) == 1


async def test_no_session_has_the_number_of_the_one_before(
    autojump_clock: MockClock, nursery: trio.Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A controller takes that for the same session, and for done what it did in that one."""
    monkeypatch.setattr(secrets, "randbelow", lambda most: most - 1)
    wires = [LossyWire(nursery) for _ in range(3)]
    left = iter(wires)

    async def connect() -> ByteLink:
        await trio.lowlevel.checkpoint()
        wire = next(left, None)
        if wire is None:
            raise DeviceGoneError("unplugged")
        return wire

    async with Controller(connect, LINK, Dialect.FRAMED).run() as controller:
        for wire in wires:
            await controller.command(Command.PING)
            wire.close()
            await trio.sleep(2)
    first, second, third = (wire.sent[0].session for wire in wires)
    assert first != second != third


async def test_a_wire_that_takes_nothing_holds_nobody_up(autojump_clock: MockClock) -> None:
    class Stuck(AsciiFirmware):
        async def send(self, data: bytes) -> None:  # noqa: ARG002 - it takes none of it
            await trio.sleep_forever()

    async with talking(lambda: Stuck(on_frame=b""), Dialect.AUTO) as controller:
        with pytest.raises(NoAnswerError), trio.fail_after(60):
            await controller.command(Command.PING)
