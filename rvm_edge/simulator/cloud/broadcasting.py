"""The place for the server's WebSocket: what an HTTP server needs of its Reverb."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from quart_trio import QuartTrio

from rvm_edge.simulator.cloud.exchange import Json


class Broadcaster(Protocol):
    """A Reverb beside the HTTP server."""

    def attach(self, app: QuartTrio) -> None:
        """Add the WebSocket route to the application."""
        ...

    def sign(self, socket_id: str, channel_name: str) -> str:
        """Return ``key:hex``, which lets a socket into a private channel."""
        ...

    def publish(self, channel: str, event: str, data: Mapping[str, Json]) -> None:
        """Send an event to whoever listens on the channel now."""
        ...
