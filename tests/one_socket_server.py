"""A web server for the tests: one answer a connection, on a real socket of this computer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import trio

from rvm_edge.background import background_tasks

MOST_HEAD_BYTES = 65_536


@dataclass(frozen=True)
class Answer:
    """What a request gets.

    Attributes:
        body: as it is.
        kind: its media type.
        status: of HTTP.
    """

    body: bytes
    kind: str = "text/html"
    status: int = 200


@asynccontextmanager
async def serving(answer: Callable[[str], Answer]) -> AsyncIterator[int]:
    """Serve while inside, and yield the port.

    Args:
        answer: gets the request's target, byte for byte.
    """

    async def one(stream: trio.SocketStream) -> None:
        async with stream:
            head = b""
            while b"\r\n\r\n" not in head:
                some = await stream.receive_some(4096)
                if not some or len(head) > MOST_HEAD_BYTES:
                    return
                head += some
            given = answer(head.split(b" ", 2)[1].decode())
            lines = f"HTTP/1.1 {given.status} x\r\nContent-Type: {given.kind}\r\nConnection: close"
            length = f"Content-Length: {len(given.body)}"
            await stream.send_all(f"{lines}\r\n{length}\r\n\r\n".encode() + given.body)

    (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
    async with background_tasks() as nursery:
        nursery.start_soon(trio.serve_listeners, one, [listener])
        yield listener.socket.getsockname()[1]
