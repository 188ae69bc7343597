"""What every machine of a fleet does: take items, ask, and remember what the server was told."""

from __future__ import annotations

import random
from collections.abc import Generator, Sequence

import msgspec

from rvm_edge.simulator.fleet.process import Clock, Process, Task
from rvm_edge.simulator.fleet.scenario import Scenario
from rvm_edge.simulator.fleet.server import Answer, Kind, Server
from rvm_edge.simulator.fleet.tally import Tally

ROUND_TRIP_S = (0.02, 0.2)
"""To the server and back over a mobile network: between these, another for each machine."""


class Setting(msgspec.Struct, frozen=True):
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
        self._couriers: list[Task] = []
        self._waiting = 0

    def start(self, *processes: Process, couriers: Sequence[Process] = ()) -> None:
        """Put these processes in the place of those that were under way.

        Args:
            processes: what they are.
            couriers: more of them, which are woken by each new item where they sleep.
        """
        for task in self._tasks + self._couriers:
            task.cancel()
        self._tasks = [self.clock.spawn(process) for process in processes]
        self._couriers = [self.clock.spawn(courier) for courier in couriers]

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
            self.take(1)

    def take(self, items: int) -> None:
        """Take so many items now."""
        self.taken += items
        self.note_progress()
        for courier in self._couriers:
            courier.wake()

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

    def _note_heard(self) -> None:
        after_s = self.clock.now_s - self.scenario.back_at_s
        if after_s >= 0 and not self._heard:
            self._heard = True
            self.tally.heard_after_s.append(after_s)
        self.note_progress()

    def note_progress(self) -> None:
        """Note how much waits, and the first moment since the server's return without anything."""
        waiting = self.taken - min(self.recorded, self.pictured)
        self.tally.waiting += waiting - self._waiting
        self._waiting = waiting
        if self._heard and not waiting and not self._caught_up:
            self._caught_up = True
            self.tally.caught_up_after_s.append(self.clock.now_s - self.scenario.back_at_s)
