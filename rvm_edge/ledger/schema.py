"""The ledger's tables, as numbered migrations.

A migration that was released is never edited: a new one is added. `tests/ledger` keeps a database
of every released version and opens it.

What can be made impossible is made impossible here, below any Python: CHECKs on single rows, a
foreign key that latches mode and owner to the session, partial unique indexes for "at most one",
and triggers for "only forward" and "never deleted".
"""

from __future__ import annotations

from rvm_edge.ledger import migration_0002, migration_0003, migration_0004
from rvm_edge.ledger.schema_words import MOMENT, UUID, Migration, forbid

__all__ = ["APPLICATION_ID", "MIGRATIONS", "MIGRATION_SET", "PROTECTIONS", "Migration"]

APPLICATION_ID = 0x52564D4C
"""``RVML`` in the database's header (https://www.sqlite.org/fileformat.html, offset 68)."""

MIGRATION_SET = "ledger"

_REASONS = (
    "'no_picture', 'empty_chamber', 'nothing_detected', 'forbidden_class', 'not_empty', "
    "'too_heavy', 'two_items', 'low_confidence', 'frames_disagree', 'unknown_object', "
    "'eyes_unavailable', 'too_late', 'empty_pet'"
)

_OPENINGS = f"""
CREATE TABLE openings (
  opening INTEGER PRIMARY KEY AUTOINCREMENT,
  opened_at TEXT NOT NULL CHECK (opened_at {MOMENT}),
  findings TEXT NOT NULL
) STRICT
"""

_SESSIONS = f"""
CREATE TABLE sessions (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id TEXT NOT NULL UNIQUE CHECK (session_id {UUID}),
  mode TEXT NOT NULL CHECK (mode IN ('guest', 'user')),
  owner TEXT NOT NULL CHECK ((owner = '') = (mode = 'guest') AND length(owner) <= 200),
  opened_at TEXT NOT NULL CHECK (opened_at {MOMENT}),
  closed_at TEXT CHECK (closed_at {MOMENT}),
  why TEXT CHECK (why IN ('finished', 'timed_out', 'bin_full', 'interrupted')),
  UNIQUE (session_id, mode, owner),
  CHECK ((closed_at IS NULL) = (why IS NULL))
) STRICT
"""

# NULL in a CHECK passes, hence IS and IS NOT throughout.
_ITEMS = f"""
CREATE TABLE items (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  client_uuid TEXT NOT NULL UNIQUE CHECK (client_uuid {UUID}),
  session_id TEXT NOT NULL,
  mode TEXT NOT NULL,
  owner TEXT NOT NULL,
  state TEXT NOT NULL
    CHECK (state IN ('inserted', 'decided', 'in_doubt', 'settled', 'delivered')),
  inserted_at TEXT NOT NULL CHECK (inserted_at {MOMENT}),
  decided_at TEXT CHECK (decided_at {MOMENT}),
  given_back_at TEXT CHECK (given_back_at {MOMENT}),
  doubted_at TEXT CHECK (doubted_at {MOMENT}),
  settled_at TEXT CHECK (settled_at {MOMENT}),
  delivered_at TEXT CHECK (delivered_at {MOMENT}),
  accepted INTEGER CHECK (accepted IN (0, 1)),
  reason TEXT CHECK (reason IN ({_REASONS})),
  label TEXT CHECK (length(label) <= 200),
  confidence REAL CHECK (confidence BETWEEN 0 AND 1),
  detections TEXT CHECK (length(detections) <= 1048576),
  weight_g REAL,
  model_hash TEXT CHECK (length(model_hash) <= 128),
  elapsed_ms REAL CHECK (elapsed_ms >= 0),
  outcome TEXT CHECK (outcome IN ('dropped', 'returned')),
  doubt TEXT CHECK (length(doubt) <= 2000),
  FOREIGN KEY (session_id, mode, owner) REFERENCES sessions (session_id, mode, owner),
  CHECK ((decided_at IS NULL) = (accepted IS NULL)),
  CHECK ((decided_at IS NULL) = (reason IS NULL)),
  CHECK ((decided_at IS NULL) = (label IS NULL)),
  CHECK ((decided_at IS NULL) = (confidence IS NULL)),
  CHECK ((decided_at IS NULL) = (detections IS NULL)),
  CHECK ((decided_at IS NULL) = (model_hash IS NULL)),
  CHECK ((decided_at IS NULL) = (elapsed_ms IS NULL)),
  CHECK (decided_at IS NOT NULL OR weight_g IS NULL),
  CHECK ((accepted IS 1) = (reason IS 'empty_pet')),
  CHECK ((doubted_at IS NULL) = (doubt IS NULL)),
  CHECK ((settled_at IS NULL) = (outcome IS NULL)),
  CHECK (outcome IS NOT 'dropped' OR (accepted IS 1 AND given_back_at IS NULL)),
  CHECK (delivered_at IS NULL OR outcome IS 'dropped'),
  CHECK (CASE state
    WHEN 'inserted' THEN
      decided_at IS NULL AND doubted_at IS NULL AND settled_at IS NULL AND delivered_at IS NULL
    WHEN 'decided' THEN
      decided_at IS NOT NULL AND doubted_at IS NULL AND settled_at IS NULL
      AND delivered_at IS NULL
    WHEN 'in_doubt' THEN
      doubted_at IS NOT NULL AND settled_at IS NULL AND delivered_at IS NULL
    WHEN 'settled' THEN settled_at IS NOT NULL AND delivered_at IS NULL
    WHEN 'delivered' THEN settled_at IS NOT NULL AND delivered_at IS NOT NULL
  END)
) STRICT
"""

_STEPS = f"""
CREATE TABLE steps (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  client_uuid TEXT NOT NULL REFERENCES items (client_uuid),
  step TEXT NOT NULL CHECK (
    step IN ('inserted', 'decided', 'given_back', 'in_doubt', 'settled', 'delivered')),
  detail TEXT NOT NULL,
  at TEXT NOT NULL CHECK (at {MOMENT}),
  opening INTEGER NOT NULL REFERENCES openings (opening),
  mono_s REAL NOT NULL
) STRICT
"""

_OUTBOX = f"""
CREATE TABLE outbox (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  client_uuid TEXT NOT NULL UNIQUE REFERENCES items (client_uuid),
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered')),
  created_at TEXT NOT NULL CHECK (created_at {MOMENT}),
  attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  last_attempt_at TEXT CHECK (last_attempt_at {MOMENT}),
  last_error TEXT NOT NULL DEFAULT '' CHECK (length(last_error) <= 2000),
  delivered_at TEXT CHECK (delivered_at {MOMENT}),
  CHECK ((state = 'delivered') = (delivered_at IS NOT NULL))
) STRICT
"""

_FLAGS = f"""
CREATE TABLE flags (
  name TEXT PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 200),
  value INTEGER NOT NULL CHECK (value IN (0, 1)),
  changed_at TEXT NOT NULL CHECK (changed_at {MOMENT})
) STRICT
"""

_INDEXES = (
    "CREATE UNIQUE INDEX one_open_session ON sessions ((1)) WHERE closed_at IS NULL",
    "CREATE UNIQUE INDEX one_item_in_hand ON items ((1)) WHERE outcome IS NULL",
    "CREATE INDEX items_by_session ON items (session_id)",
    "CREATE INDEX items_by_state ON items (state, accepted, outcome)",
    "CREATE UNIQUE INDEX each_step_once ON steps (client_uuid, step)",
    "CREATE INDEX outbox_waiting ON outbox (number) WHERE state = 'waiting'",
)

_TRIGGERS = (
    forbid("sessions_are_kept", "DELETE ON sessions", "a session is never deleted"),
    forbid(
        "sessions_keep_their_owner",
        "UPDATE OF number, session_id, mode, owner, opened_at ON sessions",
        "mode and owner are latched",
    ),
    forbid(
        "sessions_close_once",
        "UPDATE OF closed_at, why ON sessions WHEN old.closed_at IS NOT NULL",
        "the session is closed",
    ),
    forbid("items_are_kept", "DELETE ON items", "an item is never deleted"),
    forbid(
        "items_keep_their_identity",
        "UPDATE OF number, client_uuid, session_id, mode, owner, inserted_at ON items",
        "an item keeps its identity",
    ),
    forbid(
        "items_start_at_the_beginning",
        "INSERT ON items WHEN new.state IS NOT 'inserted' OR new.given_back_at IS NOT NULL",
        "an item starts as inserted",
    ),
    forbid(
        "items_move_forward",
        "UPDATE OF state ON items WHEN old.state || '>' || new.state NOT IN ("
        "'inserted>decided', 'inserted>in_doubt', 'inserted>settled', 'decided>in_doubt', "
        "'decided>settled', 'in_doubt>settled', 'settled>delivered')",
        "an item only moves forward",
    ),
    forbid(
        "items_decide_once",
        "UPDATE OF accepted, reason, label, confidence, detections, weight_g, model_hash, "
        "elapsed_ms, decided_at ON items WHEN old.state IS NOT 'inserted' "
        "OR old.given_back_at IS NOT NULL",
        "the verdict is written once",
    ),
    forbid(
        "items_settle_once",
        "UPDATE OF outcome, settled_at ON items WHEN old.outcome IS NOT NULL",
        "the outcome is written once",
    ),
    forbid(
        "items_given_back_stay_given_back",
        "UPDATE OF given_back_at ON items WHEN old.given_back_at IS NOT NULL "
        "OR old.outcome IS NOT NULL",
        "giving back is written once, before the outcome",
    ),
    forbid("steps_never_change", "UPDATE ON steps", "steps is append-only"),
    forbid("steps_are_kept", "DELETE ON steps", "steps is append-only"),
    forbid("outbox_is_kept", "DELETE ON outbox", "an outbox row is never deleted"),
    forbid(
        "outbox_holds_dropped_items",
        "INSERT ON outbox WHEN NOT EXISTS (SELECT 1 FROM items WHERE client_uuid = "
        "new.client_uuid AND outcome = 'dropped')",
        "only a dropped item earns anything",
    ),
)

_ITEMS_0003 = _ITEMS.replace(f"CHECK (reason IN ({_REASONS}))", "REFERENCES reasons (reason)")
_OF_ITEMS = tuple(one for one in (*_INDEXES, *_TRIGGERS) if " ON items" in one)

MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        "0001_life_of_an_item",
        (
            f"PRAGMA application_id = {APPLICATION_ID}",
            _OPENINGS,
            _SESSIONS,
            _ITEMS,
            _STEPS,
            _OUTBOX,
            _FLAGS,
            *_INDEXES,
            *_TRIGGERS,
        ),
    ),
    Migration("0002_delivery", migration_0002.STATEMENTS),
    Migration("0003_decisions", migration_0003.statements(_ITEMS_0003, _OF_ITEMS)),
    Migration("0004_registrations", migration_0004.STATEMENTS),
)
"""All migrations, oldest first."""

PROTECTIONS = frozenset(
    statement.replace("UNIQUE ", "").split(maxsplit=3)[2]
    for statement in (
        *_INDEXES,
        *_TRIGGERS,
        *migration_0002.INDEXES,
        *migration_0002.TRIGGERS,
        *migration_0003.INDEXES,
        *migration_0003.TRIGGERS,
        *migration_0004.INDEXES,
        *migration_0004.TRIGGERS,
    )
)
"""The indexes and triggers that a ledger of the newest version must have."""
