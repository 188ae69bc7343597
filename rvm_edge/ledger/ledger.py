"""The ledger as the rest of the machine calls it: async, and on disk when a call returns."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import trio

from rvm_edge.decision import DecisionRecord, Likeness
from rvm_edge.item import Item, Outcome, Session, SessionEnd, Verdict
from rvm_edge.ledger import decisions, life, sessions
from rvm_edge.ledger.clock import Clock
from rvm_edge.ledger.counts import Counts, count
from rvm_edge.ledger.evidence.book import PictureBook
from rvm_edge.ledger.flags import is_set, put
from rvm_edge.ledger.opening import LedgerOpening, open_store
from rvm_edge.ledger.outbox import Outbox
from rvm_edge.ledger.records import (
    ItemRecord,
    list_items,
    open_session_row,
    unsettled_item,
)
from rvm_edge.ledger.store import Store
from rvm_edge.offload import Offload


@asynccontextmanager
async def open_ledger(path: Path, offload: Offload, clock: Clock) -> AsyncIterator[Ledger]:
    """Open the ledger at `path` for as long as the block lasts.

    A damaged database is set aside and a new one begun: see `Ledger.opening`.

    Raises:
        LedgerLockedError: another process has it open.
        LedgerTooNewError: a newer version of this program wrote it.
        LedgerUnusableError: the disk refuses.
    """
    store, opening = await offload(partial(open_store, path, clock))
    try:
        yield Ledger(store, opening, offload)
    finally:
        # Closing writes the log back into the database; a cancelled daemon does that too.
        with trio.CancelScope(shield=True):
            await offload(store.close)


class Ledger:
    """Implements `rvm_edge.machine.DepositBook`. Every method raises `LedgerError`, or did it.

    Attributes:
        path: the database.
        opening: what opening it found.
        flags: the small durable facts, in the same file.
        outbox: dropped items on their way to the server.
        pictures: what is known of the items' pictures.
    """

    def __init__(self, store: Store, opening: LedgerOpening, offload: Offload) -> None:
        self.path = store.path
        self.opening = opening
        self.flags = LedgerFlags(store, offload)
        self.outbox = Outbox(store, offload)
        self.pictures = PictureBook(store, offload)
        self._store = store
        self._offload = offload

    async def open_session(self, session: Session) -> None:
        """Record that a deposit started. Recording the same session again changes nothing.

        Raises:
            LedgerError: another one is open, or its id, mode and owner do not fit together.
        """
        work = partial(sessions.open_session, session=session)
        await self._offload(partial(self._store.write, work))

    async def close_session(self, session_id: str, why: SessionEnd) -> None:
        """Record why a deposit ended. The first reason stays.

        Raises:
            LedgerError: there is no such session.
        """
        work = partial(sessions.close_session, session_id=session_id, why=why)
        await self._offload(partial(self._store.write, work))

    async def session(self) -> Session | None:
        """Return the deposit that is open, if any."""
        return await self._offload(partial(self._store.read, open_session_row))

    async def insert(self, session_id: str) -> Item:
        """Record an item that was just seen, under a new `client_uuid`.

        Raises:
            LedgerError: another item is still unsettled, or the session is not open.
        """
        work = partial(life.insert, session_id=session_id)
        return await self._offload(partial(self._store.write, work))

    async def decide(self, client_uuid: str, verdict: Verdict) -> None:
        """Record the verdict.

        Raises:
            LedgerError: the item is unknown, decided, in doubt, being given back or settled.
        """
        work = partial(life.decide, client_uuid=client_uuid, verdict=verdict)
        await self._offload(partial(self._store.write, work))

    async def give_back(self, client_uuid: str) -> None:
        """Record, before the mechanism moves, that the item is being handed back.

        Raises:
            LedgerError: the item is unknown, or dropped.
        """
        work = partial(life.give_back, client_uuid=client_uuid)
        await self._offload(partial(self._store.write, work))

    async def doubt(self, client_uuid: str, why: str) -> None:
        """Record that nobody knows where the item is. The first reason stays.

        Raises:
            LedgerError: the item is unknown, or settled.
        """
        work = partial(life.doubt, client_uuid=client_uuid, why=why)
        await self._offload(partial(self._store.write, work))

    async def settle(self, client_uuid: str, outcome: Outcome) -> None:
        """Record where the item ended. The same outcome again changes nothing.

        Raises:
            LedgerError: another outcome is recorded, or an item "dropped" that is undecided,
                refused, or already being given back.
        """
        work = partial(life.settle, client_uuid=client_uuid, outcome=outcome)
        await self._offload(partial(self._store.write, work))
        self.outbox.news.ring()
        self.pictures.news.ring()

    async def mark_delivered(self, client_uuid: str) -> None:
        """Record that the server has proved to have the item. Again changes nothing.

        Raises:
            LedgerError: the item is unknown, or did not drop, or is a dead letter.
        """
        await self.outbox.mark_delivered((client_uuid,))

    async def item_in_hand(self) -> Item | None:
        """Return the one item that is not settled, if any."""
        return await self._offload(partial(self._store.read, unsettled_item))

    async def unconfirmed(self) -> tuple[Likeness, ...]:
        """Return how those items looked that were credited although nobody confirmed their drop.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        return await self._offload(partial(self._store.read, decisions.unconfirmed))

    async def decision(self, client_uuid: str) -> DecisionRecord | None:
        """Return what an item's verdict was made of, or None if no rule was asked.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        work = partial(decisions.read, client_uuid=client_uuid)
        return await self._offload(partial(self._store.read, work))

    async def counts(self) -> Counts:
        """Return the totals for the screens."""
        return await self._offload(partial(self._store.read, count))

    async def recent(self, n: int) -> tuple[ItemRecord, ...]:
        """Return the last `n` items, the newest first."""
        return await self._offload(partial(self._store.read, partial(list_items, limit=n)))


class LedgerFlags:
    """Implements `rvm_edge.machine.Flags`."""

    def __init__(self, store: Store, offload: Offload) -> None:
        self._store = store
        self._offload = offload

    async def is_set(self, name: str) -> bool:
        """Say whether the flag stands; one that was never put does not."""
        return await self._offload(partial(self._store.read, partial(is_set, name=name)))

    async def put(self, name: str, value: bool) -> None:  # noqa: FBT001 - the value is the point
        """Set or clear the flag; on disk when this returns."""
        work = partial(put, name=name, value=value)
        await self._offload(partial(self._store.write, work))
