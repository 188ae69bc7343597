"""The two clocks of the ledger, and how a moment is written down.

Wall time is data for people and auditors; it may jump by years on a machine whose clock battery is
empty. Nothing is ever ordered, expired or compared by it: order comes from row numbers, and from
monotonic time within one opening of the ledger.
"""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import Protocol


class Clock(Protocol):
    """Wall time and monotonic time."""

    def wall(self) -> datetime:
        """Return the wall time, with its time zone."""
        ...

    def monotonic_s(self) -> float:
        """Return seconds that never run backwards while this process lives."""
        ...


class SystemClock:
    """The clocks of the operating system."""

    def wall(self) -> datetime:
        """Return the system's time in UTC."""
        return datetime.now(timezone.utc)

    def monotonic_s(self) -> float:
        """Return the system's monotonic seconds."""
        return time.monotonic()


def utc_text(moment: datetime) -> str:
    """Write a moment as ISO 8601 in UTC with microseconds: ``2026-01-31T23:59:59.000000Z``.

    Always 27 characters, so that text order is time order.

    Raises:
        ValueError: the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    utc = moment.astimezone(timezone.utc).replace(tzinfo=None)
    return f"{utc.isoformat(timespec='microseconds')}Z"


def file_stamp(moment: datetime) -> str:
    """Write a moment for a file's name: ``20260131T235959Z``."""
    return moment.astimezone(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
