"""Outages of the demo's internet: when, how, and what is under way as they begin."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import trio

from rvm_edge.cli.demo.machine import SimulatedMachine
from rvm_edge.cli.demo.scenario import Pace
from states import paths

_LOSES_SOMETHING = 0.8
"""The share of outages that begin with a delivery that goes wrong."""


class Outages:
    """Cuts the internet a given number of times while items are handled.

    Attributes:
        happened: how many outages there were, and what they did to deliveries.
    """

    def __init__(
        self, machine: SimulatedMachine, seed: int, pace: Pace, *, number: int, items: int
    ) -> None:
        """Decide when; nothing happens yet.

        Args:
            machine: whose internet it is.
            seed: for everything that is left to chance.
            pace: how long they last.
            number: how many.
            items: among how many items they are spread.
        """
        self._machine = machine
        self._chance = random.Random(f"outages of {seed}")  # noqa: S311 - repeatable on purpose
        self._pace = pace
        step = items / max(1, number)
        self._when = [int(step * n + self._chance.uniform(0.1, 0.5) * step) for n in range(number)]
        self.happened: Counter[str] = Counter()
        self._over = trio.Event()

    async def over(self) -> None:
        """Return once all have happened."""
        await self._over.wait()

    async def brew(self, insertions: Callable[[], int]) -> None:
        """Let them happen until all have, or until cancelled; then the internet is there.

        Args:
            insertions: how many items have been put in so far.
        """
        internet = self._machine.server.internet
        try:
            for when in self._when:
                await self._machine.world.until(lambda: insertions() >= when)  # noqa: B023 - awaited here
                await self._one()
        finally:
            internet.mend()
            self._over.set()

    async def _one(self) -> None:
        """Wait to be online, so that there is something to lose, and lose it for a while."""
        machine, chance = self._machine, self._chance
        with trio.move_on_after(self._pace.outage):
            await machine.until_in(paths.ONLINE)
        self.happened["outage"] += 1
        if chance.random() < _LOSES_SOMETHING:
            self.happened[f"delivery_{machine.server.internet.lose_something(chance).value}"] += 1
            await trio.sleep(self._pace.outage * chance.uniform(0.02, 0.1))
        machine.server.internet.cut(chance)
        await trio.sleep(self._pace.outage * chance.uniform(0.3, 1.0))
        machine.server.internet.mend()
