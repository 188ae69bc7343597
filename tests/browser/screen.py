"""The screen of a machine that a test plays: the real bridge, the real page, a real browser."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trio

from rvm_edge.background import background_tasks
from rvm_edge.bridges.local.bridge import Arrangement, LocalBridge
from rvm_edge.bridges.local.limits import Limits
from rvm_edge.bridges.local.technician import PinDesk, PinHash
from rvm_edge.identity import Secret
from rvm_edge.kiosk import PAGE
from tests.bridges.local.staged_machine import StagedMachine
from tests.browser.chromium import Chromium, Page

ROOT = Path(__file__).parents[2]
CHART = ROOT / "docs" / "reference" / "chart"
TOKEN = "the-token-of-this-boot"  # noqa: S105 - a test's
PIN = "246810"
LONG_S = 60.0
LIMITS = Limits(sense_s=0.05)

PORTRAIT = (1080, 1920)
LANDSCAPE = (1280, 800)
SMALL = (800, 480)
PHONE = (390, 844)


@dataclass
class Screen:
    """A running bridge, and the page that shows its machine.

    Attributes:
        machine: which the test plays.
        page: on which people touch.
        folders: of pages, beside the real one.
        limits: of the bridge.
        port: of the bridge.
    """

    machine: StagedMachine
    page: Page
    nursery: trio.Nursery
    folders: tuple[Path, ...] = ()
    limits: Limits = LIMITS
    port: int = 0
    _scopes: list[trio.CancelScope] = field(default_factory=list)
    _ended: trio.Event = field(default_factory=trio.Event)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    async def start_bridge(self, token: str = TOKEN) -> None:
        """Start the bridge; where one ran before, on the same port."""
        arrangement = Arrangement(
            token=Secret(token),
            pins=PinDesk(PinHash.of(PIN), time.monotonic),
            port=self.port,
            pages=(PAGE, CHART, *self.folders),
            limits=self.limits,
        )
        self.port = await self.nursery.start(self._run, arrangement)

    async def _run(self, arrangement: Arrangement, *, task_status: trio.TaskStatus[int]) -> None:
        self._ended = trio.Event()
        with trio.CancelScope() as scope:
            self._scopes.append(scope)
            await LocalBridge(self.machine, self.machine, arrangement).run(task_status=task_status)
        self._ended.set()

    async def stop_bridge(self) -> None:
        """End it, as a daemon that is ended does."""
        self._scopes.pop().cancel()
        await self._ended.wait()

    async def open(self, token: str = TOKEN) -> None:
        """Open the page, as the kiosk does."""
        await self.page.goto(f"{self.address}#token={token}")
        await self.page.until("document.querySelector('#technician')?.textContent")


@asynccontextmanager
async def screen(
    chromium: Chromium,
    machine: StagedMachine | None = None,
    *,
    size: tuple[int, int] = PORTRAIT,
    patience: Path | None = None,
    limits: Limits = LIMITS,
    opened: bool = True,
    within_s: float = LONG_S,
) -> AsyncIterator[Screen]:
    """Show a machine on a screen of this size.

    Args:
        chromium: the browser.
        machine: in whatever state; offline and idle if left out.
        size: in pixels.
        patience: a folder with a ``patience.js`` to serve in place of the page's own.
        limits: of the bridge.
        opened: whether the page is open already.
        within_s: how long all of it may take.
    """
    folders = () if patience is None else (patience,)
    with trio.fail_after(within_s):
        async with chromium.page() as page:
            await page.resize(*size)
            async with background_tasks() as nursery:
                shown = Screen(machine or StagedMachine(), page, nursery, folders, limits)
                await shown.start_bridge()
                if opened:
                    await shown.open()
                yield shown
