"""The pictures that lie in the folder, page by page, for people. Only reads."""

from __future__ import annotations

import sqlite3

import msgspec

from rvm_edge.item import Verdict
from rvm_edge.ledger import decisions
from rvm_edge.ledger.failures import LedgerDamagedError
from rvm_edge.ledger.records import record_by_uuid

_PAGE = """
SELECT number, client_uuid, kept_at, bytes, uploaded_at IS NOT NULL, reduced
FROM pictures WHERE removed_at IS NULL AND (:before = 0 OR number < :before)
ORDER BY number DESC LIMIT :limit
"""


class Exhibit(msgspec.Struct, frozen=True):
    """One picture that lies here, and what the eyes said of it.

    Attributes:
        number: rises with every picture.
        client_uuid: whose.
        kept_at: ISO 8601 in UTC.
        verdict: what the eyes said of the item.
        judged_size: width and height, in pixels, of the picture as they judged it, in which boxes
            are told; 0 and 0 where nobody noted it.
        size: in bytes, with the cut-out that may lie beside it.
        uploaded: the server has it, too.
        reduced: it was made smaller after it was judged.
    """

    number: int
    client_uuid: str
    kept_at: str
    verdict: Verdict
    judged_size: tuple[int, int]
    size: int
    uploaded: bool
    reduced: bool


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
    return tuple(_exhibit(connection, row) for row in rows.fetchall())


def count(connection: sqlite3.Connection) -> int:
    """Return how many pictures lie here."""
    (total,) = connection.execute(
        "SELECT count(*) FROM pictures WHERE removed_at IS NULL"
    ).fetchone()
    return int(total)


def surest(verdict: Verdict) -> int:
    """Return the number of the picture in which the eyes were surest of what decided: it is kept.

    The first of equals; 0 where nothing was found.
    """

    def sureness(number: int) -> float:
        named = (one for one in verdict.detections[number] if one.label == verdict.label)
        return max((one.confidence for one in named), default=0.0)

    return max(range(len(verdict.detections)), key=sureness, default=0)


def _exhibit(connection: sqlite3.Connection, row: tuple[int, str, str, int, int, int]) -> Exhibit:
    number, uuid, kept_at, size, uploaded, reduced = row
    verdict = record_by_uuid(connection, uuid).verdict
    if verdict is None:
        raise LedgerDamagedError(f"item {uuid} is damaged: a picture and no verdict")
    return Exhibit(
        number=number,
        client_uuid=uuid,
        kept_at=kept_at,
        verdict=verdict,
        judged_size=_judged_size(connection, uuid, surest(verdict)),
        size=size,
        uploaded=bool(uploaded),
        reduced=bool(reduced),
    )


def _judged_size(connection: sqlite3.Connection, uuid: str, picture: int) -> tuple[int, int]:
    record = decisions.read(connection, uuid)
    if record is None or picture >= len(record.pictures):
        return 0, 0
    figures = record.pictures[picture].figures
    return (figures.width, figures.height) if figures else (0, 0)
