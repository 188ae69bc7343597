"""A simulated world with the machine's body in it, and no mind yet."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec

from drivers.esp32.timings import Dialect
from drivers.replay.links import Listener
from rvm_edge.cli.demo.eyes import EyesKind, EyesTrouble, WatchedEyes, WorkerTrouble, eyes_of
from rvm_edge.daemon import Parts
from rvm_edge.link import LinkMaker
from rvm_edge.machine import Hardware, Host
from rvm_edge.packaged import samples_dir
from rvm_edge.settings import Settings, VisionSettings
from rvm_edge.simulator.credentials import SIMULATED, SimulatedCredentials
from rvm_edge.simulator.hardware import simulated_hardware
from rvm_edge.simulator.specimens import Samples, read_samples
from rvm_edge.simulator.timings import Timings
from rvm_edge.simulator.world import World
from rvm_edge.vision.eyes import WorkerEyes


class Setup(msgspec.Struct, frozen=True):
    """How the simulated machine is put together.

    Attributes:
        seed: for everything in the world that is left to chance.
        travel_scale: how long movements take, 1 as a real machine's; 0 is at once.
        virtual: whether time is virtual. Then the drivers talk to the world directly and blocking
            work is done in place: a pty, a thread and a worker would let a mocked clock run away.
        eyes: who judges.
        worker: the eyes with a worker that are to run; new ones unless told.
        wire_listener: hears what passes over the wire to the motor controller, where there is one.
        wire: how that is spoken.
    """

    seed: int = 1
    travel_scale: float = 0.0
    virtual: bool = False
    eyes: EyesKind = EyesKind.WORKER
    worker: WorkerEyes | None = None
    wire_listener: Listener | None = None
    wire: Dialect = Dialect.ASCII


class Surroundings(msgspec.Struct, frozen=True):
    """A simulated world with the machine's body in it, and no mind yet.

    Attributes:
        world: the physical truth.
        samples: what people may insert.
        hardware: the machine's ports, wired to that world.
        eyes: what judges.
        trouble: takes its sight away.
        chance: numbers in [0, 1), for jitter.
    """

    world: World
    samples: Samples
    hardware: Hardware
    eyes: WatchedEyes
    trouble: EyesTrouble
    chance: Callable[[], float]

    def parts(self, link: LinkMaker, host: Host) -> Parts:
        """Return what a daemon is made of, in these surroundings."""
        credentials = SimulatedCredentials(why_kept=SIMULATED)
        return Parts(self.hardware, self.eyes, link, host, credentials, self.chance)


@asynccontextmanager
async def surroundings(settings: Settings, setup: Setup) -> AsyncIterator[Surroundings]:
    """Run a world, its wires and the machine's eyes while the block lasts.

    Raises:
        SamplesError: the sample pictures cannot be used.
        ManifestError: no model is named.
        ModelError: the model cannot be used.
    """
    samples = read_samples(samples_dir())
    world = World(
        Timings().scaled(setup.travel_scale),
        seed=setup.seed,
        empty_pictures=samples.empty_pictures,
    )
    async with (
        simulated_hardware(
            world,
            serial=not setup.virtual,
            dialect=setup.wire,
            wire_listener=setup.wire_listener,
        ) as hardware,
        _eyes_of(setup, settings.vision, world) as (eyes, trouble),
    ):
        chance = random.Random(setup.seed).random  # noqa: S311 - jitter, repeatable on purpose
        yield Surroundings(world, samples, hardware, eyes, trouble, chance)


@asynccontextmanager
async def _eyes_of(
    setup: Setup, settings: VisionSettings, world: World
) -> AsyncIterator[tuple[WatchedEyes, EyesTrouble]]:
    worker = setup.worker
    if worker is None:
        async with eyes_of(setup.eyes, settings, world) as (eyes, trouble):
            yield eyes, trouble
        return
    async with worker.run():
        yield WatchedEyes(worker), WorkerTrouble(worker)
