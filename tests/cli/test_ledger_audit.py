"""`rvm-edge ledger audit`: two books that nobody changed agree, and every change is noticed."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import trio
from click.testing import CliRunner, Result

from rvm_edge.cli import main
from rvm_edge.statechart.journal import open_journal, read, tail
from rvm_edge.statechart.journal.archive import archive_folder
from rvm_edge.statechart.offload import inline

DAYS = 2


def call(data_dir: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data-dir", str(data_dir), *words])


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated machine after two days, the first of which is archived."""
    place = tmp_path_factory.mktemp("lived") / "data"
    for day in range(DAYS):
        words = ("--headless", "--virtual", "--items", "25", "--seed", str(7 + day))
        done = call(place, "demo", *words, "--travel-scale", "0", "--json")
        assert done.exit_code == 0, done.output
        if day < DAYS - 1:
            trio.run(_archive, place / "journal.sqlite")
    return place


async def _archive(path: Path) -> None:
    async with open_journal(path, inline, archive_above=1):
        pass


@pytest.fixture
def data(lived: Path, tmp_path: Path) -> Path:
    copied = tmp_path / "data"
    shutil.copytree(lived, copied)
    return copied


def audited(data: Path, *words: str) -> tuple[int, dict[str, Any]]:
    answer = call(data, "ledger", "audit", "--json", *words)
    return answer.exit_code, json.loads(answer.stdout)


def changed(database: Path, statement: str, *values: int) -> None:
    """Change a database as somebody would who knows SQLite."""
    with closing(sqlite3.connect(database)) as raw, raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute(statement, values)


def test_both_books_say_how_many_bottles_were_taken_and_credited(data: Path) -> None:
    code, found = audited(data)
    assert (code, found["problems"]) == (0, [])
    account = found["account"]
    with closing(sqlite3.connect(data / "ledger.sqlite")) as ledger:
        (dropped,) = ledger.execute(
            "SELECT count(*) FROM items WHERE outcome = 'dropped'"
        ).fetchone()
    assert account["taken"] == account["confirmed"] == account["credited"] == dropped > 0
    assert account["items"] == account["witnessed"] == account["taken"] + account["returned"]
    assert found["journal_head"] == tail(data / "journal.sqlite", 1)[0].hash
    told = call(data, "ledger", "audit").stdout.splitlines()
    assert told[0] == (
        f"{account['items']} items: {dropped} fell into the bin, {account['returned']} went back, "
        "0 not settled"
    )
    assert told[1] == (
        f"of the {dropped} in the bin the server has {dropped}, 0 wait, 0 were given up; the "
        f"journal saw {dropped} of them fall"
    )
    assert told[-1] == "nothing is wrong"


def _row(data: Path, event: str) -> int:
    """Return the number of a row in the middle of the present journal."""
    rows = [row.seq for row in read(data / "journal.sqlite") if row.event == event]
    return rows[len(rows) // 2]


def _cut_a_row(data: Path) -> None:
    row = _row(data, "item.inserted")
    changed(data / "journal.sqlite", "DELETE FROM journal WHERE seq = ?", row)


def _swap_two_rows(data: Path) -> None:
    one = _row(data, "verdict")
    for before, after in ((one, -1), (one + 1, one), (-1, one + 1)):
        statement = "UPDATE journal SET seq = ? WHERE seq = ?"
        changed(data / "journal.sqlite", statement, after, before)


def _alter_a_byte(data: Path) -> None:
    row = next(row for row in read(data / "journal.sqlite") if row.event == "verdict")
    content = (data / "journal.sqlite").read_bytes()
    at = content.index(row.hash.encode())
    changed_byte = b"0" if content[at : at + 1] != b"0" else b"1"
    (data / "journal.sqlite").write_bytes(content[:at] + changed_byte + content[at + 1 :])


def _truncate_an_archive(data: Path) -> None:
    (archive,) = archive_folder(data / "journal.sqlite").iterdir()
    archive.write_bytes(archive.read_bytes()[:-200])


def _truncate_the_journal(data: Path) -> None:
    path = data / "journal.sqlite"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 // 4096 * 4096])


def _lose_the_last_items(data: Path) -> None:
    """What an older copy of the journal is, and a chain that was cut at its end."""
    rows = [row.seq for row in read(data / "journal.sqlite") if row.event == "item.inserted"]
    changed(data / "journal.sqlite", "DELETE FROM journal WHERE seq >= ?", rows[-3])


def _make_up_a_credit(data: Path) -> None:
    changed(
        data / "ledger.sqlite",
        "UPDATE items SET outcome = 'dropped', accepted = 1, reason = 'empty_pet', "
        "given_back_at = NULL WHERE number = (SELECT min(number) FROM items "
        "WHERE outcome = 'returned' AND accepted = 0 AND doubted_at IS NULL)",
    )


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (_cut_a_row, "rows are missing or out of order"),
        (_swap_two_rows, "was changed: its fields do not have its hash"),
        (_alter_a_byte, "was changed: its fields do not have its hash"),
        (_truncate_an_archive, "Compressed file ended"),
        (_truncate_the_journal, "journal.sqlite: database disk image is malformed"),
        (_lose_the_last_items, "the journal never saw it: rows of the journal are missing"),
        (_make_up_a_credit, "of the journal says returned, the ledger dropped"),
    ],
)
def test_whatever_is_changed_is_noticed_and_said(
    data: Path, harm: Callable[[Path], None], told: str
) -> None:
    harm(data)
    code, found = audited(data)
    assert code == 1
    assert any(told in problem for problem in found["problems"]), found["problems"]
    people = call(data, "ledger", "audit")
    assert people.exit_code == 1
    assert told in people.stdout
    assert people.stdout.endswith(f"{len(found['problems'])} problem(s)\n")


def test_two_machines_books_contradict_each_other(data: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    words = ("--headless", "--virtual", "--items", "10", "--seed", "3", "--json")
    assert call(other, "demo", *words).exit_code == 0
    for suffix in ("", "-wal", "-shm"):
        shutil.copy(other / f"ledger.sqlite{suffix}", data / f"ledger.sqlite{suffix}")
    code, found = audited(data)
    assert code == 1
    assert any(
        "the ledger does not: the ledger is an older copy, a new" in one
        for one in found["problems"]
    )


def test_an_older_copy_of_everything_lacks_the_head_that_was_noted(
    data: Path, tmp_path: Path
) -> None:
    older = tmp_path / "older"
    shutil.copytree(data, older)
    trio.run(_archive, data / "journal.sqlite")
    head = tail(data / "journal.sqlite", 1)[0].hash
    assert audited(data, "--head", head)[0] == 0
    assert audited(older)[0] == 0
    code, found = audited(older, "--head", head)
    assert code == 1
    assert found["problems"][0].startswith(f"journal: no row has the hash {head}")


@pytest.mark.parametrize("name", ["ledger.sqlite", "journal.sqlite"])
def test_a_book_that_is_not_there_is_one_line(data: Path, name: str) -> None:
    for file in (data, archive_folder(data / "journal.sqlite")):
        for path in file.glob(f"{name}*" if file == data else "*.gz"):
            path.unlink()
    answer = call(data, "ledger", "audit")
    assert answer.exit_code == 1
    assert answer.stderr.count("\n") == 1
    assert name in answer.stderr
