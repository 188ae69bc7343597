"""The evidence pictures of this computer's machine, as something that may go from its disk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from rvm_edge.health.cleaning.expendable import Holding, LeftAloneError
from rvm_edge.ledger.check import check
from rvm_edge.ledger.clock import SystemClock
from rvm_edge.ledger.evidence.book import PictureBook
from rvm_edge.ledger.evidence.bounds import PictureBytes, weigh
from rvm_edge.ledger.evidence.spare import release, release_unrecorded
from rvm_edge.ledger.failures import LedgerDamagedError, LedgerLockedError, LedgerUnusableError
from rvm_edge.ledger.ledger import open_ledger
from rvm_edge.ledger.reading import read_only
from rvm_edge.locations import Locations
from rvm_edge.machine import LedgerError
from rvm_edge.offload import Offload

PICTURES: Final = "evidence pictures"
ROOM_TO_WRITE_BYTES: Final = 1_000_000
"""With so much a ledger can be opened and written again."""

_OWED = "the server is still to get them"
_RUNS = "the machine runs, and looks after them itself"


class OwnPictures:
    """The evidence of a ledger that is open here."""

    name = PICTURES

    def __init__(self, here: Locations, book: PictureBook, offload: Offload) -> None:
        """Touch nothing yet.

        Args:
            here: the machine's folders.
            book: what its ledger knows of the pictures.
            offload: where the disk is waited for.
        """
        self._here = here
        self._book = book
        self._offload = offload

    async def holding(self) -> Holding:
        """Ask the ledger what lies there."""
        try:
            return _as_holding(await self._book.weigh())
        except LedgerError as error:
            raise LeftAloneError(str(error)) from error

    async def free(self, wanted_bytes: int) -> int:
        """Let the ledger choose what goes."""
        try:
            return await _with_room(self._here, wanted_bytes, self._release, self._offload)
        except LedgerError as error:
            raise LeftAloneError(str(error)) from error

    async def _release(self, wanted_bytes: int) -> int:
        return await release(self._here.evidence_dir, self._book, wanted_bytes, self._offload)


class UnopenedPictures:
    """The evidence of a ledger that is not open here; it is opened once pictures must go.

    Whatever else may go has gone by then: a full disk does not let a ledger be opened.
    """

    name = PICTURES

    def __init__(self, here: Locations, offload: Offload) -> None:
        """Touch nothing yet.

        Args:
            here: the machine's folders.
            offload: where the disk is waited for.
        """
        self._here = here
        self._offload = offload

    async def holding(self) -> Holding:
        """Look into the ledger's file."""
        try:
            return await self._offload(self._look)
        except LedgerError as error:
            raise LeftAloneError(str(error)) from error

    async def free(self, wanted_bytes: int) -> int:
        """Open the ledger and let it choose what goes; leave a damaged one as it is."""
        try:
            await self._offload(self._require_sound)
            return await _with_room(self._here, wanted_bytes, self._release, self._offload)
        except LedgerLockedError as error:
            raise LeftAloneError(_RUNS) from error
        except LedgerError as error:
            raise LeftAloneError(str(error)) from error

    def _look(self) -> Holding:
        if not self._here.ledger_path.exists():
            return Holding()
        with read_only(self._here.ledger_path) as connection:
            return _as_holding(weigh(connection))

    def _require_sound(self) -> None:
        """Keep `open_ledger` from setting a damaged ledger aside: that is for the next start."""
        found = check(self._here.ledger_path).violations
        if found:
            raise LeftAloneError(f"the ledger is damaged, and stays as it is: {found[0].what}")

    async def _release(self, wanted_bytes: int) -> int:
        async with open_ledger(self._here.ledger_path, self._offload, SystemClock()) as ledger:
            book = ledger.pictures
            return await release(self._here.evidence_dir, book, wanted_bytes, self._offload)


async def _with_room(
    here: Locations,
    wanted_bytes: int,
    let_go: Callable[[int], Awaitable[int]],
    offload: Offload,
) -> int:
    """Let pictures go; where the disk is too full to write which, let a few go before that.

    Raises:
        LedgerError: the ledger cannot be read, or not written either way.
        OSError: the disk refuses.
    """
    try:
        return await let_go(wanted_bytes)
    except (LedgerLockedError, LedgerDamagedError):
        raise
    except LedgerUnusableError:
        few = min(wanted_bytes, ROOM_TO_WRITE_BYTES)
        gone = await offload(partial(release_unrecorded, here.ledger_path, here.evidence_dir, few))
        if not gone:
            raise
    try:
        return await let_go(wanted_bytes)  # in the same order: it begins with those that are gone
    except LedgerError:
        return gone  # the next round goes on from here


def _as_holding(found: PictureBytes) -> Holding:
    return Holding(found.spare, found.owed, _OWED if found.owed else "")
