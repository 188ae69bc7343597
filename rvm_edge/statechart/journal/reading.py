"""Reads a journal from its file, while the machine may be writing it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

from rvm_edge.statechart.errors import JournalError
from rvm_edge.statechart.journal.columns import decoded
from rvm_edge.statechart.journal.record import Record
from rvm_edge.statechart.journal.schema import SELECT
from rvm_edge.statechart.sqlite_failures import OF_SQLITE, said

__all__ = ["read", "tail"]

BUSY_S: Final = 5.0


def read(path: Path, *, after: int = 0) -> Iterator[Record]:
    """Yield the rows whose `seq` is above `after`, in order.

    Raises:
        JournalError: the file is missing, locked, no journal, or damaged.
        UnreadableRowError: this row is; nothing comes after it.
    """
    with _connected(path) as connection:
        for row in connection.execute(f"{SELECT} WHERE seq > ? ORDER BY seq", (after,)):
            yield decoded(row)


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
