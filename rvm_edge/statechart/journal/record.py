"""One row of the journal, and the hash that chains it to the one before."""

from __future__ import annotations

import hashlib
from typing import Final, Protocol

import msgspec
from msgspec.structs import asdict

from rvm_edge.statechart.definition import Configuration, Payload
from rvm_edge.statechart.document import Json, canonical

__all__ = [
    "ARCHIVED",
    "GENESIS",
    "SET_ASIDE",
    "STARTED",
    "STOPPED",
    "Entry",
    "Journal",
    "Record",
    "hash_of",
    "seal",
]

GENESIS: Final = "0" * 64
"""The `prev` of the first row."""

STARTED: Final = "started"
"""The event of the row that a start writes; `before` is empty unless the last run was cut off."""

STOPPED: Final = "stopped"
"""The event of the row that an orderly stop writes; nothing is active after it."""

SET_ASIDE: Final = "journal.set_aside"
"""The event of a journal's first row, when it replaces one that could not be read."""

ARCHIVED: Final = "journal.archived"
"""The event of a journal's first row, when it goes on from one that was archived.

It follows that one's last row in number and hash, and its data names the archive's `file`, its
`first` and `last` row and its `head`. What was active then still is.
"""


class Entry(msgspec.Struct, frozen=True):
    """What happened, before the journal gives it its place.

    Attributes:
        event: the event's title, or one of the journal's own.
        data: the event's fields.
        before: the configuration before.
        after: the configuration after.
        taken: the rows that fired, each as `label` writes it.
        chart: the hash of the chart that decided.
    """

    event: str
    data: Payload
    before: Configuration
    after: Configuration
    taken: tuple[str, ...]
    chart: str


class Record(msgspec.Struct, frozen=True):
    """A row as it is on disk.

    Attributes:
        seq: 1, 2, 3 and so on, without gaps, through all archives.
        at: UTC wall-clock time, ISO 8601. It may jump.
        mono: seconds of the monotonic clock, which does not jump, and starts anew with the system.
        event: see `Entry`, like the next five.
        prev: the previous row's hash, or `GENESIS`.
        hash: SHA-256, in hex, of the canonical JSON of all other fields.
    """

    seq: int
    at: str
    mono: float
    event: str
    data: Payload
    before: Configuration
    after: Configuration
    taken: tuple[str, ...]
    chart: str
    prev: str
    hash: str

    @property
    def entry(self) -> Entry:
        """What happened, without its place in the journal."""
        return Entry(self.event, self.data, self.before, self.after, self.taken, self.chart)


class Journal(Protocol):
    """Remembers every step, durably, in order. One writer."""

    @property
    def last(self) -> Record | None:
        """The last row that is on disk."""
        ...

    async def append(self, entry: Entry) -> Record:
        """Write a row; it is durable when this returns.

        After a failure the same entry may be tried again: a row that got to the disk all the same
        is not written twice.

        Raises:
            JournalError: it is not known to be on disk.
        """
        ...


def seal(entry: Entry, *, seq: int, at: str, mono: float, prev: str) -> Record:
    """Give an entry its place in the chain."""
    unsealed = Record(
        seq=seq,
        at=at,
        mono=float(mono),
        event=entry.event,
        data=dict(entry.data),
        before=entry.before,
        after=entry.after,
        taken=entry.taken,
        chart=entry.chart,
        prev=prev,
        hash="",
    )
    return Record(**{**asdict(unsealed), "hash": hash_of(unsealed)})


def hash_of(record: Record) -> str:
    """Compute what a row's `hash` has to be, from its other fields."""
    document: dict[str, Json] = {
        "seq": record.seq,
        "at": record.at,
        "mono": record.mono,
        "event": record.event,
        "data": dict(record.data),
        "before": list(record.before),
        "after": list(record.after),
        "taken": list(record.taken),
        "chart": record.chart,
        "prev": record.prev,
    }
    return hashlib.sha256(canonical(document).encode("ascii")).hexdigest()
