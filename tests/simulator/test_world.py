"""People in front of the machine, its sensors, its dead-man, and the account of every item."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from trio.testing import MockClock

from drivers.ports import DeviceGoneError, DriverError, NoAnswerError, Signal, WrongAnswerError
from drivers.sim.link import Shot, Verb
from rvm_edge.simulator.faults import Fault, FaultBoard
from rvm_edge.simulator.hardware import hardware_over
from rvm_edge.simulator.pictures import plain_png
from rvm_edge.simulator.timings import INSTANT, Timings
from rvm_edge.simulator.truth import Fate, Specimen
from rvm_edge.simulator.world import ImpossibleError, World


async def test_nothing_goes_through_a_closed_gate(
    autojump_clock: MockClock, bottle: Specimen
) -> None:
    world = World()
    with pytest.raises(ImpossibleError, match="not open"):
        world.insert(bottle)
    with trio.move_on_after(0.2):
        await world.ask(Verb.GATE_OPEN)
    with pytest.raises(ImpossibleError, match="not open"):
        world.insert(bottle)
    await trio.sleep(0.3)
    assert world.insert(bottle).number == 1


async def test_a_technician_empties_the_chamber_through_the_open_door_alone(
    autojump_clock: MockClock, bottle: Specimen
) -> None:
    world = World(INSTANT)
    await world.ask(Verb.GATE_OPEN)
    world.insert(bottle)
    with pytest.raises(ImpossibleError, match="door is shut"):
        world.empty_chamber()
    world.open_door()
    assert [item.fate for item in world.empty_chamber()] == [Fate.TAKEN_BACK]
    assert world.in_chamber == ()
    assert world.empty_chamber() == ()


async def test_a_returned_item_blocks_the_slot_until_it_is_taken_away(
    autojump_clock: MockClock, bottle: Specimen
) -> None:
    world = World(INSTANT)
    await world.ask(Verb.GATE_OPEN)
    world.insert(bottle)
    await world.ask(Verb.GATE_CLOSE)
    await world.ask(Verb.SORTER_RETURN)
    await world.ask(Verb.GATE_OPEN)
    with pytest.raises(ImpossibleError, match="returned item"):
        world.insert(bottle)
    assert [item.number for item in world.collect()] == [1]
    assert world.collect() == ()
    assert world.insert(bottle).number == 2
    assert world.item(1).fate is Fate.RETURNED


async def test_pulled_out_of_the_chamber_is_not_returned(
    autojump_clock: MockClock, bottle: Specimen
) -> None:
    world = World(INSTANT)
    await world.ask(Verb.GATE_OPEN)
    with pytest.raises(ImpossibleError, match="nothing lies"):
        world.take_back()
    world.insert(bottle)
    assert [item.fate for item in world.take_back()] == [Fate.TAKEN_BACK]
    await world.ask(Verb.SORTER_DROP)
    truth = world.audit()
    assert (len(truth.taken_back), truth.dropped, truth.returned) == (1, (), ())


async def test_a_second_item_joins_the_first_and_shares_its_way(
    autojump_clock: MockClock, bottle: Specimen, can: Specimen
) -> None:
    world = World(INSTANT)
    await world.ask(Verb.GATE_OPEN)
    world.insert(bottle)
    assert world.insert(can).joined == 1
    await world.ask(Verb.GATE_CLOSE)
    await world.ask(Verb.SORTER_DROP)
    assert [(item.joined, item.fate) for item in world.audit().items] == [
        (None, Fate.DROPPED),
        (1, Fate.DROPPED),
    ]


async def test_the_inserting_hand_is_in_the_slot_for_a_moment(
    autojump_clock: MockClock, bottle: Specimen
) -> None:
    world = World(Timings(hand_s=0.3))
    await world.ask(Verb.GATE_OPEN)
    world.insert(bottle)
    assert await world.ask(Verb.SLOT) is True
    await trio.sleep(0.31)
    assert await world.ask(Verb.SLOT) is False


async def test_a_barrier_flickers_while_an_item_comes_in(
    autojump_clock: MockClock, bottle: Specimen
) -> None:
    world = World(Timings(bounce_s=0.03))
    await world.ask(Verb.GATE_OPEN)
    world.insert(bottle)
    readings = [await world.ask(Verb.CHAMBER) for _ in range(40)]
    assert set(readings) == {True, False}
    await trio.sleep(0.031)
    assert {await world.ask(Verb.CHAMBER) for _ in range(40)} == {True}


async def test_the_same_seed_gives_the_same_accidents(
    autojump_clock: MockClock,
) -> None:
    async def readings(seed: int) -> list[object]:
        world = World(seed=seed)
        world.inject(Fault.CHAMBER_BOUNCES)
        return [await world.ask(Verb.CHAMBER) for _ in range(64)]

    assert await readings(7) == await readings(7)
    assert await readings(7) != await readings(8)


async def test_the_camera_sees_an_empty_chamber_as_photographed(
    autojump_clock: MockClock, tmp_path: Path
) -> None:
    picture = tmp_path / "empty.jpg"
    picture.write_bytes(b"nothing here")
    world = World(INSTANT, empty_pictures=[picture])
    await world.ask(Verb.LIGHT_ON)
    shot = await world.ask(Verb.PICTURE)
    assert isinstance(shot, Shot)
    assert (shot.data, shot.encoding) == (b"nothing here", "jpeg")


def test_a_plain_picture_is_a_png_of_the_right_size() -> None:
    data = plain_png(0)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")) == (416, 320)
    assert plain_png(0) != plain_png(96)


async def test_the_bin_fills_and_is_emptied(autojump_clock: MockClock, bottle: Specimen) -> None:
    world = World(INSTANT, bin_pct=10, item_pct=2)
    for _ in range(3):
        await world.ask(Verb.GATE_OPEN)
        world.insert(bottle)
        await world.ask(Verb.GATE_CLOSE)
        await world.ask(Verb.SORTER_DROP)
    assert world.bin_pct == 16
    world.set_bin_pct(0)
    assert world.bin_pct == 0


async def test_without_power_nothing_answers_and_pending_questions_end_at_once(
    autojump_clock: MockClock,
) -> None:
    world = World()
    world.inject(Fault.CONTROLLER_DEAF)
    async with trio.open_nursery() as nursery:

        async def ask() -> None:
            with pytest.raises(DeviceGoneError):
                await world.ask(Verb.SORTER_DROP)

        nursery.start_soon(ask)
        await trio.sleep(1)
        began_s = trio.current_time()
        world.power_cut()
    assert trio.current_time() == began_s
    for verb in Verb:
        with pytest.raises(DeviceGoneError):
            await world.ask(verb, {"signal": "idle"})


async def test_a_late_answer_comes_after_the_deed(
    autojump_clock: MockClock, bottle: Specimen
) -> None:
    world = World(INSTANT)
    hardware = hardware_over(world, answer_s=3)
    await hardware.gate.open()
    world.insert(bottle)
    await hardware.gate.close()
    world.inject(Fault.ACK_LATE, value=4, times=1)
    with pytest.raises(NoAnswerError):
        await hardware.sorter.drop_item()
    assert world.item(1).fate is Fate.DROPPED
    world.inject(Fault.ACK_LATE, value=2, times=1)
    began_s = trio.current_time()
    await hardware.sorter.drop_item()
    assert trio.current_time() - began_s == pytest.approx(2)


async def test_a_reset_drops_light_and_motion(autojump_clock: MockClock) -> None:
    world = World()
    hardware = hardware_over(world)
    await hardware.light.on()
    world.inject(Fault.CONTROLLER_RESETS, times=1)
    with pytest.raises(NoAnswerError):
        await hardware.gate.open()
    assert not world.light_is_on
    assert world.gate_is_closed
    await hardware.gate.open()


async def test_an_unknown_signal_is_a_wrong_answer(autojump_clock: MockClock) -> None:
    for arguments in (None, {}, {"signal": "party"}, {"signal": 3}):
        with pytest.raises(WrongAnswerError, match="no signal"):
            await World().ask(Verb.INDICATE, arguments)


async def test_the_dead_man_shuts_the_gate_and_darkens_the_chamber(
    autojump_clock: MockClock,
) -> None:
    world = World(Timings(dead_man_s=15))
    await world.ask(Verb.GATE_OPEN)
    await world.ask(Verb.LIGHT_ON)
    await trio.sleep(14.9)
    assert world.gate_is_open
    assert world.light_is_on
    await trio.sleep(1)
    shut, dark = world.gate_is_closed, not world.light_is_on
    assert (shut, dark, world.firmware.dead_man_fired) == (True, True, 1)


async def test_a_heartbeat_keeps_the_dead_man_quiet(autojump_clock: MockClock) -> None:
    world = World(Timings(dead_man_s=15))
    await world.ask(Verb.GATE_OPEN)
    for _ in range(20):
        await trio.sleep(10)
        await world.ask(Verb.BEAT)
    assert world.gate_is_open
    assert world.firmware.dead_man_fired == 0


async def test_the_dead_man_tries_again_when_a_hand_is_in_the_way(
    autojump_clock: MockClock,
) -> None:
    world = World(Timings(dead_man_s=15))
    await world.ask(Verb.GATE_OPEN)
    world.hand_in()
    await trio.sleep(16)
    held_open = world.gate_is_open
    world.hand_out()
    await trio.sleep(16)
    assert (held_open, world.gate_is_closed) == (True, True)


async def test_a_deaf_controller_hears_no_heartbeat_and_falls_dead(
    autojump_clock: MockClock,
) -> None:
    world = World(Timings(dead_man_s=15))
    hardware = hardware_over(world)
    await hardware.gate.open()
    world.inject(Fault.CONTROLLER_DEAF)
    for _ in range(4):
        with pytest.raises(NoAnswerError):
            await hardware.pulse.beat()
        await trio.sleep(2)
    assert world.gate_is_closed


def test_faults_count_their_occurrences() -> None:
    faults = FaultBoard()
    faults.inject(Fault.ACK_LATE, value=7, times=2)
    assert faults.value(Fault.ACK_LATE, 5) == 7
    assert [faults.fires(Fault.ACK_LATE) for _ in range(3)] == [True, True, False]
    assert faults.value(Fault.ACK_LATE, 5) == 5
    faults.inject(Fault.UNPLUGGED)
    assert faults.stands(Fault.UNPLUGGED)
    before = faults.in_force
    faults.clear()
    assert (before, faults.in_force) == ((Fault.UNPLUGGED,), ())
    with pytest.raises(ValueError, match="at least 1"):
        faults.inject(Fault.ACK_LATE, times=0)


STEPS = st.one_of(
    st.tuples(st.just("ask"), st.sampled_from(sorted(verb.value for verb in Verb))),
    st.tuples(st.just("give up"), st.sampled_from(sorted(verb.value for verb in Verb))),
    st.tuples(st.just("wait"), st.sampled_from(["0.01", "0.3", "2"])),
    st.tuples(
        st.just("person"),
        st.sampled_from(["insert", "take_back", "collect", "hand_in", "hand_out", "open_door"]),
    ),
    st.tuples(st.just("fault"), st.sampled_from(sorted(fault.value for fault in Fault))),
    st.tuples(st.just("power"), st.sampled_from(["cut", "on"])),
    st.tuples(st.just("clear"), st.just("")),
)


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(STEPS, max_size=40), seed=st.integers(0, 99))
def test_whatever_happens_every_item_has_one_fate_and_the_machine_recovers(
    steps: list[tuple[str, str]], seed: int
) -> None:
    bottle = Specimen("b", Path("nowhere.jpg"), "mineral", "pet", 20.0, should_accept=True)

    async def live() -> None:
        world = World(seed=seed)
        for kind, what in steps:
            await step(world, bottle, kind, what)
            check(world)
        world.clear()
        world.close_door()
        world.power_on()
        world.collect()
        await trio.sleep(5)
        await world.ask(Verb.SORTER_HOME)
        assert world.gate_is_closed
        await world.ask(Verb.SORTER_DROP)
        assert not world.in_chamber
        check(world)

    trio.run(live, clock=MockClock(autojump_threshold=0))


async def step(world: World, bottle: Specimen, kind: str, what: str) -> None:
    if kind in ("ask", "give up"):
        with trio.move_on_after(10 if kind == "ask" else 0.2):
            try:
                await world.ask(Verb(what), {"signal": Signal.SUCCESS.value})
            except DriverError:
                return
    elif kind == "wait":
        await trio.sleep(float(what))
    elif kind == "fault":
        world.inject(Fault(what), times=2)
    elif kind == "clear":
        world.clear()
    elif kind == "power":
        (world.power_cut if what == "cut" else world.power_on)()
    else:
        try:
            world.insert(bottle) if what == "insert" else getattr(world, what)()
        except ImpossibleError:
            return


def check(world: World) -> None:
    truth = world.audit()
    assert [item.number for item in truth.items] == list(range(1, len(truth.items) + 1))
    for item in truth.items:
        assert (item.settled_at_s is None) == (item.fate is Fate.IN_CHAMBER)
    # What is neither settled nor lying in the chamber is in the air, and only for a moment.
    inside = {item.number for item in world.in_chamber}
    assert inside <= {item.number for item in truth.in_chamber}
    assert truth.light_lit_s >= 0
    assert world.bin_pct == pytest.approx(0.2 * len(truth.dropped))
