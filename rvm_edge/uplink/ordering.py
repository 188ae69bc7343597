"""Turns the server's commands, of either wire, into orders that nobody has read yet."""

from __future__ import annotations

from collections.abc import Sequence

from rvm_edge.bridges.cloud.heartbeat_wire import HeartbeatCommand
from rvm_edge.bridges.cloud.orders.ordered import Ordered, Via


def ordered_by_heartbeat(commands: Sequence[HeartbeatCommand]) -> tuple[Ordered, ...]:
    """Return what the answer to a heartbeat ordered."""
    return tuple(
        Ordered(one.action, bytes(one.payload), one.timestamp, "", Via.HEARTBEAT)
        for one in commands
    )
