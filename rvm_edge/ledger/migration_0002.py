"""Migration 0002: what became of each delivery, by which clock, and the items' pictures.

`outbox` is made anew, because SQLite cannot add a word to a CHECK. What can go wrong between a
request and its answer is one number there, `unanswered`: it rises before a request leaves, in the
same commit that allows it to leave, and falls when an answer says what became of that request. So
a process that dies, is cancelled or hears nothing has nothing to write down: the row tells already.
"""

from __future__ import annotations

from rvm_edge.ledger.schema_words import MOMENT, forbid

# Copies that a server which does not know duplicates may hold beyond the first: every request with
# an unknown outcome, and the one that was proved to arrive, less one.
_OUTBOX = f"""
CREATE TABLE outbox_0002 (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  client_uuid TEXT NOT NULL UNIQUE REFERENCES items (client_uuid),
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'dead')),
  created_at TEXT NOT NULL CHECK (created_at {MOMENT}),
  attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  last_attempt_at TEXT CHECK (last_attempt_at {MOMENT}),
  sent_at TEXT CHECK (sent_at {MOMENT}),
  unanswered INTEGER NOT NULL DEFAULT 0 CHECK (unanswered BETWEEN 0 AND attempts),
  last_error TEXT NOT NULL DEFAULT '' CHECK (length(last_error) <= 2000),
  delivered_at TEXT CHECK (delivered_at {MOMENT}),
  possibly_twice INTEGER NOT NULL
    GENERATED ALWAYS AS (max(0, unanswered - (state <> 'delivered'))) VIRTUAL,
  CHECK ((state = 'delivered') = (delivered_at IS NOT NULL)),
  CHECK ((sent_at IS NULL) = (unanswered = 0))
) STRICT
"""

_KEPT = (
    "number, client_uuid, state, created_at, attempts, last_attempt_at, last_error, delivered_at"
)

_DEAD_LETTERS = f"""
CREATE TABLE dead_letters (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  client_uuid TEXT NOT NULL REFERENCES outbox (client_uuid),
  why TEXT NOT NULL CHECK (length(why) BETWEEN 1 AND 2000),
  died_at TEXT NOT NULL CHECK (died_at {MOMENT}),
  retried_at TEXT CHECK (retried_at {MOMENT})
) STRICT
"""

_CLOCK_ANCHORS = """
CREATE TABLE clock_anchors (
  opening INTEGER NOT NULL REFERENCES openings (opening),
  mono_s REAL NOT NULL,
  server_epoch_s REAL NOT NULL CHECK (server_epoch_s BETWEEN 0 AND 253402300799),
  PRIMARY KEY (opening, mono_s)
) STRICT, WITHOUT ROWID
"""

_PICTURES = f"""
CREATE TABLE pictures (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  client_uuid TEXT NOT NULL UNIQUE REFERENCES items (client_uuid),
  accepted INTEGER NOT NULL CHECK (accepted IN (0, 1)),
  bytes INTEGER NOT NULL CHECK (bytes > 0),
  kept_at TEXT NOT NULL CHECK (kept_at {MOMENT}),
  kept_opening INTEGER NOT NULL REFERENCES openings (opening),
  kept_mono_s REAL NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  last_error TEXT NOT NULL DEFAULT '' CHECK (length(last_error) <= 2000),
  reduced INTEGER NOT NULL DEFAULT 0 CHECK (reduced IN (0, 1)),
  given_up TEXT CHECK (length(given_up) BETWEEN 1 AND 2000),
  uploaded_at TEXT CHECK (uploaded_at {MOMENT}),
  uploaded_opening INTEGER REFERENCES openings (opening),
  uploaded_mono_s REAL,
  removed_at TEXT CHECK (removed_at {MOMENT}),
  why_removed TEXT CHECK (why_removed IN ('delivered', 'expired', 'no_room', 'lost')),
  CHECK ((uploaded_at IS NULL) = (uploaded_opening IS NULL)),
  CHECK ((uploaded_at IS NULL) = (uploaded_mono_s IS NULL)),
  CHECK (uploaded_at IS NULL OR given_up IS NULL),
  CHECK ((removed_at IS NULL) = (why_removed IS NULL)),
  CHECK (why_removed IS NOT 'delivered' OR uploaded_at IS NOT NULL),
  CHECK (accepted = 0 OR removed_at IS NULL OR uploaded_at IS NOT NULL OR given_up IS NOT NULL
    OR why_removed IS 'lost')
) STRICT
"""

INDEXES = (
    "CREATE INDEX outbox_waiting ON outbox (number) WHERE state = 'waiting'",
    "CREATE INDEX outbox_dead ON outbox (number) WHERE state = 'dead'",
    "CREATE INDEX outbox_unanswered ON outbox (number) WHERE unanswered > 0",
    "CREATE UNIQUE INDEX dead_once_at_a_time ON dead_letters (client_uuid) "
    "WHERE retried_at IS NULL",
    "CREATE INDEX pictures_here ON pictures (accepted, number) WHERE removed_at IS NULL",
)

TRIGGERS = (
    forbid("outbox_is_kept", "DELETE ON outbox", "an outbox row is never deleted"),
    forbid(
        "outbox_holds_dropped_items",
        "INSERT ON outbox WHEN NOT EXISTS (SELECT 1 FROM items WHERE client_uuid = "
        "new.client_uuid AND outcome = 'dropped')",
        "only a dropped item earns anything",
    ),
    forbid(
        "outbox_keeps_its_identity",
        "UPDATE OF number, client_uuid, created_at ON outbox",
        "an outbox row keeps its identity",
    ),
    forbid(
        "outbox_delivers_once",
        "UPDATE OF state, delivered_at ON outbox WHEN old.state || '>' || new.state NOT IN ("
        "'waiting>delivered', 'waiting>dead', 'dead>waiting')",
        "a delivery is final, and a dead letter is retried first",
    ),
    forbid("dead_letters_are_kept", "DELETE ON dead_letters", "a dead letter is never deleted"),
    forbid(
        "dead_letters_never_change",
        "UPDATE OF number, client_uuid, why, died_at ON dead_letters",
        "a dead letter stays as it is",
    ),
    forbid(
        "dead_letters_are_retried_once",
        "UPDATE OF retried_at ON dead_letters WHEN old.retried_at IS NOT NULL",
        "a dead letter is retried once",
    ),
    forbid("clock_anchors_are_kept", "DELETE ON clock_anchors", "clock_anchors is append-only"),
    forbid("clock_anchors_never_change", "UPDATE ON clock_anchors", "clock_anchors is append-only"),
    forbid("pictures_are_kept", "DELETE ON pictures", "the row of a picture is never deleted"),
    forbid(
        "pictures_keep_their_identity",
        "UPDATE OF number, client_uuid, accepted, kept_at, kept_opening, kept_mono_s ON pictures",
        "a picture keeps its identity",
    ),
    forbid(
        "pictures_go_once",
        "UPDATE OF removed_at, why_removed ON pictures WHEN old.removed_at IS NOT NULL",
        "a picture is removed once",
    ),
)

STATEMENTS = (
    _OUTBOX,
    f"INSERT INTO outbox_0002 ({_KEPT}) SELECT {_KEPT} FROM outbox ORDER BY number",  # noqa: S608 - a constant
    # A gap at the end, which the check would find, must not be closed by the copy.
    "UPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence WHERE name = 'outbox') "
    "WHERE name = 'outbox_0002'",
    "DROP TABLE outbox",
    "ALTER TABLE outbox_0002 RENAME TO outbox",
    _DEAD_LETTERS,
    _CLOCK_ANCHORS,
    _PICTURES,
    *INDEXES,
    *TRIGGERS,
)
"""The whole migration, one statement each."""
