"""The simulated world in a person's hands: by the demo's keys, or on the machine's own page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final, Protocol

import trio

from rvm_edge.bridges.local.control import RefusedError
from rvm_edge.bridges.local.simulation import Condition, Incident, Thing, WorldNow
from rvm_edge.cli.demo.eyes import EyesTrouble
from rvm_edge.cli.demo.things import by_thing, described
from rvm_edge.settings import PolicyInForce
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.people import insert_when_open
from rvm_edge.simulator.specimens import Samples
from rvm_edge.simulator.world import World

GATE_PATIENCE_S: Final = 8.0
"""How long somebody stands there with an item in hand."""

TAKEN_AFTER_S: Final = 5.0
"""How long an item that is given back lies in the slot at most."""

SIGHTLESS_S: Final = 2.0
FULL_PCT: Final = 95.0

_FAULTS: Final[Mapping[Condition, Fault]] = {
    Condition.HAND_IN_SLOT: Fault.HAND_IN_SLOT,
    Condition.SORTER_JAMMED: Fault.SORTER_JAMS,
    Condition.CONTROLLER_UNPLUGGED: Fault.UNPLUGGED,
}

_OTHERS_WOULD_END: Final = (Condition.HAND_IN_SLOT, Condition.BIN_FULL)
"""A visitor waits for the slot, and empties a full bin, so that nobody would see either."""


class Visitors(Protocol):
    """People who come by themselves while nobody else is there."""

    @property
    def coming(self) -> bool:
        """Whether they come, now or after a while."""
        ...

    def let_come(self, *, come: bool) -> None:
        """Let them come from now on, or stay away."""
        ...

    def make_room(self) -> None:
        """Stay away for a while: somebody else is at the machine."""
        ...


class Cable(Protocol):
    """The machine's way to its server."""

    @property
    def is_cut(self) -> bool:
        """Whether the server cannot be reached."""
        ...

    async def turn(self, *, cut: bool) -> None:
        """Cut it, or mend it."""
        ...


class PlayedWorld:
    """Implements `rvm_edge.bridges.local.simulation.SimulatedWorld`.

    Attributes:
        rules: by which policy the machine goes: it says from when the bin is full.
        visitors: who make room for whoever plays; None where none come by themselves.
    """

    def __init__(
        self,
        world: World,
        samples: Samples,
        trouble: EyesTrouble,
        rules: PolicyInForce,
        cable: Cable | None = None,
    ) -> None:
        """Take a world in hand.

        Args:
            world: which.
            samples: what can be put in.
            trouble: puts the machine's eyes out.
            rules: the machine's; while it does not run yet, what its settings say.
            cable: None where there is no internet to cut.
        """
        self._world = world
        self._things = by_thing(samples)
        self._trouble = trouble
        self._cable = cable
        self._turns: Counter[Thing] = Counter()
        self._inserting = False
        self.rules = rules
        self.visitors: Visitors | None = None

    def now(self) -> WorldNow:
        """Return how the world is."""
        possible = tuple(one for one in Condition if self._is_possible(one))
        return WorldNow(
            things=tuple(self._things),
            possible=possible,
            holding=tuple(one for one in possible if self.holds(one)),
            given_back=self._world.something_to_collect,
        )

    def holds(self, condition: Condition) -> bool:
        """Say whether it holds."""
        if condition in _FAULTS:
            return self._world.faults.stands(_FAULTS[condition])
        if condition is Condition.DOOR_OPEN:
            return self._world.door_is_open
        if condition is Condition.BIN_FULL:
            return self._world.bin_pct >= self.rules.now.bin_full_pct
        if condition is Condition.INTERNET_CUT:
            return self._cable is not None and self._cable.is_cut
        return self.visitors is not None and self.visitors.coming

    async def insert(self, thing: Thing) -> str:
        """Put a thing in once the slot is open; the next one of its kind each time.

        Raises:
            RefusedError: the slot did not open, or somebody else has an item in hand.
        """
        self._make_room()
        if self._inserting:
            raise RefusedError("one after the other: the last item is not in yet")
        kinds = self._things.get(thing)
        if kinds is None:
            raise RefusedError("there is no picture of such a thing")
        specimen = kinds[self._turns[thing] % len(kinds)]
        self._inserting = True
        try:
            with trio.move_on_after(GATE_PATIENCE_S):
                await insert_when_open(self._world, specimen)
                self._turns[thing] += 1
                return f"{specimen.name}: {described(specimen)}"
        finally:
            self._inserting = False
        raise RefusedError("the slot did not open: is a deposit going on?")

    async def change(self, condition: Condition, *, holds: bool) -> None:
        """Let a condition hold, or hold no more.

        Raises:
            RefusedError: this world has no such condition.
        """
        await trio.lowlevel.checkpoint()
        if not self._is_possible(condition):
            raise RefusedError("there is no such thing here")
        if condition in _OTHERS_WOULD_END:
            self._make_room()
        if holds == self.holds(condition):
            return
        if condition in _FAULTS:
            turn = self._world.inject if holds else self._world.clear
            turn(_FAULTS[condition])
        elif condition is Condition.DOOR_OPEN:
            self._turn_door(opened=holds)
        elif condition is Condition.BIN_FULL:
            full_pct = max(FULL_PCT, self.rules.now.bin_full_pct)
            self._world.set_bin_pct(full_pct if holds else 0.0)
        elif condition is Condition.INTERNET_CUT and self._cable is not None:
            await self._cable.turn(cut=holds)
        elif self.visitors is not None:
            self.visitors.let_come(come=holds)

    async def happen(self, incident: Incident) -> None:
        """Let something happen. Eyes that were killed see again after a while.

        Raises:
            RefusedError: it cannot happen now.
        """
        if incident is Incident.EYES_KILLED:
            self._trouble.lose()
            try:
                await trio.sleep(SIGHTLESS_S)
            finally:
                self._trouble.mend()
            return
        await trio.lowlevel.checkpoint()
        self._make_room()
        if not self._world.collect():
            raise RefusedError("nothing lies in the slot")

    async def take_what_is_given_back(self) -> None:
        """Be the person who takes an item back after a while, until cancelled."""
        while True:
            await self._world.until(lambda: self._world.something_to_collect)
            with trio.move_on_after(TAKEN_AFTER_S):
                await self._world.until(lambda: not self._world.something_to_collect)
            self._world.collect()

    def _is_possible(self, condition: Condition) -> bool:
        if condition is Condition.INTERNET_CUT:
            return self._cable is not None
        return condition is not Condition.VISITORS_COME or self.visitors is not None

    def _make_room(self) -> None:
        if self.visitors is not None:
            self.visitors.make_room()

    def _turn_door(self, *, opened: bool) -> None:
        if opened:
            self._world.open_door()
            return
        self._world.empty_chamber()  # as a technician does, before shutting it
        self._world.close_door()
