"""A whole simulated machine: the world, its wires, the eyes, the server, and the daemon itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import msgspec
import trio
from msgspec.structs import replace

from rvm_edge.cli.demo.demo_telemetry import DemoTelemetry
from rvm_edge.cli.demo.eyes import EyesKind, EyesTrouble, WatchedEyes
from rvm_edge.cli.demo.played_world import PlayedWorld
from rvm_edge.cli.demo.server import DemoServer, demo_server
from rvm_edge.cli.demo.surroundings import Setup, surroundings
from rvm_edge.cli.own.models import OwnModels
from rvm_edge.daemon import Daemon, Parts, running
from rvm_edge.locations import Locations
from rvm_edge.offload import Offload, inline
from rvm_edge.settings import Settings
from rvm_edge.simulator.cloud import Dialect
from rvm_edge.simulator.host import RecordedHost
from rvm_edge.simulator.specimens import Samples
from rvm_edge.simulator.still_telemetry import StillTelemetry
from rvm_edge.simulator.virtual_clock import NEW_YEAR, TrioClock
from rvm_edge.simulator.world import World
from states.events import LinkLost

_UNREAD_STEPS = 10_000


@dataclass
class SimulatedMachine:
    """A machine at work in a simulated world.

    Attributes:
        world: the physical truth, and the faults that can be put into it.
        server: the other end of the internet.
        samples: what people may insert.
        daemon: the machine itself.
        eyes: what judges, and what it saw last.
        trouble: takes its sight away.
        settings: what it runs with.
    """

    world: World
    server: DemoServer
    samples: Samples
    daemon: Daemon
    eyes: WatchedEyes
    trouble: EyesTrouble
    settings: Settings
    _moved: trio.Event = field(default_factory=trio.Event)

    @property
    def leaves(self) -> tuple[str, ...]:
        """The active leaves of the chart."""
        return self.daemon.runtime.configuration

    def is_in(self, *paths: str) -> bool:
        """Say whether one of `paths`, or something in it, is active."""
        return any(
            leaf == path or leaf.startswith(f"{path}.") for leaf in self.leaves for path in paths
        )

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until `holds`; it is asked after every step of the machine."""
        await trio.lowlevel.checkpoint()
        while not holds():
            await self._moved.wait()

    async def until_in(self, *paths: str) -> None:
        """Wait until one of `paths` is active."""
        await self.until(lambda: self.is_in(*paths))

    async def until_moved(self, leaves: tuple[str, ...]) -> None:
        """Wait until other leaves than these are active."""
        await self.until(lambda: self.leaves != leaves)

    def played(self) -> PlayedWorld:
        """Return its world, and its internet, for somebody to play with."""
        rules = self.daemon.machine.rules
        return PlayedWorld(self.world, self.samples, self.trouble, rules, _Cable(self))

    async def _follow(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        with self.daemon.runtime.subscribe(_UNREAD_STEPS) as steps:
            task_status.started()
            async for _ in steps:
                self._moved.set()
                self._moved = trio.Event()


class _Cable(msgspec.Struct, frozen=True):
    """Implements `rvm_edge.cli.demo.played_world.Cable`."""

    machine: SimulatedMachine

    @property
    def is_cut(self) -> bool:
        return not self.machine.server.internet.is_up

    async def turn(self, *, cut: bool) -> None:
        internet = self.machine.server.internet
        if not cut:
            internet.mend()
            return
        internet.cut()
        await self.machine.daemon.runtime.post(LinkLost())  # it need not find out by itself


def _models(
    locations: Locations, settings: Settings, setup: Setup, server: DemoServer
) -> OwnModels | None:
    """Return the models of eyes that have a process of their own; None for other eyes."""
    if setup.eyes is not EyesKind.WORKER or setup.virtual or setup.worker is not None:
        return None
    return OwnModels(locations, settings, lambda: server.identity)


@asynccontextmanager
async def simulated_machine(
    locations: Locations,
    settings: Settings,
    setup: Setup,
    dialect: Dialect = Dialect.D,
    *,
    fit: Callable[[Parts], Parts] = lambda parts: parts,
) -> AsyncIterator[SimulatedMachine]:
    """Run everything while the block lasts, with a server of its own.

    Args:
        locations: where it keeps what it remembers.
        settings: how it behaves.
        setup: how it is put together.
        dialect: which server.
        fit: builds into its parts what else is wanted.

    Raises:
        SamplesError: the sample pictures cannot be used.
        ManifestError: no model is named.
        ModelError: the model cannot be used.
        LedgerError: the ledger cannot be opened.
        JournalError: the journal cannot be opened.
        SettingsError: a time-out in the settings belongs to no state.
    """
    offload: Offload | None = inline if setup.virtual else None
    clock = TrioClock(NEW_YEAR) if setup.virtual else None
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(
            demo_server(dialect, setup.seed, epoch_s=clock.epoch_s if clock else None)
        )
        own = _models(locations, settings, setup, server)
        if own is not None:
            setup = replace(setup, worker=await stack.enter_async_context(own.run()))
        around = await stack.enter_async_context(surroundings(settings, setup))
        heard = server.uplinks.append if own is None else own.before(server.uplinks.append)
        telemetry = StillTelemetry if own is None else partial(DemoTelemetry, model=own.in_use)
        parts = fit(around.parts(server.link(telemetry, heard), RecordedHost()))
        if own is not None:
            parts = own.fit(parts)
        daemon = await stack.enter_async_context(
            running(locations, settings, parts, offload=offload, clock=clock)
        )
        machine = SimulatedMachine(
            around.world, server, around.samples, daemon, around.eyes, around.trouble, settings
        )
        nursery = await stack.enter_async_context(trio.open_nursery())
        await nursery.start(machine._follow)  # noqa: SLF001 - this function makes the machine
        try:
            yield machine
        finally:
            nursery.cancel_scope.cancel()
