"""One order as it came over a wire, unread, and the identity that it is known by."""

from __future__ import annotations

import hashlib
import re
from enum import Enum

import msgspec

_OWN_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_DIGEST_CHARACTERS = 40


class Via(Enum):
    """Which wire brought an order."""

    HEARTBEAT = "heartbeat"
    """In the answer to a heartbeat, which hands each order over at most once."""

    SOCKET = "socket"
    """As the event ``hardware.command`` of the server's WebSocket."""


class Ordered(msgspec.Struct, frozen=True):
    """One order, with nothing of it believed yet.

    Attributes:
        word: what is ordered, in the server's words: ``action`` of a heartbeat, ``command`` of
            the socket.
        payload: what came with it, unread JSON; b"" for nothing.
        timestamp: when the server took it in, as the server wrote it.
        request_id: the server's own name for it; "" where it has none, as in a heartbeat.
        via: which wire brought it.
    """

    word: str
    payload: bytes
    timestamp: str
    request_id: str
    via: Via


def identity_of(ordered: Ordered) -> str:
    """Return what an order is recognised by when it comes twice; at most 64 characters.

    That is the server's own name for it, where it has one that can be shown, and otherwise a digest
    of all that it said. A digest holds a character that no name may hold: neither can pass for the
    other.
    """
    if _OWN_NAME.fullmatch(ordered.request_id):
        return ordered.request_id
    told = hashlib.sha256()
    for text in (ordered.request_id, ordered.word, ordered.timestamp):
        raw = text.encode("utf-8", "surrogatepass")
        told.update(len(raw).to_bytes(8, "big") + raw)
    told.update(ordered.payload)
    return f"sha256:{told.hexdigest()[:_DIGEST_CHARACTERS]}"
