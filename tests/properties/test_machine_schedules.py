"""Whatever happens in whatever order: nobody is hurt, nothing lost, nothing credited twice."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trio.testing import MockClock

from rvm_edge.item import Outcome
from rvm_edge.settings import Policy
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.people import collect_returns
from rvm_edge.simulator.truth import Danger, Fate
from rvm_edge.simulator.world import ImpossibleError
from states import capture, paths
from states.chart import CHART
from states.context import Ctx
from states.events import LinkLost, LinkUp, SessionFinished
from tests.rig import BOTTLE, CAN, Booted, Rig
from tests.states.chains import approach, arrange, into_service

HURTS = (
    Fault.SORTER_JAMS,
    Fault.ITEM_FALLS_BACK,
    Fault.HAND_IN_SLOT,
    Fault.CHAMBER_BOUNCES,
    Fault.CHAMBER_STUCK_OCCUPIED,
    Fault.CONTROLLER_DEAF,
    Fault.CONTROLLER_MUTE,
    Fault.CONTROLLER_RESETS,
    Fault.COMMAND_UNKNOWN,
    Fault.ACK_LATE,
    Fault.ACK_WRONG,
    Fault.ACK_CORRUPTED,
    Fault.UNPLUGGED,
    Fault.CAMERA_GONE,
    Fault.CAMERA_FROZEN,
    Fault.CAMERA_LATE,
)

LIGHT = {
    Danger.LIGHT_ON_BEHIND_OPEN_GATE,
    Danger.LIGHT_ON_WHILE_MOTOR_TURNS,
    Danger.LIGHT_LEFT_ON,
}

LAMP_CANNOT_OBEY = (
    Fault.CONTROLLER_DEAF,
    Fault.CONTROLLER_RESETS,
    Fault.COMMAND_UNKNOWN,
    Fault.UNPLUGGED,
)
"""A controller that does nothing it is told, or goes dark by itself."""

ACTIONS = st.one_of(
    st.sampled_from(["bottle", "can", "finish", "link", "door", "collect", "eyes", "clear"]),
    st.sampled_from(HURTS),
)
SCHEDULES = st.lists(st.tuples(st.floats(0.0, 4.0), ACTIONS), max_size=25)


@given(schedule=SCHEDULES)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
def test_any_schedule_of_people_faults_and_links_leaves_the_books_right(
    schedule: list[tuple[float, str | Fault]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        trio.run(live_through, Path(folder), schedule, clock=MockClock(autojump_threshold=0))


async def live_through(folder: Path, schedule: list[tuple[float, str | Fault]]) -> None:
    rig = Rig(folder)
    async with rig.boot() as booted:
        await booted.start()
        for wait_s, action in schedule:
            await trio.sleep(wait_s)
            if booted.is_in(paths.IDLE):
                await booted.request()
            await act(rig, booted, action)
            assert hazards(rig) == []
        rig.world.clear()
        rig.world.close_door()
        await booted.daemon.runtime.post(SessionFinished())
        async with trio.open_nursery() as nursery:
            nursery.start_soon(collect_returns, rig.world)
            await into_service(rig, booted)
            nursery.cancel_scope.cancel()
        assert rig.world.gate_is_closed
        assert not rig.world.light_is_on
        items = await booted.items()
    truth = rig.world.audit()
    assert hazards(rig) == []
    assert rig.check().violations == ()
    assert all(item.outcome is not None for item in items)
    # An item that somebody put on top of another shares the first one's row.
    dropped = [item for item in truth.items if item.fate is Fate.DROPPED and item.joined is None]
    assert sum(item.outcome is Outcome.DROPPED for item in items) <= len(dropped)


def hazards(rig: Rig) -> list[Danger]:
    """What the world saw of dangers: hands, doors and motors, and a lamp that shone for nothing."""
    return [hazard.danger for hazard in rig.world.audit().hazards]


async def act(rig: Rig, booted: Booted, action: str | Fault) -> None:
    world = rig.world
    if isinstance(action, Fault):
        world.inject(action)
    elif action in ("bottle", "can"):
        world.collect()
        try:
            world.insert(BOTTLE if action == "bottle" else CAN)
        except ImpossibleError:
            await trio.lowlevel.checkpoint()
    elif action == "finish":
        await booted.daemon.runtime.post(SessionFinished())
    elif action == "link":
        event = LinkLost() if booted.is_in(paths.ONLINE) else LinkUp()
        await booted.daemon.runtime.post(event)
    elif action == "door":
        (world.close_door if world.door_is_open else world.open_door)()
    elif action == "collect":
        world.collect()
    elif action == "eyes":
        rig.eyes.dead = not rig.eyes.dead
    else:
        world.clear()


@asynccontextmanager
async def lit_and_forgotten(here: Ctx) -> AsyncIterator[None]:
    """Light the chamber as `states.light.lit_chamber` does, but never put the light out."""
    await here.machine.hardware.light.on()
    yield


CAPTURE_FAILS = (
    Fault.CONTROLLER_MUTE,
    Fault.ACK_LATE,
    Fault.ACK_WRONG,
    Fault.ACK_CORRUPTED,
    Fault.CAMERA_GONE,
    Fault.CAMERA_FROZEN,
    Fault.CAMERA_LATE,
)
"""What makes CAPTURE fail with the light on, and leaves the lamp obeying."""

LAMP_OBEYS = [f for f in HURTS if f not in LAMP_CANNOT_OBEY and f not in CAPTURE_FAILS]


async def forgetful_capture(rig: Rig, fault: Fault | None) -> set[Danger]:
    """Return what dangers of the light came of a capture that forgets it, under a fault."""
    async with rig.boot() as booted:
        await booted.start()
        await booted.insert(BOTTLE)
        await rig.world.until(lambda: rig.world.light_is_on)
        if fault is not None:
            rig.world.inject(fault)
        await trio.sleep(30)
        return set(hazards(rig)) & LIGHT


@pytest.mark.parametrize("fault", [None, *LAMP_OBEYS])
async def test_a_state_that_forgot_to_put_the_light_out_would_be_found_whatever_is_broken(
    autojump_clock: MockClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault | None,
) -> None:
    monkeypatch.setattr(capture, "lit_chamber", lit_and_forgotten)
    assert await forgetful_capture(Rig(tmp_path), fault)


@pytest.mark.parametrize("fault", CAPTURE_FAILS)
async def test_a_light_that_a_failed_capture_leaves_is_put_out_before_the_item_goes_back(
    autojump_clock: MockClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
) -> None:
    monkeypatch.setattr(capture, "lit_chamber", lit_and_forgotten)
    assert not await forgetful_capture(Rig(tmp_path), fault)


TAKING = (paths.WAITING, paths.CAPTURE, paths.CLASSIFY, paths.ACCEPT)
"""The states of a deposit that ends well."""

MOVED_BY_THE_LINK = (paths.CAPPED,)
"""The states of the intake that end when the link comes back; see the test of their own."""

OTHERS = [
    path
    for path, state in CHART.walk()
    if path.startswith("operational.intake.")
    and not state.children
    and path not in (*TAKING, *MOVED_BY_THE_LINK)
]


@pytest.mark.parametrize("state", TAKING)
async def test_the_link_comes_and_goes_in_every_state_of_a_deposit_and_nothing_else_does(
    autojump_clock: MockClock, tmp_path: Path, state: str
) -> None:
    rig = Rig(tmp_path)
    async with rig.boot() as booted:
        await booted.start()
        if state != paths.WAITING:
            await booted.insert(BOTTLE)
        await booted.until(state)
        for event, link in ((LinkUp(), paths.ONLINE), (LinkLost(), paths.OFFLINE_GUEST)):
            await booted.daemon.runtime.post(event)
            await booted.until(link)
            assert booted.is_in(state)
        if state == paths.WAITING:
            await booted.insert(BOTTLE)
        await booted.until(paths.ACCEPT)
        await booted.until(paths.WAITING)
        (item,) = await booted.items()
    assert item.outcome is Outcome.DROPPED


@pytest.mark.parametrize("state", OTHERS)
async def test_the_link_comes_and_goes_in_every_other_state_of_the_intake(
    autojump_clock: MockClock, tmp_path: Path, state: str
) -> None:
    rig = Rig(tmp_path)
    arrange(rig, state)
    async with rig.boot() as booted:
        await approach(booted, state)
        await booted.until(state)
        for event, link in ((LinkUp(), paths.ONLINE), (LinkLost(), paths.OFFLINE_GUEST)):
            await booted.daemon.runtime.post(event)
            await booted.until(link)
            assert booted.is_in(state)
        await into_service(rig, booted, paths.WAITING if state == paths.REJECT else paths.IDLE)
        assert all(item.outcome is Outcome.RETURNED for item in await booted.items())


async def test_a_machine_that_may_take_nothing_more_without_its_server_is_idle_when_it_is_back(
    autojump_clock: MockClock, tmp_path: Path
) -> None:
    rig = Rig(tmp_path)
    arrange(rig, paths.CAPPED)
    async with rig.boot() as booted:
        for _ in range(2):
            await booted.until(paths.CAPPED)
            await booted.daemon.runtime.post(LinkUp())
            await booted.until(paths.ONLINE)
            assert booted.is_in(paths.IDLE)
            await booted.daemon.runtime.post(LinkLost())
            await booted.until(paths.OFFLINE_GUEST)
        await into_service(rig, booted)


async def test_a_simulated_day_of_900_deposits(autojump_clock: MockClock, tmp_path: Path) -> None:
    rig = Rig(tmp_path, policy=Policy(poll_s=0.1, debounce_s=0.1, idle_poll_s=1.0))
    rig.world.set_bin_pct(-400.0)
    async with rig.boot() as booted:
        started_s = trio.current_time()
        for deposit in range(900):
            if deposit % 3 == 0:
                await booted.start()
            await booted.deposit(CAN if deposit % 7 == 0 else BOTTLE)
            if deposit % 100 == 50:
                online = booted.is_in(paths.ONLINE)
                await booted.daemon.runtime.post(LinkLost() if online else LinkUp())
            if deposit % 3 == 2:
                await booted.finish()
                await trio.sleep(60)
        assert trio.current_time() - started_s > 4 * 3600
    truth = rig.world.audit()
    found = rig.check()
    assert (len(truth.items), found.items) == (900, 900)
    assert (found.violations, truth.hazards) == ((), ())
