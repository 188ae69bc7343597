"""Scripted eyes, a simulated cloud, credentials and people, and the knobs on them."""

from __future__ import annotations

import pytest
import trio
from msgspec.structs import replace
from trio.testing import MockClock, wait_all_tasks_blocked

from drivers.ports import Encoding, Frame
from drivers.sim.link import Verb
from rvm_edge.item import Reason
from rvm_edge.machine import EyesError, Standing
from rvm_edge.packaged import samples_dir
from rvm_edge.simulator.credentials import SimulatedCredentials
from rvm_edge.simulator.eyes import EyesKnobs, ScriptedEyes, true_reason
from rvm_edge.simulator.people import (
    await_fate,
    collect_returns,
    insert_when_open,
)
from rvm_edge.simulator.timings import INSTANT
from rvm_edge.simulator.truth import Fate, Specimen
from rvm_edge.simulator.world import World
from tests.scripted_link import CloudKnobs, SimulatedCloud

FRAMES = [Frame(b"", Encoding.JPEG, 0, 0, 0.0, n) for n in range(3)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, Reason.EMPTY_PET),
        ({"label": "soda", "should_accept": False}, Reason.FORBIDDEN_CLASS),
        ({"not_empty": True, "should_accept": False}, Reason.NOT_EMPTY),
        ({"kind": "two_items", "should_accept": False}, Reason.TWO_ITEMS),
        ({"label": "none", "should_accept": False}, Reason.UNKNOWN_OBJECT),
    ],
)
def test_true_eyes_follow_the_acceptance_rule(
    bottle: Specimen, change: dict[str, str], reason: Reason
) -> None:
    assert true_reason([replace(bottle, **change)], frames=3) is reason


def test_true_eyes_see_nothing_two_things_and_no_picture(bottle: Specimen, can: Specimen) -> None:
    assert true_reason([], frames=3) is Reason.EMPTY_CHAMBER
    assert true_reason([bottle, bottle], frames=3) is Reason.TWO_ITEMS
    assert true_reason([bottle, can], frames=3) is Reason.FORBIDDEN_CLASS
    assert true_reason([bottle], frames=0) is Reason.NO_PICTURE


async def test_eyes_say_what_lies_in_the_chamber(
    autojump_clock: MockClock, bottle: Specimen
) -> None:
    world = await with_item(bottle)
    eyes = ScriptedEyes(world)
    began_s = trio.current_time()
    verdict = await eyes.judge(FRAMES, 20.0)
    assert (verdict.accepted, verdict.label, verdict.weight_g) == (True, "mineral", 20.0)
    assert len(verdict.detections) == 3
    assert trio.current_time() - began_s == pytest.approx(0.3)
    assert eyes.calls == 1


async def test_eyes_lie_die_and_hang_on_request(
    autojump_clock: MockClock, bottle: Specimen
) -> None:
    eyes = ScriptedEyes(await with_item(bottle), EyesKnobs(takes_s=0))
    eyes.knobs.wrong = True
    assert not (await eyes.judge(FRAMES, None)).accepted
    eyes.knobs.wrong = False
    eyes.knobs.says = Reason.LOW_CONFIDENCE
    assert (await eyes.judge(FRAMES, None)).reason is Reason.LOW_CONFIDENCE
    eyes.knobs.says = None
    eyes.knobs.dies = 1
    with pytest.raises(EyesError, match="died"):
        await eyes.judge(FRAMES, None)
    assert (await eyes.judge(FRAMES, None)).accepted
    eyes.knobs.dead = True
    with pytest.raises(EyesError, match="gone"):
        await eyes.judge(FRAMES, None)
    eyes.knobs.hung = True
    with trio.move_on_after(1e6) as scope:
        await eyes.judge(FRAMES, None)
    assert scope.cancelled_caught


async def test_scripted_eyes_pass_a_short_jpeg_on_and_make_none(
    autojump_clock: MockClock,
) -> None:
    picture = samples_dir() / "images" / "syn_00012.jpg"
    frame = Frame(picture.read_bytes(), Encoding.JPEG, 0, 0, 0.0, 1)
    eyes = ScriptedEyes(World(INSTANT))
    assert await eyes.as_jpeg(frame, len(frame.data)) is frame.data
    for other in (frame, Frame(b"", Encoding.JPEG, 0, 0, 0.0, 1)):
        with pytest.raises(EyesError, match="cannot make a JPEG"):
            await eyes.as_jpeg(other, len(other.data) - 1)
    eyes.knobs.dead = True
    with pytest.raises(EyesError, match="gone"):
        await eyes.as_jpeg(frame, len(frame.data))
    eyes.knobs.hung = True
    with trio.move_on_after(1e6) as scope:
        await eyes.as_jpeg(frame, len(frame.data))
    assert scope.cancelled_caught


@pytest.mark.parametrize("answer", list(Standing))
async def test_the_cloud_says_what_it_is_told(autojump_clock: MockClock, answer: Standing) -> None:
    cloud = SimulatedCloud(CloudKnobs(answer=answer))
    assert await cloud.handshake() is answer
    assert await cloud.heartbeat(None) is answer
    assert (cloud.handshakes, cloud.heartbeats) == (1, 1)


async def test_an_unreachable_cloud_takes_its_time_to_be_so(autojump_clock: MockClock) -> None:
    cloud = SimulatedCloud()
    cloud.knobs.reachable = False
    began_s = trio.current_time()
    assert await cloud.handshake() is Standing.UNREACHABLE
    assert trio.current_time() - began_s == pytest.approx(2)


async def test_credentials_come_and_go(autojump_clock: MockClock) -> None:
    credentials = SimulatedCredentials(present=False)
    assert not await credentials.present()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(credentials.wait)
        await wait_all_tasks_blocked()
        credentials.store()
    assert await credentials.present()
    credentials.lose()
    assert not await credentials.present()


async def test_a_person_waits_for_the_gate_and_takes_the_return_away(
    autojump_clock: MockClock, can: Specimen
) -> None:
    world = World()

    async def machine() -> None:
        for way in (Verb.SORTER_RETURN, Verb.SORTER_DROP):
            await trio.sleep(5)
            await world.ask(Verb.GATE_OPEN)
            await trio.sleep(1)
            await world.ask(Verb.GATE_CLOSE)
            await world.ask(way)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(machine)
        for fate in (Fate.RETURNED, Fate.DROPPED):
            item = await insert_when_open(world, can)
            assert (await await_fate(world, item)).fate is fate
        assert not world.something_to_collect


async def test_a_person_takes_an_abandoned_return_away_before_inserting(
    autojump_clock: MockClock, bottle: Specimen, can: Specimen
) -> None:
    world = await with_item(can)
    await world.ask(Verb.GATE_CLOSE)
    await world.ask(Verb.SORTER_RETURN)
    await world.ask(Verb.GATE_OPEN)
    assert (await insert_when_open(world, bottle)).number == 2


async def test_somebody_standing_by_takes_every_return_away(
    autojump_clock: MockClock, can: Specimen
) -> None:
    world = await with_item(can)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(collect_returns, world)
        await world.ask(Verb.GATE_CLOSE)
        await world.ask(Verb.SORTER_RETURN)
        await wait_all_tasks_blocked()
        assert not world.something_to_collect
        nursery.cancel_scope.cancel()


async def test_people_pull_an_item_out_again_and_push_a_second_one_in(
    autojump_clock: MockClock, bottle: Specimen, can: Specimen
) -> None:
    world = World(INSTANT)
    await world.ask(Verb.GATE_OPEN)
    pulled = await insert_when_open(world, bottle)
    world.take_back()
    assert world.item(pulled.number).fate is Fate.TAKEN_BACK
    one, two = await insert_when_open(world, bottle), world.insert(can)
    assert (one.joined, two.joined) == (None, one.number)
    await world.ask(Verb.GATE_CLOSE)
    await world.ask(Verb.SORTER_DROP)
    assert (await await_fate(world, two)).fate is Fate.DROPPED


async def with_item(specimen: Specimen) -> World:
    world = World(INSTANT)
    await world.ask(Verb.GATE_OPEN)
    world.insert(specimen)
    return world
