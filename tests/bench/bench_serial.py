"""A command over the serial driver and back, against a bare echo on the same kind of wire.

The floor is what anybody would write: write a line to a pty, wait until it can be read, read. The
device at the other end of the floor and of the driver alike answers at once, in both dialects; the
simulated ESP32, with its log lines and its world, is measured beside them. The floor's line has no
checksum and no number: what the frames cost beyond it is what they are for.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
import tty
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import trio

from drivers.esp32.controller import Controller, LinkTimings
from drivers.esp32.dialect import Command, Reply, encode
from drivers.esp32.framed_dialect import (
    Ack,
    Done,
    Hello,
    Message,
    Order,
    Outcome,
    Welcome,
    read_message,
    to_frame,
)
from drivers.esp32.frames import FrameParser, encode_frame
from drivers.esp32.serial_link import open_serial
from drivers.esp32.timings import Dialect
from rvm_edge.simulator.esp32 import Esp32
from rvm_edge.simulator.timings import INSTANT
from rvm_edge.simulator.world import World
from tests.bench.result import BenchResult

PING = encode(Command.PING)
PONG = f"{Reply.PONG.value}\n".encode()
LINK = LinkTimings(settle_s=0.05)
_WARM_UP = 50
_ROUND = 50
"""Round trips of one kind before it is the next kind's turn."""


def run(round_trips: int = 3000) -> BenchResult:
    """Measure; takes about three seconds."""
    with tempfile.TemporaryDirectory() as folder:
        return trio.run(_measure, Path(folder), round_trips)


async def _measure(folder: Path, round_trips: int) -> BenchResult:
    async with trio.open_nursery() as nursery:
        wires = [_wire() for _ in range(3)]
        (_, floor), (_, ascii_wire), (_, framed_wire) = wires
        for (master, _), answering in zip(
            wires, (_answer_at_once, _answer_at_once, _answer_frames_at_once), strict=True
        ):
            nursery.start_soon(answering, master)
        simulated = await nursery.start(Esp32(World(INSTANT), folder / "ascii").run)
        simulated_too = await nursery.start(Esp32(World(INSTANT), folder / "framed").run)
        async with (
            _controller(os.ttyname(ascii_wire), Dialect.ASCII) as driver,
            _controller(os.ttyname(framed_wire), Dialect.FRAMED) as framed,
            _controller(str(simulated), Dialect.ASCII) as esp32,
            _controller(str(simulated_too), Dialect.FRAMED) as framed_esp32,
        ):
            kinds: dict[str, Callable[[], Awaitable[object]]] = {
                "bare": partial(_echo, floor),
                "ascii": partial(driver.command, Command.PING),
                "framed": partial(framed.command, Command.PING),
                "ascii_simulated_esp32": partial(esp32.command, Command.PING),
                "framed_simulated_esp32": partial(framed_esp32.command, Command.PING),
            }
            times: dict[str, list[float]] = {name: [] for name in kinds}
            for trip in kinds.values():
                await _time(trip, _WARM_UP)
            for _ in range(round_trips // _ROUND):
                for name, trip in kinds.items():
                    times[name] += await _time(trip, _ROUND)
        nursery.cancel_scope.cancel()
    for descriptor in (one for wire in wires for one in wire):
        os.close(descriptor)
    return _result(times, round_trips)


def _wire() -> tuple[int, int]:
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    os.set_blocking(slave, False)
    return master, slave


def _result(times: dict[str, list[float]], round_trips: int) -> BenchResult:
    figures: dict[str, float] = {}
    for name, seconds in times.items():
        figures[f"{name}_p50_us"] = statistics.median(seconds) * 1e6
        figures[f"{name}_p99_us"] = statistics.quantiles(seconds, n=100)[98] * 1e6
    return BenchResult(
        name="serial",
        figures=figures,
        ratios={
            f"{dialect}_over_bare_{which}": figures[f"{dialect}_{which}_us"]
            / figures[f"bare_{which}_us"]
            for dialect in ("ascii", "framed")
            for which in ("p50", "p99")
        },
        notes=(
            f"{round_trips} round trips of each kind, in turns of {_ROUND}.",
            "A pty has no baud rate: at 115200 baud the bytes of a ping alone take 1.7 ms, and "
            "those of a framed one and its outcome 2.3 ms.",
        ),
    )


@asynccontextmanager
async def _controller(path: str, dialect: Dialect) -> AsyncIterator[Controller]:
    controller = Controller(partial(open_serial, path), LINK, dialect)
    async with controller.run():
        yield controller


async def _answer_at_once(master: int) -> None:
    while True:
        await trio.lowlevel.wait_readable(master)
        os.read(master, 1024)
        os.write(master, PONG)


async def _answer_frames_at_once(master: int) -> None:
    parser = FrameParser()
    while True:
        await trio.lowlevel.wait_readable(master)
        for frame in parser.feed(os.read(master, 1024)):
            answer = _answer_to(read_message(frame))
            os.write(master, encode_frame(to_frame(answer, frame.session, frame.number)))


def _answer_to(message: Message | None) -> Message:
    if isinstance(message, Hello):
        return Welcome(message.dead_man_s)
    if isinstance(message, Order):
        return Done(message.command, Outcome.OK)
    return Ack()


async def _echo(slave: int) -> None:
    os.write(slave, PING)
    await trio.lowlevel.wait_readable(slave)
    os.read(slave, 1024)


async def _time(trip: Callable[[], Awaitable[object]], count: int) -> list[float]:
    seconds: list[float] = []
    for _ in range(count):
        began = time.perf_counter()
        await trip()
        seconds.append(time.perf_counter() - began)
    return seconds


if __name__ == "__main__":
    sys.stdout.write(f"{run()}\n")
