"""The machine to compare with: a fixed wait, no jitter, and everything again after each failure.

It believes its WebSocket: when the server closes it, the machine is offline in that instant, and so
are all the others. Where the network only falls silent it learns of that by a heartbeat.
"""

from __future__ import annotations

import math

from rvm_edge.simulator.fleet.member import Member, Setting
from rvm_edge.simulator.fleet.process import Process
from rvm_edge.simulator.fleet.scenario import Fault
from rvm_edge.simulator.fleet.server import Answer, Kind

RETRY_S = 5.0
HEARTBEAT_S = 35.0
PATIENCE_S = 5.0
UPLOAD_S = 30.0
"""As our defaults, so that what differs is the manner alone."""


class NaiveMachine(Member):
    """A handshake every five seconds, then every item by itself."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting, PATIENCE_S)
        self._all_told_until = 0

    def begin(self) -> None:
        """Be online, as if for a long time, at a moment between two heartbeats."""
        self.now_online(True)
        self.start(
            self._keep_link(HEARTBEAT_S * self.random.random()),
            self._hear_close(),
            couriers=[self._deliver()],
        )

    def _seek_server(self) -> Process:
        while True:
            yield RETRY_S
            answer = yield from self.ask(Kind.HANDSHAKE, PATIENCE_S)
            if answer is Answer.OK:
                self.now_online(True)
                self.start(self._keep_link(0.0), couriers=[self._deliver()])
                return

    def _keep_link(self, first_after_s: float) -> Process:
        yield first_after_s
        while (yield from self.ask(Kind.HEARTBEAT, PATIENCE_S)) is Answer.OK:
            yield HEARTBEAT_S
        self._lose_link()

    def _hear_close(self) -> Process:
        if self.scenario.fault in {Fault.REFUSED, Fault.SOCKETS}:
            yield self.scenario.gone_at_s
            self._lose_link()

    def _deliver(self) -> Process:
        while True:
            if self.pictured == self.taken:
                self._all_told_until = self.taken
                yield math.inf
                continue
            if (yield from self.ask(Kind.RECORDS, PATIENCE_S, 1)) is not Answer.OK:
                break
            self.recorded += 1
            if (yield from self.ask(Kind.PICTURE, UPLOAD_S)) is not Answer.OK:
                break
            self.pictured += 1
            self.note_progress()
        self._lose_link()

    def _lose_link(self) -> None:
        self.recorded = self.pictured = self._all_told_until
        self.note_progress()
        self.now_online(False)
        self.start(self._seek_server())
