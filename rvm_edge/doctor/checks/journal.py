"""Whether the journal of the machine's steps can be read, and its last rows follow each other."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Final

from rvm_edge.doctor.finding import Check, Finding, failure, fine, note
from rvm_edge.doctor.place import Place
from rvm_edge.statechart.errors import JournalError
from rvm_edge.statechart.journal.reading import tail
from rvm_edge.statechart.journal.record import Record, hash_of
from rvm_edge.statechart.sqlite_failures import OF_SQLITE, said

ROWS: Final = 5_000
"""So many are enough to see that it is well now, and few enough beside a machine that works."""

_BUSY_S: Final = 5.0


def look(place: Place) -> Finding:
    """Let SQLite look over the file, and prove the chain of the last rows."""
    path = place.locations.journal_path
    if not path.exists():
        return note("no step was ever taken here")
    try:
        trouble = _damage(path)
        rows = () if trouble else tail(path, ROWS)
    except JournalError as error:
        trouble, rows = str(error), ()
    trouble = trouble or _broken(rows)
    if trouble:
        return failure(
            trouble,
            "It proves what the machine did; a machine that cannot write it stops.",
            f"Keep a copy first: sudo cp -a {path.parent} {path.parent}.copy; then see which rows: "
            "sudo rvm-edge journal verify. A start sets aside what it cannot go on with.",
        )
    return fine(f"the last {len(rows)} rows follow each other")


def _damage(path: Path) -> str:
    """Return what SQLite finds wrong with the file; "" for nothing."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=_BUSY_S)) as connection:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except OF_SQLITE as error:
        return f"journal {path}: {said(error)}"
    return "" if found == "ok" else f"journal {path} is damaged: {' '.join(str(found).split())}"


def _broken(rows: Sequence[Record]) -> str:
    """Return where the chain is broken; "" where it holds."""
    for row in rows:
        if row.hash != hash_of(row):
            return f"row {row.seq} of the journal was changed"
    for before, row in pairwise(rows):
        if (row.seq, row.prev) != (before.seq + 1, before.hash):
            return f"row {row.seq} of the journal does not follow row {before.seq}"
    return ""


CHECK = Check("journal", "Journal", look)
