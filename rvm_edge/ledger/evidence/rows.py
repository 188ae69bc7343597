"""The rows of `pictures`: what is kept, what the server has, what was removed and why.

Each function runs inside the transaction of `Store.write` or `Store.read`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from enum import Enum

import msgspec

from rvm_edge.delivery import Parcel
from rvm_edge.ledger.failures import RefusedStepError
from rvm_edge.ledger.outbox_rows import fit
from rvm_edge.ledger.records import record_by_uuid
from rvm_edge.ledger.registrations import IN_FORCE, taken_by
from rvm_edge.ledger.store import Stamp

_TO_UPLOAD = "uploaded_at IS NULL AND given_up IS NULL AND removed_at IS NULL"
_OF_THIS_MACHINE = f"""(NOT EXISTS (SELECT 1 FROM registrations WHERE in_force = 0)
  OR (SELECT registration FROM items WHERE client_uuid = p.client_uuid) IS {IN_FORCE})"""  # noqa: S608 - a constant


class Gone(Enum):
    """Why a picture is not here any more."""

    DELIVERED = "delivered"
    EXPIRED = "expired"
    NO_ROOM = "no_room"
    LOST = "lost"


class Ownership(Enum):
    """What the ledger says of a picture file that it has no living row for."""

    ADOPTED = "adopted"
    """It belongs to an item: the machine stopped between the file and its row."""

    REMOVED = "removed"
    """It was removed: the machine stopped between the row and the file."""

    UNKNOWN = "unknown"
    """This ledger knows no such item, or none that was decided."""


class WaitingPicture(msgspec.Struct, frozen=True):
    """A picture that the server is still to get.

    Attributes:
        size: of what is kept, in bytes, with the cut-out that may lie beside it.
        attempts: how many uploads were begun.
        reduced: it was made smaller once already.
        parcel: what goes with it; without the picture itself.
    """

    size: int
    attempts: int
    reduced: bool
    parcel: Parcel


def add(connection: sqlite3.Connection, stamp: Stamp, *, client_uuid: str, size: int) -> None:
    """Record that an item's picture lies in the folder. Again changes nothing.

    Raises:
        RefusedStepError: the item is unknown or undecided.
    """
    item = record_by_uuid(connection, client_uuid).item
    if item.accepted is None:
        raise RefusedStepError(f"item {client_uuid} is undecided; its picture is not kept")
    if is_kept(connection, client_uuid=client_uuid):
        return
    connection.execute(
        "INSERT INTO pictures (client_uuid, accepted, bytes, kept_at, kept_opening, kept_mono_s) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (client_uuid, int(item.accepted), size, stamp.at, stamp.opening, stamp.mono_s),
    )


def adopt(
    connection: sqlite3.Connection, stamp: Stamp, *, client_uuid: str, size: int
) -> Ownership:
    """Say whose a picture file is, and give it its row if that is all it lacks."""
    row = connection.execute(
        "SELECT removed_at FROM pictures WHERE client_uuid = ?", (client_uuid,)
    ).fetchone()
    if row is not None:
        return Ownership.ADOPTED if row[0] is None else Ownership.REMOVED
    try:
        add(connection, stamp, client_uuid=client_uuid, size=size)
    except RefusedStepError:
        return Ownership.UNKNOWN
    return Ownership.ADOPTED


def here(connection: sqlite3.Connection) -> frozenset[str]:
    """Return whose pictures should lie in the folder."""
    rows = connection.execute("SELECT client_uuid FROM pictures WHERE removed_at IS NULL")
    return frozenset(str(uuid) for (uuid,) in rows)


def is_kept(connection: sqlite3.Connection, *, client_uuid: str) -> bool:
    """Say whether the item's picture was kept once, even if it is gone by now."""
    row = connection.execute("SELECT 1 FROM pictures WHERE client_uuid = ?", (client_uuid,))
    return row.fetchone() is not None


def next_to_upload(connection: sqlite3.Connection, *, accepted: bool) -> WaitingPicture | None:
    """Return the picture that is to go up next: the least tried one, the oldest of those.

    So one that the server never takes is in nobody's way.
    """
    row = connection.execute(
        "SELECT client_uuid, bytes, attempts, reduced FROM pictures AS p "  # noqa: S608 - constants
        f"WHERE accepted = ? AND {_TO_UPLOAD} AND {_OF_THIS_MACHINE} "
        "ORDER BY attempts, number LIMIT 1",
        (int(accepted),),
    ).fetchone()
    if row is None:
        return None
    uuid, size, attempts, reduced = row
    return WaitingPicture(int(size), int(attempts), bool(reduced), _parcel(connection, str(uuid)))


def count_to_upload(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return how many accepted and how many rejected items' pictures are to go up.

    Those that are held for another registration are none of them.
    """
    accepted, rejected = connection.execute(
        "SELECT coalesce(sum(accepted = 1), 0), coalesce(sum(accepted = 0), 0) "  # noqa: S608 - a constant
        f"FROM pictures AS p WHERE {_TO_UPLOAD} AND {_OF_THIS_MACHINE}"
    ).fetchone()
    return int(accepted), int(rejected)


def mark_tried(connection: sqlite3.Connection, _stamp: Stamp, *, client_uuid: str) -> None:
    """Record that an upload is about to begin."""
    connection.execute(
        "UPDATE pictures SET attempts = attempts + 1 WHERE client_uuid = ?", (client_uuid,)
    )


def mark_failed(
    connection: sqlite3.Connection, _stamp: Stamp, *, client_uuid: str, why: str
) -> None:
    """Record why the last upload proved nothing."""
    connection.execute(
        "UPDATE pictures SET last_error = ? WHERE client_uuid = ?", (fit(why), client_uuid)
    )


def take_try_back(
    connection: sqlite3.Connection, _stamp: Stamp, *, client_uuid: str, why: str
) -> None:
    """Record that the last upload is proved not to have brought the picture; it counts for none."""
    connection.execute(
        "UPDATE pictures SET attempts = max(0, attempts - 1), last_error = ? WHERE client_uuid = ?",
        (fit(why), client_uuid),
    )


def mark_uploaded(connection: sqlite3.Connection, stamp: Stamp, *, client_uuid: str) -> None:
    """Record that the server has proved to have the picture."""
    connection.execute(
        "UPDATE pictures SET uploaded_at = ?, uploaded_opening = ?, uploaded_mono_s = ?, "
        "last_error = '' WHERE client_uuid = ?",
        (stamp.at, stamp.opening, stamp.mono_s, client_uuid),
    )


def mark_reduced(
    connection: sqlite3.Connection, _stamp: Stamp, *, client_uuid: str, size: int
) -> None:
    """Record that a smaller picture lies in the place of one that the server refused."""
    connection.execute(
        "UPDATE pictures SET reduced = 1, bytes = ? WHERE client_uuid = ?", (size, client_uuid)
    )


def give_up(connection: sqlite3.Connection, _stamp: Stamp, *, client_uuid: str, why: str) -> None:
    """Record that the server will never have the picture; the item itself is another matter."""
    connection.execute(
        "UPDATE pictures SET given_up = ? WHERE client_uuid = ?",
        (fit(why) or "no reason was given", client_uuid),
    )


def mark_removed(
    connection: sqlite3.Connection, stamp: Stamp, *, uuids: Sequence[str], why: Gone
) -> None:
    """Record that pictures are not here any more."""
    connection.executemany(
        "UPDATE pictures SET removed_at = ?, why_removed = ? WHERE client_uuid = ?",
        [(stamp.at, why.value, uuid) for uuid in uuids],
    )


def _parcel(connection: sqlite3.Connection, client_uuid: str) -> Parcel:
    record = record_by_uuid(connection, client_uuid)
    item, verdict = record.item, record.verdict
    if verdict is None:  # the schema lets no undecided item have a picture
        raise RefusedStepError(f"item {client_uuid} is undecided; its picture is not delivered")
    return Parcel(
        client_uuid=client_uuid,
        session_id=item.session_id,
        accepted=verdict.accepted,
        reason=verdict.reason.value,
        label=verdict.label,
        confidence=verdict.confidence,
        weight_g=verdict.weight_g,
        model_hash=verdict.model_hash,
        elapsed_ms=verdict.elapsed_ms,
        jpeg=b"",
        taken_by=taken_by(connection, client_uuid),
    )
