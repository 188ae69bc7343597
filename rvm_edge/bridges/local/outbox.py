"""What goes out to one client: written at once, never waited for.

The socket is written from where an event happens, without a task in between: that is what makes
telling a hundred clients as cheap as a hundred system calls. Only what the kernel does not take
waits here, within bounds.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable

import trio


class Outbox:
    """The way out of one non-blocking socket."""

    def __init__(self, sock: socket.socket, most_bytes: int, on_full: Callable[[], None]) -> None:
        """Prepare.

        Args:
            sock: non-blocking.
            most_bytes: how much may wait here.
            on_full: called once, when more has to wait: from then on nothing is written any more.
        """
        self._sock = sock
        self._most_bytes = most_bytes
        self._on_full = on_full
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._begun = trio.Event()  # something waits, or nothing ever will
        self._emptied = trio.Event()  # nothing waits
        self._emptied.set()
        self._dead = False

    @property
    def waiting_bytes(self) -> int:
        """How much the kernel did not take yet."""
        return self._waiting_bytes

    def write(self, data: bytes) -> None:
        """Send `data` behind what waits already; nothing at all once the client is gone."""
        if self._dead:
            return
        if not self._waiting:
            sent = self._send(data)
            if sent == len(data):
                return
            data = data[sent:]
        if not self._waiting:
            self._emptied = trio.Event()
            self._begun.set()
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        if self._waiting_bytes > self._most_bytes:
            self._give_up()
            self._on_full()

    async def drain(self) -> None:
        """Send what waits, whenever the kernel takes more, while the client is there."""
        while not self._dead:
            await self._begun.wait()
            while self._waiting:
                await trio.lowlevel.wait_writable(self._sock)
                self._send_waiting()
            self._begun = trio.Event()
            self._emptied.set()

    async def wait_empty(self) -> None:
        """Return once nothing waits; `drain` has to run meanwhile."""
        await self._emptied.wait()

    def _send_waiting(self) -> None:
        while self._waiting:
            first = self._waiting[0]
            sent = self._send(first)
            if self._dead or sent == 0:
                return
            self._waiting_bytes -= sent
            if sent < len(first):
                self._waiting[0] = first[sent:]
                return
            self._waiting.popleft()

    def _send(self, data: bytes) -> int:
        """Hand to the kernel what it takes now; a client that is gone takes everything."""
        try:
            return self._sock.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            self._give_up()
            return len(data)

    def _give_up(self) -> None:
        self._dead = True
        self._waiting.clear()
        self._waiting_bytes = 0
        self._begun.set()
        self._emptied.set()
