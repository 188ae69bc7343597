"""What a machine that runs here does beside its work: a clear disk, and a flight recording."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Final

import trio

from rvm_edge.cli.options import hardware_map
from rvm_edge.cli.own.disk import own_cleaner, resting_cleaner
from rvm_edge.cli.own.pictures import OwnPictures
from rvm_edge.health.cleaning.cleaner import usage_of
from rvm_edge.health.cleaning.watch import keep_clear, tell
from rvm_edge.health.clock_watch import ClockJump, watch_clock
from rvm_edge.health.flight.recorder import recording
from rvm_edge.health.flight.sources import note_clock, note_health, note_steps
from rvm_edge.health.host_telemetry import HostTelemetry, ModelInUse, Sources
from rvm_edge.offload import in_thread
from rvm_edge.telemetry import Figures

if TYPE_CHECKING:
    from rvm_edge.cli.own.wire import OwnWire
    from rvm_edge.daemon import Daemon
    from rvm_edge.health.cleaning.cleaner import Cleaner
    from rvm_edge.health.flight.line import Notebook
    from rvm_edge.locations import Locations
    from rvm_edge.settings import Settings

_LOG: Final = logging.getLogger(__name__)


@contextmanager
def room_to_start(here: Locations, chosen: Settings) -> Iterator[None]:
    """Free a disk that is too full, before anything of the machine's memory is opened inside.

    On a full disk no ledger can be opened, so that a machine that is started anew there would never
    come to cleaning it by itself. It costs a start nothing where there is room.
    """
    _make_room(here, chosen)
    yield


def _make_room(here: Locations, chosen: Settings) -> None:
    try:
        if usage_of(here.data_dir).used_pct < chosen.disk.full_pct:
            return
        tell(trio.run(resting_cleaner(here, chosen).clean, chosen.disk.clear_to_pct))
    except OSError as error:
        _LOG.warning("the disk cannot be looked at: %s", error.strerror or error)


async def own_upkeep(here: Locations, chosen: Settings, wire: OwnWire, daemon: Daemon) -> None:
    """Keep the machine's disk clear, and record what it does, until cancelled."""
    with _recording(here, chosen) as recorder:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(keep_clear, running_cleaner(here, daemon), chosen.disk)
            nursery.start_soon(watch_clock, partial(_tell_of_clock, recorder))
            if recorder is not None:
                nursery.start_soon(_record, here, wire, daemon, recorder)


def running_cleaner(here: Locations, daemon: Daemon) -> Cleaner:
    """Return what frees the disk of a machine that runs here and has its ledger open."""
    offload = in_thread()
    pictures = OwnPictures(here, daemon.ledger.pictures, offload)
    return own_cleaner(here, offload, pictures)


def _recording(here: Locations, chosen: Settings) -> AbstractContextManager[Notebook | None]:
    return recording(here.flight_dir, chosen.flight) if chosen.flight.enabled else nullcontext()


async def _record(here: Locations, wire: OwnWire, daemon: Daemon, notebook: Notebook) -> None:
    sources = Sources(hardware_map(), dict, ModelInUse, _uncounted)
    gauge = HostTelemetry(sources, here.data_dir)  # of its own: the server's may be being asked
    wire.notebook = notebook
    async with trio.open_nursery() as nursery:
        nursery.start_soon(note_steps, daemon.runtime, notebook)
        nursery.start_soon(note_health, gauge, notebook)


def _tell_of_clock(notebook: Notebook | None, jump: ClockJump) -> None:
    if notebook is not None:
        note_clock(jump, notebook)
    _LOG.warning(
        "the clock was set by %+.0f s: it says %s, and would have said %s",
        jump.seconds,
        jump.after.isoformat(timespec="seconds"),
        jump.before.isoformat(timespec="seconds"),
    )


async def _uncounted() -> Figures:
    return Figures()
