"""One simulated machine, reached through every kind of driver there is."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import trio
from msgspec.structs import replace

from drivers.camera.streamed import Habits, StreamedCamera
from drivers.esp32.controller import Controller, LinkTimings
from drivers.esp32.dialect import Command
from drivers.esp32.serial_link import open_serial
from drivers.esp32.timings import Dialect
from drivers.esp32.told import Told
from drivers.faulty.mischief import Mischief
from drivers.gpio.header import Header
from drivers.gpio.ports import GpioPresence
from drivers.gpio.switch import Switch
from drivers.noted.roll_call import RollCall
from drivers.ports import DriverError
from drivers.sim.caller import Caller
from drivers.sim.link import Verb
from drivers.sim.remote import RemoteWorld
from rvm_edge.intercepted_hardware import intercepted
from rvm_edge.machine import Hardware
from rvm_edge.simulator.esp32 import Esp32
from rvm_edge.simulator.hardware import (
    hardware_over,
    with_controller,
    with_wired_sensors,
)
from rvm_edge.simulator.server import listen, serve_world
from rvm_edge.simulator.specimens import Samples
from rvm_edge.simulator.timings import INSTANT
from rvm_edge.simulator.window import Window
from rvm_edge.simulator.world import World
from tests.drivers.camera.worlds_camera import WorldsCamera
from tests.drivers.gpio.fake_chip import FakeChip, fake_chip

PATIENCE_S = 20.0
"""A busy computer answers within so long."""

SHORT_S = 1.0
"""So long is waited where no answer comes: `in_silence`."""

in_silence = pytest.mark.parametrize("patience_s", [SHORT_S], ids=["in silence"])
"""Marks a test in which an answer is waited for in vain."""

LINK = LinkTimings(
    ack_s=PATIENCE_S, settle_s=0.02, retry_first_s=0.01, retry_cap_s=0.02, frame_s=0.1
)
ON_A_WIRE = {"esp32": Dialect.ASCII, "framed": Dialect.AUTO}
"""The ESP32 in each of its dialects; the framed one as it is agreed on."""
MOST_PICTURE_S = 2.0
"""Whatever fails of a stream is waited out: it may come back."""

STREAM = Habits(
    warm_up=1, settle=1, start_s=0.15, stall_s=0.15, retry_first_s=0.01, retry_cap_s=0.02
)
CHAMBER_PIN, SLOT_PIN = 12, 13
SWITCH = Switch(Header(), CHAMBER_PIN, readings=30, every_s=0.0003, most=300)
QUICK = replace(INSTANT, motor_bound_s=0.05)
"""A machine that takes no time, and whose motor is cut well within the drivers' patience."""


@dataclass
class Rig:
    """A machine and the drivers under test.

    Attributes:
        kind: how the drivers reach the machine.
        world: the truth.
        hardware: the drivers.
    """

    kind: str
    world: World
    hardware: Hardware


@asynccontextmanager
async def esp32_at(world: World, folder: Path) -> AsyncIterator[Path]:
    async with trio.open_nursery() as nursery:
        yield await nursery.start(Esp32(world, folder / "ttyESP32").run)
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def world_at(world: World, samples: Samples, socket_path: Path) -> AsyncIterator[Path]:
    listener = await listen(socket_path)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_world, Window(world, samples), listener, socket_path)
        yield socket_path
        nursery.cancel_scope.cancel()


async def build(
    kind: str, world: World, folder: Path, stack: AsyncExitStack, patience_s: float = PATIENCE_S
) -> Hardware:
    direct = hardware_over(world, answer_s=patience_s, reading_s=patience_s)
    wrapped = {
        "sim": direct,
        "faulty": intercepted(direct, Mischief()),
        "noted": intercepted(direct, RollCall()),
    }
    if kind in wrapped:
        return wrapped[kind]
    if kind == "streamed":
        habits = replace(STREAM, picture_s=min(patience_s, MOST_PICTURE_S))
        camera = StreamedCamera(WorldsCamera(world), habits)
        await stack.enter_async_context(camera.run())
        return replace(direct, camera=camera)
    if kind == "gpio":
        stack.enter_context(fake_chip(FakeChip(level=barriers_of(world))))
        header = Header()
        return replace(
            direct,
            chamber=GpioPresence(replace(SWITCH, header=header, pin=CHAMBER_PIN)),
            slot=GpioPresence(replace(SWITCH, header=header, pin=SLOT_PIN)),
        )
    if kind in ON_A_WIRE:
        path = await stack.enter_async_context(esp32_at(world, folder))
        link = replace(LINK, ack_s=patience_s, frame_s=min(LINK.frame_s, patience_s / 5))
        told = Told()
        controller = Controller(
            partial(open_serial, str(path)), link, ON_A_WIRE[kind], tell=told.take
        )
        await stack.enter_async_context(controller.run())
        await _greeted(controller)
        return behind(controller, told, direct)
    samples = Samples(specimens=(), empty_pictures=())
    path = await stack.enter_async_context(world_at(world, samples, folder / "world.sock"))
    caller = stack.enter_context(Caller(path))
    return hardware_over(RemoteWorld(caller), answer_s=patience_s, reading_s=patience_s)


async def _greeted(controller: Controller) -> None:
    """Return once the port is open and answers, however short the patience is after that."""
    with trio.fail_after(PATIENCE_S):
        while True:
            with contextlib.suppress(DriverError):
                await controller.command(Command.PING)
                return


def barriers_of(world: World) -> Callable[[int], bool]:
    """Put the world's light barriers on two pins; in the task of whoever reads them."""

    def level(pin: int) -> bool:
        place = Verb.CHAMBER if pin == CHAMBER_PIN else Verb.SLOT
        try:
            world.wiring.power_check()()
            return world._senses._occupied(place)
        except DriverError as error:
            raise OSError(errno.EIO, str(error)) from error

    return level


def behind(controller: Controller, told: Told, direct: Hardware) -> Hardware:
    """Return everything that the ESP32 can serve behind it, and the rest as it is."""
    moving = with_controller(direct, controller)
    return with_wired_sensors(moving, controller, told, every_s=0.001)


Case = Callable[[Hardware], Awaitable[None]]
"""A conversation with the drivers that can be recorded and replayed."""
