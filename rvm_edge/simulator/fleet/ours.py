"""A machine of this project, as its server sees it.

`seek_server`, `keep_link` and `listen` are the loops of `states/offline_guest.py`, of
`states/online.py` and of the WebSocket client; `tests/simulator/fleet` holds the first two against
the chart's own activities.
"""

from __future__ import annotations

import math

from rvm_edge.backoff import Backoff
from rvm_edge.settings import Settings
from rvm_edge.simulator.fleet.member import Member, Setting
from rvm_edge.simulator.fleet.process import Process
from rvm_edge.simulator.fleet.scenario import Fault
from rvm_edge.simulator.fleet.server import Answer, Kind

ACTIVITY_TIMEOUT_S = 30.0
"""After so much silence on the WebSocket a client asks whether anybody is there (Reverb's word)."""


class OurMachine(Member):
    """Heartbeats, then ever rarer handshakes, then everything that waits, in batches."""

    def __init__(self, setting: Setting, settings: Settings) -> None:
        super().__init__(setting, settings.cloud.request.connect_s)
        self._policy = settings.policy
        self._request = settings.cloud.request
        self._batch_items = settings.cloud.sync.batch_items
        self._reverb = settings.cloud.reverb

    def begin(self) -> None:
        """Be online, as if for a long time, at a moment between two heartbeats."""
        self.now_online(True)
        self.start(
            self.keep_link(self._policy.heartbeat_s * self.random.random()),
            self.listen(connected=True),
            courier=self.deliver(),
        )

    def seek_server(self) -> Process:
        """Try the handshake again and again until it succeeds."""
        policy = self._policy
        backoff = Backoff(policy.reconnect_first_s, policy.reconnect_cap_s, self.random.random)
        while True:
            yield backoff.next_s()
            answer = yield from self.ask(Kind.HANDSHAKE, self._request.answer_s)
            if answer is Answer.OK:
                self.now_online(True)
                self.start(self.keep_link(), self.listen(), courier=self.deliver())
                return

    def keep_link(self, first_after_s: float = 0.0) -> Process:
        """Send heartbeats; several unanswered in a row, or no way to the server, is a lost link."""
        failures = 0
        yield first_after_s
        while True:
            answer = yield from self.ask(Kind.HEARTBEAT, self._request.answer_s)
            failures = 0 if answer is Answer.OK else failures + 1
            if answer is Answer.NO_ROUTE or failures == self._policy.heartbeat_failures:
                break
            yield self._policy.heartbeat_s
        self._lose_link()

    def deliver(self) -> Process:
        """Bring what waits to the server: records in batches, then pictures one by one."""
        request = self._request
        backoff = Backoff(request.retry_first_s, request.retry_cap_s, self.random.random)
        while True:
            untold = min(self.taken - self.recorded, self._batch_items)
            if untold:
                answer = yield from self.ask(Kind.RECORDS, request.answer_s, untold)
                if answer is Answer.OK:
                    self.recorded += untold
            elif self.pictured < self.taken:
                answer = yield from self.deliver_picture(request.upload_s)
            else:
                yield math.inf
                continue
            if answer is Answer.OK:
                backoff.succeeded()
            else:
                yield backoff.next_s()

    def listen(self, *, connected: bool = False) -> Process:
        """Keep the WebSocket, where there is one; its loss may count as the server's."""
        reverb = self._reverb
        if not reverb.app_key:
            return
        backoff = Backoff(reverb.retry_first_s, reverb.retry_cap_s, self.random.random)
        while True:
            if not connected:
                answer = yield from self.ask(Kind.SOCKET, reverb.connect_s)
                connected = answer is Answer.OK
            if connected:
                backoff.succeeded()
                yield self._socket_lasts_s()
                connected = False
                if reverb.loss_is_offline:
                    self._lose_link()
                    return
            yield backoff.next_s()

    def _socket_lasts_s(self) -> float:
        """Return how long it takes until this machine notices that its socket is gone."""
        now_s, scenario = self.clock.now_s, self.scenario
        noticed_at_s: float = scenario.gone_at_s
        if scenario.fault in {Fault.SILENT, Fault.NO_ROUTE}:
            noticed_at_s += ACTIVITY_TIMEOUT_S * self.random.random() + self._reverb.pong_s
            if noticed_at_s >= scenario.back_at_s:
                return math.inf
        return noticed_at_s - now_s if noticed_at_s >= now_s else math.inf

    def _lose_link(self) -> None:
        self.now_online(False)
        self.start(self.seek_server())
