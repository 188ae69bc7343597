"""The people of the demo: they come, put items in, take back what is returned, and leave."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import trio

from rvm_edge.cli.demo.machine import SimulatedMachine
from rvm_edge.cli.demo.scenario import Pace
from rvm_edge.cli.demo.server import USERS
from rvm_edge.item import SessionMode
from rvm_edge.simulator.truth import Specimen
from rvm_edge.simulator.world import ImpossibleError
from states import paths
from states.events import SessionFinished, SessionRequested

MOST_ITEMS_OF_ONE_PERSON = 6
WALKS_AWAY = 0.1
"""The share of people who leave without saying that they have finished."""

USUAL = 0.6
"""The share of what people bring that is of the usual things, where there are such."""

TRICKS = 0.08
"""The share of items with which people play a trick, where they are allowed to."""


class StuckError(Exception):
    """The machine did not come back into service. The message says where it stands."""


@dataclass
class Diary:
    """What people did.

    Attributes:
        settled_before: by item, how many items the ledger had settled when it was put in.
        insertions: how many items were put in.
        people: how many came.
    """

    settled_before: dict[int, int] = field(default_factory=dict)
    insertions: int = 0
    people: int = 0


class Crowd:
    """People who come one after the other, all different and the same for the same seed."""

    def __init__(
        self,
        machine: SimulatedMachine,
        seed: int,
        pace: Pace,
        *,
        tricks: bool = False,
        usual: Sequence[Specimen] = (),
    ) -> None:
        """Nobody comes yet.

        Args:
            machine: where they go.
            seed: for everything in which they differ.
            pace: how fast they are.
            tricks: whether some put two things in at once or pull an item out again.
            usual: what most of them bring; without it everybody brings anything.
        """
        self._machine = machine
        self._chance = random.Random(f"people of {seed}")  # noqa: S311 - repeatable on purpose
        self._pace = pace
        self._tricks = tricks
        self._usual = usual
        self._sessions_before: int | None = None
        self.diary = Diary()

    async def bring(self, items: int, on_item: Callable[[], None] = lambda: None) -> None:
        """Bring that many items in all, and leave the machine idle.

        Args:
            items: how many.
            on_item: called after each.

        Raises:
            StuckError: the machine did not come back into service.
        """
        while self.diary.insertions < items:
            await self.visit(items - self.diary.insertions, on_item)
        await self.see_it_idle()

    async def visit(
        self, most: int = MOST_ITEMS_OF_ONE_PERSON, on_item: Callable[[], None] = lambda: None
    ) -> None:
        """Be one person: come, put some items in, at most `most`, and leave.

        Raises:
            StuckError: the machine did not come back into service.
        """
        self.diary.people += 1
        upto = self.diary.insertions + most
        for _ in range(self._chance.randint(1, MOST_ITEMS_OF_ONE_PERSON)):
            if self.diary.insertions < upto:
                await self._one_item(last=self.diary.insertions + 1 == upto)
                on_item()
        await self._leave()

    async def see_it_idle(self) -> None:
        """Wait until the machine is idle, and empty a full bin on the way.

        Raises:
            StuckError: it does not get there.
        """
        with self._bounded():
            while not self._machine.is_in(paths.IDLE):
                if self._machine.is_in(paths.FULL):
                    self._machine.world.set_bin_pct(0.0)
                with trio.move_on_after(self._pace.looks_again):
                    await self._machine.until_in(paths.IDLE)

    async def see_it_delivered(self) -> None:
        """Wait until the server has every dropped item, and every picture that is due at once.

        Raises:
            StuckError: it does not get there.
        """
        pictures = self._machine.daemon.ledger.pictures
        with self._bounded():
            while True:
                queue = await self._machine.daemon.ledger.outbox.counts()
                due_at_once, _at_night = await pictures.count_to_upload()
                if not queue.waiting and not due_at_once:
                    return
                await trio.sleep(self._pace.looks_again)

    async def _one_item(self, *, last: bool) -> None:
        world, specimens = self._machine.world, self._machine.samples.specimens
        usual = self._usual and self._chance.random() < USUAL
        specimen = self._chance.choice(self._usual if usual else specimens)
        trick = self._chance.random() if self._tricks else 1.0
        await trio.sleep(self._pace.thinks * self._chance.random())
        with self._bounded():
            await self.put_in(specimen)
            if trick < TRICKS / 2 and not last:
                world.insert(self._chance.choice(specimens))
                self.diary.insertions += 1
            elif trick < TRICKS:
                world.take_back()

    async def put_in(self, specimen: Specimen) -> None:
        """Ask to be served if nobody is, and put the item in as soon as the gate lets it."""
        machine, world = self._machine, self._machine.world
        while True:
            await self._be_served()
            with trio.move_on_after(self._pace.looks_again):
                await world.until(self._may_insert)
                counts = await machine.daemon.ledger.counts()
                if not self._may_insert():
                    continue
                world.collect()
                try:
                    item = world.insert(specimen)
                except ImpossibleError:
                    continue  # the gate began to close in the same instant
                self.diary.settled_before[item.number] = counts.dropped + counts.returned
                self.diary.insertions += 1
                return

    def _may_insert(self) -> bool:
        world = self._machine.world
        return world.gate_is_open and not world.in_chamber and self._machine.is_in(paths.WAITING)

    async def _be_served(self) -> None:
        machine = self._machine
        if machine.is_in(paths.FULL):
            machine.world.set_bin_pct(0.0)
        if machine.is_in(paths.IDLE):
            await machine.daemon.runtime.post(await self._request())
        with trio.move_on_after(self._pace.looks_again):
            await machine.until_in(paths.WAITING)

    async def _request(self) -> SessionRequested:
        if self._sessions_before is None:
            self._sessions_before = (await self._machine.daemon.ledger.counts()).sessions
        # No session twice in one ledger, though the same seed brings the same people again.
        number = self._chance.getrandbits(128) ^ self._sessions_before
        session_id = str(uuid.UUID(int=number, version=4))
        if self._machine.is_in(paths.ONLINE) and self._chance.random() < 0.5:  # noqa: PLR2004
            owner = str(self._chance.randint(1, USERS))
            return SessionRequested(session_id, SessionMode.USER.value, owner)
        return SessionRequested(session_id, SessionMode.GUEST.value)

    async def _leave(self) -> None:
        """Say that this was all, or just walk away."""
        machine = self._machine
        walks_away = self._chance.random() < WALKS_AWAY
        with self._bounded():
            while machine.is_in(paths.DEPOSIT):
                before = machine.leaves
                if machine.is_in(paths.WAITING) and not walks_away and not machine.world.in_chamber:
                    await machine.daemon.runtime.post(SessionFinished())
                with trio.move_on_after(self._pace.looks_again):
                    await machine.until_moved(before)
        await trio.sleep(self._pace.thinks * self._chance.random())
        await self.see_it_idle()

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        """Turn a machine that does not come back into an error that says where it stands.

        Raises:
            StuckError: it took too long.
        """
        try:
            with trio.fail_after(self._pace.comes_back):
                yield
        except trio.TooSlowError as slow:
            raise StuckError(
                f"the machine did not come back within {self._pace.comes_back:g} s; "
                f"it is in {' + '.join(self._machine.leaves)}"
            ) from slow


async def take_returns(machine: SimulatedMachine, seed: int, pace: Pace) -> None:
    """Stand there until cancelled and take away whatever the machine returns, sooner or later."""
    chance = random.Random(f"returns of {seed}")  # noqa: S311 - repeatable on purpose
    world = machine.world
    while True:
        await world.until(lambda: world.something_to_collect)
        await trio.sleep(pace.reach * chance.random())
        world.collect()


async def repair(machine: SimulatedMachine, pace: Pace) -> None:
    """Be the technician who comes, until cancelled, when the machine does not help itself.

    Some troubles outlast their cause: a scale that was zeroed while it was off contradicts the
    chamber's barrier until somebody looks into the chamber and says that it is empty.
    """
    world = machine.world
    while True:
        await machine.until_in(paths.FAULT)
        with trio.move_on_after(pace.technician):
            await machine.until_in(paths.IDLE, paths.FULL, paths.DEPOSIT)
            continue
        if not world.faults.in_force and not world.door_is_open:
            world.open_door()
            with trio.move_on_after(pace.technician):
                await machine.until_in(paths.MAINTENANCE)
            world.empty_chamber()
            world.close_door()
