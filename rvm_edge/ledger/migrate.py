"""Brings a ledger to the newest schema with sqlite-utils, each migration in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from rvm_edge.durable_files import sync
from rvm_edge.ledger.failures import LedgerTooNewError
from rvm_edge.ledger.schema import MIGRATION_SET, Migration
from rvm_edge.statechart.hidden_module import hidden

if TYPE_CHECKING:
    from sqlite_utils import Database


def applied(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return the names of the migrations that made this database, oldest first."""
    table = "SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'"
    if connection.execute(table).fetchone() is None:
        return ()
    rows = connection.execute(
        "SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY rowid",
        (MIGRATION_SET,),
    )
    return tuple(str(name) for (name,) in rows)


def pending(
    connection: sqlite3.Connection, migrations: Sequence[Migration], path: Path
) -> tuple[Migration, ...]:
    """Return the migrations that this database lacks, oldest first.

    Raises:
        LedgerTooNewError: the database went through a migration that this program does not know.
    """
    done = applied(connection)
    unknown = sorted(set(done) - {migration.name for migration in migrations})
    if unknown:
        raise LedgerTooNewError(
            f"ledger {path} was written by a newer version of this program (it has {unknown[-1]}); "
            "install that version again, or put back the copy made before the update"
        )
    return tuple(migration for migration in migrations if migration.name not in done)


def migrate(connection: sqlite3.Connection, todo: Sequence[Migration]) -> None:
    """Apply `todo` in order; each is committed together with the record of it, or not at all.

    Args:
        connection: in autocommit mode (``isolation_level=None``).
        todo: what `pending` returned; must not be empty.

    Raises:
        sqlite3.Error: a statement failed. What was applied before it stays.
    """
    # Imported only here: a ledger that is up to date, which is every start but the first, costs
    # the daemon neither the time nor the memory.
    # sqlite-utils imports numpy when it is installed, only to know more column types: 14 MB.
    with hidden("numpy"):
        from sqlite_utils import Database, Migrations  # noqa: PLC0415 - see above

    steps = Migrations(MIGRATION_SET)
    for migration in todo:

        def run(database: Database, statements: tuple[str, ...] = migration.statements) -> None:
            for statement in statements:
                database.conn.execute(statement)

        steps(name=migration.name)(run)
    steps.apply(Database(connection, execute_plugins=False))


def back_up(connection: sqlite3.Connection, target: Path) -> None:
    """Copy the database to `target`, complete and on disk before this returns.

    Args:
        connection: the database to copy, with everything committed to it.
        target: replaced if it is there.
    """
    unfinished = target.with_name(f"{target.name}.part")
    unfinished.unlink(missing_ok=True)
    with closing(sqlite3.connect(unfinished)) as copy:
        connection.backup(copy)
    sync(unfinished)
    unfinished.replace(target)
    sync(target.parent)
