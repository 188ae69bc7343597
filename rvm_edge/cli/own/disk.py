"""What may go from the disk of this computer's machine, the least missed first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from rvm_edge.cli.failures import CommandError
from rvm_edge.cli.own.models import shipped_or_chosen
from rvm_edge.cli.own.pictures import UnopenedPictures
from rvm_edge.health.cleaning.cleaner import Cleaner, cleaner_of
from rvm_edge.health.cleaning.expendable import Expendable, Holding, LeftAloneError
from rvm_edge.health.cleaning.old_files import OldFiles
from rvm_edge.locations import Locations
from rvm_edge.offload import Offload, in_thread
from rvm_edge.service.logs import FILE_NAME
from rvm_edge.settings import Settings
from rvm_edge.statechart.journal.archive import archive_folder, named
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.models import leftovers
from rvm_edge.vision.models.store import StoreError


def own_cleaner(
    here: Locations, offload: Offload, evidence: Expendable, models: Expendable | None = None
) -> Cleaner:
    """Return what frees the disk that the machine's memory lies on.

    Args:
        here: the machine's folders.
        offload: where the disk is waited for.
        evidence: the pictures: whoever has the ledger open knows which of them may go.
        models: what may go from the model store; None while a running machine sweeps it itself.
    """
    places = (
        OldFiles("caches", here.cache_dir, lambda _: True, offload),
        OldFiles(
            "rotated logs",
            here.logs_dir,
            lambda path: path.name.startswith(f"{FILE_NAME}."),
            offload,
            why_kept="being written",
        ),
        OldFiles(
            "archived journals",
            archive_folder(here.journal_path),
            _is_older_archive,
            offload,
            why_kept="the newest",
            order=lambda path: named(path) or (),
        ),
        models,
        evidence,
    )
    return cleaner_of(here.data_dir, [place for place in places if place is not None], offload)


def resting_cleaner(here: Locations, chosen: Settings) -> Cleaner:
    """Return what frees the disk of a machine that does not run, or runs elsewhere.

    Nothing is opened before it must be: on a full disk nothing could.
    """
    offload = in_thread()
    models = OwnStore(here.model_store_dir, lambda: shipped_or_chosen(chosen), offload)
    return own_cleaner(here, offload, UnopenedPictures(here, offload), models)


class OwnStore:
    """The model store of a machine that does not run."""

    name = "models not in use"

    def __init__(self, folder: Path, fallback: Callable[[], ModelFile], offload: Offload) -> None:
        self._folder = folder
        self._fallback = fallback
        self._offload = offload

    async def holding(self) -> Holding:
        """Look what the store's record names."""
        try:
            found = await self._offload(partial(leftovers.weigh, self._folder))
        except StoreError as error:
            raise LeftAloneError(str(error)) from error
        return Holding(found.spare, found.needed, "serving, or to go back to" * bool(found.needed))

    async def free(self, wanted_bytes: int) -> int:  # noqa: ARG002 - they go together
        """Remove all that may go, an unfinished download among it."""
        try:
            return await self._offload(lambda: leftovers.clear(self._folder, self._fallback()))
        except (StoreError, CommandError) as error:
            raise LeftAloneError(str(error)) from error


def _is_older_archive(path: Path) -> bool:
    """Say whether a file is an archive of the journal, and not the newest of them."""
    mine = named(path)
    if mine is None:
        return False
    others = (named(other) for other in path.parent.iterdir())
    return any(other is not None and other > mine for other in others)
