"""Pings an ESP32 that nobody else holds: whether it answers, and in which dialect."""

from __future__ import annotations

from functools import partial

from drivers.esp32.controller import Controller
from drivers.esp32.dialect import Command
from drivers.esp32.serial_link import open_serial
from drivers.esp32.timings import Dialect
from drivers.ports import DriverError, NoAnswerError


async def spoken_at(path: str, baud: int, dialect: Dialect) -> Dialect:
    """Return the dialect in which the controller answers. Nothing moves.

    Args:
        path: the serial device.
        baud: bits per second.
        dialect: how it is to be spoken to.

    Raises:
        DriverError: it does not answer.
    """
    spoken: Dialect | None = None
    trouble: DriverError = NoAnswerError("it fell silent")
    connect = partial(open_serial, path, baud)
    async with Controller(connect, dialect=dialect).run() as controller:
        try:
            await controller.command(Command.PING)
            spoken = controller.spoken
        except DriverError as error:
            trouble = error  # raised in there, it would come out in a group
    if spoken is None:
        raise trouble
    return spoken
