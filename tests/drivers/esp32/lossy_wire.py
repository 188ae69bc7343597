"""A wire with a controller of the framed dialect at its end, and a fate for every frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

import trio

from drivers.esp32.dialect import SENSORS
from drivers.esp32.framed_dialect import Done, Order, Outcome
from drivers.esp32.frames import Frame, FrameParser, encode_frame
from drivers.ports import DeviceGoneError
from rvm_edge.simulator.framed_firmware import FramedFirmware


class Fate(Enum):
    """What the wire does with what is sent at once."""

    ARRIVES = "arrives"
    IS_LOST = "is lost"
    COMES_TWICE = "comes twice"
    IS_DAMAGED = "is damaged"
    COMES_HALF = "comes half"
    COMES_IN_NOISE = "comes in noise"


def _after(fate: Fate, data: bytes) -> bytes:
    middle = len(data) // 2
    return {
        Fate.ARRIVES: data,
        Fate.IS_LOST: b"",
        Fate.COMES_TWICE: data + data,
        Fate.IS_DAMAGED: data[:middle] + bytes([data[middle] ^ 0x04]) + data[middle + 1 :],
        Fate.COMES_HALF: data[:middle],
        Fate.COMES_IN_NOISE: b"I (7) APP: beat\r\n" + data + b"\xff\x03",
    }[fate]


def _arrives() -> Fate:
    return Fate.ARRIVES


def _nought() -> int:
    return 0


@dataclass
class LossyWire:
    """`ByteLink` to a `FramedFirmware`.

    Attributes:
        nursery: in which orders are carried out.
        fate: says what becomes of what is sent next, in either direction.
        takes_s: how long an order takes.
        outcome: how orders end.
        knows_stop: whether its firmware can stop what it has begun.
        reads: what a sensor reads next; None for nothing.
        done: the orders that were begun, in order.
        stops: how often its motors were stopped.
        sent: what the host said, whole.
        dead_man_s: the longest that its host may stay silent.
        firmware: the controller.
    """

    nursery: trio.Nursery
    fate: Callable[[], Fate] = _arrives
    takes_s: float = 0.0
    outcome: Outcome | None = Outcome.OK
    knows_stop: bool = True
    reads: Callable[[], int | None] = _nought
    done: list[Order] = field(default_factory=list)
    stops: int = 0
    sent: list[Frame] = field(default_factory=list)
    closed: bool = False
    dead_man_s: float = 15.0

    def __post_init__(self) -> None:
        self._stopped = trio.Event()
        brake = self._brake if self.knows_stop else None
        self.firmware = FramedFirmware(self._act, self.say, self.nursery, self.dead_man_s, brake)
        self._parser, self._whole = FrameParser(), FrameParser()
        self._to_host, self._from_device = trio.open_memory_channel[bytes](1000)

    def say(self, frame: Frame) -> None:
        """Send a frame to the host, if the wire wants."""
        data = _after(self.fate(), encode_frame(frame))
        if data and not self.closed:
            self._to_host.send_nowait(data)

    async def _act(self, order: Order) -> Done | None:
        self.done.append(order)
        self._stopped = trio.Event()
        with trio.move_on_after(self.takes_s):
            await self._stopped.wait()
            return Done(order.command, Outcome.STOPPED)
        if self.outcome is None:
            return None
        if order.command not in SENSORS or self.outcome is not Outcome.OK:
            return Done(order.command, self.outcome)
        value = self.reads()
        return Done(order.command, Outcome.NO_READING if value is None else Outcome.OK, value)

    def _brake(self) -> None:
        self.stops += 1
        self._stopped.set()

    async def send(self, data: bytes) -> None:
        await trio.lowlevel.checkpoint()
        if self.closed:
            raise DeviceGoneError("unplugged")
        self.sent += self._whole.feed(data)
        for frame in self._parser.feed(_after(self.fate(), data)):
            self.firmware.take(frame)

    async def receive(self) -> bytes:
        try:
            return await self._from_device.receive()
        except (trio.EndOfChannel, trio.ClosedResourceError) as gone:
            raise DeviceGoneError("unplugged") from gone

    def close(self) -> None:
        self.closed = True
        self._to_host.close()
