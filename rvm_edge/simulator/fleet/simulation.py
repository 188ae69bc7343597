"""Runs one scenario."""

from __future__ import annotations

import random
from collections.abc import Callable

from rvm_edge.settings import Settings
from rvm_edge.simulator.fleet.account import Account
from rvm_edge.simulator.fleet.member import Member, Setting
from rvm_edge.simulator.fleet.naive import NaiveMachine
from rvm_edge.simulator.fleet.ours import OurMachine
from rvm_edge.simulator.fleet.process import Clock
from rvm_edge.simulator.fleet.scenario import Manner, Scenario
from rvm_edge.simulator.fleet.server import Server
from rvm_edge.simulator.fleet.tally import Tally


def simulate(
    scenario: Scenario,
    manner: Manner,
    settings: Settings,
    progress: Callable[[], None] = lambda: None,
) -> Account:
    """Let a fleet live through an outage. The same arguments give the same account.

    Args:
        scenario: what happens.
        manner: how the machines behave.
        settings: of every machine, where they behave as ours do.
        progress: called after each simulated second.
    """
    chance = random.Random(f"fleet {scenario.seed}")  # noqa: S311 - repeatable on purpose
    setting = Setting(scenario, Clock(), Server(scenario), Tally(scenario), chance)

    def member() -> Member:
        return OurMachine(setting, settings) if manner is Manner.OURS else NaiveMachine(setting)

    fleet = [member() for _ in range(scenario.machines)]
    for machine in fleet:
        setting.clock.spawn(machine.take_items())
        machine.begin()
    for second in range(scenario.ends_at_s):
        setting.clock.agenda.advance(second + 1 - 1e-9)
        setting.tally.close_second(second)
        progress()
    return setting.tally.account(manner)
