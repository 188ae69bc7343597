"""A page that a test plays, on a real WebSocket; and the bridge that it speaks with."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import trio
from trio_websocket import WebSocketConnection, wrap_client_stream

from rvm_edge.background import background_tasks
from rvm_edge.bridges.local.bridge import Arrangement, LocalBridge
from rvm_edge.bridges.local.messages import SUBPROTOCOL
from rvm_edge.identity import Secret
from tests.bridges.local.staged_machine import StagedMachine

TOKEN = "the token of this boot"  # noqa: S105 - of a test
LONG_S = 60.0

Json = Any
"""What came over the wire, before anybody looked at it."""


@dataclass
class Running:
    """A bridge that runs.

    Attributes:
        port: where.
        stop: cancels it.
        ended: set when it has ended.
    """

    port: int
    stop: trio.CancelScope
    ended: trio.Event

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def bridge(
    machine: StagedMachine, arrangement: Arrangement | None = None, **changes: Json
) -> AsyncIterator[Running]:
    """Run a bridge over `machine`, on any free port; fail if anything takes too long."""
    changes = {"token": Secret(TOKEN), "port": 0, **changes}
    local = LocalBridge(machine, machine, arrangement or Arrangement(**changes))
    ended = trio.Event()

    async def run(*, task_status: trio.TaskStatus[Running]) -> None:
        with trio.CancelScope() as scope:
            async with trio.open_nursery() as inner:
                port = await inner.start(local.run)
                task_status.started(Running(port, scope, ended))
        ended.set()

    with trio.fail_after(LONG_S):
        async with background_tasks() as nursery:
            running = await nursery.start(run)
            yield running


class Page:
    """One client of version 1."""

    def __init__(self, connection: WebSocketConnection) -> None:
        self.connection = connection
        self._kept: list[Json] = []

    async def say(self, **message: Json) -> None:
        await self.connection.send_message(json.dumps(message))

    async def hear(self) -> Json:
        """Return the next message that nobody asked for yet."""
        return self._kept.pop(0) if self._kept else await self._read()

    async def hear_part(self, kind: str) -> Json:
        """Return the next event's part of this kind, and throw away what comes before."""
        while True:
            message = await self.hear()
            if message["type"] == "event" and message["part"]["kind"] == kind:
                return message["part"]

    async def hello(self, token: str = TOKEN, **more: Json) -> Json:
        """Say hello, and return the answer."""
        await self.say(type="hello", token=token, **more)
        return await self.hear()

    async def ask(self, verb: str, request_id: str = "1", **more: Json) -> Json:
        """Ask for something, and return the reply; events that come before it are kept."""
        await self.say(type=verb, id=request_id, **more)
        return await self.reply(request_id)

    async def reply(self, request_id: str) -> Json:
        """Return the reply to a request; what comes before it is kept."""
        kept, self._kept = self._kept, []
        while True:
            message = kept.pop(0) if kept else await self._read()
            if message["type"] == "reply" and message["id"] == request_id:
                self._kept += kept
                return message
            self._kept.append(message)

    async def _read(self) -> Json:
        text = await self.connection.get_message()
        assert isinstance(text, str)
        return json.loads(text)


@asynccontextmanager
async def page(
    running: Running,
    *,
    greets: bool = True,
    origin: str | None = "",
    host: str = "127.0.0.1",
    subprotocols: tuple[str, ...] = (SUBPROTOCOL,),
) -> AsyncIterator[Page]:
    """Open a page; by default the bridge's own, with its token, hello said and heard.

    Args:
        running: the bridge.
        greets: whether it has said hello.
        origin: where it comes from; "" for the bridge itself, None to say nothing.
        host: the name under which it calls the bridge.
        subprotocols: what it speaks.
    """
    said = running.origin if origin == "" else origin
    named = f"[{host}]" if ":" in host else host
    # The stream is ours: trio-websocket leaves it open when the other side closes first.
    stream = await trio.open_tcp_stream(host, running.port)
    async with stream, background_tasks() as nursery:
        connection = await wrap_client_stream(
            nursery,
            stream,
            f"{named}:{running.port}",
            "/ws",
            subprotocols=list(subprotocols),
            extra_headers=[] if said is None else [(b"origin", said.encode())],
            message_queue_size=1000,
        )
        opened = Page(connection)
        if greets:
            await opened.hello()
        yield opened
        await connection.aclose()
