"""What the store does to the disk, one small step each, so that a test can cut any of them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Protocol

from rvm_edge.durable_files import sync

_PRIVATE = 0o600


class Disk(Protocol):
    """Blocks; raises `OSError`. Nothing is durable before it was synced."""

    def free_bytes(self, folder: Path) -> int:
        """Return how much this user may still write."""
        ...

    def write(self, path: Path, content: bytes) -> None:
        """Write a file anew."""
        ...

    def append(self, path: Path, content: bytes) -> None:
        """Write behind a file's end; create it where there is none."""
        ...

    def sync_file(self, path: Path) -> None:
        """Make a file's content durable."""
        ...

    def sync_folder(self, folder: Path) -> None:
        """Make a folder's names durable."""
        ...

    def rename(self, old: Path, new: Path) -> None:
        """Put a file in another one's place, in one step."""
        ...

    def remove(self, path: Path) -> None:
        """Remove a file; one that is not there is no trouble."""
        ...


class RealDisk:
    """`Disk` of this computer."""

    def free_bytes(self, folder: Path) -> int:
        """Return how much this user may still write."""
        return shutil.disk_usage(folder).free

    def write(self, path: Path, content: bytes) -> None:
        """Write a file anew."""
        self._put(path, content, os.O_TRUNC)

    def append(self, path: Path, content: bytes) -> None:
        """Write behind a file's end."""
        self._put(path, content, os.O_APPEND)

    def sync_file(self, path: Path) -> None:
        """Make a file's content durable."""
        sync(path)

    def sync_folder(self, folder: Path) -> None:
        """Make a folder's names durable."""
        sync(folder)

    def rename(self, old: Path, new: Path) -> None:
        """Put a file in another one's place."""
        old.replace(new)

    def remove(self, path: Path) -> None:
        """Remove a file."""
        path.unlink(missing_ok=True)

    def _put(self, path: Path, content: bytes, how: int) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | how
        with os.fdopen(os.open(path, flags, _PRIVATE), "wb", buffering=0) as file:
            rest = memoryview(content)
            while rest:
                rest = rest[file.write(rest) :]
