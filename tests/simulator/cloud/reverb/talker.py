"""A bare WebSocket client that says anything, and hears everything as it came."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
import trio
import trio_websocket

PATIENCE_S = 30.0


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the server said; `data` still encoded."""

    event: str
    data: msgspec.Raw = msgspec.Raw(b"")
    channel: str | None = None


class Talker:
    """One connection."""

    def __init__(self, websocket: trio_websocket.WebSocketConnection) -> None:
        self._websocket = websocket

    async def say(self, text: str) -> None:
        await self._websocket.send_message(text)

    async def beat(self) -> None:
        with trio.fail_after(PATIENCE_S):
            await self._websocket.ping()

    async def hear(self) -> str:
        """Return the next message, byte for byte."""
        with trio.fail_after(PATIENCE_S):
            message = await self._websocket.get_message()
        assert isinstance(message, str)
        return message

    async def hear_payload(self) -> str:
        """Return the payload of the next message, which must be a text."""
        return msgspec.json.decode(
            msgspec.json.decode(await self.hear(), type=Message).data, type=str
        )

    async def socket_id(self) -> str:
        """Be welcomed."""
        data = msgspec.json.decode(await self.hear_payload(), type=dict[str, str | int])
        return str(data["socket_id"])

    async def closing_code(self) -> int:
        """Return with which code the connection ended, when it has."""
        with trio.fail_after(PATIENCE_S), pytest.raises(trio_websocket.ConnectionClosed) as closed:
            await self._websocket.get_message()
        assert closed.value.reason is not None
        return closed.value.reason.code

    async def subscribe(self, channel: str, auth: str | None = None) -> None:
        wish = {"channel": channel} if auth is None else {"channel": channel, "auth": auth}
        message = {"event": "pusher:subscribe", "data": wish}
        await self.say(msgspec.json.encode(message).decode())


@asynccontextmanager
async def talking(
    port: int,
    path: str = "/app/key?protocol=7",
    *,
    tls: ssl.SSLContext | None = None,
    origin: str = "",
) -> AsyncIterator[Talker]:
    """Connect to a server on this computer."""
    stream: trio.SSLStream[trio.SocketStream] | trio.SocketStream
    if tls is None:
        stream = await trio.open_tcp_stream("127.0.0.1", port)
    else:
        stream = await trio.open_ssl_over_tcp_stream("127.0.0.1", port, ssl_context=tls)
    async with talking_over(stream, path, origin) as talker:
        yield talker


@asynccontextmanager
async def talking_over(
    stream: trio.abc.Stream, path: str = "/app/key", origin: str = ""
) -> AsyncIterator[Talker]:
    """Connect over a stream that is there already."""
    headers = [(b"Origin", origin.encode())] if origin else []
    try:
        async with trio.open_nursery() as nursery:
            with trio.fail_after(PATIENCE_S):
                websocket = await trio_websocket.wrap_client_stream(
                    nursery,
                    stream,  # type: ignore[arg-type] # any stream will do
                    "127.0.0.1",
                    path,
                    extra_headers=headers,
                    max_message_size=100_000,
                )
            yield Talker(websocket)
            nursery.cancel_scope.cancel()
    finally:
        await trio.aclose_forcefully(stream)
