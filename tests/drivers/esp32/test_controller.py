"""One command outstanding, and an answer never mistaken: on a scripted wire, in virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from drivers.esp32.ascii_session import STRAGGLER_S
from drivers.esp32.controller import Controller, LinkTimings
from drivers.esp32.dialect import REPLY_TO, Command
from drivers.esp32.serial_link import ByteLink
from drivers.ports import DeviceGoneError, DriverError, NoAnswerError, WrongAnswerError

Script = Callable[[bytes], list[tuple[float, bytes]]]
"""From what the host wrote to what comes back, each after so many seconds."""


def answers(frame: bytes) -> bytes:
    command = Command(frame.decode().rstrip("\n").split(":", maxsplit=1)[0])
    return REPLY_TO[command].value.encode() + b"\n"


def obedient(frame: bytes) -> list[tuple[float, bytes]]:
    return [(0.0, answers(frame))]


class ScriptedLink:
    """A wire whose other end follows a script, one command after the other, as the firmware."""

    def __init__(self, script: Script, nursery: trio.Nursery) -> None:
        self.script = script
        self.heard: list[bytes] = []
        self.closed = False
        self._nursery = nursery
        self._to_host, self._from_device = trio.open_memory_channel[bytes](100)
        self._orders, self._work = trio.open_memory_channel[list[tuple[float, bytes]]](100)
        nursery.start_soon(self._firmware)

    async def _firmware(self) -> None:
        async for answer in self._work:
            for after_s, data in answer:
                await trio.sleep(after_s)
                self.say(data)

    def say(self, data: bytes) -> None:
        self._to_host.send_nowait(data)

    def unplug(self) -> None:
        self._to_host.close()

    async def receive(self) -> bytes:
        try:
            return await self._from_device.receive()
        except (trio.EndOfChannel, trio.ClosedResourceError) as gone:
            raise DeviceGoneError("unplugged") from gone

    async def send(self, data: bytes) -> None:
        await trio.lowlevel.checkpoint()
        self.heard.append(data)
        self._orders.send_nowait(self.script(data))

    def close(self) -> None:
        self.closed = True
        self._from_device.close()


class Device:
    """What the controller connects to: a new link each time, or an error."""

    def __init__(self, nursery: trio.Nursery) -> None:
        self._nursery = nursery
        self.script: Script = obedient
        self.links: list[ScriptedLink] = []
        self.attempts_at_s: list[float] = []
        self.refuses = ""

    async def connect(self) -> ByteLink:
        await trio.lowlevel.checkpoint()
        self.attempts_at_s.append(trio.current_time())
        if self.refuses:
            raise DeviceGoneError(self.refuses)
        self.links.append(ScriptedLink(self._follow, self._nursery))
        return self.links[-1]

    def _follow(self, frame: bytes) -> list[tuple[float, bytes]]:
        return self.script(frame)

    @property
    def heard(self) -> list[str]:
        return [frame.decode().rstrip("\n") for link in self.links for frame in link.heard]


@asynccontextmanager
async def running(
    nursery: trio.Nursery, timings: LinkTimings | None = None
) -> AsyncIterator[tuple[Controller, Device]]:
    device = Device(nursery)
    controller = Controller(device.connect, timings)
    async with controller.run():
        yield controller, device


async def test_pings_once_before_the_first_command(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    async with running(nursery) as (controller, device):
        await controller.command(Command.SLOT_OPEN)
        await controller.command(Command.SLOT_CLOSE)
    assert device.heard == ["PING_RPI", "SLOT_OPEN", "SLOT_CLOSE"]


async def test_settles_before_it_speaks_and_throws_away_what_it_hears(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    async with running(nursery) as (controller, device):
        await wait_all_tasks_blocked()
        device.links[0].say(b"rst:0x1 (POWERON_RESET)\nPONG_ESP32\nACK_SLOT_OPEN\nhalf a li")
        began_s = trio.current_time()
        await controller.command(Command.SLOT_OPEN)
        assert trio.current_time() - began_s == pytest.approx(2.0)
    assert device.heard == ["PING_RPI", "SLOT_OPEN"]


async def test_one_command_at_a_time(autojump_clock: MockClock, nursery: trio.Nursery) -> None:
    heard_at_s: list[float] = []

    def slowly(frame: bytes) -> list[tuple[float, bytes]]:
        heard_at_s.append(trio.current_time())
        return [(0.5, answers(frame))]

    async with running(nursery) as (controller, device):
        device.script = slowly
        async with trio.open_nursery() as callers:
            for _ in range(4):
                callers.start_soon(controller.command, Command.SLOT_OPEN)
    # Settling, a ping, then four commands, none before the one in front of it has its answer.
    assert heard_at_s == pytest.approx([2.0, 2.5, 3.0, 3.5, 4.0])


async def test_the_reading_of_another_sensor_is_no_answer(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    async with running(nursery) as (controller, device):
        await controller.command(Command.PING)
        device.script = lambda _: [(0.0, b"VALUE_BIN:412\n")]
        assert await controller.command(Command.READ_BIN) == 412
        with pytest.raises(WrongAnswerError, match="VALUE_BIN:412, not answer to READ_SCALE"):
            await controller.command(Command.READ_SCALE)


async def test_a_port_that_takes_nothing_is_closed_and_told(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    async with running(nursery) as (controller, device):
        await controller.command(Command.PING)

        async def refuse(data: bytes) -> None:
            await trio.lowlevel.checkpoint()
            raise DeviceGoneError(f"lost while writing {len(data)} bytes")

        link = device.links[0]
        link.send = refuse  # type: ignore[method-assign] # a port that was unplugged
        with pytest.raises(DeviceGoneError, match="lost while writing"):
            await controller.command(Command.SLOT_OPEN)
        assert link.closed


async def test_waits_past_log_lines_that_quote_the_answer(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    async with running(nursery) as (controller, device):
        await controller.command(Command.PING)
        device.script = lambda _: [
            (0.0, b"I (123) TAG: RX from RPi: [SORT_VALID_ITEM]\r\n"),
            (0.1, b"I (623) TAG: TX to RPi: [ACK_SORTED]\r\n"),
            (0.4, b"ACK_SOR"),
            (0.4, b"TED\n"),
        ]
        began_s = trio.current_time()
        await controller.command(Command.SORT_VALID_ITEM)
        assert trio.current_time() - began_s == pytest.approx(0.9)


async def test_a_log_line_alone_is_no_answer(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    async with running(nursery) as (controller, device):
        await controller.command(Command.PING)
        device.script = lambda _: [(0.1, b"I (623) TAG: TX to RPi: [ACK_SORTED]\r\n")]
        began_s = trio.current_time()
        with pytest.raises(NoAnswerError, match=r"SORT_VALID_ITEM: no ACK_SORTED within 3 s"):
            await controller.command(Command.SORT_VALID_ITEM)
        assert trio.current_time() - began_s == pytest.approx(3.0)


async def test_a_late_answer_is_never_taken_for_the_next_ones(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    async with running(nursery) as (controller, device):
        await controller.command(Command.PING)
        done: list[str] = []

        def slow_then_deaf(frame: bytes) -> list[tuple[float, bytes]]:
            done.append(frame.decode().rstrip())
            if frame == b"SORT_VALID_ITEM\n":
                # The first one is confirmed too late; the second one never.
                return [(4.0, answers(frame))] if done.count(done[-1]) == 1 else []
            return obedient(frame)

        device.script = slow_then_deaf
        for _ in range(2):
            with pytest.raises(NoAnswerError, match="no ACK_SORTED"):
                await controller.command(Command.SORT_VALID_ITEM)
        assert done == ["SORT_VALID_ITEM", "PING_RPI", "SORT_VALID_ITEM"]


async def test_a_doubled_answer_is_never_taken_for_the_next_ones(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    async with running(nursery) as (controller, device):
        await controller.command(Command.PING)
        device.script = lambda frame: [(0.0, answers(frame)), (0.1, answers(frame))]
        await controller.command(Command.SORT_VALID_ITEM)
        await trio.sleep(1)
        device.script = lambda frame: [] if frame.startswith(b"SORT") else obedient(frame)
        with pytest.raises(NoAnswerError):
            await controller.command(Command.SORT_VALID_ITEM)
        assert device.heard[-2:] == ["PING_RPI", "SORT_VALID_ITEM"]


async def test_a_cancelled_commands_answer_is_never_taken_for_the_next_ones(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    async with running(nursery) as (controller, device):
        await controller.command(Command.PING)
        device.script = lambda frame: [(0.5, answers(frame))]
        with trio.move_on_after(0.1):
            await controller.command(Command.RETURN_REJECTED_ITEM)
        device.script = obedient
        began_s = trio.current_time()
        await controller.command(Command.RETURN_REJECTED_ITEM)
        assert device.heard[-3:] == ["RETURN_REJECTED_ITEM", "PING_RPI", "RETURN_REJECTED_ITEM"]
        assert trio.current_time() - began_s == pytest.approx(0.4)


async def test_a_wrong_answer_is_told_at_once_and_sorted_out_before_the_next(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    async with running(nursery) as (controller, device):
        await controller.command(Command.PING)
        device.script = lambda _: [(0.0, b"ACK_SLOT_CLOSED\n")]
        with pytest.raises(WrongAnswerError, match="answered ACK_SLOT_CLOSED, not ACK_SORTED"):
            await controller.command(Command.SORT_VALID_ITEM)
        device.script = obedient
        await controller.command(Command.SORT_VALID_ITEM)
        assert device.heard[-2:] == ["PING_RPI", "SORT_VALID_ITEM"]


async def test_an_unknown_command_is_told(autojump_clock: MockClock, nursery: trio.Nursery) -> None:
    async with running(nursery) as (controller, device):
        await controller.command(Command.PING)
        device.script = lambda _: [(0.0, b"UNKNOWN_CMD_ESP\n")]
        with pytest.raises(WrongAnswerError, match="does not know"):
            await controller.command(Command.SLOT_OPEN)


async def test_a_ping_that_ran_into_the_command_before_it_is_sent_again_at_once(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    async with running(nursery) as (controller, device):
        await controller.command(Command.PING)
        device.script = lambda _: []
        with trio.move_on_after(0.05):
            await controller.command(Command.SLOT_OPEN)
        replies = iter([b"UNKNOWN_CMD_ESP\n", b"PONG_ESP32\n", b"ACK_SLOT_CLOSED\n"])
        device.script = lambda _: [(0.0, next(replies))]
        began_s = trio.current_time()
        await controller.command(Command.SLOT_CLOSE)
        assert trio.current_time() == began_s
        assert device.heard[-3:] == ["PING_RPI", "PING_RPI", "SLOT_CLOSE"]


async def test_a_command_waits_for_the_pong_that_a_cancelled_ping_still_owes(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    """What is sent while the controller reads a ping is taken for a part of it, and not done."""
    async with running(nursery) as (controller, device):
        await controller.command(Command.PING)
        device.script = lambda frame: [(0.02, answers(frame))]
        with trio.move_on_after(0.01):
            await controller.command(Command.PING)
        began_s = trio.current_time()
        await controller.command(Command.SLOT_OPEN)
        assert device.heard[-3:] == ["PING_RPI", "PING_RPI", "SLOT_OPEN"]
        assert trio.current_time() - began_s == pytest.approx(0.01 + 0.02 + 0.02)


async def test_an_answer_that_never_comes_holds_the_next_command_up_for_a_moment_only(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    async with running(nursery) as (controller, device):
        await controller.command(Command.PING)
        device.script = lambda _: []
        with trio.move_on_after(0.01):
            await controller.command(Command.PING)
        device.script = obedient
        began_s = trio.current_time()
        await controller.command(Command.SLOT_OPEN)
        assert trio.current_time() - began_s == pytest.approx(STRAGGLER_S)
        await controller.command(Command.SLOT_CLOSE)
        assert trio.current_time() - began_s == pytest.approx(STRAGGLER_S)


async def test_a_stale_pong_does_no_harm(autojump_clock: MockClock, nursery: trio.Nursery) -> None:
    async with running(nursery) as (controller, device):
        await controller.command(Command.PING)
        device.links[0].say(b"PONG_ESP32\n")
        await trio.sleep(0.1)
        device.script = lambda frame: [(0.0, b"PONG_ESP32\n"), (0.1, answers(frame))]
        await controller.command(Command.SLOT_OPEN)
        assert device.heard == ["PING_RPI", "PING_RPI", "SLOT_OPEN"]


async def test_gives_up_on_a_silent_controller_after_two_pings(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    async with running(nursery) as (controller, device):
        device.script = lambda _: []
        began_s = trio.current_time()
        with pytest.raises(NoAnswerError, match="PING_RPI"):
            await controller.command(Command.SORT_VALID_ITEM)
        assert trio.current_time() - began_s == pytest.approx(2.0 + 2 * 3.0)
        assert device.heard == ["PING_RPI", "PING_RPI"]


async def test_a_ping_lost_on_the_way_is_sent_again(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    async with running(nursery) as (controller, device):
        device.script = lambda frame: [] if len(device.heard) == 1 else obedient(frame)
        await controller.command(Command.SORT_VALID_ITEM)
        assert device.heard == ["PING_RPI", "PING_RPI", "SORT_VALID_ITEM"]


async def test_unplugged_in_the_middle_ends_the_command_at_once(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    async with running(nursery) as (controller, device):
        await controller.command(Command.PING)
        device.script = lambda _: []
        began_s = trio.current_time()

        async def pull_the_cable() -> None:
            await trio.sleep(0.25)
            device.refuses = "no such port"
            device.links[0].unplug()

        nursery.start_soon(pull_the_cable)
        with pytest.raises(DeviceGoneError, match="unplugged"):
            await controller.command(Command.SORT_VALID_ITEM)
        assert trio.current_time() - began_s == pytest.approx(0.25)
        assert not controller.connected


async def test_without_a_port_a_command_fails_at_once_with_the_reason(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    async with running(nursery) as (controller, device):
        device.refuses = "/dev/ttyUSB0: in use by another process"
        with pytest.raises(DeviceGoneError, match="in use by another process"):
            await controller.command(Command.PING)
        began_s = trio.current_time()
        with pytest.raises(DeviceGoneError, match="in use by another process"):
            await controller.command(Command.PING)
        assert trio.current_time() == began_s


async def test_tries_again_with_a_back_off_that_has_a_cap(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    async with running(nursery) as (_, device):
        device.refuses = "not there"
        await trio.sleep(40)
        waits = [
            b - a for a, b in zip(device.attempts_at_s, device.attempts_at_s[1:], strict=False)
        ]
        assert waits[:5] == pytest.approx([0.2, 0.4, 0.8, 1.6, 3.2])
        assert waits[5:] == pytest.approx([5.0] * len(waits[5:]))
        assert len(waits) > 8


async def test_a_wire_that_is_pulled_and_put_back_heals(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    async with running(nursery) as (controller, device):
        await controller.command(Command.PING)
        device.links[0].unplug()
        await wait_all_tasks_blocked()
        assert device.links[0].closed
        await trio.sleep(3)
        await controller.command(Command.SORT_VALID_ITEM)
        assert [frame.decode() for frame in device.links[1].heard] == [
            "PING_RPI\n",
            "SORT_VALID_ITEM\n",
        ]


async def test_a_port_that_somebody_else_held_heals(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    async with running(nursery) as (controller, device):
        device.refuses = "locked"
        await trio.sleep(10)
        device.refuses = ""
        await trio.sleep(10)
        await controller.command(Command.SORT_VALID_ITEM)


@pytest.mark.parametrize("cut", range(1, len(b"ACK_SORTED\n")))
async def test_unplugged_at_every_byte_of_a_reply_is_gone_and_leaves_nothing_behind(
    autojump_clock: MockClock, nursery: trio.Nursery, cut: int
) -> None:
    async with running(nursery) as (controller, device):
        await controller.command(Command.PING)
        device.script = lambda _: [(0.0, b"ACK_SORTED\n"[:cut])]

        async def pull_the_cable() -> None:
            await trio.sleep(0.1)
            device.links[0].unplug()

        nursery.start_soon(pull_the_cable)
        with pytest.raises(DeviceGoneError):
            await controller.command(Command.SORT_VALID_ITEM)
        # The rest of the reply comes over the new connection: it must complete nothing.
        device.script = lambda frame: (
            obedient(frame) if frame.startswith(b"PING") else [(0.0, b"ACK_SORTED\n"[cut:])]
        )
        await trio.sleep(3)
        with pytest.raises(NoAnswerError):
            await controller.command(Command.SORT_VALID_ITEM)


async def test_leaving_closes_the_port_and_ends_waiting_commands(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    failures: list[DriverError] = []

    async def ask(controller: Controller) -> None:
        try:
            await controller.command(Command.SORT_VALID_ITEM)
        except DriverError as failure:
            failures.append(failure)

    async with running(nursery) as (controller, device):
        await controller.command(Command.PING)
        device.script = lambda _: []
        nursery.start_soon(ask, controller)
        await wait_all_tasks_blocked()
    await wait_all_tasks_blocked()
    assert device.links[0].closed
    assert [type(failure) for failure in failures] == [DeviceGoneError]
