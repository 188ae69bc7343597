"""Serves the set-up page over TLS: hypercorn speaks HTTP, on connections that are counted here."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

import trio
from hypercorn.config import Config
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ASGIFramework, ConnectionState
from hypercorn.utils import wrap_app

from rvm_edge.http_caller import serve_caller
from rvm_edge.provisioning.wizard.callers import Callers

GRACE_S: Final = 2.0
"""So long an answer that is on its way may still arrive when the page closes."""

READ_S: Final = 120
"""The doctor's round takes a while, and the browser says nothing meanwhile."""

HANDSHAKE_S: Final = 10.0
IDLE_S: Final = 15.0
_HEADER_BYTES: Final = 16 * 1024
_LOG = logging.getLogger(__name__)


class PageServer:
    """Serves one application to a bounded number of callers."""

    def __init__(self, app: ASGIFramework, context: ssl.SSLContext, callers: Callers) -> None:
        """Prepare.

        Args:
            app: answers.
            context: shows the certificate.
            callers: bounds who is connected.
        """
        config = Config()
        config.accesslog = config.errorlog = None
        config.include_server_header = False
        config.h11_max_incomplete_size = _HEADER_BYTES
        config.h2_max_concurrent_streams = 1  # unasked, and bodies of a hundred at once otherwise
        config.keep_alive_timeout = IDLE_S
        config.read_timeout = READ_S
        config.ssl_handshake_timeout = HANDSHAKE_S
        self._config = config
        self._app = wrap_app(app, 0, "asgi")
        self._tls = context
        self._callers = callers
        self._context = WorkerContext(None)
        self._has_grumbled = False

    async def run(
        self,
        listening: socket.socket,
        over: Callable[[], Awaitable[object]],
        *,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Serve until `over` returns, and what is on its way then; or until cancelled.

        Args:
            listening: listens.
            over: returns when nobody is to be let in any more.
            task_status: told once whoever comes is let in.
        """
        listener = trio.SocketListener(trio.socket.from_stdlib_socket(listening))
        async with trio.open_nursery() as house:
            house.start_soon(self._hang_up_at_the_end)
            accepting = partial(
                trio.serve_listeners, self._serve, [listener], handler_nursery=house
            )
            async with trio.open_nursery() as door:
                await door.start(accepting)
                task_status.started()
                await over()
                door.cancel_scope.cancel()
            await self._context.terminated.set()
            with trio.move_on_after(GRACE_S):
                await self._callers.wait_gone()
            house.cancel_scope.cancel()

    async def _serve(self, stream: trio.SocketStream) -> None:
        try:
            address = stream.socket.getpeername()[0]
        except OSError:  # hung up before anybody looked
            await trio.aclose_forcefully(stream)
            return
        tls = trio.SSLStream(stream, self._tls, server_side=True, https_compatible=True)
        server = TCPServer(self._app, self._config, self._context, ConnectionState({}), tls)
        with self._callers.holding(stream, address):
            try:
                self._grumble(await serve_caller(server))
            finally:
                await trio.aclose_forcefully(stream)

    def _grumble(self, error: Exception | None) -> None:
        """Log what a caller broke in hypercorn: once, so that nobody fills the log."""
        if error is not None and not self._has_grumbled:
            self._has_grumbled = True
            _LOG.warning("a caller of the set-up page sent what is no HTTP", exc_info=error)

    async def _hang_up_at_the_end(self) -> None:
        """Hang up when cancelled: hypercorn shields its writes, and one may be waited for."""
        try:
            await trio.sleep_forever()
        finally:
            self._callers.hang_up()
