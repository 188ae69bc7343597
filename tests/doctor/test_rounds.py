"""A round ends with a finding for every check, whatever a check does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trio
from msgspec.structs import replace
from trio.testing import MockClock

from rvm_edge.doctor import rounds
from rvm_edge.doctor.finding import Check, Finding, Level, Repair, fine, warning
from rvm_edge.doctor.place import Place, ask_program
from tests.doctor.conftest import Computer


def _check(name: str, look: Callable[[Place], Finding]) -> Check:
    return Check(name, name, look)


async def _round(place: Place, *checks: Check, repair: bool = False) -> list[rounds.Examined]:
    in_turn = [replace(check, device="the same for all") for check in checks]
    return await rounds.examine_together(place, in_turn, repair=repair)


async def test_a_check_that_breaks_is_a_finding_and_the_next_is_asked(computer: Computer) -> None:
    def breaks(_: Place) -> Finding:
        raise KeyError("what is this")

    found = await _round(
        computer.place(), _check("broken", breaks), _check("good", lambda _: fine("well"))
    )

    assert [one.finding.level for one in found] == [Level.FAILURE, Level.FINE]
    assert "could not be looked at: KeyError" in found[0].finding.what


class Stuck:
    """Hangs until the test is over; counts who waits."""

    def __init__(self) -> None:
        self.waiting = 0
        self._over = threading.Event()
        self._count = threading.Lock()

    def hang(self, *_: object) -> None:
        with self._count:
            self.waiting += 1
        self._over.wait()

    def look(self, _: Place) -> Finding:
        self.hang()
        return fine("late")

    def let_go(self) -> None:
        self._over.set()


@pytest.fixture
def stuck() -> Iterator[Stuck]:
    found = Stuck()
    yield found
    found.let_go()


async def _until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        await trio.lowlevel.checkpoint()


async def test_a_check_that_hangs_is_left_alone(
    computer: Computer, stuck: Stuck, mock_clock: MockClock
) -> None:
    found: list[rounds.Examined] = []

    async def ask() -> None:
        checks = (_check("hangs", stuck.look), _check("good", lambda _: fine("well")))
        found.extend(await _round(computer.place(), *checks))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask)
        await _until(lambda: stuck.waiting == 1)
        mock_clock.jump(rounds.LOOK_S)

    assert [one.finding.level for one in found] == [Level.FAILURE, Level.FINE]
    assert "gave no answer" in found[0].finding.what


async def test_all_are_asked_at_the_same_time_and_told_in_their_order(
    computer: Computer, stuck: Stuck, mock_clock: MockClock
) -> None:
    told: list[rounds.Examined] = []
    hang = [_check(f"hangs-{n}", stuck.look) for n in range(40)]
    checks = [_check("first", lambda _: fine("well")), *hang]

    async def ask() -> None:
        await rounds.examine_together(computer.place(), checks, tell=told.append)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask)
        await _until(lambda: stuck.waiting == len(hang) and len(told) == 1)
        mock_clock.jump(rounds.LOOK_S)

    assert [one.check for one in told] == checks
    assert [one.finding.level for one in told] == [Level.FINE, *[Level.FAILURE] * 40]


async def test_those_that_open_the_same_device_are_asked_in_turn(computer: Computer) -> None:
    has_it = threading.Lock()

    def opens(_: Place) -> Finding:
        if not has_it.acquire(blocking=False):
            return warning("held by another", "", "")
        try:
            threading.Event().wait(0.02)
            return fine("mine alone")
        finally:
            has_it.release()

    alike = [Check(f"opens-{n}", "Opens", opens, device="wire") for n in range(4)]
    found = await rounds.examine_together(computer.place(), alike)

    assert {one.finding.level for one in found} == {Level.FINE}


async def test_in_a_round_of_all_too_a_repair_is_done_and_looked_at_again(
    computer: Computer,
) -> None:
    mended: list[str] = []
    repair = Repair("mend it", lambda: mended.append("mended"))
    check = _check(
        "mendable",
        lambda _: fine("well") if mended else warning("broken", "It is.", "Mend it.", repair),
    )
    (found,) = await rounds.examine_together(computer.place(), [check], repair=True)
    assert (found.finding.level, found.repaired) == (Level.FINE, "mend it")


async def test_a_repair_that_hangs_is_left_alone(
    computer: Computer, stuck: Stuck, mock_clock: MockClock
) -> None:
    repair = Repair("mend it", stuck.hang)
    check = _check("stuck", lambda _: warning("broken", "It is.", "Mend it.", repair))
    found: list[rounds.Examined] = []

    async def ask() -> None:
        found.extend(await _round(computer.place(), check, repair=True))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask)
        await _until(lambda: stuck.waiting == 1)
        mock_clock.jump(rounds.LOOK_S)

    assert found[0].repaired == f"could not mend it within {rounds.LOOK_S:g} s"


async def test_what_this_user_may_not_see_is_said_without_a_word_of_a_fault(
    computer: Computer, caplog: pytest.LogCaptureFixture
) -> None:
    def look(_: Place) -> Finding:
        raise PermissionError(13, "Permission denied", "/var/lib/rvm-edge/ledger.sqlite")

    (found,) = await _round(computer.place(), _check("closed", look))

    assert found.finding.what == "this user may not look at /var/lib/rvm-edge/ledger.sqlite"
    assert "sudo rvm-edge doctor" in found.finding.todo
    assert not caplog.records


async def test_a_repair_is_done_only_when_asked_and_looked_at_again(computer: Computer) -> None:
    mended: list[str] = []
    repair = Repair("mend it", lambda: mended.append("mended"))
    check = _check(
        "mendable",
        lambda _: fine("well") if mended else warning("broken", "It is.", "Mend it.", repair),
    )

    (before,) = await _round(computer.place(), check)
    assert (before.finding.level, mended) == (Level.WARNING, [])
    (after,) = await _round(computer.place(), check, repair=True)

    assert (after.finding.level, after.repaired) == (Level.FINE, "mend it")


async def test_a_repair_that_fails_says_why(computer: Computer) -> None:
    def refuse() -> None:
        raise PermissionError(1, "Operation not permitted")

    check = _check(
        "stuck", lambda _: warning("broken", "It is.", "Mend it.", Repair("mend it", refuse))
    )

    (found,) = await _round(computer.place(), check, repair=True)

    assert found.finding.level is Level.WARNING
    assert found.repaired.startswith("could not mend it: ")


def test_a_program_that_is_missing_or_fails_gives_an_answer_all_the_same(tmp_path: Path) -> None:
    assert ask_program(str(tmp_path / "missing")).code is None
    assert ask_program("false").code == 1
    assert ask_program("echo", "well").said == "well"
