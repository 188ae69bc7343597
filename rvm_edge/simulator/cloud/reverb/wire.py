"""One connection's WebSocket protocol, without its socket: bytes in, what happened out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
from wsproto import ConnectionType, WSConnection
from wsproto.connection import ConnectionState
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    Pong,
    Request,
    TextMessage,
)
from wsproto.utilities import ProtocolError

MOST_BYTES = 10_000
"""Reverb's ``max_message_size``."""

_TOO_BIG = 1009


class Asked(msgspec.Struct, frozen=True):
    """A client asks for a WebSocket; it is not answered yet.

    Attributes:
        path: with its query.
        origin: of the page that asks, or "".
    """

    path: str
    origin: str


class Said(msgspec.Struct, frozen=True):
    """A whole message came."""

    text: str


class Beat(msgspec.Struct, frozen=True):
    """A ping or pong of the WebSocket protocol itself came; a ping is answered already."""


class Over(msgspec.Struct, frozen=True):
    """No more messages come: the client closed, or broke the protocol."""


Happening = Asked | Said | Beat | Over


class Wire:
    """The server's side of one connection."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        """Begin.

        Args:
            write: takes what goes to the client.
        """
        self._write = write
        self._protocol = WSConnection(ConnectionType.SERVER)
        self._parts: list[bytes] = []
        self._size = 0

    @property
    def is_open(self) -> bool:
        """Whether messages may be sent."""
        return self._protocol.state is ConnectionState.OPEN

    def accept(self) -> None:
        """Answer a client who asked."""
        self._send(AcceptConnection())

    def say(self, text: str) -> None:
        """Send a message, if the connection is open."""
        if self.is_open:
            self._send(TextMessage(text))

    def beat(self) -> None:
        """Send a ping of the WebSocket protocol, if the connection is open."""
        if self.is_open:
            self._send(Ping())

    def close(self, code: int, reason: str = "") -> None:
        """Begin to close in good order, if the connection is open."""
        if self.is_open:
            self._send(CloseConnection(code, reason))

    def feed(self, data: bytes | bytearray) -> Iterator[Happening]:
        """Take what came from the client."""
        try:
            self._protocol.receive_data(bytes(data))
            for event in self._protocol.events():
                yield from self._happenings(event)
        except ProtocolError:
            yield Over()

    def _happenings(self, event: Event) -> Iterator[Happening]:
        if isinstance(event, Request):
            origin = dict(event.extra_headers).get(b"origin", b"")
            yield Asked(event.target, origin.decode("latin-1"))
        elif isinstance(event, (BytesMessage, TextMessage)):
            yield from self._message(event)
        elif isinstance(event, Ping):
            if self.is_open:
                self._send(event.response())
            yield Beat()
        elif isinstance(event, Pong):
            yield Beat()
        elif isinstance(event, CloseConnection):
            if self._protocol.state is ConnectionState.REMOTE_CLOSING:
                self._send(event.response())
            yield Over()

    def _message(self, event: BytesMessage | TextMessage) -> Iterator[Happening]:
        data = event.data
        self._parts.append(data.encode() if isinstance(data, str) else bytes(data))
        self._size += len(self._parts[-1])
        if self._size > MOST_BYTES:
            self._parts.clear()
            self.close(_TOO_BIG)
        elif event.message_finished:
            text = b"".join(self._parts).decode(errors="replace")
            self._parts.clear()
            self._size = 0
            if self.is_open:
                yield Said(text)

    def _send(self, event: Event) -> None:
        self._write(self._protocol.send(event))
