"""What the doctor finds at the computer, as a technician looks it up."""

from __future__ import annotations

from enum import Enum
from typing import Protocol

import msgspec


class Standing(Enum):
    """How bad it is, in the doctor's own words; the order is the order of concern."""

    FINE = "fine"
    NOTE = "note"
    """Worth knowing; nothing is wrong."""

    WARNING = "warning"
    """Something works worse, or soon will."""

    FAILURE = "failure"
    """The machine cannot do its work."""


class ComputerFinding(msgspec.Struct, frozen=True):
    """One thing that was looked at, for people who read English.

    Attributes:
        name: of the check, for programs and the command line.
        title: what it is about.
        standing: how bad it is.
        what: what is so.
        why: why that matters; "" where all is well.
        todo: what to do about it; "" where nothing is to be done.
    """

    name: str
    title: str
    standing: Standing
    what: str
    why: str = ""
    todo: str = ""


class Doctor(Protocol):
    """Looks the computer over. It moves nothing, changes nothing, and never looks twice at once."""

    async def findings(self) -> tuple[ComputerFinding, ...]:
        """Return what every check finds, the worst first."""
        ...
