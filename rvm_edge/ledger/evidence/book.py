"""The rows of the pictures as the rest of the room calls them: async, and on disk on return."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from rvm_edge.item import Verdict
from rvm_edge.ledger.doorbell import Doorbell
from rvm_edge.ledger.evidence import bounds, rows
from rvm_edge.ledger.evidence.bounds import PictureBytes
from rvm_edge.ledger.evidence.rows import Gone, Ownership, WaitingPicture
from rvm_edge.ledger.records import record_by_uuid
from rvm_edge.ledger.store import Stamp, Store
from rvm_edge.offload import Offload

T = TypeVar("T")


class PictureBook:
    """What is known of the items' pictures. Every method raises `LedgerError`, or did it.

    Attributes:
        news: rings when a picture was kept, or an item settled.
    """

    def __init__(self, store: Store, offload: Offload) -> None:
        self.news = Doorbell()
        self._store = store
        self._offload = offload

    async def verdict(self, client_uuid: str) -> Verdict | None:
        """Return what the eyes said of the item, or None while undecided.

        Raises:
            LedgerError: there is no such item.
        """
        record = await self._read(partial(record_by_uuid, client_uuid=client_uuid))
        return record.verdict

    async def add(self, client_uuid: str, size: int) -> None:
        """Record that the item's picture of `size` bytes lies in the folder.

        Raises:
            LedgerError: the item is unknown or undecided.
        """
        await self._write(partial(rows.add, client_uuid=client_uuid, size=size))
        self.news.ring()

    async def adopt(self, client_uuid: str, size: int) -> Ownership:
        """Say whose a picture file is, and give it its row if that is all it lacks."""
        return await self._write(partial(rows.adopt, client_uuid=client_uuid, size=size))

    async def here(self) -> frozenset[str]:
        """Return whose pictures should lie in the folder."""
        return await self._read(rows.here)

    async def is_kept(self, client_uuid: str) -> bool:
        """Say whether the item's picture was kept once, even if it is gone by now."""
        return await self._read(partial(rows.is_kept, client_uuid=client_uuid))

    async def next_to_upload(self, *, accepted: bool) -> WaitingPicture | None:
        """Return the accepted or rejected item's picture that is to go up next, if any."""
        return await self._read(partial(rows.next_to_upload, accepted=accepted))

    async def count_to_upload(self) -> tuple[int, int]:
        """Return how many accepted and how many rejected items' pictures are to go up."""
        return await self._read(rows.count_to_upload)

    async def mark_tried(self, client_uuid: str) -> None:
        """Record that an upload is about to begin."""
        await self._write(partial(rows.mark_tried, client_uuid=client_uuid))

    async def mark_failed(self, client_uuid: str, why: str) -> None:
        """Record why the last upload proved nothing."""
        await self._write(partial(rows.mark_failed, client_uuid=client_uuid, why=why))

    async def take_try_back(self, client_uuid: str, why: str) -> None:
        """Record that the last upload is proved not to have brought the picture."""
        await self._write(partial(rows.take_try_back, client_uuid=client_uuid, why=why))

    async def mark_uploaded(self, client_uuid: str) -> None:
        """Record that the server has proved to have the picture."""
        await self._write(partial(rows.mark_uploaded, client_uuid=client_uuid))

    async def mark_reduced(self, client_uuid: str, size: int) -> None:
        """Record that a picture of `size` bytes lies in the place of one that was refused."""
        await self._write(partial(rows.mark_reduced, client_uuid=client_uuid, size=size))

    async def give_up(self, client_uuid: str, why: str) -> None:
        """Record that the server will never have the picture."""
        await self._write(partial(rows.give_up, client_uuid=client_uuid, why=why))

    async def mark_lost(self, uuids: Sequence[str]) -> None:
        """Record that picture files are gone that should be there."""
        await self._write(partial(rows.mark_removed, uuids=uuids, why=Gone.LOST))

    async def take_out_due(self, rejected_s: float, most_s: float) -> tuple[str, ...]:
        """Mark as removed what need not lie here any longer; return whose files are to go."""
        work = partial(bounds.take_out_due, rejected_s=rejected_s, most_s=most_s)
        return await self._write(work)

    async def make_room(self, size: int, most_bytes: int) -> tuple[str, ...]:
        """Mark as removed what must go for a picture of `size`; return whose files are to go.

        Raises:
            LedgerError: too little may go.
        """
        return await self._write(partial(bounds.make_room, size=size, most_bytes=most_bytes))

    async def weigh(self) -> PictureBytes:
        """Add up what lies in the folder."""
        return await self._read(bounds.weigh)

    async def take_out_spare(self, wanted_bytes: int) -> tuple[tuple[str, int], ...]:
        """Mark as removed what may go; return whose files are to go, each with its bytes."""
        return await self._write(partial(bounds.take_out_spare, wanted_bytes=wanted_bytes))

    async def _write(self, work: Callable[[sqlite3.Connection, Stamp], T]) -> T:
        return await self._offload(partial(self._store.write, work))

    async def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await self._offload(partial(self._store.read, work))
