"""What a machine that runs on this computer does beside its work: it keeps its disk clear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rvm_edge.cli.own_disk import OwnPictures, own_cleaner
from rvm_edge.health.cleaning.watch import keep_clear
from rvm_edge.offload import in_thread

if TYPE_CHECKING:
    from rvm_edge.daemon import Daemon
    from rvm_edge.locations import Locations
    from rvm_edge.settings import Settings


async def own_upkeep(here: Locations, chosen: Settings, daemon: Daemon) -> None:
    """Keep the machine's disk clear until cancelled."""
    offload = in_thread()
    pictures = OwnPictures(here.evidence_dir, daemon.ledger.pictures, offload)
    await keep_clear(own_cleaner(here, offload, pictures), chosen.disk)
