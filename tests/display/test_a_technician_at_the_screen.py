"""What a technician has done at the screen, and that each of it is in the journal."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from rvm_edge.simulator.faults import Fault
from rvm_edge.statechart.build import build
from rvm_edge.statechart.document import chart_hash
from rvm_edge.statechart.journal import verify
from states import paths
from states.chart import CHART
from tests.bridges.local.page import Json, Page
from tests.display.shown_machine import BOTTLE, Shown, page_of, shown, technician_of


async def asked(page: Page, verb: str) -> Json:
    """Ask for something without particulars, and return the reply."""
    return await page.ask(verb, verb)


async def alarms_until(page: Page, code: str, *, stands: bool = True) -> list[Json]:
    """Return the alarms once one stands, or stands no more."""
    while True:
        alarms: list[Json] = (await page.hear_part("alarms"))["alarms"]
        if any(alarm["code"] == code for alarm in alarms) == stands:
            return alarms


async def test_the_machine_is_taken_out_of_use_and_given_back(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, technician_of(machine) as page:
        assert machine.daemon.runtime.configuration == (paths.MAINTENANCE,)
        assert (await asked(page, "exit_maintenance"))["ok"]
        await machine.until(paths.IDLE)


@pytest.mark.parametrize(
    ("verb", "noted", "text"),
    [
        ("open_door", "trigger_actuator", "the service door's bolt is drawn"),
        ("test_motor", "trigger_actuator", "sorter: trigger"),
        ("test_light", "trigger_actuator", "the lamp was switched on and off"),
        ("recalibrate", "trigger_actuator", "the scale reads zero now"),
    ],
)
async def test_a_part_is_tried_and_the_journal_has_it(
    tmp_path: Path, verb: str, noted: str, text: str
) -> None:
    async with shown(tmp_path) as machine, technician_of(machine) as page:
        reply = await asked(page, verb)
        assert reply["result"]["text"] == text
        assert machine.journalled("order.done") == [(noted, text)]
    assert machine.world.audit().hazards == ()


async def test_all_sensors_are_read_and_shown(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, technician_of(machine) as page:
        machine.world.set_bin_pct(41.0)
        text = (await asked(page, "read_sensors"))["result"]["text"]
        assert text.startswith("bin 41 %, door shut")
        while (part := await page.hear_part("sensors"))["bin_pct"] != pytest.approx(41.0):
            pass
        assert part["temperature_c"] is not None
        assert machine.journalled("order.done") == [("read_sensor", text)]


async def test_what_is_spoken_with_the_motor_controller_is_shown(tmp_path: Path) -> None:
    wire = SimpleNamespace(dialect="")
    async with shown(tmp_path, wire=wire) as machine, page_of(machine) as page:
        for dialect, told in (("", "nothing"), ("ascii", "ascii"), ("framed", "framed")):
            wire.dialect = dialect
            while (await page.hear_part("sensors"))["controller"] != told:
                pass


async def test_without_a_wire_nothing_is_said_of_it(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as page:
        assert (await page.hear_part("sensors"))["controller"] is None


async def test_the_journal_is_copied_whole_and_the_copy_verifies(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, technician_of(machine) as page:
        path = Path((await asked(page, "export_logs"))["result"]["text"])
        assert machine.journalled("order.done") == [("export_logs", str(path))]
    (copy,) = files_in(tmp_path / "exports")
    assert copy == path
    assert is_for_its_owner_alone(copy)
    proof = verify(copy, build(CHART))
    assert proof.ok
    assert proof.rows > 3


def files_in(folder: Path) -> list[Path]:
    """Return the files of a folder, by name."""
    return sorted(folder.iterdir())


def is_for_its_owner_alone(path: Path) -> bool:
    """Say whether nobody else may do anything with a file."""
    return path.stat().st_mode & 0o077 == 0


async def test_of_many_copies_the_last_ones_are_kept(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, technician_of(machine) as page:
        for number in range(5):
            last = await page.ask("export_logs", str(number))
    kept = files_in(tmp_path / "exports")
    assert len(kept) == 3
    assert str(kept[-1]) == last["result"]["text"]


async def test_a_disk_that_refuses_the_copy_is_told(tmp_path: Path) -> None:
    (tmp_path / "exports").write_text("no folder")
    async with shown(tmp_path) as machine, technician_of(machine) as page:
        reply = await asked(page, "export_logs")
    assert reply["error"]["message"].startswith("the journal could not be copied")


async def test_the_machine_is_set_up_anew_against_the_code_that_it_shows(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, technician_of(machine) as page:
        offer = (await asked(page, "begin_reset"))["result"]["reset"]
        assert offer["waiting"] == 0
        wrong = f"{(int(offer['code']) + 1) % 10**8:08}"
        reply = await page.ask("confirm_reset", "1", code=wrong)
        assert reply["error"]["code"] == "wrong_code"
        assert machine.daemon.runtime.configuration == (paths.MAINTENANCE,)
        assert (await page.ask("confirm_reset", "2", code=offer["code"]))["ok"]
        await machine.until(paths.RESTARTING)
        assert not await machine.daemon.machine.credentials.present()
        ((order, text),) = machine.journalled("order.done")
    assert (order, str(text).rpartition("; ")[2]) == (
        "set_up_anew",
        "deposits that wait for the server and stay: 0",
    )


async def test_other_credentials_are_waited_for_against_the_code_and_nothing_is_forgotten(
    tmp_path: Path,
) -> None:
    async with shown(tmp_path) as machine, technician_of(machine) as page:
        offer = (await asked(page, "begin_reset"))["result"]["reset"]
        assert (await page.ask("confirm_reset", "1", code=offer["code"], keep=True))["ok"]
        await machine.until(paths.PROVISIONING)
        assert await machine.daemon.machine.credentials.present()
        reply = await page.ask("confirm_reset", "2", code=offer["code"], keep=True)
        assert reply["error"]["code"] == "not_here"
        ((order, _text),) = machine.journalled("order.done")
    assert order == "change_credentials"


async def test_nothing_is_set_up_anew_outside_maintenance_or_without_the_pin(
    tmp_path: Path,
) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as page:
        assert (await page.ask("begin_reset", "1"))["error"]["code"] == "no_pin"
        assert (await page.ask("confirm_reset", "2", code="0" * 8))["error"]["code"] == "no_pin"
        assert (await page.ask("enter_pin", "3", pin="2580"))["ok"]
        assert (await page.ask("begin_reset", "4"))["error"]["code"] == "not_here"
        assert (await page.ask("confirm_reset", "5", code="0" * 8))["error"]["code"] == "not_here"
        assert await machine.daemon.machine.credentials.present()


async def test_the_chamber_is_looked_into_in_the_light(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, technician_of(machine) as page:
        reply = await asked(page, "look_inside")
        assert reply["result"]["path"].startswith("/snapshot.jpg?ticket=")
        assert not machine.world.light_is_on
        assert machine.daemon.machine.tray.take() == ("", ())
        assert machine.journalled("order.done") == [("capture_image", "a picture was taken")]


async def test_a_camera_that_fails_is_told(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, technician_of(machine) as page:
        machine.world.inject(Fault.CAMERA_GONE)
        reply = await asked(page, "look_inside")
        assert reply["error"]["code"] == "refused"
        assert not machine.world.light_is_on
        (action, why) = machine.journalled("order.refused")[0]
    assert (action, why) == ("capture_image", reply["error"]["message"])


async def test_no_motor_turns_while_the_door_is_open(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, technician_of(machine) as page:
        machine.world.open_door()
        reply = await asked(page, "test_motor")
    assert reply["error"]["message"] == "the service door is open"
    assert machine.world.audit().hazards == ()


async def test_the_page_draws_the_chart_that_runs(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine:
        origin = (await machine.served()).origin
        async with httpx.AsyncClient(base_url=origin, trust_env=False, timeout=60) as client:
            told = (await client.get("/chart.json")).json()
    assert told["hash"] == chart_hash(CHART)
    assert [state["path"] for state in told["chart"]["states"]] == [
        path for path, _ in CHART.walk()
    ]


async def test_nothing_is_tried_without_the_pin(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as page:
        assert (await asked(page, "enter_maintenance"))["error"]["code"] == "no_pin"
        assert (await page.ask("enter_pin", "1", pin="0000"))["error"]["code"] == "wrong_pin"
        assert (await page.ask("enter_maintenance", "2"))["error"]["code"] == "no_pin"
        assert machine.daemon.runtime.configuration[1] == paths.IDLE


async def test_maintenance_waits_for_whoever_is_being_served(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as page:
        assert (await page.ask("enter_pin", "1", pin="2580"))["ok"]
        await page.ask("start_session", "2", mode="guest")
        assert (await asked(page, "enter_maintenance"))["error"]["code"] == "not_here"


async def test_a_part_that_failed_is_an_alarm_until_it_answers_again(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as page:
        machine.world.inject(Fault.BIN_UNREADABLE)
        (alarm,) = await alarms_until(page, "sensor.bin")
        assert (alarm["message"] != "", alarm["acknowledged"]) == (True, False)
        assert (await page.ask("acknowledge", "1", alarm="sensor.bin"))["ok"]
        (seen,) = await alarms_until(page, "sensor.bin")
        assert (seen["acknowledged"], seen["since"]) == (True, alarm["since"])
        machine.world.clear(Fault.BIN_UNREADABLE)
        await alarms_until(page, "sensor.bin", stands=False)


async def test_an_alarm_that_does_not_stand_cannot_be_acknowledged(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as page:
        reply = await page.ask("acknowledge", "1", alarm="part.nothing")
    assert reply["error"]["message"] == "no such alarm stands"


async def test_a_machine_at_fault_says_which_part_it_is(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as page:
        await until_at_fault(machine)
        alarms = await alarms_until(page, "part.controller")
        assert alarms[-1]["message"]


async def until_at_fault(machine: Shown) -> None:
    """Unplug the controller and wait until that is noticed."""
    machine.world.inject(Fault.UNPLUGGED)
    await machine.until(paths.FAULT)


async def test_a_full_bin_is_an_alarm(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as page:
        machine.world.set_bin_pct(99.0)
        await machine.until(paths.FULL)
        await alarms_until(page, "bin.full")


async def test_eyes_that_cannot_judge_are_an_alarm_until_they_can(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as page:
        machine.eyes.dead = True
        await page.ask("start_session", "1", mode="guest")
        await machine.world.until(lambda: machine.world.gate_is_open)
        machine.world.insert(BOTTLE)
        alarms = await alarms_until(page, "eyes")
        assert "the worker is gone" in [alarm["message"] for alarm in alarms]
        machine.eyes.dead = False
        await alarms_until(page, "eyes", stands=False)
