"""A journal that is damaged or was changed is found before the machine has to stop over it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import trio

from rvm_edge.doctor.checks import journal
from rvm_edge.doctor.finding import Finding, Level
from rvm_edge.offload import inline
from rvm_edge.statechart.journal import Entry, open_journal
from tests.doctor.conftest import Computer

PAGE = 4096


async def _steps(path: Path) -> None:
    async with open_journal(path, inline) as opened:
        for _ in range(30):
            await opened.append(Entry("a.step", {"why": "x" * 1500}, (), ("a",), (), "c" * 64))


@pytest.fixture
def path(computer: Computer) -> Path:
    found = computer.data / "journal.sqlite"
    trio.run(_steps, found)
    return found


def _look(computer: Computer) -> Finding:
    return journal.look(computer.place())


def test_one_that_is_whole_is_fine(computer: Computer, path: Path) -> None:
    assert _look(computer).level is Level.FINE


def test_a_machine_that_never_ran_has_none(computer: Computer) -> None:
    assert _look(computer).level is Level.NOTE


@pytest.mark.parametrize("first", [0, 1, 3, 10])
def test_one_with_damaged_pages_is_a_failure_that_says_to_keep_a_copy(
    computer: Computer, path: Path, first: int
) -> None:
    content = bytearray(path.read_bytes())
    content[PAGE * first : PAGE * (first + 5)] = b"\x55" * (5 * PAGE)
    path.write_bytes(content)

    found = _look(computer)

    assert found.level is Level.FAILURE
    assert "\n" not in found.what
    assert found.todo.startswith(f"Keep a copy first: sudo cp -a {computer.data} ")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE journal SET event = 'another.step' WHERE seq = 20", "row 20 "),
        ("DELETE FROM journal WHERE seq = 20", "row 21 of the journal does not follow"),
    ],
)
def test_one_that_somebody_changed_is_a_failure_that_names_the_row(
    computer: Computer, path: Path, change: str, words: str
) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(change)

    found = _look(computer)

    assert (found.level, words in found.what) == (Level.FAILURE, True)
