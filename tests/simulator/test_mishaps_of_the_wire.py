"""What may happen to a serial line, over a real pty, each in both dialects."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trio
import trio.lowlevel

from drivers.esp32.controller import Controller, LinkTimings
from drivers.esp32.dialect import Command
from drivers.esp32.serial_link import ByteLink, open_serial
from drivers.esp32.timings import Dialect
from drivers.ports import DeviceGoneError, DriverError, NoAnswerError
from rvm_edge.simulator.esp32 import Esp32
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.timings import INSTANT
from rvm_edge.simulator.truth import Fate, Specimen
from rvm_edge.simulator.world import World

LINK = LinkTimings(ack_s=2.0, settle_s=0.02, retry_first_s=0.01, retry_cap_s=0.05)
WITHIN_S = 20.0


@dataclass
class Meddler:
    """What becomes of the bytes that the controller sends.

    Attributes:
        before: stands in front of whatever comes, once for each reading.
        piecemeal: whether they come one by one.
    """

    before: bytes = b""
    piecemeal: bool = False


@dataclass
class MeddledLink:
    """`ByteLink` with somebody on the line."""

    link: ByteLink
    meddler: Meddler
    waiting: bytearray = field(default_factory=bytearray)

    async def receive(self) -> bytes:
        if not self.waiting:
            self.waiting += await self.link.receive()
            self.waiting[:0] = self.meddler.before
        else:
            await trio.lowlevel.checkpoint()
        count = 1 if self.meddler.piecemeal else len(self.waiting)
        some = bytes(self.waiting[:count])
        del self.waiting[:count]
        return some

    async def send(self, data: bytes) -> None:
        await self.link.send(data)

    def close(self) -> None:
        self.link.close()


@dataclass
class Machine:
    world: World
    path: Path
    controller: Controller
    meddler: Meddler

    async def until_gone(self, because: str = "") -> None:
        """Return once a command says that the controller is gone, and why."""
        with trio.fail_after(WITHIN_S):
            while True:
                try:
                    await self.controller.command(Command.PING)
                except DeviceGoneError as gone:
                    if because in str(gone):
                        return
                await trio.sleep(0.01)

    async def until_it_works(self) -> None:
        with trio.fail_after(WITHIN_S):
            while True:
                try:
                    await self.controller.command(Command.PING)
                except DriverError:
                    await trio.sleep(0.01)
                else:
                    return


@pytest.fixture(params=[Dialect.ASCII, Dialect.FRAMED], ids=["ascii", "framed"])
async def machine(
    request: pytest.FixtureRequest, tmp_path: Path, nursery: trio.Nursery
) -> AsyncIterator[Machine]:
    world, meddler = World(INSTANT), Meddler()
    path = await nursery.start(Esp32(world, tmp_path / "ttyESP32").run)

    async def connect() -> ByteLink:
        return MeddledLink(await open_serial(str(path)), meddler)

    controller = Controller(connect, LINK, request.param)
    async with controller.run():
        found = Machine(world, path, controller, meddler)
        await found.until_it_works()
        yield found


async def test_unplugged_it_is_gone_and_says_so_at_once(machine: Machine) -> None:
    machine.world.inject(Fault.UNPLUGGED)
    await machine.until_gone()


async def test_plugged_in_again_it_works(machine: Machine) -> None:
    for _ in range(3):
        machine.world.inject(Fault.UNPLUGGED)
        await machine.until_gone()
        machine.world.clear()
        await machine.until_it_works()
    await machine.controller.command(Command.LIGHT_ON)
    assert machine.world.light_is_on


async def test_a_port_that_somebody_else_holds_is_told_and_heals(machine: Machine) -> None:
    machine.world.inject(Fault.UNPLUGGED)
    await machine.until_gone()
    machine.world.clear()
    thief = await _first_at(machine.path)
    try:
        await machine.until_gone("in use by another process")
    finally:
        thief.close()
    await machine.until_it_works()


async def _first_at(path: Path) -> ByteLink:
    """Open the port, and hold it; the driver may have been faster, and then gives it up again."""
    with trio.fail_after(WITHIN_S):
        while True:
            try:
                return await open_serial(str(path))
            except DeviceGoneError:
                await trio.lowlevel.checkpoint()


async def test_a_reboot_in_the_middle_is_told_and_nothing_is_done_again(
    machine: Machine, bottle: Specimen
) -> None:
    await machine.controller.command(Command.SLOT_OPEN)
    item = machine.world.insert(bottle)
    await machine.controller.command(Command.SLOT_CLOSE)
    machine.world.inject(Fault.CONTROLLER_RESETS, times=1)
    with pytest.raises(NoAnswerError):
        await machine.controller.command(Command.SORT_VALID_ITEM)
    assert machine.world.audit().motor_runs == 0
    await machine.controller.command(Command.SORT_VALID_ITEM)
    assert machine.world.item(item.number).fate is Fate.DROPPED
    assert machine.world.audit().motor_runs == 1


@pytest.mark.parametrize(
    "noise",
    [
        b"I (123) RVM_ESP32: TX to RPi: [ACK_SORTED]\r\n",
        b"W (9) wifi: \xe2\x9a\xa0 beacon lost\r\n" * 40,
        b"ets Jul 29 2019 12:21:46\r\nrst:0x1 (POWERON_RESET)\r\n",
    ],
    ids=["quotes-an-answer", "a-flood", "boot-messages"],
)
async def test_log_noise_between_the_answers_is_never_noticed(
    machine: Machine, noise: bytes
) -> None:
    machine.meddler.before = noise
    for _ in range(3):
        await machine.controller.command(Command.SLOT_OPEN)
        await machine.controller.command(Command.SLOT_CLOSE)
    assert machine.world.gate_is_closed
    assert machine.world.audit().motor_runs == 0


async def test_answers_that_come_byte_by_byte_are_whole_in_the_end(machine: Machine) -> None:
    machine.meddler.piecemeal = True
    await machine.controller.command(Command.LIGHT_ON)
    assert machine.world.light_is_on
    assert await machine.controller.command(Command.READ_SLOT) == 0


@pytest.mark.parametrize(
    "garbage",
    [b"\xff\x00\x03", b"\x00\x00\x00", b"ACK_SOR", bytes(range(256)) * 3],
    ids=["a-few-bytes", "zeros", "half-an-answer", "every-byte"],
)
async def test_garbage_proves_nothing_and_is_got_over(machine: Machine, garbage: bytes) -> None:
    """It may cost an answer, and never is one: what was confirmed was done."""
    machine.meddler.before = garbage
    runs, confirmed = machine.world.audit().motor_runs, 0
    with trio.move_on_after(1.0):
        try:
            await machine.controller.command(Command.SORT_VALID_ITEM)
            confirmed = 1
        except DriverError:
            pass
    assert machine.world.audit().motor_runs - runs >= confirmed
    machine.meddler.before = b""
    await machine.until_it_works()
    await machine.controller.command(Command.LIGHT_ON)
    assert machine.world.light_is_on
