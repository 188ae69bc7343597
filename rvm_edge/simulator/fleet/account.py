"""What happened, second by second, and what follows from it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from rvm_edge.simulator.fleet.scenario import Manner, Scenario


class Second(msgspec.Struct, frozen=True):
    """What happened in one second. Requests are counted when they are sent.

    Attributes:
        at_s: when it began, counted from the server's return; negative before.
        handshakes: requests sent, of each kind.
        heartbeats: likewise.
        records: likewise; one carries one entry or many.
        pictures: likewise.
        sockets: connections to the WebSocket server that were tried.
        served: those of them that got, or will get, an answer in time.
        turned_away: those that got 503.
        unreached: those that were never at the server, or were lost with it.
        in_vain: those that the server does although nobody waits for the answer any more.
        online: machines that have the link, at the end of this second.
        waiting: items not delivered yet, of all machines, at the end of this second.
    """

    at_s: int
    handshakes: int
    heartbeats: int
    records: int
    pictures: int
    sockets: int
    served: int
    turned_away: int
    unreached: int
    in_vain: int
    online: int
    waiting: int

    @property
    def sent(self) -> int:
        """All requests that were sent."""
        return self.handshakes + self.heartbeats + self.records + self.pictures + self.sockets

    @property
    def arrived(self) -> int:
        """Those of them that were at the server."""
        return self.sent - self.unreached


class Account(msgspec.Struct, frozen=True):
    """How one fleet came through one outage.

    Attributes:
        scenario: what happened to it.
        manner: how its machines behaved.
        seconds: from the beginning to the end.
        heard_after_s: for each machine that got an answer after the server's return, how long after
            it the first one came; in ascending order.
        caught_up_after_s: for each machine that had nothing left to deliver, how long after the
            server's return that was so for the first time; in ascending order.
        densest_tenth: the most requests that were at the server within a tenth of a second.
        told_again: entries of records that the server got once more.
    """

    scenario: Scenario
    manner: Manner
    seconds: tuple[Second, ...]
    heard_after_s: tuple[float, ...]
    caught_up_after_s: tuple[float, ...]
    densest_tenth: int
    told_again: int

    def heard_within_s(self, share: float) -> float | None:
        """Return how long it took until this share of all machines had an answer; None if never."""
        return _within(self.heard_after_s, share, self.scenario.machines)

    def caught_up_within_s(self, share: float) -> float | None:
        """Return how long it took until this share had delivered everything; None if never."""
        return _within(self.caught_up_after_s, share, self.scenario.machines)

    @property
    def away(self) -> tuple[Second, ...]:
        """The seconds while the server was away."""
        return tuple(one for one in self.seconds if -self.scenario.outage_s <= one.at_s < 0)

    @property
    def afterwards(self) -> tuple[Second, ...]:
        """The seconds since its return."""
        return tuple(one for one in self.seconds if one.at_s >= 0)

    @property
    def usual_rps(self) -> float:
        """Requests per second before the outage, on average."""
        before = [one.sent for one in self.seconds if one.at_s < -self.scenario.outage_s]
        return sum(before) / len(before) if before else math.nan

    @property
    def recovered(self) -> bool:
        """Whether 99 of 100 machines had delivered everything, and have the link at the end."""
        enough = 0.99 * self.scenario.machines
        return len(self.caught_up_after_s) >= enough and self.seconds[-1].online >= enough


def peak(seconds: Sequence[Second]) -> int:
    """Return the most requests that were sent in any of these seconds."""
    return max((one.sent for one in seconds), default=0)


def _within(ascending: Sequence[float], share: float, machines: int) -> float | None:
    needed = max(1, math.ceil(share * machines))
    return ascending[needed - 1] if needed <= len(ascending) else None
