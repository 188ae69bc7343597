"""A WebSocket to the local bridge, over wsproto alone: one task reads, and every send is short.

The keeper needs so little of a WebSocket that this is shorter than containing what trio-websocket
0.12.2 does when a connection is cut.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import trio
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    CloseConnection,
    Event,
    Message,
    Ping,
    RejectConnection,
    Request,
    TextMessage,
)
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from rvm_edge.kiosk.keeper.bridge_wire import SUBPROTOCOL

MOST_CHARS: Final = 256 * 1024
"""The longest message that is believed: a snapshot is a few thousand."""

OPENING_S: Final = 3.0
SEND_S: Final = 1.0

_READ_BYTES = 16 * 1024


class BridgeLostError(Exception):
    """The bridge is not there, or no more. The message says why."""


class BridgeLine:
    """One open WebSocket."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self._stream = stream
        self._protocol = WSConnection(ConnectionType.CLIENT)
        self._events: deque[Event] = deque()
        self._sending = trio.Lock()
        self._text = ""

    async def open(self, port: int) -> None:
        """Shake hands.

        Raises:
            BridgeLostError: it does not come to that.
        """
        host = f"127.0.0.1:{port}"
        origin = (b"origin", f"http://{host}".encode())
        await self._send(
            Request(host=host, target="/ws", subprotocols=[SUBPROTOCOL], extra_headers=[origin])
        )
        answer = await self._next_event()
        if isinstance(answer, RejectConnection):
            raise BridgeLostError(f"the bridge answers HTTP {answer.status_code}")
        if not isinstance(answer, AcceptConnection):
            raise BridgeLostError("the bridge speaks no WebSocket")

    async def say(self, message: bytes) -> None:
        """Send a message.

        Raises:
            BridgeLostError: the bridge does not take it.
        """
        await self._send(TextMessage(data=message.decode()))

    async def hear(self) -> str:
        """Return the next message.

        Raises:
            BridgeLostError: there will be none.
        """
        while True:
            event = await self._next_event()
            if isinstance(event, TextMessage):
                self._text += event.data
                if len(self._text) > MOST_CHARS:
                    raise BridgeLostError("the bridge says more than is believed")
                if event.message_finished:
                    text, self._text = self._text, ""
                    return text
            elif isinstance(event, Ping):
                await self._send(event.response())
            elif isinstance(event, CloseConnection):
                raise BridgeLostError(f"the bridge has closed: {event.reason or event.code}")
            elif isinstance(event, Message):
                raise BridgeLostError("the bridge sends something else than text")

    async def _next_event(self) -> Event:
        try:
            while not self._events:
                some = await self._stream.receive_some(_READ_BYTES)
                self._protocol.receive_data(bytes(some) or None)
                self._events.extend(self._protocol.events())
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise BridgeLostError("the connection to the bridge is lost") from error
        except (RemoteProtocolError, LocalProtocolError) as error:
            raise BridgeLostError(f"the bridge breaks the protocol: {error}") from error
        return self._events.popleft()

    async def _send(self, event: Event) -> None:
        with trio.move_on_after(SEND_S, shield=True):  # never half a frame
            try:
                async with self._sending:
                    await self._stream.send_all(self._protocol.send(event))
            except (trio.BrokenResourceError, trio.ClosedResourceError, LocalProtocolError) as lost:
                raise BridgeLostError("the connection to the bridge is lost") from lost
            return
        raise BridgeLostError("the bridge takes nothing in")


@asynccontextmanager
async def bridge_line(port: int) -> AsyncIterator[BridgeLine]:
    """Speak with the bridge on this port while inside.

    Raises:
        BridgeLostError: it is not there.
    """
    stream = await _connect(port)
    try:
        line = BridgeLine(stream)
        with trio.move_on_after(OPENING_S) as patience:
            await line.open(port)
        if patience.cancelled_caught:
            raise BridgeLostError("the bridge does not answer")
        yield line
    finally:
        await trio.aclose_forcefully(stream)


async def _connect(port: int) -> trio.SocketStream:
    with trio.move_on_after(OPENING_S):
        try:
            return await trio.open_tcp_stream("127.0.0.1", port)
        except OSError as error:
            raise BridgeLostError("nobody listens: the machine does not run") from error
    raise BridgeLostError("nobody answers: the machine hangs")
