"""The ports of a real machine, built as its hardware map says.

Nothing is asked of any part here. A part that is missing says so when it is first used: one that
the machine needs becomes a fault under its name, one that it can do without costs one feature. So
a machine whose camera is unplugged starts, tells so, and works once it is plugged in.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

from drivers.absent.ports import NoBarrier, NoBinSensor, NoDoorSensor, NoIndicator
from drivers.bin_depth import Bin
from drivers.camera.gstreamer import Pipeline, csi_pipeline, gstreamer_source
from drivers.camera.lamp import KnownLamp
from drivers.camera.pictures import PicturesFolder
from drivers.camera.process import Source
from drivers.camera.streamed import Habits, StreamedCamera
from drivers.camera.v4l2 import v4l2_source
from drivers.esp32.controller import Controller
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
from drivers.gpio.header import Header
from drivers.gpio.ports import GpioDoor, GpioPresence
from drivers.gpio.switch import Switch
from drivers.gpio.ultrasonic import UltrasonicBin
from drivers.iio.ports import KernelThermometer
from drivers.ports import (
    BinGauge,
    BinLevel,
    Camera,
    DoorLock,
    Indicator,
    PresenceSensor,
    Scale,
    Thermometer,
)
from drivers.replay.links import Listener, open_heard
from drivers.tone_player import HeardIndicator, TonePlayer
from rvm_edge.hardware_map import (
    PORTS_OF_ESP32,
    SERVED,
    Assignment,
    CameraTable,
    Driver,
    HardwareMap,
    ScaleTable,
)
from rvm_edge.machine import Hardware
from rvm_edge.settings import SoundSettings

_MAY_BE_LEFT_OUT = ("scale", "thermometer")
_ALMOST = 0.8
"""No two pictures are exactly as far apart as they should be."""


class RealHardwareError(Exception):
    """No real machine can be made of this hardware map. The message says which ports, and why."""


@asynccontextmanager
async def real_hardware(
    found: HardwareMap,
    wire_listener: Listener | None = None,
    sound: SoundSettings | None = None,
) -> AsyncIterator[Hardware]:
    """Give the machine's ports while the block runs.

    Args:
        found: the map, in which nothing is simulated.
        wire_listener: hears what passes over the wire to the motor controller.
        sound: whether, and through what, the status light is heard, too; None for not.

    Raises:
        RealHardwareError: something is.
    """
    require_real(found)
    header, ports, told = Header(), found.ports, Told()
    wire = found.esp32
    controller = Controller(
        partial(open_heard, wire.device, wire_listener, wire.baud),
        dialect=Dialect(wire.dialect),
        tell=told.take,
        forget=told.forget,
    )

    def switch(given: Assignment, sensor: Sensor) -> Esp32Switch | Switch:
        if given.driver is Driver.ESP32:
            return Esp32Switch(controller, told, sensor)
        return Switch(header, given.wires["signal"], active_low=given.active_low)

    async with AsyncExitStack() as stack:
        await stack.enter_async_context(controller.run())
        lamp = KnownLamp(Esp32Light(controller))
        camera: Camera
        if ports.camera.driver is Driver.PICTURES:
            camera = PicturesFolder(Path(ports.camera.device))
        else:
            source, habits = _source(ports.camera, found.camera), _habits(found.camera)
            camera = StreamedCamera(source, habits, lit=lambda: lamp.lit)
            await stack.enter_async_context(camera.run())
        indicator = _indicator(ports.indicator, controller)
        if sound is not None and sound.enabled:
            indicator = await stack.enter_async_context(_heard(indicator, sound))
        level, gauge = _bin(found, header, controller)
        yield Hardware(
            camera=camera,
            gate=Esp32Gate(controller),
            sorter=Esp32Sorter(controller),
            light=lamp,
            indicator=indicator,
            chamber=_barrier(ports.chamber, partial(switch, ports.chamber, Sensor.CHAMBER)),
            slot=_barrier(ports.slot, partial(switch, ports.slot, Sensor.SLOT)),
            bin=level,
            bin_gauge=gauge,
            door=_door(ports.door, partial(switch, ports.door, Sensor.DOOR)),
            pulse=Esp32Pulse(controller),
            scale=_scale(ports.scale, found.scale, controller),
            thermometer=_thermometer(ports.thermometer, controller),
            changes=told,
            brake=Esp32Brake(controller),
            wire=Esp32Wire(controller),
        )


def require_real(found: HardwareMap) -> None:
    """Refuse a map in which something is simulated.

    Raises:
        RealHardwareError: naming the ports, and what each could be instead.
    """
    simulated = found.simulated_ports()
    if len(simulated) == len(found.assignments()):
        raise RealHardwareError(
            "the hardware map names no real part yet; see docs/reference/drivers.md"
        )
    lacking = [f"{port} ({_instead(port)})" for port in simulated]
    if lacking:
        raise RealHardwareError(
            f"the hardware map simulates {', '.join(lacking)}; see docs/reference/drivers.md"
        )


def _instead(port: str) -> str:
    """Say what a simulated port could be instead."""
    served = [one for one in Driver if port in SERVED[one] and one is not Driver.SIM]
    if port in PORTS_OF_ESP32 and Driver.ESP32 in served:
        return "set esp32.device"
    optional = ("leave it out",) if port in _MAY_BE_LEFT_OUT else ()
    return " or ".join((*(one.value for one in served), *optional))


def _source(given: Assignment, camera: CameraTable) -> Source:
    width, height, pictures_per_s = camera.width, camera.height, camera.pictures_per_s
    if given.driver is Driver.V4L2:
        return v4l2_source(given.device, width=width, height=height, pictures_per_s=pictures_per_s)
    if camera.source:
        return gstreamer_source(
            Pipeline(camera.source, width=width, height=height, pictures_per_s=pictures_per_s)
        )
    return gstreamer_source(
        csi_pipeline(camera.sensor, width=width, height=height, pictures_per_s=pictures_per_s)
    )


def _habits(camera: CameraTable) -> Habits:
    return Habits(
        warm_up=camera.warm_up,
        settle=camera.settle,
        settle_s=_ALMOST * camera.settle / camera.pictures_per_s,
        picture_s=camera.picture_s,
        black_below=camera.black_below,
    )


def _barrier(given: Assignment, wired: Callable[[], Esp32Switch | Switch]) -> PresenceSensor:
    if given.driver is Driver.NONE:
        return NoBarrier()
    switch = wired()
    return Esp32Presence(switch) if isinstance(switch, Esp32Switch) else GpioPresence(switch)


def _door(given: Assignment, wired: Callable[[], Esp32Switch | Switch]) -> DoorLock:
    if given.driver is Driver.NONE:
        return NoDoorSensor()
    switch = wired()
    return Esp32Door(switch) if isinstance(switch, Esp32Switch) else GpioDoor(switch)


def _bin(
    found: HardwareMap, header: Header, controller: Controller
) -> tuple[BinLevel, BinGauge | None]:
    given, depth = found.ports.bin, Bin(found.bin.empty_cm, found.bin.full_cm)
    if given.driver is Driver.NONE:
        return NoBinSensor(), None
    if given.driver is Driver.ESP32:
        wired = Esp32Bin(controller, depth)
        return wired, wired
    wires = given.wires
    own = UltrasonicBin(header, trigger=wires["trigger"], echo=wires["echo"], bin=depth)
    return own, own


def _scale(given: Assignment | None, scale: ScaleTable, controller: Controller) -> Scale | None:
    if given is None:
        return None
    return Esp32Scale(
        controller,
        LoadCell(
            grams_per_count=scale.grams_per_count,
            zero_count=scale.zero_count,
            capacity_g=scale.capacity_g,
            drift_most_g=scale.drift_most_g,
            steady_g=scale.steady_g,
        ),
    )


def _indicator(given: Assignment, controller: Controller) -> Indicator:
    return NoIndicator() if given.driver is Driver.NONE else Esp32Indicator(controller)


@asynccontextmanager
async def _heard(indicator: Indicator, sound: SoundSettings) -> AsyncIterator[Indicator]:
    with tempfile.TemporaryDirectory(prefix="rvm-tones-") as folder:
        async with TonePlayer(sound.command, Path(folder), sound.longest_s).run() as player:
            yield HeardIndicator(indicator, player, sound.attention_s)


def _thermometer(given: Assignment | None, controller: Controller) -> Thermometer | None:
    if given is None:
        return None
    if given.driver is Driver.ESP32:
        return Esp32Thermometer(controller)
    return KernelThermometer(Path(given.device))
