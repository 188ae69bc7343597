"""Before the machine knows who it is, whoever sets it up moves its motors, one stroke an order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from drivers.sim.link import Answer, Arguments, Verb
from rvm_edge.orders import Action, Component, Motion, Order
from rvm_edge.simulator.credentials import SimulatedCredentials
from rvm_edge.simulator.timings import Timings
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


async def test_what_is_wanted_no_more_is_not_begun(autojump_clock: MockClock, rig: Rig) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.PROVISIONING)
        order = Order("phone-1", Action.TRIGGER_ACTUATOR, Component.GATE, Motion.OPEN, local=True)
        rig.link.orders.withdrawn.append(order)
        event, said = await told(rig, Component.GATE, Motion.OPEN)
        assert (event, said) == ("order.refused", "it was let go before it moved")
        assert rig.world.gate_is_closed


async def half_way(world: World) -> None:
    while world.gate_is_closed:
        await trio.sleep(0.01)
    await trio.sleep(world.timings.gate_s / 2)


async def test_a_stroke_that_is_stopped_is_done_and_says_so(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.PROVISIONING)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(stop_half_way, rig.world)
            said = await told(rig, Component.GATE, Motion.OPEN)
        assert said == ("order.done", "gate: open, stopped on the way")
        assert not rig.world.gate_is_open
        assert await told(rig, Component.GATE, Motion.CLOSE) == ("order.done", "gate: close")
        assert rig.world.gate_is_closed
    assert rig.world.audit().hazards == ()


async def stop_half_way(world: World) -> None:
    await half_way(world)
    await world.ask(Verb.STOP)


async def test_a_part_that_stands_anywhere_is_brought_home_before_anybody_is_served(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.PROVISIONING)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(stop_half_way, rig.world)
            await told(rig, Component.GATE, Motion.OPEN)
        was_shut = rig.world.gate_is_closed
        rig.credentials.store()
        await booted.until(paths.IDLE)
        assert (was_shut, rig.world.gate_is_closed) == (False, True)
    assert rig.world.audit().hazards == ()


async def test_a_machine_that_is_set_up_meanwhile_stops_what_moves(
    autojump_clock: MockClock, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, ask = list[Verb](), rig.world.ask

    async def noted(verb: Verb, arguments: Arguments | None = None) -> Answer:
        if verb in {Verb.GATE_OPEN, Verb.GATE_CLOSE, Verb.STOP}:
            asked.append(verb)
        return await ask(verb, arguments)

    monkeypatch.setattr(rig.world, "ask", noted)
    async with rig.boot() as booted:
        await booted.until(paths.PROVISIONING)
        order = Order("phone-1", Action.TRIGGER_ACTUATOR, Component.GATE, Motion.OPEN, local=True)
        rig.link.orders.give(order)
        await half_way(rig.world)
        rig.credentials.store()
        await booted.until(paths.IDLE)
        assert rig.world.gate_is_closed
    assert asked[:3] == [Verb.GATE_OPEN, Verb.STOP, Verb.GATE_CLOSE]
    assert rig.world.audit().hazards == ()


async def test_a_door_that_is_opened_stops_what_moves(autojump_clock: MockClock, rig: Rig) -> None:
    async def open_door() -> None:
        await half_way(rig.world)
        rig.world.open_door()

    rig.world = World(Timings(gate_s=2.0))
    async with rig.boot() as booted:
        await booted.until(paths.PROVISIONING)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(open_door)
            event, said = await told(rig, Component.GATE, Motion.OPEN)
        assert event == "order.refused"
        assert said == "the service door was opened: stopped on the way"
        assert not rig.world.gate_is_open
        await trio.sleep(5)
        assert not rig.world.gate_is_closed
    assert rig.world.audit().hazards == ()
