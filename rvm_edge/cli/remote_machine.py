"""A machine whose world lives in another process: it can be killed while the bottle falls on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

from drivers.esp32.timings import Dialect
from drivers.replay.links import Listener, open_heard
from drivers.sim.caller import Caller
from drivers.sim.remote import RemoteWorld
from rvm_edge.cli.demo.eyes import EyesKind, worker_eyes
from rvm_edge.daemon import Daemon, Parts, running
from rvm_edge.link import LinkMaker
from rvm_edge.locations import Locations
from rvm_edge.machine import Eyes, Host
from rvm_edge.settings import Settings
from rvm_edge.simulator.credentials import SIMULATED, SimulatedCredentials
from rvm_edge.simulator.hardware import SETTLED, hardware_over, wired
from rvm_edge.simulator.remote import RemotePeople
from rvm_edge.simulator.remote_eyes import RemoteScriptedEyes
from rvm_edge.vision.eyes import WorkerEyes


@asynccontextmanager
async def remote_machine(
    locations: Locations,
    settings: Settings,
    socket_path: Path,
    eyes: EyesKind,
    *,
    link: LinkMaker,
    host: Host,
    fit: Callable[[Parts], Parts],
    worker: WorkerEyes | None = None,
    wire_listener: Listener | None = None,
    dialect: Dialect = Dialect.ASCII,
) -> AsyncIterator[Daemon]:
    """Run the machine in the world that is served at `socket_path` while the block lasts.

    Args:
        locations: where ledger and journal are kept; the data folder exists.
        settings: how the machine behaves.
        socket_path: of ``rvm-edge simulate``.
        eyes: who judges: the worker, or a script that asks the world.
        link: makes everything between the machine and its server.
        host: the computer it runs on.
        fit: builds into the parts what else is wanted.
        worker: the eyes with a worker that are to run; new ones unless told.
        wire_listener: hears what passes over the wire to the motor controller, where there is one.
        dialect: that is spoken on it.

    Raises:
        DeviceGoneError: no world is served there.
        LedgerError: the ledger cannot be opened.
        JournalError: the journal cannot be opened.
        ManifestError: no model is named.
        SettingsError: a time-out in the settings belongs to no state.
    """
    async with AsyncExitStack() as stack:
        caller = stack.enter_context(Caller(socket_path))
        people = RemotePeople(caller)
        serial = (await people.view()).serial
        hardware = hardware_over(RemoteWorld(caller))
        if serial is not None:
            connect = partial(open_heard, serial, wire_listener)
            hardware = await stack.enter_async_context(wired(hardware, connect, SETTLED, dialect))
        sight: Eyes = RemoteScriptedEyes(people)
        if eyes is EyesKind.WORKER:
            sight = await stack.enter_async_context((worker or worker_eyes(settings.vision)).run())
        parts = Parts(hardware, sight, link, host, SimulatedCredentials(why_kept=SIMULATED))
        yield await stack.enter_async_context(running(locations, settings, fit(parts)))
