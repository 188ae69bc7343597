"""One connection of plain HTTP, given to hypercorn as it was accepted."""

from __future__ import annotations

import contextlib
import socket
from typing import cast

import trio
from hypercorn.config import Config
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ASGIFramework, ConnectionState
from hypercorn.utils import wrap_app

_IDLE_S = 5
_HEAD_BYTES = 16 * 1024


class HttpServer:
    """Serves an application over connections that somebody else accepts."""

    def __init__(self, app: ASGIFramework) -> None:
        config = Config()
        config.accesslog = config.errorlog = None
        config.alpn_protocols = ["http/1.1"]
        config.h11_max_incomplete_size = _HEAD_BYTES
        config.include_server_header = False
        config.keep_alive_timeout = _IDLE_S
        self._config = config
        self._app = wrap_app(app, 0, "asgi")
        self._context = WorkerContext(None)

    async def serve(self, sock: socket.socket, most_s: float) -> None:
        """Serve one connection until it is closed, idle, or `most_s` old.

        When this is cancelled it may be inside a write that hypercorn shields; shutting the socket
        down ends that at once.
        """
        stream = trio.SocketStream(trio.socket.from_stdlib_socket(sock))
        server = TCPServer(
            self._app,
            self._config,
            self._context,
            ConnectionState({}),
            cast("trio.SSLStream[trio.SocketStream]", stream),  # it takes both
        )
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_shut_down_when_over, sock, most_s)
            await server.run()
            nursery.cancel_scope.cancel()

    async def close(self) -> None:
        """Let idle connections go."""
        await self._context.terminated.set()


async def _shut_down_when_over(sock: socket.socket, most_s: float) -> None:
    try:
        await trio.sleep(most_s)
    finally:
        with contextlib.suppress(OSError):  # it is closed already
            sock.shutdown(socket.SHUT_RDWR)
