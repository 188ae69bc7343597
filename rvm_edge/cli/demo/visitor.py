"""Somebody at the machine: by the keys, or by itself while nobody presses any."""

from __future__ import annotations

import random
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import trio

from rvm_edge.cli.demo.machine import SimulatedMachine
from rvm_edge.cli.demo.persons import Crowd
from rvm_edge.cli.demo.scenario import LIVE
from rvm_edge.cli.demo.server import USERS
from rvm_edge.item import SessionMode
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.truth import Specimen
from states import paths
from states.events import LinkLost, SessionFinished, SessionRequested

QUIET_S = 20.0
"""How long after somebody's last key visitors come by themselves again."""

_GATE_PATIENCE_S = 8.0
_FULL_PCT = 95.0


@dataclass(frozen=True)
class Key:
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

    def __init__(self, machine: SimulatedMachine, seed: int) -> None:
        self._machine = machine
        self._chance = random.Random(seed)  # noqa: S311 - a simulation
        self._crowd = Crowd(machine, seed, LIVE)
        self._comes_by_itself = True
        self._last_key_s = float("-inf")
        self._visit = trio.CancelScope()
        self._inserting = False
        self.note = "visitors come by themselves; press a key to be one, ? for help"
        self.helps = False
        self.keys = self._all_keys()

    @property
    def auto(self) -> str:
        """Whether visitors come by themselves, in words."""
        if not self._comes_by_itself:
            return "off"
        rest_s = self._last_key_s + QUIET_S - trio.current_time()
        return f"back in {rest_s:.0f} s" if rest_s > 0 else "on"

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
            self._last_key_s = trio.current_time()
            self._visit.cancel()
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

        return (
            Key(
                "p",
                "PET",
                "insert an empty PET bottle",
                puts([*samples.acceptable()]),
                takes_over=True,
            ),
            Key("l", "liquid", "insert a bottle with liquid in it", puts(liquids), takes_over=True),
            Key("c", "can", "insert a can", puts(cans), takes_over=True),
            Key("o", "other", "insert something else", puts(others), takes_over=True),
            Key("2", "two", "insert two things at once", puts(two), takes_over=True),
            Key(
                "h", "hand", "leave a hand in the slot, or take it out", self._hand, takes_over=True
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
            Key("i", "internet", "cut the internet, or mend it", self._internet),
            Key("j", "jam", "jam the sorter, or free it", self._jam),
            Key("d", "door", "open the service door, or shut it", self._door),
            Key("b", "bin", "fill the bin, or empty it", self._bin),
            Key("k", "kill eyes", "kill the process that looks at pictures", self._kill_eyes),
            Key("u", "unplug", "unplug the motor controller, or plug it in", self._unplug),
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
                return f"put in {specimen.name}: {_described(specimen)}"
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

    async def _internet(self) -> str:
        internet = self._machine.server.internet
        if not internet.is_up:
            internet.mend()
            return "the internet is back: the machine finds out when it next tries"
        internet.cut()
        await self._machine.daemon.runtime.post(LinkLost())
        return "the internet is cut: guests are served all the same"

    async def _hand(self) -> str:
        return self._toggle(Fault.HAND_IN_SLOT, "a hand is in the slot", "the hand is out")

    async def _jam(self) -> str:
        return self._toggle(Fault.SORTER_JAMS, "the sorter is jammed", "the sorter is free")

    async def _unplug(self) -> str:
        return self._toggle(
            Fault.UNPLUGGED, "the motor controller is unplugged", "the controller is plugged in"
        )

    async def _door(self) -> str:
        world = self._machine.world
        if world.door_is_open:
            world.empty_chamber()
            world.close_door()
            return "the technician emptied the chamber and shut the door"
        world.open_door()
        return "the service door is open"

    async def _bin(self) -> str:
        world = self._machine.world
        full = world.bin_pct >= self._machine.settings.policy.bin_full_pct
        world.set_bin_pct(0.0 if full else _FULL_PCT)
        return "the bin is emptied" if full else "the bin is full"

    async def _kill_eyes(self) -> str:
        self._machine.trouble.lose()
        return "the eyes' process is killed: the item goes back, and a new one starts"

    async def _auto(self) -> str:
        self._comes_by_itself = self.auto != "on"
        self._last_key_s = float("-inf")
        if not self._comes_by_itself:
            self._visit.cancel()
        return f"visitors by themselves: {self.auto}"

    async def _help(self) -> str:
        self.helps = not self.helps
        return "? hides this again" if self.helps else ""

    def _toggle(self, fault: Fault, on: str, off: str) -> str:
        world = self._machine.world
        if world.faults.stands(fault):
            world.clear(fault)
            return off
        world.inject(fault)
        return on

    def _where(self) -> str:
        return self._machine.leaves[-1].rsplit(".", 1)[-1]


def _described(specimen: Specimen) -> str:
    if specimen.should_accept:
        return "an empty PET bottle"
    liquid = f" with {specimen.liquid_pct:.0f} % liquid" if specimen.not_empty else ""
    label = specimen.label if specimen.label != "none" else "no container"
    return f"{specimen.kind.replace('_', ' ')}, {label}{liquid}"
