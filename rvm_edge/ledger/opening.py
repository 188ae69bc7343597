"""Opens the ledger's database: makes it, updates it, or sets a damaged one aside.

A ledger appears under its name only when it is complete (made beside it, then renamed), so that a
missing, empty or foreign file is never a half-made ledger of ours.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from rvm_edge.durable_files import sync
from rvm_edge.ledger.clock import Clock, file_stamp, utc_text
from rvm_edge.ledger.database_files import OneWriter, database_files, set_aside
from rvm_edge.ledger.failures import LedgerDamagedError, LedgerUnusableError, storage_errors
from rvm_edge.ledger.migrate import back_up, migrate, pending
from rvm_edge.ledger.records import open_session_row, unsettled_item
from rvm_edge.ledger.schema import APPLICATION_ID, MIGRATIONS, Migration
from rvm_edge.ledger.store import Store
from rvm_edge.statechart.sqlite_failures import OF_SQLITE, is_damage, said

_STRICT_SINCE = (3, 37, 0)
_EXAMINE_S = 10.0
_LOOK_UP_EVERY = 100_000
_PROBES = (
    "SELECT number, client_uuid, state, given_back_at, outcome, doubt FROM items LIMIT 0",
    "SELECT number, session_id, mode, owner, closed_at, why FROM sessions LIMIT 0",
    "SELECT seq, client_uuid, step, detail, at, opening, mono_s FROM steps LIMIT 0",
    "SELECT number, client_uuid, state, attempts, unanswered, sent_at FROM outbox LIMIT 0",
    "SELECT number, client_uuid, why, retried_at FROM dead_letters LIMIT 0",
    "SELECT opening, mono_s, server_epoch_s FROM clock_anchors LIMIT 0",
    "SELECT number, client_uuid, bytes, uploaded_at, removed_at FROM pictures LIMIT 0",
    "SELECT client_uuid, record FROM decisions LIMIT 0",
    "SELECT number, server_url, hardware_id, in_force FROM registrations LIMIT 0",
    "SELECT i.registration, s.registration FROM items AS i, sessions AS s LIMIT 0",
    "SELECT name, value FROM flags LIMIT 0",
    "SELECT opening, opened_at, findings FROM openings LIMIT 0",
)


class LedgerOpening(msgspec.Struct, frozen=True):
    """What opening the ledger found, for the journal and the doctor.

    Attributes:
        recovered_from: where a damaged database was set aside, or None for a sound one.
        findings: one line each, for a technician; empty when all is well.
        migrated: the migrations that were applied to a ledger with rows in it.
        backup: the copy made before them, or None.
    """

    recovered_from: Path | None = None
    findings: tuple[str, ...] = ()
    migrated: tuple[str, ...] = ()
    backup: Path | None = None


class _DamagedError(Exception):
    """The file is no sound ledger. The message says why."""


def open_store(
    path: Path,
    clock: Clock,
    *,
    busy_s: float = 2.0,
    migrations: Sequence[Migration] = MIGRATIONS,
    factory: type[sqlite3.Connection] = sqlite3.Connection,
) -> tuple[Store, LedgerOpening]:
    """Open the ledger at `path` for writing; make it if it is not there.

    Args:
        path: the database; its folder is made as needed.
        clock: what the rows' moments are read from.
        busy_s: how long to wait for another connection's transaction.
        migrations: the schema's history, oldest first.
        factory: the class of the one connection.

    Raises:
        LedgerLockedError: another process has it open.
        LedgerTooNewError: a newer version of this program wrote it.
        LedgerUnusableError: the disk refuses.
    """
    if sqlite3.sqlite_version_info < _STRICT_SINCE:
        raise LedgerUnusableError(
            f"SQLite {sqlite3.sqlite_version} is too old for the ledger; it needs 3.37 or newer"
        )
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = OneWriter(path)
        try:
            connection, found = _sound_connection(path, clock, busy_s, migrations, factory)
            try:
                cursor = connection.execute(
                    "INSERT INTO openings (opened_at, findings) VALUES (?, ?)",
                    (utc_text(clock.wall()), "\n".join(found.findings)),
                )
                return Store(path, connection, clock, lock, int(cursor.lastrowid or 0)), found
            except BaseException:
                connection.close()
                raise
        except BaseException:
            lock.release()
            raise


def _sound_connection(
    path: Path,
    clock: Clock,
    busy_s: float,
    migrations: Sequence[Migration],
    factory: type[sqlite3.Connection],
) -> tuple[sqlite3.Connection, LedgerOpening]:
    findings: list[str] = []
    aside: Path | None = None
    if path.exists():
        try:
            return _open_existing(path, busy_s, migrations, factory)
        except _DamagedError as damage:
            aside = set_aside(path, file_stamp(clock.wall()))
            findings.append(f"the ledger {damage}; it was set aside as {aside} and a new one began")
    elif database_files(path):
        aside = set_aside(path, file_stamp(clock.wall()))
        findings.append(f"the ledger was gone, its write-ahead log was set aside as {aside}-wal")
    _create(path, migrations)
    connection, _ = _open_existing(path, busy_s, migrations, factory)
    return connection, LedgerOpening(aside, tuple(findings))


def _create(path: Path, migrations: Sequence[Migration]) -> None:
    """Make an empty ledger beside `path`, complete and on disk, and give it its name."""
    unfinished = path.with_name(f"{path.name}.new")
    for leftover in database_files(unfinished):
        leftover.unlink()
    with closing(connect(unfinished, 0)) as connection:
        # Before the file has its name nobody depends on it: one sync at the end is enough.
        connection.execute("PRAGMA synchronous = OFF")
        migrate(connection, migrations)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    unfinished.replace(path)
    sync(path.parent)


def _open_existing(
    path: Path,
    busy_s: float,
    migrations: Sequence[Migration],
    factory: type[sqlite3.Connection],
) -> tuple[sqlite3.Connection, LedgerOpening]:
    """Examine, update and return the ledger at `path`.

    Raises:
        _DamagedError: it is no sound ledger.
    """
    if path.stat().st_size == 0:
        raise _DamagedError("is empty, zero bytes long")
    try:
        findings, todo = _examine(path, busy_s, migrations)
        connection = connect(path, busy_s, factory)
    except OF_SQLITE as error:
        if not is_damage(error):
            raise
        raise _DamagedError(f"is damaged ({said(error)})") from error
    try:
        backup = None
        if todo:
            backup = path.with_name(f"{path.name}.before-{todo[0].name}")
            back_up(connection, backup)
            migrate(connection, todo)
    except BaseException:
        connection.close()
        raise
    names = tuple(migration.name for migration in todo)
    return connection, LedgerOpening(findings=findings, migrated=names, backup=backup)


def _examine(
    path: Path, busy_s: float, migrations: Sequence[Migration]
) -> tuple[tuple[str, ...], tuple[Migration, ...]]:
    """Look at the ledger through a reading connection, which alters no byte of a damaged one.

    Returns:
        What a technician should know, and the migrations that it lacks.

    Raises:
        _DamagedError: something in it is wrong.
        LedgerTooNewError: a newer version of this program wrote it.
    """
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=busy_s, isolation_level=None)) as reading:
        (application_id,) = reading.execute("PRAGMA application_id").fetchone()
        if application_id != APPLICATION_ID:
            raise _DamagedError("is a database of something else")
        findings = _read_through(reading)
        todo = pending(reading, migrations, path)
        if not todo:
            _probe(reading)
        return findings, todo


def connect(
    path: Path, busy_s: float, factory: type[sqlite3.Connection] = sqlite3.Connection
) -> sqlite3.Connection:
    """Connect for writing, with every setting that money needs.

    WAL with ``synchronous=FULL`` syncs the log at each commit: what was committed survives a power
    cut (https://www.sqlite.org/pragma.html#pragma_synchronous). The setting belongs to the
    connection, not to the file.
    """
    connection = sqlite3.connect(
        path, timeout=busy_s, isolation_level=None, check_same_thread=False, factory=factory
    )
    try:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


def _read_through(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Read the whole file, tables against indexes, for as long as a start may take.

    Raises:
        _DamagedError: something in it is wrong.
    """
    until = time.monotonic() + _EXAMINE_S
    connection.set_progress_handler(lambda: time.monotonic() > until, _LOOK_UP_EVERY)
    try:
        (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        orphan = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        return (
            f"the ledger was not examined to its end within {_EXAMINE_S:.0f} s; "
            "'rvm-edge ledger check' does that",
        )
    finally:
        connection.set_progress_handler(None, 0)
    if verdict != "ok":
        raise _DamagedError(f"is damaged ({verdict})")
    if orphan is not None:
        raise _DamagedError(f"is damaged (row {orphan[1]} of {orphan[0]} refers to nothing)")
    return ()


def _probe(connection: sqlite3.Connection) -> None:
    """Make sure that this version can read the tables, and the rows that a start depends on.

    Raises:
        _DamagedError: it cannot.
    """
    try:
        for probe in _PROBES:
            connection.execute(probe)
        unsettled_item(connection)
        open_session_row(connection)
    except LedgerDamagedError as error:
        raise _DamagedError(f"is damaged ({error})") from error
    except sqlite3.OperationalError as error:
        if "no such" not in str(error):
            raise
        raise _DamagedError(f"lacks a table or column ({error})") from error
