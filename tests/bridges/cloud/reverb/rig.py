"""A listener and a simulated Reverb, with a wire between them that tests can cut."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field

import trio
from trio.testing import memory_stream_pair, wait_all_tasks_blocked

from rvm_edge.bridges.cloud.reverb import (
    AuthorizedFrame,
    CommandFrame,
    ReverbAddress,
    ReverbListener,
)
from rvm_edge.bridges.cloud.reverb.errors import ReverbTroubleError
from rvm_edge.identity import Secret
from rvm_edge.settings.cloud import ReverbSettings
from rvm_edge.simulator.cloud.reverb import Client, ReverbServer

CHANNEL = "rvm.1"
PRIVATE = "private-rvm.1"
HUSH = "hush"
COMMAND = "hardware.command"
AUTHORIZED = "session.authorized"


def address(port: int = 443, *, scheme: str = "ws", channel: str = CHANNEL) -> ReverbAddress:
    return ReverbAddress("127.0.0.1", port, "wss" if scheme == "wss" else "ws", "key", channel)


def reverb(*, activity_timeout_s: int = 30) -> ReverbServer:
    return ReverbServer("key", Secret(HUSH), activity_timeout_s=activity_timeout_s)


@dataclass
class Heard:
    """What a listener handed over, and how it is answered when it asks for a signature."""

    server: ReverbServer
    commands: list[CommandFrame] = field(default_factory=list)
    sessions: list[AuthorizedFrame] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    signs: bool = True
    held: trio.Event | None = None
    news: trio.Event = field(default_factory=trio.Event)

    async def command(self, frame: CommandFrame) -> None:
        self.commands.append(frame)
        self.news.set()
        await self._done()

    async def authorized(self, frame: AuthorizedFrame) -> None:
        self.sessions.append(frame)
        await self._done()

    async def _done(self) -> None:
        """Be as slow as a handler can be."""
        if self.held is not None:
            await self.held.wait()

    async def authorize(self, socket_id: str, channel: str) -> str | None:
        self.asked.append((socket_id, channel))
        return self.server.auth(socket_id, channel) if self.signs else None

    async def next_command(self) -> CommandFrame:
        """Return the latest command, waiting for one that was not asked for yet."""
        with trio.fail_after(30):
            await self.news.wait()
        self.news = trio.Event()
        return self.commands[-1]


@dataclass
class MemoryWire:
    """Dials the server without a socket.

    Attributes:
        dialled_s: when, by trio's clock.
        down: how many dials nobody answers from now on.
    """

    server: ReverbServer
    nursery: trio.Nursery
    dialled_s: list[float] = field(default_factory=list)
    down: float = 0

    async def dial(self, _: ReverbAddress) -> trio.abc.Stream:
        self.dialled_s.append(trio.current_time())
        if self.down > 0:
            self.down -= 1
            raise ReverbTroubleError("not reached: nobody is there")
        near, far = memory_stream_pair()
        self.nursery.start_soon(self.server.attend, far)
        return near

    def waits_s(self) -> list[float]:
        """Return how long was waited between dials."""
        return [b - a for a, b in zip(self.dialled_s, self.dialled_s[1:], strict=False)]


@dataclass
class Rig:
    """Everything in one place; nothing real is waited for."""

    server: ReverbServer
    heard: Heard
    wire: MemoryWire
    listener: ReverbListener

    @property
    def client(self) -> Client:
        """The listener as the server sees it."""
        (client,) = self.server.connections
        return client

    async def settle(self) -> None:
        """Return when nothing happens any more without time passing."""
        await wait_all_tasks_blocked()


def listener_of(
    heard: Heard,
    settings: ReverbSettings,
    where: ReverbAddress | None,
    *,
    tls: ssl.SSLContext | None = None,
    wire: MemoryWire | None = None,
    chance: float = 1.0,
) -> ReverbListener:
    return ReverbListener(
        settings,
        lambda: where,
        authorize=heard.authorize,
        on_command=heard.command,
        on_authorized=heard.authorized,
        tls=tls,
        chance=lambda: chance,
        dial=None if wire is None else wire.dial,
    )


def rig_of(
    nursery: trio.Nursery,
    settings: ReverbSettings | None = None,
    *,
    channel: str = CHANNEL,
) -> Rig:
    server = reverb()
    heard = Heard(server)
    wire = MemoryWire(server, nursery)
    where = address(channel=channel)
    return Rig(
        server, heard, wire, listener_of(heard, settings or ReverbSettings(), where, wire=wire)
    )
