"""How many of what: the figures that the screens show."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True)
class Counts:
    """A consistent snapshot of the ledger's totals, since it began.

    Attributes:
        items: all that were ever seen.
        accepted: by the eyes.
        rejected: by the eyes.
        dropped: into the bin; these earn.
        returned: to the person.
        in_doubt: 0 or 1.
        undelivered: dropped, and not yet proved to be at the server.
        sessions: all that were ever opened.
    """

    items: int = 0
    accepted: int = 0
    rejected: int = 0
    dropped: int = 0
    returned: int = 0
    in_doubt: int = 0
    undelivered: int = 0
    sessions: int = 0


def count(connection: sqlite3.Connection) -> Counts:
    """Count; reads the index `items_by_state` alone, not the wide rows."""
    row = connection.execute(
        "SELECT count(*), coalesce(sum(accepted = 1), 0), coalesce(sum(accepted = 0), 0), "
        "coalesce(sum(outcome = 'dropped'), 0), coalesce(sum(outcome = 'returned'), 0), "
        "coalesce(sum(state = 'in_doubt'), 0), "
        "(SELECT count(*) FROM outbox WHERE state = 'waiting'), "
        "(SELECT count(*) FROM sessions) FROM items"
    ).fetchone()
    return Counts(*(int(figure) for figure in row))
