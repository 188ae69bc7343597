"""Accepts connections, and tells WebSockets from plain HTTP before either is read.

A WebSocket stays here, on a socket of our own: events are written to it without a task or a library
in between. Everything else goes to hypercorn as it came. The first bytes of a request decide, and
they are only looked at.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
import trio
from wsproto.events import Request

from rvm_edge.bridges.local.admission import Admission
from rvm_edge.bridges.local.bucket import Bucket
from rvm_edge.bridges.local.figures import FrontDoorCounts
from rvm_edge.bridges.local.http_connection import HttpServer
from rvm_edge.bridges.local.limits import Limits
from rvm_edge.bridges.local.messages import SUBPROTOCOL, CloseCode
from rvm_edge.bridges.local.websocket import GoneError, ViolationError, WebSocket

PATH: Final = "/ws"

_TELLTALE: Final = (b"GET /ws ", b"GET /ws?")
_LOOK_BYTES: Final = 8
_RESET: Final = struct.pack("ii", 1, 0)  # SO_LINGER: closing throws away what was not taken in
_EXHAUSTED: Final = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_EXHAUSTED_S: Final = 0.1
_GRUMBLES_PER_S: Final = 0.1
_GRUMBLES_AT_ONCE: Final = 20
_LOG = logging.getLogger(__name__)

Converse = Callable[[WebSocket], Awaitable[None]]


class Door:
    """Lets clients in, one task each, and sees them out."""

    def __init__(
        self,
        limits: Limits,
        counts: FrontDoorCounts,
        http: HttpServer,
        *,
        kiosk_url: Callable[[], str],
        converse: Converse,
        predecessor: Converse,
    ) -> None:
        """Prepare.

        Args:
            limits: what is borne.
            counts: what is counted.
            http: for everything but WebSockets.
            kiosk_url: the server's page for this screen, whose scripts may speak with us; or "".
            converse: speaks with a client of version 1 until it is gone.
            predecessor: speaks with one that offers no subprotocol, likewise.
        """
        self._limits = limits
        self._counts = counts
        self._http = http
        self._kiosk_url = kiosk_url
        self._converse = converse
        self._predecessor = predecessor
        self._sockets: set[WebSocket] = set()
        self._grumbles = Bucket(_GRUMBLES_PER_S, _GRUMBLES_AT_ONCE, trio.current_time)
        self._connections = 0
        self._empty = trio.Event()
        self._empty.set()

    async def accept(
        self, listener: socket.socket, admission: Admission, house: trio.Nursery
    ) -> None:
        """Let clients in until cancelled; their tasks live in `house`."""
        while True:
            await trio.lowlevel.wait_readable(listener)
            try:
                sock, _ = listener.accept()
            except OSError as error:
                if error.errno in _EXHAUSTED:  # wait for others to leave
                    await trio.sleep(_EXHAUSTED_S)
                continue
            sock.setblocking(False)
            if self._connections >= self._limits.connections:
                self._counts.refused["too_many"] += 1
                _reset(sock)
                continue
            self._connections += 1
            self._empty = trio.Event()
            house.start_soon(self._serve, sock, admission)

    async def say_goodbye(self) -> None:
        """Close every WebSocket as for a restart, and return when all connections are gone."""
        await self._http.close()
        for websocket in tuple(self._sockets):
            websocket.close(CloseCode.RESTART.value, "the machine starts anew")
        if self._connections:
            await self._empty.wait()

    async def _serve(self, sock: socket.socket, admission: Admission) -> None:
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            first = await self._first_bytes(sock)
            if first in _TELLTALE:
                await self._serve_websocket(sock, admission)
            elif first:
                await self._http.serve(sock, self._limits.http_s)
        except OSError as error:
            _LOG.debug("a connection to the local bridge was lost: %s", error)
        except Exception:  # noqa: BLE001 - one client's trouble must not become everybody's
            _LOG.exception("a connection to the local bridge failed")
        finally:
            if sock.fileno() >= 0:
                trio.lowlevel.notify_closing(sock)
                sock.close()
            self._connections -= 1
            if not self._connections:
                self._empty.set()

    async def _first_bytes(self, sock: socket.socket) -> bytes:
        """Look at how a request begins; b"" for one that does not begin in time."""
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, _LOOK_BYTES)
        with trio.move_on_after(self._limits.opening_s):
            await trio.lowlevel.wait_readable(sock)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
            return sock.recv(_LOOK_BYTES, socket.MSG_PEEK)
        return b""

    async def _serve_websocket(self, sock: socket.socket, admission: Admission) -> None:
        with trio.CancelScope() as scope:
            websocket = WebSocket(sock, self._limits, on_full=scope.cancel)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(websocket.outbox.drain)
                await self._speak(websocket, admission)
                with trio.move_on_after(self._limits.closing_s):
                    await websocket.outbox.wait_empty()
                    with contextlib.suppress(OSError):  # the client may be gone
                        sock.shutdown(socket.SHUT_WR)
                nursery.cancel_scope.cancel()
        if scope.cancelled_caught:
            self._counts.cut["too_slow"] += 1
            self._grumble("a client of the local bridge was cut: %s", "it takes nothing in")
            _reset(sock)

    async def _speak(self, websocket: WebSocket, admission: Admission) -> None:
        try:
            protocol = await self._admitted(websocket, admission)
            if protocol is None:
                return
            self._counts.opened[protocol or "predecessor"] += 1
            self._sockets.add(websocket)
            try:
                await (self._converse if protocol else self._predecessor)(websocket)
            finally:
                self._sockets.discard(websocket)
        except GoneError:
            return
        except ViolationError as violation:
            self._counts.cut[f"code_{violation.code}"] += 1
            self._grumble("a client of the local bridge had to go: %s", violation)
            websocket.close(violation.code, str(violation))
        with trio.move_on_after(self._limits.closing_s):
            await websocket.wait_closed()

    async def _admitted(self, websocket: WebSocket, admission: Admission) -> str | None:
        """Accept the handshake or reject it; return the subprotocol, "" for none, None for a no."""
        try:
            with trio.fail_after(self._limits.opening_s):
                asked = await websocket.asked()
        except ViolationError as violation:
            objection = _Objection(400, "no_handshake", str(violation))
        except trio.TooSlowError:
            objection = _Objection(408, "no_handshake", "no handshake came in time")
        else:
            found = _objection_to(asked, admission, self._kiosk_url())
            if found is None:
                websocket.accept(SUBPROTOCOL if asked.subprotocols else None)
                return SUBPROTOCOL if asked.subprotocols else ""
            objection = found
        self._counts.refused[objection.key] += 1
        self._grumble("a WebSocket was refused: %s", objection.why)
        websocket.reject(objection.status, objection.why)
        return None

    def _grumble(self, what: str, why: object) -> None:
        """Log a client's misbehaviour, but let none fill the log."""
        if self._grumbles.take():
            _LOG.warning(what, why)


class _Objection(msgspec.Struct, frozen=True):
    """Why a handshake is rejected, with the HTTP status, and a word to count it under."""

    status: int
    key: str
    why: str


def _objection_to(asked: Request, admission: Admission, kiosk_url: str) -> _Objection | None:
    why = admission.refuses_host([asked.host])
    if why:
        return _Objection(403, "host", why)
    why = admission.refuses_origin(_origins(asked), kiosk_url)
    if why:
        return _Objection(403, "origin", why)
    if asked.subprotocols and SUBPROTOCOL not in asked.subprotocols:
        return _Objection(400, "protocol", f"{SUBPROTOCOL} is spoken here")
    return None


def _origins(asked: Request) -> list[str]:
    return [
        value.decode("latin-1") for name, value in asked.extra_headers if name.lower() == b"origin"
    ]


def _reset(sock: socket.socket) -> None:
    """Close at once; what the client did not take in is thrown away."""
    with contextlib.suppress(OSError):  # there may be nothing left to reset
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    if sock.fileno() >= 0:
        trio.lowlevel.notify_closing(sock)
        sock.close()
