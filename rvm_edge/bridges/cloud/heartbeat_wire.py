"""POST /edge/heartbeat: what the machine sends, and what comes back.

The server validates nothing of the request. Its dashboards read two generations of keys, so both
are sent.
"""

from __future__ import annotations

import msgspec

from rvm_edge.bridges.cloud.figures_wire import FiguresInfo
from rvm_edge.bridges.cloud.json_body import Text, decoded

MOST_COMMANDS = 32
"""So many commands of one reply are handed on; the server's own pages queue one at a time."""


class HeartbeatHealth(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the computer is, under the handshake's names and under the older ones."""

    cpu_usage_percent: float | None = None
    memory_usage_percent: float | None = None
    disk_usage_percent: float | None = None
    cpu_temperature: float | None = None
    cpu_usage: float | None = None
    gpu_usage: float | None = None
    temperature: float | None = None


class HeartbeatRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body of a heartbeat.

    Attributes:
        version: of this program.
        health_metrics: how the computer is.
        ip_local: null without one; always sent.
        tailscale_ip: likewise, in the private network.
        figures: what it has done, with the head of its journal. The published servers keep
            nothing of it; a log of their requests does.
        second_judge: how it stands, in words, as in the handshake; left out where there is none.
        bin_capacity: how full the bin is, in whole percent; left out while unknown.
        capture_complete: said once, in the first heartbeat after a picture that the server had
            ordered is there.
    """

    version: str
    health_metrics: HeartbeatHealth
    ip_local: str | None
    tailscale_ip: str | None
    figures: FiguresInfo
    second_judge: str | None = None
    bin_capacity: int | None = None
    capture_complete: bool = False


class HeartbeatCommand(msgspec.Struct, frozen=True):
    """One command as the server queued it: handed over at most once, without identity.

    Attributes:
        action: the server's word, such as ``RESTART``; "" where it could not be read.
        payload: whatever came with it, unread JSON; ``null`` for nothing.
        timestamp: when it was queued, as the server wrote it; "" where it did not.
    """

    action: Text
    payload: msgspec.Raw = msgspec.Raw(b"null")
    timestamp: Text = ""


class HeartbeatReply(msgspec.Struct, frozen=True):
    """The answer to a heartbeat that was taken.

    Attributes:
        server_time: ISO 8601 with the server's offset.
        commands: each unread: one that is odd must not spoil the heartbeat, for any user of the
            server can queue one.
    """

    status: Text
    server_time: Text = ""
    commands: list[msgspec.Raw] | None = None


def commands_of(reply: HeartbeatReply) -> tuple[HeartbeatCommand, ...]:
    """Read a reply's commands; one that cannot be read has no action, and all of it as payload."""
    return tuple(
        decoded(bytes(raw), HeartbeatCommand) or HeartbeatCommand(action="", payload=raw.copy())
        for raw in (reply.commands or [])[:MOST_COMMANDS]
    )
