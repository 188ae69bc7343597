"""POST /broadcasting/auth: the server's signature under a private channel of its WebSocket.

Neither published server has this call; one with Reverb and private channels has
(https://laravel.com/docs/broadcasting, "Authorizing Channels").
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class ChannelRequest(msgspec.Struct, frozen=True):
    """Who wants to listen to what.

    Attributes:
        socket_id: what the WebSocket's welcome called this connection.
        channel_name: with its ``private-``.
    """

    socket_id: str
    channel_name: str


class ChannelReply(msgspec.Struct, frozen=True):
    """The signature.

    Attributes:
        auth: the application's key, a colon, and an HMAC in hex.
    """

    auth: Annotated[str, Meta(min_length=1, max_length=200)]
