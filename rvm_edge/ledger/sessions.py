"""A deposit's session: opened once, with mode and owner latched, and closed once."""

from __future__ import annotations

import sqlite3
import uuid

from rvm_edge.item import Session, SessionEnd, SessionMode
from rvm_edge.ledger.failures import RefusedStepError
from rvm_edge.ledger.records import open_session_row
from rvm_edge.ledger.registrations import IN_FORCE
from rvm_edge.ledger.store import Stamp


def open_session(connection: sqlite3.Connection, stamp: Stamp, session: Session) -> None:
    """Record that a deposit started. The same session again changes nothing.

    Raises:
        RefusedStepError: it contradicts itself or what is recorded, or another session is open.
    """
    _require_sound(session)
    row = connection.execute(
        "SELECT mode, owner FROM sessions WHERE session_id = ?", (session.session_id,)
    ).fetchone()
    if row is not None:
        if row != (session.mode.value, session.owner):
            raise RefusedStepError(f"session {session.session_id} has another mode or owner")
        return
    current = open_session_row(connection)
    if current is not None:
        raise RefusedStepError(f"session {current.session_id} is still open; close it first")
    connection.execute(
        "INSERT INTO sessions (session_id, mode, owner, opened_at, registration) "  # noqa: S608 - a constant
        f"VALUES (?, ?, ?, ?, {IN_FORCE})",
        (session.session_id, session.mode.value, session.owner, stamp.at),
    )


def close_session(
    connection: sqlite3.Connection, stamp: Stamp, session_id: str, why: SessionEnd
) -> None:
    """Record why a deposit ended. The first reason stays.

    Raises:
        RefusedStepError: there is no such session.
    """
    row = connection.execute(
        "SELECT closed_at FROM sessions WHERE session_id = ?", (session_id,)
    ).fetchone()
    if row is None:
        raise RefusedStepError(f"the ledger knows no session {session_id}")
    if row[0] is None:
        connection.execute(
            "UPDATE sessions SET closed_at = ?, why = ? WHERE session_id = ?",
            (stamp.at, why.value, session_id),
        )


def _require_sound(session: Session) -> None:
    try:
        canonical = str(uuid.UUID(session.session_id))
    except ValueError:
        canonical = ""
    if session.session_id != canonical:
        raise RefusedStepError(f"session id {session.session_id!r} is not a UUID in lower case")
    if (session.mode is SessionMode.GUEST) != (session.owner == ""):
        raise RefusedStepError(
            f"session {session.session_id}: a user's session has an owner, a guest's has none"
        )
