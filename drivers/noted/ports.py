"""Each port of the machine, with every call noted under the port's name."""

from __future__ import annotations

from drivers.noted.roll_call import RollCall
from drivers.ports import (
    BinGauge,
    BinLevel,
    Camera,
    DoorLock,
    Frame,
    Gate,
    Indicator,
    Light,
    PresenceSensor,
    Pulse,
    Scale,
    Signal,
    Sorter,
    Thermometer,
)


class NotedCamera:
    """`drivers.ports.Camera`."""

    def __init__(self, camera: Camera, calls: RollCall) -> None:
        self._camera = camera
        self._calls = calls

    async def take_picture(self) -> Frame:
        """Take one new picture."""
        with self._calls.calling("camera"):
            return await self._camera.take_picture()


class NotedGate:
    """`drivers.ports.Gate`."""

    def __init__(self, gate: Gate, calls: RollCall) -> None:
        self._gate = gate
        self._calls = calls

    async def open(self) -> None:
        """Open."""
        with self._calls.calling("gate"):
            await self._gate.open()

    async def close(self) -> None:
        """Close."""
        with self._calls.calling("gate"):
            await self._gate.close()


class NotedSorter:
    """`drivers.ports.Sorter`."""

    def __init__(self, sorter: Sorter, calls: RollCall) -> None:
        self._sorter = sorter
        self._calls = calls

    async def home(self) -> None:
        """Bring the mechanism to its rest position."""
        with self._calls.calling("sorter"):
            await self._sorter.home()

    async def drop_item(self) -> None:
        """Move the item into the bin."""
        with self._calls.calling("sorter"):
            await self._sorter.drop_item()

    async def return_item(self) -> None:
        """Move the item back to the person."""
        with self._calls.calling("sorter"):
            await self._sorter.return_item()


class NotedLight:
    """`drivers.ports.Light`."""

    def __init__(self, light: Light, calls: RollCall) -> None:
        self._light = light
        self._calls = calls

    async def on(self) -> None:
        """Switch on."""
        with self._calls.calling("light"):
            await self._light.on()

    async def off(self) -> None:
        """Switch off."""
        with self._calls.calling("light"):
            await self._light.off()


class NotedIndicator:
    """`drivers.ports.Indicator`."""

    def __init__(self, indicator: Indicator, calls: RollCall) -> None:
        self._indicator = indicator
        self._calls = calls

    async def show(self, signal: Signal) -> None:
        """Show `signal`."""
        with self._calls.calling("indicator"):
            await self._indicator.show(signal)


class NotedPresence:
    """`drivers.ports.PresenceSensor`, of which a machine has two."""

    def __init__(self, sensor: PresenceSensor, calls: RollCall, port: str) -> None:
        self._sensor = sensor
        self._calls = calls
        self._port = port

    async def is_occupied(self) -> bool:
        """Read the barrier."""
        with self._calls.calling(self._port):
            return await self._sensor.is_occupied()


class NotedBin:
    """`drivers.ports.BinLevel`."""

    def __init__(self, level: BinLevel, calls: RollCall) -> None:
        self._level = level
        self._calls = calls

    async def level_pct(self) -> float:
        """Measure."""
        with self._calls.calling("bin"):
            return await self._level.level_pct()


class NotedBinGauge:
    """`drivers.ports.BinGauge`."""

    def __init__(self, gauge: BinGauge, calls: RollCall) -> None:
        self._gauge = gauge
        self._calls = calls

    async def distance_cm(self) -> float:
        """Measure how far away the topmost item is."""
        with self._calls.calling("bin"):
            return await self._gauge.distance_cm()

    def set_depth(self, *, empty_cm: float, full_cm: float) -> None:
        """Go by these distances from now on."""
        self._gauge.set_depth(empty_cm=empty_cm, full_cm=full_cm)

    def forget_depth(self) -> None:
        """Go by what the machine was built with."""
        self._gauge.forget_depth()


class NotedDoor:
    """`drivers.ports.DoorLock`."""

    def __init__(self, door: DoorLock, calls: RollCall) -> None:
        self._door = door
        self._calls = calls

    async def lock(self) -> None:
        """Throw the bolt."""
        with self._calls.calling("door"):
            await self._door.lock()

    async def unlock(self) -> None:
        """Draw the bolt."""
        with self._calls.calling("door"):
            await self._door.unlock()

    async def is_open(self) -> bool:
        """Say whether the door stands open."""
        with self._calls.calling("door"):
            return await self._door.is_open()


class NotedPulse:
    """`drivers.ports.Pulse`."""

    def __init__(self, pulse: Pulse, calls: RollCall) -> None:
        self._pulse = pulse
        self._calls = calls

    async def beat(self) -> None:
        """Ask the controller for a sign of life."""
        with self._calls.calling("pulse"):
            await self._pulse.beat()


class NotedScale:
    """`drivers.ports.Scale`."""

    def __init__(self, scale: Scale, calls: RollCall) -> None:
        self._scale = scale
        self._calls = calls

    async def weight_g(self) -> float:
        """Weigh."""
        with self._calls.calling("scale"):
            return await self._scale.weight_g()

    async def tare(self) -> None:
        """Take what lies there for zero."""
        with self._calls.calling("scale"):
            await self._scale.tare()


class NotedThermometer:
    """`drivers.ports.Thermometer`."""

    def __init__(self, thermometer: Thermometer, calls: RollCall) -> None:
        self._thermometer = thermometer
        self._calls = calls

    async def temperature_c(self) -> float:
        """Measure."""
        with self._calls.calling("thermometer"):
            return await self._thermometer.temperature_c()
