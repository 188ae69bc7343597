"""The files that a database has, what becomes of them together, and who may write them."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from rvm_edge.durable_files import sync
from rvm_edge.ledger.failures import LedgerLockedError

_SIDE_FILES = ("-wal", "-shm")


def database_files(path: Path) -> tuple[Path, ...]:
    """Return those of the database's files that exist: side files first, the database last."""
    candidates = [path.with_name(path.name + suffix) for suffix in _SIDE_FILES]
    return tuple(file for file in (*candidates, path) if file.exists())


def set_aside(path: Path, stamp: str) -> Path:
    """Rename a database and its side files to ``<name>.corrupt.<stamp>``.

    The side files go first: a write-ahead log that stayed behind would be replayed into the new
    database.

    Args:
        path: the database; it may be gone while side files are left.
        stamp: the time, fit for a file's name.

    Returns:
        The database's new path.
    """
    base = f"{path.name}.corrupt.{stamp}"
    target, count = path.with_name(base), 1
    while database_files(target):
        count += 1
        target = path.with_name(f"{base}-{count}")
    for file in database_files(path):
        file.rename(target.with_name(target.name + file.name[len(path.name) :]))
    sync(path.parent)
    return target


class OneWriter:
    """The right to write a ledger, held by at most one process; ends with the process.

    A lock on a file beside the database, because SQLite's own locks last for one transaction only.
    """

    def __init__(self, path: Path) -> None:
        """Take the lock for the ledger at `path`.

        Raises:
            LedgerLockedError: another process, or this one, has the ledger open.
        """
        lock = path.with_name(f"{path.name}.lock")
        self._descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(self._descriptor, 20).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise LedgerLockedError(
                f"ledger {path} is in use by process {holder or 'unknown'}; stop it first"
            ) from error
        # The number is for people alone: a disk that has no room for it keeps nobody from the lock.
        with suppress(OSError):
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"{os.getpid()}\n".encode("ascii"), 0)

    def release(self) -> None:
        """Let the next process write."""
        os.close(self._descriptor)
