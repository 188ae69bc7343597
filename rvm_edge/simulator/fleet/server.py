"""The one server: it answers, turns away, keeps waiting, or is not there."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import NamedTuple

from rvm_edge.simulator.fleet.scenario import Fault, Scenario


class Kind(IntEnum):
    """What is asked of the server. Numbered, to be counted in lists."""

    HANDSHAKE = 0
    HEARTBEAT = 1
    RECORDS = 2
    PICTURE = 3
    SOCKET = 4


class Answer(Enum):
    """What becomes of a request."""

    OK = "ok"
    BUSY = "busy"
    """503 at once: too many wait already."""

    REFUSED = "refused"
    """Nobody is at the port. It never was at the server."""

    NO_ROUTE = "no_route"
    """There is no way to the server. It never left the machine."""

    SILENT = "silent"
    """Nothing within the time-out; the server may have done it all the same."""


class Reply(NamedTuple):
    """What one request gets.

    Attributes:
        answer: what.
        after_s: how long the server or the network took, without the way there and back.
        was_done: whether the server did, or will do, what was asked.
    """

    answer: Answer
    after_s: float
    was_done: bool


_REFUSED = Reply(Answer.REFUSED, 0.0, was_done=False)
_NO_ROUTE = Reply(Answer.NO_ROUTE, 0.0, was_done=False)
_BUSY = Reply(Answer.BUSY, 0.0, was_done=False)
_DONE = Reply(Answer.OK, 0.0, was_done=True)


class Server:
    """Serves requests one after the other, `capacity_rps` of them a second.

    Like PHP-FPM behind nginx it does not notice that nobody waits for an answer any more: the work
    is done all the same. Whatever waited when it went away is lost.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._gone_at_s = scenario.gone_at_s
        self._back_at_s = scenario.back_at_s
        self._fault = scenario.fault
        self._each_s = 1 / scenario.capacity_rps if scenario.capacity_rps else 0.0
        self._longest_queue_s = scenario.queue * self._each_s
        self._free_at_s = 0.0

    def ask(self, kind: Kind, now_s: float, patience_s: float, connect_s: float) -> Reply:
        """Decide what becomes of a request that is sent now.

        Args:
            kind: what is asked.
            now_s: when.
            patience_s: how long an answer is waited for.
            connect_s: how long a connection is waited for.
        """
        if self._gone_at_s <= now_s < self._back_at_s:
            if self._fault is Fault.SILENT:
                return Reply(Answer.SILENT, connect_s, was_done=False)
            if self._fault is Fault.NO_ROUTE:
                return _NO_ROUTE
            if self._fault is Fault.REFUSED or kind is Kind.SOCKET:
                return _REFUSED
        if not self._each_s:
            return _DONE
        return self._in_turn(now_s, patience_s)

    def _in_turn(self, now_s: float, patience_s: float) -> Reply:
        if self._free_at_s <= now_s:
            self._free_at_s = now_s
        elif self._free_at_s - now_s > self._longest_queue_s:
            return _BUSY
        done_at_s = self._free_at_s + self._each_s
        if now_s < self._gone_at_s <= done_at_s and self._fault is not Fault.SOCKETS:
            return Reply(Answer.SILENT, patience_s, was_done=False)
        self._free_at_s = done_at_s
        if done_at_s - now_s > patience_s:
            return Reply(Answer.SILENT, patience_s, was_done=True)
        return Reply(Answer.OK, done_at_s - now_s, was_done=True)
