"""Counts while the simulation runs."""

from __future__ import annotations

from rvm_edge.simulator.fleet.account import Account, Second
from rvm_edge.simulator.fleet.scenario import Manner, Scenario
from rvm_edge.simulator.fleet.server import Answer, Kind, Reply

_TENTHS = 10


class Tally:
    """What all machines together sent, got, have and miss."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        length = scenario.ends_at_s + 1
        self._sent = [[0] * length for _ in Kind]
        self._served = [0] * length
        self._turned_away = [0] * length
        self._unreached = [0] * length
        self._in_vain = [0] * length
        self._tenths = [0] * (length * _TENTHS)
        self._seconds: list[Second] = []
        self.heard_after_s: list[float] = []
        self.caught_up_after_s: list[float] = []
        self.online = 0
        self.waiting = 0
        self.told_again = 0

    def note(self, kind: Kind, now_s: float, reply: Reply) -> None:
        """Count a request that is sent now."""
        second = int(now_s)
        self._sent[kind][second] += 1
        if reply.answer is Answer.OK:
            self._served[second] += 1
        elif reply.was_done:
            self._in_vain[second] += 1
        elif reply.answer is Answer.BUSY:
            self._turned_away[second] += 1
        else:
            self._unreached[second] += 1
            return
        self._tenths[int(now_s * _TENTHS)] += 1

    def close_second(self, second: int) -> None:
        """Write down what stands at the end of a second, counted from the beginning."""
        sent = [counts[second] for counts in self._sent]
        self._seconds.append(
            Second(
                at_s=second - self._scenario.back_at_s,
                handshakes=sent[Kind.HANDSHAKE],
                heartbeats=sent[Kind.HEARTBEAT],
                records=sent[Kind.RECORDS],
                pictures=sent[Kind.PICTURE],
                sockets=sent[Kind.SOCKET],
                served=self._served[second],
                turned_away=self._turned_away[second],
                unreached=self._unreached[second],
                in_vain=self._in_vain[second],
                online=self.online,
                waiting=self.waiting,
            )
        )

    def account(self, manner: Manner) -> Account:
        """Sum up."""
        return Account(
            scenario=self._scenario,
            manner=manner,
            seconds=tuple(self._seconds),
            heard_after_s=tuple(sorted(self.heard_after_s)),
            caught_up_after_s=tuple(sorted(self.caught_up_after_s)),
            densest_tenth=max(self._tenths),
            told_again=self.told_again,
        )
