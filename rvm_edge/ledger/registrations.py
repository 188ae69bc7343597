"""As whom the machine is known to a server, and which items that concerns.

Each function runs inside the transaction of `Store.write` or `Store.read`.
"""

from __future__ import annotations

import sqlite3

from rvm_edge.identity import Registration
from rvm_edge.ledger.store import Stamp

IN_FORCE = "(SELECT number FROM registrations WHERE in_force = 1)"
"""SQL for the number of the registration in force; NULL while there is none."""

IS_HELD = f"""(EXISTS (SELECT 1 FROM registrations WHERE in_force = 0) AND EXISTS (SELECT 1
  FROM items AS its WHERE its.client_uuid = o.client_uuid
  AND its.registration IS NOT NULL AND its.registration IS NOT {IN_FORCE}))"""  # noqa: S608 - constants of this module
"""SQL for whether a row `o` of the outbox was taken under another registration than the one in
force. A machine that was never anybody else looks at no item for that."""


def become(connection: sqlite3.Connection, stamp: Stamp, *, who: Registration) -> None:
    """Take and deliver items as `who` from here on.

    Sessions and items that nobody is named for yet become this one's: they were there before
    anybody said who the machine is. A session that is open stays with whom it was opened under.
    """
    if who == in_force(connection):
        return
    connection.execute("UPDATE registrations SET in_force = 0 WHERE in_force = 1")
    key = (who.server_url, who.hardware_id)
    connection.execute(
        # Not ON CONFLICT: that would use up a number, and a gap reads as a row that is gone.
        "INSERT INTO registrations (server_url, hardware_id, known_at) SELECT ?, ?, ? "
        "WHERE NOT EXISTS (SELECT 1 FROM registrations WHERE server_url = ? AND hardware_id = ?)",
        (*key, stamp.at, *key),
    )
    connection.execute(
        "UPDATE registrations SET in_force = 1 WHERE server_url = ? AND hardware_id = ?", key
    )
    for table in ("sessions", "items"):
        connection.execute(
            f"UPDATE {table} SET registration = {IN_FORCE} WHERE registration IS NULL"  # noqa: S608 - constants
        )


def in_force(connection: sqlite3.Connection) -> Registration | None:
    """Return as whom the machine takes and delivers items now; None for nobody."""
    row = connection.execute(
        "SELECT server_url, hardware_id FROM registrations WHERE in_force = 1"
    ).fetchone()
    return registration_of(row) if row else None


def taken_by(connection: sqlite3.Connection, client_uuid: str) -> Registration | None:
    """Return as whom the machine was known when it took an item; None where nobody said."""
    row = connection.execute(
        "SELECT r.server_url, r.hardware_id FROM items AS i "
        "JOIN registrations AS r ON r.number = i.registration WHERE i.client_uuid = ?",
        (client_uuid,),
    ).fetchone()
    return registration_of(row) if row else None


def registration_of(row: tuple[object, object]) -> Registration | None:
    """Return what two columns say; None where they are NULL."""
    server_url, hardware_id = row
    return None if server_url is None else Registration(str(server_url), str(hardware_id))
