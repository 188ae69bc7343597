"""A command over the serial driver and back, against a bare echo on the same kind of wire.

The floor is what anybody would write: write a line to a pty, wait until it can be read, read. The
device at the other end of the floor and of the driver alike answers at once; the simulated ESP32,
with its log lines and its world, is measured beside them.
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
from drivers.esp32.serial_link import open_serial
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
        floor_wire, driver_wire = os.openpty(), os.openpty()
        for master, slave in (floor_wire, driver_wire):
            tty.setraw(slave)
            os.set_blocking(master, False)
            os.set_blocking(slave, False)
            nursery.start_soon(_answer_at_once, master)
        simulated = await nursery.start(Esp32(World(INSTANT), folder / "tty").run)
        async with (
            _controller(os.ttyname(driver_wire[1])) as driver,
            _controller(str(simulated)) as esp32,
        ):
            kinds: dict[str, Callable[[], Awaitable[None]]] = {
                "bare": partial(_echo, floor_wire[1]),
                "driver": partial(driver.command, Command.PING),
                "simulated_esp32": partial(esp32.command, Command.PING),
            }
            times: dict[str, list[float]] = {name: [] for name in kinds}
            for trip in kinds.values():
                await _time(trip, _WARM_UP)
            for _ in range(round_trips // _ROUND):
                for name, trip in kinds.items():
                    times[name] += await _time(trip, _ROUND)
        nursery.cancel_scope.cancel()
    for descriptor in (*floor_wire, *driver_wire):
        os.close(descriptor)
    return _result(times, round_trips)


def _result(times: dict[str, list[float]], round_trips: int) -> BenchResult:
    figures: dict[str, float] = {}
    for name, seconds in times.items():
        figures[f"{name}_p50_us"] = statistics.median(seconds) * 1e6
        figures[f"{name}_p99_us"] = statistics.quantiles(seconds, n=100)[98] * 1e6
    return BenchResult(
        name="serial",
        figures=figures,
        ratios={
            "driver_over_bare_p50": figures["driver_p50_us"] / figures["bare_p50_us"],
            "driver_over_bare_p99": figures["driver_p99_us"] / figures["bare_p99_us"],
        },
        notes=(
            f"{round_trips} round trips of each kind, in turns of {_ROUND}.",
            "A pty has no baud rate: at 115200 baud the bytes of a ping alone take 1.7 ms.",
        ),
    )


@asynccontextmanager
async def _controller(path: str) -> AsyncIterator[Controller]:
    controller = Controller(partial(open_serial, path), LINK)
    async with controller.run():
        yield controller


async def _answer_at_once(master: int) -> None:
    while True:
        await trio.lowlevel.wait_readable(master)
        os.read(master, 1024)
        os.write(master, PONG)


async def _echo(slave: int) -> None:
    os.write(slave, PING)
    await trio.lowlevel.wait_readable(slave)
    os.read(slave, 1024)


async def _time(trip: Callable[[], Awaitable[None]], count: int) -> list[float]:
    seconds: list[float] = []
    for _ in range(count):
        began = time.perf_counter()
        await trip()
        seconds.append(time.perf_counter() - began)
    return seconds


if __name__ == "__main__":
    sys.stdout.write(f"{run()}\n")
