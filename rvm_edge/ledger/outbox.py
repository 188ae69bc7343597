"""The outbox as the courier uses it: async, and on disk when a call returns."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial

from rvm_edge.identity import Registration
from rvm_edge.ledger import outbox_rows, registrations
from rvm_edge.ledger.anchors import put_anchor
from rvm_edge.ledger.counts import QueueCounts, count_queue
from rvm_edge.ledger.doorbell import Doorbell
from rvm_edge.ledger.outbox_rows import WaitingRecord
from rvm_edge.ledger.store import Stamp, Store
from rvm_edge.offload import Offload


class Outbox:
    """Dropped items on their way to the server. Every method raises `LedgerError`, or did it.

    Attributes:
        news: rings when an item was settled, or a dead letter may be tried again.
    """

    def __init__(self, store: Store, offload: Offload) -> None:
        self.news = Doorbell()
        self._store = store
        self._offload = offload

    async def become(self, who: Registration) -> None:
        """Take and deliver items as `who` from here on.

        What was taken as somebody else is held until the machine is that one again.
        """
        await self._write(partial(registrations.become, who=who))
        self.news.ring()

    async def next_batch(self, limit: int, after: int = 0) -> tuple[WaitingRecord, ...]:
        """Return the oldest items that wait, at most `limit`, in the order in which they dropped.

        Args:
            limit: how many at most; so much is held in memory, however long the queue is.
            after: only those behind this place in the queue.
        """
        work = partial(outbox_rows.next_batch, limit=limit, after=after)
        return await self._offload(partial(self._store.read, work))

    async def mark_sent(self, uuids: Sequence[str]) -> None:
        """Record that a request with these items is about to leave.

        From here on they are ambiguous until something proves what became of that request, also
        for a process that dies now.

        Raises:
            LedgerError: one of them does not wait; none is marked.
        """
        await self._write(partial(outbox_rows.mark_sent, uuids=uuids))

    async def mark_delivered(self, uuids: Sequence[str]) -> None:
        """Record in one transaction that the server has proved to have all of these items.

        Raises:
            LedgerError: one is unknown, did not drop, or is a dead letter; none is marked.
        """
        await self._write(partial(outbox_rows.mark_delivered, uuids=uuids))

    async def mark_not_arrived(self, uuids: Sequence[str], why: str) -> None:
        """Record that the last request with these items is proved not to have brought them."""
        await self._write(partial(outbox_rows.mark_not_arrived, uuids=uuids, why=why))

    async def mark_ambiguous(self, uuids: Sequence[str], why: str) -> None:
        """Record why nobody knows what became of the last request with these items."""
        await self._write(partial(outbox_rows.note_unknown, uuids=uuids, why=why))

    async def bury(self, client_uuid: str, why: str) -> None:
        """Make a dead letter of an item that the server does not take as it stands.

        It is kept for ever, and can be tried again with `retry`. What is known of its requests
        stays as it is: mark first whether the last of them arrived.

        Raises:
            LedgerError: it does not wait.
        """
        await self._write(partial(outbox_rows.bury, client_uuid=client_uuid, why=why))

    async def retry(self, client_uuid: str | None = None) -> int:
        """Let a dead letter wait again in its old place, or all of them; return how many did."""
        work = partial(outbox_rows.retry, client_uuid=client_uuid)
        count = await self._offload(partial(self._store.write, work))
        self.news.ring()
        return count

    async def anchor(self, mono_s: float, server_epoch_s: float) -> None:
        """Keep what the server's clock showed at a monotonic moment of the ledger's clock."""
        await self._write(partial(put_anchor, mono_s=mono_s, server_epoch_s=server_epoch_s))

    async def counts(self) -> QueueCounts:
        """Return the figures for the screens."""
        return await self._offload(partial(self._store.read, count_queue))

    async def guests_waiting(self, most: int) -> int:
        """Count guests' items that wait, up to `most`."""
        work = partial(outbox_rows.guests_waiting, most=most)
        return await self._offload(partial(self._store.read, work))

    async def _write(self, work: Callable[[sqlite3.Connection, Stamp], None]) -> None:
        await self._offload(partial(self._store.write, work))
