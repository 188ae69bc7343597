"""The demo on a terminal: a machine that people visit, and keys to be one of them."""

from __future__ import annotations

import contextlib
import random
import sys
import termios
import tty
import uuid
from collections import deque
from collections.abc import Iterator

import trio
from rich.console import Console
from rich.live import Live

from rvm_edge.cli.demo.machine import SimulatedMachine, simulated_machine
from rvm_edge.cli.demo.people import Tally, in_state, serve
from rvm_edge.cli.demo.screen import screen
from rvm_edge.item import SessionMode
from rvm_edge.locations import Locations
from rvm_edge.settings import Settings
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.truth import Specimen
from rvm_edge.simulator.world import ImpossibleError
from rvm_edge.statechart.publishing import Step
from states import paths
from states.events import LinkLost, SessionFinished, SessionRequested

FRAMES_PER_S = 10
QUIET_S = 20.0
"""How long after the last key visitors come by themselves again."""


async def watch(locations: Locations, settings: Settings, seed: int) -> None:
    """Show the machine until somebody presses q."""
    async with simulated_machine(
        locations, settings, seed=seed, travel_scale=1.0, virtual=False
    ) as machine:
        steps: deque[Step] = deque(maxlen=10)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_follow, machine, steps)
            visitor = Visitor(machine, seed)
            nursery.start_soon(visitor.come_and_go)
            nursery.start_soon(_show, machine, steps)
            await _keys(visitor)
            nursery.cancel_scope.cancel()


async def _follow(machine: SimulatedMachine, steps: deque[Step]) -> None:
    with machine.daemon.runtime.subscribe(1000) as channel:
        async for step in channel:
            steps.append(step)


async def _show(machine: SimulatedMachine, steps: deque[Step]) -> None:
    ledger = machine.daemon.ledger
    with Live(console=Console(), auto_refresh=False, screen=True) as live:
        while True:
            view = screen(machine, await ledger.counts(), await ledger.recent(8), steps)
            live.update(view, refresh=True)
            await trio.sleep(1 / FRAMES_PER_S)


class Visitor:
    """Somebody at the machine: by the keys, or by itself when nobody presses any."""

    def __init__(self, machine: SimulatedMachine, seed: int) -> None:
        self._machine = machine
        self._chance = random.Random(seed)  # noqa: S311 - a simulation
        self._seed = seed
        self._last_key_s = float("-inf")

    async def come_and_go(self) -> None:
        """Bring items as long as nobody presses a key."""
        while True:
            while trio.current_time() - self._last_key_s < QUIET_S:
                await trio.sleep(0.2)
            self._seed += 1
            with trio.CancelScope() as visit:
                self._visit = visit
                await serve(self._machine, 4, self._seed, Tally(), faults=False)
            await trio.sleep(2)

    async def press(self, key: str) -> None:
        """Do what the key says."""
        self._last_key_s = trio.current_time()
        with contextlib.suppress(AttributeError):
            self._visit.cancel()
        machine, world = self._machine, self._machine.world
        if key in "plco":
            await self._insert(self._specimen(key))
        elif key == "n":
            await machine.daemon.runtime.post(SessionFinished())
        elif key == "i":
            machine.cloud.reachable = not machine.cloud.reachable
            if not machine.cloud.reachable:
                await machine.daemon.runtime.post(LinkLost())
        elif key == "d":
            (world.close_door if world.door_is_open else world.open_door)()
        elif key == "b":
            world.set_bin_pct(0.0 if world.bin_pct > settings_full(machine) else 95.0)
        elif key in "ju":
            fault = Fault.SORTER_JAMS if key == "j" else Fault.UNPLUGGED
            (world.clear if world.faults.stands(fault) else world.inject)(fault)

    def _specimen(self, key: str) -> Specimen:
        samples = self._machine.samples
        wanted = {
            "p": samples.acceptable(),
            "l": tuple(one for one in samples.specimens if one.not_empty),
            "c": tuple(one for one in samples.specimens if one.kind == "can"),
            "o": samples.unacceptable(),
        }[key]
        return self._chance.choice(wanted or samples.specimens)

    async def _insert(self, specimen: Specimen) -> None:
        machine, world = self._machine, self._machine.world
        if in_state(machine, paths.IDLE):
            request = SessionRequested(str(uuid.uuid4()), SessionMode.GUEST.value)
            await machine.daemon.runtime.post(request)
        with trio.move_on_after(3.0):
            await world.until(lambda: world.gate_is_open)
            world.collect()
            with contextlib.suppress(ImpossibleError):
                world.insert(specimen)


def settings_full(machine: SimulatedMachine) -> float:
    """From which level the bin is full."""
    return machine.daemon.machine.policy.bin_full_pct


async def _keys(visitor: Visitor) -> None:
    with _raw_keys():
        while True:
            await trio.lowlevel.wait_readable(sys.stdin)
            key = sys.stdin.read(1)
            if key in ("q", "\x03", ""):
                return
            await visitor.press(key)


@contextlib.contextmanager
def _raw_keys() -> Iterator[None]:
    """Read single keys without echo; the terminal is restored however this ends."""
    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setcbreak(sys.stdin)
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
