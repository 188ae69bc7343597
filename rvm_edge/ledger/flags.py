"""Small durable facts: a name, and whether it stands."""

from __future__ import annotations

import sqlite3

from rvm_edge.ledger.store import Stamp


def is_set(connection: sqlite3.Connection, name: str) -> bool:
    """Say whether the flag stands; one that was never put does not."""
    row = connection.execute("SELECT value FROM flags WHERE name = ?", (name,)).fetchone()
    return row is not None and bool(row[0])


def put(connection: sqlite3.Connection, stamp: Stamp, *, name: str, value: bool) -> None:
    """Set or clear the flag. The value it has already changes nothing."""
    connection.execute(
        "INSERT INTO flags (name, value, changed_at) VALUES (?1, ?2, ?3) "
        "ON CONFLICT (name) DO UPDATE SET value = ?2, changed_at = ?3 WHERE value <> ?2",
        (name, int(value), stamp.at),
    )
