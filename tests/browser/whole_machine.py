"""A whole simulated machine, its own server included, and its page in a real browser.

Nothing is staged: chart, ledger, wires, bridge and page are the ones that run. The test is the
person in front of it, by the page's buttons and those of the panel beside it.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import trio
from msgspec.structs import replace

from rvm_edge.background import background_tasks
from rvm_edge.bridges.local.simulation import Condition, Incident, Thing
from rvm_edge.bridges.local.technician import PinHash
from rvm_edge.cli.demo.eyes import EyesKind
from rvm_edge.cli.demo.machine import SimulatedMachine, simulated_machine
from rvm_edge.cli.demo.played_world import PlayedWorld
from rvm_edge.cli.demo.surroundings import Setup
from rvm_edge.daemon import Parts
from rvm_edge.display import Fittings, ScreenNews, ScreenPlan, show_screen
from rvm_edge.identity import Secret
from rvm_edge.locations import Locations
from rvm_edge.settings import (
    CloudSettings,
    Policy,
    ReverbSettings,
    ScreenSettings,
    Settings,
    SyncSettings,
)
from rvm_edge.simulator.cloud import Dialect
from rvm_edge.simulator.credentials import SimulatedCredentials
from states import paths
from tests.browser.chromium import Chromium, Page
from tests.sure_samples import sure_bottles, sure_full_bottle

LAPTOP: Final = (1440, 900)
PIN: Final = "246810"
TOKEN: Final = "the-token-of-this-boot"  # noqa: S105 - a test's
LONG_S: Final = 60.0
TRAVEL_SCALE: Final = 0.2
SURE: Final = (*sure_bottles(1), sure_full_bottle())
"""An empty bottle and a filled one of which the model that ships has no doubt."""

_PIN_HASH: Final = str(PinHash.of(PIN))

QUICK: Final = Settings(
    policy=Policy(
        light_settle_s=0.0,
        frame_gap_s=0.0,
        idle_poll_s=0.05,
        bin_poll_s=0.1,
        pulse_s=0.1,
        recovery_s=0.1,
        hand_patience_s=1.0,
        heartbeat_s=0.3,
        heartbeat_failures=1,
        reconnect_first_s=0.1,
        reconnect_cap_s=0.2,
        retry_refused_s=0.3,
        start_on_approach=False,
    ),
    cloud=CloudSettings(
        sync=SyncSettings(offline_items_cap=1), reverb=ReverbSettings(retry_first_s=0.1)
    ),
    screen=ScreenSettings(port=0, pin_hash=_PIN_HASH),
    timeouts={paths.RESTARTING: 0.5},
)
"""Notices within a fraction of a second what becomes of anything."""


@dataclass
class WholeMachine:
    """A machine at work, and the page that shows it.

    Attributes:
        machine: with its world, its server and its daemon.
        page: on which people touch.
        address: of the page, with this boot's token.
        credentials: the machine's.
        locations: where its memory is.
        world: around it, for who cannot use the panel.
        visited: every leaf of the chart that it was in.
    """

    machine: SimulatedMachine
    page: Page
    address: str
    credentials: SimulatedCredentials
    locations: Locations
    world: PlayedWorld
    visited: set[str] = field(default_factory=set)

    async def open(self, *, panel: bool) -> None:
        """Open the page, and the panel if there is one; have the page note its screens."""
        page = self.page
        await page.goto(self.address)
        await page.record("screens", "#stage", "data-screen")
        await page.evaluate("window.screens.push(document.querySelector('#stage').dataset.screen)")
        if not panel:
            return
        await page.until("document.querySelector('#simulator')?.hidden === false")
        if await page.evaluate("document.querySelector('#beside').hidden"):
            await page.tap("#simulator")
        await page.until("document.querySelector('#beside .pad') !== null")

    async def speak(self, language: str) -> None:
        """Choose a language as people do."""
        if language != "id":
            await self.page.tap("#language")
        await self.page.until(f"document.documentElement.lang === '{language}'")

    async def put_in(self, thing: Thing) -> None:
        """Put something in, once the last item is in."""
        await self.page.until(
            f"document.querySelector('[data-key={thing.value}]').ariaDisabled === 'false'"
        )
        await self.page.tap(f"#beside [data-key={thing.value}]")

    async def let(self, condition: Condition, *, hold: bool) -> None:
        """Let a condition hold, or hold no more, and see that it does."""
        button = f"#beside [data-key={condition.value}]"
        pressed = f"document.querySelector('{button}').ariaPressed"
        await self.page.until(f"{pressed} === '{str(not hold).lower()}'")
        await self.page.tap(button)
        await self.page.until(f"{pressed} === '{str(hold).lower()}'")

    async def happen(self, incident: Incident) -> None:
        """Let something happen, once it can."""
        button = f"#beside [data-key={incident.value}]"
        await self.page.until(f"document.querySelector('{button}').ariaDisabled === 'false'")
        await self.page.tap(button)

    async def enter_pin(self) -> None:
        """Open the technician's panel."""
        await self.page.tap("#technician")
        for digit in PIN:
            await self.page.tap(f".keys button:nth-child({11 if digit == '0' else digit})")
        await self.page.tap(".keys .go")
        await self.page.until("document.querySelector('#panel .tabs') !== null")

    async def screens(self) -> list[str]:
        """Return the screens since the page was opened, in order."""
        seen: list[str] = json.loads(await self.page.evaluate("JSON.stringify(window.screens)"))
        return seen

    async def _follow(self, task_status: trio.TaskStatus[None]) -> None:
        runtime = self.machine.daemon.runtime
        with runtime.subscribe(10_000) as steps:
            self.visited.update(runtime.configuration)
            task_status.started()
            async for step in steps:
                self.visited.update(step.after)


@asynccontextmanager
async def whole_machine(
    chromium: Chromium,
    folder: Path,
    *,
    eyes: EyesKind = EyesKind.SCRIPTED,
    settings: Settings = QUICK,
    has_credentials: bool = True,
    online: bool = True,
    specimens: Sequence[str] = (),
    size: tuple[int, int] = LAPTOP,
    panel: bool = True,
) -> AsyncIterator[WholeMachine]:
    """Run a machine, and open its page, while the block lasts; fail if anything takes too long.

    Args:
        chromium: the browser.
        folder: for the machine's memory.
        eyes: who judges: the model that ships, or a script that knows what lies there.
        settings: how it behaves.
        has_credentials: whether it knows who it is from the beginning.
        online: whether the internet is there from the beginning.
        specimens: the only ones that there are to be put in; all of them if left out.
        size: of the browser's window, in pixels.
        panel: whether the page may play with the world, too; else it is as a real machine's.
    """
    here = Locations(config_dir=folder, data_dir=folder)
    credentials = SimulatedCredentials(present=False)
    fittings = Fittings()
    told, news = trio.open_memory_channel[ScreenNews](8)

    def fit(parts: Parts) -> Parts:
        return replace(fittings.around(parts), credentials=credentials)

    setup = Setup(travel_scale=TRAVEL_SCALE, eyes=eyes)
    with trio.fail_after(LONG_S):
        async with (
            chromium.page() as page,
            simulated_machine(here, settings, setup, Dialect.D, fit=fit) as machine,
            background_tasks() as nursery,
        ):
            if not online:
                machine.server.internet.cut()
            if has_credentials:
                credentials.store()
            if specimens:
                only = tuple(machine.samples.named(name) for name in specimens)
                machine.samples = replace(machine.samples, specimens=only)
            world = machine.played()
            fittings.world = world if panel else None
            plan = ScreenPlan(here, settings.screen, Secret(TOKEN))
            nursery.start_soon(
                show_screen, machine.daemon, machine.server.uplink, fittings, plan, told.send
            )
            address = f"{(await news.receive()).screen}#token={TOKEN}"
            await page.resize(*size)
            whole = WholeMachine(machine, page, address, credentials, here, world)
            await nursery.start(whole._follow)
            await whole.open(panel=panel)
            yield whole
