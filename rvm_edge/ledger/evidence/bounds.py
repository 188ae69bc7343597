"""Which pictures may go, and when: never an accepted item's before the server has it.

Ages are told by monotonic time within this opening of the ledger, and by the server's clock across
openings (`rvm_edge.ledger.anchors`). The wall clock has no say, so no jump of it removes anything;
what has no known age goes by its place in the row, when the room is needed.
"""

from __future__ import annotations

import sqlite3

import msgspec

from rvm_edge.ledger.anchors import server_epoch
from rvm_edge.ledger.evidence.rows import Gone, mark_removed
from rvm_edge.ledger.failures import RefusedStepError
from rvm_edge.ledger.store import Stamp

_AT_ONCE = 500
_FREE = "(p.accepted = 0 OR p.uploaded_at IS NOT NULL OR p.given_up IS NOT NULL)"


def _age(opening: str, mono_s: str) -> str:
    return (
        f"CASE WHEN {opening} = :opening THEN :mono_s - {mono_s} "
        f"ELSE {server_epoch(':opening', ':mono_s')} - {server_epoch(opening, mono_s)} END"
    )


_DUE = f"""
SELECT p.client_uuid, CASE
  WHEN p.accepted = 1 AND p.uploaded_at IS NOT NULL AND i.outcome IS NOT NULL THEN 'delivered'
  WHEN p.accepted = 0 AND p.uploaded_at IS NOT NULL
    AND {_age("p.uploaded_opening", "p.uploaded_mono_s")} >= :rejected_s THEN 'delivered'
  WHEN {_FREE} AND {_age("p.kept_opening", "p.kept_mono_s")} >= :most_s THEN 'expired'
END AS why
FROM pictures AS p JOIN items AS i ON i.client_uuid = p.client_uuid
WHERE p.removed_at IS NULL AND why IS NOT NULL LIMIT {_AT_ONCE}
"""  # noqa: S608 - constants of this module

_FOR_ROOM = f"""
SELECT p.client_uuid, p.bytes FROM pictures AS p
WHERE p.removed_at IS NULL AND {_FREE} ORDER BY p.accepted, p.number
"""  # noqa: S608 - constants of this module

_SPARE = f"""
SELECT p.client_uuid, p.bytes FROM pictures AS p
WHERE p.removed_at IS NULL AND {_FREE}
ORDER BY p.uploaded_at IS NULL AND p.given_up IS NULL, p.accepted, p.number
"""  # noqa: S608 - constants of this module

_SUMS = f"""
SELECT coalesce(sum(CASE WHEN {_FREE} THEN p.bytes ELSE 0 END), 0),
  coalesce(sum(CASE WHEN {_FREE} THEN 0 ELSE p.bytes END), 0)
FROM pictures AS p WHERE p.removed_at IS NULL
"""  # noqa: S608 - constants of this module


class PictureBytes(msgspec.Struct, frozen=True):
    """What the pictures weigh that lie here.

    Attributes:
        spare: of those that may go: rejected items', and what the server has or never will have.
        owed: of accepted items' that the server is still to get.
    """

    spare: int
    owed: int


def weigh(connection: sqlite3.Connection) -> PictureBytes:
    """Add up what lies here."""
    spare, owed = connection.execute(_SUMS).fetchone()
    return PictureBytes(int(spare), int(owed))


def spare(connection: sqlite3.Connection, *, wanted_bytes: int) -> tuple[tuple[str, int], ...]:
    """Return whose pictures may go, until so much would be free: what the server has goes first.

    Each item comes with its file's bytes.
    """
    going: list[tuple[str, int]] = []
    for uuid, size in connection.execute(_SPARE):
        if wanted_bytes <= 0:
            break
        going.append((str(uuid), int(size)))
        wanted_bytes -= int(size)
    return tuple(going)


def take_out_spare(
    connection: sqlite3.Connection, stamp: Stamp, *, wanted_bytes: int
) -> tuple[tuple[str, int], ...]:
    """Mark as removed what may go, until so much is free: what the server has goes first.

    Returns:
        The items whose picture files are to be removed, each with its file's bytes.
    """
    going = spare(connection, wanted_bytes=wanted_bytes)
    mark_removed(connection, stamp, uuids=[uuid for uuid, _ in going], why=Gone.NO_ROOM)
    return going


def take_out_due(
    connection: sqlite3.Connection, stamp: Stamp, *, rejected_s: float, most_s: float
) -> tuple[str, ...]:
    """Mark as removed what the server has, or what lies here too long; return whose it is.

    Args:
        connection: a writing one.
        stamp: now.
        rejected_s: how long a rejected item's picture stays once the server has it.
        most_s: how long any picture stays that may go.

    Returns:
        The items whose picture files are to be removed, at most a few hundred at a time.
    """
    now = {"opening": stamp.opening, "mono_s": stamp.mono_s}
    rows = connection.execute(_DUE, {**now, "rejected_s": rejected_s, "most_s": most_s}).fetchall()
    for why in (Gone.DELIVERED, Gone.EXPIRED):
        uuids = [str(uuid) for uuid, said in rows if said == why.value]
        mark_removed(connection, stamp, uuids=uuids, why=why)
    return tuple(str(uuid) for uuid, _ in rows)


def make_room(
    connection: sqlite3.Connection, stamp: Stamp, *, size: int, most_bytes: int
) -> tuple[str, ...]:
    """Mark as removed what must go for a new picture: rejected ones first, the oldest of them.

    Returns:
        The items whose picture files are to be removed.

    Raises:
        RefusedStepError: the rest are accepted items' pictures that the server does not have.
    """
    (kept,) = connection.execute(
        "SELECT coalesce(sum(bytes), 0) FROM pictures WHERE removed_at IS NULL"
    ).fetchone()
    too_much = int(kept) + size - most_bytes
    going: list[str] = []
    for uuid, freed in connection.execute(_FOR_ROOM) if too_much > 0 else ():
        if too_much <= 0:
            break
        going.append(str(uuid))
        too_much -= int(freed)
    if too_much > 0:
        raise RefusedStepError(
            f"the evidence folder is full: {int(kept) / 1e6:.0f} MB, most of it pictures of "
            "accepted items that the server does not have yet"
        )
    mark_removed(connection, stamp, uuids=going, why=Gone.NO_ROOM)
    return tuple(going)
