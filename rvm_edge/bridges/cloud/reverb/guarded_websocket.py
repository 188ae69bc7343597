"""A WebSocket over trio-websocket 0.12.2, with that library's known faults contained.

* A ping that arrives while we close raises in the library's reader and cancels whatever shares its
  nursery (https://github.com/python-trio/trio-websocket/issues/184, fix unmerged in #198). Such a
  ping is passed over here, the reader has a nursery of its own, and nothing that it raises leaves
  this module.
* A handshake that the server cuts short, or answers with an error of HTTP whose length it does not
  give, is waited for until a time-out. Here its end ends the wait, and the status is told.
* A connection that ended badly is not closed: its socket stays open. Here it is always closed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio
import wsproto
from trio_websocket import ConnectionClosed, ConnectionRejected, WebSocketConnection
from wsproto.connection import ConnectionState
from wsproto.events import Ping, RejectConnection

from rvm_edge.background import background_tasks
from rvm_edge.bridges.cloud.reverb.address import ReverbAddress
from rvm_edge.bridges.cloud.reverb.errors import (
    MOST_SHOWN,
    ReverbTroubleError,
    retry_after,
)
from rvm_edge.bridges.cloud.reverb.frames import MOST_BYTES
from rvm_edge.one_line import one_line

CLOSE_S = 2.0
"""How long a server is waited for that we say good-bye to."""

SEND_S = 5.0
"""How long one small message may take to leave."""

_ABNORMAL = 1006


class _Connection(WebSocketConnection):
    """The library's connection, with its private half made usable and two handlers mended."""

    async def _handle_ping_event(self, event: Ping) -> None:
        if self._wsproto.state is ConnectionState.OPEN:
            await super()._handle_ping_event(event)

    async def _handle_reject_connection_event(self, event: RejectConnection) -> None:
        raise ConnectionRejected(event.status_code, tuple(event.headers), body=None)

    async def read(self) -> None:
        """Read until the connection ends."""
        await self._reader_task()

    async def opened(self) -> None:
        """Return once the server agreed to speak WebSocket."""
        await self._open_handshake.wait()

    @property
    def is_open(self) -> bool:
        """Whether the server agreed, and nobody closes."""
        return self._open_handshake.is_set() and self._close_reason is None


class GuardedWebSocket:
    """One open WebSocket."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._waiting = trio.CancelScope()
        self._usable = True
        self._why = ""

    async def send(self, text: str) -> None:
        """Send a message.

        Raises:
            ReverbTroubleError: the connection is lost, or takes nothing.
        """
        with trio.move_on_after(SEND_S):
            try:
                await self._connection.send_message(text)
            except (ConnectionClosed, wsproto.utilities.LocalProtocolError) as closed:
                raise self._lost() from closed
            return
        self._usable = False  # half of a message may have left
        raise ReverbTroubleError("the connection takes no more data")

    async def receive(self) -> str | bytes:
        """Return the next message, waiting for one. May be cancelled without losing one.

        Raises:
            ReverbTroubleError: the connection is lost.
        """
        try:
            return await self._connection.get_message()
        except ConnectionClosed as closed:
            raise self._lost() from closed

    async def read(self) -> None:
        """Read until the connection ends; then wake whoever waits for it to open or close."""
        try:
            await self._connection.read()
        except ConnectionRejected as rejected:
            self._why = f"the server answers HTTP {rejected.status_code} instead of a WebSocket"
        except Exception as broken:  # noqa: BLE001 - wsproto and h11 raise all kinds over nonsense
            self._why = f"the server breaks the protocol: {type(broken).__name__}"
        self._usable = False
        self._waiting.cancel()

    async def open(self) -> None:
        """Return once the server agreed to speak WebSocket.

        Raises:
            ReverbTroubleError: it did not.
        """
        with self._waiting:
            await self._connection.opened()
        if not self._connection.is_open:
            raise ReverbTroubleError(self._why or "the server speaks no WebSocket, or hung up")

    async def close(self) -> None:
        """Say good-bye, and give the server a moment to answer."""
        if self._usable and self._connection.is_open:
            with trio.move_on_after(CLOSE_S) as self._waiting:
                await self._connection.aclose()

    def _lost(self) -> ReverbTroubleError:
        closed = self._connection.closed
        if self._why or closed is None:
            return ReverbTroubleError(self._why or "the connection was lost")
        if closed.code == _ABNORMAL:
            return ReverbTroubleError("the connection was lost: closed without a word")
        words = one_line(closed.reason or "", MOST_SHOWN) or closed.name.lower()
        why = f"the connection was closed: {words} ({closed.code})"
        return ReverbTroubleError(why, retry_after(closed.code))


@asynccontextmanager
async def open_websocket(
    stream: trio.abc.Stream, address: ReverbAddress, deadline_s: float
) -> AsyncIterator[GuardedWebSocket]:
    """Speak WebSocket over a stream while inside; then close both.

    Args:
        stream: connected, and with TLS where there is any.
        address: what to ask for.
        deadline_s: until when the server may take to agree, by trio's clock.

    Raises:
        ReverbTroubleError: the server does not agree.
    """
    connection = _Connection(
        stream,
        wsproto.WSConnection(wsproto.ConnectionType.CLIENT),
        host=address.authority,
        path=address.target,
        client_extra_headers=[(b"Origin", address.origin.encode())],
        max_message_size=MOST_BYTES,
    )
    websocket = GuardedWebSocket(connection)
    try:
        async with background_tasks() as nursery:
            nursery.start_soon(websocket.read)
            try:
                with trio.CancelScope(deadline=deadline_s) as patience:
                    await websocket.open()
                if patience.cancelled_caught:
                    raise ReverbTroubleError("the server does not answer")
                yield websocket
            finally:
                await websocket.close()
    finally:
        await trio.aclose_forcefully(stream)
