"""Gate, sorter and lamp in motion: travel times, cancelled hosts, jams, power cuts, hazards."""

from __future__ import annotations

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock

from drivers.ports import DeviceGoneError, MotionBlockedError, Signal, StoppedError
from drivers.sim.link import Verb
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.hardware import hardware_over
from rvm_edge.simulator.motion import Shutter
from rvm_edge.simulator.timings import INSTANT, Timings
from rvm_edge.simulator.truth import Danger, Fate, Specimen
from rvm_edge.simulator.world import World

TIMED = [
    (Verb.GATE_OPEN, 0.4),
    (Verb.SORTER_DROP, 0.5),
    (Verb.SORTER_RETURN, 0.5),
    (Verb.LIGHT_ON, 0.02),
    (Verb.BEAT, 0.0),
]


@pytest.mark.parametrize(("verb", "seconds"), TIMED)
async def test_every_movement_takes_its_time(
    autojump_clock: MockClock, verb: Verb, seconds: float
) -> None:
    world = World()
    began_s = trio.current_time()
    await world.ask(verb)
    assert trio.current_time() - began_s == pytest.approx(seconds)


@pytest.mark.parametrize(("signal", "seconds"), [(Signal.IDLE, 0.0), (Signal.SUCCESS, 1.0)])
async def test_success_plays_before_it_is_confirmed(
    autojump_clock: MockClock, signal: Signal, seconds: float
) -> None:
    world = World()
    began_s = trio.current_time()
    await world.ask(Verb.INDICATE, {"signal": signal.value})
    assert trio.current_time() - began_s == pytest.approx(seconds)
    assert world.signal is signal


async def test_an_instant_machine_takes_no_time(autojump_clock: MockClock) -> None:
    world = World(INSTANT)
    began_s = trio.current_time()
    for verb, _ in TIMED:
        await world.ask(verb)
    assert trio.current_time() == began_s


async def test_a_movement_goes_on_when_its_host_gives_up(
    autojump_clock: MockClock, bottle: Specimen
) -> None:
    world = World()
    await take_in(world, bottle)
    with trio.move_on_after(0.1):
        await world.ask(Verb.SORTER_DROP)
    assert world.item(1).fate is Fate.IN_CHAMBER
    assert world.motor_turns
    await trio.sleep(1)
    assert world.item(1).fate is Fate.DROPPED
    assert not world.audit().hazards


async def test_the_next_movement_waits_for_the_one_before(
    autojump_clock: MockClock, bottle: Specimen
) -> None:
    world = World()
    await take_in(world, bottle)
    began_s = trio.current_time()
    with trio.move_on_after(0.1):
        await world.ask(Verb.SORTER_DROP)
    await world.ask(Verb.GATE_OPEN)
    assert trio.current_time() - began_s == pytest.approx(0.5 + 0.4)
    assert not world.audit().hazards


async def test_movements_asked_at_once_happen_one_after_the_other(
    autojump_clock: MockClock,
) -> None:
    world = World()
    began_s = trio.current_time()
    async with trio.open_nursery() as nursery:
        for verb in (Verb.SORTER_DROP, Verb.GATE_OPEN, Verb.GATE_CLOSE, Verb.SORTER_RETURN):
            nursery.start_soon(world.ask, verb)
    # Two runs of the sorter; the gate moves twice, or not at all if it was closed first.
    assert 2 * 0.5 <= trio.current_time() - began_s <= 2 * 0.5 + 2 * 0.4 + 1e-6


async def test_a_turning_motor_behind_an_open_gate_is_a_hazard(autojump_clock: MockClock) -> None:
    world = World()
    await world.ask(Verb.GATE_OPEN)
    await world.ask(Verb.SORTER_DROP)
    assert [it.danger for it in world.audit().hazards] == [Danger.GATE_OPEN_WHILE_MOTOR_TURNS]


async def test_a_motor_that_starts_with_the_door_open_is_a_hazard(
    autojump_clock: MockClock,
) -> None:
    world = World()
    world.open_door()
    await world.ask(Verb.SORTER_DROP)
    assert [it.danger for it in world.audit().hazards] == [Danger.DOOR_OPEN_WHEN_MOTOR_STARTS]


async def test_a_jammed_motor_is_cut_at_its_bound(
    autojump_clock: MockClock, bottle: Specimen
) -> None:
    world = World(Timings(motor_bound_s=0.9))
    await take_in(world, bottle)
    world.inject(Fault.SORTER_JAMS, times=1)
    began_s = trio.current_time()
    with pytest.raises(MotionBlockedError, match="jammed"):
        await world.ask(Verb.SORTER_DROP)
    assert trio.current_time() - began_s == pytest.approx(0.9)
    assert world.item(1).fate is Fate.IN_CHAMBER
    assert not world.audit().hazards


async def test_home_moves_only_a_platform_that_is_not_at_rest(autojump_clock: MockClock) -> None:
    world = World()
    await world.ask(Verb.SORTER_HOME)
    assert world.audit().motor_runs == 0
    world.inject(Fault.SORTER_JAMS, times=1)
    with pytest.raises(MotionBlockedError):
        await world.ask(Verb.SORTER_RETURN)
    await world.ask(Verb.SORTER_HOME)
    assert world.audit().motor_runs == 2


async def test_home_refuses_to_turn_while_the_gate_is_held_open(autojump_clock: MockClock) -> None:
    world = World()
    world.inject(Fault.SORTER_JAMS, times=1)
    with pytest.raises(MotionBlockedError):
        await world.ask(Verb.SORTER_RETURN)
    await world.ask(Verb.GATE_OPEN)
    world.hand_in()
    with pytest.raises(MotionBlockedError, match="slot"):
        await world.ask(Verb.SORTER_HOME)
    assert world.audit().motor_runs == 1
    assert not world.audit().hazards


@pytest.mark.parametrize("cut_after_s", [0.0, 0.1, 0.2, 0.3, 0.39])
async def test_a_gate_stops_where_the_power_leaves_it(
    autojump_clock: MockClock, cut_after_s: float
) -> None:
    world = World()
    async with trio.open_nursery() as nursery:

        async def open_gate() -> None:
            with pytest.raises(DeviceGoneError):
                await world.ask(Verb.GATE_OPEN)

        nursery.start_soon(open_gate)
        await trio.sleep(cut_after_s)
        world.power_cut()
    await trio.sleep(10)
    assert not world.gate_is_open
    assert world.gate_is_closed is (cut_after_s == 0)
    world.power_on()
    began_s = trio.current_time()
    await world.ask(Verb.GATE_OPEN)
    assert trio.current_time() - began_s == pytest.approx(0.4 - cut_after_s)


@pytest.mark.parametrize(
    ("cut_after_s", "fate"),
    [
        (0.0, Fate.IN_CHAMBER),
        (0.24, Fate.IN_CHAMBER),
        (0.26, Fate.DROPPED),  # it was in the air, and nobody was told
        (0.34, Fate.DROPPED),
        (0.36, Fate.DROPPED),
        (0.49, Fate.DROPPED),
    ],
)
async def test_a_power_cut_in_the_middle_of_a_drop(
    autojump_clock: MockClock, bottle: Specimen, cut_after_s: float, fate: Fate
) -> None:
    world = World()
    await take_in(world, bottle)
    async with trio.open_nursery() as nursery:

        async def drop() -> None:
            with pytest.raises(DeviceGoneError):
                await world.ask(Verb.SORTER_DROP)

        nursery.start_soon(drop)
        await trio.sleep(cut_after_s)
        world.power_cut()
        assert not world.motor_turns
    await trio.sleep(10)
    assert world.item(1).fate is fate
    world.power_on()
    assert await world.ask(Verb.CHAMBER) is (fate is Fate.IN_CHAMBER)


async def test_a_power_cut_puts_out_lamp_and_status_light(autojump_clock: MockClock) -> None:
    world = World()
    await world.ask(Verb.LIGHT_ON)
    await world.ask(Verb.INDICATE, {"signal": "idle"})
    world.power_cut()
    assert not world.light_is_on
    assert world.signal is None
    world.power_on()
    assert not world.light_is_on


async def test_the_lamps_time_is_counted(autojump_clock: MockClock) -> None:
    world = World(INSTANT)
    await world.ask(Verb.LIGHT_ON)
    await trio.sleep(3)
    await world.ask(Verb.LIGHT_ON)
    await trio.sleep(2)
    assert world.audit().light_lit_s == pytest.approx(5)
    await world.ask(Verb.LIGHT_OFF)
    await trio.sleep(5)
    await world.ask(Verb.LIGHT_OFF)
    assert world.audit().light_lit_s == pytest.approx(5)
    assert world.audit().light_ons == 1


async def test_the_gate_reverses_half_way_on_a_hand(autojump_clock: MockClock) -> None:
    world = World()
    await world.ask(Verb.GATE_OPEN)
    world.hand_in()
    began_s = trio.current_time()
    with pytest.raises(MotionBlockedError, match="opened again"):
        await world.ask(Verb.GATE_CLOSE)
    assert trio.current_time() - began_s == pytest.approx(0.4)
    assert world.gate_is_open


async def test_a_hand_that_leaves_in_time_is_not_pinched(autojump_clock: MockClock) -> None:
    world = World()
    await world.ask(Verb.GATE_OPEN)
    world.hand_in()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(world.ask, Verb.GATE_CLOSE)
        await trio.sleep(0.1)
        world.hand_out()
    assert world.gate_is_closed


@given(
    travel_s=st.floats(0, 10),
    moves=st.lists(st.tuples(st.sampled_from([0.0, 1.0, None]), st.floats(0, 5)), max_size=12),
)
def test_a_shutter_is_always_between_its_ends_and_where_it_was_sent_in_time(
    travel_s: float, moves: list[tuple[float | None, float]]
) -> None:
    shutter, now_s, arrives_at_s, goal = Shutter(travel_s), 100.0, 100.0, 0.0
    for to, wait_s in moves:
        before = shutter.position(now_s)
        if to is None:
            shutter.stop(now_s)
            arrives_at_s, goal = now_s, shutter.position(now_s)
        else:
            arrives_at_s, goal = shutter.drive(to, now_s), to
            assert 0 <= arrives_at_s - now_s <= travel_s + 1e-9
        if travel_s > 0 and arrives_at_s > now_s:
            assert shutter.position(now_s) == pytest.approx(before)  # it does not jump
        now_s += wait_s
        assert 0 <= shutter.position(now_s) <= 1
        if now_s >= arrives_at_s:
            assert shutter.position(now_s) == goal


@pytest.mark.parametrize("wrong", [{"gate_s": -1.0}, {"sort_s": float("nan")}, {"sort_s": 2.0}])
def test_timings_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"cannot be negative|shorter than a legal run"):
        Timings(**wrong)


def test_scaling_leaves_protections_alone() -> None:
    scaled = Timings().scaled(0.5)
    assert scaled.gate_s == Timings().gate_s / 2
    assert scaled.dead_man_s == Timings().dead_man_s
    assert scaled.motor_bound_s == Timings().motor_bound_s


async def take_in(world: World, specimen: Specimen) -> None:
    hardware = hardware_over(world)
    await hardware.gate.open()
    world.insert(specimen)
    await trio.sleep(0.5)
    await hardware.gate.close()


@pytest.mark.parametrize(
    ("after_s", "fate"), [(0.2, Fate.IN_CHAMBER), (0.3, Fate.DROPPED)], ids=["held", "let go"]
)
async def test_a_drop_that_is_stopped_holds_what_it_has_not_let_go(
    autojump_clock: MockClock, bottle: Specimen, after_s: float, fate: Fate
) -> None:
    world = World()
    await world.ask(Verb.GATE_OPEN)
    world.insert(bottle)
    await trio.sleep(1)
    await world.ask(Verb.GATE_CLOSE)

    async def drop() -> None:
        with pytest.raises(StoppedError):
            await world.ask(Verb.SORTER_DROP)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(drop)
        await trio.sleep(after_s)
        began_s = trio.current_time()
        await world.ask(Verb.STOP)
        assert trio.current_time() == began_s
        assert not world.motor_turns
    await trio.sleep(1)
    assert world.item(1).fate is fate
    runs = world.audit().motor_runs
    await world.ask(Verb.SORTER_HOME)
    assert world.audit().motor_runs == runs + 1
    await world.ask(Verb.SORTER_DROP)
    assert world.item(1).fate is Fate.DROPPED


async def test_a_stop_leaves_light_and_signals_alone(autojump_clock: MockClock) -> None:
    world = World()
    await world.ask(Verb.LIGHT_ON)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(world.ask, Verb.INDICATE, {"signal": Signal.SUCCESS.value})
        await trio.sleep(0.5)
        await world.ask(Verb.STOP)
    assert world.light_is_on
    assert world.signal is Signal.SUCCESS
