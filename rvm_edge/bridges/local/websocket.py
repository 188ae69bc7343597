"""One WebSocket on a socket of ours: what comes is bounded, what goes is never waited for."""

from __future__ import annotations

import contextlib
import socket
from collections import deque
from collections.abc import Callable

import trio
from wsproto import ConnectionType, WSConnection
from wsproto.connection import ConnectionState
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    RejectConnection,
    RejectData,
    Request,
    TextMessage,
)
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from rvm_edge.bridges.local.bucket import Bucket
from rvm_edge.bridges.local.limits import Limits
from rvm_edge.bridges.local.messages import CloseCode
from rvm_edge.bridges.local.outbox import Outbox

_READ_BYTES = 4096
_REASON_BYTES = 123  # RFC 6455, section 5.5: what a close frame has room for beside its code


class GoneError(Exception):
    """The client has closed, or the connection is lost."""


class ViolationError(Exception):
    """The client did what it may not.

    Attributes:
        code: to close with.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class WebSocket:
    """A WebSocket, from its handshake on."""

    def __init__(self, sock: socket.socket, limits: Limits, on_full: Callable[[], None]) -> None:
        """Take over a connection on which nothing was read.

        Args:
            sock: non-blocking.
            limits: what is borne.
            on_full: called when too much waits for the client.
        """
        self.outbox = Outbox(sock, limits.waiting_bytes, on_full)
        self._sock = sock
        self._limits = limits
        self._bucket = Bucket(limits.messages_per_s, limits.burst, trio.current_time)
        self._protocol = WSConnection(ConnectionType.SERVER)
        self._texts: deque[str] = deque()
        self._begun: list[str] = []
        self._begun_chars = 0

    async def asked(self) -> Request:
        """Read the request for the handshake.

        Raises:
            GoneError: none came.
            ViolationError: it is none; `reject` it.
        """
        while True:
            try:
                self._protocol.receive_data(await self._received())
                for event in self._protocol.events():
                    if isinstance(event, Request):
                        return event
            except RemoteProtocolError as error:
                raise ViolationError(CloseCode.POLICY.value, str(error)) from error

    def accept(self, subprotocol: str | None) -> None:
        """Answer the handshake with yes."""
        self._send(AcceptConnection(subprotocol=subprotocol))

    def reject(self, status: int, why: str) -> None:
        """Answer the handshake with no."""
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(why.encode())).encode()),
            (b"connection", b"close"),
        ]
        with contextlib.suppress(LocalProtocolError):  # there was no request to answer
            self._send(RejectConnection(status_code=status, headers=headers, has_body=True))
            self._send(RejectData(data=why.encode()))

    async def next_text(self) -> str:
        """Return the next message.

        Raises:
            GoneError: there will be none.
            ViolationError: it is too long, no text, broken, or one too many.
        """
        while not self._texts:
            for event in self._events(await self._received()):
                self._take(event)
        return self._texts.popleft()

    def close(self, code: int, reason: str = "") -> None:
        """Begin to close; what waits goes first."""
        text = reason.encode()[:_REASON_BYTES].decode(errors="ignore")
        with contextlib.suppress(LocalProtocolError):  # it is closing already
            self._send(CloseConnection(code=code, reason=text))

    async def wait_closed(self) -> None:
        """Read on, and throw away, until the client has closed too."""
        with contextlib.suppress(GoneError, ViolationError):
            while True:
                for event in self._events(await self._received()):
                    if isinstance(event, CloseConnection):
                        return

    def _events(self, data: bytes) -> list[Event]:
        try:
            self._protocol.receive_data(data)
            return list(self._protocol.events())
        except (LocalProtocolError, RemoteProtocolError) as error:
            raise GoneError(str(error)) from error

    def _take(self, event: Event) -> None:
        if not self._bucket.take():
            raise ViolationError(CloseCode.POLICY.value, "too many messages")
        if isinstance(event, TextMessage):
            self._take_text(event)
        elif isinstance(event, BytesMessage):
            raise ViolationError(CloseCode.NOT_TEXT.value, "only text is understood here")
        elif isinstance(event, Ping):
            self._send(event.response())
        elif isinstance(event, CloseConnection):
            if self._protocol.state is ConnectionState.OPEN:  # wsproto's word for broken frames
                raise ViolationError(int(event.code), event.reason or "broken frames")
            if self._protocol.state is ConnectionState.REMOTE_CLOSING:
                self._send(event.response())
            raise GoneError("closed")

    def _take_text(self, event: TextMessage) -> None:
        self._begun.append(event.data)
        self._begun_chars += len(event.data)
        if self._begun_chars > self._limits.message_bytes:
            raise ViolationError(CloseCode.TOO_BIG.value, "the message is too long")
        if event.message_finished:
            self._texts.append("".join(self._begun))
            self._begun.clear()
            self._begun_chars = 0

    def _send(self, event: Event) -> None:
        self.outbox.write(self._protocol.send(event))

    async def _received(self) -> bytes:
        """Return some bytes.

        Raises:
            GoneError: there are no more.
        """
        while True:
            await trio.lowlevel.wait_readable(self._sock)
            try:
                data = self._sock.recv(_READ_BYTES)
            except BlockingIOError:
                continue
            except OSError as error:
                raise GoneError(str(error)) from error
            if not data:
                raise GoneError("the connection was closed")
            return data
