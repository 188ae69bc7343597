"""How many of what: the figures that the screens show."""

from __future__ import annotations

import sqlite3

import msgspec

from rvm_edge.ledger.registrations import IS_HELD


class Counts(msgspec.Struct, frozen=True):
    """A consistent snapshot of the ledger's totals, since it began.

    Attributes:
        items: all that were ever seen.
        accepted: by the eyes.
        rejected: by the eyes.
        dropped: into the bin; these earn.
        returned: to the person.
        in_doubt: 0 or 1.
        undelivered: dropped, and not proved to be at the server: waiting, or dead letters.
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
        "(SELECT count(*) FROM outbox WHERE state = 'waiting') "
        "+ (SELECT count(*) FROM outbox WHERE state = 'dead'), "
        "(SELECT count(*) FROM sessions) FROM items"
    ).fetchone()
    return Counts(*(int(figure) for figure in row))


class QueueCounts(msgspec.Struct, frozen=True):
    """A consistent snapshot of what is on its way to the server.

    Attributes:
        waiting: still to be delivered, the ambiguous ones among them, the held ones not.
        ambiguous: waiting, after a request whose outcome nobody knows.
        dead: given up with a reason, until somebody lets them be tried again.
        delivered: proved to be at the server.
        possibly_twice: of which a server that knows no duplicates may hold two copies or more.
        oldest_at: since when the first of those that wait, or are held, does so, ISO 8601 in UTC;
            "" if none.
        held: taken when the machine was known as another one, and kept for when it is that again.
    """

    waiting: int = 0
    ambiguous: int = 0
    dead: int = 0
    delivered: int = 0
    possibly_twice: int = 0
    oldest_at: str = ""
    held: int = 0

    @property
    def undelivered(self) -> int:
        """What the server is not known to have: waiting, held, or given up."""
        return self.waiting + self.held + self.dead


def count_queue(connection: sqlite3.Connection) -> QueueCounts:
    """Count; each figure comes from an index that holds only its own rows.

    What is held is looked for only where more than one registration was ever known.
    """
    *figures, oldest_at = connection.execute(
        "SELECT (SELECT count(*) FROM outbox WHERE state = 'waiting'), "  # noqa: S608 - constants
        "(SELECT count(*) FROM outbox AS o WHERE unanswered > 0 AND state = 'waiting' "
        f"AND NOT {IS_HELD}), "
        "(SELECT count(*) FROM outbox WHERE state = 'dead'), "
        "(SELECT count(*) FROM outbox), "
        "(SELECT count(*) FROM outbox WHERE unanswered > 0 AND possibly_twice > 0), "
        f"(SELECT count(*) FROM outbox AS o WHERE state = 'waiting' AND {IS_HELD}), "
        "(SELECT created_at FROM outbox WHERE state = 'waiting' ORDER BY number LIMIT 1)"
    ).fetchone()
    undelivered, ambiguous, dead, everything, twice, held = (int(figure) for figure in figures)
    return QueueCounts(
        waiting=undelivered - held,
        ambiguous=ambiguous,
        dead=dead,
        delivered=everything - undelivered - dead,
        possibly_twice=twice,
        oldest_at=str(oldest_at or ""),
        held=held,
    )
