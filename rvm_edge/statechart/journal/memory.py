"""A journal that forgets: for tests, and for looking at a chart without leaving traces."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timezone

from rvm_edge.statechart.journal.record import GENESIS, Entry, Record, seal

__all__ = ["MemoryJournal", "utc_now"]


def utc_now() -> datetime:
    """Return the wall clock's time, in UTC."""
    return datetime.now(timezone.utc)


class MemoryJournal:
    """Keeps its rows in a list, chained like those on disk."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime] = utc_now,
        mono: Callable[[], float] = time.monotonic,
    ) -> None:
        self.records: list[Record] = []
        self._now = now
        self._mono = mono

    @property
    def last(self) -> Record | None:
        """The last row."""
        return self.records[-1] if self.records else None

    async def append(self, entry: Entry) -> Record:
        """Keep a row."""
        last = self.last
        record = seal(
            entry,
            seq=last.seq + 1 if last else 1,
            at=self._now().isoformat(timespec="microseconds"),
            mono=self._mono(),
            prev=last.hash if last else GENESIS,
        )
        self.records.append(record)
        return record
