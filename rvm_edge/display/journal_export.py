"""A copy of the journal for a technician to take along."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path
from typing import Final

KEPT: Final = 3
"""So many copies are kept; the disk is not to fill up because somebody presses a button."""

_PATTERN: Final = "journal-*.sqlite"


def export_journal(journal: Path, exports: Path) -> Path:
    """Copy the journal as it is at one moment, while others write; return where the copy is.

    Blocks, some seconds for a large one.

    Raises:
        OSError: the disk refuses.
        sqlite3.Error: the journal cannot be read, or the disk is full.
    """
    exports.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S%fZ")
    target = exports / f"journal-{stamp}.sqlite"
    unfinished = target.with_suffix(".part")
    try:
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        with (
            closing(sqlite3.connect(f"{journal.absolute().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(unfinished)) as copy,
        ):
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, to be taken along
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    for old in sorted(exports.glob(_PATTERN))[:-KEPT]:
        old.unlink(missing_ok=True)
    return target
