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
        "INSERT INTO flags (name, value, changed_at) VALUES (:name, :value, :at) "
        "ON CONFLICT (name) DO UPDATE SET value = :value, changed_at = :at WHERE value <> :value",
        {"name": name, "value": int(value), "at": stamp.at},
    )
