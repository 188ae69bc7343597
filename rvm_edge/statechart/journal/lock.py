"""One writer at a time: an advisory lock beside the journal."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from rvm_edge.statechart.errors import JournalError

__all__ = ["WriterLock"]


class WriterLock:
    """Held from opening a journal to closing it; the kernel drops it when the process dies.

    On a file of its own: closing any other handle of the database itself would drop the locks that
    SQLite holds on it (POSIX record locks belong to the process, not to the handle).
    """

    def __init__(self, path: Path) -> None:
        """Take the lock of the journal at `path`.

        Raises:
            JournalError: somebody else has it, or the folder cannot be written.
        """
        beside = path.with_name(f"{path.name}.lock")
        try:
            self._handle = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except OSError as error:
            raise JournalError(
                f"journal {path}: {error.strerror}; its folder has to exist and be writable"
            ) from error
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._handle)
            raise JournalError(
                f"journal {path}: another process is writing it; stop that one first"
            ) from error

    def release(self) -> None:
        """Give the lock back."""
        os.close(self._handle)
