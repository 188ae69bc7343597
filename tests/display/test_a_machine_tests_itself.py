"""A self-test tries every part, says what to do, and moves nothing that is unsafe."""

from __future__ import annotations

from pathlib import Path

import pytest

from rvm_edge.simulator.faults import Fault
from states import paths
from tests.bridges.local.page import Json, Page, page
from tests.display.shown_machine import PIN, shown, technician_of

FITTED = [
    *("disk", "server", "eyes", "door", "slot", "chamber", "bin", "scale", "thermometer"),
    *("light", "camera", "motor"),
]


async def tried(page: Page) -> tuple[Json, dict[str, Json]]:
    """Run a self-test; return its reply, and the last report by check."""
    reply = await page.ask("self_test", "test")
    return reply, await last_report(page)


async def last_report(page: Page) -> dict[str, Json]:
    """Return the report of a test that is over, by check."""
    while True:
        part = await page.hear_part("self_test")
        if not part["running"]:
            return {check["name"]: check for check in part["checks"]}


async def test_every_part_is_tried_in_turn_and_the_journal_has_it(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, technician_of(machine) as page:
        reply, report = await tried(page)
        done = machine.journalled("order.done")
    assert list(report) == FITTED
    failed = [name for name, check in report.items() if check["state"] != "passed"]
    assert failed == ["server"]
    assert report["server"]["found"].startswith("has never answered")
    assert report["server"]["advice"] == "check_network"
    assert reply["result"]["text"] == "11 of 12 checks passed"
    assert ("trigger_actuator", "sorter: trigger") in done
    assert ("capture_image", "a picture was taken") in done
    assert machine.world.audit().hazards == ()
    assert not machine.world.light_is_on


async def test_its_progress_is_told_check_by_check(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, technician_of(machine) as page:
        await page.say(type="self_test", id="test")
        running = []
        while (part := await page.hear_part("self_test"))["running"]:
            running += [one["name"] for one in part["checks"] if one["state"] == "running"]
            assert [one["name"] for one in part["checks"]] == FITTED
    assert running == FITTED


@pytest.mark.parametrize(
    ("fault", "check", "state", "advice"),
    [
        (Fault.SLOT_STUCK_OCCUPIED, "slot", "failed", "clean_sensor"),
        (Fault.CHAMBER_STUCK_OCCUPIED, "chamber", "failed", "clear_chamber"),
        (Fault.CHAMBER_UNREADABLE, "chamber", "failed", "check_wiring"),
        (Fault.SCALE_DRIFTS, "scale", "failed", "recalibrate"),
        (Fault.SCALE_GONE, "scale", "failed", "check_wiring"),
        (Fault.CAMERA_GONE, "camera", "failed", "check_camera"),
        (Fault.UNPLUGGED, "light", "failed", "check_lamp"),
        (Fault.UNPLUGGED, "motor", "failed", "check_mechanism"),
        (Fault.SLOT_STUCK_OCCUPIED, "motor", "skipped", "mend_first"),
    ],
)
async def test_what_does_not_work_says_so_and_what_to_do(
    tmp_path: Path, fault: Fault, check: str, state: str, advice: str
) -> None:
    async with shown(tmp_path) as machine, technician_of(machine) as page:
        machine.world.inject(fault)
        _, report = await tried(page)
    assert (report[check]["state"], report[check]["advice"]) == (state, advice)
    assert report[check]["found"] != ""


async def test_a_full_bin_is_no_machine_for_the_public(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, technician_of(machine) as page:
        machine.world.set_bin_pct(97.0)
        _, report = await tried(page)
    assert (report["bin"]["found"], report["bin"]["advice"]) == ("bin 97 %", "empty_bin")


async def test_no_motor_turns_while_the_door_is_open(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, technician_of(machine) as page:
        machine.world.open_door()
        _, report = await tried(page)
        assert ("trigger_actuator", "sorter: trigger") not in machine.journalled("order.done")
    assert (report["motor"]["state"], report["motor"]["advice"]) == ("skipped", "shut_door")
    assert report["door"]["found"] == "door open"


async def test_blind_eyes_are_found(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, technician_of(machine) as page:
        machine.eyes.dead = True
        _, report = await tried(page)
    assert (report["eyes"]["state"], report["eyes"]["advice"]) == ("failed", "check_model")


async def test_one_test_at_a_time(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, technician_of(machine) as page:
        await page.say(type="self_test", id="first")
        await page.hear_part("self_test")
        second = await page.ask("self_test", "second")
        assert second["error"]["message"] == "a self-test goes on already"
        assert (await page.reply("first"))["ok"]


async def test_a_machine_that_is_given_back_is_tested_no_further(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, technician_of(machine) as page:
        await page.say(type="self_test", id="test")
        while not any(
            check["name"] == "light" and check["state"] == "running"
            for check in (await page.hear_part("self_test"))["checks"]
        ):
            pass
        assert (await page.ask("exit_maintenance", "back"))["ok"]
        report = await last_report(page)
        await machine.until(paths.IDLE)
    assert [report[name]["state"] for name in ("camera", "motor")] == ["skipped", "skipped"]
    assert report["motor"]["advice"] == "test_again"
    assert machine.world.audit().hazards == ()


async def test_a_technician_who_leaves_ends_the_test(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine:
        async with technician_of(machine) as first:
            await first.say(type="self_test", id="test")
            await first.hear_part("self_test")
        async with page(await machine.served()) as another:
            assert (await another.ask("enter_pin", "pin", pin=PIN))["ok"]
            reply = await another.ask("self_test", "again")
    assert reply["ok"]


async def test_it_needs_maintenance(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, technician_of(machine) as page:
        assert (await page.ask("exit_maintenance", "back"))["ok"]
        await machine.until(paths.IDLE)
        assert (await page.ask("self_test", "test"))["error"]["code"] == "not_here"
