"""What is on its way to the server, item by item, for people. Only reads."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from enum import Enum

import msgspec

from rvm_edge.ledger.failures import RefusedStepError
from rvm_edge.ledger.records import ItemRecord, record_by_uuid
from rvm_edge.ledger.registrations import IS_HELD

_STATE = f"""CASE WHEN o.state = 'waiting' AND {IS_HELD} THEN 'held'
  WHEN o.state = 'waiting' AND o.unanswered > 0 THEN 'ambiguous' ELSE o.state END"""
_HELD = """'taken as ' || r.hardware_id || ' at ' || r.server_url || ', this machine is now '
  || coalesce((SELECT hardware_id || ' at ' || server_url FROM registrations WHERE in_force = 1),
  'nobody')"""
_ENTRY = f"""
SELECT o.client_uuid, {_STATE}, i.session_id, i.mode, i.owner, i.label, o.created_at, o.attempts,
  o.possibly_twice, coalesce(o.last_attempt_at, ''),
  CASE WHEN o.state = 'waiting' AND {IS_HELD} THEN {_HELD} ELSE coalesce(d.why, o.last_error) END,
  coalesce(r.hardware_id, ''), coalesce(r.server_url, '')
FROM outbox AS o JOIN items AS i ON i.client_uuid = o.client_uuid
LEFT JOIN registrations AS r ON r.number = i.registration
LEFT JOIN dead_letters AS d ON d.client_uuid = o.client_uuid AND d.retried_at IS NULL
"""  # noqa: S608 - constants of this module
_AT_ONCE = 200


class QueueState(Enum):
    """How far the delivery of a dropped item has come."""

    WAITING = "waiting"
    AMBIGUOUS = "ambiguous"
    """Waiting, after a request whose outcome nobody knows: it may be at the server."""

    HELD = "held"
    """Kept for when the machine is again whom the server knew it as when it took the item."""

    DEAD = "dead"
    DELIVERED = "delivered"


class QueueEntry(msgspec.Struct, frozen=True):
    """One dropped item in the outbox. Moments are ISO 8601 in UTC, by the machine's wall clock.

    Attributes:
        client_uuid: the item's identity.
        state: how far its delivery has come.
        session_id: the deposit it belongs to.
        mode: guest or user.
        owner: the user's id at the server; "" for a guest.
        label: what the eyes took it for.
        since: when it dropped.
        attempts: how many requests with it were begun.
        possibly_twice: copies beyond the first that a server may hold which knows no duplicates.
        last_attempt_at: when the last request began, or "".
        reason: why it is dead or held, or what the last request met, or "".
        hardware_id: as whom the machine was known when it took the item, or "".
        server_url: to which server, or "".
    """

    client_uuid: str
    state: QueueState
    session_id: str
    mode: str
    owner: str
    label: str
    since: str
    attempts: int
    possibly_twice: int
    last_attempt_at: str
    reason: str
    hardware_id: str = ""
    server_url: str = ""


class StepTaken(msgspec.Struct, frozen=True):
    """One row of an item's history.

    Attributes:
        step: which.
        detail: its reason, outcome or doubt.
        at: by the wall clock.
        opening: in which opening of the ledger.
    """

    step: str
    detail: str
    at: str
    opening: int


class DeadLetter(msgspec.Struct, frozen=True):
    """Once that an item was given up.

    Attributes:
        why: as the server said it.
        died_at: when.
        retried_at: when somebody let it be tried again, or None.
    """

    why: str
    died_at: str
    retried_at: str | None


class KeptPicture(msgspec.Struct, frozen=True):
    """What became of an item's picture.

    Attributes:
        bytes: its size.
        kept_at: since when it lies here.
        uploaded_at: when the server had it, or None.
        given_up: why the server will never have it, or None.
        removed_at: when it was removed, or None.
        why_removed: why, or None.
        attempts: how many uploads were begun.
        last_error: what the last one met, or "".
    """

    bytes: int
    kept_at: str
    uploaded_at: str | None
    given_up: str | None
    removed_at: str | None
    why_removed: str | None
    attempts: int
    last_error: str


class ItemLife(msgspec.Struct, frozen=True):
    """Everything that is remembered of one item.

    Attributes:
        record: what it is.
        steps: what happened to it, in order.
        delivery: how its delivery stands; None unless it dropped.
        dead_letters: each time that it was given up.
        picture: its picture, if one was kept.
    """

    record: ItemRecord
    steps: tuple[StepTaken, ...]
    delivery: QueueEntry | None
    dead_letters: tuple[DeadLetter, ...]
    picture: KeptPicture | None


def undelivered(
    connection: sqlite3.Connection, state: QueueState | None = None
) -> Iterator[QueueEntry]:
    """Return what is not at the server, the oldest first; never all of it in memory at once.

    Args:
        connection: a reading one.
        state: only what stands so.
    """
    cursor = connection.execute(
        f"{_ENTRY} WHERE o.state IN ('waiting', 'dead') AND (:state IS NULL OR {_STATE} = :state) "
        "ORDER BY o.number",
        {"state": state.value if state else None},
    )
    while rows := cursor.fetchmany(_AT_ONCE):
        for row in rows:
            yield _entry(row)


def life_of(connection: sqlite3.Connection, client_uuid: str) -> ItemLife:
    """Return everything that is remembered of one item.

    Raises:
        RefusedStepError: there is none.
    """
    record = record_by_uuid(connection, client_uuid)
    who = (client_uuid,)
    steps = connection.execute(
        "SELECT step, detail, at, opening FROM steps WHERE client_uuid = ? ORDER BY seq", who
    )
    entry = connection.execute(f"{_ENTRY} WHERE o.client_uuid = ?", who).fetchone()
    letters = connection.execute(
        "SELECT why, died_at, retried_at FROM dead_letters WHERE client_uuid = ? ORDER BY number",
        who,
    )
    picture = connection.execute(
        "SELECT bytes, kept_at, uploaded_at, given_up, removed_at, why_removed, attempts, "
        "last_error FROM pictures WHERE client_uuid = ?",
        who,
    ).fetchone()
    return ItemLife(
        record,
        tuple(StepTaken(*row) for row in steps),
        None if entry is None else _entry(entry),
        tuple(DeadLetter(*row) for row in letters),
        None if picture is None else KeptPicture(*picture),
    )


def find_item(connection: sqlite3.Connection, beginning: str) -> str:
    """Return the one item whose identity begins so.

    Raises:
        RefusedStepError: there is none, or more than one.
    """
    found = connection.execute(
        "SELECT client_uuid FROM items WHERE substr(client_uuid, 1, length(:it)) = :it LIMIT 2",
        {"it": beginning.lower()},
    ).fetchall()
    if not found:
        raise RefusedStepError(f"the ledger knows no item {beginning}")
    if len(found) > 1:
        raise RefusedStepError(f"more than one item begins with {beginning}; write more of it")
    return str(found[0][0])


def _entry(
    row: tuple[str, str, str, str, str, str, str, int, int, str, str, str, str],
) -> QueueEntry:
    uuid, state, session, mode, owner, label, since, attempts, twice, last_at, reason, *whose = row
    hardware_id, server_url = whose
    return QueueEntry(
        client_uuid=uuid,
        state=QueueState(state),
        session_id=session,
        mode=mode,
        owner=owner,
        label=label,
        since=since,
        attempts=attempts,
        possibly_twice=twice,
        last_attempt_at=last_at,
        reason=reason,
        hardware_id=hardware_id,
        server_url=server_url,
    )
