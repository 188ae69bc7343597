"""A fleet of one, and what it sends."""

from __future__ import annotations

import random

from rvm_edge.settings import Settings
from rvm_edge.simulator.fleet.member import Setting
from rvm_edge.simulator.fleet.naive import NaiveMachine
from rvm_edge.simulator.fleet.ours import OurMachine
from rvm_edge.simulator.fleet.process import Clock
from rvm_edge.simulator.fleet.scenario import Scenario
from rvm_edge.simulator.fleet.server import Kind, Reply, Server
from rvm_edge.simulator.fleet.tally import Tally


class NotingTally(Tally):
    """Remembers what was sent, and when."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(scenario)
        self.requests: list[tuple[Kind, float]] = []

    def note(self, kind: Kind, now_s: float, reply: Reply) -> None:
        """Count and remember a request."""
        super().note(kind, now_s, reply)
        self.requests.append((kind, now_s))

    def times_s(self, kind: Kind) -> list[float]:
        """When requests of this kind were sent."""
        return [at_s for sent, at_s in self.requests if sent is kind]


class Bench:
    """One machine of each manner in a scenario, with no network between it and the server."""

    def __init__(self, scenario: Scenario, settings: Settings | None = None) -> None:
        self.tally = NotingTally(scenario)
        self.clock = Clock()
        chance = random.Random(scenario.seed)  # noqa: S311 - repeatable on purpose
        self._setting = Setting(scenario, self.clock, Server(scenario), self.tally, chance)
        self._settings = settings or Settings()

    def ours(self) -> OurMachine:
        """Make a machine that behaves as this project's do; its chance begins anew."""
        machine = OurMachine(self._setting, self._settings)
        machine._round_trip_s = 0.0
        machine.random.seed(self._setting.scenario.seed)
        return machine

    def naive(self) -> NaiveMachine:
        """Make a naive one."""
        machine = NaiveMachine(self._setting)
        machine._round_trip_s = 0.0
        return machine
