"""The folder with the items' pictures: kept for the server, and for technicians."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

import trio

from drivers.ports import Encoding, Frame
from rvm_edge.item import Verdict
from rvm_edge.ledger.evidence import files
from rvm_edge.ledger.evidence.book import PictureBook
from rvm_edge.ledger.evidence.gallery import surest
from rvm_edge.ledger.evidence.rows import Ownership, WaitingPicture
from rvm_edge.machine import CutOut, EyesError, no_cut_out
from rvm_edge.offload import Offload
from rvm_edge.settings.cloud import EvidenceSettings

AsJpeg = Callable[[Frame, int], Awaitable[bytes]]
"""`rvm_edge.machine.Eyes.as_jpeg`: a picture as a JPEG of at most so many bytes."""

_LOG = logging.getLogger(__name__)

_HOUR_S = 3600.0
_DAY_S = 24 * _HOUR_S


async def open_evidence(
    folder: Path,
    book: PictureBook,
    as_jpeg: AsJpeg,
    settings: EvidenceSettings,
    offload: Offload,
    *,
    cut_out: CutOut = no_cut_out,
) -> EvidenceFolder:
    """Open the folder, and bring it and the ledger to say the same.

    A file that lacks only its row gets it; one that was removed, or was written half, goes. A file
    of an item that this ledger does not know goes too, unless a ledger that was set aside may know
    it: then a technician is to look first. `cut_out` hands over what lies beside a picture.

    Raises:
        LedgerError: the ledger refuses.
        OSError: the folder cannot be made or read.
    """
    found = await offload(partial(files.survey, folder))
    here = await book.here()
    await book.mark_lost(tuple(here - {one.client_uuid for one in found}))
    set_aside = any(folder.parent.glob("*.corrupt.*"))
    going: list[str] = []
    for one in found:
        if one.client_uuid in here:
            continue
        whose = await book.adopt(one.client_uuid, one.size) if one.size else Ownership.REMOVED
        if whose is Ownership.REMOVED or (whose is Ownership.UNKNOWN and not set_aside):
            going.append(one.client_uuid)
    await offload(partial(files.remove_pictures, folder, tuple(going)))
    opened = EvidenceFolder(folder, book, as_jpeg, settings, offload, cut_out=cut_out)
    await opened.tidy()
    return opened


class EvidenceFolder:
    """Implements `rvm_edge.machine.Evidence`.

    Attributes:
        book: what the ledger knows of the pictures.
        failures: how many pictures could not be kept since the start.
        trouble: why the last of them could not, or "".
    """

    def __init__(
        self,
        folder: Path,
        book: PictureBook,
        as_jpeg: AsJpeg,
        settings: EvidenceSettings,
        offload: Offload,
        *,
        cut_out: CutOut = no_cut_out,
    ) -> None:
        """Use `open_evidence`.

        Args:
            folder: where the files lie; it exists.
            book: their rows.
            as_jpeg: what encodes a picture.
            settings: how many bytes, and for how long.
            offload: where files are written.
            cut_out: hands over what the second judge took for the item, to lie beside its picture.
        """
        self.book = book
        self.failures = 0
        self.trouble = ""
        self._folder = folder
        self._as_jpeg = as_jpeg
        self._settings = settings
        self._offload = offload
        self._cut_out = cut_out

    async def keep(self, client_uuid: str, frames: Sequence[Frame]) -> None:
        """Keep an item's best picture. Never raises: no item waits for a picture's sake."""
        try:
            await self._keep(client_uuid, frames)
        except Exception as error:  # noqa: BLE001 - whatever it is, the item goes on without a picture
            self.failures += 1
            self.trouble = str(error) or type(error).__name__
            _LOG.warning("the picture of item %s is not kept: %s", client_uuid, self.trouble)

    async def read(self, client_uuid: str) -> bytes | None:
        """Return an item's picture; None if it is not there any more, which is recorded.

        Raises:
            OSError: the disk refuses.
            LedgerError: the ledger refuses.
        """
        jpeg = await self._offload(partial(files.read_picture, self._folder, client_uuid))
        if jpeg is None:
            await self.book.mark_lost((client_uuid,))
            await self._remove((client_uuid,))
        return jpeg

    async def reduce(self, picture: WaitingPicture, jpeg: bytes) -> None:
        """Put a picture of half the size in the place of one that the server refused.

        Raises:
            EyesError: it cannot be made smaller.
            OSError: the disk refuses.
            LedgerError: the ledger refuses.
        """
        uuid = picture.parcel.client_uuid
        frame = Frame(jpeg, Encoding.JPEG, width=0, height=0, taken_at_s=0.0, sequence=0)
        smaller = await self._as_jpeg(frame, max(1, len(jpeg) // 2))
        await self._offload(partial(files.write_picture, self._folder, uuid, smaller))
        beside = await self._offload(partial(files.size_of_cut_out, self._folder, uuid))
        await self.book.mark_reduced(uuid, len(smaller) + beside)

    async def tidy(self) -> None:
        """Remove the pictures that need not lie here any longer.

        Raises:
            OSError: the disk refuses.
            LedgerError: the ledger refuses.
        """
        going = await self.book.take_out_due(
            rejected_s=self._settings.rejected_hours * _HOUR_S,
            most_s=self._settings.most_days * _DAY_S,
        )
        await self._remove(going)

    async def _keep(self, client_uuid: str, frames: Sequence[Frame]) -> None:
        cut = self._cut_out(frames)
        verdict = await self.book.verdict(client_uuid)
        if verdict is None:
            raise EyesError("it is undecided")
        if not frames or await self.book.is_kept(client_uuid):
            return
        jpeg = await self._as_jpeg(best_of(frames, verdict), int(self._settings.picture_kb * 1000))
        await self.tidy()
        await self._remove(
            await self.book.make_room(len(jpeg) + len(cut), int(self._settings.most_mb * 1_000_000))
        )
        # A state that is left meanwhile lets the file get its row.
        with trio.CancelScope(shield=True):
            beside = await self._lay_beside(client_uuid, cut)
            try:
                await self._offload(partial(files.write_picture, self._folder, client_uuid, jpeg))
            except OSError:
                await self._remove((client_uuid,))
                raise
            await self.book.add(client_uuid, len(jpeg) + beside)

    async def _lay_beside(self, client_uuid: str, cut: bytes) -> int:
        """Write the cut-out, before its picture: whoever finds the picture finds it all.

        Returns:
            Its bytes; 0 where there is none, or the disk refuses this one.
        """
        if not cut:
            return 0
        try:
            await self._offload(partial(files.write_cut_out, self._folder, client_uuid, cut))
        except OSError as error:
            _LOG.warning("the cut-out of item %s is not kept: %s", client_uuid, error)
            return 0
        return len(cut)

    async def _remove(self, uuids: tuple[str, ...]) -> None:
        if uuids:
            await self._offload(partial(files.remove_pictures, self._folder, uuids))


def best_of(frames: Sequence[Frame], verdict: Verdict) -> Frame:
    """Return the frame in which the eyes were surest of what decided; the first of equals."""
    number = surest(verdict)
    return frames[number if number < len(frames) else 0]
