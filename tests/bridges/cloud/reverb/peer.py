"""A WebSocket server that is played by hand, event by event."""

from __future__ import annotations

from typing import TypeVar

import trio
from trio.testing import memory_stream_pair
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, Event, Request

E = TypeVar("E", bound=Event)


class Peer:
    """The far end of `near`."""

    def __init__(
        self, near: trio.abc.Stream | None = None, far: trio.abc.Stream | None = None
    ) -> None:
        if near is None or far is None:
            near, far = memory_stream_pair()
        self.near, self.far = near, far
        self._protocol = WSConnection(ConnectionType.SERVER)
        self._events: list[Event] = []

    async def expect(self, kind: type[E]) -> E:
        """Return the next event, which must be of this kind."""
        while not self._events:
            data = await self.far.receive_some()
            assert data, f"the client hung up instead of {kind.__name__}"
            self._protocol.receive_data(bytes(data))
            self._events += self._protocol.events()
        event = self._events.pop(0)
        assert isinstance(event, kind)
        return event

    async def expect_hanging_up(self) -> None:
        assert await self.far.receive_some() == b""

    async def send(self, *events: Event) -> None:
        """Send all of them in one piece."""
        await self.far.send_all(b"".join(self._protocol.send(event) for event in events))

    async def agree(self) -> Request:
        """Accept the client's request for a WebSocket."""
        request = await self.expect(Request)
        await self.send(AcceptConnection())
        return request

    async def agree_and_say(self, garbage: bytes) -> None:
        """Accept, then send any bytes, and hang up."""
        await self.agree()
        await self._say(garbage)

    async def answer(self, garbage: bytes) -> None:
        """Answer the client's request with any bytes, and hang up."""
        await self.expect(Request)
        await self._say(garbage)

    async def _say(self, garbage: bytes) -> None:
        await self.far.send_all(garbage)
        await self.far.aclose()
