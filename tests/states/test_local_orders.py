"""What a technician at the machine's own screen may have done, and where it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.orders import Action, Component, Motion, Order
from rvm_edge.simulator.faults import Fault
from states import paths
from states.events import MaintenanceEnter
from tests.rig import Booted, Rig

OPEN_DOOR = (Action.TRIGGER_ACTUATOR, Component.DOOR, Motion.OPEN)
TURN = (Action.TRIGGER_ACTUATOR, Component.SORTER, Motion.RESET)
FLASH = (Action.TRIGGER_ACTUATOR, Component.LIGHT, Motion.TRIGGER)
ZERO = (Action.TRIGGER_ACTUATOR, Component.SCALE, Motion.RESET)
READ = (Action.READ_SENSOR, None, None)
LOOK = (Action.CAPTURE_IMAGE, None, None)
ANEW = (Action.SET_UP_ANEW, None, None)
OTHERS = (Action.CHANGE_CREDENTIALS, None, None)

Asked = tuple[Action, Component | None, Motion | None]


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


async def ordered_out_of_use(booted: Booted) -> None:
    """Be taken out of use by an order, door shut."""
    await booted.until(paths.IDLE)
    await booted.daemon.runtime.post(MaintenanceEnter())
    await booted.until(paths.MAINTENANCE)
    await trio.sleep(1)


async def answer_to(rig: Rig, asked: Asked, *, local: bool = True) -> tuple[str, str]:
    """Order something; return the journal's event and its result or reason."""
    rig.link.orders.give(Order("screen-1", asked[0], asked[1], asked[2], local=local))
    with trio.fail_after(600):
        while True:
            for step in rig.steps:
                if step.record.data.get("order_id") == "screen-1":
                    data = step.record.data
                    return step.record.event, str(data.get("result", data.get("why")))
            await rig.moved.wait()


@pytest.mark.parametrize(
    ("asked", "result"),
    [
        (OPEN_DOOR, "the service door's bolt is drawn"),
        (TURN, "sorter: reset"),
        (FLASH, "the lamp was switched on and off"),
        (ZERO, "the scale reads zero now"),
        (LOOK, "a picture was taken"),
    ],
)
async def test_a_technician_has_parts_tried_in_maintenance(
    autojump_clock: MockClock, rig: Rig, asked: Asked, result: str
) -> None:
    async with rig.boot() as booted:
        await ordered_out_of_use(booted)
        assert await answer_to(rig, asked) == ("order.done", result)
        assert not rig.world.light_is_on
    assert rig.world.audit().hazards == ()


@pytest.mark.parametrize("asked", [OPEN_DOOR, FLASH, ZERO, LOOK, ANEW, OTHERS])
async def test_the_server_may_have_none_of_this_done(
    autojump_clock: MockClock, rig: Rig, asked: Asked
) -> None:
    async with rig.boot() as booted:
        await ordered_out_of_use(booted)
        event, _ = await answer_to(rig, asked, local=False)
        assert event == "order.refused"


async def test_the_lamp_is_lit_for_its_test_and_dark_after(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted, trio.open_nursery() as nursery:
        await ordered_out_of_use(booted)
        nursery.start_soon(answer_to, rig, FLASH)
        await rig.world.until(lambda: rig.world.light_is_on)
        await rig.world.until(lambda: not rig.world.light_is_on)


async def test_a_lamp_that_is_being_tested_goes_out_with_the_maintenance(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await ordered_out_of_use(booted)
        rig.link.orders.give(Order("screen-1", *FLASH, local=True))
        await rig.world.until(lambda: rig.world.light_is_on)
        rig.world.open_door()
        await booted.daemon.runtime.post(MaintenanceEnter())
        await rig.world.until(lambda: not rig.world.light_is_on)


async def test_all_sensors_are_read_at_once(autojump_clock: MockClock, rig: Rig) -> None:
    rig.world.set_bin_pct(37.0)
    async with rig.boot() as booted:
        await ordered_out_of_use(booted)
        event, said = await answer_to(rig, READ)
    assert event == "order.done"
    names = [reading.split()[0] for reading in said.split(", ")]
    assert names == ["bin", "door", "chamber", "slot", "scale", "thermometer"]
    assert said.startswith("bin 37 %, door shut, chamber free, slot free, ")


async def test_a_sensor_that_fails_does_not_hide_the_others(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await ordered_out_of_use(booted)
        rig.world.inject(Fault.BIN_UNREADABLE)
        _, said = await answer_to(rig, READ)
    assert said.startswith("bin gives no reading, door shut, ")


async def test_sensors_are_read_at_a_machine_at_fault_too(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.world.inject(Fault.UNPLUGGED)
        await booted.until(paths.FAULT)
        event, _ = await answer_to(rig, READ)
        assert event == "order.done"


async def test_no_motor_turns_while_the_door_is_open(autojump_clock: MockClock, rig: Rig) -> None:
    async with rig.boot() as booted:
        await ordered_out_of_use(booted)
        rig.world.open_door()
        assert await answer_to(rig, TURN) == ("order.refused", "the service door is open")
    assert rig.world.audit().hazards == ()


async def test_no_motor_turns_in_a_maintenance_that_an_open_door_began(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.world.open_door()
        await booted.until(paths.MAINTENANCE)
        event, _ = await answer_to(rig, TURN)
        assert event == "order.refused"
    assert rig.world.audit().hazards == ()


async def test_the_scale_is_not_zeroed_under_an_item(autojump_clock: MockClock, rig: Rig) -> None:
    async with rig.boot() as booted:
        await ordered_out_of_use(booted)
        rig.world.inject(Fault.CHAMBER_STUCK_OCCUPIED)
        event, why = await answer_to(rig, ZERO)
        assert (event, why) == (
            "order.refused",
            "something lies in the chamber: take it out first",
        )


@pytest.mark.parametrize("asked", [OPEN_DOOR, TURN, FLASH, ZERO, LOOK, ANEW, OTHERS])
async def test_outside_maintenance_it_is_refused_and_never_done_later(
    autojump_clock: MockClock, rig: Rig, asked: Asked
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        assert await answer_to(rig, asked) == (
            "order.refused",
            "the machine is not in maintenance",
        )
        assert rig.link.album.offered == 0


@pytest.mark.parametrize("action", [Action.RESTART, Action.REBOOT, Action.DOWNLOAD_MODEL])
async def test_the_screen_orders_nothing_else(
    autojump_clock: MockClock, rig: Rig, action: Action
) -> None:
    async with rig.boot() as booted:
        await ordered_out_of_use(booted)
        event, _ = await answer_to(rig, (action, None, None))
        assert event == "order.refused"
        assert rig.host.asked == []
