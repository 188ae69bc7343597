"""The life of an item, one function per step: what is allowed, and the rows it writes.

Each runs inside the transaction of `Store.write`. A step that was recorded before changes nothing;
a step that contradicts what is recorded is refused.
"""

from __future__ import annotations

import sqlite3
import uuid

from rvm_edge.item import Item, ItemState, Outcome, SessionMode, Verdict
from rvm_edge.ledger import decisions
from rvm_edge.ledger.failures import RefusedStepError
from rvm_edge.ledger.records import item_by_uuid, unsettled_item, verdict_columns
from rvm_edge.ledger.store import Stamp

_LONGEST_DOUBT = 2000
_HISTORY = (
    "INSERT INTO steps (client_uuid, step, detail, at, opening, mono_s) VALUES (?, ?, ?, ?, ?, ?)"
)


def insert(connection: sqlite3.Connection, stamp: Stamp, session_id: str) -> Item:
    """Record an item that was just seen.

    Raises:
        RefusedStepError: another item is unsettled, or the session is not open.
    """
    held = unsettled_item(connection)
    if held is not None:
        raise RefusedStepError(f"item {held.client_uuid} is still {held.state.value}; settle it")
    row = connection.execute(
        "SELECT mode, owner, registration FROM sessions WHERE session_id = ? AND closed_at IS NULL",
        (session_id,),
    ).fetchone()
    if row is None:
        raise RefusedStepError(f"session {session_id} is not open")
    mode, owner, registration = row
    item = Item(
        client_uuid=str(uuid.uuid4()),
        session_id=session_id,
        mode=SessionMode(mode),
        owner=str(owner),
        state=ItemState.INSERTED,
    )
    connection.execute(
        "INSERT INTO items (client_uuid, session_id, mode, owner, state, inserted_at, "
        "registration) VALUES (?, ?, ?, ?, 'inserted', ?, ?)",
        # Not what is in force: the owner is one whom the session's own server knows.
        (item.client_uuid, session_id, mode, owner, stamp.at, registration),
    )
    _history(connection, stamp, item.client_uuid, "inserted", session_id)
    return item


def decide(
    connection: sqlite3.Connection, stamp: Stamp, client_uuid: str, verdict: Verdict
) -> None:
    """Record the verdict, and what it was made of.

    Raises:
        RefusedStepError: the item is unknown, or anything but just inserted.
    """
    item = item_by_uuid(connection, client_uuid)
    if item.state is not ItemState.INSERTED or item.given_back:
        state = "being given back" if item.given_back else f"already {item.state.value}"
        raise RefusedStepError(f"item {client_uuid} is {state}; it takes no verdict")
    connection.execute(
        "UPDATE items SET state = 'decided', decided_at = ?, accepted = ?, reason = ?, label = ?, "
        "confidence = ?, detections = ?, weight_g = ?, model_hash = ?, elapsed_ms = ? "
        "WHERE client_uuid = ?",
        (stamp.at, *verdict_columns(verdict), client_uuid),
    )
    if verdict.record is not None:
        decisions.write(connection, client_uuid, verdict.record)
    _history(connection, stamp, client_uuid, "decided", verdict.reason.value)


def give_back(connection: sqlite3.Connection, stamp: Stamp, client_uuid: str) -> None:
    """Record that the item is about to be handed back; it can never be credited any more.

    Raises:
        RefusedStepError: the item is unknown, or dropped.
    """
    item = item_by_uuid(connection, client_uuid)
    if item.given_back or item.outcome is Outcome.RETURNED:
        return
    if item.outcome is Outcome.DROPPED:
        raise RefusedStepError(f"item {client_uuid} is dropped; it cannot be given back")
    connection.execute(
        "UPDATE items SET given_back_at = ? WHERE client_uuid = ?", (stamp.at, client_uuid)
    )
    _history(connection, stamp, client_uuid, "given_back", "")


def doubt(connection: sqlite3.Connection, stamp: Stamp, client_uuid: str, why: str) -> None:
    """Record that nobody knows where the item is. The first reason stays.

    Raises:
        RefusedStepError: the item is unknown, or settled.
    """
    item = item_by_uuid(connection, client_uuid)
    if item.state is ItemState.IN_DOUBT:
        return
    if item.outcome is not None:
        raise RefusedStepError(f"item {client_uuid} is {item.outcome.value}; there is no doubt")
    # Whatever a driver's message holds, the doubt itself must be recorded.
    text = why[:_LONGEST_DOUBT].encode("utf-8", "replace").decode("utf-8")
    connection.execute(
        "UPDATE items SET state = 'in_doubt', doubted_at = ?, doubt = ? WHERE client_uuid = ?",
        (stamp.at, text, client_uuid),
    )
    _history(connection, stamp, client_uuid, "in_doubt", text)


def settle(
    connection: sqlite3.Connection, stamp: Stamp, client_uuid: str, outcome: Outcome
) -> None:
    """Record where the item ended; a dropped one goes to the outbox in the same transaction.

    Raises:
        RefusedStepError: the item is unknown, has the other outcome, or must not be dropped.
    """
    item = item_by_uuid(connection, client_uuid)
    if item.outcome is outcome:
        return
    if item.outcome is not None:
        raise RefusedStepError(f"item {client_uuid} is recorded as {item.outcome.value} already")
    if outcome is Outcome.DROPPED and (item.given_back or not item.accepted):
        why = "being given back" if item.given_back else "not accepted"
        raise RefusedStepError(f"item {client_uuid} is {why}; it cannot be dropped")
    connection.execute(
        "UPDATE items SET state = 'settled', settled_at = ?, outcome = ? WHERE client_uuid = ?",
        (stamp.at, outcome.value, client_uuid),
    )
    if outcome is Outcome.DROPPED:
        connection.execute(
            "INSERT INTO outbox (client_uuid, created_at) VALUES (?, ?)", (client_uuid, stamp.at)
        )
    _history(connection, stamp, client_uuid, "settled", outcome.value)


def mark_delivered(connection: sqlite3.Connection, stamp: Stamp, *uuids: str) -> None:
    """Record that the server has proved to have these items. Again changes nothing.

    Raises:
        RefusedStepError: one is unknown, or did not drop, or is a dead letter.
    """
    fresh = [uuid for uuid in dict.fromkeys(uuids) if not _is_delivered(connection, uuid)]
    connection.executemany(
        "UPDATE items SET state = 'delivered', delivered_at = ? WHERE client_uuid = ?",
        [(stamp.at, uuid) for uuid in fresh],
    )
    connection.executemany(
        "UPDATE outbox SET state = 'delivered', delivered_at = ?, last_error = '', "
        "sent_at = CASE WHEN unanswered > 1 THEN sent_at END, "
        "unanswered = max(0, unanswered - 1) WHERE client_uuid = ?",
        [(stamp.at, uuid) for uuid in fresh],
    )
    connection.executemany(
        _HISTORY,
        [(uuid, "delivered", "", stamp.at, stamp.opening, stamp.mono_s) for uuid in fresh],
    )


def _is_delivered(connection: sqlite3.Connection, client_uuid: str) -> bool:
    """Say whether a dropped item is recorded as delivered already.

    Raises:
        RefusedStepError: it is unknown, or did not drop.
    """
    row = connection.execute(
        "SELECT outcome, state FROM items WHERE client_uuid = ?", (client_uuid,)
    ).fetchone()
    if row is None:
        raise RefusedStepError(f"the ledger knows no item {client_uuid}")
    outcome, state = row
    if outcome != Outcome.DROPPED.value:
        raise RefusedStepError(f"item {client_uuid} did not drop; there is nothing to deliver")
    return bool(state == ItemState.DELIVERED.value)


def _history(
    connection: sqlite3.Connection, stamp: Stamp, client_uuid: str, step: str, detail: str
) -> None:
    connection.execute(_HISTORY, (client_uuid, step, detail, stamp.at, stamp.opening, stamp.mono_s))
