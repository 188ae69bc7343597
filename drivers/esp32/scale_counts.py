"""Reads a scale at an ESP32 that nobody else holds: to calibrate it, or to see how it is."""

from __future__ import annotations

from functools import partial

import trio

from drivers.esp32.controller import Controller
from drivers.esp32.dialect import Command
from drivers.esp32.scale import within_range
from drivers.esp32.sensors import read
from drivers.esp32.serial_link import open_serial
from drivers.esp32.timings import Dialect
from drivers.ports import DriverError


async def read_counts(
    path: str, baud: int, dialect: Dialect, *, readings: int, every_s: float
) -> list[int]:
    """Return what the amplifier gives, so many times.

    Args:
        path: the serial device.
        baud: bits per second.
        dialect: how the controller is spoken to.
        readings: how many.
        every_s: between two, so that each is another conversion.

    Raises:
        DriverError: the controller does not answer, or the scale gives nothing or its outermost
            value.
    """
    counts: list[int] = []
    trouble: DriverError | None = None
    connect = partial(open_serial, path, baud)
    async with Controller(connect, dialect=dialect).run() as controller:
        try:
            for _ in range(readings):
                counts.append(within_range(await read(controller, Command.READ_SCALE)))
                await trio.sleep(every_s)
        except DriverError as error:
            trouble = error  # raised in there, it would come out in a group
    if trouble is not None:
        raise trouble
    return counts
