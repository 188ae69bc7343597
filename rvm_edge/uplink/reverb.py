"""Reverb in the machine's own words: where it is, what it orders, whom it lets in.

Imported only where the server has one: the library for WebSockets costs every other machine a tenth
of a second at its start, and memory.
"""

from __future__ import annotations

import uuid
from typing import Final

from rvm_edge.bridges.cloud.orders.ordered import Ordered, Via
from rvm_edge.bridges.cloud.reverb import AuthorizedFrame, CommandFrame, ReverbAddress
from rvm_edge.bridges.cloud.welcome import Socket
from rvm_edge.item import Session, SessionMode
from rvm_edge.settings import ReverbSettings

_SESSIONS = uuid.UUID("6a3b6c1e-5c57-4ab1-9a55-2f1d0a1f0b77")
"""The namespace in which a server's name for a session becomes a UUID (RFC 9562, version 5)."""

MOST_NAME: Final = 12
"""How much of a user's name fits a screen, in characters."""

_DEFAULT_PORTS = {"ws": 80, "wss": 443}


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
    return Session(session_id, SessionMode.USER, frame.user_id)


def name_of(frame: AuthorizedFrame) -> str:
    """Return what to call a user on the screen: a few words at most; "" where nobody said."""
    name = frame.user_name
    if len(name) <= MOST_NAME:
        return name
    whole_words, _, _ = name[: MOST_NAME + 1].rpartition(" ")
    return whole_words or f"{name[: MOST_NAME - 1]}…"


def address_of(socket: Socket, settings: ReverbSettings, app_key: str) -> ReverbAddress | None:
    """Return where the server's WebSocket is; None where nobody said it.

    Args:
        socket: what the last handshake taught.
        settings: what the owner says; it counts for more.
        app_key: the application's key.
    """
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
        app_key=app_key,
        channel=channel,
    )
