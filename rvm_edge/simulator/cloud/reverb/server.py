"""Reverb on a socket of its own, with its one timer."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

import trio

from rvm_edge.background import background_tasks
from rvm_edge.identity import Secret
from rvm_edge.simulator.cloud.exchange import Json
from rvm_edge.simulator.cloud.reverb.application import Application
from rvm_edge.simulator.cloud.reverb.client import Client
from rvm_edge.simulator.cloud.reverb.quirks import Quirks

TICK_S: Final = 60.0
"""The timer's period, and the silence after which it pings a client."""


class ReverbServer:
    """One Reverb with one application. It may be served again after it was stopped.

    Attributes:
        quirks: what is wrong with it.
    """

    def __init__(
        self,
        app_key: str,
        app_secret: Secret,
        *,
        activity_timeout_s: int = 30,
    ) -> None:
        """Make a Reverb.

        Args:
            app_key: what clients ask for.
            app_secret: what subscriptions to private channels are signed with.
            activity_timeout_s: after how long a silence clients are told to ping.
        """
        self.quirks = Quirks()
        self._application = Application(app_key, app_secret, self.quirks, activity_timeout_s)
        self._clients: list[Client] = []

    @property
    def connections(self) -> tuple[Client, ...]:
        """Who is connected, the longest first."""
        return tuple(self._clients)

    def auth(self, socket_id: str, channel: str) -> str:
        """Return ``key:hex``, as ``POST /broadcasting/auth`` hands it out for private channels."""
        return self._application.auth(socket_id, channel)

    def publish(self, channel: str, event: str, data: Mapping[str, Json]) -> int:
        """Send an event to whoever is subscribed to the channel now, and say to how many."""
        return self._application.publish(channel, event, data)

    async def broadcast(self, channel: str, event: str, data: Mapping[str, Json]) -> int:
        """Publish, and let the messages leave."""
        reached = self.publish(channel, event, data)
        await trio.lowlevel.checkpoint()
        return reached

    async def until(self, happened: Callable[[], bool]) -> None:
        """Return once something is so; asked again after whatever a client does."""
        await self._application.until(happened)

    @asynccontextmanager
    async def serving(
        self, host: str = "127.0.0.1", port: int = 0, tls_context: ssl.SSLContext | None = None
    ) -> AsyncIterator[int]:
        """Serve while inside. Leaving kills it: no client gets a closing frame.

        Args:
            host: the address to listen on.
            port: 0 for any that is free.
            tls_context: None to serve without TLS.

        Yields:
            The port.
        """
        (listener,) = await trio.open_tcp_listeners(port, host=host)
        async with background_tasks() as nursery:
            nursery.start_soon(self._serve, listener, tls_context)
            nursery.start_soon(self.tick)
            yield listener.socket.getsockname()[1]

    async def attend(self, stream: trio.abc.Stream) -> None:
        """Serve one client over a stream of any kind, until it ends."""
        client = Client(stream, self._application)
        self._clients.append(client)
        self._application.listeners.append(client)
        try:
            await client.attend()
        finally:
            self._clients.remove(client)
            self._application.listeners.remove(client)
            self._application.changed()

    async def tick(self) -> None:
        """Prune and ping silent clients for ever, as Reverb's timer does. `serving` runs it."""
        while True:
            await trio.sleep(TICK_S)
            for client in self.connections:
                client.prune(TICK_S)
                client.ping(TICK_S)

    async def _serve(
        self, listener: trio.SocketListener, tls_context: ssl.SSLContext | None
    ) -> None:
        if tls_context is None:
            await trio.serve_listeners(self.attend, [listener])
        else:
            over_tls = trio.SSLListener(listener, tls_context, https_compatible=True)
            await trio.serve_listeners(self.attend, [over_tls])
