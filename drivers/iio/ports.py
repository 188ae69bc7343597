"""Ports on the kernel's own sensor drivers (industrial I/O).

A DHT22 sends its bits as pulses of 26 and 70 us. No program in user space can tell them apart
reliably, the kernel can, with interrupts: its driver `dht11` serves the DHT22 too, once a
device-tree overlay names the pin
(https://www.kernel.org/doc/Documentation/ABI/testing/sysfs-bus-iio).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import trio

from drivers.ports import ReadingError

READING_S: Final = 2.0
TEMPERATURE_C: Final = (-40.0, 80.0)
"""What a DHT22 can measure."""

_TRIES: Final = 3
_MOST_BYTES: Final = 64
_MILLI: Final = 1000.0


@dataclass(frozen=True)
class KernelThermometer:
    """`drivers.ports.Thermometer` that is ``in_temp_input``, in thousandths of a degree.

    Attributes:
        device: the sensor's folder, such as ``/sys/bus/iio/devices/iio:device0``.
        timeout_s: how long a reading may take; some drivers wait for the sensor.
    """

    device: Path
    timeout_s: float = READING_S
    _one_at_a_time: trio.CapacityLimiter = field(
        default_factory=lambda: trio.CapacityLimiter(1), repr=False, compare=False
    )
    """A read that hangs cannot be ended, only left alone; no other is begun beside it."""

    async def temperature_c(self) -> float:
        """Measure.

        Raises:
            ReadingError: there is no reading, or an absurd one.
        """
        value = await self._number(self.device / "in_temp_input") / _MILLI
        low, high = TEMPERATURE_C
        if not (math.isfinite(value) and low <= value <= high):
            raise ReadingError(f"temperature: {value:g} °C is outside {low:g} to {high:g} °C")
        return value

    async def _number(self, file: Path) -> float:
        """Read one number; a DHT22 gives a damaged answer now and then, and is asked again."""
        why = f"{file}: no answer within {self.timeout_s:g} s"
        with trio.move_on_after(self.timeout_s):
            for attempt in range(_TRIES):
                await trio.sleep(attempt * self.timeout_s / 10)
                try:
                    return float(
                        await trio.to_thread.run_sync(
                            _read, file, abandon_on_cancel=True, limiter=self._one_at_a_time
                        )
                    )
                except OSError as error:
                    why = f"{file}: {error.strerror}"
                except ValueError:
                    why = f"{file}: holds no number"
        raise ReadingError(why)


def _read(file: Path) -> str:
    with file.open("rb") as opened:
        return opened.read(_MOST_BYTES).decode("ascii")
