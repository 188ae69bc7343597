"""The people's verbs as JSON: what can be done to a world from another process, by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import trio

from drivers.ports import DriverError
from drivers.sim.link import Scalar, Verb
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.people import await_fate, insert_when_open
from rvm_edge.simulator.specimens import Samples, SamplesError
from rvm_edge.simulator.tricks import Props, Trick, attempt
from rvm_edge.simulator.world import ImpossibleError, World

Arguments = dict[str, Scalar]


class View(msgspec.Struct, frozen=True):
    """What somebody standing in front of the machine sees.

    Attributes:
        powered: whether there is power.
        gate: ``open``, ``closed``, or ``ajar``.
        motor_turns: whether the sorter's motor turns.
        light_is_on: whether the lamp shines.
        signal: what the status light shows; None while it is dark.
        door_is_open: whether the service door stands open.
        bin_pct: how full the bin is.
        in_chamber: the numbers of the items in the chamber.
        to_collect: whether a returned item lies in the slot.
        faults: the faults in force.
        serial: where the simulated ESP32 can be opened; None if it is not run.
    """

    powered: bool
    gate: str
    motor_turns: bool
    light_is_on: bool
    signal: str | None
    door_is_open: bool
    bin_pct: float
    in_chamber: tuple[int, ...]
    to_collect: bool
    faults: tuple[str, ...]
    serial: str | None


class Window:
    """Carries out verbs on a world: the machine's own, and the people's and testers'."""

    def __init__(self, world: World, samples: Samples, serial: Path | None = None) -> None:
        self._world = world
        self._samples = samples
        self._serial = serial
        self._verbs: dict[str, Callable[[Arguments], Awaitable[object] | object]] = {
            "person.insert": self._insert,
            "person.insert_when_open": self._insert_when_open,
            "person.await_fate": self._await_fate,
            "person.attempt": self._attempt,
            "person.take_back": lambda _: world.take_back(),
            "person.collect": lambda _: world.collect(),
            "person.hand_in": lambda _: world.hand_in(),
            "person.hand_out": lambda _: world.hand_out(),
            "person.open_door": lambda _: world.open_door(),
            "person.close_door": lambda _: world.close_door(),
            "person.empty_chamber": lambda _: world.empty_chamber(),
            "person.set_bin": lambda given: world.set_bin_pct(_number(given, "pct")),
            "fault.inject": self._inject,
            "fault.clear": self._clear,
            "power.cut": lambda _: world.power_cut(),
            "power.on": lambda _: world.power_on(),
            "world.audit": lambda _: world.audit(),
            "world.in_chamber": lambda _: world.in_chamber,
            "world.specimens": lambda _: samples.specimens,
            "world.view": lambda _: self.view(),
        }

    async def carry_out(self, verb: str, arguments: Arguments) -> object:
        """Carry out one verb and return its answer.

        Raises:
            DriverError: the machine's part raised it.
            ImpossibleError: nobody can do that now, or the verb or its arguments make no sense.
            SamplesError: there is no such specimen.
        """
        handler = self._verbs.get(verb)
        if handler is not None:
            answer = handler(arguments)
            if isinstance(answer, Awaitable):
                return await answer
            await trio.lowlevel.checkpoint()
            return answer
        try:
            asked = Verb(verb)
        except ValueError as unknown:
            raise ImpossibleError(f"no verb is called {verb!r:.60}") from unknown
        return await self._world.ask(asked, arguments)

    def view(self) -> View:
        """Return what can be seen now."""
        world = self._world
        gate = "open" if world.gate_is_open else "closed" if world.gate_is_closed else "ajar"
        return View(
            powered=world.powered,
            gate=gate,
            motor_turns=world.motor_turns,
            light_is_on=world.light_is_on,
            signal=world.signal.value if world.signal else None,
            door_is_open=world.door_is_open,
            bin_pct=world.bin_pct,
            in_chamber=tuple(item.number for item in world.in_chamber),
            to_collect=world.something_to_collect,
            faults=tuple(fault.value for fault in world.faults.in_force),
            serial=str(self._serial) if self._serial else None,
        )

    def _insert(self, given: Arguments) -> object:
        return self._world.insert(self._samples.named(_text(given, "name")))

    async def _insert_when_open(self, given: Arguments) -> object:
        return await insert_when_open(self._world, self._samples.named(_text(given, "name")))

    async def _attempt(self, given: Arguments) -> object:
        """Try a trick with a specimen; what has to be two bottles is the first such sample."""
        bottle = self._samples.named(_text(given, "name"))
        pairs = [one for one in self._samples.specimens if one.kind == "two_items"]
        return await attempt(self._world, _trick(given), Props(bottle, (pairs or [bottle])[0]))

    async def _await_fate(self, given: Arguments) -> object:
        number = int(_number(given, "number"))
        if not 1 <= number <= len(self._world.audit().items):
            raise ImpossibleError(f"there is no item {number}")
        return await await_fate(self._world, self._world.item(number))

    def _inject(self, given: Arguments) -> None:
        value = _number(given, "value") if given.get("value") is not None else None
        times = int(_number(given, "times")) if given.get("times") is not None else None
        try:
            self._world.inject(_fault(given), value, times)
        except ValueError as wrong:
            raise ImpossibleError(str(wrong)) from wrong

    def _clear(self, given: Arguments) -> None:
        self._world.clear(None if given.get("fault") is None else _fault(given))


REFUSALS = (DriverError, ImpossibleError, SamplesError)
"""What `Window.carry_out` may raise, for whoever has to pass it on."""


def _fault(given: Arguments) -> Fault:
    name = _text(given, "fault")
    try:
        return Fault(name)
    except ValueError as unknown:
        raise ImpossibleError(f"no fault is called {name!r:.60}") from unknown


def _trick(given: Arguments) -> Trick:
    name = _text(given, "trick")
    try:
        return Trick(name)
    except ValueError as unknown:
        raise ImpossibleError(f"no trick is called {name!r:.60}") from unknown


def _text(given: Arguments, name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str):
        raise ImpossibleError(f"the argument {name} must be a text")
    return value


def _number(given: Arguments, name: str) -> float:
    value = given.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ImpossibleError(f"the argument {name} must be a number")
    return float(value)
