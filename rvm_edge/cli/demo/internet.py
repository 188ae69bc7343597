"""The demo's internet: cut, mended, and as unreliable as it is told to be."""

from __future__ import annotations

import random

from rvm_edge.simulator.cloud import CloudServer, Misbehaviour, Mishap, Reach

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
    """

    def __init__(self, server: CloudServer) -> None:
        self.server = server

    @property
    def is_up(self) -> bool:
        """Whether the server can be reached."""
        return self.server.reach is Reach.REACHED

    def cut(self, chance: random.Random | None = None) -> None:
        """Let the server be reached no more: refused at once, or with packets that vanish."""
        dead = chance.choice((Reach.REFUSED, Reach.BLACKHOLE)) if chance else Reach.REFUSED
        self.server.reach = dead

    def mend(self) -> None:
        """Let the server be reached again."""
        self.server.reach = Reach.REACHED

    def lose_something(self, chance: random.Random) -> Mishap:
        """Let the next delivery go wrong in one way; return which."""
        mishap = chance.choice(LOSSES)
        self.server.misbehave(Misbehaviour(mishap, SYNC, seconds=2.0))
        return mishap
