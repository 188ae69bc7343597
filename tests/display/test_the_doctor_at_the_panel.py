"""The panel is told what `rvm-edge doctor` finds: the worst first, in time, one round at once."""

from __future__ import annotations

import threading
from pathlib import Path

import trio
from msgspec.structs import replace
from trio.testing import MockClock, wait_all_tasks_blocked

from rvm_edge.bridges.local.computer import ComputerFinding, Standing
from rvm_edge.display.doctors_round import LONGEST, ROUND_S, DoctorsRound, every_check
from rvm_edge.doctor.checks import CHECKS
from rvm_edge.doctor.finding import Check, Finding, Level, failure, fine, note, warning
from rvm_edge.doctor.place import Place
from rvm_edge.locations import Locations
from rvm_edge.settings import Settings
from tests.display.shown_machine import PIN, page_of, shown


def finding(name: str, found: Finding) -> Check:
    """Return a check that finds this."""
    return Check(name, name.title(), lambda _: found)


def doctor(folder: Path, *checks: Check) -> DoctorsRound:
    """Return a doctor who looks at a machine in this folder."""
    here = Locations(config_dir=folder, data_dir=folder)
    return DoctorsRound(here, Settings(), (lambda: checks) if checks else every_check)


async def test_the_worst_is_told_first_and_what_is_alike_keeps_its_order(tmp_path: Path) -> None:
    found = await doctor(
        tmp_path,
        finding("a", fine("well")),
        finding("b", warning("worse", "matters", "mend")),
        finding("c", note("so")),
        finding("d", failure("broken", "matters", "mend")),
        finding("e", fine("well")),
    ).findings()
    assert [one.name for one in found] == ["d", "b", "c", "a", "e"]
    worst = found[0]
    assert (worst.title, worst.standing) == ("D", Standing.FAILURE)
    assert (worst.what, worst.why, worst.todo) == ("broken", "matters", "mend")


def test_every_level_of_the_doctors_has_its_standing() -> None:
    assert [one.value for one in Standing] == [one.value for one in Level]


async def test_every_check_of_the_doctors_is_asked(tmp_path: Path) -> None:
    found = await doctor(tmp_path).findings()
    assert {one.name for one in found} == {one.name for one in CHECKS}


async def test_a_whole_machine_is_looked_over_while_it_serves(tmp_path: Path) -> None:
    async with shown(tmp_path, looked_over=True) as machine, page_of(machine) as page:
        assert (await page.ask("enter_pin", "pin", pin=PIN))["ok"]
        found = (await page.ask("list_findings", "look"))["result"]["findings"]
        assert machine.daemon.runtime.configuration
    by_name = {one["name"]: one for one in found}
    assert set(by_name) == {one.name for one in CHECKS}
    assert by_name["books"]["standing"] == "fine"
    assert by_name["credentials"]["title"]


async def test_what_is_told_is_a_line_that_ends(tmp_path: Path) -> None:
    (one,) = await doctor(tmp_path, finding("a", fine("x\n" * 5_000))).findings()
    assert "\n" not in one.what
    assert len(one.what) == LONGEST


async def test_whoever_asks_during_a_round_is_told_what_that_one_finds(tmp_path: Path) -> None:
    looks: list[str] = []
    go_on = threading.Event()

    def look(_: Place) -> Finding:
        looks.append("look")
        assert go_on.wait(30)
        return fine("well")

    asked = doctor(tmp_path, Check("a", "A", look))
    told = []

    async def ask() -> None:
        told.append(await asked.findings())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask)
        nursery.start_soon(ask)
        await wait_all_tasks_blocked()
        go_on.set()
    assert looks == ["look"]
    assert told[0] == told[1]
    await ask()
    assert looks == ["look", "look"]


async def test_a_round_that_hangs_ends_and_says_what_was_not_looked_at(
    tmp_path: Path, mock_clock: MockClock
) -> None:
    began, go_on = threading.Event(), threading.Event()

    def hang(_: Place) -> Finding:
        began.set()
        assert go_on.wait(30)
        return fine("late")

    checks = [
        replace(one, device="a wire")
        for one in (
            finding("a", fine("well")),
            Check("b", "B", hang),
            finding("c", fine("well")),
        )
    ]
    told: dict[str, ComputerFinding] = {}

    async def ask() -> None:
        told.update({one.name: one for one in await doctor(tmp_path, *checks).findings()})

    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask)
            while not began.is_set():
                await trio.lowlevel.checkpoint()
            mock_clock.jump(ROUND_S)
    finally:
        go_on.set()
    assert told["a"].standing is Standing.FINE
    assert told["b"].standing is told["c"].standing is Standing.FAILURE
    assert told["b"].what == told["c"].what
    assert told["b"].what.startswith("not looked at to its end")


async def test_what_hangs_holds_nothing_else_up(tmp_path: Path, mock_clock: MockClock) -> None:
    began, go_on = threading.Event(), threading.Event()

    def hang(_: Place) -> Finding:
        began.set()
        assert go_on.wait(30)
        return fine("late")

    def hang_first(_: Place) -> Finding:
        assert go_on.wait(30)
        return fine("late")

    checks = (
        Check("a", "A", hang_first),
        replace(finding("b", fine("well")), device="a wire"),
        Check("c", "C", hang, device="a wire"),  # so that it begins once b was heard
    )
    told: dict[str, ComputerFinding] = {}

    async def ask() -> None:
        told.update({one.name: one for one in await doctor(tmp_path, *checks).findings()})

    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask)
            while not began.is_set():
                await trio.lowlevel.checkpoint()
            mock_clock.jump(ROUND_S)
    finally:
        go_on.set()
    assert told["b"].standing is Standing.FINE
    assert told["a"].standing is told["c"].standing is Standing.FAILURE


async def test_a_round_that_was_given_up_does_not_keep_the_next_one_out(tmp_path: Path) -> None:
    go_on, first = threading.Event(), [True]

    def look(_: Place) -> Finding:
        if first.pop() if first else False:
            assert go_on.wait(30)
        return fine("well")

    asked = doctor(tmp_path, Check("a", "A", look))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(asked.findings)
        while first:
            await trio.lowlevel.checkpoint()
        nursery.cancel_scope.cancel()
    try:
        assert [one.what for one in await asked.findings()] == ["well"]
    finally:
        go_on.set()
