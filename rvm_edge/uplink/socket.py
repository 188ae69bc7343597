"""The server's WebSocket as the chart knows it."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import trio

from rvm_edge.bridges.cloud.my_rvm_cloud import MyRvmCloud
from rvm_edge.bridges.cloud.orders.desk import OrderDesk
from rvm_edge.item import Session
from rvm_edge.settings import ReverbSettings

if TYPE_CHECKING:
    from rvm_edge.bridges.cloud.reverb import AuthorizedFrame, CommandFrame, ReverbListener


class ServerSocket:
    """Implements `rvm_edge.machine.Channel`.

    Attributes:
        listener: the connection that is kept now, or was kept last; None where the server has no
            WebSocket, which is no trouble.
    """

    def __init__(
        self,
        cloud: MyRvmCloud,
        desk: OrderDesk,
        settings: ReverbSettings,
        *,
        app_key: str | Callable[[], str],
        monotonic_s: Callable[[], float],
        chance: Callable[[], float],
        trust: ssl.SSLContext | None,
    ) -> None:
        """Nothing is connected before `listen`.

        Args:
            cloud: knows where the socket is, what the server's clock shows, and who may listen.
            desk: where orders go.
            settings: how it is reached and kept.
            app_key: Reverb's, where the credentials brought one; asked whenever the socket is to be
                kept, where it may still come.
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
        self._user = ("", "")

    @property
    def hears_users(self) -> bool:
        """Whether the server could let a user in now."""
        return self.listener is not None and self.listener.is_up

    def user_name(self, session_id: str) -> str:
        """Return what the server calls the user of the last session it announced.

        It is for the screen alone: no journal, ledger or log ever has it.

        Args:
            session_id: of a session; for any but the last there is "".
        """
        announced, name = self._user
        return name if announced == session_id else ""

    async def listen(self, authorized: Callable[[Session], Awaitable[None]]) -> None:
        """Keep the socket; see `rvm_edge.machine.Channel.listen`."""
        socket = self._cloud.welcome.socket if self._cloud.welcome else None
        told = self._app_key() if callable(self._app_key) else self._app_key
        key = self._settings.app_key or told or (socket.app_key if socket else "")
        if socket is None or not key:
            await trio.sleep_forever()
        from rvm_edge.bridges.cloud.reverb import ReverbListener  # noqa: PLC0415 - see there
        from rvm_edge.uplink.reverb import (  # noqa: PLC0415 - see there
            address_of,
            name_of,
            ordered_by_socket,
            session_of,
        )

        async def on_authorized(frame: AuthorizedFrame) -> None:
            session = session_of(frame)
            self._user = (session.session_id, name_of(frame))
            await authorized(session)

        async def on_command(frame: CommandFrame) -> None:
            self._desk.take_in((ordered_by_socket(frame),), self._server_time())

        address = address_of(socket, self._settings, key)
        self.listener = ReverbListener(
            self._settings,
            lambda: address,
            authorize=self._cloud.authorize_channel,
            on_command=on_command,
            on_authorized=on_authorized,
            tls=self._trust,
            chance=self._chance,
        )
        await self.listener.listen()

    def _server_time(self) -> str | None:
        epoch_s = self._cloud.server_epoch_s(self._monotonic_s())
        if epoch_s is None:
            return None
        return datetime.fromtimestamp(epoch_s, timezone.utc).isoformat()
