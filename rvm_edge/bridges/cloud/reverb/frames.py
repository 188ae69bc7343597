"""Frames of the Pusher protocol, version 7, as Reverb speaks it.

The payload of a server's frame is a text that is JSON once more; a whisper's is an object
(https://pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol/).
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from rvm_edge.untrusted_json import UnreadableError, read_json

MOST_BYTES = 10_000
"""What a frame may weigh, either way: Reverb's ``max_message_size``."""

ESTABLISHED = "pusher:connection_established"
SUBSCRIBED = "pusher_internal:subscription_succeeded"
ERROR = "pusher:error"
PING = "pusher:ping"
PONG = "pusher:pong"

_Name = Annotated[str, Meta(min_length=1, max_length=200)]


class FrameError(Exception):
    """What came is no frame, or its payload is not what its event promises."""


class Frame(msgspec.Struct, frozen=True):
    """One frame.

    Attributes:
        event: its name.
        channel: "" where it belongs to none.
        data: its payload as JSON, whichever way it came; ``null`` where it has none.
    """

    event: str
    channel: str
    data: bytes


class _Wire(msgspec.Struct, frozen=True):
    event: _Name
    data: msgspec.Raw = msgspec.Raw(b"null")
    channel: _Name | None = None


class _Wish(msgspec.Struct, frozen=True, omit_defaults=True):
    channel: str
    auth: str | None = None


class _Nothing(msgspec.Struct, frozen=True):
    pass


class _Said(msgspec.Struct, frozen=True):
    event: str
    data: _Wish | _Nothing


_encode = msgspec.json.Encoder().encode


def read_frame(message: str | bytes) -> Frame:
    """Read what came in one message.

    Raises:
        FrameError: it is no frame, or too long.
    """
    try:
        encoded = message.encode() if isinstance(message, str) else message
        if len(encoded) > MOST_BYTES:
            raise FrameError(f"a frame of {len(encoded)} bytes; at most {MOST_BYTES} are taken")
        wire = read_json(encoded, _Wire)
        data = bytes(wire.data)
        if data.startswith(b'"'):
            data = read_json(data, str).encode()
    except (UnreadableError, UnicodeError) as nonsense:
        raise FrameError(f"not a frame: {nonsense}") from nonsense
    return Frame(wire.event, wire.channel or "", data)


def ping() -> str:
    """Ask for a sign of life."""
    return _say(PING, _Nothing())


def pong() -> str:
    """Give one."""
    return _say(PONG, _Nothing())


def subscribe(channel: str, auth: str | None = None) -> str:
    """Subscribe to a channel; `auth` is the server's signature for a private one."""
    return _say("pusher:subscribe", _Wish(channel, auth))


def _say(event: str, data: _Wish | _Nothing) -> str:
    return _encode(_Said(event, data)).decode()
