"""The ports that the ESP32 serves.

The dialect has no command to home the sorter: its firmware ends every run at rest. So homing is the
safe order of what there is: gate shut, lamp dark, and a sign of life.
"""

from __future__ import annotations

import msgspec

from drivers.esp32.controller import Controller
from drivers.esp32.dialect import Command
from drivers.ports import Signal

_INDICATE = {
    Signal.IDLE: Command.INDICATE_IDLE,
    Signal.PROCESSING: Command.INDICATE_PROCESSING,
    Signal.SUCCESS: Command.INDICATE_SUCCESS,
    Signal.REJECTED: Command.INDICATE_REJECTED,
    Signal.ERROR: Command.INDICATE_ERROR,
}


class Esp32Gate(msgspec.Struct, frozen=True):
    """`drivers.ports.Gate` on the ESP32."""

    controller: Controller

    async def open(self) -> None:
        """Open the slot."""
        await self.controller.command(Command.SLOT_OPEN)

    async def close(self) -> None:
        """Close the slot. A hand in the way shows as `NoAnswerError`."""
        await self.controller.command(Command.SLOT_CLOSE)


class Esp32Sorter(msgspec.Struct, frozen=True):
    """`drivers.ports.Sorter` on the ESP32. A jam shows as `NoAnswerError`."""

    controller: Controller

    @property
    def rests_by_itself(self) -> bool:
        """Say that its firmware ends every run at rest, and knows no other way there."""
        return True

    async def home(self) -> None:
        """Close the slot, darken the chamber, and see that the controller lives."""
        for step in (Command.SLOT_CLOSE, Command.LIGHT_OFF, Command.PING):
            await self.controller.command(step)

    async def drop_item(self) -> None:
        """Drop the item into the bin."""
        await self.controller.command(Command.SORT_VALID_ITEM)

    async def return_item(self) -> None:
        """Push the item back."""
        await self.controller.command(Command.RETURN_REJECTED_ITEM)


class Esp32Brake(msgspec.Struct, frozen=True):
    """`drivers.ports.Brake` on the ESP32: in frames, where its firmware knows how."""

    controller: Controller

    async def stop(self) -> bool:
        """Stop gate and sorter."""
        return await self.controller.stop()


class Esp32Wire(msgspec.Struct, frozen=True):
    """`drivers.ports.Wire` to the ESP32."""

    controller: Controller

    @property
    def dialect(self) -> str:
        """The dialect that is spoken."""
        spoken = self.controller.spoken
        return "" if spoken is None else spoken.value


class Esp32Light(msgspec.Struct, frozen=True):
    """`drivers.ports.Light` on the ESP32."""

    controller: Controller

    async def on(self) -> None:
        """Light the chamber."""
        await self.controller.command(Command.LIGHT_ON)

    async def off(self) -> None:
        """Darken the chamber."""
        await self.controller.command(Command.LIGHT_OFF)


class Esp32Indicator(msgspec.Struct, frozen=True):
    """`drivers.ports.Indicator` on the ESP32. SUCCESS and REJECTED play for a second."""

    controller: Controller

    async def show(self, signal: Signal) -> None:
        """Show `signal`."""
        await self.controller.command(_INDICATE[signal])


class Esp32Pulse(msgspec.Struct, frozen=True):
    """`drivers.ports.Pulse` on the ESP32."""

    controller: Controller

    async def beat(self) -> None:
        """Ping the controller."""
        await self.controller.command(Command.PING)
