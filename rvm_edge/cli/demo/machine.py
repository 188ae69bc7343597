"""A whole simulated machine: the world, its wires, the eyes, the server, and the daemon itself."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from rvm_edge.daemon import Daemon, Parts, running
from rvm_edge.locations import Locations
from rvm_edge.machine import Eyes
from rvm_edge.offload import Offload, inline
from rvm_edge.packaged import model_file, samples_dir
from rvm_edge.settings import Settings
from rvm_edge.simulator.cloud import CloudKnobs, SimulatedCloud, SimulatedCredentials
from rvm_edge.simulator.eyes import ScriptedEyes
from rvm_edge.simulator.hardware import simulated_hardware
from rvm_edge.simulator.specimens import Samples, read_samples
from rvm_edge.simulator.timings import Timings
from rvm_edge.simulator.world import World
from rvm_edge.vision.eyes import WorkerEyes
from rvm_edge.vision.model_store import MANIFEST, choose


@dataclass(frozen=True)
class SimulatedMachine:
    """A machine at work in a simulated world.

    Attributes:
        world: the physical truth, and the faults that can be put into it.
        cloud: the server's knobs.
        samples: what people may insert.
        daemon: the machine itself.
        eyes: what judges; the real worker unless time is virtual.
    """

    world: World
    cloud: CloudKnobs
    samples: Samples
    daemon: Daemon
    eyes: Eyes


@asynccontextmanager
async def simulated_machine(
    locations: Locations, settings: Settings, *, seed: int, travel_scale: float, virtual: bool
) -> AsyncIterator[SimulatedMachine]:
    """Run everything while the block lasts.

    In real time the ESP32 is spoken to over a pty and the model looks at the pictures in its
    worker process. In virtual time both would let the clock run away: the drivers talk to the
    world directly, and scripted eyes say what really lies there.

    Raises:
        SamplesError: the sample pictures cannot be used.
        ManifestError: the model cannot be used.
    """
    samples = read_samples(samples_dir())
    knobs = CloudKnobs()
    world = World(Timings().scaled(travel_scale), seed=seed, empty_pictures=samples.empty_pictures)
    offload: Offload | None = inline if virtual else None
    async with AsyncExitStack() as stack:
        hardware = await stack.enter_async_context(simulated_hardware(world, serial=not virtual))
        eyes: Eyes = ScriptedEyes(world)
        if not virtual:
            model = choose(settings.vision, model_file(MANIFEST).parent)
            worker = WorkerEyes(settings.vision, model)
            eyes = await stack.enter_async_context(worker.run())
        parts = Parts(
            hardware=hardware,
            eyes=eyes,
            cloud=SimulatedCloud(knobs),
            credentials=SimulatedCredentials(),
            chance=random.Random(seed).random,  # noqa: S311 - jitter, repeatable on purpose
        )
        daemon = await stack.enter_async_context(
            running(locations, settings, parts, offload=offload)
        )
        yield SimulatedMachine(world, knobs, samples, daemon, eyes)
