"""The journal's table: strict, and closed to everything but the next row."""

from __future__ import annotations

import sqlite3
from typing import Final

from rvm_edge.statechart.errors import JournalError
from rvm_edge.statechart.journal.columns import COLUMNS

__all__ = ["INSERT", "SELECT", "ensure_schema"]

VERSION: Final = 1

_NAMES: Final = ", ".join(f'"{name}"' for name, _ in COLUMNS)
INSERT: Final = f"INSERT INTO journal ({_NAMES}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 - constants
SELECT: Final = f"SELECT {_NAMES} FROM journal"  # noqa: S608 - constants

# REPLACE deletes without asking a DELETE trigger; the third trigger stops it, and gaps besides.
_TRIGGERS: Final = """
CREATE TRIGGER IF NOT EXISTS journal_no_update BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS journal_no_delete BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS journal_in_sequence BEFORE INSERT ON journal
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), {after}) + 1 FROM journal)
BEGIN SELECT RAISE(ABORT, 'the journal takes the next row only'); END;
"""


def ensure_schema(connection: sqlite3.Connection, *, after: int = 0) -> None:
    """Create the journal's table in an empty database; leave a journal's as it is.

    Args:
        connection: a writing one.
        after: the number of the row before its first; 0 where there is none.

    Raises:
        JournalError: the database is somebody else's, or a newer version's.
    """
    version = _number(connection, "PRAGMA user_version")
    tables = _number(connection, "SELECT count(*) FROM sqlite_master")
    if version > VERSION:
        raise JournalError(f"the journal has format {version}, this program knows {VERSION}")
    if version == VERSION:
        return
    if tables:
        raise JournalError("the file is a database, but no journal")
    _create(connection, after)


def _create(connection: sqlite3.Connection, after: int) -> None:
    # Imported where a journal is born: it costs 16 MiB, and a running machine does not need it.
    from sqlite_utils import Database  # noqa: PLC0415

    database = Database(connection)
    with database.atomic():
        columns = dict(COLUMNS)
        database.create_table(
            "journal", columns=columns, pk="seq", not_null=set(columns), strict=True
        )
        for statement in _TRIGGERS.format(after=int(after)).strip().split("END;\n"):
            connection.execute(f"{statement.removesuffix('END;')}END")
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _number(connection: sqlite3.Connection, query: str) -> int:
    value: object = connection.execute(query).fetchone()[0]
    assert isinstance(value, int)
    return value
