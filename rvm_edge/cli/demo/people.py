"""The people of the demo: they come, put items in, take back what is returned, and leave."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import trio

from rvm_edge.cli.demo.machine import SimulatedMachine
from rvm_edge.item import Outcome, SessionMode
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.people import collect_returns
from rvm_edge.simulator.truth import Fate, Specimen
from rvm_edge.simulator.world import ImpossibleError
from states import paths
from states.events import LinkLost, SessionFinished, SessionRequested

COMES_BACK_WITHIN_S = 600.0
"""How long the machine may take until it serves again, whatever happened to it."""

FAULT_RATE = 0.3
"""The share of items during whose handling something fails, with `--faults`."""

CUT_RATE = 0.1
"""How often the internet goes or comes after an item, with `--faults`."""

FAULTS = (
    Fault.SORTER_JAMS,
    Fault.ITEM_FALLS_BACK,
    Fault.HAND_IN_SLOT,
    Fault.CHAMBER_BOUNCES,
    Fault.CHAMBER_STUCK_OCCUPIED,
    Fault.CONTROLLER_MUTE,
    Fault.CONTROLLER_RESETS,
    Fault.ACK_LATE,
    Fault.ACK_CORRUPTED,
    Fault.UNPLUGGED,
    Fault.CAMERA_GONE,
    Fault.CAMERA_FROZEN,
)


class StuckError(Exception):
    """The machine did not come back into service. The message says where it stands."""


@dataclass
class Tally:
    """How the ledger agrees with the world, item by item.

    Attributes:
        lost: items in the bin without exactly one credit.
        duplicated: credits without an item in the bin, or a second one for the same item.
        faults: how many faults were put in.
    """

    lost: int = 0
    duplicated: int = 0
    faults: int = 0


def in_state(machine: SimulatedMachine, path: str) -> bool:
    """Say whether the machine is in `path`."""
    leaves = machine.daemon.runtime.configuration
    return any(leaf == path or leaf.startswith(f"{path}.") for leaf in leaves)


@contextmanager
def reported(machine: SimulatedMachine) -> Iterator[None]:
    """Turn a machine that does not come back into an error that says where it stands.

    Raises:
        StuckError: it took too long.
    """
    try:
        yield
    except trio.TooSlowError as slow:
        where = ", ".join(machine.daemon.runtime.configuration)
        raise StuckError(
            f"the machine did not come back within {COMES_BACK_WITHIN_S:g} s; it is in {where}"
        ) from slow


async def serve(
    machine: SimulatedMachine, items: int, seed: int, tally: Tally, *, faults: bool
) -> None:
    """Bring `items` items to the machine, and compare the books after each.

    Raises:
        StuckError: the machine did not come back into service.
    """
    async with trio.open_nursery() as nursery:
        nursery.start_soon(collect_returns, machine.world)
        await _visits(machine, items, seed, tally, faults=faults)
        nursery.cancel_scope.cancel()


async def _visits(
    machine: SimulatedMachine, items: int, seed: int, tally: Tally, *, faults: bool
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a simulation, repeatable on purpose
    specimens = machine.samples.specimens
    left_in_visit = 0
    for _ in range(items):
        if left_in_visit == 0 and in_state(machine, paths.DEPOSIT):
            await machine.daemon.runtime.post(SessionFinished())
            await reach(machine, paths.IDLE)
        if left_in_visit == 0:
            left_in_visit = chance.randint(1, 6)
        left_in_visit -= 1
        fault = chance.choice(FAULTS) if faults and chance.random() < FAULT_RATE else None
        await one_item(machine, chance.choice(specimens), fault, chance, tally)
        if faults and chance.random() < CUT_RATE:
            machine.cloud.reachable = not machine.cloud.reachable
            if not machine.cloud.reachable:
                await machine.daemon.runtime.post(LinkLost())
    if in_state(machine, paths.DEPOSIT):
        await machine.daemon.runtime.post(SessionFinished())
    await reach(machine, paths.IDLE)


async def one_item(
    machine: SimulatedMachine,
    specimen: Specimen,
    fault: Fault | None,
    chance: random.Random,
    tally: Tally,
) -> None:
    """Insert one item, perhaps with a fault while it is handled, and compare the books."""
    world, ledger = machine.world, machine.daemon.ledger
    known = (await ledger.counts()).items
    with reported(machine), trio.fail_after(COMES_BACK_WITHIN_S):
        number = await insert(machine, specimen)
        if fault is not None:
            await trio.sleep(chance.random())
            world.inject(fault)
            tally.faults += 1
            await trio.sleep(chance.random() * 3)
            world.clear(fault)
        await world.until(lambda: world.item(number).fate is not Fate.IN_CHAMBER)
        await settled(machine)
        world.collect()
    rows = await ledger.recent(max(1, (await ledger.counts()).items - known))
    new = rows[: (await ledger.counts()).items - known]
    credited = sum(row.item.outcome is Outcome.DROPPED for row in new)
    dropped = int(world.item(number).fate is Fate.DROPPED)
    tally.lost += max(0, dropped - credited)
    tally.duplicated += max(0, credited - dropped)


async def insert(machine: SimulatedMachine, specimen: Specimen) -> int:
    """Open a deposit if none is open, and put the item in as soon as the gate lets it."""
    world = machine.world
    while True:
        if in_state(machine, paths.FULL):
            world.set_bin_pct(0.0)
        if in_state(machine, paths.IDLE):
            request = SessionRequested(str(uuid.uuid4()), SessionMode.GUEST.value)
            await machine.daemon.runtime.post(request)
        with trio.move_on_after(1.0):
            await world.until(lambda: world.gate_is_open and in_state(machine, paths.WAITING))
            world.collect()
            try:
                return world.insert(specimen).number
            except ImpossibleError:
                await trio.sleep(0.05)


async def settled(machine: SimulatedMachine) -> None:
    """Wait until the ledger has no item in hand and the machine is ready for the next."""
    while await machine.daemon.ledger.item_in_hand() is not None or not (
        in_state(machine, paths.WAITING)
        or in_state(machine, paths.IDLE)
        or in_state(machine, paths.FULL)
    ):
        await trio.sleep(0.01)


async def reach(machine: SimulatedMachine, path: str) -> None:
    """Wait until the machine is in `path`.

    Raises:
        StuckError: it does not get there.
    """
    with reported(machine), trio.fail_after(COMES_BACK_WITHIN_S):
        while not in_state(machine, path):
            await trio.sleep(0.01)
