"""The port itself: on this machine's loopback, for a few connections, until cancelled."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from typing import Final

import trio

from rvm_edge.bridges.local.address import listening_socket
from rvm_edge.bridges.local.admission import Admission
from rvm_edge.bridges.local.http_connection import HttpServer
from rvm_edge.bridges.port8003.app import build_app
from rvm_edge.bridges.port8003.deposits import Deposits

NUMBER: Final = 8003
"""Where the server's kiosk page (its development version) asks."""

MOST_CONNECTIONS: Final = 16
CONNECTION_S: Final = 300.0
"""A trigger may wait as long as a deposit does."""

_BUFFER_BYTES = 16 * 1024
_EXHAUSTED_S = 0.1


class Port8003:
    """Answers the server's kiosk page as the predecessor did, from what the chart does."""

    def __init__(
        self,
        deposits: Deposits,
        kiosk_url: Callable[[], str],
        *,
        port: int = NUMBER,
        origins: Iterable[str] = (),
    ) -> None:
        """Prepare; nothing is opened before `run`.

        Args:
            deposits: the machine's.
            kiosk_url: tells the server's page for this screen, byte for byte; "" while there is
                none. Pages from there may use the port.
            port: 0 for any free one.
            origins: of other pages that may.
        """
        self._deposits = deposits
        self._kiosk_url = kiosk_url
        self._port = port
        self._origins = tuple(origins)
        self._connections = 0

    async def run(self, *, task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED) -> None:
        """Serve until cancelled; started, with the port, once the page can come.

        Raises:
            AddressRefusedError: it cannot be listened there.
        """
        with listening_socket("127.0.0.1", self._port, _BUFFER_BYTES) as listener:
            port = int(listener.getsockname()[1])
            app = build_app(self._deposits, Admission(port, self._origins), self._kiosk_url)
            server = HttpServer(app)
            async with trio.open_nursery() as nursery:
                task_status.started(port)
                while True:
                    await trio.lowlevel.wait_readable(listener)
                    try:
                        sock, _ = listener.accept()
                    except OSError:  # the client has gone again, or others must leave first
                        await trio.sleep(_EXHAUSTED_S)
                        continue
                    nursery.start_soon(self._serve, server, sock)

    async def _serve(self, server: HttpServer, sock: socket.socket) -> None:
        with sock:
            if self._connections >= MOST_CONNECTIONS:
                return
            self._connections += 1
            try:
                sock.setblocking(False)
                await server.serve(sock, CONNECTION_S)
            finally:
                self._connections -= 1
