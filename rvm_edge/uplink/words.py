"""Turns what one room calls something into what the other calls it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from rvm_edge.bridges.cloud.heartbeat_wire import HeartbeatCommand
from rvm_edge.bridges.cloud.orders.ordered import Ordered, Via
from rvm_edge.bridges.cloud.reverb import AuthorizedFrame, CommandFrame, ReverbAddress
from rvm_edge.bridges.cloud.welcome import Welcome
from rvm_edge.item import Session, SessionMode
from rvm_edge.settings import ReverbSettings

_SESSIONS = uuid.UUID("6a3b6c1e-5c57-4ab1-9a55-2f1d0a1f0b77")
"""The namespace in which a server's name for a session becomes a UUID (RFC 9562, version 5)."""

_DEFAULT_PORTS = {"ws": 80, "wss": 443}


def ordered_by_heartbeat(commands: Sequence[HeartbeatCommand]) -> tuple[Ordered, ...]:
    """Return a heartbeat's commands as orders that nobody has read yet."""
    return tuple(
        Ordered(one.action, bytes(one.payload), one.timestamp, "", Via.HEARTBEAT)
        for one in commands
    )


def ordered_by_socket(frame: CommandFrame) -> Ordered:
    """Return the socket's command as an order that nobody has read yet."""
    return Ordered(
        frame.command, bytes(frame.params), frame.timestamp, frame.request_id, Via.SOCKET
    )


def session_of(frame: AuthorizedFrame) -> Session:
    """Return the session of a user whom the server has let in.

    The ledger's sessions are UUIDs. A server that calls them something else is understood: the
    same name is always the same session.
    """
    try:
        session_id = str(uuid.UUID(frame.session_id))
    except ValueError:
        session_id = str(uuid.uuid5(_SESSIONS, frame.session_id))
    return Session(session_id, SessionMode.USER, str(frame.user_id))


def address_of(
    welcome: Welcome | None, settings: ReverbSettings, app_key: str = ""
) -> ReverbAddress | None:
    """Return where the server's WebSocket is; None where it has none that can be used.

    Args:
        welcome: what the last handshake taught.
        settings: what the owner says; it counts for more.
        app_key: what the credentials say; it counts where the settings say nothing.
    """
    socket = welcome.socket if welcome else None
    key = settings.app_key or app_key or (socket.app_key if socket else "")
    if socket is None or not key:
        return None
    scheme = settings.scheme or socket.scheme or "wss"
    host = settings.host or socket.host
    if not host or scheme not in _DEFAULT_PORTS:
        return None
    channel = socket.channel
    if settings.private and not channel.startswith("private-"):
        channel = f"private-{channel}"
    return ReverbAddress(
        host=host,
        port=settings.port or socket.port or _DEFAULT_PORTS[scheme],
        scheme="wss" if scheme == "wss" else "ws",
        app_key=key,
        channel=channel,
    )
