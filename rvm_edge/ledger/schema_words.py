"""What every migration is written with: the shapes of texts, and how a change is forbidden."""

from __future__ import annotations

import msgspec

# 2026-01-31T23:59:59.000000Z
MOMENT = (
    "GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'"
)
UUID = "GLOB '????????-????-????-????-????????????'"


class Migration(msgspec.Struct, frozen=True):
    """One change of the schema.

    Attributes:
        name: starts with its number, four digits; recorded in the database once applied.
        statements: SQL, one statement each, run in one transaction.
    """

    name: str
    statements: tuple[str, ...]


def forbid(name: str, when: str, why: str) -> str:
    """Return a trigger that aborts what `when` describes, and says why."""
    return f"CREATE TRIGGER {name} BEFORE {when} BEGIN SELECT RAISE(ABORT, '{why}'); END"
