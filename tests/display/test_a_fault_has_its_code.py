"""The code on the screen of a machine at fault names the part that failed, and stays the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from drivers.ports import DriverError
from rvm_edge.display import fault_page
from rvm_edge.display.causes import Causes
from rvm_edge.display.failures import Failures
from rvm_edge.display.fault_codes import REFUSED, TABLE, UNKNOWN, code_of
from rvm_edge.kiosk import PAGE
from rvm_edge.machine import Hardware
from rvm_edge.simulator.faults import Fault
from rvm_edge.statechart.definition import Event, StateError, TimedOut
from rvm_edge.statechart.journal.record import GENESIS, Entry, seal
from rvm_edge.statechart.publishing import Step
from states import paths
from states.events import FaultRaised
from tests.display.shown_machine import page_of, shown
from tests.display.test_a_technician_at_the_screen import alarms_until, until_at_fault

DOCS = Path(__file__).parents[2] / "docs" / "reference" / "fault-codes.md"


def step_into_fault(event: Event) -> Step:
    """Return the step that an event makes into the state of fault."""
    entry = Entry(event.title, {}, (paths.CLEARING,), (paths.FAULT,), (), "chart")
    record = seal(entry, seq=1, at="2026-11-28T00:00:00Z", mono=1.0, prev=GENESIS)
    return Step(record, event, (paths.CLEARING,), (paths.FAULT,))


def code_for(event: Event, port: str = "", why: str = "") -> str:
    """Return the code that a fault shows after a port has failed, or none has."""
    failures = Failures()
    if port:
        with pytest.raises(DriverError), failures.calling(port):
            raise DriverError(why)
    causes = Causes(failures)
    causes.take(step_into_fault(event))
    return causes.fault.fault


def failing(message: str, state: str = paths.CLEARING, kind: str = "DriverError") -> StateError:
    return StateError(state, kind, message)


def test_no_code_and_no_part_is_there_twice() -> None:
    every = (*TABLE, *REFUSED)
    assert len({one.code for one in every}) == len({one.part for one in every}) == len(every)


def test_a_refused_machine_shows_the_codes_of_the_table() -> None:
    shown_there = set(re.findall(r"K-\d+", (PAGE / "screens" / "refused.js").read_text()))
    assert shown_there == {one.code for one in REFUSED}


def test_every_port_has_a_code_of_its_own() -> None:
    ports = set(Hardware.__struct_fields__) - {"pulse", "brake", "changes", "bin_gauge", "wire"}
    assert {port for port in ports if code_of(port) == code_of(UNKNOWN)} == set()


def test_a_code_is_given_once_for_good() -> None:
    known = {"controller": "F-11", "gate": "F-21", "sorter": "F-22", "camera": "F-31"}
    assert {part: code_of(part) for part in known} == known


@pytest.mark.parametrize(
    ("event", "port", "why", "code"),
    [
        (FaultRaised("controller", "no pulse"), "", "", "F-11"),
        (failing("the sorter is jammed"), "sorter", "the sorter is jammed", "F-22"),
        (failing("homing: no answer"), "gate", "no answer", "F-21"),
        (failing("no answer"), "pulse", "no answer", "F-11"),
        (failing("no answer"), "brake", "no answer", "F-11"),
        (failing("the pictures are black", kind="PictureError"), "gate", "no answer", "F-31"),
        (failing("something else"), "sorter", "the sorter is jammed", "F-99"),
        (failing("the disk is full", kind="LedgerUnusableError"), "", "", "F-81"),
        (failing("accept: clean-up cut off", state="cleanup", kind="Hung"), "", "", "F-91"),
        (TimedOut(paths.CLEARING), "", "", "F-71"),
    ],
)
def test_a_fault_is_laid_at_the_door_of_what_failed(
    event: Event, port: str, why: str, code: str
) -> None:
    assert code_for(event, port, why) == code


async def test_a_machine_without_its_controller_shows_the_controllers_code(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as page:
        await until_at_fault(machine)
        alarms = await alarms_until(page, "part.controller")
    assert [alarm["fault"] for alarm in alarms if alarm["fault"]] == ["F-11"]


async def test_what_puts_nothing_out_of_service_has_no_code(tmp_path: Path) -> None:
    async with shown(tmp_path) as machine, page_of(machine) as page:
        machine.world.inject(Fault.BIN_UNREADABLE)
        (alarm,) = await alarms_until(page, "sensor.bin")
    assert alarm["fault"] == ""


def test_the_page_in_the_repository_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert fault_page.main(["--check", str(DOCS)]) == 0
    assert capsys.readouterr().out == ""
    assert all(one.code in DOCS.read_text() for one in TABLE)
