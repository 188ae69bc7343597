"""What the doctor finds is told to a technician, and to nobody else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import trio

from rvm_edge.bridges.local.computer import ComputerFinding, Standing
from rvm_edge.bridges.local.limits import Limits
from tests.bridges.local.page import bridge, page
from tests.bridges.local.staged_machine import StagedMachine
from tests.bridges.local.test_a_technician_looks_up import PIN, pins

FOUND = (
    ComputerFinding(
        "disk", "Disk", Standing.WARNING, "91 % full", "It fills.", "rvm-edge disk clean"
    ),
    ComputerFinding("heat", "Heat", Standing.FINE, "48 °C"),
)


@dataclass
class StagedDoctor:
    """Finds what the test says.

    Attributes:
        pauses: awaited before it is told.
    """

    pauses: Callable[[], Awaitable[object]] = trio.lowlevel.checkpoint

    async def findings(self) -> tuple[ComputerFinding, ...]:
        await self.pauses()
        return FOUND


async def test_it_is_told_what_is_so_why_it_matters_and_what_to_do() -> None:
    machine = StagedMachine(doctor=StagedDoctor())
    async with bridge(machine, pins=pins()) as running, page(running) as kiosk:
        assert (await kiosk.ask("enter_pin", "pin", pin=PIN))["ok"]
        found = (await kiosk.ask("list_findings", "look"))["result"]["findings"]
    assert found[0] == {
        "name": "disk",
        "title": "Disk",
        "standing": "warning",
        "what": "91 % full",
        "why": "It fills.",
        "todo": "rvm-edge disk clean",
    }
    assert [one["standing"] for one in found] == ["warning", "fine"]
    assert machine.done == []


async def test_without_the_pin_nothing_is_told() -> None:
    machine = StagedMachine(doctor=StagedDoctor())
    async with bridge(machine, pins=pins()) as running, page(running) as kiosk:
        reply = await kiosk.ask("list_findings", "look")
    assert reply["error"]["code"] == "no_pin"


async def test_a_machine_without_a_doctor_says_so() -> None:
    async with bridge(StagedMachine(), pins=pins()) as running, page(running) as kiosk:
        assert (await kiosk.ask("enter_pin", "pin", pin=PIN))["ok"]
        reply = await kiosk.ask("list_findings", "look")
    assert reply["error"] == {
        "code": "refused",
        "message": "nobody looks over the computer of this machine",
    }


async def test_a_round_may_take_longer_than_other_requests_and_is_bounded_all_the_same() -> None:
    go_on = trio.Event()
    machine = StagedMachine(doctor=StagedDoctor(go_on.wait))
    impatient = Limits(request_s=0.05)
    async with bridge(machine, limits=impatient, pins=pins()) as running, page(running) as kiosk:
        assert (await kiosk.ask("enter_pin", "pin", pin=PIN))["ok"]
        await kiosk.say(type="list_findings", id="look")
        machine.hesitates = trio.sleep_forever
        late = await kiosk.ask("end_session", "late")
        assert late["error"]["code"] in {"too_late", "not_here"}
        go_on.set()
        assert (await kiosk.reply("look"))["ok"]
    machine.doctor = StagedDoctor(trio.sleep_forever)
    impatient = Limits(self_test_s=0.05)
    async with bridge(machine, limits=impatient, pins=pins()) as running, page(running) as kiosk:
        assert (await kiosk.ask("enter_pin", "pin", pin=PIN))["ok"]
        late = await kiosk.ask("list_findings", "look")
        assert late["error"]["code"] == "too_late"
