"""The ports that pins serve."""

from __future__ import annotations

import msgspec

from drivers.gpio.switch import Switch
from drivers.ports import DriverError


class GpioPresence(msgspec.Struct, frozen=True):
    """`drivers.ports.PresenceSensor` on a pin: an IR sensor, or a light barrier."""

    switch: Switch

    async def is_occupied(self) -> bool:
        """Read the sensor now."""
        return await self.switch.is_on()


class GpioDoor(msgspec.Struct, frozen=True):
    """`drivers.ports.DoorLock` with a switch on a pin, and a lock that is turned by hand.

    A bolt that moves belongs behind the motor controller: a Jetson's outputs float when the program
    ends.
    """

    switch: Switch

    async def lock(self) -> None:
        """Refuse: there is no bolt to throw.

        Raises:
            DriverError: always.
        """
        raise DriverError("the door has no bolt that can be moved: lock it by hand")

    async def unlock(self) -> None:
        """Refuse: there is no bolt to draw.

        Raises:
            DriverError: always.
        """
        raise DriverError("the door has no bolt that can be moved: open it by hand")

    async def is_open(self) -> bool:
        """Read the door's switch now."""
        return await self.switch.is_on()
