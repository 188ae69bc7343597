"""Rows of the ledger as typed values: narrowed here, once, wherever they are read."""

from __future__ import annotations

import math
import sqlite3

import msgspec

from rvm_edge.item import (
    Detection,
    Item,
    ItemState,
    Outcome,
    Reason,
    Session,
    SessionMode,
    Verdict,
)
from rvm_edge.ledger.failures import LedgerDamagedError, RefusedStepError
from rvm_edge.untrusted_json import UnreadableError, read_json

_ITEM = (
    "client_uuid, session_id, mode, owner, state, accepted, reason, outcome, "
    "given_back_at IS NOT NULL"
)
_RECORD = (
    f"{_ITEM}, label, confidence, detections, weight_g, model_hash, elapsed_ms, doubt, "
    "inserted_at, decided_at, settled_at, delivered_at"
)
_ITEM_COLUMNS = 9
_Detections = tuple[tuple[Detection, ...], ...]
_MOST = 100_000


class ItemRecord(msgspec.Struct, frozen=True):
    """Everything that the ledger knows of one item. Moments are ISO 8601 in UTC.

    Attributes:
        item: how far it has come.
        verdict: what the eyes said, or None while undecided.
        doubt: why nobody knew where it was; "" if somebody always did.
        inserted_at: when the sensor saw it.
        decided_at: when the verdict was on disk, or None.
        settled_at: when its end was on disk, or None.
        delivered_at: when the server's answer proved that it has it, or None.
    """

    item: Item
    verdict: Verdict | None
    doubt: str
    inserted_at: str
    decided_at: str | None
    settled_at: str | None
    delivered_at: str | None


def item_by_uuid(connection: sqlite3.Connection, client_uuid: str) -> Item:
    """Return one item.

    Raises:
        RefusedStepError: there is none.
    """
    row = connection.execute(
        f"SELECT {_ITEM} FROM items WHERE client_uuid = ?",  # noqa: S608 - a constant
        (client_uuid,),
    ).fetchone()
    if row is None:
        raise RefusedStepError(f"the ledger knows no item {client_uuid}")
    return _item(row)


def record_by_uuid(connection: sqlite3.Connection, client_uuid: str) -> ItemRecord:
    """Return everything that is known of one item.

    Raises:
        RefusedStepError: there is none.
    """
    row = connection.execute(
        f"SELECT {_RECORD} FROM items WHERE client_uuid = ?",  # noqa: S608 - a constant
        (client_uuid,),
    ).fetchone()
    if row is None:
        raise RefusedStepError(f"the ledger knows no item {client_uuid}")
    return _record(row)


def unsettled_item(connection: sqlite3.Connection) -> Item | None:
    """Return the one item that has no outcome yet, if any."""
    row = connection.execute(
        f"SELECT {_ITEM} FROM items WHERE outcome IS NULL"  # noqa: S608 - a constant
    ).fetchone()
    return None if row is None else _item(row)


def open_session_row(connection: sqlite3.Connection) -> Session | None:
    """Return the session that is open, if any."""
    row = connection.execute(
        "SELECT session_id, mode, owner FROM sessions WHERE closed_at IS NULL"
    ).fetchone()
    if row is None:
        return None
    session_id, mode, owner = row
    return Session(str(session_id), SessionMode(mode), str(owner))


def list_items(
    connection: sqlite3.Connection,
    *,
    state: ItemState | None = None,
    session: str = "",
    limit: int = 20,
) -> tuple[ItemRecord, ...]:
    """Return the newest items first.

    Args:
        connection: a writing or a reading one.
        state: only items in this state.
        session: only items of the sessions whose id starts so.
        limit: how many at most, 0 to 100,000.
    """
    rows = connection.execute(
        f"SELECT {_RECORD} FROM items WHERE (:state IS NULL OR state = :state) "  # noqa: S608 - a constant
        "AND substr(session_id, 1, length(:session)) = :session ORDER BY number DESC LIMIT :limit",
        {
            "state": state.value if state else None,
            "session": session,
            "limit": max(0, min(limit, _MOST)),
        },
    )
    return tuple(_record(row) for row in rows)


def verdict_columns(verdict: Verdict) -> tuple[object, ...]:
    """Return a verdict as the row stores it, in the order accepted … elapsed_ms.

    Raises:
        RefusedStepError: a number is infinite or not a number.
    """
    numbers = [verdict.confidence, verdict.elapsed_ms, verdict.weight_g or 0.0]
    for frame in verdict.detections:
        for found in frame:
            numbers += [found.confidence, *found.box]
    if not all(map(math.isfinite, numbers)):
        raise RefusedStepError("the verdict holds a number that is infinite or none at all")
    return (
        int(verdict.accepted),
        verdict.reason.value,
        verdict.label,
        float(verdict.confidence),
        msgspec.json.encode(verdict.detections).decode(),
        verdict.weight_g,
        verdict.model_hash,
        float(verdict.elapsed_ms),
    )


def _item(row: tuple[object, ...]) -> Item:
    """Narrow a row of `_ITEM`.

    Raises:
        LedgerDamagedError: it holds a word that was never written there.
    """
    client_uuid, session_id, mode, owner, state, accepted, reason, outcome, given_back = row
    try:
        return Item(
            client_uuid=str(client_uuid),
            session_id=str(session_id),
            mode=SessionMode(mode),
            owner=str(owner),
            state=ItemState(state),
            accepted=None if accepted is None else bool(accepted),
            reason=None if reason is None else Reason(reason),
            outcome=None if outcome is None else Outcome(outcome),
            given_back=bool(given_back),
        )
    except ValueError as error:
        raise LedgerDamagedError(f"item {client_uuid} is damaged: {error}") from error


def _record(row: tuple[object, ...]) -> ItemRecord:
    item = _item(row[:_ITEM_COLUMNS])
    label, confidence, detections, weight, model, elapsed, doubt = row[_ITEM_COLUMNS:-4]
    inserted_at, decided_at, settled_at, delivered_at = row[-4:]
    verdict = None
    if item.accepted is not None and item.reason is not None:
        verdict = Verdict(
            accepted=item.accepted,
            reason=item.reason,
            label=str(label),
            confidence=_number(confidence),
            detections=_detections(str(detections), item),
            weight_g=None if weight is None else _number(weight),
            model_hash=str(model),
            elapsed_ms=_number(elapsed),
        )
    return ItemRecord(
        item=item,
        verdict=verdict,
        doubt="" if doubt is None else str(doubt),
        inserted_at=str(inserted_at),
        decided_at=_moment(decided_at),
        settled_at=_moment(settled_at),
        delivered_at=_moment(delivered_at),
    )


def _detections(text: str, item: Item) -> _Detections:
    try:
        return read_json(text, _Detections)
    except UnreadableError as error:
        raise LedgerDamagedError(f"item {item.client_uuid} is damaged: {error}") from error


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else math.nan


def _moment(value: object) -> str | None:
    return None if value is None else str(value)
