"""How the machine's own screen is served."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Origin = Annotated[str, Meta(max_length=256, pattern="^https?://[^/\\s]+$")]
PinHashText = Annotated[str, Meta(pattern="^(scrypt\\$14\\$8\\$1\\$[0-9a-f]{32}\\$[0-9a-f]{64})?$")]


class ScreenSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the machine's own screen is served, on this computer and to nobody else.

    Attributes:
        enabled: whether there is a screen at all.
        port: of 127.0.0.1, where the page and its WebSocket are; 0 for any free one.
        language: shown until somebody chooses the other one.
        origins: of pages besides the machine's own and the server's page for this screen that may
            speak with the machine, such as `https://rvm.example`.
        pin_hash: of the technicians' PIN, as `rvm-edge settings pin` prints it; while it is "" the
            screen opens to no technician.
        compatibility_port: whether to answer on port 8003 as the predecessor did, for the server's
            kiosk page of its development version.
    """

    enabled: bool = True
    port: Annotated[int, Meta(ge=0, le=65_535)] = 8888
    language: Literal["id", "en"] = "id"
    origins: Annotated[tuple[Origin, ...], Meta(max_length=16)] = ()
    pin_hash: PinHashText = ""
    compatibility_port: bool = False

    def __repr__(self) -> str:
        """Keep the hash to itself: a PIN has too few digits for it to be shown around."""
        return f"ScreenSettings(enabled={self.enabled}, port={self.port}, …)"
