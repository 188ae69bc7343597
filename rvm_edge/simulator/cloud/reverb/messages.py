"""Messages as Reverb words them, and what it makes of a client's."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

import msgspec

from rvm_edge.simulator.cloud.exchange import Json
from rvm_edge.untrusted_json import UnreadableError, read_json


class Complaint(Enum):
    """What Reverb answers with ``pusher:error``: the code, and the message in its own words."""

    UNKNOWN_APPLICATION = (4001, "Application does not exist")
    OVER_QUOTA = (4004, "Application is over connection quota")
    ORIGIN = (4009, "Origin not allowed")
    UNAUTHORIZED = (4009, "Connection is unauthorized")
    BAD_MESSAGE = (4200, "Invalid message format")
    NO_PONG = (4201, "Pong reply not received in time")
    RATE_LIMITED = (4301, "Rate limit exceeded")


class BadMessageError(Exception):
    """A client's message is none that Reverb takes."""


class Heard(msgspec.Struct, frozen=True):
    """A client's message.

    Attributes:
        event: its name.
        data: its payload, still encoded.
        channel: where a whisper goes.
    """

    event: str
    data: msgspec.Raw = msgspec.Raw(b"null")
    channel: str | None = None


class Wish(msgspec.Struct, frozen=True):
    """The payload of a subscription, and of its end."""

    channel: str
    auth: str | None = None


def read(message: str) -> Heard:
    """Read a client's message.

    Raises:
        BadMessageError: it is not JSON, or has no event.
    """
    try:
        heard = read_json(message, Heard)
    except UnreadableError as nonsense:
        raise BadMessageError from nonsense
    if not heard.event:
        raise BadMessageError
    return heard


def read_wish(data: msgspec.Raw) -> Wish:
    """Read which channel is meant.

    Raises:
        BadMessageError: none is named.
    """
    try:
        return read_json(data, Wish)
    except UnreadableError as nonsense:
        raise BadMessageError from nonsense


def whisper(heard: Heard) -> str:
    """Forward a client's message to other clients: its payload stays an object, not a text.

    Raises:
        BadMessageError: it names no channel, or its payload is not an array as PHP has them.
    """
    if heard.channel is None or bytes(heard.data)[:1] not in (b"{", b"[", b"n"):
        raise BadMessageError
    return _encode({"event": heard.event, "channel": heard.channel, "data": heard.data})


def welcome(socket_id: str, activity_timeout_s: int) -> str:
    """Greet a new connection."""
    data = _encode({"socket_id": socket_id, "activity_timeout": activity_timeout_s})
    return _encode({"event": "pusher:connection_established", "data": data})


def complaint(about: Complaint) -> str:
    """Tell of an error."""
    code, message = about.value
    data = _encode({"code": code, "message": message})
    return _encode({"event": "pusher:error", "data": data})


def subscribed(channel: str) -> str:
    """Confirm a subscription."""
    event = "pusher_internal:subscription_succeeded"
    return _encode({"event": event, "data": "{}", "channel": channel})


def broadcast(channel: str, event: str, data: Mapping[str, Json]) -> str:
    """Word an event of the server: its payload is a text that is JSON once more."""
    return _encode({"event": event, "data": _encode(_as_php(dict(data))), "channel": channel})


PING = '{"event":"pusher:ping"}'
PONG = '{"event":"pusher:pong"}'


def _as_php(value: Json) -> Json:
    """Turn every empty object into an empty array: PHP knows no difference."""
    if isinstance(value, dict):
        return {name: _as_php(inner) for name, inner in value.items()} or []
    if isinstance(value, list):
        return [_as_php(inner) for inner in value]
    return value


def _encode(value: object) -> str:
    return msgspec.json.encode(value).decode()
