"""Reads and writes single small files: bounded one way, whole or not at all the other way."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
from pathlib import Path

from rvm_edge.durable_files import sync

_OWNER_ONLY = 0o600
_MARK = 8
"""So many random bytes tell one unfinished file from another."""


def read_bounded(path: Path, most_bytes: int, *, follow: bool = True) -> bytes:
    """Return a file's bytes, and one more than `most_bytes` of a file that has more.

    A pipe or a device that somebody put there is not waited for.

    Args:
        path: the file.
        most_bytes: so many may be in it.
        follow: whether a symbolic link will do.

    Raises:
        OSError: it cannot be read, or is no ordinary file.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    descriptor = os.open(path, flags)
    with os.fdopen(descriptor, "rb") as stream:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "Not an ordinary file", str(path))
        return stream.read(most_bytes + 1)


def keep(path: Path, content: bytes) -> None:
    """Put a file in place of what was there, for its owner's eyes alone; on disk when it returns.

    Whoever looks finds the old file or the new one, never a part. The owner is the folder's: what
    an administrator writes, the machine's own user can read. What a power cut left of an earlier
    try is taken away.

    Raises:
        OSError: it cannot be written; what was there is there still.
    """
    folder = path.parent
    beside = folder / f".{path.name}.{secrets.token_hex(_MARK)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(beside, flags, _OWNER_ONLY)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            os.fchmod(descriptor, _OWNER_ONLY)  # whatever the umask is
            _give_to_owner_of(folder, descriptor)
            stream.write(content)
            stream.flush()
            os.fsync(descriptor)
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    with contextlib.suppress(OSError):  # the file is in place: the next one tries again
        _sweep(path)
    sync(folder)


def discard(path: Path) -> bool:
    """Delete a file, and what a power cut left of one; say whether there was one.

    It is so on disk when it returns.

    Raises:
        OSError: it cannot be deleted.
    """
    try:
        path.unlink()
        was_there = True
    except FileNotFoundError:
        was_there = False
    if _sweep(path) or was_there:
        sync(path.parent)
    return was_there


def _sweep(path: Path) -> bool:
    """Take away what power cuts left beside a file: it holds what the file was to hold.

    Raises:
        OSError: it cannot be taken away.
    """
    name = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{{2 * _MARK}}}")
    left = [one for one in path.parent.glob(".*") if name.fullmatch(one.name)]
    for one in left:
        one.unlink(missing_ok=True)
    return bool(left)


def _give_to_owner_of(folder: Path, descriptor: int) -> None:
    owner = folder.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
