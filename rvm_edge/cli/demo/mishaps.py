"""What goes wrong in the demo with faults, and when: a seeded schedule, one thing at a time."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Final

import msgspec
import trio

from rvm_edge.cli.demo.machine import SimulatedMachine
from rvm_edge.cli.demo.scenario import Pace
from rvm_edge.simulator.faults import Fault
from states.events import LinkLost

_FULL_PCT: Final = 97.0
_SELDOM_LONG: Final = 3
"""The power of a chance between 0 and 1: the higher, the more faults are short."""

Act = Callable[[SimulatedMachine, random.Random], None]


class Mishap(msgspec.Struct, frozen=True):
    """Something that goes wrong for a while.

    Attributes:
        name: as it is counted.
        begin: brings it about.
        end: puts it right.
    """

    name: str
    begin: Act
    end: Act


def deck() -> list[Mishap]:
    """Return everything that can go wrong."""
    return [
        _fault(Fault.SORTER_JAMS),
        _fault(Fault.SORTER_JAMS, times=1),
        _fault(Fault.ITEM_FALLS_BACK, times=1),
        _fault(Fault.ITEM_FALLS_BACK),
        _fault(Fault.HAND_IN_SLOT),
        _fault(Fault.CHAMBER_BOUNCES),
        _fault(Fault.CHAMBER_STUCK_OCCUPIED),
        _fault(Fault.CHAMBER_STUCK_FREE),
        _fault(Fault.CHAMBER_UNREADABLE),
        _fault(Fault.SLOT_STUCK_OCCUPIED),
        _fault(Fault.SLOT_BOUNCES),
        _fault(Fault.SLOT_UNREADABLE),
        _fault(Fault.CONTROLLER_DEAF),
        _fault(Fault.CONTROLLER_MUTE),
        _fault(Fault.CONTROLLER_MUTE, times=1),
        _fault(Fault.CONTROLLER_RESETS, times=1),
        _fault(Fault.ACK_LATE, values=(0.5, 8.0)),
        _fault(Fault.ACK_LATE, values=(2.0, 4.0), times=2),
        _fault(Fault.ACK_CORRUPTED),
        _fault(Fault.ACK_WRONG),
        _fault(Fault.ACK_DUPLICATED),
        _fault(Fault.COMMAND_UNKNOWN),
        _fault(Fault.UNPLUGGED),
        _fault(Fault.CAMERA_BLACK),
        _fault(Fault.CAMERA_FROZEN),
        _fault(Fault.CAMERA_LATE, values=(0.3, 4.0)),
        _fault(Fault.CAMERA_GONE),
        _fault(Fault.SCALE_DRIFTS, values=(-60.0, 60.0)),
        _fault(Fault.SCALE_GONE),
        _fault(Fault.BIN_UNREADABLE),
        _fault(Fault.BIN_ABSURD),
        Mishap("eyes_killed", lambda at, _: at.trouble.lose(), lambda at, _: at.trouble.mend()),
        Mishap("eyes_hang", lambda at, _: at.trouble.hang(), lambda at, _: at.trouble.mend()),
        Mishap("internet_cut", _cut_link, _mend_link),
        Mishap(
            "door_opened", lambda at, _: at.world.open_door(), lambda at, _: at.world.close_door()
        ),
        Mishap("bin_full", lambda at, _: at.world.set_bin_pct(_FULL_PCT), _empty_bin),
    ]


def _fault(
    fault: Fault, *, values: tuple[float, float] | None = None, times: int | None = None
) -> Mishap:
    def begin(machine: SimulatedMachine, chance: random.Random) -> None:
        value = chance.uniform(*values) if values else None
        machine.world.inject(fault, value, chance.randint(1, 3) if times else None)

    return Mishap(fault.value, begin, lambda machine, _: machine.world.clear(fault))


def _cut_link(machine: SimulatedMachine, chance: random.Random) -> None:
    machine.server.internet.cut(chance)
    if chance.random() < 0.5:  # noqa: PLR2004 - a coin: else the heartbeats have to notice it
        machine.daemon.runtime.post_nowait(LinkLost())


def _mend_link(machine: SimulatedMachine, _: random.Random) -> None:
    machine.server.internet.mend()


def _empty_bin(machine: SimulatedMachine, _: random.Random) -> None:
    machine.world.set_bin_pct(0.0)


class Trouble:
    """Lets things go wrong while items are handled, each of them before any a second time.

    Attributes:
        happened: how often what went wrong.
    """

    def __init__(self, machine: SimulatedMachine, seed: int, pace: Pace) -> None:
        self._machine = machine
        self._chance = random.Random(f"mishaps of {seed}")  # noqa: S311 - repeatable on purpose
        self._pace = pace
        self.happened: Counter[str] = Counter()

    async def brew(self, insertions: Callable[[], int]) -> None:
        """Let things go wrong until cancelled; then everything is put right.

        Args:
            insertions: how many items have been put in so far.
        """
        while True:
            cards = deck()
            self._chance.shuffle(cards)
            for card in cards:
                await self._next_insertion(insertions)
                await trio.sleep(self._chance.uniform(0, self._pace.strikes))
                await self._let_happen(card)

    async def _next_insertion(self, insertions: Callable[[], int]) -> None:
        now = insertions()
        await self._machine.world.until(lambda: insertions() > now)

    async def _let_happen(self, card: Mishap) -> None:
        self.happened[card.name] += 1
        card.begin(self._machine, self._chance)
        try:
            # Most faults are short; some outlast every patience of the machine.
            await trio.sleep(self._pace.holds * self._chance.random() ** _SELDOM_LONG)
        finally:
            card.end(self._machine, self._chance)
