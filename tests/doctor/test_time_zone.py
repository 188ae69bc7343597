"""The site's time zone and the computer's: the browser goes by the computer's alone."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from rvm_edge.doctor.checks import CHECKS, time_zone
from rvm_edge.doctor.finding import DoctorError, Level
from tests.doctor.conftest import Computer


def _zones(computer: Computer, site: str | None, own: str) -> None:
    computer.write("etc/timezone", f"{own}\n")
    if site is not None:
        computer.write("var/lib/rvm-edge/site.json", json.dumps({"time_zone": site}))


@pytest.mark.parametrize(
    ("site", "level", "words"),
    [
        (None, Level.NOTE, "none was chosen"),
        ("", Level.NOTE, "none was chosen"),
        ("Asia/Jakarta", Level.FINE, "for the site and the computer"),
        ("Asia/Makassar", Level.WARNING, "the computer's Asia/Jakarta"),
        ("Mars/Olympus", Level.WARNING, "none that this computer knows"),
    ],
)
def test_a_zone_of_the_computers_that_is_not_the_sites_is_told(
    computer: Computer, site: str | None, level: Level, words: str
) -> None:
    _zones(computer, site, "Asia/Jakarta")
    found = time_zone.look(computer.place())
    assert (found.level, words in found.what) == (level, True), found
    assert bool(found.todo) == (level is Level.WARNING)


@pytest.mark.parametrize("code", [0, 1])
def test_it_is_put_right_by_asking_the_computers_own_service(
    computer: Computer, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    _zones(computer, "Asia/Makassar", "Asia/Jakarta")
    asked = computer.root / "asked"
    text = f'#!/bin/sh\necho "$@" >{asked}\necho Access denied >&2\nexit {code}\n'
    program = computer.write("bin/timedatectl", text, 0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    repair = time_zone.look(computer.place()).repair
    assert repair is not None

    if code:
        with pytest.raises(DoctorError, match="Access denied"):
            repair.do()
    else:
        repair.do()
    assert Path(asked).read_text() == "--no-ask-password set-timezone Asia/Makassar\n"


def test_who_may_not_set_it_is_told_how_instead(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _zones(computer, "Asia/Makassar", "Asia/Jakarta")
    monkeypatch.setattr(os, "geteuid", lambda: 990)
    found = time_zone.look(computer.place())
    assert found.repair is None
    assert found.todo == "Run: sudo timedatectl set-timezone Asia/Makassar"


def test_the_doctor_asks_it() -> None:
    assert time_zone.CHECK in CHECKS
