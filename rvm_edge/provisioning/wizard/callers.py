"""Who is connected to the set-up page: so many and no more, and the newest always gets in."""

from __future__ import annotations

import contextlib
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import trio

OF_ONE_ADDRESS: Final = 12
"""A browser opens six at a time."""

OF_ALL: Final = 64
"""Of everybody together."""


class Callers:
    """Connections, the oldest first.

    One too many hangs up on an older one instead of being refused: who merely holds connections
    open keeps nobody out, and a phone that lost its network does not wait for what hangs from then.
    """

    def __init__(self, paired: Callable[[], str]) -> None:
        """Begin with none.

        Args:
            paired: the address of whoever has paired, who makes room for nobody else; "" for none.
        """
        self._paired = paired
        self._held: dict[trio.SocketStream, str] = {}
        self._empty = trio.Event()

    @contextmanager
    def holding(self, stream: trio.SocketStream, address: str) -> Iterator[None]:
        """Count a connection inside.

        Args:
            stream: the connection.
            address: of whoever is at its other end.
        """
        self._make_room(address)
        self._held[stream] = address
        try:
            yield
        finally:
            self._held.pop(stream, None)
            if not self._held:
                self._empty.set()

    async def wait_gone(self) -> None:
        """Return once there is none."""
        while self._held:
            self._empty = trio.Event()
            await self._empty.wait()

    def hang_up(self) -> None:
        """Hang up on everybody, whatever is on its way to them."""
        for stream in tuple(self._held):
            self._hang_up_on(stream)

    def _make_room(self, address: str) -> None:
        counted = Counter(self._held.values())
        if counted[address] >= OF_ONE_ADDRESS:
            crowd = {address}
        elif len(self._held) >= OF_ALL:
            strangers = {one: n for one, n in counted.items() if one != self._paired()}
            most = max(strangers.values())
            crowd = {one for one, n in strangers.items() if n == most}
        else:
            return
        self._hang_up_on(next(one for one, whose in self._held.items() if whose in crowd))

    def _hang_up_on(self, stream: trio.SocketStream) -> None:
        """End a connection as if its other end had: nothing that serves it waits any longer."""
        del self._held[stream]
        with contextlib.suppress(OSError):  # it has hung up already
            stream.socket.shutdown(socket.SHUT_RDWR)
