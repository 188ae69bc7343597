"""One start of the real command in a simulated world: when it serves, and when it first decides."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import psutil
import trio

from drivers.sim.caller import Caller
from rvm_edge.simulator.remote import RemotePeople
from tests.bench.processes import PATIENCE_S, SilentError

_EDGE = (sys.executable, "-m", "rvm_edge")
_LOOK_S = 0.005
_FREE_S = 0.6
"""The machine takes notice of a hand that comes, not of one that was always there."""


@dataclass
class Moments:
    """When something first was so, in seconds since the process began; 0 before that.

    Attributes:
        serving_s: ``/healthz`` answered 200: the page is there and the chart runs.
        serving_cpu_s: what the process had used of a processor by then.
        operational_s: the chart had entered that state.
        ready_s: a person could come.
        verdict_s: the first item was decided upon; the person's part is in it.
    """

    serving_s: float = 0.0
    serving_cpu_s: float = 0.0
    operational_s: float = 0.0
    ready_s: float = 0.0
    verdict_s: float = 0.0


class _Line(msgspec.Struct):
    """What is read of a line that `rvm-edge run --json` says."""

    milestone: str = ""
    screen: str = ""
    event: str = ""


def measured_start(folder: Path) -> Moments:
    """Start a machine with nothing remembered, bring it one bottle, and end it.

    Raises:
        SilentError: it did not come so far within `PATIENCE_S`.
    """
    return trio.run(_measure, folder)


async def _measure(folder: Path) -> Moments:
    socket = folder / "world"
    moments = Moments()
    with trio.move_on_after(PATIENCE_S) as patience:
        async with _process("simulate", "--socket", str(socket), "--travel-scale", "0") as world:
            assert world.stdout is not None
            await world.stdout.receive_some()
            began = time.perf_counter()
            command = ("run", "--world", str(socket), "--screen-port", "0", "--json")
            data = ("--data-dir", str(folder / "data"))
            async with _process(*data, *command) as machine, trio.open_nursery() as nursery:
                await _follow(machine, began, moments, nursery, socket)
                nursery.cancel_scope.cancel()
    if patience.cancelled_caught or not moments.verdict_s:
        raise SilentError(f"the machine came only so far: {moments}")
    return moments


async def _follow(
    machine: trio.Process, began: float, moments: Moments, nursery: trio.Nursery, socket: Path
) -> None:
    """Note what the machine says, until it has decided and serves."""
    assert machine.stderr is not None
    rest = b""
    async for received in machine.stderr:
        now_s = time.perf_counter() - began
        *lines, rest = (rest + received).split(b"\n")
        for line in (msgspec.json.decode(one, type=_Line) for one in lines):
            if line.screen:
                nursery.start_soon(_ask_until_served, line.screen, machine.pid, began, moments)
            elif line.milestone == "operational":
                moments.operational_s = now_s
            elif line.milestone == "ready":
                moments.ready_s = now_s
                nursery.start_soon(_bring_a_bottle, socket)
            elif line.event == "verdict":
                moments.verdict_s = now_s
        while moments.verdict_s and not moments.serving_s:
            await trio.sleep(_LOOK_S)
        if moments.verdict_s:
            return


async def _ask_until_served(page: str, pid: int, began: float, moments: Moments) -> None:
    address = urlsplit(page)
    asked = f"GET /healthz HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: close\r\n\r\n"
    while True:
        async with await trio.open_tcp_stream("127.0.0.1", address.port or 80) as stream:
            await stream.send_all(asked.encode())
            answer = await stream.receive_some()
        if answer.startswith(b"HTTP/1.1 200"):
            moments.serving_s = time.perf_counter() - began
            used = psutil.Process(pid).cpu_times()
            moments.serving_cpu_s = used.user + used.system
            return
        await trio.sleep(_LOOK_S)


async def _bring_a_bottle(socket: Path) -> None:
    with Caller(socket) as caller:
        people = RemotePeople(caller)
        bottle = next(one.name for one in await people.specimens() if one.should_accept)
        await trio.sleep(_FREE_S)
        await people.hand_in()
        while (await people.view()).gate != "open":
            await trio.sleep(_LOOK_S)
        await people.hand_out()
        await people.insert_when_open(bottle)


@asynccontextmanager
async def _process(*arguments: str) -> AsyncIterator[trio.Process]:
    piped = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = (*_EDGE, *arguments)
    async with trio.open_nursery() as nursery:
        process: trio.Process = await nursery.start(
            partial(trio.run_process, command, check=False, **piped)
        )
        try:
            yield process
        finally:
            process.terminate()
