"""The server's WebSocket as the chart knows it."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone

from rvm_edge.bridges.cloud.my_rvm_cloud import MyRvmCloud
from rvm_edge.bridges.cloud.orders.desk import OrderDesk
from rvm_edge.bridges.cloud.reverb import (
    AuthorizedFrame,
    CommandFrame,
    ReverbAddress,
    ReverbListener,
)
from rvm_edge.item import Session
from rvm_edge.settings import ReverbSettings
from rvm_edge.uplink.words import address_of, ordered_by_socket, session_of


class ServerSocket:
    """Implements `rvm_edge.machine.Channel`.

    Attributes:
        listener: the connection that is kept now, or was kept last; None before the first.
    """

    def __init__(
        self,
        cloud: MyRvmCloud,
        desk: OrderDesk,
        settings: ReverbSettings,
        *,
        app_key: str,
        monotonic_s: Callable[[], float],
        chance: Callable[[], float],
        trust: ssl.SSLContext | None,
    ) -> None:
        """Nothing is connected before `listen`.

        Args:
            cloud: knows where the socket is, what the server's clock shows, and who may listen.
            desk: where orders go.
            settings: how it is reached and kept.
            app_key: Reverb's, where the credentials brought one.
            monotonic_s: the clock of `MyRvmCloud.server_epoch_s`.
            chance: a number in [0, 1) each time, for jitter.
            trust: whom the socket trusts, in a context of its own; None for the usual ones.
        """
        self.listener: ReverbListener | None = None
        self._cloud = cloud
        self._desk = desk
        self._settings = settings
        self._app_key = app_key
        self._monotonic_s = monotonic_s
        self._chance = chance
        self._trust = trust

    async def listen(self, authorized: Callable[[Session], Awaitable[None]]) -> None:
        """Keep the socket; see `rvm_edge.machine.Channel.listen`."""

        async def on_authorized(frame: AuthorizedFrame) -> None:
            await authorized(session_of(frame))

        self.listener = ReverbListener(
            self._settings,
            self._address,
            authorize=self._cloud.authorize_channel,
            on_command=self._on_command,
            on_authorized=on_authorized,
            tls=self._trust,
            chance=self._chance,
        )
        await self.listener.listen()

    def _address(self) -> ReverbAddress | None:
        return address_of(self._cloud.welcome, self._settings, self._app_key)

    async def _on_command(self, frame: CommandFrame) -> None:
        epoch_s = self._cloud.server_epoch_s(self._monotonic_s())
        server_time = None
        if epoch_s is not None:
            server_time = datetime.fromtimestamp(epoch_s, timezone.utc).isoformat()
        self._desk.take_in((ordered_by_socket(frame),), server_time)
