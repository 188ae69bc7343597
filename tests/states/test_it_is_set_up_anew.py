"""A technician in maintenance has the machine forget who it is; what people put in stays."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.machine import KeptError
from rvm_edge.orders import Action, Order
from rvm_edge.simulator.credentials import SimulatedCredentials
from rvm_edge.statechart.build import build
from rvm_edge.statechart.journal import verify
from states import paths
from states.chart import CHART
from states.events import MaintenanceEnter
from states.provisioning import PATIENCE_S
from tests.rig import Booted, Rig

KEPT = "the disk is read-only"


class KeptCredentials(SimulatedCredentials):
    """Credentials that cannot be deleted."""

    async def forget(self) -> None:
        await trio.lowlevel.checkpoint()
        raise KeptError(KEPT)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


async def in_maintenance(booted: Booted) -> None:
    """Be taken out of use by an order."""
    await booted.until(paths.IDLE)
    await booted.daemon.runtime.post(MaintenanceEnter())
    await booted.until(paths.MAINTENANCE)
    await trio.sleep(1)


async def set_up_anew(rig: Rig, booted: Booted) -> None:
    """Order it, and wait until the machine asks to be started again."""
    rig.link.orders.give(Order("screen-1", Action.SET_UP_ANEW, local=True))
    await booted.until(paths.RESTARTING)
    await trio.sleep(1)


async def test_it_forgets_who_it_is_and_has_itself_started_again(
    autojump_clock: MockClock, rig: Rig
) -> None:
    rig.link.courier.waiting = 3
    async with rig.boot() as booted:
        await in_maintenance(booted)
        await set_up_anew(rig, booted)
        assert not await rig.credentials.present()
        assert rig.host.asked == ["restart"]
    told = [step.record.data for step in rig.steps if step.record.event == "order.done"]
    assert [(one["action"], one["result"]) for one in told] == [
        (
            "set_up_anew",
            "forgotten: credentials, site, the server's policy; "
            "deposits that wait for the server and stay: 3",
        )
    ]


async def test_its_next_start_waits_to_be_set_up_and_then_serves_people(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await in_maintenance(booted)
        await set_up_anew(rig, booted)
    async with rig.boot() as booted:
        await trio.sleep(60)
        assert booted.daemon.runtime.configuration == (paths.PROVISIONING,)
        rig.credentials.store()
        await booted.until(paths.IDLE)


async def test_what_people_put_in_and_the_journal_stay(autojump_clock: MockClock, rig: Rig) -> None:
    async with rig.boot() as booted:
        await booted.start()
        await booted.deposit()
        await booted.finish()
        before = await booted.items()
        await in_maintenance(booted)
        await set_up_anew(rig, booted)
    async with rig.boot() as booted:
        assert await booted.items() == before != ()
    assert rig.check().violations == ()
    assert verify(rig.locations.journal_path, build(CHART)).ok


async def test_a_machine_that_cannot_forget_says_why_and_goes_on(
    autojump_clock: MockClock, rig: Rig
) -> None:
    rig.credentials = KeptCredentials()
    async with rig.boot() as booted:
        await in_maintenance(booted)
        rig.link.orders.give(Order("screen-1", Action.SET_UP_ANEW, local=True))
        await trio.sleep(60)
        assert booted.daemon.runtime.configuration == (paths.MAINTENANCE,)
    told = [step.record.data for step in rig.steps if step.record.event == "order.refused"]
    assert [(one["action"], one["why"]) for one in told] == [("set_up_anew", KEPT)]
    assert rig.host.asked == []


async def test_a_server_cannot_have_it_done_in_any_state_that_takes_orders(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.link.orders.give(Order("7", Action.SET_UP_ANEW))
        await trio.sleep(1)
        await in_maintenance(booted)
        rig.link.orders.give(Order("8", Action.SET_UP_ANEW))
        await trio.sleep(1)
        assert await rig.credentials.present()
    told = [step.record.data for step in rig.steps if step.record.event == "order.refused"]
    assert [(one["order_id"], one["why"]) for one in told] == [
        ("7", "only at the machine's own screen"),
        ("8", "only at the machine's own screen"),
    ]
    assert rig.host.asked == []


async def change_credentials(rig: Rig, booted: Booted) -> None:
    """Order it from maintenance, and see the machine wait for others."""
    await in_maintenance(booted)
    rig.link.orders.give(Order("screen-2", Action.CHANGE_CREDENTIALS, local=True))
    await booted.until(paths.PROVISIONING)
    await trio.sleep(60)
    assert booted.daemon.runtime.configuration == (paths.PROVISIONING,)
    assert await rig.credentials.present()


async def test_it_stays_who_it_is_until_other_credentials_are_there(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await change_credentials(rig, booted)
        rig.credentials.store()
        await booted.until(paths.IDLE)
    named = [step.record.event for step in rig.steps]
    assert "credentials.awaited" in named
    told = [step.record.data for step in rig.steps if step.record.event == "order.done"]
    assert [(one["order_id"], one["action"]) for one in told] == [
        ("screen-2", "change_credentials")
    ]


async def test_it_goes_on_as_before_where_nobody_brings_any(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await change_credentials(rig, booted)
        await booted.until(paths.IDLE, within_s=2 * PATIENCE_S)


async def test_a_power_cut_while_it_waits_for_others_leaves_it_who_it_was(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await change_credentials(rig, booted)
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
    assert verify(rig.locations.journal_path, build(CHART)).ok


async def test_a_server_cannot_have_its_credentials_changed(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async with rig.boot() as booted:
        await in_maintenance(booted)
        rig.link.orders.give(Order("9", Action.CHANGE_CREDENTIALS))
        await trio.sleep(60)
        assert booted.daemon.runtime.configuration == (paths.MAINTENANCE,)
    told = [step.record.data for step in rig.steps if step.record.event == "order.refused"]
    assert [(one["order_id"], one["why"]) for one in told] == [
        ("9", "only at the machine's own screen")
    ]
