"""What may go when the disk is full."""

from __future__ import annotations

from typing import Protocol

import msgspec


class LeftAloneError(Exception):
    """A place cannot be looked at or freed just now. The message says why."""


class Holding(msgspec.Struct, frozen=True):
    """What lies in one place.

    Attributes:
        free_bytes: what may go.
        kept_bytes: what lies there too and stays.
        why_kept: why that stays; "" where nothing does.
    """

    free_bytes: int = 0
    kept_bytes: int = 0
    why_kept: str = ""


class Expendable(Protocol):
    """One kind of thing that may go. What must stay is its own affair: it never lets go of that."""

    @property
    def name(self) -> str:
        """What it is, for people."""
        ...

    async def holding(self) -> Holding:
        """Look what lies there; changes nothing.

        Raises:
            OSError: the disk refuses.
            LeftAloneError: it cannot be looked at.
        """
        ...

    async def free(self, wanted_bytes: int) -> int:
        """Remove things, the least missed ones first, until so much is free or nothing may go.

        Returns:
            How many bytes went; may be more than was wanted, by a part of the last thing.

        Raises:
            OSError: the disk refuses; something may have gone.
            LeftAloneError: nothing may go just now.
        """
        ...
