"""The place for the server's WebSocket: what an HTTP server needs of its Reverb."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from rvm_edge.simulator.cloud.exchange import Json


class Broadcaster(Protocol):
    """A Reverb beside the HTTP server."""

    def auth(self, socket_id: str, channel: str) -> str:
        """Return ``key:hex``, which lets a socket into a private channel."""
        ...

    def publish(self, channel: str, event: str, data: Mapping[str, Json]) -> int:
        """Send an event to whoever listens on the channel now, and say to how many."""
        ...


class Broadcasting(msgspec.Struct, frozen=True):
    """A Reverb and where it is.

    Attributes:
        broadcaster: itself.
        port: where it listens, as handshakes tell; None for the HTTP server's own.
    """

    broadcaster: Broadcaster
    port: int | None = None
