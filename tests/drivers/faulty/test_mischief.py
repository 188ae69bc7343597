"""Tricks: which verb fails, how, how often, and whether it acted first."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import trio
from msgspec.structs import fields
from trio.testing import MockClock

from drivers.faulty.mischief import Mischief, Trick
from drivers.ports import MotionBlockedError, NoAnswerError, ReadingError
from rvm_edge.intercepted_hardware import intercepted
from rvm_edge.machine import Hardware
from rvm_edge.simulator.hardware import hardware_over
from rvm_edge.simulator.truth import Fate, Specimen
from rvm_edge.simulator.world import World
from tests.drivers.verbs import EVERY, STOPPING

EVERY_ONE = {**EVERY, **STOPPING}

BOTTLE = Specimen("bottle", Path("bottle.jpg"), "mineral", "pet", 18.0, should_accept=True)


def build() -> tuple[World, Hardware, Mischief]:
    world, mischief = World(), Mischief()
    return world, intercepted(hardware_over(world), mischief), mischief


def test_the_table_names_every_port() -> None:
    assert {name.split(".")[0] for name in EVERY_ONE} == {
        field.name for field in fields(Hardware)
    } - {
        "bin_gauge",  # its verbs are the bin's
        "changes",
        "wire",
    }


@pytest.mark.parametrize("name", EVERY_ONE)
async def test_every_verb_of_every_port_can_fail_alone(
    autojump_clock: MockClock, name: str
) -> None:
    _, hardware, mischief = build()
    mischief.play(name, Trick(ReadingError("as told")))
    for other, verb in EVERY_ONE.items():
        if other == name:
            with pytest.raises(ReadingError, match="as told"):
                await verb(hardware)
        else:
            await verb(hardware)
    mischief.stop(name)
    await EVERY_ONE[name](hardware)


async def test_a_trick_lasts_as_often_as_told(autojump_clock: MockClock) -> None:
    _, hardware, mischief = build()
    mischief.play("pulse.beat", Trick(NoAnswerError("silent"), times=2))
    for _ in range(2):
        with pytest.raises(NoAnswerError):
            await hardware.pulse.beat()
    await hardware.pulse.beat()


@pytest.mark.parametrize(("acts_first", "fate"), [(True, Fate.DROPPED), (False, Fate.IN_CHAMBER)])
async def test_a_lost_confirmation_differs_from_a_refusal(
    autojump_clock: MockClock, acts_first: bool, fate: Fate
) -> None:
    world, hardware, mischief = build()
    await hardware.gate.open()
    world.insert(BOTTLE)
    await trio.sleep(1)
    await hardware.gate.close()
    mischief.play("sorter.drop_item", Trick(MotionBlockedError("as told"), acts_first=acts_first))
    with pytest.raises(MotionBlockedError):
        await hardware.sorter.drop_item()
    assert world.item(1).fate is fate


async def test_a_delay_alone_only_delays(autojump_clock: MockClock) -> None:
    world, hardware, mischief = build()
    mischief.play("light.on", Trick(delay_s=7.0))
    began_s = trio.current_time()
    await hardware.light.on()
    assert trio.current_time() - began_s == pytest.approx(7.0, abs=0.1)
    assert world.light_is_on


async def test_an_endless_delay_can_be_cancelled_and_acts_never(
    autojump_clock: MockClock,
) -> None:
    world, hardware, mischief = build()
    mischief.play("light.on", Trick(delay_s=math.inf))
    with trio.move_on_after(1e5) as scope:
        await hardware.light.on()
    assert scope.cancelled_caught
    assert not world.light_is_on


async def test_stopping_everything_stops_everything(autojump_clock: MockClock) -> None:
    _, hardware, mischief = build()
    for name in EVERY_ONE:
        mischief.play(name, Trick(ReadingError("as told")))
    mischief.stop()
    for verb in EVERY_ONE.values():
        await verb(hardware)
