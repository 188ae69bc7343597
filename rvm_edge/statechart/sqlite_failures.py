"""What Python's sqlite3 raises when a file is wrong, as the versions of both have it."""

from __future__ import annotations

import sqlite3
from typing import Final

__all__ = ["OF_SQLITE", "is_damage", "said"]

OF_SQLITE: Final = (sqlite3.Error, UnicodeDecodeError)
"""The latter since Python 3.11, where SQLite's own message about a damaged file is no text."""


def is_damage(error: Exception) -> bool:
    """Say whether SQLite found the file itself to be wrong, rather than the disk or a lock.

    The bare class is what Python makes of SQLITE_CORRUPT and SQLITE_NOTADB, sometimes with an empty
    message; everything else that concerns a file is a subclass (Modules/_sqlite/util.c). Text that
    is no UTF-8 was not written by us either, whether a row holds it or SQLite's message names it.
    """
    if type(error) is sqlite3.DatabaseError or isinstance(error, UnicodeDecodeError):
        return True
    return any(words in str(error) for words in ("malformed", "decode to UTF-8"))


def said(error: Exception) -> str:
    """Return an error's message; before Python 3.11 one that is no text is left out."""
    return str(error) or "no details"
