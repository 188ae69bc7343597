"""The machine that the hardware map describes: real parts, the model's eyes, stored credentials."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from drivers.replay.links import Listener
from rvm_edge.daemon import Daemon, Parts, running
from rvm_edge.hardware_map import HardwareMap
from rvm_edge.link import LinkMaker
from rvm_edge.locations import Locations
from rvm_edge.machine import Host
from rvm_edge.offload import in_thread
from rvm_edge.provisioning.stored_credentials import StoredCredentials
from rvm_edge.real_hardware import real_hardware
from rvm_edge.settings import Settings
from rvm_edge.vision.eyes import WorkerEyes


@asynccontextmanager
async def real_machine(
    locations: Locations,
    settings: Settings,
    hardware_map: HardwareMap,
    *,
    link: LinkMaker,
    host: Host,
    fit: Callable[[Parts], Parts],
    worker: WorkerEyes,
    wire_listener: Listener | None = None,
) -> AsyncIterator[Daemon]:
    """Run the machine while the block lasts.

    Args:
        locations: where everything is kept; the data folder exists.
        settings: how the machine behaves.
        hardware_map: which parts it has.
        link: makes everything between the machine and its server.
        host: the computer it runs on.
        fit: builds into the parts what else is wanted.
        worker: the eyes, which do not run yet.
        wire_listener: hears what passes over the wire to the motor controller.

    Raises:
        RealHardwareError: the map simulates a part.
        LedgerError: the ledger cannot be opened.
        JournalError: the journal cannot be opened.
        SettingsError: a time-out in the settings belongs to no state.
    """
    credentials = StoredCredentials(locations.credentials_path.parent, in_thread())
    async with (
        real_hardware(hardware_map, wire_listener, settings.sound) as hardware,
        worker.run() as eyes,
    ):
        parts = Parts(hardware, eyes, link, host, credentials)
        async with running(locations, settings, fit(parts)) as daemon:
            yield daemon
