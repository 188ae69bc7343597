"""Where a Reverb is, and which channel of it is this machine's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

_USUAL_PORTS = {"ws": 80, "wss": 443}


@dataclass(frozen=True)
class ReverbAddress:
    """All that a connection needs to know. Nothing of it has to be believed: it is quoted or bound.

    Attributes:
        host: a name or an IP address.
        port: of TCP.
        scheme: whether TLS is spoken.
        app_key: Reverb's application key; "" where the server has no Reverb.
        channel: with its ``private-`` where it is a private one.
    """

    host: str
    port: int
    scheme: Literal["ws", "wss"]
    app_key: str = field(repr=False)
    channel: str

    @property
    def is_private(self) -> bool:
        """Whether a subscription must be signed by the server."""
        return self.channel.startswith("private-")

    @property
    def authority(self) -> str:
        """Host and port as HTTP writes them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _USUAL_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """The server's own origin: a Reverb that only lets in its own pages lets it in."""
        return f"{'https' if self.scheme == 'wss' else 'http'}://{self.authority}"

    @property
    def target(self) -> str:
        """Path and query of the WebSocket."""
        return f"/app/{quote(self.app_key, safe='')}?protocol=7&client=rvm-edge&version=1"
