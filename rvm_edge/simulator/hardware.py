"""The simulated machine's ports, bundled as the chart wants them."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from drivers.bin_depth import Bin
from drivers.esp32.controller import Connect, Controller, LinkTimings
from drivers.esp32.framed_dialect import Sensor
from drivers.esp32.ports import (
    Esp32Brake,
    Esp32Gate,
    Esp32Indicator,
    Esp32Light,
    Esp32Pulse,
    Esp32Sorter,
    Esp32Wire,
)
from drivers.esp32.scale import Esp32Scale, LoadCell
from drivers.esp32.sensors import (
    Esp32Bin,
    Esp32Door,
    Esp32Presence,
    Esp32Switch,
    Esp32Thermometer,
)
from drivers.esp32.timings import Dialect
from drivers.esp32.told import Told
from drivers.replay.links import Listener, open_heard
from drivers.sim.actuators import (
    ANSWER_S,
    SimulatedBrake,
    SimulatedDoorLock,
    SimulatedGate,
    SimulatedIndicator,
    SimulatedLight,
    SimulatedPulse,
    SimulatedSorter,
)
from drivers.sim.camera import SimulatedCamera
from drivers.sim.link import SimulatedWorld, Verb
from drivers.sim.sensors import (
    READING_S,
    SimulatedBin,
    SimulatedPresence,
    SimulatedScale,
    SimulatedThermometer,
)
from rvm_edge.background import background_tasks
from rvm_edge.machine import Hardware
from rvm_edge.simulator.esp32 import Esp32
from rvm_edge.simulator.wired_sensors import EMPTY_MM, FULL_MM, GRAMS_PER_COUNT, ZERO_COUNT
from rvm_edge.simulator.world import World

SETTLED = LinkTimings(settle_s=0.05)
"""The simulated ESP32 does not reboot when its port is opened, so settling can be short."""


def hardware_over(
    world: SimulatedWorld, *, answer_s: float = ANSWER_S, reading_s: float = READING_S
) -> Hardware:
    """Return every port on `world` directly; works in virtual time.

    Args:
        world: this process's or, through `drivers.sim.remote`, another's.
        answer_s: how long an action may take.
        reading_s: how long a reading or a picture may take.
    """
    simulated_bin = SimulatedBin(world, reading_s)
    return Hardware(
        camera=SimulatedCamera(world, reading_s),
        gate=SimulatedGate(world, answer_s),
        sorter=SimulatedSorter(world, answer_s),
        light=SimulatedLight(world, answer_s),
        indicator=SimulatedIndicator(world, answer_s),
        chamber=SimulatedPresence(world, Verb.CHAMBER, reading_s),
        slot=SimulatedPresence(world, Verb.SLOT, reading_s),
        bin=simulated_bin,
        door=SimulatedDoorLock(world, answer_s),
        pulse=SimulatedPulse(world, answer_s),
        scale=SimulatedScale(world, reading_s),
        thermometer=SimulatedThermometer(world, reading_s),
        bin_gauge=simulated_bin,
        brake=SimulatedBrake(world, answer_s),
    )


def with_controller(hardware: Hardware, controller: Controller) -> Hardware:
    """Return `hardware` with everything that moves behind the ESP32's `controller`."""
    return replace(
        hardware,
        gate=Esp32Gate(controller),
        sorter=Esp32Sorter(controller),
        light=Esp32Light(controller),
        indicator=Esp32Indicator(controller),
        pulse=Esp32Pulse(controller),
        brake=Esp32Brake(controller),
        wire=Esp32Wire(controller),
    )


def with_wired_sensors(
    hardware: Hardware, controller: Controller, told: Told, every_s: float = 0.1
) -> Hardware:
    """Return `hardware` with everything that measures behind the ESP32, too.

    Args:
        hardware: the rest.
        controller: which ESP32.
        told: what its sensors say unasked; `controller` tells it.
        every_s: between two readings of the scale.
    """
    wired_bin = Esp32Bin(controller, Bin(EMPTY_MM / 10, FULL_MM / 10))
    cell = LoadCell(GRAMS_PER_COUNT, ZERO_COUNT, every_s=every_s)
    return replace(
        hardware,
        chamber=Esp32Presence(Esp32Switch(controller, told, Sensor.CHAMBER)),
        slot=Esp32Presence(Esp32Switch(controller, told, Sensor.SLOT)),
        door=Esp32Door(Esp32Switch(controller, told, Sensor.DOOR)),
        bin=wired_bin,
        bin_gauge=wired_bin,
        scale=Esp32Scale(controller, cell),
        thermometer=Esp32Thermometer(controller),
        changes=told,
    )


@asynccontextmanager
async def wired(
    hardware: Hardware, connect: Connect, timings: LinkTimings, dialect: Dialect
) -> AsyncIterator[Hardware]:
    """Give `hardware` with what is behind the ESP32 behind it, while the block runs.

    Args:
        hardware: the rest.
        connect: opens the ESP32's wire.
        timings: of the link.
        dialect: that is spoken on it. Where that may be frames, whose sensors speak unasked, they
            are behind it too.
    """
    told = Told()
    controller = Controller(connect, timings, dialect, tell=told.take, forget=told.forget)
    async with controller.run():
        moving = with_controller(hardware, controller)
        if dialect is Dialect.ASCII:
            yield moving
        else:
            yield with_wired_sensors(moving, controller, told)


@asynccontextmanager
async def simulated_hardware(
    world: World,
    *,
    serial: bool = False,
    timings: LinkTimings = SETTLED,
    dialect: Dialect = Dialect.ASCII,
    wire_listener: Listener | None = None,
) -> AsyncIterator[Hardware]:
    """Run the simulated machine's wires while the block runs.

    Args:
        world: the machine.
        serial: whether commands go through the real serial driver and a pty. That needs a real
            clock: mocked time runs away while a file descriptor is waited for.
        timings: of the serial link.
        dialect: that is spoken on it. Where that may be frames, whose sensors speak unasked, they
            are behind it too.
        wire_listener: hears what passes over it.
    """
    if not serial:
        yield hardware_over(world)
        return
    with tempfile.TemporaryDirectory(prefix="rvm-esp32-") as folder:
        async with background_tasks() as nursery:
            path = await nursery.start(Esp32(world, Path(folder) / "ttyESP32").run)
            connect = partial(open_heard, str(path), wire_listener)
            async with wired(hardware_over(world), connect, timings, dialect) as hardware:
                yield hardware
