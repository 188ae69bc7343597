"""Between the reader of a socket, who must never wait, and whoever acts on what came."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import trio

T = TypeVar("T")


class Inbox(Generic[T]):
    """A bounded queue that hands over in order; what does not fit is not taken."""

    def __init__(self, handle: Callable[[T], Awaitable[None]], most: int) -> None:
        self._handle = handle
        self._put, self._get = trio.open_memory_channel[T](most)

    def offer(self, one: T) -> bool:
        """Take it if there is room, and say whether there was."""
        try:
            self._put.send_nowait(one)
        except trio.WouldBlock:
            return False
        return True

    async def hand_over(self) -> None:
        """Hand over, one after the other, for ever."""
        async for one in self._get:
            await self._handle(one)
