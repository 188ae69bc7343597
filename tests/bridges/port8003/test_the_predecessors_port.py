"""The port of the predecessor, asked over a real socket as the server's kiosk page asks it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import trio

from rvm_edge.background import background_tasks
from rvm_edge.bridges.local.view import Sighting
from rvm_edge.bridges.port8003.machine_deposits import PATIENCE_S, MachineDeposits
from rvm_edge.bridges.port8003.port import Port8003
from rvm_edge.item import Reason, Verdict
from rvm_edge.statechart.definition import Configuration, Payload
from tests.bridges.local import staged_machine as at
from tests.bridges.local.staged_machine import ITEM, StagedMachine

KIOSK = "https://rvm.example"
LONG_S = 20.0

Json = Any
"""What came over the wire, before anybody looked at it."""


@dataclass
class Page:
    """The server's page, which a test plays."""

    client: httpx.AsyncClient

    async def post(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.post(
            path, headers={"Origin": KIOSK, "Content-Type": "application/json", **headers}
        )

    async def trigger(self) -> Json:
        answer = await self.post("/trigger")
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == KIOSK
        return answer.json()


@asynccontextmanager
async def page(machine: StagedMachine) -> AsyncIterator[Page]:
    machine.kiosk_url = f"{KIOSK}/rvm-ui/7?signature=ab"
    port = Port8003(MachineDeposits(machine, machine), lambda: machine.kiosk_url, port=0)
    with trio.fail_after(LONG_S):
        async with background_tasks() as nursery:
            url = f"http://127.0.0.1:{await nursery.start(port.run)}"
            async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=LONG_S) as client:
                yield Page(client)


async def asked(machine: StagedMachine) -> None:
    """Return when the machine has opened a deposit."""
    while machine.configuration != at.WAITING:
        await trio.sleep(0.005)


Happening = tuple[str, Configuration, Payload]
"""An event of the chart, where it led, and what it carried."""

INSERTED: Happening = ("item.inserted", at.CAPTURE, {})
TAKEN: Happening = ("pictures.taken", at.CLASSIFY, {})
ACCEPT: Happening = ("verdict", at.ACCEPT, {"accepted": True, "reason": "empty_pet"})
REFUSE: Happening = (
    "verdict",
    (at.OFFLINE, f"{at.INTAKE}.deposit.reject"),
    {"accepted": False, "reason": "not_empty"},
)
DROPPED: Happening = ("item.dropped", at.WAITING, {})
RETURNED: Happening = ("item.returned", at.WAITING, {})


async def give(machine: StagedMachine, *steps: Happening) -> None:
    """Let an item go its way once the machine has opened a deposit."""
    await asked(machine)
    for event, after, data in steps:
        machine.step(event, after, {"client_uuid": ITEM, **data})


async def test_an_item_counts_when_it_has_fallen_and_the_deposit_ends_when_told() -> None:
    machine = StagedMachine()
    machine.seen[ITEM] = Sighting(Verdict(accepted=True, reason=Reason.EMPTY_PET, label="mineral"))
    async with page(machine) as kiosk, trio.open_nursery() as nursery:
        nursery.start_soon(give, machine, INSERTED, TAKEN, ACCEPT, DROPPED)
        told = await kiosk.trigger()
        stopped = await kiosk.post("/camera/stop")
    assert told["success"]
    assert (told["data"]["status"], told["data"]["class"]) == ("ACCEPTED", "mineral")
    assert told["data"]["reason"]
    assert stopped.json() == {"success": True}
    assert machine.done == ["start guest", "end"]


@pytest.mark.parametrize("way", [(REFUSE, RETURNED), (ACCEPT, RETURNED)])
async def test_an_item_that_comes_back_is_rejected_whatever_the_eyes_said(way: Json) -> None:
    machine = StagedMachine()
    async with page(machine) as kiosk, trio.open_nursery() as nursery:
        nursery.start_soon(give, machine, INSERTED, TAKEN, *way)
        told = await kiosk.trigger()
    assert told["success"]
    assert (told["data"]["status"], told["data"]["class"]) == ("REJECTED", "")
    assert "diterima" not in told["data"]["reason"]


async def test_a_deposit_that_is_open_is_used() -> None:
    machine = StagedMachine(configuration=at.WAITING)
    async with page(machine) as kiosk, trio.open_nursery() as nursery:

        async def give_later() -> None:
            while not machine.publisher._channels:
                await trio.sleep(0.005)
            await give(machine, INSERTED, TAKEN, ACCEPT, DROPPED)

        nursery.start_soon(give_later)
        assert (await kiosk.trigger())["data"]["status"] == "ACCEPTED"
    assert machine.done == []


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([("session.finished", at.CLEARING, {})], "has ended without an item"),
        (
            [INSERTED, TAKEN, ACCEPT, ("item.in_doubt", at.CLEARING, {})],
            "does not know where the item is",
        ),
        ([("door.opened", at.FAULT, {})], "has ended without an item"),
    ],
)
async def test_no_item_is_told_as_such(steps: Json, said: str) -> None:
    machine = StagedMachine()
    async with page(machine) as kiosk, trio.open_nursery() as nursery:
        nursery.start_soon(give, machine, *steps)
        told = await kiosk.trigger()
    assert told["success"] is False
    assert said in told["error"]


@pytest.mark.parametrize("configuration", [at.CAPTURE, at.FAULT, at.CLEARING, at.MAINTENANCE, ()])
async def test_a_machine_that_is_busy_or_out_of_order_takes_nothing(configuration: Json) -> None:
    machine = StagedMachine(configuration=configuration)
    async with page(machine) as kiosk:
        assert await kiosk.trigger() == {"success": False, "error": "the machine takes nothing now"}
        assert (await kiosk.post("/camera/stop")).json() == {"success": True}
    assert machine.done == []


async def test_what_the_machine_refuses_is_told() -> None:
    machine = StagedMachine(refuses="the gate is stuck")
    async with page(machine) as kiosk:
        assert await kiosk.trigger() == {"success": False, "error": "the gate is stuck"}
        machine.configuration = at.WAITING
        stopped = await kiosk.post("/camera/stop")
    assert stopped.json() == {"success": False, "error": "the gate is stuck"}


async def test_one_deposit_at_a_time_and_the_next_after_a_page_that_left() -> None:
    machine = StagedMachine()
    async with page(machine) as kiosk:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(kiosk.trigger)
            await asked(machine)
            second = await kiosk.trigger()
            assert second == {"success": False, "error": "another deposit is going on"}
            nursery.cancel_scope.cancel()
        while machine.publisher._channels:
            await trio.sleep(0.005)
        machine.configuration = at.FAULT
        assert (await kiosk.trigger())["error"] == "the machine takes nothing now"


async def test_nothing_in_time_is_told(autojump_clock: object) -> None:
    machine = StagedMachine()
    began_s = trio.current_time()
    with pytest.raises(Exception, match="nothing came of this deposit in time"):
        await MachineDeposits(machine, machine).next_item()
    assert trio.current_time() - began_s == PATIENCE_S


async def test_the_camera_need_not_be_started() -> None:
    machine = StagedMachine()
    async with page(machine) as kiosk:
        assert (await kiosk.post("/camera/start")).json() == {"success": True}
    assert machine.done == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.test"},
        {"Origin": "https://rvm.example.evil.test"},
        {"Origin": "http://rvm.example"},
        {"Origin": "null"},
        {"Host": "rebind.test:8003"},
    ],
)
@pytest.mark.parametrize("path", ["/trigger", "/camera/stop", "/camera/start"])
async def test_strangers_move_nothing(headers: dict[str, str], path: str) -> None:
    machine = StagedMachine(configuration=at.WAITING)
    async with page(machine) as kiosk:
        answer = await kiosk.post(path, **headers)
        preflight = await kiosk.client.options(path, headers={"Origin": KIOSK, **headers})
    assert (answer.status_code, answer.json()["success"]) == (403, False)
    assert preflight.status_code == 403
    for one in (answer, preflight):
        assert "Access-Control-Allow-Origin" not in one.headers
    assert machine.done == []


async def test_who_names_no_origin_moves_nothing() -> None:
    machine = StagedMachine()
    async with page(machine) as kiosk:
        assert (await kiosk.client.post("/trigger")).status_code == 403
    assert machine.done == []


async def test_the_browser_is_told_that_the_page_may_ask() -> None:
    async with page(StagedMachine()) as kiosk:
        answer = await kiosk.client.options(
            "/trigger",
            headers={
                "Origin": KIOSK,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "content-type",
                "Access-Control-Request-Private-Network": "true",
            },
        )
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == KIOSK
    assert answer.headers["Access-Control-Allow-Headers"] == "content-type"
    assert answer.headers["Access-Control-Allow-Private-Network"] == "true"
    assert answer.headers["Vary"] == "Origin"


async def test_a_body_is_neither_needed_nor_borne_when_it_is_long() -> None:
    machine = StagedMachine(configuration=at.FAULT)
    async with page(machine) as kiosk:
        headers = {"Origin": KIOSK}
        short = await kiosk.client.post("/trigger", headers=headers, json={"items": [1]})
        long = await kiosk.client.post("/camera/stop", headers=headers, content=b"x" * 5000)
    assert short.json()["error"] == "the machine takes nothing now"
    assert long.status_code in {200, 413}
