"""What the server may order, where it is carried out, and what the journal keeps of it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import trio
from trio.testing import MockClock

from drivers.sim.actuators import SimulatedSorter
from rvm_edge.orders import Action, Component, Motion, Order, Refusal
from rvm_edge.settings import Policy
from rvm_edge.simulator.faults import Fault
from states import paths
from states.events import MaintenanceEnter
from tests.rig import BOTTLE, Booted, Rig


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def noted(rig: Rig, event: str) -> list[tuple[object, object]]:
    """Return what the journal has of `event`: what was ordered, and its result or refusal."""
    return [
        (step.record.data["action"], step.record.data.get("result", step.record.data.get("why")))
        for step in rig.steps
        if step.record.event == event
    ]


async def until_noted(rig: Rig, event: str) -> tuple[object, object]:
    """Wait until the journal has an `event`, and return the newest."""
    with trio.fail_after(600):
        while not noted(rig, event):
            await rig.moved.wait()
    return noted(rig, event)[-1]


async def ordered_out_of_use(booted: Booted) -> None:
    """Be taken out of use by an order, door shut."""
    await booted.until(paths.IDLE)
    await booted.daemon.runtime.post(MaintenanceEnter())
    await booted.until(paths.MAINTENANCE)


@pytest.mark.parametrize(
    ("action", "asked"), [(Action.RESTART, "restart"), (Action.REBOOT, "reboot")]
)
async def test_the_machine_starts_anew_when_it_is_told_to(
    autojump_clock: MockClock, rig: Rig, action: Action, asked: str
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.link.orders.give(Order("1", action))
        await booted.until(paths.RESTARTING)
        await trio.sleep(1)
        assert rig.host.asked == [asked]


async def test_a_restart_that_does_not_come_about_costs_a_minute_of_service(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.link.orders.give(Order("1", Action.RESTART))
        await booted.until(paths.RESTARTING)
        started = trio.current_time()
        await booted.until(paths.IDLE)
        assert 59 < trio.current_time() - started < 70


async def test_a_restart_waits_for_the_person_at_the_machine(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        rig.link.orders.give(Order("1", Action.RESTART))
        await booted.deposit(BOTTLE)
        assert rig.host.asked == []
        await booted.finish()
        await booted.until(paths.RESTARTING)


async def test_maintenance_begins_and_ends_by_order(autojump_clock: MockClock, rig: Rig) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.link.orders.give(Order("1", Action.MAINTENANCE))
        await booted.until(paths.MAINTENANCE)
        heartbeats = rig.link.knobs
        assert heartbeats is rig.cloud
        rig.link.orders.give(Order("2", Action.EXIT_MAINTENANCE))
        await booted.until(paths.IDLE)
    assert noted(rig, "order.done") == [
        ("maintenance", "taken out of use"),
        ("exit_maintenance", "given back"),
    ]


async def test_a_picture_is_taken_in_the_light_and_the_light_goes_out(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.link.orders.give(Order("1", Action.CAPTURE_IMAGE))
        await booted.until(paths.INSPECTION)
        await rig.world.until(lambda: rig.world.light_is_on)
        await booted.until(paths.IDLE)
        assert not rig.world.light_is_on
        assert rig.link.album.offered == 1
    assert rig.world.audit().hazards == ()


async def test_a_dead_camera_leaves_no_picture_and_no_light(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.world.inject(Fault.CAMERA_GONE)
        rig.link.orders.give(Order("1", Action.CAPTURE_IMAGE))
        await booted.until(paths.INSPECTION)
        await booted.until(paths.IDLE)
        assert not rig.world.light_is_on
        assert rig.link.album.offered == 0


async def test_a_picture_is_never_taken_with_an_item_in_the_chamber(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        rig.link.orders.give(Order("1", Action.CAPTURE_IMAGE))
        await booted.deposit(BOTTLE)
        assert rig.link.album.offered == 0
        await booted.finish()
        await booted.until(paths.INSPECTION)


async def test_a_sensor_is_read_and_the_reading_is_in_the_journal(
    autojump_clock: MockClock, rig: Rig
) -> None:
    rig.world.set_bin_pct(37.0)
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.link.orders.give(Order("1", Action.READ_SENSOR, component=Component.BIN))
        assert await until_noted(rig, "order.done") == ("read_sensor", "bin 37 %")


async def test_what_is_no_sensor_is_not_read(autojump_clock: MockClock, rig: Rig) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.link.orders.give(Order("1", Action.READ_SENSOR, component=Component.SORTER))
        _, why = await until_noted(rig, "order.refused")
        assert why == "sorter is no sensor of this machine"


async def test_a_motor_ordered_outside_maintenance_is_refused_and_never_turns_later(
    autojump_clock: MockClock, rig: Rig
) -> None:
    turn = Order("1", Action.TRIGGER_ACTUATOR, component=Component.SORTER, motion=Motion.TRIGGER)
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.link.orders.give(turn)
        action, _ = await until_noted(rig, "order.refused")
        assert action == "trigger_actuator"
        await ordered_out_of_use(booted)
        await trio.sleep(600)
        assert noted(rig, "order.done") == []


async def test_a_motor_turns_in_maintenance_that_was_ordered(
    autojump_clock: MockClock, rig: Rig
) -> None:
    turn = Order("1", Action.TRIGGER_ACTUATOR, component=Component.SORTER, motion=Motion.TRIGGER)
    async with rig.boot() as booted:
        await ordered_out_of_use(booted)
        rig.link.orders.give(turn)
        assert await until_noted(rig, "order.done") == ("trigger_actuator", "sorter: trigger")


async def test_no_item_drops_by_order(autojump_clock: MockClock, rig: Rig) -> None:
    """Nobody would have it credited, or it would be credited on a guess."""
    turn = Order("1", Action.TRIGGER_ACTUATOR, component=Component.SORTER, motion=Motion.TRIGGER)
    async with rig.boot() as booted:
        await ordered_out_of_use(booted)
        rig.world.inject(Fault.CHAMBER_STUCK_OCCUPIED)
        rig.link.orders.give(turn)
        _, why = await until_noted(rig, "order.refused")
        assert why == "something lies in the chamber: it would drop into the bin"


async def test_a_sorter_that_rests_by_itself_says_that_nothing_of_it_was_moved(
    autojump_clock: MockClock, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SimulatedSorter, "rests_by_itself", property(lambda _: True))
    home = Order("1", Action.TRIGGER_ACTUATOR, component=Component.SORTER, motion=Motion.RESET)
    async with rig.boot() as booted:
        await ordered_out_of_use(booted)
        rig.link.orders.give(home)
        _, result = await until_noted(rig, "order.done")
        assert str(result).startswith("sorter: reset; it ends every run at rest by itself")


@pytest.mark.parametrize("ordered", [True, False])
async def test_no_motor_turns_by_order_while_the_door_is_open(
    autojump_clock: MockClock, rig: Rig, *, ordered: bool
) -> None:
    turn = Order("1", Action.TRIGGER_ACTUATOR, component=Component.SORTER, motion=Motion.TRIGGER)
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.world.open_door()
        await booted.until(paths.MAINTENANCE)
        if ordered:
            await booted.daemon.runtime.post(MaintenanceEnter())
            await trio.sleep(1)
        rig.link.orders.give(turn)
        action, _ = await until_noted(rig, "order.refused")
        assert action == "trigger_actuator"
    assert rig.world.audit().hazards == ()


@pytest.mark.parametrize(("allowed", "event"), [(False, "order.refused"), (True, "order.done")])
async def test_the_doors_bolt_moves_by_order_only_where_the_owner_allows_it(
    autojump_clock: MockClock, tmp_path: Path, *, allowed: bool, event: str
) -> None:
    rig = Rig(tmp_path, policy=msgspec.structs.replace(Policy(), door_by_server=allowed))
    unlock = Order("1", Action.TRIGGER_ACTUATOR, component=Component.DOOR, motion=Motion.OPEN)
    async with rig.boot() as booted:
        await ordered_out_of_use(booted)
        rig.link.orders.give(unlock)
        action, _ = await until_noted(rig, event)
        assert action == "trigger_actuator"


async def test_what_was_refused_at_the_door_is_in_the_journal(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.link.orders.refuse(Refusal("x", "SHELL_COMMAND", "never"))
        assert await until_noted(rig, "order.refused") == ("SHELL_COMMAND", "never")


async def test_a_machine_at_fault_can_be_restarted_from_afar(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.world.inject(Fault.UNPLUGGED)
        await booted.until(paths.FAULT)
        rig.link.orders.give(Order("1", Action.REBOOT))
        await booted.until(paths.RESTARTING)
        await trio.sleep(1)
        assert rig.host.asked == ["reboot"]
