"""A host of the framed dialect that talks over a wire with a fate, in mocked time."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import trio

from drivers.esp32.controller import Controller, LinkTimings
from drivers.esp32.dialect import Command
from drivers.esp32.framed_dialect import Kind, SensorEvent
from drivers.esp32.serial_link import ByteLink
from drivers.esp32.timings import Dialect
from drivers.ports import DeviceGoneError
from tests.drivers.esp32.lossy_wire import LossyWire

LINK = LinkTimings(settle_s=0.0)


@asynccontextmanager
async def talking(
    wire: LossyWire,
    timings: LinkTimings = LINK,
    tell: Callable[[SensorEvent], None] = lambda _: None,
) -> AsyncIterator[Controller]:
    async def connect() -> ByteLink:
        await trio.lowlevel.checkpoint()
        if wire.closed:
            raise DeviceGoneError("unplugged")
        return wire

    numbers = itertools.count(1)
    controller = Controller(
        connect, timings, Dialect.FRAMED, session_number=numbers.__next__, tell=tell
    )
    async with controller.run():
        yield controller


@dataclass
class Line:
    """A host that talks over a wire, in mocked time.

    Attributes:
        wire: with the controller at its end.
        host: the driver.
        told: what the sensors said unasked.
    """

    wire: LossyWire
    host: Controller
    told: list[SensorEvent]


def kinds(wire: LossyWire) -> list[Kind]:
    return [Kind(frame.kind) for frame in wire.sent]


def commands(wire: LossyWire) -> list[Command]:
    return [order.command for order in wire.done]
