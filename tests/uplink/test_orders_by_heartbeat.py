"""What the server orders with its answers to heartbeats, and where it ends: in the journal."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.simulator.cloud import Dialect, Json, Reach
from states import paths
from states.events import MaintenanceEnter
from tests.rig import KilledError
from tests.served_rig import ALERT, PATIENT, PET, ServedRig, online_and_idle, until
from tests.states.chains import only_killed

REPEATS = 3


@pytest.fixture
def rig(tmp_path: Path) -> ServedRig:
    return ServedRig(tmp_path, policy=ALERT)


def order(rig: ServedRig, action: str, payload: dict[str, Json] | None = None) -> None:
    rig.server.queue_command(rig.registered, action, payload)


def noted(rig: ServedRig, event: str) -> list[tuple[str, str]]:
    """Return what the journal has of `event`: what was ordered, and its result or refusal."""
    return [
        (
            str(step.record.data.get("action", "")),
            str(step.record.data.get("result", step.record.data.get("why"))),
        )
        for step in rig.steps
        if step.record.event == event
    ]


async def test_a_sensor_is_read_and_the_reading_is_in_the_journal(
    autojump_clock: MockClock, rig: ServedRig
) -> None:
    rig.world.set_bin_pct(37.0)
    async with rig.boot() as booted:
        await online_and_idle(booted)
        order(rig, "READ_SENSOR", {"component_name": "bin_ultrasonic"})
        await until(lambda: noted(rig, "order.done") == [("read_sensor", "bin 37 %")])


@pytest.mark.parametrize("action", ["SHELL_COMMAND", "GIT_PULL", "UPDATE_SERVICE"])
async def test_nothing_is_run_or_fetched_by_order_and_the_refusal_is_in_the_journal(
    autojump_clock: MockClock, rig: ServedRig, action: str
) -> None:
    async with rig.boot() as booted:
        await online_and_idle(booted)
        order(rig, action, {"command": "rm -rf /"})
        await until(lambda: bool(noted(rig, "order.refused")))
        await trio.sleep(60)
        ((word, why),) = noted(rig, "order.refused")
        assert word == action
        assert why.startswith("this machine")
        assert booted.is_in(paths.IDLE)
    assert noted(rig, "order.done") == []


async def test_a_restart_waits_for_the_item_and_for_the_person(
    autojump_clock: MockClock, either: ServedRig
) -> None:
    either.policy = ALERT
    either.eyes.takes_s = 5.0
    async with either.boot() as booted:
        await online_and_idle(booted)
        await booted.start()
        await booted.insert(PET)
        await booted.until(paths.CLASSIFY)
        order(either, "RESTART")
        await until(lambda: not either.registered.commands)
        await booted.until(paths.WAITING)
        await trio.sleep(10)
        assert either.host.asked == []
        await booted.finish()
        await booted.until(paths.RESTARTING)
        await trio.sleep(1)
        assert either.host.asked == ["restart"]
    assert [
        step.record.event for step in either.steps if step.record.event == "restart.ordered"
    ] == ["restart.ordered"]


async def test_an_order_that_is_repeated_is_done_once(
    autojump_clock: MockClock, rig: ServedRig
) -> None:
    async with rig.boot() as booted:
        await online_and_idle(booted)
        given = rig.server.queue_command(
            rig.registered, "READ_SENSOR", {"component_name": "bin_ultrasonic"}
        )
        for _ in range(REPEATS):
            await until(lambda: not rig.registered.commands)
            rig.registered.commands.append(given)
        await until(lambda: not rig.registered.commands)
        await trio.sleep(10)
        assert rig.uplink.desk.counts.repeated == REPEATS
    assert len(noted(rig, "order.done")) == 1


async def test_an_order_to_restart_that_is_repeated_after_the_restart_is_not_done_again(
    autojump_clock: MockClock, rig: ServedRig
) -> None:
    async with rig.boot() as booted:
        await online_and_idle(booted)
        given = rig.server.queue_command(rig.registered, "RESTART")
        await until(lambda: rig.host.asked == ["restart"])
    async with rig.boot() as booted:
        await online_and_idle(booted)
        rig.registered.commands.append(given)
        await until(lambda: not rig.registered.commands)
        await trio.sleep(60)
        assert booted.is_in(paths.IDLE)
    assert rig.host.asked == ["restart"]


async def test_an_old_order_is_refused_by_the_servers_clock(
    autojump_clock: MockClock, rig: ServedRig
) -> None:
    rig.policy = PATIENT
    async with rig.boot() as booted:
        await online_and_idle(booted)
        given = rig.server.queue_command(rig.registered, "REBOOT")
        rig.registered.commands.clear()
        await trio.sleep(700)
        rig.registered.commands.append(given)
        rig.registered.commands_until_s = rig.server.clock.now_s() + 600
        await until(lambda: bool(noted(rig, "order.refused")))
        ((word, why),) = noted(rig, "order.refused")
        assert (word, "s old" in why) == ("REBOOT", True)
    assert rig.host.asked == []


async def test_a_picture_that_was_ordered_is_at_the_server_and_the_next_heartbeat_says_so_once(
    autojump_clock: MockClock, rig: ServedRig
) -> None:
    async with rig.boot() as booted:
        await online_and_idle(booted)
        order(rig, "CAPTURE_IMAGE")
        await booted.until(paths.INSPECTION)
        await booted.until(paths.IDLE)
        (picture,) = rig.server.books.dataset
        assert picture.rvm_id == rig.registered.rvm_id
        assert not rig.world.light_is_on
        await until(lambda: rig.registered.capture_complete, within_s=1)
        await until(lambda: not rig.registered.capture_complete, within_s=1)
        await trio.sleep(10)
        assert not rig.registered.capture_complete
    assert noted(rig, "inspection.done") == [("", "the server has it")]
    assert rig.world.audit().hazards == ()


async def test_a_server_without_a_place_for_ordered_pictures_gets_none_and_the_journal_says_why(
    autojump_clock: MockClock, tmp_path: Path
) -> None:
    rig = ServedRig(tmp_path, dialect=Dialect.M, policy=ALERT)
    async with rig.boot() as booted:
        await online_and_idle(booted)
        order(rig, "CAPTURE_IMAGE")
        await booted.until(paths.INSPECTION)
        await booted.until(paths.IDLE)
    ((_, result),) = noted(rig, "inspection.done")
    assert result.startswith("the server has no place for pictures that it orders")


async def test_maintenance_that_was_ordered_outlives_a_power_cut_and_ends_by_order(
    autojump_clock: MockClock, rig: ServedRig
) -> None:
    try:
        async with rig.boot() as booted:
            await online_and_idle(booted)
            order(rig, "MAINTENANCE")
            await booted.until(paths.MAINTENANCE)
            booted.kill()
            raise KilledError
    except BaseException as error:
        if not only_killed(error):
            raise
    async with rig.boot() as booted:
        await booted.until(paths.MAINTENANCE)
        order(rig, "EXIT_MAINTENANCE")
        await online_and_idle(booted)


async def test_a_motor_ordered_outside_maintenance_stays_still(
    autojump_clock: MockClock, rig: ServedRig
) -> None:
    turn: dict[str, Json] = {"component_name": "sorting_motor", "action": "trigger"}
    async with rig.boot() as booted:
        await online_and_idle(booted)
        order(rig, "TRIGGER_ACTUATOR", turn)
        await until(lambda: bool(noted(rig, "order.refused")))
        await booted.daemon.runtime.post(MaintenanceEnter())
        await booted.until(paths.MAINTENANCE)
        await trio.sleep(1)
        order(rig, "TRIGGER_ACTUATOR", turn)
        await until(lambda: noted(rig, "order.done") == [("trigger_actuator", "sorter: trigger")])
    assert len(noted(rig, "order.refused")) == 1


async def test_a_server_that_goes_while_its_picture_is_taken_delays_nobody(
    autojump_clock: MockClock, rig: ServedRig
) -> None:
    async with rig.boot() as booted:
        await online_and_idle(booted)
        order(rig, "CAPTURE_IMAGE")
        await booted.until(paths.INSPECTION)
        rig.server.reach = Reach.REFUSED
        await booted.until(paths.IDLE, within_s=10)
        await booted.until(paths.OFFLINE_GUEST)
        assert not rig.world.light_is_on
        await booted.start()
        await booted.deposit(PET)
    assert rig.server.books.dataset == []
    ((_, result),) = noted(rig, "inspection.done")
    assert result.startswith("the server was not reached")
