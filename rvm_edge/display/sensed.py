"""The sensors' ports, with everything that they read remembered; they change nothing.

Typed by what each sensor reads, which a `rvm_edge.intercepted_hardware.Interceptor` does not know.
"""

from __future__ import annotations

from msgspec.structs import replace

from drivers.ports import BinLevel, DoorLock, PresenceSensor, Scale, Thermometer
from rvm_edge.display.senses import Sense, Senses
from rvm_edge.machine import Hardware


class SensedPresence:
    """`drivers.ports.PresenceSensor`."""

    def __init__(self, sensor: PresenceSensor, sense: Sense[bool]) -> None:
        self._sensor = sensor
        self._sense = sense

    async def is_occupied(self) -> bool:
        """Read the barrier now."""
        return await self._sense.noting(self._sensor.is_occupied)


class SensedBin:
    """`drivers.ports.BinLevel`."""

    def __init__(self, level: BinLevel, sense: Sense[float]) -> None:
        self._level = level
        self._sense = sense

    async def level_pct(self) -> float:
        """Measure."""
        return await self._sense.noting(self._level.level_pct)


class SensedDoor:
    """`drivers.ports.DoorLock`."""

    def __init__(self, door: DoorLock, sense: Sense[bool]) -> None:
        self._door = door
        self._sense = sense

    async def lock(self) -> None:
        """Throw the bolt."""
        await self._door.lock()

    async def unlock(self) -> None:
        """Draw the bolt."""
        await self._door.unlock()

    async def is_open(self) -> bool:
        """Say whether the door stands open."""
        return await self._sense.noting(self._door.is_open)


class SensedScale:
    """`drivers.ports.Scale`."""

    def __init__(self, scale: Scale, sense: Sense[float]) -> None:
        self._scale = scale
        self._sense = sense

    async def weight_g(self) -> float:
        """Weigh."""
        return await self._sense.noting(self._scale.weight_g)

    async def tare(self) -> None:
        """Take what lies there now as zero; what was read before counts no more."""
        await self._scale.tare()
        self._sense.value = 0.0


class SensedThermometer:
    """`drivers.ports.Thermometer`."""

    def __init__(self, thermometer: Thermometer, sense: Sense[float]) -> None:
        self._thermometer = thermometer
        self._sense = sense

    async def temperature_c(self) -> float:
        """Measure."""
        return await self._sense.noting(self._thermometer.temperature_c)


def sensed(hardware: Hardware, senses: Senses) -> Hardware:
    """Return `hardware` with everything that its sensors read remembered in `senses`."""
    scale, thermometer = hardware.scale, hardware.thermometer
    return replace(
        hardware,
        chamber=SensedPresence(hardware.chamber, senses.chamber),
        slot=SensedPresence(hardware.slot, senses.slot),
        bin=SensedBin(hardware.bin, senses.bin),
        door=SensedDoor(hardware.door, senses.door),
        scale=None if scale is None else SensedScale(scale, senses.scale),
        thermometer=(
            None if thermometer is None else SensedThermometer(thermometer, senses.thermometer)
        ),
    )
