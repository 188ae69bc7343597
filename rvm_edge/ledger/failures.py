"""The ledger's errors, and how SQLite's become ours: what happened, where, and what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rvm_edge.machine import LedgerError


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


OF_THE_FILE = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What SQLite raises of a file; the latter since Python 3.11, where its own message is no text."""


def is_damage(error: Exception) -> bool:
    """Say whether SQLite found the file itself to be wrong, rather than the disk or a lock.

    The bare class is what Python makes of SQLITE_CORRUPT and SQLITE_NOTADB, sometimes with an empty
    message; everything else that concerns a file is a subclass (Modules/_sqlite/util.c). Text that
    is no UTF-8 was not written by us either, whether a row holds it or SQLite's message names it.
    """
    if type(error) is sqlite3.DatabaseError or isinstance(error, UnicodeDecodeError):
        return True
    return any(words in str(error) for words in ("malformed", "decode to UTF-8"))


def is_lock(error: Exception) -> bool:
    """Say whether another connection's lock was in the way for the whole busy time-out."""
    return "locked" in str(error) or "busy" in str(error)


def translated(error: sqlite3.Error | UnicodeDecodeError, path: Path) -> LedgerError:
    """Return the `LedgerError` for what SQLite said about the ledger at `path`."""
    said = str(error)
    if isinstance(error, sqlite3.IntegrityError):
        return RefusedStepError(f"the ledger's own rules forbid this row: {said}")
    if is_lock(error):
        return LedgerLockedError(f"ledger {path} is locked by another process; stop it first")
    if is_damage(error):
        return LedgerDamagedError(
            f"ledger {path} is damaged ({said or 'no details'}); "
            "the next start of the machine sets it aside"
        )
    for words, advice in _ADVICE:
        if words in said:
            return LedgerUnusableError(f"ledger {path}: {advice} ({said})")
    return LedgerUnusableError(f"ledger {path}: {said}")


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system raise inside into `LedgerError`."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:
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
