"""The ESP32 on its pty, spoken to in frames: dead-man, restarts, sensors and faults."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
import trio
from msgspec.structs import replace

from drivers.esp32.controller import Controller, LinkTimings
from drivers.esp32.dialect import Command
from drivers.esp32.framed_dialect import (
    Hello,
    Message,
    Order,
    Sensor,
    SensorEvent,
    Welcome,
    read_message,
)
from drivers.esp32.framed_dialect import to_frame as framed
from drivers.esp32.frames import FrameParser, encode_frame
from drivers.esp32.serial_link import SerialLink, open_serial
from drivers.esp32.timings import Dialect
from drivers.ports import NoAnswerError
from rvm_edge.simulator.esp32 import Esp32
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.timings import INSTANT
from rvm_edge.simulator.truth import Fate, Specimen
from rvm_edge.simulator.world import World

WITHIN_S = 30.0
LINK = LinkTimings(ack_s=2, settle_s=0.02, retry_first_s=0.01, retry_cap_s=0.02, frame_s=0.1)


@dataclass
class Machine:
    """A machine whose controller is spoken to in frames."""

    world: World
    device: Esp32
    controller: Controller
    told: list[SensorEvent] = field(default_factory=list)

    async def until(self, holds: Callable[[], bool]) -> None:
        with trio.fail_after(WITHIN_S):
            while not holds():
                await trio.sleep(0.005)


@pytest.fixture
async def machine(tmp_path: Path, nursery: trio.Nursery) -> AsyncIterator[Machine]:
    world = World(replace(INSTANT, motor_bound_s=0.05))
    device = Esp32(world, tmp_path / "ttyESP32")
    path = await nursery.start(device.run)
    told: list[SensorEvent] = []
    connect = partial(open_serial, str(path))
    controller = Controller(connect, LINK, Dialect.FRAMED, tell=told.append)
    async with controller.run():
        yield Machine(world, device, controller, told)


async def test_shows_what_it_is_told(machine: Machine) -> None:
    await machine.controller.command(Command.DISPLAY, "Terima kasih")
    assert machine.device.displayed == "Terima kasih"


@pytest.mark.parametrize(
    "fault",
    [
        Fault.CONTROLLER_DEAF,
        Fault.CONTROLLER_MUTE,
        Fault.ACK_DUPLICATED,
        Fault.ACK_CORRUPTED,
        Fault.ACK_LATE,
    ],
)
@pytest.mark.parametrize("times", [1, 2, 3])
async def test_mishaps_of_single_frames_are_never_noticed(
    machine: Machine, bottle: Specimen, fault: Fault, times: int
) -> None:
    await machine.controller.command(Command.SLOT_OPEN)
    machine.world.insert(bottle)
    await machine.controller.command(Command.SLOT_CLOSE)
    machine.world.inject(fault, value=0.15, times=times)
    await machine.controller.command(Command.SORT_VALID_ITEM)
    assert machine.world.item(1).fate is Fate.DROPPED
    assert machine.world.audit().motor_runs == 1


async def test_a_restart_in_the_middle_is_told_and_the_next_order_works(machine: Machine) -> None:
    await machine.controller.command(Command.PING)
    machine.world.inject(Fault.CONTROLLER_RESETS, times=1)
    with pytest.raises(NoAnswerError, match="restarted"):
        await machine.controller.command(Command.SORT_VALID_ITEM)
    assert machine.world.audit().motor_runs == 0
    await machine.controller.command(Command.SORT_VALID_ITEM)
    assert machine.world.audit().motor_runs == 1


async def test_tells_what_its_sensors_see(machine: Machine, bottle: Specimen) -> None:
    await machine.controller.command(Command.SLOT_OPEN)
    await machine.until(lambda: len(machine.told) == len(Sensor))
    assert not any(event.active for event in machine.told)
    machine.told.clear()
    machine.world.insert(bottle)
    await machine.until(lambda: machine.told == [SensorEvent(Sensor.CHAMBER, active=True)])
    machine.world.open_door()
    await machine.until(lambda: machine.told[1:] == [SensorEvent(Sensor.DOOR, active=True)])


@pytest.fixture
async def wire(tmp_path: Path, nursery: trio.Nursery) -> AsyncIterator[tuple[World, SerialLink]]:
    world = World(INSTANT)
    path = await nursery.start(Esp32(world, tmp_path / "tty").run)
    link = await open_serial(str(path))
    await trio.sleep(0.01)
    yield world, link
    link.close()


async def read_until(link: SerialLink, wanted: bytes) -> bytes:
    heard = b""
    with trio.fail_after(WITHIN_S):
        while wanted not in heard:
            heard += await link.receive()
    return heard


async def welcome(link: SerialLink, hello: Hello) -> Message | None:
    await link.send(encode_frame(framed(hello, 7)))
    parser = FrameParser()
    with trio.fail_after(WITHIN_S):
        while not (frames := parser.feed(await link.receive())):
            pass
    return read_message(frames[0])


async def test_a_host_that_falls_silent_lets_the_dead_man_act(
    wire: tuple[World, SerialLink],
) -> None:
    world, link = wire
    await link.send(encode_frame(framed(Hello(dead_man_s=0.2), 7)))
    await link.send(encode_frame(framed(Order(Command.LIGHT_ON), 7, 1)))
    with trio.fail_after(WITHIN_S):
        await world.until(lambda: world.light_is_on)
        await world.until(lambda: not world.light_is_on)
    assert world.firmware.dead_man_fired == 1
    assert world.gate_is_closed


async def test_after_the_dead_man_the_session_is_over_and_lines_are_understood_again(
    wire: tuple[World, SerialLink],
) -> None:
    world, link = wire
    assert await welcome(link, Hello(dead_man_s=0.05)) == Welcome(dead_man_s=0.05)
    with trio.fail_after(WITHIN_S):
        await world.until(lambda: world.firmware.dead_man_fired == 1)
    await link.send(b"PING_RPI\n")
    await read_until(link, b"\nPONG_ESP32\n")


async def test_keeps_to_the_shorter_dead_man(wire: tuple[World, SerialLink]) -> None:
    world, link = wire
    assert await welcome(link, Hello(dead_man_s=60)) == Welcome(world.timings.dead_man_s)


async def test_an_older_firmware_takes_a_frame_for_an_unknown_command(
    tmp_path: Path, nursery: trio.Nursery
) -> None:
    world = World(INSTANT)
    path = await nursery.start(Esp32(world, tmp_path / "tty", framed=False).run)
    controller = Controller(partial(open_serial, str(path)), LINK, Dialect.AUTO)
    async with controller.run():
        await controller.command(Command.LIGHT_ON)
    assert world.light_is_on
