"""What the set-up page shows of the machine around it. Protocols and plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec


class Look(msgspec.Struct, frozen=True):
    """One thing that was looked at, as the doctor tells it.

    Attributes:
        name: stable, for programs.
        title: what it is about.
        level: "fine", "note", "warning" or "failure".
        what: what is so.
        why: why that matters.
        todo: what to do about it.
    """

    name: str
    title: str
    level: str
    what: str
    why: str
    todo: str


class Reading(msgspec.Struct, frozen=True):
    """One sensor, now.

    Attributes:
        name: of its port.
        value: as it stands; null where it gave none.
        unit: "%", "g", "°C", or "" for yes and no.
        trouble: why it gave none.
    """

    name: str
    value: bool | float | None
    unit: str = ""
    trouble: str = ""


class NotShownError(Exception):
    """There is no picture. The message says why."""


class Premises(Protocol):
    """The machine, as far as the page may see it; nothing here turns a motor."""

    async def looks(self) -> Sequence[Look]:
        """Look at everything that the machine needs."""
        ...

    async def readings(self) -> Sequence[Reading]:
        """Read its sensors now."""
        ...

    async def picture(self) -> bytes:
        """Take a picture of the chamber, as a JPEG.

        Raises:
            NotShownError: there is none.
        """
        ...
