"""A world in a process of its own: served over a Unix socket, with its ESP32 on a pty.

The machine's daemon can then be killed at any instant while the bottle falls on.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
import trio

from drivers.sim.lines import LineChannel, LineTooLongError
from drivers.sim.wire import REQUEST_MAX, Request, Response
from rvm_edge.simulator.window import REFUSALS, Window
from rvm_edge.untrusted_json import UnreadableError, read_json

_BACKLOG = 64


class SocketInUseError(Exception):
    """The socket's path cannot be used. The message says why and what to do."""


def _as_plain(value: object) -> str:
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} has no JSON form")


_encoder = msgspec.json.Encoder(enc_hook=_as_plain)


async def serve_world(window: Window, listener: trio.SocketListener, socket_path: Path) -> None:
    """Serve `window` on what `listen` gave until cancelled; then remove the socket."""

    async def serve(stream: trio.SocketStream) -> None:
        await _serve_connection(window, LineChannel(stream, REQUEST_MAX))

    try:
        await trio.serve_listeners(serve, [listener])
    finally:
        _remove(socket_path)


async def listen(path: Path) -> trio.SocketListener:
    """Bind a Unix socket that only this user may connect to, in place of a dead world's.

    Raises:
        SocketInUseError: another world is served there, or the path cannot be a socket.
    """
    if await trio.Path(path).is_socket():
        try:
            stream = await trio.open_unix_socket(str(path))
        except OSError:
            _remove(path)  # left over from a world that was killed
        else:
            stream.socket.close()
            raise SocketInUseError(f"{path}: a simulated world is served here already")
    sock = trio.socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o177)
    try:
        await sock.bind(str(path))
    except OSError as refused:
        sock.close()
        raise SocketInUseError(f"{path}: {refused}; choose another path") from refused
    finally:
        os.umask(mask)
    sock.listen(_BACKLOG)
    return trio.SocketListener(sock)


async def _serve_connection(window: Window, channel: LineChannel) -> None:
    try:
        line = await _next(channel)
        while line is not None:
            line = await _serve_request(window, channel, line)
    finally:
        channel.close()


async def _serve_request(window: Window, channel: LineChannel, line: bytes) -> bytes | None:
    """Answer one request and return the next, or None when the asker has gone.

    Reading goes on meanwhile, so that an asker's death ends the request: nobody waits for it. An
    asker who does not wait for its answer is treated alike.
    """
    exchange = _Exchange()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(exchange.read_on, channel, nursery.cancel_scope)
        await exchange.answer(window, channel, line)
        nursery.cancel_scope.cancel()
    return exchange.following if exchange.answered else None


@dataclass
class _Exchange:
    """One request under way, and what comes after it."""

    answered: bool = False
    following: bytes | None = None

    async def answer(self, window: Window, channel: LineChannel, line: bytes) -> None:
        response = await _answer(window, line)
        self.answered = await channel.send(_encoder.encode(response))
        if self.answered:
            await trio.sleep_forever()  # until `read_on` has what comes next

    async def read_on(self, channel: LineChannel, scope: trio.CancelScope) -> None:
        self.following = await _next(channel)
        scope.cancel()


async def _next(channel: LineChannel) -> bytes | None:
    try:
        return await channel.receive()
    except LineTooLongError:
        return None


async def _answer(window: Window, line: bytes) -> Response:
    try:
        request = read_json(line, Request)
    except UnreadableError as nonsense:
        return Response(0, error="BadRequest", message=str(nonsense))
    try:
        answer = await window.carry_out(request.verb, dict(request.arguments))
    except REFUSALS as refusal:
        return Response(request.id, error=type(refusal).__name__, message=str(refusal))
    return Response(request.id, answer=msgspec.Raw(_encoder.encode(answer)))


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
