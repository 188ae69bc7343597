"""Files that may go, the oldest first."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from rvm_edge.health.cleaning.expendable import Holding
from rvm_edge.offload import Offload


class _Found(msgspec.Struct, frozen=True):
    path: Path
    size: int
    changed_ns: int


class OldFiles:
    """Implements `Expendable` over the files below one folder. Links are neither followed nor cut.

    Folders stay, also where nothing is left in them.
    """

    def __init__(
        self,
        name: str,
        folder: Path | None,
        may_go: Callable[[Path], bool],
        offload: Offload,
        *,
        why_kept: str = "",
        order: Callable[[Path], tuple[int, ...]] = lambda _: (),
    ) -> None:
        """Look at nothing yet.

        Args:
            name: what the files are, for people.
            folder: where they lie; None for nowhere.
            may_go: says of a file, by its path, whether it may go.
            offload: where the disk is waited for.
            why_kept: why the others in the folder stay.
            order: what tells a file's age before its time of change does, which a wrong clock set.
        """
        self.name = name
        self._folder = folder
        self._may_go = may_go
        self._offload = offload
        self._why_kept = why_kept
        self._order = order

    async def holding(self) -> Holding:
        """Add up what lies in the folder."""
        return await self._offload(self._holding)

    async def free(self, wanted_bytes: int) -> int:
        """Remove the oldest files; one that cannot be removed does not keep the next."""
        return await self._offload(partial(self._free, wanted_bytes))

    def _holding(self) -> Holding:
        found = self._found()
        going = sum(one.size for one in found if self._may_go(one.path))
        kept = sum(one.size for one in found) - going
        return Holding(going, kept, self._why_kept if kept else "")

    def _free(self, wanted_bytes: int) -> int:
        freed = 0
        trouble: OSError | None = None
        for one in sorted(self._found(), key=self._age):
            if freed >= wanted_bytes:
                break
            if self._may_go(one.path):
                try:
                    one.path.unlink(missing_ok=True)
                    freed += one.size
                except OSError as error:
                    trouble = error
        if trouble is not None and not freed:
            raise trouble
        return freed

    def _age(self, one: _Found) -> tuple[tuple[int, ...], int, Path]:
        return self._order(one.path), one.changed_ns, one.path

    def _found(self) -> list[_Found]:
        found = []
        for folder, _, names in os.walk(self._folder) if self._folder else ():
            for name in names:
                path = Path(folder, name)
                try:
                    status = path.lstat()
                except FileNotFoundError:
                    continue  # gone since
                if stat.S_ISREG(status.st_mode):
                    found.append(_Found(path, status.st_size, status.st_mtime_ns))
        return found
