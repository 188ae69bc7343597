"""Damage is named, wherever it is, and ends no proof: what lies behind it is checked as well."""

# ruff: noqa: ASYNC240 - the files are tiny, and nothing else runs meanwhile
from __future__ import annotations

import gzip
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import pytest
import trio

from rvm_edge.statechart.errors import JournalError
from rvm_edge.statechart.journal import (
    MemoryJournal,
    Verification,
    read_archive,
    tail,
    verify,
)
from rvm_edge.statechart.journal.archive import archive_folder
from rvm_edge.statechart.journal.lineage import archives
from rvm_edge.statechart.journal.verify import MOST_PROBLEMS
from tests.statechart.test_journal_archive import live
from tests.statechart.test_journal_verify import CELL_DECIDER, entries

RUN = len(entries())
FILES = 4
ENDS = [RUN, 2 * RUN + 1, 3 * RUN + 2, 4 * RUN + 3]
"""The last row of each of the archives, and of the journal: all but the first begin with one row
that says from what they go on."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal that goes on from three archives."""
    path = tmp_path / "machine" / "journal.sqlite"
    path.parent.mkdir()
    for _ in range(FILES):
        trio.run(partial(live, path, entries(), archive_above=1))
    return path


def proof(path: Path, *heads: str) -> Verification:
    return verify(path, CELL_DECIDER, heads=heads)


def _cut(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-40])


def _altered(archive: Path) -> None:
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 1
    archive.write_bytes(content)


def _of_something_else(archive: Path) -> None:
    archive.write_bytes(b"no archive")


def _of_no_rows(archive: Path) -> None:
    archive.write_bytes(gzip.compress(b"[]\n" * 500))


DAMAGES = pytest.mark.parametrize("damage", [_cut, _altered, _of_something_else, _of_no_rows])


@DAMAGES
@pytest.mark.parametrize("hurt", [0, 1, 2])
def test_what_comes_before_and_after_a_damaged_archive_is_still_proven(
    path: Path, damage: Callable[[Path], None], hurt: int
) -> None:
    archive = archives(path)[hurt]
    damage(archive)
    found = proof(path)
    assert not found.ok
    assert found.damaged == (archive,)
    assert any(str(archive) in problem for problem in found.problems)
    proven = [number for begin, end in found.proven for number in range(begin, end + 1)]
    whole = list(range(1, ENDS[-1] + 1))
    begin = ENDS[hurt - 1] + 1 if hurt else 1
    assert proven == sorted(set(proven))
    assert set(whole) - set(proven) <= set(range(begin, ENDS[hurt] + 1))
    assert set(whole) - set(proven)
    assert found.head == tail(path, 1)[0].hash


def test_every_damaged_file_is_named(path: Path) -> None:
    one, other, third = archives(path)
    _cut(one)
    _of_no_rows(other)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("DROP TRIGGER journal_no_update")
        raw.execute("UPDATE journal SET at = 'never' WHERE seq = ?", (ENDS[-1],))
    found = proof(path)
    assert found.damaged == (one, other, path)
    assert found.proven[-1] == (ENDS[1] + 1, ENDS[-1] - 1)
    for file in (one, other):
        assert any(str(file) in problem for problem in found.problems)
    assert f"row {ENDS[-1]}: was changed: its fields do not have its hash" in found.problems
    assert third not in found.damaged
    assert len(found.problems) <= MOST_PROBLEMS + FILES


def test_an_archive_whose_rows_are_all_there_and_whose_check_sum_is_not_tears_no_chain(
    path: Path,
) -> None:
    archive = archives(path)[1]
    content = bytearray(archive.read_bytes())
    content[-8] ^= 1  # RFC 1952: the CRC of what was packed
    archive.write_bytes(content)
    found = proof(path)
    assert found.damaged == (archive,)
    assert found.proven == ((1, ENDS[-1]),)


async def test_a_damaged_page_of_the_journal_hides_only_its_own_rows(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    rows = await live(path, entries() * 40)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xff" * 4096)
    found = proof(path)
    assert found.damaged == (path,)
    (begin, before), *_, (after, end) = found.proven
    assert (begin, end) == (1, len(rows))
    assert before + 1 < after < before + 100
    assert str(path) in found.problems[0]
    assert f"(after row {before})" in found.problems[0]


def test_a_row_that_is_no_row_is_named_with_its_archive(path: Path) -> None:
    archive = archives(path)[0]
    lines = gzip.decompress(archive.read_bytes()).splitlines(keepends=True)
    lines[3] = b"{}\n"
    archive.write_bytes(gzip.compress(b"".join(lines)))
    found = proof(path)
    assert found.problems == (f"archive {archive}: a line of the archive is no row (after row 3)",)
    assert found.proven == ((1, 3), (5, ENDS[-1]))


def test_an_archive_that_is_missing_between_others_is_named(path: Path) -> None:
    archive = archives(path)[1]
    archive.unlink()
    found = proof(path)
    assert found.problems == (
        f"row {ENDS[1] + 1}: rows {ENDS[0] + 1} to {ENDS[1]} are not here, though older ones are: "
        f"archive {archive.name} is missing",
    )
    assert found.first == 1


async def test_an_older_journal_beside_newer_archives_is_found(path: Path) -> None:
    older = path.with_name("older")
    shutil.copy(path, older)
    await live(path, entries())
    await live(path, [], archive_above=1)
    shutil.copy(older, path)
    (archive,) = set(archive_folder(path).iterdir()) - set(archives(path))
    found = proof(path)
    assert found.damaged == (archive,)
    assert found.problems == (
        f"archive {archive} ends in row {ENDS[3] + RUN}, the journal in row {ENDS[3]} already: "
        "the journal is an older copy or another one, or the archive is another machine's",
    )


async def test_an_archive_that_holds_nothing_new_is_remarked_on(path: Path) -> None:
    older = path.with_name("older")
    shutil.copy(path, older)
    await live(path, [], archive_above=1)
    shutil.copy(older, path)
    found = proof(path)
    assert found.ok
    assert "a start was cut off while it archived, or" in "".join(found.remarks)


async def test_another_machines_archive_beside_the_own_ones_is_found(
    path: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other" / "journal.sqlite"
    other.parent.mkdir()
    await live(other, entries()[:5])
    await live(other, [], archive_above=1)
    (foreign,) = archives(other)
    there = archive_folder(path) / foreign.name
    shutil.copy(foreign, there)
    found = proof(path)
    assert found.damaged == (there,)
    assert found.problems == (
        f"archive {there} has another row 5 than the journal: it is another machine's, or the "
        "journal is",
    )
    assert found.proven == ((1, ENDS[-1]),)


async def test_another_machines_archive_in_place_of_the_own_one_is_found(
    path: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other" / "journal.sqlite"
    other.parent.mkdir()
    await live(other, entries())
    await live(other, [], archive_above=1)
    shutil.copy(archives(other)[0], archives(path)[0])
    found = proof(path)
    assert found.problems == (
        f"row {RUN + 1}: does not follow the row before: its `prev` is not that row's hash",
    )
    assert found.proven == ((1, RUN), (RUN + 2, ENDS[-1]))


async def test_a_damaged_archive_that_the_journal_does_not_lead_to_is_named(path: Path) -> None:
    stray = archive_folder(path) / "journal-7-9.jsonl.gz"
    stray.write_bytes(b"no archive")
    found = proof(path)
    assert found.damaged == (stray,)
    assert "the journal does not go on from it" in found.problems[0]


async def test_the_archives_of_a_journal_that_was_set_aside_are_no_fault_of_the_new_one(
    path: Path,
) -> None:
    path.write_bytes(b"no journal" * 500)
    await live(path, entries())
    found = proof(path)
    assert found.ok
    assert len(found.remarks) == FILES - 1
    assert "is of the journal that was set aside; its chain holds" in found.remarks[0]


async def test_a_journal_that_nobody_can_read_leaves_what_its_archives_prove(path: Path) -> None:
    path.write_bytes(b"no journal" * 500)
    found = proof(path)
    assert found.damaged == (path,)
    assert found.proven == ((1, ENDS[2]),)


def test_where_nothing_can_be_read_it_says_why(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    path.write_bytes(b"no journal" * 500)
    with pytest.raises(JournalError, match=r"journal\.sqlite"):
        proof(path)


async def test_heads_that_were_noted_earlier_must_be_in_the_chain(path: Path) -> None:
    noted = tail(path, 1)[0].hash
    later = await live(path, entries())
    middle = later[3].hash
    assert proof(path, noted, middle, later[-1].hash).ok
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("DROP TRIGGER journal_no_delete")
        raw.execute("DELETE FROM journal WHERE seq > ?", (later[2].seq,))
    assert proof(path, noted).ok
    found = proof(path, noted, middle)
    assert [problem.startswith(f"no row has the hash {middle}") for problem in found.problems] == [
        True
    ]


async def test_the_head_of_an_archive_that_was_cleared_away_is_still_known(path: Path) -> None:
    first, *_ = archives(path)
    *_, last = read_archive(first)
    first.unlink()
    assert proof(path, last.hash).ok


class _Clocks:
    """A clock that may be set, and one that may not."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, 8, tzinfo=timezone.utc)
        self.mono_s = 100.0

    def now(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at

    def mono(self) -> float:
        self.mono_s += 1.0
        return self.mono_s


@pytest.mark.parametrize(
    ("jump", "said"),
    [
        (-timedelta(hours=2), "the clock went back by 2:00:00 after row 5"),
        (timedelta(days=3), "the clock went forward, or the computer slept, by 3 days, 0:00:00"),
        (timedelta(seconds=1), ""),
    ],
)
async def test_a_clock_that_was_set_is_remarked_on_and_is_no_fault(
    jump: timedelta, said: str
) -> None:
    clocks = _Clocks()
    journal = MemoryJournal(now=clocks.now, mono=clocks.mono)
    for number, entry in enumerate(entries()):
        clocks.at += jump * (number == 5)
        await journal.append(entry)
    found = verify(journal.records, CELL_DECIDER)
    assert found.ok
    assert len(found.remarks) == bool(said)
    assert said in "".join(found.remarks)


async def test_between_two_starts_only_a_clock_that_went_back_shows() -> None:
    clocks = _Clocks()
    journal = MemoryJournal(now=clocks.now, mono=clocks.mono)
    for days in (0, 30, -365):
        clocks.at += timedelta(days=days)
        clocks.mono_s = 10.0
        for entry in entries():
            await journal.append(entry)
    found = verify(journal.records, CELL_DECIDER)
    (remark,) = found.remarks
    assert remark.startswith("the clock went back by 36")
    assert remark.endswith(f"after row {2 * RUN}")
