"""A lamp that shines for nothing is a hazard, whoever forgot it; what cannot be helped is not."""

from __future__ import annotations

import pytest
import trio
from trio.testing import MockClock

from drivers.ports import DriverError
from drivers.sim.link import Verb, ask_within
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.timings import INSTANT, Timings
from rvm_edge.simulator.truth import Danger
from rvm_edge.simulator.world import World

IDLE_S = Timings().lamp_idle_s
POLL_S = 0.25


def dangers(world: World) -> list[Danger]:
    return [hazard.danger for hazard in world.audit().hazards]


async def poll(world: World, seconds: float) -> None:
    """Let time pass as a host does that is alive: it reads its sensors."""
    end_s = trio.current_time() + seconds
    while trio.current_time() < end_s:
        await world.ask(Verb.DOOR_OPEN)
        await trio.sleep(POLL_S)


async def test_a_light_left_on_is_a_hazard_at_the_moment_it_should_have_been_out(
    autojump_clock: MockClock,
) -> None:
    world = World()
    await world.ask(Verb.LIGHT_ON)
    lit_s = trio.current_time() - world.timings.light_s
    await poll(world, IDLE_S - 1)
    assert dangers(world) == []
    await poll(world, 60)
    (hazard,) = world.audit().hazards
    assert hazard.danger is Danger.LIGHT_LEFT_ON
    assert hazard.at_s == pytest.approx(lit_s + IDLE_S)


async def test_every_time_it_is_left_on_counts(autojump_clock: MockClock) -> None:
    world = World()
    for _ in range(2):
        await world.ask(Verb.LIGHT_ON)
        await poll(world, IDLE_S + 1)
        await world.ask(Verb.LIGHT_OFF)
    assert dangers(world) == [Danger.LIGHT_LEFT_ON] * 2


async def test_switching_it_off_too_late_does_not_undo_it(autojump_clock: MockClock) -> None:
    world = World()
    await world.ask(Verb.LIGHT_ON)
    for _ in range(4):
        await trio.sleep(IDLE_S / 3)  # short enough to be a host that is there
        await world.ask(Verb.BEAT)
    await world.ask(Verb.LIGHT_OFF)
    assert dangers(world) == [Danger.LIGHT_LEFT_ON]


async def test_it_may_shine_as_long_as_pictures_are_taken(autojump_clock: MockClock) -> None:
    world = World(Timings(dead_man_s=100))
    await world.ask(Verb.LIGHT_ON)
    for _ in range(5):
        await poll(world, IDLE_S - 1)
        await world.ask(Verb.PICTURE)
    assert dangers(world) == []
    await poll(world, IDLE_S + 1)
    assert dangers(world) == [Danger.LIGHT_LEFT_ON]


async def test_waiting_for_a_late_picture_is_taking_one(autojump_clock: MockClock) -> None:
    world = World()
    world.inject(Fault.CAMERA_LATE, value=14, times=1)
    await world.ask(Verb.LIGHT_ON)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(poll, world, 13)
        await world.ask(Verb.PICTURE)
    await world.ask(Verb.LIGHT_OFF)
    assert dangers(world) == []


async def test_a_picture_that_was_given_up_keeps_nothing_lit(autojump_clock: MockClock) -> None:
    world = World()
    world.inject(Fault.CAMERA_LATE, value=1000, times=1)
    await world.ask(Verb.LIGHT_ON)
    with trio.move_on_after(1):
        await world.ask(Verb.PICTURE)
    await poll(world, IDLE_S + 1)
    assert dangers(world) == [Danger.LIGHT_LEFT_ON]


@pytest.mark.parametrize("verb", [Verb.SORTER_DROP, Verb.SORTER_RETURN])
async def test_a_motor_that_turns_in_the_light_is_a_hazard(
    autojump_clock: MockClock, verb: Verb
) -> None:
    world = World()
    await world.ask(Verb.LIGHT_ON)
    await world.ask(verb)
    assert dangers(world) == [Danger.LIGHT_ON_WHILE_MOTOR_TURNS]


async def test_a_gate_that_opens_onto_the_light_is_a_hazard(autojump_clock: MockClock) -> None:
    world = World()
    await world.ask(Verb.LIGHT_ON)
    await world.ask(Verb.GATE_OPEN)
    assert dangers(world) == [Danger.LIGHT_ON_BEHIND_OPEN_GATE]


async def test_a_light_behind_a_gate_that_is_open_already_is_a_hazard(
    autojump_clock: MockClock,
) -> None:
    world = World(INSTANT)
    await world.ask(Verb.GATE_OPEN)
    await world.ask(Verb.LIGHT_ON)
    assert dangers(world) == [Danger.LIGHT_ON_BEHIND_OPEN_GATE]


async def test_homing_darkens_the_chamber_before_anything_turns(autojump_clock: MockClock) -> None:
    world = World()
    world.inject(Fault.SORTER_JAMS, times=1)
    with pytest.raises(DriverError):
        await world.ask(Verb.SORTER_DROP)  # leaves a platform that has to be homed
    await world.ask(Verb.LIGHT_ON)
    await world.ask(Verb.SORTER_HOME)
    assert dangers(world) == []


@pytest.mark.parametrize("fault", [Fault.COMMAND_UNKNOWN, Fault.CONTROLLER_DEAF, Fault.UNPLUGGED])
async def test_a_fault_excuses_the_light_while_no_command_reaches_the_lamp_and_a_while_after(
    autojump_clock: MockClock, fault: Fault
) -> None:
    world = World(Timings(dead_man_s=20))
    await world.ask(Verb.LIGHT_ON)
    world.inject(fault)
    await poll(world, 15)
    assert world.light_is_on
    with pytest.raises(DriverError):
        await ask_within(world, Verb.LIGHT_OFF, timeout_s=1)
    world.clear(fault)
    await world.ask(Verb.BEAT)
    await poll(world, 10)
    await world.ask(Verb.BEAT)
    assert dangers(world) == []
    await poll(world, 15)
    assert dangers(world) == [Danger.LIGHT_LEFT_ON]


async def test_a_light_off_that_was_lost_once_excuses_the_time_to_learn_of_it_only(
    autojump_clock: MockClock,
) -> None:
    world = World()
    await world.ask(Verb.LIGHT_ON)
    await poll(world, 1)
    world.inject(Fault.COMMAND_UNKNOWN, times=1)
    with pytest.raises(DriverError):
        await world.ask(Verb.LIGHT_OFF)
    for _ in range(20):
        await poll(world, 1)
        await world.ask(Verb.BEAT)
    assert dangers(world) == [Danger.LIGHT_LEFT_ON]


@pytest.mark.parametrize("fault", [Fault.CAMERA_GONE, Fault.CONTROLLER_MUTE, Fault.SCALE_GONE])
async def test_a_fault_under_which_the_lamp_obeys_excuses_nothing(
    autojump_clock: MockClock, fault: Fault
) -> None:
    world = World()
    await world.ask(Verb.LIGHT_ON)
    world.inject(fault)
    await poll(world, IDLE_S + 1)
    assert dangers(world) == [Danger.LIGHT_LEFT_ON]


async def test_a_dead_host_is_not_to_blame_and_has_time_when_it_is_back(
    autojump_clock: MockClock,
) -> None:
    world = World()
    await world.ask(Verb.LIGHT_ON)
    await trio.sleep(IDLE_S + 1)
    assert dangers(world) == []
    await poll(world, IDLE_S - 1)
    assert dangers(world) == []
    await poll(world, 2)
    assert dangers(world) == [Danger.LIGHT_LEFT_ON]


async def test_the_controller_itself_puts_the_light_out_when_its_host_is_gone(
    autojump_clock: MockClock,
) -> None:
    world = World()
    await world.ask(Verb.LIGHT_ON)
    await trio.sleep(world.timings.dead_man_s + 1)
    assert not world.light_is_on
    assert dangers(world) == []
