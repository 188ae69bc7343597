"""The simulated server on real sockets: hypercorn behind a network that can fail."""

from __future__ import annotations

import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import trio
from hypercorn.config import Config
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ASGIFramework, ConnectionState
from hypercorn.utils import wrap_app

from rvm_edge.background import background_tasks
from rvm_edge.http_caller import serve_caller
from rvm_edge.simulator.cloud.app import build_app
from rvm_edge.simulator.cloud.certificates import Authority
from rvm_edge.simulator.cloud.doorway import Doorway
from rvm_edge.simulator.cloud.finishing import finishing
from rvm_edge.simulator.cloud.server import CloudServer
from rvm_edge.simulator.cloud.wire_faults import FaultyNetwork

_STALL_MS = 3000
_IDLE_S = 75.0
_LOG = logging.getLogger(__name__)


@asynccontextmanager
async def serving(
    server: CloudServer,
    *,
    tls: Authority | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
) -> AsyncIterator[str]:
    """Serve until the block is left, and yield the server's origin.

    Args:
        server: whom.
        tls: whose certificates it shows; None for plain HTTP.
        host: the IPv4 address to be reached at.
        port: 0 for any free one.

    Raises:
        OSError: the port cannot be had.
    """
    scheme = "https" if tls else "http"
    callers = _Callers(server, tls)
    with Doorway(host, port) as doorway:
        listener, backend_port = _listening()
        server.site.origin = f"{scheme}://{host}:{doorway.port}"
        server.direct_origin = f"{scheme}://127.0.0.1:{backend_port}"
        try:
            async with background_tasks() as behind:
                await behind.start(trio.serve_listeners, callers.serve, [listener])
                async with background_tasks() as before:  # ends first, and every connection with it
                    network = FaultyNetwork(
                        doorway, backend_port, server.conduct, server.wires, before
                    )
                    network.start()
                    yield server.site.origin
        finally:
            server.direct_origin = ""


def _listening() -> tuple[trio.SocketListener, int]:
    behind = socket.socket()
    behind.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _STALL_MS)
    behind.bind(("127.0.0.1", 0))
    behind.listen()
    port: int = behind.getsockname()[1]
    return trio.SocketListener(trio.socket.from_stdlib_socket(behind)), port


class _Callers:
    """Serves whoever calls, with whichever certificate the server shows."""

    def __init__(self, server: CloudServer, tls: Authority | None) -> None:
        self._config = Config()
        self._config.accesslog = self._config.errorlog = None
        self._config.keep_alive_timeout = _IDLE_S
        self._context = WorkerContext(None)
        self._app = wrap_app(finishing(cast("ASGIFramework", build_app(server))), 0, "asgi")
        self._tls = None if tls is None else tls.server_context(lambda: server.conduct.certificate)

    async def serve(self, stream: trio.SocketStream) -> None:
        """Serve one connection."""
        wire = cast("trio.SSLStream[trio.SocketStream]", stream)  # hypercorn takes both
        if self._tls is not None:
            wire = trio.SSLStream(stream, self._tls, server_side=True, https_compatible=True)
        caller = TCPServer(self._app, self._config, self._context, ConnectionState({}), wire)
        error = await serve_caller(caller)
        if error is not None:
            _LOG.debug("a client sent what is no HTTP", exc_info=error)
