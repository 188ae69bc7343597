"""Scripted people. They act on the world alone; sessions are opened by posting events."""

from __future__ import annotations

from rvm_edge.simulator.truth import InsertedItem, Specimen
from rvm_edge.simulator.world import ImpossibleError, World


async def insert_when_open(world: World, specimen: Specimen) -> InsertedItem:
    """Wait for an open gate and an empty chamber, then put `specimen` in.

    What the machine returned is taken away first: it is in the way.
    """
    while True:
        await world.until(lambda: world.gate_is_open and not world.in_chamber)
        world.collect()
        try:
            return world.insert(specimen)
        except ImpossibleError:
            # The gate began to close in the same instant; wait for it to open again.
            continue


async def await_fate(world: World, item: InsertedItem) -> InsertedItem:
    """Wait until `item` no longer lies in the chamber and return it with its fate."""
    await world.until(lambda: world.item(item.number).settled_at_s is not None)
    return world.item(item.number)


async def collect_returns(world: World) -> None:
    """Stand there for ever and take away whatever the machine returns."""
    while True:
        await world.until(lambda: world.something_to_collect)
        world.collect()
