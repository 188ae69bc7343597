"""Pages of the predecessor see the truth and move nothing."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

import pytest

from rvm_edge.bridges.local.limits import Limits
from rvm_edge.telemetry import Figures
from tests.bridges.local import staged_machine as at
from tests.bridges.local.page import Json, Page, Running, bridge, page
from tests.bridges.local.staged_machine import StagedMachine
from tests.bridges.local.test_strangers_stay_outside import handshake, head, raw


def old(running: Running) -> AbstractAsyncContextManager[Page]:
    return page(running, greets=False, subprotocols=())


async def answered(kiosk: Page, **message: Json) -> Json:
    await kiosk.say(**message)
    return await kiosk.hear()


async def test_the_greeting_is_the_real_state() -> None:
    async with bridge(StagedMachine(at.IDLE_ONLINE)) as running, old(running) as kiosk:
        greeting = await kiosk.hear()
    assert greeting["type"] == "status"
    assert greeting["data"]["online"] is True
    assert greeting["data"]["mode"] == "online"
    assert greeting["data"]["pending_sync_count"] == 0


async def test_a_lost_link_is_told_unasked() -> None:
    machine = StagedMachine(at.IDLE_ONLINE)
    machine.telemetry.work = Figures(waiting=2)
    async with bridge(machine, limits=Limits(sense_s=0.01)) as running, old(running) as kiosk:
        while (await kiosk.hear())["data"]["pending_sync_count"] != 2:
            pass
        machine.step("link.lost", at.IDLE)
        status = await kiosk.hear()
        asked = await answered(kiosk, type="get_status")
        pending = await answered(kiosk, type="get_pending")
    assert status["data"]["mode"] == "offline_guest"
    assert asked == status
    assert pending == {"type": "pending_info", "count": 2}


async def test_a_ping_is_answered() -> None:
    async with bridge(StagedMachine()) as running, old(running) as kiosk:
        await kiosk.hear()
        pong = await answered(kiosk, type="ping")
    assert pong["type"] == "pong"
    assert pong["timestamp"] > 1.7e9


async def test_a_declared_deposit_is_never_acknowledged() -> None:
    machine = StagedMachine(at.WAITING)
    items = [{"bottle_type": "plastic", "weight": 0, "points": 10}]
    async with bridge(machine) as running, old(running) as kiosk:
        await kiosk.hear()
        answer = await answered(kiosk, type="deposit", items=items)
    assert answer["type"] == "deposit_error"
    assert machine.done == []


@pytest.mark.parametrize(
    "message",
    [
        {"command": "open_door", "session_type": "guest_offline"},
        {"type": "start_session", "id": "1"},
        {"type": "hello", "token": "the token of this boot"},
    ],
)
async def test_nothing_an_old_page_says_moves_anything(message: dict[str, str]) -> None:
    machine = StagedMachine()
    async with bridge(machine) as running, old(running) as kiosk:
        await kiosk.hear()
        assert (await answered(kiosk, **message))["type"] == "error"
    assert machine.done == []


@pytest.mark.parametrize("text", ["{", "[]", '{"type":5}', "[" * 4000])
async def test_nonsense_is_answered_as_it_always_was(text: str) -> None:
    async with bridge(StagedMachine()) as running, old(running) as kiosk:
        await kiosk.hear()
        await kiosk.connection.send_message(text)
        assert await kiosk.hear() == {"type": "error", "error": "Invalid JSON format"}


async def test_a_foreign_page_of_the_old_kind_stays_outside_too() -> None:
    async with bridge(StagedMachine()) as running, raw(running) as stream:
        foreign = {"Origin": "http://evil.test", "Sec_WebSocket_Protocol": None}
        await stream.send_all(handshake(running, **foreign))
        assert b" 403 " in (await head(stream)).splitlines()[0]
