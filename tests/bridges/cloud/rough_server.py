"""A TCP server on the loopback that answers a request in whatever way a test wants."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import trio

Answer = Callable[[trio.abc.Stream], Awaitable[None]]


@dataclass
class RoughServer:
    """Where it listens, and what it heard.

    Attributes:
        origin: to be used as a server's address.
        heard: every request, whole or not.
    """

    origin: str
    heard: list[bytes] = field(default_factory=list)


@asynccontextmanager
async def rough_server(
    answer: Answer, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[RoughServer]:
    """Serve while inside.

    Args:
        answer: what happens on a connection once a request has been heard.
        tls: for a server that speaks TLS.
        host: what the origin calls it.
    """
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    port = listeners[0].socket.getsockname()[1]
    server = RoughServer(f"{'https' if tls else 'http'}://{host}:{port}")

    async def serve(tcp: trio.SocketStream) -> None:
        stream: trio.abc.Stream = tcp
        if tls is not None:
            stream = trio.SSLStream(tcp, tls, server_side=True, https_compatible=True)
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            async with stream:
                server.heard.append(await _request(stream))
                await answer(stream)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, serve, listeners)
        yield server
        nursery.cancel_scope.cancel()


async def _request(stream: trio.abc.Stream) -> bytes:
    """Read until the whole request is there, as its Content-Length says."""
    heard = b""
    while True:
        head, blank, body = heard.partition(b"\r\n\r\n")
        if blank and len(body) >= _content_length(head):
            return heard
        chunk = await stream.receive_some()
        if not chunk:
            return heard
        heard += chunk


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def whole(
    status: str = "200 OK",
    body: bytes = b'{"status":"success"}',
    content_type: str = "application/json",
    *headers: str,
) -> bytes:
    """Return a whole HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", *headers]
    lines += [f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode() + body


def saying(answer: bytes) -> Answer:
    """Return what sends these bytes and closes the connection."""

    async def say(stream: trio.abc.Stream) -> None:
        await stream.send_all(answer)

    return say
