"""The port that clients connect to: it can be open, refuse everybody, or let nobody through."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from types import TracebackType

import trio

_BACKLOG = 128
_FILLERS = 4


class Doorway:
    """One TCP port, kept for as long as this lives. It refuses until it is opened.

    Attributes:
        host: its address.
        port: its number.
    """

    def __init__(self, host: str, port: int) -> None:
        """Take the port.

        Args:
            host: an IPv4 address.
            port: 0 for any free one.

        Raises:
            OSError: it cannot be had.
        """
        self.host = host
        self._see_that_nobody_has(port)
        self._anchor = self._bound(port)  # never listens; keeps the port while nobody does
        self.port: int = self._anchor.getsockname()[1]
        self._open: trio.SocketListener | None = None
        self._blocked = ExitStack()

    def __enter__(self) -> Doorway:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.refuse()
        self._anchor.close()

    def open(self) -> trio.SocketListener:
        """Listen; whoever waits on the listener is told when it is closed again."""
        self.refuse()
        sock = self._bound(self.port)
        sock.listen(_BACKLOG)
        self._open = trio.SocketListener(trio.socket.from_stdlib_socket(sock))
        return self._open

    def refuse(self) -> None:
        """Refuse connections; those that were let in stay."""
        self._blocked.close()
        if self._open is not None:
            self._open.socket.close()
            self._open = None

    def block(self) -> None:
        """Let nobody through, as if packets were lost.

        This is a listener that never accepts and whose queue is full: Linux drops what else wants
        to connect, and clients try until their time is up.
        """
        self.refuse()
        sock = self._blocked.enter_context(self._bound(self.port))
        sock.listen(0)
        for _ in range(_FILLERS):
            filler = self._blocked.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex((self.host, self.port))

    def _see_that_nobody_has(self, port: int) -> None:
        """Sockets that share a port, as ours do, would share it with another simulator's, too.

        Raises:
            OSError: somebody listens there.
        """
        with socket.socket() as alone:
            alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            alone.bind((self.host, port))

    def _bound(self, port: int) -> socket.socket:
        sock = socket.socket()
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            sock.bind((self.host, port))
        except OSError:
            sock.close()
            raise
        return sock
