"""What the port needs of the machine: one item at a time, and what became of it."""

from __future__ import annotations

from typing import Protocol

import msgspec


class NoItemError(Exception):
    """There is no item to tell of. The message says why, in words for the page's log."""


class SettledItem(msgspec.Struct, frozen=True):
    """What became of one item.

    Attributes:
        dropped: it fell into the bin; only then does it count.
        label: the class that decided, or "".
        reason: for people, in Indonesian.
    """

    dropped: bool
    label: str
    reason: str


class Deposits(Protocol):
    """A deposit, item by item."""

    async def next_item(self) -> SettledItem:
        """Open a guest's deposit unless one is open, and return what becomes of its next item.

        Raises:
            NoItemError: the machine takes none now, nobody brought one, or it is in doubt.
        """
        ...

    async def end(self) -> None:
        """End the deposit where it can be ended; nothing happens where it cannot."""
        ...
