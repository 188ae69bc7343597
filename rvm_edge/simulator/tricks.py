"""How people try to be credited for what is no empty bottle, and how a machine goes blind.

Each trick acts on the world alone. What must come of it stands in
`tests/chaos/test_nobody_is_fooled.py`; what none of this can find stands in
`docs/explanation/hard-to-fool.md`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum

import msgspec
import trio
from msgspec.structs import replace

from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.people import insert_when_open
from rvm_edge.simulator.truth import InsertedItem, Specimen
from rvm_edge.simulator.world import World

_WATER_G = 300.0
_PRINT_G = 5.5
_TELEPHONE_G = 190.0
_STAYS_S = 40.0
_FIRST_PICTURE_S = 0.2


class Trick(Enum):
    """What is tried."""

    CLEAR_WATER = "clear_water"
    """A bottle with water that no picture shows."""
    PHOTO = "photo"
    """A print of a bottle, on card."""
    SCREEN = "screen"
    """A telephone that shows a bottle."""
    TWO_AT_ONCE = "two_at_once"
    SAME_BOTTLE_TWICE = "same_bottle_twice"
    """The controller fails to confirm a drop, and the bottle is fished out and put in again."""
    PULLED_BACK_AFTER_INSERTING = "pulled_back_after_inserting"
    """A hand keeps the gate from closing and takes the bottle out again."""
    PULLED_BACK_AFTER_ACCEPT = "pulled_back_after_accept"
    """A bottle on a string: it is let go, and pulled out through the slot."""
    HAND_STAYS = "hand_stays"
    """A hand stays in the slot from inserting on."""
    HAND_AT_THE_DROP = "hand_at_the_drop"
    """A hand comes into the slot when the gate is closed."""
    LAMP_DEAD = "lamp_dead"
    LENS_COVERED = "lens_covered"
    CAMERA_FROZEN = "camera_frozen"
    """The camera gives one picture again and again."""
    CAMERA_REPEATS = "camera_repeats"
    """It gives one picture again and again, and numbers them as if they were new."""


class Props(msgspec.Struct, frozen=True):
    """What it takes.

    Attributes:
        bottle: an empty PET bottle that the machine takes.
        two: two bottles side by side.
    """

    bottle: Specimen
    two: Specimen


async def attempt(world: World, trick: Trick, props: Props) -> InsertedItem:
    """Try `trick` as soon as the gate is open; return what was put in last.

    Deposits are started by somebody else: a trick that takes two of them waits for the second.
    """
    return await _ATTEMPTS[trick](world, props)


Play = Callable[[World, Props], Awaitable[InsertedItem]]


def _in_place_of_the_bottle(thing: Callable[[Specimen], Specimen]) -> Play:
    async def insert(world: World, props: Props) -> InsertedItem:
        return await insert_when_open(world, replace(thing(props.bottle), should_accept=False))

    return insert


def _under(fault: Fault) -> Play:
    async def insert(world: World, props: Props) -> InsertedItem:
        item = await insert_when_open(world, props.bottle)
        world.inject(fault)
        return item

    return insert


async def _two_at_once(world: World, props: Props) -> InsertedItem:
    return await insert_when_open(world, props.two)


async def _same_bottle_twice(world: World, props: Props) -> InsertedItem:
    await insert_when_open(world, props.bottle)
    await world.until(lambda: world.motor_turns)
    world.inject(Fault.CONTROLLER_MUTE, times=1)
    await world.until(lambda: not world.in_chamber)
    return await insert_when_open(world, props.bottle)


async def _pulled_back_after_inserting(world: World, props: Props) -> InsertedItem:
    item = await insert_when_open(world, props.bottle)
    world.hand_in()
    await world.until(lambda: not world.gate_is_open)
    await world.until(lambda: world.gate_is_open)
    world.take_back()
    world.hand_out()
    return item


async def _hand_stays(world: World, props: Props) -> InsertedItem:
    item = await insert_when_open(world, props.bottle)
    world.hand_in()
    await trio.sleep(_STAYS_S)
    world.hand_out()
    return item


async def _hand_at_the_drop(world: World, props: Props) -> InsertedItem:
    item = await insert_when_open(world, props.bottle)
    await world.until(lambda: world.gate_is_closed)
    world.hand_in()
    await trio.sleep(_STAYS_S)
    world.hand_out()
    return item


async def _camera_repeats(world: World, props: Props) -> InsertedItem:
    item = await insert_when_open(world, props.bottle)
    await world.until(lambda: world.light_is_on)
    await trio.sleep(_FIRST_PICTURE_S)
    world.inject(Fault.CAMERA_REPEATS)
    return item


_ATTEMPTS: dict[Trick, Play] = {
    Trick.CLEAR_WATER: _in_place_of_the_bottle(
        lambda bottle: replace(bottle, weight_g=_WATER_G, not_empty=True, liquid_pct=50.0)
    ),
    Trick.PHOTO: _in_place_of_the_bottle(
        lambda bottle: replace(bottle, weight_g=_PRINT_G, kind="photo")
    ),
    Trick.SCREEN: _in_place_of_the_bottle(
        lambda bottle: replace(bottle, weight_g=_TELEPHONE_G, kind="screen", glows=True)
    ),
    Trick.TWO_AT_ONCE: _two_at_once,
    Trick.SAME_BOTTLE_TWICE: _same_bottle_twice,
    Trick.PULLED_BACK_AFTER_INSERTING: _pulled_back_after_inserting,
    Trick.PULLED_BACK_AFTER_ACCEPT: _under(Fault.ITEM_PULLED_OUT),
    Trick.HAND_STAYS: _hand_stays,
    Trick.HAND_AT_THE_DROP: _hand_at_the_drop,
    Trick.LAMP_DEAD: _under(Fault.LAMP_DEAD),
    Trick.LENS_COVERED: _under(Fault.CAMERA_BLACK),
    Trick.CAMERA_FROZEN: _under(Fault.CAMERA_FROZEN),
    Trick.CAMERA_REPEATS: _camera_repeats,
}
