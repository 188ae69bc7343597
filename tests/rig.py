"""A whole simulated machine in virtual time, that tests can kill, cut off and boot again.

The world outlives the process: what a killed daemon had begun to move goes on moving.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import trio

from drivers.ports import DeviceGoneError
from drivers.sim.link import Answer, Arguments, Verb
from rvm_edge.daemon import Daemon, Parts, running
from rvm_edge.item import Item, SessionMode
from rvm_edge.ledger.check import Check, check
from rvm_edge.ledger.clock import Clock
from rvm_edge.link import LinkMaker
from rvm_edge.locations import Locations
from rvm_edge.machine import Eyes, Machine, Models
from rvm_edge.settings import Policy, Settings
from rvm_edge.simulator.credentials import SimulatedCredentials
from rvm_edge.simulator.eyes import EyesKnobs, ScriptedEyes
from rvm_edge.simulator.hardware import hardware_over
from rvm_edge.simulator.host import RecordedHost
from rvm_edge.simulator.timings import Timings
from rvm_edge.simulator.truth import Fate, InsertedItem, Specimen
from rvm_edge.simulator.world import World
from rvm_edge.statechart.definition import Chart, Configuration
from rvm_edge.statechart.publishing import Step
from rvm_edge.vision.models.fixed import NoModels
from states import paths
from states.chart import CHART
from states.events import SessionFinished, SessionRequested
from tests.scripted_link import CloudKnobs, ScriptedLink

T = TypeVar("T")

PICTURE = Path(__file__)
"""The scripted eyes ask the world what lies there, so any file may serve as the picture."""

BOTTLE = Specimen("bottle", PICTURE, "mineral", "pet", 18.0, should_accept=True)
CAN = Specimen("can", PICTURE, "soda", "can", 14.0, should_accept=False)


class KilledError(Exception):
    """The process is dead: whatever it still tries has no effect."""


class Cable:
    """Everything between the process and the world; `cut` stands for ``kill -9``."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.cut = False

    async def ask(self, verb: Verb, arguments: Arguments | None = None) -> Answer:
        """Pass the question on, unless the asking process is dead."""
        if self.cut:
            await trio.lowlevel.checkpoint()
            raise DeviceGoneError("the asking process is dead")
        return await self._world.ask(verb, arguments)

    async def offload(self, work: Callable[[], T]) -> T:
        """Run blocking work at once, unless the process is dead; then only files are closed."""
        await trio.lowlevel.checkpoint()
        if self.cut and getattr(work, "__name__", "") != "close":
            raise KilledError
        return work()


@dataclass
class Rig:
    """The world, its knobs, and the process that runs the machine in it."""

    folder: Path
    chart: Chart[Machine] = CHART
    policy: Policy = field(default_factory=Policy)
    written: frozenset[str] = frozenset()
    """What of its settings the owner wrote down."""
    world: World = field(default_factory=lambda: World(Timings()))
    eyes: EyesKnobs = field(default_factory=EyesKnobs)
    link: ScriptedLink = field(default_factory=lambda: ScriptedLink(CloudKnobs(reachable=False)))
    host: RecordedHost = field(default_factory=RecordedHost)
    credentials: SimulatedCredentials = field(default_factory=SimulatedCredentials)
    models: Models = field(default_factory=NoModels)
    clock: Clock | None = None
    """What the machine takes the time from; None for the system's clocks."""
    path: list[Configuration] = field(default_factory=list)
    """Every configuration since the last boot, in order."""
    steps: list[Step] = field(default_factory=list)
    """Every step since the last boot but the first, in order."""
    moved: trio.Event = field(default_factory=trio.Event)

    @property
    def cloud(self) -> CloudKnobs:
        """How the server answers."""
        return self.link.knobs

    @property
    def locations(self) -> Locations:
        """Where ledger and journal are."""
        return Locations(config_dir=self.folder, data_dir=self.folder)

    @property
    def settings(self) -> Settings:
        """How the machine behaves from the next boot on."""
        return Settings(policy=self.policy, written=self.written)

    def judges(self) -> Eyes:
        """Return the eyes of a process."""
        return ScriptedEyes(self.world, self.eyes)

    def link_over(self, _cable: Cable, /) -> LinkMaker:
        """Return what makes the link of a process at the end of its cable."""
        return self.link.made

    @asynccontextmanager
    async def boot(self) -> AsyncIterator[Booted]:
        """Run the process while the block lasts, or until it is killed."""
        cable = Cable(self.world)
        parts = Parts(
            hardware=hardware_over(cable),
            eyes=self.judges(),
            link=self.link_over(cable),
            host=self.host,
            credentials=self.credentials,
            chance=lambda: 0.5,
            models=self.models,
        )
        self.path.clear()
        self.steps.clear()
        async with running(
            self.locations,
            self.settings,
            parts,
            offload=cable.offload,
            clock=self.clock,
            chart=self.chart,
        ) as daemon:
            self.path.append(daemon.runtime.configuration)
            async with trio.open_nursery() as nursery:
                await nursery.start(self._follow, daemon)
                yield Booted(self, daemon, cable)
                nursery.cancel_scope.cancel()

    async def _follow(
        self, daemon: Daemon, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        with daemon.runtime.subscribe(10_000) as steps:
            task_status.started()
            async for step in steps:
                self.steps.append(step)
                self.path.append(step.after)
                self.moved.set()
                self.moved = trio.Event()

    @property
    def intake(self) -> list[str]:
        """The states of the intake since the last boot, or the whole machine's, by last name."""
        short = [configuration[-1].rsplit(".", 1)[-1] for configuration in self.path]
        return [name for n, name in enumerate(short) if n == 0 or name != short[n - 1]]

    def check(self) -> Check:
        """Check the ledger's invariants."""
        return check(self.locations.ledger_path)


@dataclass
class Booted:
    """A process that runs."""

    rig: Rig
    daemon: Daemon
    _cable: Cable

    async def until(self, state: str, *, within_s: float = 600) -> None:
        """Wait until `state` or something in it is active."""
        with trio.fail_after(within_s):
            while not self.is_in(state):
                await self.rig.moved.wait()

    def is_in(self, state: str) -> bool:
        """Say whether `state` or something in it is active."""
        leaves = self.rig.path[-1]
        return any(leaf == state or leaf.startswith(f"{state}.") for leaf in leaves)

    async def start(self, mode: SessionMode = SessionMode.GUEST, owner: str = "") -> None:
        """Be idle, start a deposit and have the gate open."""
        await self.request(mode, owner)
        await self.until(paths.WAITING)
        await self.rig.world.until(lambda: self.rig.world.gate_is_open)

    async def request(self, mode: SessionMode = SessionMode.GUEST, owner: str = "") -> None:
        """Be idle and ask for a deposit."""
        await self.until(paths.IDLE)
        await self.daemon.runtime.post(SessionRequested(str(uuid.uuid4()), mode.value, owner))

    async def insert(self, specimen: Specimen = BOTTLE) -> InsertedItem:
        """Put something through the gate as soon as it is open."""
        world = self.rig.world
        await world.until(lambda: world.gate_is_open)
        world.collect()
        return world.insert(specimen)

    async def fate_of(self, item: InsertedItem) -> Fate:
        """Wait until the item has left the chamber."""
        world = self.rig.world
        with trio.fail_after(600):
            await world.until(lambda: world.item(item.number).fate is not Fate.IN_CHAMBER)
        return world.item(item.number).fate

    async def deposit(self, specimen: Specimen = BOTTLE) -> Fate:
        """Insert, wait for the item's fate and for the machine to be ready for the next."""
        fate = await self.fate_of(await self.insert(specimen))
        await self.until(paths.WAITING)
        return fate

    async def finish(self) -> None:
        """End the deposit and wait until the machine is idle again."""
        await self.daemon.runtime.post(SessionFinished())
        await self.until(paths.IDLE)

    async def items(self) -> tuple[Item, ...]:
        """Return the ledger's items, oldest first."""
        return tuple(record.item for record in reversed(await self.daemon.ledger.recent(1000)))

    def kill(self) -> None:
        """Be killed: nothing that the process still does has any effect. Leave `boot` next."""
        self._cable.cut = True
