"""`rvm-edge doctor`: every state of a machine is a finding in words, in bounded time."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import trio
from click.testing import CliRunner, Result

from rvm_edge.cli import main
from rvm_edge.doctor import checks, rounds
from rvm_edge.doctor.finding import Check, Finding
from rvm_edge.doctor.place import Place
from rvm_edge.offload import inline
from rvm_edge.statechart.journal import Entry, open_journal
from tests.ledger.scenes import close, drop, open_now

OF_THE_MACHINE = (
    "configuration",
    "model",
    "disk",
    "permissions",
    "books",
    "journal",
    "credentials",
)


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine that took three items."""
    (tmp_path / "config").mkdir()
    (tmp_path / "data").mkdir(mode=0o700)
    ledger = open_now(tmp_path / "data" / "ledger.sqlite")
    trio.run(drop, ledger, 3)
    close(ledger)
    trio.run(_steps, tmp_path / "data" / "journal.sqlite")
    for path in (tmp_path / "data").iterdir():
        path.chmod(0o600)
    return tmp_path


async def _steps(path: Path) -> None:
    async with open_journal(path, inline) as journal:
        for _ in range(30):
            await journal.append(Entry("a.step", {"why": "x" * 1500}, (), ("a",), (), "c" * 64))


def call(machine: Path, *words: str, first: tuple[str, ...] = ()) -> Result:
    folders = ("--config-dir", str(machine / "config"), "--data-dir", str(machine / "data"))
    return CliRunner().invoke(main, [*first, *folders, "doctor", *words])


def found(machine: Path, *words: str) -> dict[str, dict[str, Any]]:
    result = call(machine, "--json", *words)
    assert result.stderr == ""
    return {one["check"]: one for one in json.loads(result.stdout)["checks"]}


def _overwrite(path: Path, first: int, length: int) -> None:
    content = bytearray(path.read_bytes())
    content[first : first + length] = b"\x55" * length
    path.write_bytes(content)


def _fifo(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path, 0o600)


def test_a_machine_that_is_well_has_nothing_that_keeps_it_from_its_work(machine: Path) -> None:
    levels = {name: one["level"] for name, one in found(machine, *OF_THE_MACHINE).items()}
    assert levels == {**dict.fromkeys(OF_THE_MACHINE, "fine"), "credentials": "note"}


def test_an_empty_folder_is_nothing_to_complain_of(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    levels = {one["level"] for one in found(tmp_path, *OF_THE_MACHINE).values()}
    assert levels <= {"fine", "note"}


BROKEN: dict[str, tuple[str, Callable[[Path], object]]] = {
    "settings": (
        "configuration",
        lambda place: (place / "config" / "settings.toml").write_text("disk = 3"),
    ),
    "hardware map": (
        "configuration",
        lambda place: (place / "config" / "hardware_map.json").write_text("{"),
    ),
    "model": (
        "model",
        lambda place: (place / "config" / "settings.toml").write_text(
            "[vision]\nmodel = '/nowhere/a.onnx'"
        ),
    ),
    "ledger": ("books", lambda place: _overwrite(place / "data/ledger.sqlite", 12_288, 61_440)),
    "ledger's head": ("books", lambda place: _overwrite(place / "data/ledger.sqlite", 0, 4096)),
    "journal": ("journal", lambda place: _overwrite(place / "data/journal.sqlite", 8192, 20_480)),
    "journal's head": ("journal", lambda place: _overwrite(place / "data/journal.sqlite", 0, 4096)),
    "credentials": (
        "credentials",
        lambda place: (place / "data/rvm-credentials.json").write_text('{"api_key": "x"}'),
    ),
    "fifo in place of the ledger": (
        "books",
        lambda place: _fifo(place / "data/ledger.sqlite"),
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_a_failure_in_its_check_with_what_to_do(machine: Path, what: str) -> None:
    check, break_it = BROKEN[what]
    break_it(machine)
    result = call(machine, "--json", check)
    (one,) = json.loads(result.stdout)["checks"]
    assert (one["level"], result.exit_code) == ("failure", 1), one
    assert one["why"]
    assert one["todo"]
    assert "\n" not in one["what"]


def test_fix_closes_what_others_can_read_and_says_so(machine: Path) -> None:
    (machine / "data" / "ledger.sqlite").chmod(0o644)
    before = call(machine, "permissions")
    assert "--fix would take the rights of others on ledger.sqlite away" in before.stdout
    after = call(machine, "permissions", "--fix")
    assert "done: take the rights of others on ledger.sqlite away" in after.stdout
    assert after.stdout.startswith("fine")
    assert (machine / "data" / "ledger.sqlite").stat().st_mode & 0o777 == 0o600


def test_a_machine_that_writes_meanwhile_is_not_in_the_way(machine: Path) -> None:
    running = open_now(machine / "data" / "ledger.sqlite")
    try:
        assert found(machine, "books")["books"]["level"] == "fine"
    finally:
        close(running)


@pytest.mark.parametrize("name", ["settings.toml", "hardware_map.json"])
def test_a_configuration_that_hangs_is_said_in_one_line(
    machine: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(rounds, "LOOK_S", 0.3)
    fifo = machine / "config" / name
    _fifo(fifo)
    result = call(machine)
    os.close(os.open(fifo, os.O_RDWR))  # lets go of whoever still reads there
    assert result.exit_code == 1
    assert "could not be read within 0.3 s" in result.stderr


def _breaks(_: Place) -> Finding:
    raise KeyError("what is this")


@pytest.mark.parametrize("words", [(), ("--traceback",)])
def test_a_traceback_is_shown_only_to_whoever_asks_for_it(
    machine: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # the test runner's own
    monkeypatch.setattr(checks, "CHECKS", (Check("broken", "Broken", _breaks),))
    result = call(machine, first=words)
    assert "could not be looked at: KeyError" in result.stdout
    assert "rvm-edge --traceback doctor broken" in result.stdout
    assert ("Traceback" in result.stderr) is bool(words)


def test_a_check_that_there_is_not_is_refused_with_the_nearest_one(machine: Path) -> None:
    result = call(machine, "disc")
    assert result.exit_code == 2
    assert "Did you mean 'disk'?" in result.stderr


def test_the_ledger_is_only_read(machine: Path) -> None:
    with closing(sqlite3.connect(machine / "data" / "ledger.sqlite")) as connection:
        before = connection.execute("SELECT count(*) FROM openings").fetchone()
    call(machine)
    with closing(sqlite3.connect(machine / "data" / "ledger.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM openings").fetchone() == before
