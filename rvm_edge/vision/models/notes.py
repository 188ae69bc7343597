"""What happened to models and is not in the journal yet. Not durable: the store is what counts."""

from __future__ import annotations

from collections import deque

import trio

from rvm_edge.machine import ModelNews, ModelNote

_MOST = 100
_WHY_CHARACTERS = 200


class Notes:
    """A short queue; beyond its length the oldest are forgotten."""

    def __init__(self) -> None:
        self._waiting: deque[ModelNote] = deque(maxlen=_MOST)
        self._more = trio.Event()

    def add(self, news: ModelNews, why: str, *, version: str = "", sha256: str = "") -> None:
        """Note that something happened."""
        self._waiting.append(ModelNote(news, version, sha256, why[:_WHY_CHARACTERS]))
        self._more.set()

    async def next(self) -> ModelNote:
        """Hand over the oldest note, waiting for one."""
        await trio.lowlevel.checkpoint_if_cancelled()
        while not self._waiting:
            self._more = trio.Event()
            await self._more.wait()
        return self._waiting.popleft()
