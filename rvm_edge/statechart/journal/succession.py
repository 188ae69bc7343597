"""Puts a new journal in the place of a long one, which is archived first.

Cut off anywhere, the file under the journal's name is the old journal, whole, or the new one,
whole; a start after that does what is left to do, or has nothing left to do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

from rvm_edge.statechart.definition import Payload
from rvm_edge.statechart.errors import JournalError
from rvm_edge.statechart.journal.archive import Archive, archive_folder, sync, write
from rvm_edge.statechart.journal.columns import decoded, encoded
from rvm_edge.statechart.journal.record import ARCHIVED, Entry, Record, seal
from rvm_edge.statechart.journal.schema import INSERT, SELECT, ensure_schema

__all__ = ["succeed"]

_PARTS: Final = ("", "-journal", "-wal", "-shm")


def succeed(
    path: Path,
    connection: sqlite3.Connection,
    head: Record,
    *,
    now: Callable[[], datetime],
    mono: Callable[[], float],
) -> Archive:
    """Archive a journal, and put one in its place that goes on from it. Blocks.

    Args:
        path: the journal.
        connection: its writer's; closed afterwards, unless this fails.
        head: its last row.
        now: the wall clock, UTC.
        mono: the monotonic clock, seconds.

    Raises:
        JournalError: somebody is reading it, or it does not prove itself. It stays as it is.
        OSError: the disk refuses; likewise.
        sqlite3.Error: likewise.
    """
    # Only without other readers does this succeed, and then there is no write-ahead log that
    # could be taken for the new file's.
    (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    if mode != "delete":
        raise JournalError("somebody is reading it")
    with closing(_rows(connection)) as rows:  # one that is read half still locks the journal
        archive = write(archive_folder(path), rows)
    if (archive.last, archive.head) != (head.seq, head.hash):
        raise JournalError("it ends in another row than it did when it was opened")
    fresh = path.with_name(f"{path.name}.new")
    try:
        _begin(fresh, archive, head, now(), mono())
    except BaseException:
        archive.path.unlink(missing_ok=True)  # nothing names it
        raise
    connection.close()
    fresh.replace(path)
    sync(path.parent)
    return archive


def _rows(connection: sqlite3.Connection) -> Generator[Record, None, None]:
    with closing(connection.execute(f"{SELECT} ORDER BY seq")) as cursor:
        for row in cursor:
            yield decoded(row)


def _begin(fresh: Path, archive: Archive, head: Record, now: datetime, mono: float) -> None:
    for suffix in _PARTS:
        fresh.with_name(f"{fresh.name}{suffix}").unlink(missing_ok=True)
    data: Payload = {
        "file": archive.path.name,
        "first": archive.first,
        "last": archive.last,
        "head": archive.head,
    }
    first = seal(
        Entry(ARCHIVED, data, head.after, head.after, (), ""),
        seq=head.seq + 1,
        at=now.isoformat(timespec="microseconds"),
        mono=mono,
        prev=head.hash,
    )
    with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        ensure_schema(connection, after=head.seq)
        connection.execute(INSERT, encoded(first))
    sync(fresh.parent)
