"""Somebody at the machine: by the keys, or by itself while nobody presses any."""

from __future__ import annotations

import itertools
import random
import uuid
from collections.abc import Awaitable, Callable, Mapping

import msgspec
import trio

from rvm_edge.bridges.local.simulation import Condition, Thing
from rvm_edge.cli.demo.machine import SimulatedMachine
from rvm_edge.cli.demo.persons import Crowd
from rvm_edge.cli.demo.played_world import PlayedWorld
from rvm_edge.cli.demo.releases import release
from rvm_edge.cli.demo.scenario import LIVE
from rvm_edge.cli.demo.server import USERS
from rvm_edge.cli.demo.things import by_thing, described
from rvm_edge.item import SessionMode
from rvm_edge.simulator.truth import Specimen
from states import paths
from states.events import SessionFinished, SessionRequested

QUIET_S = 20.0
"""How long after somebody's last key visitors come by themselves again."""

_GATE_PATIENCE_S = 8.0

_TOLD: Mapping[Condition, tuple[str, str]] = {
    Condition.HAND_IN_SLOT: ("a hand is in the slot", "the hand is out"),
    Condition.SORTER_JAMMED: ("the sorter is jammed", "the sorter is free"),
    Condition.CONTROLLER_UNPLUGGED: (
        "the motor controller is unplugged",
        "the controller is plugged in",
    ),
    Condition.DOOR_OPEN: (
        "the service door is open",
        "the technician emptied the chamber and shut the door",
    ),
    Condition.BIN_FULL: ("the bin is full", "the bin is emptied"),
    Condition.INTERNET_CUT: (
        "the internet is cut: guests are served all the same",
        "the internet is back: the machine finds out when it next tries",
    ),
}
"""What is noted of a condition that holds from now on, and of one that holds no more."""


class Key(msgspec.Struct, frozen=True):
    """What a key does.

    Attributes:
        key: the key.
        word: for the line of keys.
        what: for the help.
        act: does it, and returns a note about it.
        takes_over: whether it makes the person at the keys the visitor.
    """

    key: str
    word: str
    what: str
    act: Callable[[], Awaitable[str]]
    takes_over: bool = False


class Visitor:
    """Acts on the machine as a person and as a tester.

    Attributes:
        note: what the last key did, or why it could not.
        helps: whether the help is shown.
        keys: all keys but the one that quits, in the order in which they are listed.
    """

    def __init__(self, machine: SimulatedMachine, world: PlayedWorld, seed: int) -> None:
        self._machine = machine
        self._world = world
        self._chance = random.Random(seed)  # noqa: S311 - a simulation
        self._crowd = Crowd(machine, seed, LIVE, usual=machine.samples.clear)
        self._comes_by_itself = True
        self._last_key_s = float("-inf")
        self._visit = trio.CancelScope()
        self._inserting = False
        self.note = "visitors come by themselves; press a key to be one, ? for help"
        self.helps = False
        self.keys = self._all_keys()
        world.visitors = self

    @property
    def auto(self) -> str:
        """Whether visitors come by themselves, in words."""
        if not self._comes_by_itself:
            return "off"
        rest_s = self._last_key_s + QUIET_S - trio.current_time()
        return f"back in {rest_s:.0f} s" if rest_s > 0 else "on"

    @property
    def coming(self) -> bool:
        """Whether visitors come by themselves, now or after a while."""
        return self._comes_by_itself

    def let_come(self, *, come: bool) -> None:
        """Let visitors come from now on, or stay away."""
        self._comes_by_itself = come
        self._last_key_s = float("-inf")
        if not come:
            self._visit.cancel()

    def make_room(self) -> None:
        """Let no visitor come for a while: somebody else is at the machine."""
        self._last_key_s = trio.current_time()
        self._visit.cancel()

    async def come_and_go(self) -> None:
        """Let people come, one after the other, while nobody presses a key."""
        while True:
            while self.auto != "on":
                await trio.sleep(0.1)
            with trio.CancelScope() as self._visit:
                await self._crowd.visit()
                await trio.sleep(LIVE.thinks)

    async def press(self, key: str) -> None:
        """Do what the key says, and note it; an unknown key is noted too."""
        found = next((one for one in self.keys if one.key == key), None)
        if found is None:
            self.note = f"{key if key.isprintable() else 'that key'} does nothing; ? lists the keys"
            return
        if found.takes_over:
            self.make_room()
        self.note = f"{found.what}…"
        self.note = await found.act()

    def _all_keys(self) -> tuple[Key, ...]:
        samples = self._machine.samples
        things = samples.specimens
        cans = [one for one in things if one.kind == "can"]
        others = [
            one
            for one in samples.unacceptable()
            if not one.not_empty and one.kind not in ("can", "two_items")
        ]
        two = [one for one in things if one.kind == "two_items"]
        liquids = [one for one in things if one.not_empty and one.kind != "two_items"]

        def puts(specimens: list[Specimen]) -> Callable[[], Awaitable[str]]:
            return lambda: self._put_in(self._chance.choice(specimens))

        bottles = itertools.cycle(by_thing(samples)[Thing.EMPTY_PET])

        def turns(condition: Condition) -> Callable[[], Awaitable[str]]:
            return lambda: self._turn(condition)

        return (
            Key(
                "p",
                "PET",
                "insert an empty PET bottle",
                lambda: self._put_in(next(bottles)),
                takes_over=True,
            ),
            Key("l", "liquid", "insert a bottle with liquid in it", puts(liquids), takes_over=True),
            Key("c", "can", "insert a can", puts(cans), takes_over=True),
            Key("o", "other", "insert something else", puts(others), takes_over=True),
            Key("2", "two", "insert two things at once", puts(two), takes_over=True),
            Key(
                "h",
                "hand",
                "leave a hand in the slot, or take it out",
                turns(Condition.HAND_IN_SLOT),
                takes_over=True,
            ),
            Key("n", "finish", "end the deposit", self._finish, takes_over=True),
            Key("g", "guest", "begin a guest's deposit", self._begin, takes_over=True),
            Key(
                "s",
                "scan",
                "log a user in: the server says so over its WebSocket",
                self._scan,
                takes_over=True,
            ),
            Key("i", "internet", "cut the internet, or mend it", turns(Condition.INTERNET_CUT)),
            Key("j", "jam", "jam the sorter, or free it", turns(Condition.SORTER_JAMMED)),
            Key("d", "door", "open the service door, or shut it", turns(Condition.DOOR_OPEN)),
            Key("b", "bin", "fill the bin, or empty it", turns(Condition.BIN_FULL)),
            Key("k", "kill eyes", "kill the process that looks at pictures", self._kill_eyes),
            Key(
                "m",
                "model",
                "have the server release a new model; visitors stay away meanwhile",
                self._release,
            ),
            Key(
                "u",
                "unplug",
                "unplug the motor controller, or plug it in",
                turns(Condition.CONTROLLER_UNPLUGGED),
            ),
            Key("a", "auto", "let visitors come by themselves, or not", self._auto),
            Key("?", "help", "show or hide this help", self._help),
        )

    async def _put_in(self, specimen: Specimen) -> str:
        if self._inserting:
            return "one after the other: the last item is not in yet"
        self._inserting = True
        try:
            with trio.move_on_after(_GATE_PATIENCE_S):
                await self._crowd.put_in(specimen)
                return f"put in {specimen.name}: {described(specimen)}"
        finally:
            self._inserting = False
        return f"the slot did not open: the machine is in {self._where()}"

    async def _begin(self) -> str:
        if not self._machine.is_in(paths.IDLE):
            return f"no deposit can begin now: the machine is in {self._where()}"
        request = SessionRequested(str(uuid.uuid4()), SessionMode.GUEST.value)
        await self._machine.daemon.runtime.post(request)
        return "a guest's deposit begins: put something in"

    async def _scan(self) -> str:
        if not self._machine.is_in(paths.IDLE):
            return f"nobody can log in now: the machine is in {self._where()}"
        user = self._chance.randint(1, USERS)
        if not self._machine.server.log_in(user):
            return "the server does not reach the machine: nobody can log in now"
        return f"user {user} is logged in: put something in"

    async def _finish(self) -> str:
        if not self._machine.is_in(paths.WAITING):
            return f"nothing to end now: the machine is in {self._where()}"
        await self._machine.daemon.runtime.post(SessionFinished())
        return "the deposit is ended"

    async def _turn(self, condition: Condition) -> str:
        holds = not self._world.holds(condition)
        await self._world.change(condition, holds=holds)
        on, off = _TOLD[condition]
        return on if holds else off

    async def _kill_eyes(self) -> str:
        self._machine.trouble.lose()
        return "the eyes' process is killed: the item goes back, and a new one starts"

    async def _release(self) -> str:
        if self._world.holds(Condition.INTERNET_CUT):
            return "the internet is cut: no model comes through; mend it first (i)"
        come = self._comes_by_itself
        self.let_come(come=False)  # a model is tried while nobody is served, and that takes a while
        try:
            return await release(self._machine)
        finally:
            self.let_come(come=come)

    async def _auto(self) -> str:
        self.let_come(come=self.auto != "on")
        return f"visitors by themselves: {self.auto}"

    async def _help(self) -> str:
        self.helps = not self.helps
        return "? hides this again" if self.helps else ""

    def _where(self) -> str:
        return self._machine.leaves[-1].rsplit(".", 1)[-1]
