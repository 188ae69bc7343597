"""The part of the local bridge's protocol, version 1, that the screen needs.

The bridge's own types are the definition (docs/reference/local-bridge.md); what is not needed here
is not read, so that the keeper bears with a bridge that says more.
"""

from __future__ import annotations

from typing import Final

import msgspec

SUBPROTOCOL: Final = "rvm-edge.v1"
ONLINE: Final = "online"
IDLE: Final = ("operational.intake.idle", "operational.intake.full", "operational.intake.capped")
"""States of the chart in which nobody is at the machine."""

DEPOSIT: Final = "operational.intake.deposit"


class HelloOut(msgspec.Struct, frozen=True, tag="hello", tag_field="type"):
    """The first message to the bridge."""

    client: str
    token: str

    def __repr__(self) -> str:
        """Keep the token to itself."""
        return "HelloOut(…)"


class AliveOut(msgspec.Struct, frozen=True, tag="alive", tag_field="type"):
    """The keeper lives."""


class AskKioskUrl(msgspec.Struct, frozen=True, tag="kiosk_url", tag_field="type"):
    """Tell the signed address of the server's page for this screen."""

    id: str


class Part(msgspec.Struct, frozen=True):
    """A part of what the machine shows; only `state`, `link` and `site` are read."""

    kind: str
    configuration: tuple[str, ...] = ()
    mode: str = ""
    time_zone: str = ""


class Snapshot(msgspec.Struct, frozen=True):
    """All parts that are read."""

    state: Part
    link: Part
    site: Part = Part("site")


class Result(msgspec.Struct, frozen=True):
    """What came of a request."""

    url: str = ""

    def __repr__(self) -> str:
        """Keep the signed address to itself."""
        return "Result(…)"


class Heard(msgspec.Struct, frozen=True):
    """Anything that the bridge says."""

    type: str
    snapshot: Snapshot | None = None
    part: Part | None = None
    may_act: bool = False
    heartbeat_s: float = 5.0
    silence_s: float = 15.0
    id: str = ""
    ok: bool = False
    result: Result | None = None
