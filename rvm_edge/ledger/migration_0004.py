"""Migration 0004: as whom the machine was known to a server when it took each item.

Credentials may be replaced while deposits wait. Those belong to the machine, and to the people,
that the former server knows: a user's id means somebody else at another one, and another serial
would credit another machine. So each session keeps the registration under which it was opened, each
of its items has the same, and only the registration in force is delivered for.

What an older version of this program took has none, and gets the first one that this ledger learns:
to that one it would have been delivered anyway.
"""

from __future__ import annotations

from rvm_edge.ledger.schema_words import MOMENT, forbid

_REGISTRATIONS = f"""
CREATE TABLE registrations (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  server_url TEXT NOT NULL CHECK (length(server_url) BETWEEN 1 AND 2000),
  hardware_id TEXT NOT NULL CHECK (length(hardware_id) BETWEEN 1 AND 200),
  known_at TEXT NOT NULL CHECK (known_at {MOMENT}),
  in_force INTEGER NOT NULL DEFAULT 0 CHECK (in_force IN (0, 1)),
  UNIQUE (server_url, hardware_id)
) STRICT
"""

INDEXES = (
    "CREATE UNIQUE INDEX one_registration_in_force ON registrations (in_force) WHERE in_force = 1",
    "CREATE INDEX items_of_nobody ON items (number) WHERE registration IS NULL",
    "CREATE INDEX sessions_of_nobody ON sessions (number) WHERE registration IS NULL",
)

TRIGGERS = (
    forbid("registrations_are_kept", "DELETE ON registrations", "a registration is never deleted"),
    forbid(
        "registrations_never_change",
        "UPDATE OF number, server_url, hardware_id, known_at ON registrations",
        "a registration stays as it is",
    ),
    forbid(
        "items_keep_their_registration",
        "UPDATE OF registration ON items WHEN old.registration IS NOT NULL "
        "AND new.registration IS NOT old.registration",
        "an item keeps the registration under which it was taken",
    ),
    forbid(
        "sessions_keep_their_registration",
        "UPDATE OF registration ON sessions WHEN old.registration IS NOT NULL "
        "AND new.registration IS NOT old.registration",
        "a session keeps the registration under which it was opened",
    ),
)

STATEMENTS = (
    _REGISTRATIONS,
    "ALTER TABLE items ADD COLUMN registration INTEGER REFERENCES registrations (number)",
    "ALTER TABLE sessions ADD COLUMN registration INTEGER REFERENCES registrations (number)",
    *INDEXES,
    *TRIGGERS,
)
"""The whole migration, one statement each."""
