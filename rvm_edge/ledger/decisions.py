"""What each decision was made of, and how those items looked whose drop nobody confirmed."""

from __future__ import annotations

import sqlite3

import msgspec

from rvm_edge.decision import DecisionRecord, Likeness
from rvm_edge.ledger.failures import LedgerDamagedError, RefusedStepError
from rvm_edge.untrusted_json import UnreadableError, read_json

AMONG_ITEMS = 100
MOST_UNCONFIRMED = 8
"""An item is remembered for a repeat while it is one of so many, among the last so many items."""


def write(connection: sqlite3.Connection, client_uuid: str, record: DecisionRecord) -> None:
    """Store a record, in the transaction of its verdict."""
    connection.execute(
        "INSERT INTO decisions (client_uuid, record) VALUES (?, ?)",
        (client_uuid, msgspec.json.encode(record).decode()),
    )


def read(connection: sqlite3.Connection, client_uuid: str) -> DecisionRecord | None:
    """Return an item's record, or None if no rule was asked about it.

    Raises:
        LedgerDamagedError: it is no record.
    """
    row = connection.execute(
        "SELECT record FROM decisions WHERE client_uuid = ?", (client_uuid,)
    ).fetchone()
    return None if row is None else _decoded(client_uuid, str(row[0]))


def whole_uuid(connection: sqlite3.Connection, start: str) -> str:
    """Return the identity of the one item that it starts.

    Raises:
        RefusedStepError: it starts none, or several.
    """
    rows = connection.execute(
        "SELECT client_uuid FROM items WHERE substr(client_uuid, 1, length(:start)) = :start "
        "LIMIT 2",
        {"start": start},
    ).fetchall()
    if not rows:
        raise RefusedStepError(f"the ledger knows no item {start}")
    if len(rows) > 1:
        raise RefusedStepError(f"several items start with '{start}'; give more of it")
    return str(rows[0][0])


def unconfirmed(connection: sqlite3.Connection) -> tuple[Likeness, ...]:
    """Return how those items looked, newest first, that were credited without a confirmed drop.

    Counted in items and not in hours: no turned clock makes one forgotten.

    Raises:
        LedgerDamagedError: one of them has no readable record.
    """
    rows = connection.execute(
        "SELECT i.client_uuid, i.weight_g, d.record FROM items AS i "
        "JOIN decisions AS d ON d.client_uuid = i.client_uuid "
        "WHERE i.outcome = 'dropped' AND i.doubted_at IS NOT NULL "
        "AND i.number > (SELECT max(number) FROM items) - ? ORDER BY i.number DESC LIMIT ?",
        (AMONG_ITEMS, MOST_UNCONFIRMED),
    )
    return tuple(
        _decoded(str(uuid), str(record)).likeness(None if weight is None else float(weight))
        for uuid, weight, record in rows
    )


def _decoded(client_uuid: str, text: str) -> DecisionRecord:
    try:
        return read_json(text, DecisionRecord)
    except UnreadableError as error:
        raise LedgerDamagedError(f"decision on {client_uuid} is damaged: {error}") from error
