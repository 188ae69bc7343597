"""Before the machine knows who it is, whoever sets it up moves its motors, one stroke an order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.orders import Action, Component, Motion, Order
from rvm_edge.simulator.scripted_cloud import SimulatedCredentials
from rvm_edge.simulator.world import World
from states import paths
from tests.rig import Rig


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    rig = Rig(tmp_path)
    rig.credentials = SimulatedCredentials(present=False)
    return rig


async def told(rig: Rig, part: Component, motion: Motion, *, local: bool = True) -> tuple[str, str]:
    """Order a stroke; return the journal's event and its result or reason."""
    order = Order("phone-1", Action.TRIGGER_ACTUATOR, part, motion, local=local)
    before = len(rig.steps)
    rig.link.orders.give(order)
    with trio.fail_after(600):
        while True:
            for step in list(rig.steps)[before:]:
                data = step.record.data
                if data.get("order_id") == order.order_id:
                    return step.record.event, str(data.get("result", data.get("why")))
            await rig.moved.wait()


async def test_each_order_is_one_stroke_and_one_row_of_the_journal(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.PROVISIONING)
        assert await told(rig, Component.GATE, Motion.OPEN) == ("order.done", "gate: open")
        assert await told(rig, Component.GATE, Motion.CLOSE) == ("order.done", "gate: close")
        assert await told(rig, Component.SORTER, Motion.RESET) == ("order.done", "sorter: reset")
        assert booted.is_in(paths.PROVISIONING)
    assert rig.world.audit().hazards == ()


@pytest.mark.parametrize(
    ("someone", "why"),
    [(World.open_door, "door"), (World.hand_in, "something is in the slot: a hand may be")],
)
async def test_nothing_moves_where_hands_may_be(
    autojump_clock: MockClock, rig: Rig, someone: Callable[[World], None], why: str
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.PROVISIONING)
        someone(rig.world)
        event, said = await told(rig, Component.GATE, Motion.OPEN)
        assert event == "order.refused"
        assert why in said
    assert rig.world.audit().hazards == ()


async def test_no_server_moves_anything(autojump_clock: MockClock, rig: Rig) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.PROVISIONING)
        event, _ = await told(rig, Component.GATE, Motion.OPEN, local=False)
        assert event == "order.refused"


async def test_a_machine_that_is_set_up_moves_nothing_for_the_phone(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.PROVISIONING)
        rig.credentials.store()
        await booted.until(paths.IDLE)
        event, _ = await told(rig, Component.GATE, Motion.OPEN)
        assert event == "order.refused"
