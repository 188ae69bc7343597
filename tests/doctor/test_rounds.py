"""A round ends with a finding for every check, whatever a check does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from rvm_edge.doctor import rounds
from rvm_edge.doctor.finding import Check, Finding, Level, Repair, fine, warning
from rvm_edge.doctor.place import Place, ask_program
from tests.doctor.conftest import Computer


def _check(name: str, look: Callable[[Place], Finding]) -> Check:
    return Check(name, name, look)


async def _round(place: Place, *checks: Check, repair: bool = False) -> list[rounds.Examined]:
    return [one async for one in rounds.examine(place, checks, repair=repair)]


async def test_a_check_that_breaks_is_a_finding_and_the_next_is_asked(computer: Computer) -> None:
    def breaks(_: Place) -> Finding:
        raise KeyError("what is this")

    found = await _round(
        computer.place(), _check("broken", breaks), _check("good", lambda _: fine("well"))
    )

    assert [one.finding.level for one in found] == [Level.FAILURE, Level.FINE]
    assert "could not be looked at: KeyError" in found[0].finding.what


async def test_a_check_that_hangs_is_left_alone(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "LOOK_S", 0.05)
    never = threading.Event()
    try:
        found = await _round(
            computer.place(),
            _check("hangs", lambda _: fine(str(never.wait()))),
            _check("good", lambda _: fine("well")),
        )
    finally:
        never.set()

    assert [one.finding.level for one in found] == [Level.FAILURE, Level.FINE]
    assert "gave no answer" in found[0].finding.what


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
