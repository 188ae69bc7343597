"""When something happened by the server's clock, whatever the machine's wall clock did.

An anchor says what the server's clock showed at one monotonic moment of one opening. Every moment
of that opening follows from it by monotonic time alone: also those before the server was reached.
"""

from __future__ import annotations

import math
import sqlite3
from datetime import datetime, timezone

from rvm_edge.ledger.failures import RefusedStepError
from rvm_edge.ledger.store import Stamp

_NEW_ANCHOR_S = 3600.0
_SAME_S = 2.0


def put_anchor(
    connection: sqlite3.Connection, stamp: Stamp, *, mono_s: float, server_epoch_s: float
) -> None:
    """Keep what the server's clock showed at `mono_s` of this opening.

    Anchors are an hour apart, so that a year has a few thousand, unless the server's clock was set
    meanwhile: it differs from what the last anchor foretells.

    Raises:
        RefusedStepError: a number is infinite or none at all.
    """
    if not (math.isfinite(mono_s) and math.isfinite(server_epoch_s)):
        raise RefusedStepError("a moment of the server's clock is infinite or none at all")
    last = connection.execute(
        "SELECT mono_s, server_epoch_s FROM clock_anchors WHERE opening = ? "
        "ORDER BY mono_s DESC LIMIT 1",
        (stamp.opening,),
    ).fetchone()
    if last is not None:
        passed_s = mono_s - last[0]
        foretold_s = last[1] + passed_s
        if passed_s <= 0 or (
            passed_s < _NEW_ANCHOR_S and abs(foretold_s - server_epoch_s) < _SAME_S
        ):
            return
    connection.execute(
        "INSERT INTO clock_anchors (opening, mono_s, server_epoch_s) VALUES (?, ?, ?)",
        (stamp.opening, mono_s, server_epoch_s),
    )


def server_epoch(opening: str, mono_s: str) -> str:
    """Return SQL for the server's time, in seconds of the epoch, of a moment of an opening.

    By the first anchor after it, else by the last one before it: both are found in the primary key.
    NULL where that opening never learnt the server's time.

    Args:
        opening: SQL for the number of the opening.
        mono_s: SQL for its monotonic seconds.
    """
    anchored = (
        f"SELECT a.server_epoch_s + {mono_s} - a.mono_s FROM clock_anchors AS a "  # noqa: S608 - our own columns
        f"WHERE a.opening = {opening} AND a.mono_s"
    )
    return (
        f"coalesce(({anchored} >= {mono_s} ORDER BY a.mono_s LIMIT 1), "
        f"({anchored} < {mono_s} ORDER BY a.mono_s DESC LIMIT 1))"
    )


def wall_epoch_s(at: str) -> float:
    """Return a moment that a row holds as text in seconds of the Unix epoch.

    Raises:
        ValueError: it was not written by `utc_text`.
    """
    return datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc).timestamp()
