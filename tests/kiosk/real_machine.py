"""The machine as a process of its own, which can be killed as a crash kills it."""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from subprocess import PIPE

import httpx
import msgspec
import trio

from rvm_edge.background import background_tasks

WITHIN_S = 60.0
RUN = ("run", "--simulate", "--travel-scale", "0", "--eyes", "scripted", "--json")
_PEOPLE = re.compile(r"^rvm_edge_bridge_listeners (\d+)", re.MULTILINE)


class Said(msgspec.Struct):
    """A line of the machine's, of which only the screen's address is read."""

    screen: str = ""


class RealMachine:
    """A machine that serves its screen.

    Attributes:
        process: the machine.
        screen: where its screen is.
    """

    def __init__(self, process: trio.Process, screen: str) -> None:
        self.process = process
        self.screen = screen

    @property
    def port(self) -> int:
        return int(self.screen.rsplit(":", 1)[1].strip("/"))

    async def until_listened_to(self, by: int) -> None:
        """Return when so many hold a line to it: the keeper, and each page that works."""
        async with httpx.AsyncClient(trust_env=False, timeout=WITHIN_S) as client:
            while True:
                answer = await client.get(f"http://127.0.0.1:{self.port}/metrics")
                found = _PEOPLE.search(answer.text)
                assert found, answer.text
                if int(found[1]) == by:
                    return
                await trio.sleep(0.02)


@asynccontextmanager
async def real_machine(folder: Path, port: int = 0) -> AsyncIterator[RealMachine]:
    """Run ``rvm-edge run --simulate`` while inside, and kill it in the end.

    Args:
        folder: for its memory.
        port: of its screen; any free one if left out.
    """
    folders = ("--config-dir", str(folder), "--data-dir", str(folder))
    process = await trio.lowlevel.open_process(
        [sys.executable, "-m", "rvm_edge", *folders, *RUN, "--screen-port", str(port)], stderr=PIPE
    )
    assert process.stderr is not None
    try:
        async with process.stderr, background_tasks() as nursery:
            yield RealMachine(process, await nursery.start(_listen, process.stderr))
    finally:
        process.kill()
        with trio.CancelScope(shield=True):
            await process.wait()


async def _listen(lines: trio.abc.ReceiveStream, *, task_status: trio.TaskStatus[str]) -> None:
    """Tell where the screen is, and read on, so that the machine never waits for a reader."""
    pending, told = b"", False
    async for some in lines:
        *whole, pending = (pending + some).split(b"\n")
        for line in whole:
            if not line.startswith(b"{"):  # the log's
                continue
            screen = msgspec.json.decode(line, type=Said).screen
            if screen and not told:
                told = True
                task_status.started(screen)
    assert told, f"it ended without a screen; it said {pending!r}"
