"""What a Reverb can be told to do wrong, or to forbid."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Quirks:
    """Changed at any time; what has been said already stays said.

    Attributes:
        mute: a client's ping is not answered.
        half_open: the TCP connection stays, but nothing is read or said any more, as behind a
            router that lost its table.
        deaf_to_subscriptions: a subscription is never confirmed.
        welcome_delay_s: how long a new connection waits to be welcomed.
        over_quota: a new connection is told so instead of being welcomed.
        allowed_origins: hosts that a browser's page may come from; ``*`` for any.
        http_status: a new connection gets this status of HTTP instead of a WebSocket.
        most_messages: how many a connection may send in a minute; None for any number.
    """

    mute: bool = False
    half_open: bool = False
    deaf_to_subscriptions: bool = False
    welcome_delay_s: float = 0.0
    over_quota: bool = False
    allowed_origins: tuple[str, ...] = ("*",)
    http_status: int | None = None
    most_messages: int | None = None
