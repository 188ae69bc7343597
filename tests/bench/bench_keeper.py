"""How long people have no working screen in front of them, by what died.

A real Chromium, the real keeper and the real bridge; a screen counts as working when its page has
painted and spoken with the machine. What is measured is the wait of people, so the time in which
nobody has noticed yet is in it.
"""

from __future__ import annotations

import logging
import statistics
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import trio

from rvm_edge.kiosk.keeper.keeper import keep_screen
from rvm_edge.settings.kiosk import KioskSettings
from tests.bench.result import BenchResult
from tests.kiosk.real_machine import real_machine
from tests.kiosk.stage import BACK_S, LONG_S, Stage, browser_script, stage

KEEPER_AND_PAGE = 2
_SHOWN = "the screen shows the local page"

DEATHS: dict[str, Callable[[Stage], None]] = {
    "browser_killed": lambda play: play.kill(),
    "browser_stopped": lambda play: play.stop(),
    "page_killed": lambda play: play.kill("renderer"),
    "page_hung": lambda play: play.misbehave("hang"),
    "page_white": lambda play: play.misbehave("white"),
}


def run(times: int = 7) -> BenchResult:
    """Measure; some two minutes with the default number of deaths of each kind."""
    logging.getLogger("rvm_edge.kiosk").addHandler(logging.NullHandler())  # what died is known
    found = {name: _several(partial(_death, die), times) for name, die in DEATHS.items()}
    found["machine_killed"] = _several(_machine_killed, times)
    figures: dict[str, float] = {}
    for name, waits in found.items():
        figures[f"{name}_s_p50"] = round(statistics.median(waits), 2)
        figures[f"{name}_s_most"] = round(max(waits), 2)
    return BenchResult(
        name="keeper",
        figures={**figures, "promise_s": BACK_S},
        ratios={
            f"{name}_most_over_promise": round(max(waits) / BACK_S, 2)
            for name, waits in found.items()
        },
        notes=(
            f"{times} deaths of each kind, from the death to a page that has painted and spoken "
            "with the machine; every browser headless and freshly started",
            "machine_killed is rvm-edge run --simulate, killed and started again at once: a "
            "service manager's RestartSec comes on top",
        ),
    )


def _several(once: Callable[[Path], Awaitable[float]], times: int) -> list[float]:
    waits = []
    for _ in range(times):
        with tempfile.TemporaryDirectory(prefix="bench-keeper-") as folder:
            waits.append(trio.run(once, Path(folder)))
    return waits


async def _death(die: Callable[[Stage], None], folder: Path) -> float:
    async with stage(folder) as play:
        play.keep()
        await play.machine.until_shown(1)
        began_s = trio.current_time()
        die(play)
        await play.machine.until_shown(2)
        return trio.current_time() - began_s


async def _machine_killed(folder: Path) -> float:
    data = folder / "data"
    data.mkdir()
    token = str(data / "screen-token")
    browser = (str(browser_script(folder)),)
    with trio.fail_after(LONG_S), _Shown() as shown:
        async with trio.open_nursery() as nursery:
            async with real_machine(data) as machine:
                settings = KioskSettings(browser=browser, port=machine.port, token_file=token)
                nursery.start_soon(keep_screen, settings, folder / "profile")
                await shown.until(1)
                await machine.until_listened_to(by=KEEPER_AND_PAGE)
                began_s = trio.current_time()
            async with real_machine(data, settings.port) as machine:
                await shown.until(2)
                await machine.until_listened_to(by=KEEPER_AND_PAGE)
                wait_s = trio.current_time() - began_s
            nursery.cancel_scope.cancel()
    return wait_s


class _Shown(logging.Handler):
    """Counts how often the keeper says that it shows the local page."""

    def __init__(self) -> None:
        super().__init__()
        self._log = logging.getLogger("rvm_edge.kiosk")
        self._times = 0
        self._happened = trio.Event()

    def __enter__(self) -> _Shown:
        self._log.addHandler(self)
        self._log.setLevel(logging.INFO)
        return self

    def __exit__(self, *_: object) -> None:
        self._log.removeHandler(self)
        self._log.setLevel(logging.NOTSET)

    def emit(self, record: logging.LogRecord) -> None:
        self._times += record.getMessage() == _SHOWN
        self._happened.set()
        self._happened = trio.Event()

    async def until(self, times: int) -> None:
        while self._times < times:
            await self._happened.wait()
