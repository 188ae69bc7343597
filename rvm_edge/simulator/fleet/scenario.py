"""What happens to a fleet: how many machines, how the server goes away, what it can carry."""

from __future__ import annotations

from enum import Enum

import msgspec

PHP_FPM_BACKLOG = 511
"""How many requests wait at PHP-FPM before nginx turns the next one away (listen.backlog)."""


class Fault(Enum):
    """How the server goes away, for all machines in one instant."""

    REFUSED = "refused"
    """Nobody is at its port, as in a restart: every try fails at once, every socket is closed."""

    SILENT = "silent"
    """The network swallows everything: every try runs into its time-out."""

    NO_ROUTE = "no_route"
    """No machine has a way to it: every try fails at once, before anything is sent."""

    SOCKETS = "sockets"
    """Only the WebSocket server restarts; everything else is served."""


class Manner(Enum):
    """How the machines behave."""

    OURS = "ours"
    """As this project's machines do, by their settings."""

    NAIVE = "naive"
    """A try every five seconds, and after each failure everything again from the beginning."""


class Scenario(msgspec.Struct, frozen=True):
    """One outage of one fleet. All times in seconds.

    Attributes:
        machines: how many.
        outage_s: how long the server is away.
        fault: in which way.
        items_per_hour: items that each machine takes, on average; each is one entry in a record and
            one picture.
        capacity_rps: requests that the server can serve per second; None for all of them at once.
        queue: how many requests wait at the server before it answers 503 at once.
        before_s: how long all is well before the outage.
        after_s: how long is watched after it.
        seed: for everything that is left to chance.
    """

    machines: int = 10_000
    outage_s: int = 600
    fault: Fault = Fault.REFUSED
    items_per_hour: float = 30.0
    capacity_rps: float | None = None
    queue: int = PHP_FPM_BACKLOG
    before_s: int = 60
    after_s: int = 600
    seed: int = 0

    @property
    def gone_at_s(self) -> int:
        """When the server goes."""
        return self.before_s

    @property
    def back_at_s(self) -> int:
        """When it is back."""
        return self.before_s + self.outage_s

    @property
    def ends_at_s(self) -> int:
        """When nobody looks any more."""
        return self.back_at_s + self.after_s
