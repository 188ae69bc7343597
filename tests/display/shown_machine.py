"""A whole simulated machine in real time, its screen served on a free port, and pages of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import trio
from msgspec.structs import replace

from drivers.ports import Wire
from rvm_edge.background import background_tasks
from rvm_edge.bridges.local.technician import PinHash
from rvm_edge.daemon import Daemon, Parts, running
from rvm_edge.display import Fittings, ScreenNews, ScreenPlan, show_screen
from rvm_edge.identity import Identity, Secret
from rvm_edge.link import LinkMaker
from rvm_edge.locations import Locations
from rvm_edge.machine import CutOut, no_cut_out
from rvm_edge.packaged import samples_dir
from rvm_edge.settings import Policy, ScreenSettings, Settings
from rvm_edge.simulator.credentials import SimulatedCredentials
from rvm_edge.simulator.eyes import EyesKnobs, ScriptedEyes
from rvm_edge.simulator.hardware import hardware_over
from rvm_edge.simulator.host import RecordedHost
from rvm_edge.simulator.specimens import read_samples
from rvm_edge.simulator.still_telemetry import StillTelemetry
from rvm_edge.simulator.timings import Timings
from rvm_edge.simulator.world import World
from rvm_edge.statechart.publishing import Step
from rvm_edge.uplink import Uplink, to_server
from states import paths
from tests.bridges.local.page import TOKEN, Page, Running
from tests.bridges.local.page import page as open_page

PIN = "2580"
LONG_S = 30.0
SAMPLES = read_samples(samples_dir())
BOTTLE = SAMPLES.acceptable()[0]
CAN = next(one for one in SAMPLES.specimens if one.kind == "can")
SCREEN = ScreenSettings(port=0, pin_hash=str(PinHash.of(PIN)))
QUICK = Policy(
    light_settle_s=0.0,
    frame_gap_s=0.0,
    idle_poll_s=0.05,
    bin_poll_s=0.1,
    pulse_s=0.1,
    start_on_approach=False,
)


@dataclass(frozen=True)
class Server:
    """Which server the machine has; by default none.

    Attributes:
        identity: who the machine is there; None while nobody knows.
        app_key: of its WebSocket.
        transport: the way to it.
    """

    identity: Identity | None = None
    app_key: str = ""
    transport: httpx.AsyncBaseTransport | None = None

    def made(self, made: Callable[[Uplink], None]) -> LinkMaker:
        """Return what makes the link to it."""
        return to_server(
            lambda: self.identity,
            StillTelemetry,
            app_key=self.app_key,
            transport=self.transport,
            made=made,
        )


@dataclass
class Shown:
    """A machine and its screen.

    Attributes:
        daemon: the machine.
        world: the physical truth.
        eyes: how they behave.
        news: what was told of the screen, oldest first.
        steps: what the machine has done since it was first watched.
        locations: where its memory is.
        stop: ends the screen.
    """

    daemon: Daemon
    world: World
    eyes: EyesKnobs
    locations: Locations
    news: list[ScreenNews] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    stop: trio.CancelScope = field(default_factory=trio.CancelScope)
    ended: trio.Event = field(default_factory=trio.Event)
    happened: trio.Event = field(default_factory=trio.Event)

    async def until(self, place: str) -> None:
        """Wait until the machine is there."""
        while not any(
            leaf == place or leaf.startswith(f"{place}.")
            for leaf in self.daemon.runtime.configuration
        ):
            await self.happened.wait()

    async def served(self) -> Running:
        """Wait until there is a screen."""
        while not (self.news and self.news[-1].screen):
            await self.happened.wait()
        port = int(self.news[-1].screen.rstrip("/").rpartition(":")[2])
        return Running(port, self.stop, self.ended)

    async def hear(self, news: ScreenNews) -> None:
        """Hear of the screen."""
        await trio.lowlevel.checkpoint()
        self.news.append(news)
        self._notify()

    async def follow(self, task_status: trio.TaskStatus[None]) -> None:
        """Watch every step."""
        with self.daemon.runtime.subscribe(10_000) as steps:
            task_status.started()
            async for step in steps:
                self.steps.append(step)
                self._notify()

    def journalled(self, event: str) -> list[tuple[object, object]]:
        """Return what the journal has of `event`: what was ordered, and its result or refusal."""
        return [
            (one.record.data["action"], one.record.data.get("result", one.record.data.get("why")))
            for one in self.steps
            if one.record.event == event
        ]

    def _notify(self) -> None:
        self.happened.set()
        self.happened = trio.Event()


@asynccontextmanager
async def shown(
    folder: Path,
    screen: ScreenSettings = SCREEN,
    *,
    else_any_port: bool = False,
    policy: Policy = QUICK,
    server: Server = Server(),
    cut_out: CutOut = no_cut_out,
    looked_over: bool = False,
    wire: Wire | None = None,
) -> AsyncIterator[Shown]:
    """Run a machine with its screen while the block lasts; fail if anything takes too long.

    With `looked_over` its computer has a doctor, as an installed machine's has; `wire` is said to
    lead to its motor controller.
    """
    world = World(Timings().scaled(0.0), empty_pictures=SAMPLES.empty_pictures)
    knobs = EyesKnobs(takes_s=0.05)
    here = Locations(config_dir=folder, data_dir=folder)
    fittings = Fittings()
    uplinks: list[Uplink] = []
    parts = Parts(
        hardware=replace(hardware_over(world), wire=wire),
        eyes=ScriptedEyes(world, knobs),
        link=server.made(uplinks.append),
        host=RecordedHost(),
        credentials=SimulatedCredentials(),
        cut_out=cut_out,
    )
    settings = Settings(policy=policy)
    plan = ScreenPlan(
        here, screen, Secret(TOKEN), else_any_port, machine=settings if looked_over else None
    )
    with trio.fail_after(LONG_S):
        async with running(here, settings, fittings.around(parts)) as daemon:
            machine = Shown(daemon, world, knobs, here)
            async with background_tasks() as nursery:
                await nursery.start(machine.follow)

                async def show() -> None:
                    with machine.stop:
                        await show_screen(daemon, uplinks[-1], fittings, plan, machine.hear)
                    machine.ended.set()

                nursery.start_soon(show)
                yield machine


@asynccontextmanager
async def page_of(machine: Shown) -> AsyncIterator[Page]:
    """Open the machine's own page, its token shown, once the machine is idle."""
    await machine.until(paths.IDLE)
    async with open_page(await machine.served()) as opened:
        yield opened


@asynccontextmanager
async def technician_of(machine: Shown) -> AsyncIterator[Page]:
    """Open the page, show the PIN, and have the machine taken out of use."""
    async with page_of(machine) as page:
        assert (await page.ask("enter_pin", "pin", pin=PIN))["ok"]
        assert (await page.ask("enter_maintenance", "enter"))["ok"]
        yield page
