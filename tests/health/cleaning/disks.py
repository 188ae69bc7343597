"""A disk that is only a number, and places on it that are only numbers."""

from __future__ import annotations

import trio

from rvm_edge.health.cleaning.expendable import Holding, LeftAloneError
from rvm_edge.health.cleaning.plan import Usage

SIZE = 1000


class Disk:
    def __init__(self, used: int) -> None:
        self.used = used

    def usage(self) -> Usage:
        return Usage(self.used, SIZE - self.used)


class Place:
    def __init__(
        self,
        disk: Disk,
        name: str,
        spare: int,
        *,
        kept: int = 0,
        trouble: OSError | LeftAloneError | None = None,
        frees_nothing: bool = False,
    ) -> None:
        self.name = name
        self.spare = spare
        self.asked: list[int] = []
        self._disk = disk
        self._kept = kept
        self._trouble = trouble
        self._frees_nothing = frees_nothing

    async def holding(self) -> Holding:
        await trio.lowlevel.checkpoint()
        return Holding(self.spare, self._kept, "still owed" if self._kept else "")

    async def free(self, wanted_bytes: int) -> int:
        await trio.lowlevel.checkpoint()
        self.asked.append(wanted_bytes)
        if self._trouble is not None:
            raise self._trouble
        gone = min(wanted_bytes, self.spare)
        self.spare -= gone
        self._disk.used -= 0 if self._frees_nothing else gone
        return gone
