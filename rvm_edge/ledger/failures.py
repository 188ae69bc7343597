"""The ledger's errors, and how SQLite's become ours: what happened, where, and what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rvm_edge.machine import LedgerError
from rvm_edge.statechart.sqlite_failures import OF_SQLITE, is_damage, said


class RefusedStepError(LedgerError):
    """The step is not allowed in the life of this item or session. The disk is fine."""


class LedgerUnusableError(LedgerError):
    """The disk did not take or give the rows: full, read-only, failing, or damaged."""


class LedgerLockedError(LedgerUnusableError):
    """Another process holds the ledger."""


class LedgerDamagedError(LedgerUnusableError):
    """The file is no sound ledger: damaged, or a database of something else."""


class LedgerTooNewError(LedgerUnusableError):
    """A newer version of this program wrote the ledger."""


# Python 3.10's sqlite3 carries no result codes, so its fixed messages (sqlite3.c, sqlite3ErrStr)
# have to tell the cases apart.
_ADVICE = (
    ("database or disk is full", "the disk is full; free some space"),
    ("readonly database", "it is read-only; make the file and its folder writable"),
    ("unable to open database file", "it cannot be opened; check the folder and its permissions"),
    ("disk I/O error", "the disk reported an error; check its health and free space"),
)


def is_lock(error: Exception) -> bool:
    """Say whether another connection's lock was in the way for the whole busy time-out."""
    return "locked" in str(error) or "busy" in str(error)


def translated(error: sqlite3.Error | UnicodeDecodeError, path: Path) -> LedgerError:
    """Return the `LedgerError` for what SQLite said about the ledger at `path`."""
    why = said(error)
    if isinstance(error, sqlite3.IntegrityError):
        return RefusedStepError(f"the ledger's own rules forbid this row: {why}")
    if is_lock(error):
        return LedgerLockedError(f"ledger {path} is locked by another process; stop it first")
    if is_damage(error):
        return LedgerDamagedError(
            f"ledger {path} is damaged ({why}); the next start of the machine sets it aside"
        )
    for words, advice in _ADVICE:
        if words in why:
            return LedgerUnusableError(f"ledger {path}: {advice} ({why})")
    return LedgerUnusableError(f"ledger {path}: {why}")


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system raise inside into `LedgerError`."""
    try:
        yield
    except OF_SQLITE as error:
        raise translated(error, path) from error
    except UnicodeEncodeError as error:
        raise RefusedStepError(
            f"a text holds a character that cannot be stored: {error}"
        ) from error
    except BrokenPipeError:
        raise  # whoever read what is printed has seen enough; the ledger is well
    except OSError as error:
        raise LedgerUnusableError(
            f"ledger {path}: {error.strerror or error}; check the folder, its permissions and "
            "the free space"
        ) from error
