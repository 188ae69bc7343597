"""What is remembered, as the chart uses it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from drivers.ports import Frame
from rvm_edge.decision import Likeness
from rvm_edge.item import Item, Outcome, Session, SessionEnd, Verdict


class LedgerError(Exception):
    """The ledger did not record what it was asked to; nothing of it was written.

    Either the step is not allowed in the life of an item, or the disk did not take it. The message
    says which, and what to do.
    """


class DepositBook(Protocol):
    """The ledger as the chart uses it: every call is durable when it returns."""

    async def open_session(self, session: Session) -> None:
        """Record that a deposit started. Recording the same session again changes nothing."""
        ...

    async def close_session(self, session_id: str, why: SessionEnd) -> None:
        """Record why a deposit ended. The first reason stays."""
        ...

    async def session(self) -> Session | None:
        """Return the deposit that is open, if any."""
        ...

    async def insert(self, session_id: str) -> Item:
        """Record an item that was just seen, under a new `client_uuid`.

        Raises:
            LedgerError: another item is still unsettled, or the session is not open.
        """
        ...

    async def decide(self, client_uuid: str, verdict: Verdict) -> None:
        """Record the verdict.

        Raises:
            LedgerError: the item was decided already, or is unknown.
        """
        ...

    async def give_back(self, client_uuid: str) -> None:
        """Record, before the mechanism moves, that the item is being handed back.

        From here on it can never be credited, whatever the sensors say later: an item that was
        given back once must not earn anything. Recording it again changes nothing.
        """
        ...

    async def doubt(self, client_uuid: str, why: str) -> None:
        """Record that nobody knows where the item is."""
        ...

    async def settle(self, client_uuid: str, outcome: Outcome) -> None:
        """Record where the item ended. The same outcome again changes nothing.

        Raises:
            LedgerError: another outcome is recorded, or an item "dropped" that is undecided,
                refused, or already being given back.
        """
        ...

    async def item_in_hand(self) -> Item | None:
        """Return the one item that is not settled, if any."""
        ...

    async def unconfirmed(self) -> tuple[Likeness, ...]:
        """Return how the last items looked that were credited although nobody saw them drop."""
        ...


class Flags(Protocol):
    """Small durable facts that outlive a restart."""

    async def is_set(self, name: str) -> bool:
        """Say whether the flag stands."""
        ...

    async def put(self, name: str, value: bool) -> None:  # noqa: FBT001 - the value is the point
        """Set or clear the flag."""
        ...


class Evidence(Protocol):
    """The pictures of items that are kept for the server and for technicians."""

    async def keep(self, client_uuid: str, frames: Sequence[Frame]) -> None:
        """Keep an item's best picture. Never raises: no item waits for a picture's sake."""
        ...


class Album(Protocol):
    """Pictures that the server asked for itself."""

    async def offer(self, frame: Frame) -> str:
        """Send one picture of the empty chamber; say in a few words what became of it."""
        ...
