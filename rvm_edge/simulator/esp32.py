"""The ESP32's firmware behind a pty, as a host with a serial port meets it.

It speaks the ASCII dialect with all its habits: it logs to the same wire, it answers after the
action, and it takes whatever comes within one frame of up to 100 ms for one command. A host that
greets it in a frame is answered in frames.
"""

from __future__ import annotations

import contextlib
import os
import tty
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import trio

from drivers.esp32.dialect import (
    DISPLAY_MAX,
    REPLY_TO,
    SENSORS,
    Command,
    Reading,
    Reply,
    line_of,
)
from drivers.esp32.framed_dialect import Done, Order, Outcome
from drivers.ports import DeviceGoneError, MotionBlockedError, Signal, StoppedError
from drivers.sim.link import Verb
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.framed_wire import FramedWire
from rvm_edge.simulator.wired_sensors import read_sensor
from rvm_edge.simulator.world import World

_TAG = "RVM_ESP32"
_UART_BUFFER = 128
_NOISE = (
    "ets Jul 29 2019 12:21:46",
    "rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)",
    f"I (312) {_TAG}: UART ready, 115200 8N1",
)

_ACTIONS: dict[Command, tuple[Verb, Signal | None]] = {
    Command.PING: (Verb.BEAT, None),
    Command.SLOT_OPEN: (Verb.GATE_OPEN, None),
    Command.SLOT_CLOSE: (Verb.GATE_CLOSE, None),
    Command.LIGHT_ON: (Verb.LIGHT_ON, None),
    Command.LIGHT_OFF: (Verb.LIGHT_OFF, None),
    Command.SORT_VALID_ITEM: (Verb.SORTER_DROP, None),
    Command.RETURN_REJECTED_ITEM: (Verb.SORTER_RETURN, None),
    Command.INDICATE_IDLE: (Verb.INDICATE, Signal.IDLE),
    Command.INDICATE_PROCESSING: (Verb.INDICATE, Signal.PROCESSING),
    Command.INDICATE_SUCCESS: (Verb.INDICATE, Signal.SUCCESS),
    Command.INDICATE_REJECTED: (Verb.INDICATE, Signal.REJECTED),
    Command.INDICATE_ERROR: (Verb.INDICATE, Signal.ERROR),
    Command.DISPLAY: (Verb.BEAT, None),
}


class Esp32:
    """One controller at one stable path, for as long as `run` runs.

    Attributes:
        path: a symbolic link to the pty of the moment; the host opens this.
        displayed: the last text shown.
    """

    def __init__(self, world: World, path: Path, *, framed: bool = True) -> None:
        """Plug it in nowhere yet; see `run`.

        Args:
            world: the machine that it moves.
            path: where the host finds it.
            framed: whether its firmware knows the framed dialect too.
        """
        self._world = world
        self._framed = framed
        self.path = path
        self.displayed = ""
        self._born_s = 0.0

    async def run(self, task_status: trio.TaskStatus[Path] = trio.TASK_STATUS_IGNORED) -> None:
        """Serve the wire until cancelled; reports `path` once a host can open it."""
        self._born_s = trio.current_time()
        started = False
        while True:
            await self._world.until(self._is_plugged)
            with self._plugged() as master:
                if not started:
                    started = True
                    task_status.started(self.path)
                check = self._world.wiring.connection_check()
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._serve, master, check)
                    await self._world.until(partial(_has_failed, check))
                    nursery.cancel_scope.cancel()

    def _is_plugged(self) -> bool:
        return self._world.powered and not self._world.faults.stands(Fault.UNPLUGGED)

    @contextlib.contextmanager
    def _plugged(self) -> Iterator[int]:
        # The slave stays open here too: else the master reads EIO whenever no host has it open.
        master, slave = os.openpty()
        try:
            tty.setraw(slave)
            os.set_blocking(master, False)
            fresh = self.path.with_name(f"{self.path.name}.new")
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(os.ttyname(slave))
            fresh.replace(self.path)
            yield master
        finally:
            self.path.unlink(missing_ok=True)
            trio.lowlevel.notify_closing(master)
            os.close(master)
            os.close(slave)

    async def _serve(self, master: int, check: Callable[[], None]) -> None:
        self._log(master, *_NOISE)
        async with trio.open_nursery() as nursery:
            framed = FramedWire(
                self._world,
                partial(self._act, check),
                partial(_write, master),
                partial(self._log, master, *_NOISE),
                nursery,
            )
            nursery.start_soon(framed.watch)
            while True:
                read = _read_some if framed.in_session else self._read_frame
                data = await read(master)
                # Asked again: the dead-man may have ended the session meanwhile.
                if framed.in_session or (self._framed and 0 in data):
                    framed.feed(data)
                else:
                    await self._take_line(master, data, check)

    async def _take_line(self, master: int, frame: bytes, check: Callable[[], None]) -> None:
        faults = self._world.faults
        if faults.fires(Fault.CONTROLLER_DEAF):
            return
        self._world.firmware.hear()
        asked = frame.decode("ascii", errors="replace").rstrip("\r\n")
        self._log(master, f"RX from RPi: [{asked[:DISPLAY_MAX]}]")
        if faults.fires(Fault.CONTROLLER_RESETS):
            self._world.firmware.reset()
            self._log(master, *_NOISE)
            return
        reply = await self._carry_out(asked, check)
        if reply is not None:
            await self._answer(master, reply.value if isinstance(reply, Reply) else line_of(reply))

    async def _read_frame(self, master: int) -> bytes:
        frame = await _read_some(master)
        with trio.move_on_after(self._world.timings.frame_s):
            while self._world.timings.frame_s > 0 and len(frame) < _UART_BUFFER:
                frame += await _read_some(master)
        return frame

    async def _carry_out(self, asked: str, check: Callable[[], None]) -> Reply | Reading | None:
        """Do what was asked and return the answer; None for what did not come to its end."""
        name, _, payload = asked.partition(":")
        try:
            command = Command(name)
        except ValueError:
            return Reply.UNKNOWN_COMMAND
        if self._world.faults.fires(Fault.COMMAND_UNKNOWN) or "\n" in asked:
            return Reply.UNKNOWN_COMMAND
        done = await self._act(check, Order(command, payload))
        if done is None or done.outcome in {Outcome.BLOCKED, Outcome.STOPPED}:
            return None
        return Reading(command, done.value) if command in SENSORS else REPLY_TO[command]

    async def _act(self, check: Callable[[], None], order: Order) -> Done | None:
        """Carry out an order; return None if the controller went down in the middle."""
        if order.command not in _ACTIONS:
            return await self._sense(order.command)
        verb, signal = _ACTIONS[order.command]
        try:
            await self._world.firmware.perform(verb, signal, check)
        except MotionBlockedError:
            return Done(order.command, Outcome.BLOCKED)
        except StoppedError:
            return Done(order.command, Outcome.STOPPED)
        except DeviceGoneError:
            return None
        if order.command is Command.DISPLAY:
            self.displayed = order.text[:DISPLAY_MAX]
        return Done(order.command, Outcome.OK)

    async def _sense(self, command: Command) -> Done | None:
        """Read a sensor, or move the bolt."""
        try:
            if command in SENSORS:
                value = await read_sensor(self._world, command)
                return Done(command, Outcome.NO_READING if value is None else Outcome.OK, value)
            locks = command is Command.DOOR_LOCK
            await self._world.ask(Verb.DOOR_LOCK if locks else Verb.DOOR_UNLOCK)
        except DeviceGoneError:
            return None
        return Done(command, Outcome.OK)

    async def _answer(self, master: int, line: str) -> None:
        faults = self._world.faults
        late_s = faults.value(Fault.ACK_LATE, 5.0)
        if faults.fires(Fault.ACK_LATE):
            await trio.sleep(late_s)
        if faults.fires(Fault.CONTROLLER_MUTE):
            return
        if faults.fires(Fault.ACK_WRONG):
            other = Reply.LIGHT_OFF if line == Reply.LIGHT_ON.value else Reply.LIGHT_ON
            line = other.value
        self._log(master, f"TX to RPi: [{line}]")
        if faults.fires(Fault.ACK_CORRUPTED):
            line = line[:3] + "\x7f" + line[4:]
        _write(master, f"{line}\n".encode())
        if faults.fires(Fault.ACK_DUPLICATED):
            _write(master, f"{line}\n".encode())

    def _log(self, master: int, *lines: str) -> None:
        age_ms = int((trio.current_time() - self._born_s) * 1000)
        for line in lines:
            text = line if line in _NOISE else f"I ({age_ms}) {_TAG}: {line}"
            _write(master, f"{text}\r\n".encode())


async def _read_some(master: int) -> bytes:
    while True:
        await trio.lowlevel.wait_readable(master)
        try:
            return os.read(master, _UART_BUFFER)
        except BlockingIOError:
            continue


def _write(master: int, data: bytes) -> None:
    # A UART has no flow control: what the host does not read in time is lost.
    with contextlib.suppress(BlockingIOError):
        os.write(master, data)


def _has_failed(check: Callable[[], None]) -> bool:
    try:
        check()
    except DeviceGoneError:
        return True
    return False
