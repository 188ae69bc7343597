"""What every machine of a fleet does: take items, ask, and remember what the server was told."""

from __future__ import annotations

import random
from collections.abc import Generator
from dataclasses import dataclass

from rvm_edge.simulator.fleet.process import Clock, Process, Task
from rvm_edge.simulator.fleet.scenario import Scenario
from rvm_edge.simulator.fleet.server import Answer, Kind, Server
from rvm_edge.simulator.fleet.tally import Tally

ROUND_TRIP_S = (0.02, 0.2)
"""To the server and back over a mobile network: between these, another for each machine."""


@dataclass(frozen=True)
class Setting:
    """What all machines of a fleet share."""

    scenario: Scenario
    clock: Clock
    server: Server
    tally: Tally
    random: random.Random


class Member:
    """One machine: its items, and what it knows of the server."""

    def __init__(self, setting: Setting, connect_s: float) -> None:
        self.scenario = setting.scenario
        self.clock = setting.clock
        self.tally = setting.tally
        self.random = setting.random
        self.is_online = False
        self.taken = 0
        self.recorded = 0
        self.pictured = 0
        self._server = setting.server
        self._connect_s = connect_s
        self._round_trip_s = self.random.uniform(*ROUND_TRIP_S)
        self._known_there = 0
        self._heard = False
        self._caught_up = False
        self._tasks: list[Task] = []
        self._courier: Task | None = None

    def start(self, *processes: Process, courier: Process | None = None) -> None:
        """Put these processes in the place of those that were under way.

        Args:
            processes: what they are.
            courier: one more, which is woken by each new item where it sleeps.
        """
        for task in self._tasks:
            task.cancel()
        self._tasks = [self.clock.spawn(process) for process in processes]
        self._courier = self.clock.spawn(courier) if courier else None
        if self._courier:
            self._tasks.append(self._courier)

    def begin(self) -> None:
        """Be online, as if for a long time, at a moment between two heartbeats."""
        raise NotImplementedError

    def now_online(self, online: bool) -> None:  # noqa: FBT001 - the value is the point
        """Note that the link is there, or is not."""
        self.tally.online += online - self.is_online
        self.is_online = online

    def take_items(self) -> Process:
        """Take items for ever, at random moments."""
        per_second = self.scenario.items_per_hour / 3600
        while per_second:
            yield self.random.expovariate(per_second)
            self.taken += 1
            self.tally.waiting += 1
            if self._courier:
                self._courier.wake()

    def ask(
        self, kind: Kind, patience_s: float, entries: int = 0
    ) -> Generator[float, None, Answer]:
        """Send a request, wait for what becomes of it, and return that.

        Args:
            kind: what is asked.
            patience_s: how long an answer is waited for.
            entries: how many entries of the records it tells, from the first untold one.
        """
        now_s = self.clock.now_s
        reply = self._server.ask(kind, now_s, patience_s, self._connect_s)
        self.tally.note(kind, now_s, reply)
        if reply.was_done and entries:
            new = max(0, self.recorded + entries - self._known_there)
            self._known_there += new
            self.tally.told_again += entries - new
        if reply.answer is Answer.SILENT:
            yield reply.after_s
        else:
            yield reply.after_s + self._round_trip_s
        if reply.answer is Answer.OK:
            self._note_heard()
        return reply.answer

    def deliver_picture(self, patience_s: float) -> Generator[float, None, Answer]:
        """Send the oldest item's picture; with it the item is delivered."""
        answer = yield from self.ask(Kind.PICTURE, patience_s)
        if answer is Answer.OK:
            self.pictured += 1
            self.tally.waiting -= 1
            self.note_if_caught_up()
        return answer

    def _note_heard(self) -> None:
        after_s = self.clock.now_s - self.scenario.back_at_s
        if after_s >= 0 and not self._heard:
            self._heard = True
            self.tally.heard_after_s.append(after_s)
        self.note_if_caught_up()

    def note_if_caught_up(self) -> None:
        """Note the first moment since the server's return at which nothing waits any more."""
        if self._heard and not self._caught_up and self.pictured == self.taken:
            self._caught_up = True
            self.tally.caught_up_after_s.append(self.clock.now_s - self.scenario.back_at_s)
