"""The sensors that are wired to the ESP32: barriers, door, bin and thermometer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec

from drivers.bin_depth import Bin, Measured, plausible_cm
from drivers.esp32.controller import Controller
from drivers.esp32.dialect import Command
from drivers.esp32.framed_dialect import Sensor
from drivers.esp32.told import Told
from drivers.ports import ReadingError, WrongAnswerError

TEMPERATURE_C: Final = (-40.0, 80.0)
"""What a DHT22 can measure."""

_YES_OR_NO: Final = {0: False, 1: True}
_TENTHS: Final = 10.0
_ASKS: Final = {
    Sensor.CHAMBER: Command.READ_CHAMBER,
    Sensor.SLOT: Command.READ_SLOT,
    Sensor.DOOR: Command.READ_DOOR,
}


async def read(controller: Controller, command: Command) -> int:
    """Ask a sensor, and return what it reads in its own unit.

    Raises:
        ReadingError: it gives nothing, or the controller's firmware knows no such sensor.
        DriverError: the controller does not answer.
    """
    try:
        value = await controller.command(command)
    except WrongAnswerError as error:
        raise ReadingError(f"{command.value}: {error}") from error
    if value is None:
        raise ReadingError(f"{command.value}: the sensor gives nothing; check its cable")
    return value


class Esp32Switch(msgspec.Struct, frozen=True):
    """Something that is on or off, at the ESP32.

    Attributes:
        controller: it is wired to.
        told: what it says unasked.
        sensor: which it is.
    """

    controller: Controller
    told: Told
    sensor: Sensor

    async def is_on(self) -> bool:
        """Ask it; while the controller is at work, go by what it told last.

        Raises:
            DriverError: as the ports say.
        """
        if self.controller.at_work:
            last = self.told.last(self.sensor)
            if last is not None:
                return last
        asks = _ASKS[self.sensor]
        value = await read(self.controller, asks)
        if value not in _YES_OR_NO:
            raise ReadingError(f"{asks.value}: {value} is neither 0 nor 1")
        return _YES_OR_NO[value]


class Esp32Presence(msgspec.Struct, frozen=True):
    """`drivers.ports.PresenceSensor` at the ESP32."""

    switch: Esp32Switch

    async def is_occupied(self) -> bool:
        """Read the barrier now."""
        return await self.switch.is_on()


class Esp32Door(msgspec.Struct, frozen=True):
    """`drivers.ports.DoorLock` at the ESP32: a bolt that it moves, and a switch."""

    switch: Esp32Switch

    async def lock(self) -> None:
        """Throw the bolt."""
        await self.switch.controller.command(Command.DOOR_LOCK)

    async def unlock(self) -> None:
        """Draw the bolt."""
        await self.switch.controller.command(Command.DOOR_UNLOCK)

    async def is_open(self) -> bool:
        """Read the door's switch now."""
        return await self.switch.is_on()


@dataclass
class Esp32Bin(Measured):
    """`drivers.ports.BinLevel` and `drivers.ports.BinGauge` on an ultrasonic sensor at the ESP32.

    Attributes:
        controller: it is wired to.
        bin: how a distance becomes a level.
    """

    controller: Controller
    bin: Bin

    async def level_pct(self) -> float:
        """Measure."""
        return self.bin.level_pct(await self._read_cm())

    async def distance_cm(self) -> float:
        """Measure how far away the topmost item is."""
        return plausible_cm(await self._read_cm())

    async def _read_cm(self) -> float:
        return await read(self.controller, Command.READ_BIN) / _TENTHS


class Esp32Thermometer(msgspec.Struct, frozen=True):
    """`drivers.ports.Thermometer` on a DHT22 at the ESP32."""

    controller: Controller

    async def temperature_c(self) -> float:
        """Measure."""
        value = await read(self.controller, Command.READ_TEMPERATURE) / _TENTHS
        low, high = TEMPERATURE_C
        if not low <= value <= high:
            raise ReadingError(f"temperature: {value:g} °C is outside {low:g} to {high:g} °C")
        return value
