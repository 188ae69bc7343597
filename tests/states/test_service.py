"""How the machine comes into service, goes out of it, and always finds back."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.item import Outcome
from rvm_edge.machine import Standing
from rvm_edge.simulator.credentials import SimulatedCredentials
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.truth import Fate
from states import paths
from states.events import MaintenanceEnter, MaintenanceExit
from tests.rig import BOTTLE, Rig


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


async def test_a_machine_without_credentials_waits_for_a_technician(
    autojump_clock: MockClock, rig: Rig
) -> None:
    rig.credentials = SimulatedCredentials(present=False)
    async with rig.boot() as booted:
        await trio.sleep(1000)
        assert booted.is_in(paths.PROVISIONING)
        rig.credentials.store()
        await booted.until(paths.IDLE)


async def test_a_cold_boot_reaches_guest_service_without_a_server(
    autojump_clock: MockClock, rig: Rig
) -> None:
    rig.cloud.gives_up_s = 3600.0
    started = trio.current_time()
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        assert trio.current_time() - started < 15
        assert booted.is_in(paths.OFFLINE_GUEST)


async def test_online_is_earned_by_a_handshake_and_kept_by_heartbeats(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.cloud.reachable = True
        await booted.until(paths.ONLINE)
        rig.cloud.reachable = False
        await trio.sleep(60)
        assert booted.is_in(paths.ONLINE)
        await booted.until(paths.OFFLINE_GUEST)
        rig.cloud.reachable = True
        await booted.until(paths.ONLINE)


@pytest.mark.parametrize(
    ("answer", "state"),
    [(Standing.UNAUTHORIZED, paths.UNAUTHORIZED), (Standing.BLOCKED, paths.BLOCKED)],
)
async def test_a_refusal_closes_the_machine_until_it_is_lifted(
    autojump_clock: MockClock, rig: Rig, answer: Standing, state: str
) -> None:
    rig.cloud.reachable, rig.cloud.answer = True, answer
    async with rig.boot() as booted:
        await booted.until(state)
        rig.cloud.answer = Standing.OK
        await booted.until(paths.ONLINE)


async def test_a_refusal_waits_for_the_deposit_that_is_going_on(
    autojump_clock: MockClock, rig: Rig
) -> None:
    rig.cloud.reachable = True
    async with rig.boot() as booted:
        await booted.until(paths.ONLINE)
        rig.cloud.answer = Standing.BLOCKED
        await booted.start()
        for _ in range(3):
            await trio.sleep(25)
            assert await booted.deposit(BOTTLE) is Fate.DROPPED
        await booted.until(paths.BLOCKED)


async def test_one_refusal_may_turn_into_the_other(autojump_clock: MockClock, rig: Rig) -> None:
    rig.cloud.reachable, rig.cloud.answer = True, Standing.BLOCKED
    async with rig.boot() as booted:
        await booted.until(paths.BLOCKED)
        rig.cloud.answer = Standing.UNAUTHORIZED
        await booted.until(paths.UNAUTHORIZED)
        rig.cloud.answer = Standing.BLOCKED
        await booted.until(paths.BLOCKED)


async def test_an_open_door_stops_everything_in_the_middle_of_a_deposit(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        item = await booted.insert(BOTTLE)
        await booted.until(paths.ACCEPT)
        await trio.sleep(0.2)
        rig.world.open_door()
        await booted.until(paths.MAINTENANCE)
        await trio.sleep(60)
        assert not rig.world.light_is_on
        rig.world.close_door()
        await booted.until(paths.IDLE)
        (row,) = await booted.items()
        dropped = rig.world.item(item.number).fate is Fate.DROPPED
        assert (row.outcome is Outcome.DROPPED) is dropped
    assert rig.world.audit().hazards == ()


async def test_maintenance_that_was_ordered_outlives_door_and_restart(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        await booted.daemon.runtime.post(MaintenanceEnter())
        await booted.until(paths.MAINTENANCE)
        rig.world.open_door()
        await trio.sleep(10)
        rig.world.close_door()
        await trio.sleep(60)
        assert booted.is_in(paths.MAINTENANCE)
    async with rig.boot() as booted:
        await booted.until(paths.MAINTENANCE)
        await booted.daemon.runtime.post(MaintenanceExit())
        await booted.until(paths.IDLE)
        await trio.sleep(60)
        assert booted.is_in(paths.IDLE)
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)


async def test_maintenance_may_be_ordered_while_the_door_is_open(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.world.open_door()
        await booted.until(paths.MAINTENANCE)
        await booted.daemon.runtime.post(MaintenanceEnter())
        rig.world.close_door()
        await trio.sleep(60)
        assert booted.is_in(paths.MAINTENANCE)


async def test_usb_replug_heals(autojump_clock: MockClock, rig: Rig) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.world.inject(Fault.UNPLUGGED)
        await booted.until(paths.FAULT)
        await trio.sleep(100)
        assert booted.is_in(paths.FAULT)
        rig.world.clear(Fault.UNPLUGGED)
        await booted.until(paths.IDLE)


async def test_a_fault_can_be_mended_through_the_door(autojump_clock: MockClock, rig: Rig) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.world.inject(Fault.UNPLUGGED)
        await booted.until(paths.FAULT)
        rig.world.open_door()
        await booted.until(paths.MAINTENANCE)
        rig.world.clear(Fault.UNPLUGGED)
        rig.world.close_door()
        await booted.until(paths.IDLE)


async def test_a_broken_mechanism_is_tried_less_and_less_often(
    autojump_clock: MockClock, rig: Rig
) -> None:
    rig.world.inject(Fault.HAND_IN_SLOT)
    rig.eyes.dead = True
    async with rig.boot() as booted:
        await booted.until(paths.FAULT)
        rig.path.clear()
        await trio.sleep(3600)
        faults = rig.intake.count("fault")
        assert 5 < faults < 100
        rig.eyes.dead = False
        rig.world.clear(Fault.HAND_IN_SLOT)
        await booted.until(paths.IDLE)


async def test_a_scale_that_was_zeroed_while_it_was_off_needs_a_technician_and_no_item_is_lost(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        rig.world.inject(Fault.SCALE_DRIFTS, -40.0)
        await booted.start()
        rig.world.clear()
        item = await booted.insert()
        assert await booted.fate_of(item) is Fate.DROPPED
        await booted.until(paths.FAULT)
        await trio.sleep(600)
        assert paths.IDLE not in {leaf for leaves in rig.path[-5:] for leaf in leaves}
        rig.world.open_door()
        await booted.until(paths.MAINTENANCE)
        assert rig.world.empty_chamber() == ()
        rig.world.close_door()
        await booted.until(paths.IDLE)
        assert [one.outcome for one in await booted.items()] == [Outcome.DROPPED]


async def test_maintenance_zeroes_no_scale_on_which_something_lies(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        item = await booted.insert()
        await booted.until(paths.CAPTURE)
        rig.world.open_door()
        await booted.until(paths.MAINTENANCE)
        rig.world.close_door()
        await booted.until(paths.IDLE)
        assert rig.world.item(item.number).fate is Fate.RETURNED
        assert [one.outcome for one in await booted.items()] == [Outcome.RETURNED]
