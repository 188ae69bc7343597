"""Migration 0003: what every decision was made of, and a list of reasons that can grow.

`items` is made anew, because SQLite cannot add a word to a CHECK; from here on the reasons are rows
of a table, so that the next one is one INSERT. The rows wait in a plain copy meanwhile: they refer
to each other's tables by name, and with deferred foreign keys the new table may take the old one's
name before the transaction ends (https://www.sqlite.org/foreignkeys.html#fk_schemacommands).
"""

from __future__ import annotations

from collections.abc import Iterable

from rvm_edge.ledger.schema_words import forbid

LONGEST_RECORD = 262_144

_REASONS = (
    "no_picture",
    "camera_blind",
    "camera_frozen",
    "empty_chamber",
    "shines",
    "nothing_detected",
    "forbidden_class",
    "not_empty",
    "too_heavy",
    "too_light",
    "two_items",
    "low_confidence",
    "frames_disagree",
    "unknown_object",
    "eyes_unavailable",
    "too_late",
    "repeated",
    "second_object",
    "odd_shape",
    "empty_pet",
)

_DECISIONS = f"""
CREATE TABLE decisions (
  client_uuid TEXT PRIMARY KEY REFERENCES items (client_uuid),
  record TEXT NOT NULL CHECK (length(record) BETWEEN 2 AND {LONGEST_RECORD})
) STRICT
"""

INDEXES = (
    "CREATE INDEX items_unconfirmed ON items (number) "
    "WHERE outcome = 'dropped' AND doubted_at IS NOT NULL",
)

TRIGGERS = (
    forbid("decisions_are_kept", "DELETE ON decisions", "a decision is never deleted"),
    forbid("decisions_never_change", "UPDATE ON decisions", "a decision is written once"),
    forbid(
        "decisions_are_of_verdicts",
        "INSERT ON decisions WHEN NOT EXISTS (SELECT 1 FROM items WHERE client_uuid = "
        "new.client_uuid AND decided_at IS NOT NULL)",
        "a decision is the record of a verdict",
    ),
    forbid("reasons_are_kept", "DELETE ON reasons", "a reason is never deleted"),
)


def statements(items: str, guards: Iterable[str]) -> tuple[str, ...]:
    """Return the whole migration, one statement each.

    Args:
        items: makes the new table of items; its columns are the old one's.
        guards: the indexes and triggers that the old table had.
    """
    return (
        "PRAGMA defer_foreign_keys = ON",
        "CREATE TABLE reasons (reason TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
        f"INSERT INTO reasons VALUES {', '.join(f'({word!r})' for word in _REASONS)}",  # noqa: S608 - constants
        "CREATE TABLE items_copy AS SELECT * FROM items ORDER BY number",
        # A gap at the end, which the check would find, must not be closed by the copy.
        "CREATE TABLE items_last AS SELECT seq FROM sqlite_sequence WHERE name = 'items'",
        "DROP TABLE items",
        items,
        "INSERT INTO items SELECT * FROM items_copy ORDER BY number",
        "DELETE FROM sqlite_sequence WHERE name = 'items'",
        "INSERT INTO sqlite_sequence SELECT 'items', seq FROM items_last",
        "DROP TABLE items_copy",
        "DROP TABLE items_last",
        *guards,
        _DECISIONS,
        *INDEXES,
        *TRIGGERS,
    )
