"""The demo's internet: cut, mended, and as unreliable as it is told to be."""

from __future__ import annotations

import random

from rvm_edge.simulator.cloud import CloudServer, Misbehaviour, Mishap, Reach
from rvm_edge.simulator.cloud.reverb import ReverbServer

SYNC = "*/sync-offline"

LOSSES = (
    Mishap.REPLY_LOST,
    Mishap.REPLY_RESET,
    Mishap.REPLY_CUT,
    Mishap.REPLY_SWALLOWED,
    Mishap.REQUEST_CUT,
    Mishap.FAILS,
    Mishap.HTML,
    Mishap.THROTTLES,
)
"""What an outage may do to the delivery that is under way when it begins, or first after it."""


class Internet:
    """Between the demo's machine and its server.

    Attributes:
        server: the server at its other end.
        reverb: its WebSocket; None where it has none.
    """

    def __init__(self, server: CloudServer, reverb: ReverbServer | None = None) -> None:
        self.server = server
        self.reverb = reverb

    @property
    def is_up(self) -> bool:
        """Whether the server can be reached."""
        return self.server.reach is Reach.REACHED

    def cut(self, chance: random.Random | None = None) -> None:
        """Let the server be reached no more: refused at once, or with packets that vanish."""
        dead = chance.choice((Reach.REFUSED, Reach.BLACKHOLE)) if chance else Reach.REFUSED
        self.server.reach = dead
        if self.reverb is not None:
            self.reverb.quirks.http_status = 503
            for connection in self.reverb.connections:
                connection.drop()

    def mend(self) -> None:
        """Let the server be reached again."""
        self.server.reach = Reach.REACHED
        if self.reverb is not None:
            self.reverb.quirks.http_status = None

    def lose_something(self, chance: random.Random) -> Mishap:
        """Let the next delivery go wrong in one way; return which."""
        mishap = chance.choice(LOSSES)
        self.server.misbehave(Misbehaviour(mishap, SYNC, seconds=2.0))
        return mishap
