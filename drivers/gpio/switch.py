"""A pin that is on or off, believed once it has agreed with itself."""

from __future__ import annotations

import msgspec
import trio

from drivers.gpio.header import Header
from drivers.ports import ReadingError


class Switch(msgspec.Struct, frozen=True):
    """An input.

    Attributes:
        header: the pins.
        pin: its BOARD number.
        active_low: whether the part pulls it low to say yes.
        readings: so many in a row must be the same; spikes on long wires are shorter than that
            takes. They are counted, not timed: a busy computer may be late for each of them.
        every_s: between two readings.
        most: after so many readings a pin that does not settle is broken, or its wire loose.
    """

    header: Header
    pin: int
    active_low: bool = False
    readings: int = 5
    every_s: float = 0.005
    most: int = 100

    async def is_on(self) -> bool:
        """Read the pin now.

        Raises:
            DeviceGoneError: it cannot be claimed.
            ReadingError: it cannot be read, or does not settle.
        """
        await trio.lowlevel.checkpoint()
        if not self.header.is_claimed(self.pin):
            await trio.to_thread.run_sync(self.header.claim, self.pin)
        level, same = self.header.read(self.pin), 1
        for _ in range(self.most):
            if same >= self.readings:
                return level != self.active_low
            await trio.sleep(self.every_s)
            now = self.header.read(self.pin)
            level, same = now, same + 1 if now == level else 1
        raise ReadingError(f"pin {self.pin} does not settle: a loose wire, or no pull-up")
