"""A simulated world in somebody's hands: what can be put in, what broken, and what not."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from drivers.sim.link import Verb
from rvm_edge.bridges.local.control import RefusedError
from rvm_edge.bridges.local.simulation import Condition, Incident, SimulatedWorld, Thing
from rvm_edge.cli.demo.eyes import BreakableEyes, EyesKind
from rvm_edge.cli.demo.played_world import TAKEN_AFTER_S, PlayedWorld
from rvm_edge.cli.demo.surroundings import Setup
from rvm_edge.cli.demo.things import by_thing, thing_of
from rvm_edge.cli.own.world import in_own_world
from rvm_edge.locations import Locations
from rvm_edge.packaged import samples_dir
from rvm_edge.settings import Policy, PolicyInForce, ServedPolicy, Settings
from rvm_edge.simulator.eyes import ScriptedEyes
from rvm_edge.simulator.host import RecordedHost
from rvm_edge.simulator.specimens import read_samples
from rvm_edge.simulator.still_telemetry import StillTelemetry
from rvm_edge.simulator.timings import Timings
from rvm_edge.simulator.world import World
from rvm_edge.uplink import to_server

SAMPLES = read_samples(samples_dir())
HERE = (
    Condition.HAND_IN_SLOT,
    Condition.DOOR_OPEN,
    Condition.BIN_FULL,
    Condition.SORTER_JAMMED,
    Condition.CONTROLLER_UNPLUGGED,
)


class Hands:
    """A world, and somebody who plays with it."""

    def __init__(self) -> None:
        self.world = World(Timings())
        self.eyes = BreakableEyes(ScriptedEyes(self.world))
        self.rules = PolicyInForce(Policy())
        self.played = PlayedWorld(self.world, SAMPLES, self.eyes, self.rules)

    async def open_gate(self) -> None:
        await self.world.ask(Verb.GATE_OPEN)

    async def give_a_can_back(self) -> None:
        await self.open_gate()
        await self.played.insert(Thing.CAN)
        await trio.sleep(1.0)  # until the hand is out
        await self.world.ask(Verb.GATE_CLOSE)
        await self.world.ask(Verb.SORTER_RETURN)


class Shy:
    """Visitors who note how often they had to make room."""

    def __init__(self) -> None:
        self.coming = True
        self.rooms = 0

    def let_come(self, *, come: bool) -> None:
        self.coming = come

    def make_room(self) -> None:
        self.rooms += 1


def test_every_picture_is_of_some_thing_and_every_thing_has_one() -> None:
    found = by_thing(SAMPLES)
    assert set(found) == set(Thing)
    assert Counter(one for some in found.values() for one in some) == Counter(SAMPLES.specimens)
    assert set(found[Thing.EMPTY_PET]) == set(SAMPLES.acceptable())


def test_the_first_bottles_that_somebody_puts_in_are_clear_ones() -> None:
    assert SAMPLES.clear
    assert by_thing(SAMPLES)[Thing.EMPTY_PET][: len(SAMPLES.clear)] == SAMPLES.clear


def test_what_is_filled_is_no_empty_bottle() -> None:
    filled = by_thing(SAMPLES)[Thing.FILLED_PET]
    assert filled
    assert all(one.not_empty and one.label == "mineral" for one in filled)
    assert {one.kind for one in SAMPLES.specimens if thing_of(one) is Thing.OTHER} == {
        "hand",
        "other",
    }


async def test_the_next_of_its_kind_goes_in_each_time(autojump_clock: MockClock) -> None:
    hands = Hands()
    await hands.open_gate()
    names = []
    for _ in range(2):
        told = await hands.played.insert(Thing.CAN)
        names.append(hands.world.in_chamber[0].specimen.name)
        assert told.startswith(names[-1])
        hands.world.take_back()
    assert names == [one.name for one in by_thing(SAMPLES)[Thing.CAN][:2]]


async def test_a_bin_is_full_from_the_level_in_force() -> None:
    hands = Hands()
    hands.world.set_bin_pct(70.0)
    assert not hands.played.holds(Condition.BIN_FULL)
    hands.rules.heed(ServedPolicy(bin_full_pct=60.0))
    assert hands.played.holds(Condition.BIN_FULL)


async def test_a_bin_can_be_filled_however_late_it_is_full() -> None:
    hands = Hands()
    hands.rules.heed(ServedPolicy(bin_full_pct=100.0))
    await hands.played.change(Condition.BIN_FULL, holds=True)
    assert hands.played.holds(Condition.BIN_FULL)
    await hands.played.change(Condition.BIN_FULL, holds=False)
    assert hands.world.bin_pct == 0.0


async def test_the_world_of_a_machine_that_runs_goes_by_that_machines_rules(
    tmp_path: Path,
) -> None:
    worlds: list[SimulatedWorld] = []
    setup = Setup(eyes=EyesKind.SCRIPTED)
    link = to_server(lambda: None, StillTelemetry)
    async with in_own_world(
        Locations(config_dir=tmp_path, data_dir=tmp_path),
        Settings(),
        setup,
        link=link,
        host=RecordedHost(),
        fit=lambda parts: parts,
        play=worlds.append,
    ) as daemon:
        (world,) = worlds
        assert isinstance(world, PlayedWorld)
        assert world.rules is daemon.machine.rules


async def test_nobody_waits_at_a_closed_slot_for_ever(autojump_clock: MockClock) -> None:
    hands = Hands()
    with pytest.raises(RefusedError, match="the slot did not open"):
        await hands.played.insert(Thing.CAN)
    assert hands.world.audit().items == ()


async def test_of_two_at_once_one_waits_for_the_other(autojump_clock: MockClock) -> None:
    hands = Hands()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(hands.played.insert, Thing.CAN)
        await wait_all_tasks_blocked()
        with pytest.raises(RefusedError, match="one after the other"):
            await hands.played.insert(Thing.CAN)
        await hands.open_gate()
    assert len(hands.world.audit().items) == 1


@pytest.mark.parametrize("condition", HERE)
async def test_a_condition_holds_until_it_is_ended(condition: Condition) -> None:
    hands = Hands()
    for _ in range(2):  # once more changes nothing
        await hands.played.change(condition, holds=True)
        assert hands.played.now().holding == (condition,)
    for _ in range(2):
        await hands.played.change(condition, holds=False)
        assert hands.played.now().holding == ()
    assert hands.world.faults.in_force == ()
    assert not hands.world.door_is_open


async def test_what_is_not_there_cannot_be_changed() -> None:
    hands = Hands()
    assert hands.played.now().possible == HERE
    for condition in (Condition.INTERNET_CUT, Condition.VISITORS_COME):
        with pytest.raises(RefusedError):
            await hands.played.change(condition, holds=True)


async def test_visitors_make_room_for_a_person_and_not_for_a_mishap() -> None:
    hands, shy = Hands(), Shy()
    hands.played.visitors = shy
    await hands.played.change(Condition.SORTER_JAMMED, holds=True)
    assert shy.rooms == 0
    await hands.played.change(Condition.HAND_IN_SLOT, holds=True)
    assert shy.rooms == 1
    await hands.played.change(Condition.BIN_FULL, holds=True)
    assert shy.rooms == 2
    assert Condition.VISITORS_COME in hands.played.now().holding
    await hands.played.change(Condition.VISITORS_COME, holds=False)
    assert not shy.coming


async def test_killed_eyes_see_again_after_a_while(autojump_clock: MockClock) -> None:
    hands = Hands()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(hands.played.happen, Incident.EYES_KILLED)
        await wait_all_tasks_blocked()
        assert hands.eyes.sight == "lost"
    assert hands.eyes.sight == "ready"


async def test_a_person_takes_what_was_given_back(autojump_clock: MockClock) -> None:
    hands = Hands()
    with pytest.raises(RefusedError, match="nothing lies in the slot"):
        await hands.played.happen(Incident.TAKE_BACK)
    await hands.give_a_can_back()
    assert hands.played.now().given_back
    await hands.played.happen(Incident.TAKE_BACK)
    assert not hands.played.now().given_back


async def test_what_nobody_takes_by_a_button_is_taken_after_a_while(
    autojump_clock: MockClock,
) -> None:
    hands = Hands()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(hands.played.take_what_is_given_back)
        for by_button in (True, False):
            await hands.give_a_can_back()
            began_s = trio.current_time()
            if by_button:
                await hands.played.happen(Incident.TAKE_BACK)
            await hands.world.until(lambda: not hands.world.something_to_collect)
            waited_s = 0.0 if by_button else TAKEN_AFTER_S
            assert trio.current_time() - began_s == pytest.approx(waited_s, abs=0.5)
        nursery.cancel_scope.cancel()


async def test_a_technician_empties_the_chamber_before_the_door_is_shut(
    autojump_clock: MockClock,
) -> None:
    hands = Hands()
    await hands.open_gate()
    await hands.played.insert(Thing.CAN)
    await hands.played.change(Condition.DOOR_OPEN, holds=True)
    await hands.played.change(Condition.DOOR_OPEN, holds=False)
    assert hands.world.in_chamber == ()
