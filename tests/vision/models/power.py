"""A disk that loses its power: what was not synced may be gone, and names may be old.

Every step is counted, and the power goes before a chosen one. What is on the platter is kept beside
the folder: a file's content as of its last sync, the folder's names as of theirs. A cut has two
worst cases, and a test tries both: everything that was done is there, or only what was synced.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from rvm_edge.vision.models.disk import RealDisk


class PowerCutError(BaseException):
    """The power is gone; nothing in the program may catch this."""


class CuttableDisk(RealDisk):
    """`Disk` that is cut before its step number `cut`; -1 for never."""

    def __init__(self, folder: Path, cut: int = -1) -> None:
        self.folder = folder
        self.steps: list[str] = []
        self._cut = cut
        self._synced: dict[int, bytes] = {}
        self._names: dict[str, int] = {}
        if folder.exists():
            for path in folder.iterdir():
                self._synced[path.stat().st_ino] = path.read_bytes()
            self._sync_names()

    def write(self, path: Path, content: bytes) -> None:
        self._step(f"write {path.suffix}")
        super().write(path, content)

    def append(self, path: Path, content: bytes) -> None:
        self._step(f"append {path.suffix}")
        super().append(path, content)

    def sync_file(self, path: Path) -> None:
        self._step(f"sync {path.suffix}")
        self._synced[path.stat().st_ino] = path.read_bytes()

    def sync_folder(self, folder: Path) -> None:  # noqa: ARG002 - there is one
        self._step("sync folder")
        self._sync_names()

    def rename(self, old: Path, new: Path) -> None:
        self._step(f"rename {old.suffix} {new.suffix}")
        super().rename(old, new)

    def remove(self, path: Path) -> None:
        self._step(f"remove {path.suffix}")
        super().remove(path)

    def only_what_was_synced(self) -> None:
        """Leave in the folder what a cut leaves at worst."""
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        for name, inode in self._names.items():
            (self.folder / name).write_bytes(self._synced.get(inode, b""))

    def _sync_names(self) -> None:
        self._names = {path.name: path.stat().st_ino for path in self.folder.iterdir()}

    def _step(self, what: str) -> None:
        if len(self.steps) == self._cut:
            raise PowerCutError(what)
        self.steps.append(what)
