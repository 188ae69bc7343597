"""The pictures that lie in the folder, page by page, for people. Only reads."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from rvm_edge.item import Reason
from rvm_edge.ledger.failures import LedgerDamagedError

_PAGE = """
SELECT p.number, p.client_uuid, p.kept_at, p.accepted, i.reason, i.label, i.confidence, p.bytes,
  p.uploaded_at IS NOT NULL
FROM pictures AS p JOIN items AS i ON i.client_uuid = p.client_uuid
WHERE p.removed_at IS NULL AND (:before = 0 OR p.number < :before)
ORDER BY p.number DESC LIMIT :limit
"""


@dataclass(frozen=True)
class Exhibit:
    """One picture that lies here, and what the eyes said of it.

    Attributes:
        number: rises with every picture.
        client_uuid: whose.
        kept_at: ISO 8601 in UTC.
        accepted: the verdict.
        reason: its reason.
        label: the class that decided, or "".
        confidence: that class's, 0 to 1.
        size: in bytes.
        uploaded: the server has it, too.
    """

    number: int
    client_uuid: str
    kept_at: str
    accepted: bool
    reason: Reason
    label: str
    confidence: float
    size: int
    uploaded: bool


def newest(
    connection: sqlite3.Connection, *, before: int = 0, limit: int = 8
) -> tuple[Exhibit, ...]:
    """Return the newest pictures first.

    Args:
        connection: a reading one.
        before: only those with a lower number; 0 for the newest of all.
        limit: how many at most.

    Raises:
        LedgerDamagedError: a row holds a word that was never written there.
    """
    rows = connection.execute(_PAGE, {"before": before, "limit": limit})
    return tuple(_exhibit(row) for row in rows)


def count(connection: sqlite3.Connection) -> int:
    """Return how many pictures lie here."""
    (total,) = connection.execute(
        "SELECT count(*) FROM pictures WHERE removed_at IS NULL"
    ).fetchone()
    return int(total)


def _exhibit(row: tuple[int, str, str, int, str, str | None, float | None, int, int]) -> Exhibit:
    number, uuid, kept_at, accepted, reason, label, confidence, size, uploaded = row
    try:
        why = Reason(reason)
    except ValueError as error:
        raise LedgerDamagedError(f"item {uuid} is damaged: {error}") from error
    return Exhibit(
        number=number,
        client_uuid=uuid,
        kept_at=kept_at,
        accepted=bool(accepted),
        reason=why,
        label=label or "",
        confidence=confidence or 0.0,
        size=size,
        uploaded=bool(uploaded),
    )
