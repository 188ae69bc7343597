"""What a trick does to the world, whatever a machine makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from drivers.sim.link import Shot, Verb
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.pictures import plain_png
from rvm_edge.simulator.timings import Timings
from rvm_edge.simulator.tricks import Props, Trick, attempt
from rvm_edge.simulator.truth import Fate, Specimen
from rvm_edge.simulator.world import World

BOTTLE = Specimen("bottle", Path(__file__), "mineral", "pet", 18.0, should_accept=True)
PROPS = Props(BOTTLE, BOTTLE)
DARK = plain_png(0)
HAND_LEAVES_S = 2 * Timings().hand_s


@pytest.fixture
def world() -> World:
    return World(Timings())


async def picture(world: World) -> Shot:
    shot = await world.ask(Verb.PICTURE)
    assert isinstance(shot, Shot)
    return shot


async def test_only_what_glows_is_seen_in_the_dark(autojump_clock: MockClock, world: World) -> None:
    await world.ask(Verb.GATE_OPEN)
    telephone = await attempt(world, Trick.SCREEN, PROPS)
    assert (await picture(world)).data != DARK
    world.take_back()
    await attempt(world, Trick.PHOTO, PROPS)
    assert (await picture(world)).data == DARK
    assert telephone.specimen.weight_g > 100


async def test_a_dead_lamp_is_confirmed_and_shows_nothing(
    autojump_clock: MockClock, world: World
) -> None:
    await world.ask(Verb.GATE_OPEN)
    await attempt(world, Trick.LAMP_DEAD, PROPS)
    await trio.sleep(HAND_LEAVES_S)
    await world.ask(Verb.GATE_CLOSE)
    await world.ask(Verb.LIGHT_ON)
    assert (await picture(world)).data == DARK


async def test_a_string_takes_the_item_out_of_the_air_and_through_the_slot(
    autojump_clock: MockClock, world: World
) -> None:
    await world.ask(Verb.GATE_OPEN)
    item = await attempt(world, Trick.PULLED_BACK_AFTER_ACCEPT, PROPS)
    await trio.sleep(HAND_LEAVES_S)
    await world.ask(Verb.GATE_CLOSE)
    await world.ask(Verb.SORTER_DROP)
    assert world.item(item.number).fate is Fate.TAKEN_BACK
    assert await world.ask(Verb.SLOT) is True
    assert await world.ask(Verb.CHAMBER) is False
    assert world.audit().dropped == ()


async def test_a_camera_that_repeats_itself_numbers_the_pictures_as_if_they_were_new(
    autojump_clock: MockClock, world: World
) -> None:
    await world.ask(Verb.GATE_OPEN)
    world.insert(BOTTLE)
    one = await picture(world)
    world.inject(Fault.CAMERA_REPEATS)
    other = await picture(world)
    assert (one.data, one.sequence + 1) == (other.data, other.sequence)
