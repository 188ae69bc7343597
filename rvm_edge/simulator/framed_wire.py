"""The framed dialect on the simulated controller's wire, with all that may happen to a frame."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import trio

from drivers.esp32.dialect import Command
from drivers.esp32.framed_dialect import (
    Done,
    Nack,
    Order,
    Outcome,
    Reason,
    Sensor,
    SensorEvent,
    read_message,
    to_frame,
)
from drivers.esp32.frames import Frame, FrameParser, encode_frame
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.framed_firmware import Act, FramedFirmware
from rvm_edge.simulator.world import World


class FramedWire:
    """From bytes to `FramedFirmware` and back."""

    def __init__(
        self,
        world: World,
        act: Act,
        write: Callable[[bytes], None],
        talk: Callable[[], None],
        nursery: trio.Nursery,
    ) -> None:
        """Wait for a host.

        Args:
            world: the machine, and how it misbehaves.
            act: carries out an order.
            write: puts bytes on the wire.
            talk: puts on the wire what an ESP32 says while it boots.
            nursery: orders are carried out in it.
        """
        self._world = world
        self._write = write
        self._talk = talk
        self._nursery = nursery
        self._parser = FrameParser()
        self._firmware = FramedFirmware(
            act, self._say, nursery, world.timings.dead_man_s, world.firmware.stop
        )
        self._dead_man_fired = world.firmware.dead_man_fired

    @property
    def in_session(self) -> bool:
        """Whether frames alone are listened to."""
        if self._world.firmware.dead_man_fired != self._dead_man_fired:
            self._dead_man_fired = self._world.firmware.dead_man_fired
            self._firmware.forget()
        return self._firmware.session is not None

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the host's."""
        for frame in self._parser.feed(data):
            self._take(frame)

    async def watch(self) -> None:
        """Tell the host what the sensors see, whenever it changes."""
        while True:
            before = self._sensed()
            await self._world.until(partial(self._sees_other_than, before))
            now = self._sensed()
            if self.in_session:
                self._tell(now - before, active=True)
                self._tell(before - now, active=False)

    def _take(self, frame: Frame) -> None:
        faults = self._world.faults
        if faults.fires(Fault.CONTROLLER_DEAF):
            return
        was_in = self._firmware.session if self.in_session else None
        if isinstance(read_message(frame), Order):
            if faults.fires(Fault.CONTROLLER_RESETS):
                self._world.firmware.reset()
                self._firmware.forget()
                self._talk()
                return
            if faults.fires(Fault.COMMAND_UNKNOWN):
                self._say(to_frame(Nack(Reason.UNKNOWN_COMMAND), frame.session, frame.number))
                return
        self._firmware.take(frame)
        if self._firmware.session == frame.session:
            self._world.firmware.hear(self._firmware.dead_man_s)
            if was_in != frame.session:
                self._tell(self._sensed(), active=True)
                self._tell(frozenset(Sensor) - self._sensed(), active=False)

    def _sensed(self) -> frozenset[Sensor]:
        world = self._world
        sees = {
            Sensor.CHAMBER: bool(world.in_chamber),
            Sensor.SLOT: world.slot_is_blocked,
            Sensor.DOOR: world.door_is_open,
        }
        return frozenset(sensor for sensor, active in sees.items() if active)

    def _sees_other_than(self, before: frozenset[Sensor]) -> bool:
        return self._sensed() != before

    def _tell(self, sensors: frozenset[Sensor], *, active: bool) -> None:
        for sensor in sorted(sensors, key=lambda one: one.value):
            self._firmware.tell(SensorEvent(sensor, active))

    def _say(self, frame: Frame) -> None:
        faults = self._world.faults
        late_s = faults.value(Fault.ACK_LATE, 5.0)
        if faults.fires(Fault.ACK_LATE):
            self._nursery.start_soon(self._say_late, frame, late_s)
            return
        if faults.fires(Fault.CONTROLLER_MUTE):
            return
        said = read_message(frame)
        if isinstance(said, Done) and faults.fires(Fault.ACK_WRONG):
            other = Command.LIGHT_ON if said.command is not Command.LIGHT_ON else Command.LIGHT_OFF
            frame = to_frame(Done(other, Outcome.OK), frame.session, frame.number)
        data = encode_frame(frame)
        if faults.fires(Fault.ACK_CORRUPTED):
            data = data[:4] + bytes([data[4] ^ 0x10]) + data[5:]
        self._write(data)
        if faults.fires(Fault.ACK_DUPLICATED):
            self._write(data)

    async def _say_late(self, frame: Frame, late_s: float) -> None:
        await trio.sleep(late_s)
        self._write(encode_frame(frame))
