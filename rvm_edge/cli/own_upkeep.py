"""What a machine that runs here does beside its work: a clear disk, and a flight recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from rvm_edge.cli.options import hardware_map
from rvm_edge.cli.own_disk import OwnPictures, own_cleaner
from rvm_edge.health.cleaning.watch import keep_clear
from rvm_edge.health.flight.recorder import recording
from rvm_edge.health.flight.sources import note_health, note_steps
from rvm_edge.health.host_telemetry import HostTelemetry, ModelInUse, Sources
from rvm_edge.offload import in_thread
from rvm_edge.telemetry import Figures

if TYPE_CHECKING:
    from rvm_edge.cli.own_wire import OwnWire
    from rvm_edge.daemon import Daemon
    from rvm_edge.health.cleaning.cleaner import Cleaner
    from rvm_edge.locations import Locations
    from rvm_edge.settings import Settings


async def own_upkeep(here: Locations, chosen: Settings, wire: OwnWire, daemon: Daemon) -> None:
    """Keep the machine's disk clear, and record what it does, until cancelled."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(keep_clear, running_cleaner(here, daemon), chosen.disk)
        if chosen.flight.enabled:
            nursery.start_soon(_record, here, chosen, wire, daemon)


def running_cleaner(here: Locations, daemon: Daemon) -> Cleaner:
    """Return what frees the disk of a machine that runs here and has its ledger open."""
    offload = in_thread()
    pictures = OwnPictures(here.evidence_dir, daemon.ledger.pictures, offload)
    return own_cleaner(here, offload, pictures)


async def _record(here: Locations, chosen: Settings, wire: OwnWire, daemon: Daemon) -> None:
    sources = Sources(hardware_map(), dict, ModelInUse, _uncounted)
    gauge = HostTelemetry(sources, here.data_dir)  # of its own: the server's may be being asked
    with recording(here.flight_dir, chosen.flight) as recorder:
        wire.notebook = recorder
        async with trio.open_nursery() as nursery:
            nursery.start_soon(note_steps, daemon.runtime, recorder)
            nursery.start_soon(note_health, gauge, recorder)


async def _uncounted() -> Figures:
    return Figures()
