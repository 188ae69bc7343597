"""Proves the ledger's invariants, or names the rows that break them.

The schema makes almost all of this impossible. The check believes nothing: it reads the rows as if
somebody had edited the file with another tool, and holds the append-only history against the items.
"""

from __future__ import annotations

import sqlite3
from enum import Enum
from pathlib import Path

import msgspec

from rvm_edge.item import ItemState
from rvm_edge.ledger.failures import LedgerDamagedError
from rvm_edge.ledger.invariants import INVARIANTS
from rvm_edge.ledger.reading import read_only
from rvm_edge.ledger.schema import PROTECTIONS
from rvm_edge.statechart.sqlite_failures import OF_SQLITE, is_damage, said

_MOST_PER_KIND = 100


class ViolationKind(Enum):
    """What is wrong with a row."""

    INTEGRITY = "integrity"
    FOREIGN_KEY = "foreign_key"
    PROTECTION_MISSING = "protection_missing"
    CREDITED_NOT_DROPPED = "credited_not_dropped"
    OUTBOX_WITHOUT_DROP = "outbox_without_drop"
    DROPPED_NOT_ACCEPTED = "dropped_not_accepted"
    DROPPED_AFTER_GIVEN_BACK = "dropped_after_given_back"
    DROPPED_NOT_RECORDED = "dropped_not_recorded"
    DELIVERY_CONTRADICTS = "delivery_contradicts"
    DECIDED_TWICE = "decided_twice"
    SETTLED_TWICE = "settled_twice"
    STEP_REPEATED = "step_repeated"
    UNRESOLVED = "unresolved"
    TWO_OPEN_SESSIONS = "two_open_sessions"
    WITHOUT_SESSION = "without_session"
    OWNER_DIFFERS = "owner_differs"
    STATE_CONTRADICTS = "state_contradicts"
    HISTORY_DISAGREES = "history_disagrees"
    HISTORY_OUT_OF_ORDER = "history_out_of_order"
    ROW_MISSING = "row_missing"
    REGISTRATION_CONTRADICTS = "registration_contradicts"
    DEAD_LETTER_CONTRADICTS = "dead_letter_contradicts"
    DELIVERED_UNPROVED = "delivered_unproved"
    PICTURE_CONTRADICTS = "picture_contradicts"
    PICTURE_REMOVED_TOO_SOON = "picture_removed_too_soon"


class Violation(msgspec.Struct, frozen=True):
    """One broken invariant.

    Attributes:
        kind: which.
        what: in words, with the values that contradict each other.
        row: the row's name, such as ``item <client_uuid>`` or ``step <seq>``; "" for the file.
    """

    kind: ViolationKind
    what: str
    row: str = ""


class Check(msgspec.Struct, frozen=True):
    """What the check found.

    Attributes:
        items: how many items there are.
        by_state: how many of them in each state; every state is there.
        violations: what is wrong, at most 100 of each kind; empty for a sound ledger.
    """

    items: int
    by_state: dict[str, int]
    violations: tuple[Violation, ...]


def check(path: Path) -> Check:
    """Check the ledger at `path`, which a daemon may be writing meanwhile.

    Raises:
        LedgerUnusableError: it is missing, cannot be read, or belongs to another version.
    """
    try:
        with read_only(path) as connection:
            return check_connection(connection)
    except LedgerDamagedError as damage:
        return Check(0, _no_items(), (Violation(ViolationKind.INTEGRITY, str(damage)),))


def check_connection(connection: sqlite3.Connection) -> Check:
    """Check the ledger behind `connection`, on whatever view its transaction has.

    Raises:
        sqlite3.Error: it cannot be read, for another reason than damage.
    """
    by_state = _no_items()
    violations: list[Violation] = []
    try:
        violations += _file(connection)
        for state, count in connection.execute("SELECT state, count(*) FROM items GROUP BY state"):
            by_state[str(state)] = int(count)
        for kind, query in INVARIANTS.items():
            rows = connection.execute(f"{query} LIMIT {_MOST_PER_KIND}")
            violations += [
                Violation(ViolationKind(kind), str(what), str(row)) for row, what in rows
            ]
    except OF_SQLITE as error:
        if not is_damage(error):
            raise
        violations.append(Violation(ViolationKind.INTEGRITY, f"the file is damaged: {said(error)}"))
    return Check(sum(by_state.values()), by_state, tuple(violations))


def _no_items() -> dict[str, int]:
    return {state.value: 0 for state in ItemState}


def _file(connection: sqlite3.Connection) -> list[Violation]:
    """Ask SQLite about its own structures, and whether every index and trigger is still there."""
    found = [
        Violation(ViolationKind.INTEGRITY, str(said))
        for (said,) in connection.execute(f"PRAGMA integrity_check({_MOST_PER_KIND})")
        if said != "ok"
    ]
    for table, rowid, parent, _ in connection.execute("PRAGMA foreign_key_check").fetchmany(
        _MOST_PER_KIND
    ):
        what = f"refers to a row of {parent} that is not there"
        found.append(Violation(ViolationKind.FOREIGN_KEY, what, f"{table} {rowid}"))
    present = {str(name) for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    found += [
        Violation(ViolationKind.PROTECTION_MISSING, "the schema lacks it", name)
        for name in sorted(PROTECTIONS - present)
    ]
    return found
