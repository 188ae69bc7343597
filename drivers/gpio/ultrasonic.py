"""An HC-SR04 on two pins: how far away the topmost item in the bin is.

A pulse of 10 us on the trigger, and the echo stays high for 58 us for each centimetre (HC-SR04 data
sheet). An ordinary thread measures that, and Linux may stop it at any moment: single readings are
wrong by centimetres and sometimes by far more. The median of several is good enough to say how full
a bin is, and for nothing else. The echo is a 5 V signal: the pin needs a divider. On JetPack 6 the
trigger's pin needs a device-tree overlay to be an output.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import trio

from drivers.bin_depth import Bin, Measured, plausible_cm
from drivers.gpio.header import Header
from drivers.ports import DriverError, ReadingError

US_PER_CM: Final = 58.0
_PULSE_S: Final = 10e-6
_ECHO_MOST_S: Final = 0.03
"""The echo from five metres; after it the sensor itself gives up at 38 ms."""


@dataclass
class UltrasonicBin(Measured):
    """`drivers.ports.BinLevel` and `drivers.ports.BinGauge` on an HC-SR04.

    Attributes:
        header: the pins.
        trigger: the BOARD number of the output.
        echo: the BOARD number of the input.
        bin: how a distance becomes a level.
        readings: how many are taken; their median counts.
        gap_s: between two, for the last echo to die away.
        clock: monotonic seconds, as fine as there are.
    """

    header: Header
    trigger: int
    echo: int
    bin: Bin = field(default_factory=Bin)
    readings: int = 5
    gap_s: float = 0.06
    clock: Callable[[], float] = time.perf_counter
    _measuring: trio.Lock = field(default_factory=trio.Lock, repr=False)

    async def level_pct(self) -> float:
        """Measure.

        Raises:
            ReadingError: there is no distance, or nothing in the bin can be at it.
        """
        return self.bin.level_pct(await self._median_cm())

    async def distance_cm(self) -> float:
        """Measure how far away the topmost item is.

        Raises:
            ReadingError: there is no distance, or one that the sensor cannot measure.
        """
        return plausible_cm(await self._median_cm())

    async def _median_cm(self) -> float:
        """Measure several times, and return what lies in the middle.

        Raises:
            ReadingError: fewer than half of the readings gave an echo, or the pins cannot be
                used.
        """
        found: list[float] = []
        trouble: DriverError | None = None
        async with self._measuring:
            for _ in range(self.readings):
                try:
                    found.append(await trio.to_thread.run_sync(self._distance_cm))
                except DriverError as error:
                    trouble = error
                await trio.sleep(self.gap_s)
        if len(found) <= self.readings // 2:
            raise ReadingError(f"bin: {trouble}") from trouble
        return statistics.median(found)

    def _distance_cm(self) -> float:
        """Measure once; blocks for at most a tenth of a second."""
        if self.header.read(self.echo):
            raise ReadingError("the echo is high before the pulse: check the sensor's wires")
        self.header.write(self.trigger, high=True)
        time.sleep(_PULSE_S)
        self.header.write(self.trigger, high=False)
        rose_s = self._wait_for(high=True)
        return (self._wait_for(high=False) - rose_s) * 1e6 / US_PER_CM

    def _wait_for(self, *, high: bool) -> float:
        deadline_s = self.clock() + _ECHO_MOST_S
        while (now_s := self.clock()) < deadline_s:
            if self.header.read(self.echo) is high:
                return now_s
        raise ReadingError("no echo" if high else "the echo does not end: nothing is near enough")
