"""Reads a journal from its file, while the machine may be writing it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

from rvm_edge.statechart.errors import JournalError
from rvm_edge.statechart.journal.columns import decoded
from rvm_edge.statechart.journal.record import Record
from rvm_edge.statechart.journal.schema import SELECT
from rvm_edge.statechart.sqlite_failures import OF_SQLITE, said

__all__ = ["beyond_damage", "read", "rows_of", "tail"]

BUSY_S: Final = 5.0


def read(path: Path, *, after: int = 0) -> Iterator[Record]:
    """Yield the rows whose `seq` is above `after`, in order.

    Raises:
        JournalError: the file is missing, locked, no journal, or damaged.
        UnreadableRowError: this row is; nothing comes after it.
    """
    return map(decoded, rows_of(path, after=after))


def rows_of(path: Path, *, after: int = 0) -> Iterator[Sequence[object]]:
    """Yield the columns of those rows, whatever they hold.

    Raises:
        JournalError: the file is missing, locked, no journal, or from here on damaged.
    """
    with _connected(path) as connection:
        yield from connection.execute(f"{SELECT} WHERE seq > ? ORDER BY seq", (after,))


def beyond_damage(path: Path, after: int) -> int | None:
    """Return the first row behind which a damaged file can be read again; None for no such row.

    Args:
        path: the file.
        after: the last row before the damage.
    """
    found: int | None = None
    with contextlib.suppress(JournalError), _connected(path) as connection:
        for row in connection.execute(f"{SELECT} WHERE seq > ? ORDER BY seq DESC", (after,)):
            if isinstance(row[0], int):
                found = row[0]
    return found


def tail(path: Path, count: int) -> tuple[Record, ...]:
    """Return the last `count` rows, oldest first.

    Raises:
        JournalError: see `read`.
    """
    with _connected(path) as connection:
        rows = connection.execute(f"{SELECT} ORDER BY seq DESC LIMIT ?", (max(count, 0),))
        return tuple(decoded(row) for row in rows)[::-1]


@contextlib.contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.is_file():
        raise JournalError(f"journal {path}: there is no such file")
    address = f"file:{quote(str(path))}?mode=ro"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True, timeout=BUSY_S)) as connection:
            yield connection
    except OF_SQLITE as error:
        raise JournalError(f"journal {path}: {said(error)}") from error
