"""The simulated machine and the people in front of it: the physical truth, on trio's clock.

The host's side is `World.ask`, through `drivers.sim` or, over a pty, through `Esp32`. People and
testers use the other verbs, all of which act at once.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import trio

from drivers.ports import Signal
from drivers.sim.link import Answer, Arguments, Verb
from rvm_edge.simulator.chamber import Chamber
from rvm_edge.simulator.faults import Fault, FaultBoard
from rvm_edge.simulator.firmware import CONTROLLER_VERBS, Firmware, signal_asked
from rvm_edge.simulator.mechanism import Mechanism
from rvm_edge.simulator.passage import Passage
from rvm_edge.simulator.senses import Senses
from rvm_edge.simulator.timings import Timings
from rvm_edge.simulator.truth import InsertedItem, Specimen, Truth
from rvm_edge.simulator.wiring import Wiring


class ImpossibleError(Exception):
    """A person cannot do that now: the gate is closed, or nothing is there to take."""


class World:
    """One machine. See `Fault` for how it misbehaves and `Truth` for its account of the items."""

    def __init__(
        self,
        timings: Timings | None = None,
        *,
        seed: int = 0,
        empty_pictures: Sequence[Path] = (),
        bin_pct: float = 0.0,
        item_pct: float = 0.2,
    ) -> None:
        """Build a machine that is on, closed, dark and empty.

        Args:
            timings: how long things take.
            seed: for everything that is left to chance.
            empty_pictures: what the camera may see when nothing lies in the lit chamber.
            bin_pct: how full the bin is at first.
            item_pct: how much one dropped item fills it.
        """
        self.timings = timings or Timings()
        self._passage = Passage()
        self._faults = FaultBoard()
        self._chamber = Chamber()
        self._mechanism = Mechanism(self._passage, self._chamber, self._faults, self.timings)
        self._faults.before_change = lambda: self._mechanism.lamp.look(self._passage.now())
        self.firmware = Firmware(self._passage, self._mechanism, self.timings.dead_man_s)
        self.wiring = Wiring(self._passage, self._faults, self.firmware)
        self._senses = Senses(
            passage=self._passage,
            chamber=self._chamber,
            mechanism=self._mechanism,
            faults=self._faults,
            timings=self.timings,
            chance=random.Random(seed),  # noqa: S311 - a simulation, repeatable on purpose
            empty_pictures=empty_pictures,
        )
        self._bin_pct = bin_pct
        self._item_pct = item_pct
        self._bin_emptied_at = 0
        self._bolted = True

    # What the host asks.

    async def ask(self, verb: Verb, arguments: Arguments | None = None) -> Answer:
        """Do or read what `verb` says, as `drivers.sim.link.SimulatedWorld` describes.

        An action that was begun goes on when the asker is cancelled.
        """
        await trio.lowlevel.checkpoint()
        self._mechanism.lamp.host_asks(self._passage.now())
        if verb in CONTROLLER_VERBS:
            await self.wiring.command(verb, signal_asked(verb, arguments))
            return None
        powered = self.wiring.power_check()
        powered()
        if verb in (Verb.DOOR_LOCK, Verb.DOOR_UNLOCK):
            await self._passage.after(self.timings.bolt_s, powered)
            self._bolted = verb is Verb.DOOR_LOCK
            return None
        self._senses.bin_pct = self.bin_pct
        return await self._senses.read(verb, powered)

    # What people do.

    def insert(self, specimen: Specimen) -> InsertedItem:
        """Put `specimen` through the open gate.

        Raises:
            ImpossibleError: the gate is not open, or a returned item lies in the slot.
        """
        now_s = self._passage.now()
        if not self.gate_is_open:
            raise ImpossibleError("the gate is not open")
        if not self._chamber.mouth_is_free:
            raise ImpossibleError("a returned item lies in the slot")
        item = self._chamber.insert(specimen, now_s, self.timings.hand_s)
        self._passage.touch()
        return item

    def take_back(self) -> tuple[InsertedItem, ...]:
        """Reach in and take everything out of the chamber.

        Raises:
            ImpossibleError: the gate is not open, or nothing lies there.
        """
        now_s = self._passage.now()
        if not self.gate_is_open:
            raise ImpossibleError("the gate is not open")
        if not self._chamber.inside:
            raise ImpossibleError("nothing lies in the chamber")
        taken = self._chamber.take_out(now_s, self.timings.hand_s)
        self._passage.touch()
        return taken

    def collect(self) -> tuple[InsertedItem, ...]:
        """Take away what the machine has returned; empty if nothing lies in the slot."""
        self._passage.now()
        taken = self._chamber.clear_mouth()
        self._passage.touch()
        return taken

    def hand_in(self) -> None:
        """Leave a hand in the slot."""
        self.inject(Fault.HAND_IN_SLOT)

    def hand_out(self) -> None:
        """Take the hand out of the slot."""
        self.clear(Fault.HAND_IN_SLOT)

    def open_door(self) -> None:
        """Open the service door; the technician's key works against the bolt."""
        self._passage.now()
        self._mechanism.door_is_open = True
        self._passage.touch()

    def close_door(self) -> None:
        """Close the service door."""
        self._passage.now()
        self._mechanism.door_is_open = False
        self._passage.touch()

    def empty_chamber(self) -> tuple[InsertedItem, ...]:
        """A technician takes everything out of the chamber, through the service door.

        Raises:
            ImpossibleError: the door is shut.
        """
        now_s = self._passage.now()
        if not self.door_is_open:
            raise ImpossibleError("the service door is shut")
        taken = self._chamber.take_out(now_s, hand_s=0.0)
        self._passage.touch()
        return taken

    def set_bin_pct(self, pct: float) -> None:
        """Fill or empty the bin to `pct`."""
        self._passage.now()
        self._bin_pct = pct
        self._bin_emptied_at = self._chamber.in_bin
        self._passage.touch()

    # What testers do.

    def inject(self, fault: Fault, value: float | None = None, times: int | None = None) -> None:
        """Put a fault in force; see `FaultBoard.inject`."""
        self._passage.now()
        self._faults.inject(fault, value, times)
        if fault is Fault.UNPLUGGED:
            self.wiring.pull()
        self._passage.touch()

    def clear(self, fault: Fault | None = None) -> None:
        """Take a fault, or all of them, out of force."""
        self._passage.now()
        self._faults.clear(fault)
        self._passage.touch()

    def power_cut(self) -> None:
        """Cut the power: whatever is asked fails at once, motors stop, the lamp goes out."""
        self.wiring.cut_power()
        self.firmware.forget_host()
        self._mechanism.signal = None
        self._mechanism.stop_all(self._passage.now())

    def power_on(self) -> None:
        """Give the power back. Nothing moves until it is told to."""
        self._passage.now()
        self.wiring.powered = True
        self._passage.touch()

    def audit(self) -> Truth:
        """Return the account of every item as of now."""
        now_s = self._passage.now()
        self._mechanism.lamp.look(now_s)
        return Truth(
            items=self._chamber.items,
            hazards=tuple(self._mechanism.hazards),
            light_ons=self._mechanism.lamp.times_lit,
            light_lit_s=self._mechanism.lamp.lit_s(now_s),
            motor_runs=self._mechanism.motor_runs,
        )

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until `holds`; it is asked after every change in this world."""
        await self._passage.until(holds)

    # What can be seen.

    @property
    def faults(self) -> FaultBoard:
        """The faults in force. Turn them with `inject` and `clear`, which wake whoever waits."""
        return self._faults

    @property
    def powered(self) -> bool:
        """Whether there is power."""
        return self.wiring.powered

    @property
    def gate_is_open(self) -> bool:
        """Whether the gate is fully open."""
        return self._mechanism.gate_opening(self._passage.now()) >= 1.0

    @property
    def gate_is_closed(self) -> bool:
        """Whether the gate is fully closed."""
        return self._mechanism.gate_opening(self._passage.now()) <= 0.0

    @property
    def motor_turns(self) -> bool:
        """Whether the sorter's motor turns."""
        self._passage.now()
        return self._mechanism.motor_turns

    @property
    def light_is_on(self) -> bool:
        """Whether the lamp shines."""
        self._passage.now()
        return self._mechanism.lamp.lit

    @property
    def signal(self) -> Signal | None:
        """What the status light shows."""
        self._passage.now()
        return self._mechanism.signal

    @property
    def door_is_open(self) -> bool:
        """Whether the service door stands open."""
        return self._mechanism.door_is_open

    @property
    def bolted(self) -> bool:
        """Whether the service door's bolt is thrown."""
        return self._bolted

    @property
    def bin_pct(self) -> float:
        """How full the bin is."""
        self._passage.now()
        return self._bin_pct + self._item_pct * (self._chamber.in_bin - self._bin_emptied_at)

    @property
    def in_chamber(self) -> tuple[InsertedItem, ...]:
        """What lies in the chamber."""
        self._passage.now()
        return self._chamber.inside

    def item(self, number: int) -> InsertedItem:
        """Return the insertion of that number, as it is now."""
        self._passage.now()
        return self._chamber.item(number)

    @property
    def something_to_collect(self) -> bool:
        """Whether a returned item lies in the slot."""
        self._passage.now()
        return not self._chamber.mouth_is_free

    @property
    def slot_is_blocked(self) -> bool:
        """Whether a hand or a returned item is in the slot."""
        return self._mechanism.slot_is_blocked(self._passage.now())
