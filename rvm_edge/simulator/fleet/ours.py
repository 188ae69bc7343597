"""A machine of this project, as its server sees it.

`seek_server` and `keep_link` are the loops of `states/offline_guest.py` and `states/online.py`, and
`tests/simulator/fleet` holds them against those. The couriers and `listen` are plain models of the
ledger's couriers and of the WebSocket client.
"""

from __future__ import annotations

import math

from rvm_edge.backoff import Backoff
from rvm_edge.settings import Settings
from rvm_edge.simulator.fleet.member import Member, Setting
from rvm_edge.simulator.fleet.process import Clock, Process
from rvm_edge.simulator.fleet.scenario import Fault
from rvm_edge.simulator.fleet.server import Answer, Kind

ACTIVITY_TIMEOUT_S = 30.0
"""After so much silence on the WebSocket a client asks whether anybody is there (Reverb's word)."""


class _Pause:
    """The wait before the next request of one kind. No server here asks for one."""

    __slots__ = ("_clock", "backoff", "until_s")

    def __init__(self, clock: Clock, backoff: Backoff) -> None:
        self._clock = clock
        self.backoff = backoff
        self.until_s = 0.0

    def link_is_back(self) -> None:
        """Begin anew."""
        self.backoff.succeeded()
        self.until_s = 0.0

    def over(self) -> Process:
        """Wait until it is over."""
        if self.until_s > self._clock.now_s:
            yield self.until_s - self._clock.now_s


class OurMachine(Member):
    """Heartbeats, then ever rarer handshakes, then everything that waits, in batches."""

    def __init__(self, setting: Setting, settings: Settings) -> None:
        super().__init__(setting, settings.cloud.request.connect_s)
        self._policy = settings.policy
        self._request = settings.cloud.request
        self._batch_items = settings.cloud.sync.batch_items
        self._reverb = settings.cloud.reverb
        self._records_pause = self._new_pause()
        self._pictures_pause = self._new_pause()

    def begin(self) -> None:
        """Be online, as if for a long time, at a moment between two heartbeats."""
        self.now_online(True)
        self.start(
            self.keep_link(self._policy.heartbeat_s * self.random.random()),
            self.listen(connected=True),
            couriers=self.couriers(),
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
                self.start(self.keep_link(), self.listen(), couriers=self.couriers())
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

    def couriers(self) -> tuple[Process, Process]:
        """Bring what waits to the server: records and pictures, neither waiting for the other."""
        return self._deliver_records(), self._deliver_pictures()

    def _deliver_records(self) -> Process:
        self._records_pause.link_is_back()
        while True:
            yield from self._records_pause.over()
            untold = min(self.taken - self.recorded, self._batch_items)
            if not untold:
                yield math.inf
                continue
            answer = yield from self.ask(Kind.RECORDS, self._request.answer_s, untold)
            if answer is Answer.OK:
                self.recorded += untold
            self._note_answer(self._records_pause, answer)

    def _deliver_pictures(self) -> Process:
        self._pictures_pause.link_is_back()
        while True:
            yield from self._pictures_pause.over()
            if self.pictured == self.taken:
                yield math.inf
                continue
            answer = yield from self.ask(Kind.PICTURE, self._request.upload_s)
            if answer is Answer.OK:
                self.pictured += 1
            self._note_answer(self._pictures_pause, answer)

    def _note_answer(self, pause: _Pause, answer: Answer) -> None:
        if answer is Answer.OK:
            pause.backoff.succeeded()
            self.note_progress()
        else:
            pause.until_s = self.clock.now_s + pause.backoff.next_s()

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

    def _new_pause(self) -> _Pause:
        first_s, cap_s = self._request.retry_first_s, self._request.retry_cap_s
        return _Pause(self.clock, Backoff(first_s, cap_s, self.random.random))

    def _lose_link(self) -> None:
        self.now_online(False)
        self.start(self.seek_server())
