"""A pin that is on or off, believed once it has agreed with itself."""

from __future__ import annotations

from dataclasses import dataclass

import trio

from drivers.gpio.header import Header
from drivers.ports import ReadingError


@dataclass(frozen=True)
class Switch:
    """An input.

    Attributes:
        header: the pins.
        pin: its BOARD number.
        active_low: whether the part pulls it low to say yes.
        steady_s: for so long it must read the same; spikes on long wires are shorter.
        every_s: between two readings.
        patience_s: a pin that does not settle for so long is broken, or its wire loose.
    """

    header: Header
    pin: int
    active_low: bool = False
    steady_s: float = 0.02
    every_s: float = 0.005
    patience_s: float = 0.5

    async def is_on(self) -> bool:
        """Read the pin now.

        Raises:
            DeviceGoneError: it cannot be claimed.
            ReadingError: it cannot be read, or does not settle.
        """
        await trio.lowlevel.checkpoint()
        if not self.header.is_claimed(self.pin):
            await trio.to_thread.run_sync(self.header.claim, self.pin)
        level = self.header.read(self.pin)
        began_s = since_s = trio.current_time()
        while (now_s := trio.current_time()) - since_s < self.steady_s:
            if now_s - began_s > self.patience_s:
                raise ReadingError(f"pin {self.pin} does not settle: a loose wire, or no pull-up")
            await trio.sleep(self.every_s)
            now = self.header.read(self.pin)
            if now != level:
                level, since_s = now, trio.current_time()
        return level != self.active_low
