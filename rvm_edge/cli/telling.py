"""Tells on stderr what the machine does, and never lets it wait for whoever reads that."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import trio

from rvm_edge.machine import Machine
from rvm_edge.statechart.journal.record import Record
from rvm_edge.statechart.runtime import Runtime
from states import paths

if TYPE_CHECKING:
    from rvm_edge.display import ScreenNews

_UNREAD_STEPS = 1000


class Milestone(msgspec.Struct, frozen=True):
    """How long the start took.

    Attributes:
        milestone: ``operational`` once that state is entered, ``ready`` once a person can come.
        ms: since the process began, in milliseconds.
    """

    milestone: str
    ms: float


class Teller:
    """Writes a line for every transition, and one for each of the start's milestones."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._fd = sys.stderr.fileno()
        self._still_to_come = {"operational": paths.OPERATIONAL, "ready": paths.IDLE}

    async def follow(self, runtime: Runtime[Machine]) -> None:
        """Tell until the machine stops, or until nobody listens any more.

        A reader that stops reading misses lines; the journal has them all.
        """
        await self._say(self._in_words_of_start(runtime.configuration))
        while runtime.configuration:
            with runtime.subscribe(_UNREAD_STEPS) as steps:
                await self._tell_milestones(runtime.configuration)
                async for step in steps:
                    if not await self._say(self._line(step.record)):
                        return
                    await self._tell_milestones(step.after)

    async def tell_of_screen(self, news: ScreenNews) -> None:
        """Tell where the screen is, or why there is none."""
        if self._as_json:
            line = msgspec.json.encode(news).decode()
        elif news.screen:
            line = f"screen at {await self._steerable(news)}"
        else:
            line = f"no screen: {news.trouble}"
        await self._say(f"{line}\n")

    async def _steerable(self, news: ScreenNews) -> str:
        """Return the screen's address; with the token for whoever sits at the terminal alone."""
        if os.isatty(self._fd):
            with suppress(OSError):
                token = await trio.Path(news.token_file).read_text(encoding="ascii")
                return f"{news.screen}#token={token.strip()}"
        return f"{news.screen} (to steer it: {news.screen}#token=<{news.token_file}>)"

    def _in_words_of_start(self, leaves: tuple[str, ...]) -> str:
        return "" if self._as_json else f"running in {' + '.join(leaves)}\n"

    def _line(self, record: Record) -> str:
        if self._as_json:
            return f"{msgspec.json.encode(record).decode()}\n"
        return f"{record.at} {record.seq:>6} {record.event:34} {' + '.join(record.after)}\n"

    async def _tell_milestones(self, leaves: tuple[str, ...]) -> None:
        for name, path in tuple(self._still_to_come.items()):
            if any(leaf == path or leaf.startswith(f"{path}.") for leaf in leaves):
                del self._still_to_come[name]
                ms = round(since_start_s() * 1000, 1)
                reached = msgspec.json.encode(Milestone(name, ms)).decode()
                await self._say(f"{reached if self._as_json else f'{name} after {ms:.0f} ms'}\n")

    async def _say(self, line: str) -> bool:
        """Write a line, and say whether somebody may have read it.

        In a thread: a pipe that nobody empties blocks, and the machine must not stand still for it.
        """

        def write() -> None:
            os.write(self._fd, line.encode())

        try:
            await trio.to_thread.run_sync(write, abandon_on_cancel=True)
        except OSError:
            return False
        return True


def since_start_s() -> float:
    """Return how long ago this process began, in seconds, to a hundredth.

    From field 22 of /proc/self/stat, in clock ticks since the system began (proc_pid_stat(5)).
    """
    after_name = Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2]
    began_s = int(after_name.split()[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - began_s
