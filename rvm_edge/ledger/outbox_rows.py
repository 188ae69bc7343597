"""The outbox's rows: what waits, what a request does to them, and what its answer proves.

Each function runs inside the transaction of `Store.write` or `Store.read`, for a whole batch at
once. `unanswered` counts the requests with an item whose outcome nobody knows: `mark_sent` raises
it before a request leaves, and whatever proves the request's outcome lowers it again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import msgspec

from rvm_edge.delivery import Record
from rvm_edge.item import SessionMode
from rvm_edge.ledger import life
from rvm_edge.ledger.anchors import server_epoch, wall_epoch_s
from rvm_edge.ledger.failures import LedgerDamagedError, RefusedStepError
from rvm_edge.ledger.registrations import IN_FORCE, registration_of
from rvm_edge.ledger.store import Stamp

_LONGEST_ERROR = 2000
_WAITING = "client_uuid = ? AND state = 'waiting'"

# The inner SELECT reads the partial index from its start and stops at the limit.
_NEXT = f"""
SELECT o.number, o.attempts, o.unanswered, i.client_uuid, i.session_id, i.mode, i.owner, i.label,
  i.weight_g, i.settled_at, r.server_url, r.hardware_id, {server_epoch("s.opening", "s.mono_s")}
FROM (SELECT w.number, w.client_uuid, w.attempts, w.unanswered FROM outbox AS w
  CROSS JOIN items AS its ON its.client_uuid = w.client_uuid
  WHERE w.state = 'waiting' AND w.number > :after AND its.registration IS {IN_FORCE}
  ORDER BY w.number LIMIT :limit) AS o
CROSS JOIN items AS i ON i.client_uuid = o.client_uuid
LEFT JOIN registrations AS r ON r.number = i.registration
LEFT JOIN steps AS s ON s.client_uuid = o.client_uuid AND s.step = 'settled'
ORDER BY o.number
"""  # noqa: S608 - constants of this module


class WaitingRecord(msgspec.Struct, frozen=True):
    """An item that the server is still to be told of.

    Attributes:
        number: its place in the queue.
        attempts: how many requests with it were begun.
        unanswered: how many of them have an outcome that nobody knows.
        record: what the server is told.
    """

    number: int
    attempts: int
    unanswered: int
    record: Record


def next_batch(
    connection: sqlite3.Connection, *, limit: int, after: int = 0
) -> tuple[WaitingRecord, ...]:
    """Return the oldest items that wait, in the order in which they dropped.

    What was taken under another registration than the one in force is held: it is none of these.

    Args:
        connection: a writing or a reading one.
        limit: how many at most.
        after: only those behind this place in the queue.

    Raises:
        LedgerDamagedError: a row holds a word that was never written there.
    """
    rows = connection.execute(_NEXT, {"limit": limit, "after": after})
    return tuple(_waiting(row) for row in rows)


def mark_sent(connection: sqlite3.Connection, stamp: Stamp, *, uuids: Sequence[str]) -> None:
    """Record that a request with these items is about to leave.

    Raises:
        RefusedStepError: one of them does not wait.
    """
    changed = connection.executemany(
        "UPDATE outbox SET attempts = attempts + 1, last_attempt_at = ?, "  # noqa: S608 - a constant
        f"sent_at = coalesce(sent_at, ?), unanswered = unanswered + 1 WHERE {_WAITING}",
        [(stamp.at, stamp.at, uuid) for uuid in uuids],
    ).rowcount
    _require_all(changed, uuids, "wait for delivery")


def mark_delivered(connection: sqlite3.Connection, stamp: Stamp, *, uuids: Sequence[str]) -> None:
    """Record that the server has proved to have these items, all of them or none.

    Raises:
        RefusedStepError: one is unknown, did not drop, or is a dead letter.
    """
    life.mark_delivered(connection, stamp, *uuids)


def mark_not_arrived(
    connection: sqlite3.Connection, _stamp: Stamp, *, uuids: Sequence[str], why: str
) -> None:
    """Record that the last request with these items is proved not to have brought them.

    An earlier one that nobody answered stays unanswered: the proof is of this request alone.
    """
    connection.executemany(
        "UPDATE outbox SET last_error = ?, sent_at = CASE WHEN unanswered > 1 THEN sent_at END, "  # noqa: S608 - a constant
        f"unanswered = max(0, unanswered - 1) WHERE {_WAITING}",
        [(fit(why), uuid) for uuid in uuids],
    )


def note_unknown(
    connection: sqlite3.Connection, _stamp: Stamp, *, uuids: Sequence[str], why: str
) -> None:
    """Record why nobody knows what became of the last request; that it is so stands already."""
    connection.executemany(
        f"UPDATE outbox SET last_error = ? WHERE {_WAITING}",  # noqa: S608 - a constant
        [(fit(why), uuid) for uuid in uuids],
    )


def bury(connection: sqlite3.Connection, stamp: Stamp, *, client_uuid: str, why: str) -> None:
    """Make a dead letter of an item that the server does not take as it stands.

    Raises:
        RefusedStepError: it does not wait.
    """
    changed = connection.execute(
        f"UPDATE outbox SET state = 'dead', last_error = ? WHERE {_WAITING}",  # noqa: S608 - a constant
        (fit(why), client_uuid),
    ).rowcount
    _require_all(changed, (client_uuid,), "wait for delivery")
    connection.execute(
        "INSERT INTO dead_letters (client_uuid, why, died_at) VALUES (?, ?, ?)",
        (client_uuid, fit(why) or "no reason was given", stamp.at),
    )


def retry(connection: sqlite3.Connection, stamp: Stamp, *, client_uuid: str | None) -> int:
    """Let a dead letter wait again in its old place; all of them for None.

    Returns:
        How many.
    """
    where = {"uuid": client_uuid, "at": stamp.at}
    connection.execute(
        "UPDATE dead_letters SET retried_at = :at WHERE retried_at IS NULL "
        "AND (:uuid IS NULL OR client_uuid = :uuid)",
        where,
    )
    return connection.execute(
        "UPDATE outbox SET state = 'waiting', last_error = '' WHERE state = 'dead' "
        "AND (:uuid IS NULL OR client_uuid = :uuid)",
        where,
    ).rowcount


def guests_waiting(connection: sqlite3.Connection, *, most: int) -> int:
    """Count guests' items that wait, up to `most`: nobody asks how many more there are."""
    (count,) = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM outbox AS o CROSS JOIN items AS i "  # noqa: S608 - a constant
        "ON i.client_uuid = o.client_uuid WHERE o.state = 'waiting' AND i.mode = 'guest' "
        f"AND i.registration IS {IN_FORCE} LIMIT ?)",
        (most,),
    ).fetchone()
    return int(count)


def fit(why: str) -> str:
    """Return a reason as a row can hold it: what a server sends has any length and characters."""
    return why[:_LONGEST_ERROR].encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def _require_all(changed: int, uuids: Sequence[str], what: str) -> None:
    if changed != len(uuids):
        raise RefusedStepError(f"{len(uuids) - changed} of {len(uuids)} items do not {what}")


def _waiting(row: tuple[object, ...]) -> WaitingRecord:
    number, attempts, unanswered, uuid, session, mode, owner, label, weight, *rest = row
    settled_at, server_url, hardware_id, epoch = rest
    try:
        dropped_at_s = epoch if isinstance(epoch, float) else wall_epoch_s(str(settled_at))
        record = Record(
            client_uuid=str(uuid),
            session_id=str(session),
            mode=SessionMode(mode),
            owner=str(owner),
            label=str(label),
            weight_g=float(weight) if isinstance(weight, (int, float)) else None,
            dropped_at_s=int(dropped_at_s),
            taken_by=registration_of((server_url, hardware_id)),
        )
        return WaitingRecord(_whole(number), _whole(attempts), _whole(unanswered), record)
    except ValueError as error:
        raise LedgerDamagedError(f"outbox row {number} is damaged: {error}") from error


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise ValueError(f"{value!r} is no whole number")
    return value
