"""The simulated server on real sockets: hypercorn behind a network that can fail."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import cast

import trio
from hypercorn.config import Config
from hypercorn.trio import serve
from hypercorn.typing import ASGIFramework

from rvm_edge.simulator.cloud.app import build_app
from rvm_edge.simulator.cloud.certificates import Authority
from rvm_edge.simulator.cloud.doorway import Doorway
from rvm_edge.simulator.cloud.finishing import finishing
from rvm_edge.simulator.cloud.server import CloudServer
from rvm_edge.simulator.cloud.wire_faults import FaultyNetwork

_GRACE_S = 1.0
_STALL_MS = 3000
_IDLE_S = 75.0


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
    config, backend_port = _configured(server, tls)
    stop = trio.Event()
    failure: BaseException | None = None
    app = finishing(cast("ASGIFramework", build_app(server)))
    with Doorway(host, port) as doorway:
        server.site.origin = f"{scheme}://{host}:{doorway.port}"
        server.direct_origin = f"{scheme}://127.0.0.1:{backend_port}"
        async with trio.open_nursery() as behind:
            await behind.start(
                partial(
                    serve,
                    app,
                    config,
                    shutdown_trigger=stop.wait,
                    mode="asgi",
                )
            )
            async with trio.open_nursery() as before:
                FaultyNetwork(doorway, backend_port, server.conduct, server.wires, before).start()
                try:
                    yield server.site.origin
                except BaseException as error:  # noqa: BLE001 - raised again, in no group
                    failure = error
                before.cancel_scope.cancel()
            stop.set()  # every connection is gone by now, so there is nobody to wait for
    server.direct_origin = ""
    if failure is not None:
        raise failure


def _configured(server: CloudServer, tls: Authority | None) -> tuple[Config, int]:
    behind = socket.socket()
    behind.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _STALL_MS)
    behind.bind(("127.0.0.1", 0))
    port: int = behind.getsockname()[1]
    config = _Config()
    config.bind = [f"fd://{behind.detach()}"]
    config.accesslog = config.errorlog = None
    config.graceful_timeout = _GRACE_S
    config.keep_alive_timeout = _IDLE_S
    config.alpn_protocols = ["http/1.1"]  # a wire ends with its one reply
    if tls is not None:
        config.context = tls.server_context(lambda: server.conduct.certificate)
    return config, port


class _Config(Config):
    """Hypercorn's settings, with a TLS context that was made elsewhere."""

    context: ssl.SSLContext | None = None

    @property
    def ssl_enabled(self) -> bool:
        """Whether to speak TLS."""
        return self.context is not None

    def create_ssl_context(self) -> ssl.SSLContext | None:
        """Return the context."""
        return self.context
