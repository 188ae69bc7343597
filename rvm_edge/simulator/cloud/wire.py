"""One connection between a client and the server, which can be cut, frozen and held back."""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from enum import Enum

import msgspec
import trio

_LINGER_NOT = struct.pack("ii", 1, 0)
"""Makes the kernel send a reset instead of a proper goodbye."""


class Ending(Enum):
    """How a held reply ends."""

    CLOSED = "closed"
    RESET = "reset"
    SILENT = "silent"


class Fate(msgspec.Struct, frozen=True):
    """What the client gets of a reply that is held back.

    Attributes:
        leaves_out: how many bytes at its end are never sent; None for all of them.
        copies: how often it is sent.
        pieces: in how many pieces.
        apart_s: the pause before each piece.
        ending: what happens then.
    """

    leaves_out: int | None = 0
    copies: int = 1
    pieces: int = 1
    apart_s: float = 0.0
    ending: Ending = Ending.CLOSED


class Flow:
    """Whether packets pass. Shared by all wires of a server."""

    def __init__(self) -> None:
        self._passes = trio.Event()
        self._passes.set()

    def stop(self) -> None:
        """Let nothing through from now on."""
        if self._passes.is_set():
            self._passes = trio.Event()

    def go_on(self) -> None:
        """Let everything through again, with what has waited."""
        self._passes.set()

    async def passed(self) -> None:
        """Wait until packets pass."""
        await self._passes.wait()


class Wire:
    """One connection. It ends when either side does."""

    def __init__(
        self, client: trio.SocketStream, backend: trio.SocketStream, flow: Flow, client_host: str
    ) -> None:
        self.client_host = client_host
        self._client = client
        self._backend = backend
        self._flow = flow
        self._fate: Fate | None = None
        self._frozen = False
        self._scope = trio.CancelScope()

    async def carry(self) -> None:
        """Carry bytes both ways until an end is closed, then close the other."""
        try:
            with self._scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._upwards)
                    await self._downwards()
                    nursery.cancel_scope.cancel()
        finally:
            self._client.socket.close()
            self._backend.socket.close()

    def reset(self) -> None:
        """Break the connection at once."""
        with suppress(OSError):  # the client may have gone first
            self._client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        self._client.socket.close()
        self._scope.cancel()

    def freeze(self) -> None:
        """Swallow whatever is still said on it, in both directions, until the client gives up."""
        self._frozen = True

    def hold(self, fate: Fate) -> None:
        """Hold the coming reply back until the server has closed its end, then do this to it."""
        self._fate = fate

    async def _upwards(self) -> None:
        """Carry what the client says. Nothing follows from its end but the end of the wire."""
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            async for said in self._client:
                await self._flow.passed()
                if not self._frozen:
                    await self._backend.send_all(said)
        self._scope.cancel()

    async def _downwards(self) -> None:
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            held = bytearray()
            async for said in self._backend:
                await self._flow.passed()
                if self._fate is not None:
                    held += said
                elif not self._frozen:
                    await self._client.send_all(said)
            if self._frozen:
                await trio.sleep_forever()
            if self._fate is not None:
                await self._befall(bytes(held), self._fate)

    async def _befall(self, reply: bytes, fate: Fate) -> None:
        size = len(reply)
        coming = reply[: 0 if fate.leaves_out is None else max(0, size - fate.leaves_out)]
        step = max(1, -(-len(coming) // fate.pieces))
        for _ in range(fate.copies):
            for start in range(0, len(coming), step):
                await trio.sleep(fate.apart_s)
                await self._flow.passed()
                await self._client.send_all(coming[start : start + step])
        if fate.ending is Ending.SILENT:
            await trio.sleep_forever()
        if fate.ending is Ending.RESET:
            self.reset()


class Wires:
    """The wires that are open, by the port from which they reach the server."""

    def __init__(self) -> None:
        self._by_port: dict[int, Wire] = {}

    def find(self, port: int) -> Wire | None:
        """Return the wire that ends at this port; None for a connection without one."""
        return self._by_port.get(port)

    def add(self, port: int, wire: Wire) -> None:
        """Take a wire in."""
        self._by_port[port] = wire

    def drop(self, port: int) -> None:
        """Forget a wire that has ended."""
        self._by_port.pop(port, None)

    def reset(self) -> None:
        """Break all of them."""
        for wire in tuple(self._by_port.values()):
            wire.reset()
