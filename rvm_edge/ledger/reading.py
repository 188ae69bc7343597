"""Reads a ledger without disturbing the machine that writes it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rvm_edge.ledger.failures import LedgerDamagedError, LedgerUnusableError, storage_errors
from rvm_edge.ledger.migrate import pending
from rvm_edge.ledger.schema import APPLICATION_ID, MIGRATIONS

_BUSY_S = 2.0


@contextmanager
def read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """Open one consistent view of the ledger at `path`, while a daemon may be writing it.

    Raises:
        LedgerDamagedError: it is no sound ledger.
        LedgerUnusableError: there is no ledger, it cannot be read, or it needs another version.
    """
    if not path.is_file():
        raise LedgerUnusableError(f"there is no ledger at {path}; 'rvm-edge run' makes one")
    with storage_errors(path):
        connection = _connect(path)
        try:
            connection.execute("BEGIN")
            _require_current(connection, path)
            yield connection
        finally:
            connection.close()


def _connect(path: Path) -> sqlite3.Connection:
    uri = path.absolute().as_uri()
    connection = sqlite3.connect(f"{uri}?mode=ro", uri=True, timeout=_BUSY_S, isolation_level=None)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        # A reader who may not write the folder cannot make the log's index that WAL needs. With no
        # log there nothing is being written, and the file alone is the whole truth
        # (https://www.sqlite.org/wal.html#readonly).
        if path.with_name(f"{path.name}-wal").exists():
            raise
        return sqlite3.connect(f"{uri}?immutable=1", uri=True, isolation_level=None)
    except BaseException:
        connection.close()
        raise
    return connection


def _require_current(connection: sqlite3.Connection, path: Path) -> None:
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    if application_id != APPLICATION_ID:
        raise LedgerDamagedError(f"{path} is not a ledger; the next start sets it aside")
    if pending(connection, MIGRATIONS, path):
        raise LedgerUnusableError(
            f"ledger {path} was written by an older version; the next start updates it"
        )
