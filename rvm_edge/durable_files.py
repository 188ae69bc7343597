"""File operations that are on disk when they return, for every room."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["put_in_place", "sync"]

_OWNER_ONLY = 0o600


def sync(path: Path) -> None:
    """Wait until a file's content, or a folder's new names and renames, are on disk.

    Raises:
        OSError: the disk refuses.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def put_in_place(path: Path, content: bytes, unfinished: Path) -> None:
    """Put a file in place of what was there, for its owner's eyes alone.

    Whoever looks, also after a power cut, finds the old file or the new one, never a part.

    Args:
        path: of the file.
        content: of the new one.
        unfinished: what the new one is called until it is whole; in the same folder.

    Raises:
        OSError: the disk refuses; whatever was there before still is.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
    descriptor = os.open(unfinished, flags, _OWNER_ONLY)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    sync(path.parent)
