"""A long journal is archived, and the chain goes on: cut off anywhere, nothing is lost."""

# ruff: noqa: ASYNC240 - the files are tiny, and nothing else runs meanwhile
from __future__ import annotations

import gzip
import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest
from msgspec.structs import replace

from rvm_edge.statechart.errors import JournalError
from rvm_edge.statechart.journal import (
    ARCHIVED,
    STARTED,
    Entry,
    Record,
    open_journal,
    read,
    read_archive,
    read_whole,
    succession,
    tail,
    tail_whole,
    verify,
)
from rvm_edge.statechart.journal import archive as archiving
from rvm_edge.statechart.journal.archive import archive_folder, named
from rvm_edge.statechart.journal.lineage import archives
from rvm_edge.statechart.journal.record import hash_of
from rvm_edge.statechart.offload import inline
from tests.statechart.test_journal_verify import CELL_DECIDER, HASH, entries


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


async def live(path: Path, told: list[Entry], *, archive_above: int = 0) -> list[Record]:
    async with open_journal(path, inline, archive_above=archive_above) as journal:
        return [await journal.append(entry) for entry in told]


def folder(path: Path) -> list[str]:
    return sorted(one.name for one in archive_folder(path).iterdir())


async def test_a_long_journal_is_archived_and_the_new_one_goes_on_in_number_and_hash(
    path: Path,
) -> None:
    old = await live(path, entries())
    new = await live(path, entries(), archive_above=1)
    assert folder(path) == [f"journal-1-{len(old)}.jsonl.gz"]
    first, *rest = read(path)
    assert (first.event, first.seq, first.prev) == (ARCHIVED, len(old) + 1, old[-1].hash)
    assert first.data == {
        "file": f"journal-1-{len(old)}.jsonl.gz",
        "first": 1,
        "last": len(old),
        "head": old[-1].hash,
    }
    assert rest == new
    assert list(read_archive(archive_folder(path) / str(first.data["file"]))) == old
    assert list(read_whole(path)) == [*old, first, *new]
    assert list(read_whole(path, after=len(old) - 1)) == [old[-1], first, *new]


async def test_the_whole_chain_is_proved_through_many_archives(path: Path) -> None:
    for _ in range(4):
        await live(path, entries(), archive_above=1)
    found = verify(path, CELL_DECIDER)
    assert found.problems == ()
    assert (found.rows, found.first) == (4 * len(entries()) + 3, 1)
    assert found.head == tail(path, 1)[0].hash
    assert len(archives(path)) == 3


async def test_the_last_rows_are_looked_for_as_far_back_as_they_are_wanted(path: Path) -> None:
    for _ in range(3):
        await live(path, entries(), archive_above=1)
    rows = list(read_whole(path))
    for count in (0, 1, len(entries()), len(entries()) + 1, len(rows) - 1, len(rows), 10**6):
        assert list(tail_whole(path, count)) == rows[len(rows) - min(count, len(rows)) :]
    archives(path)[0].unlink()
    assert list(tail_whole(path, 10**6)) == rows[len(entries()) :]


async def test_the_newest_rows_need_no_archive(path: Path) -> None:
    for _ in range(2):
        await live(path, entries(), archive_above=1)
    archives(path)[0].write_bytes(b"no archive")
    assert len(tail_whole(path, len(entries()))) == len(entries())
    with pytest.raises(JournalError):
        tail_whole(path, len(entries()) + 2)


async def test_a_short_journal_goes_on_as_it_is(path: Path) -> None:
    await live(path, entries())
    await live(path, entries(), archive_above=10**9)
    assert not archive_folder(path).exists()


async def test_a_run_that_was_cut_off_is_still_known_to_have_been(path: Path) -> None:
    cut = entries()[:5]
    await live(path, cut)
    async with open_journal(path, inline, archive_above=1) as journal:
        assert journal.last is not None
        assert journal.last.after == cut[-1].after
        await journal.append(Entry(STARTED, {}, cut[-1].after, CELL_DECIDER.initial, (), HASH))
    assert verify(path, CELL_DECIDER).problems == ()


async def test_archives_that_were_cleared_away_leave_a_journal_that_proves_the_rest(
    path: Path,
) -> None:
    for _ in range(3):
        await live(path, entries(), archive_above=1)
    first, _ = archives(path)
    first.unlink()
    found = verify(path, CELL_DECIDER)
    assert found.problems == ()
    assert found.first == len(entries()) + 1


@pytest.mark.parametrize("field", ["event", "hash", "prev", "at"])
async def test_a_row_that_was_changed_in_an_archive_is_found(path: Path, field: str) -> None:
    await live(path, entries())
    await live(path, entries(), archive_above=1)
    (archive,) = archives(path)
    rows = [json.loads(line) for line in gzip.decompress(archive.read_bytes()).splitlines()]
    rows[3][field] = "0" * 64
    archive.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))
    assert not verify(path, CELL_DECIDER).ok


async def test_an_archive_in_place_of_another_is_found(path: Path) -> None:
    await live(path, entries())
    await live(path, entries(), archive_above=1)
    (archive,) = archives(path)
    rows = list(read_archive(archive))
    prev, forged = rows[0].prev, []
    for row in rows:  # a perfect chain of its own
        changed = replace(row, at="2026-01-01T00:00:00", prev=prev)
        prev = hash_of(changed)
        forged.append(replace(changed, hash=prev))
    archive.unlink()
    archiving.write(archive_folder(path), forged)
    assert "does not follow the row before" in "\n".join(verify(path, CELL_DECIDER).problems)


async def test_a_journal_that_does_not_prove_itself_is_not_archived(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await live(path, entries())
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("DROP TRIGGER journal_no_update")
        raw.execute("UPDATE journal SET at = 'never' WHERE seq = 3")
    await live(path, entries(), archive_above=1)
    assert "is not archived: " in caplog.text
    assert "row 3 does not have its hash" in caplog.text
    assert folder(path) == []
    assert next(read(path)).seq == 1


async def test_a_journal_that_somebody_reads_is_archived_another_time(
    path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rvm_edge.statechart.journal.sqlite.BUSY_S", 0.01)
    old = await live(path, entries())
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM journal").fetchone()
        await live(path, entries(), archive_above=1)
        assert reader.execute("SELECT count(*) FROM journal").fetchone() == (len(old),)
    assert "is not archived" in caplog.text
    assert verify(path, CELL_DECIDER).rows == 2 * len(old)
    await live(path, entries(), archive_above=1)
    assert len(archives(path)) == 1
    assert verify(path, CELL_DECIDER).problems == ()


async def test_what_the_disk_did_not_keep_as_it_was_written_is_noticed_in_time(
    path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    await live(path, entries())
    real = gzip.open

    def worn(archive: Path, mode: Literal["rb"]) -> gzip.GzipFile:
        content = real(archive, mode).read().replace(b"part", b"pant")
        archive.write_bytes(gzip.compress(content))
        return real(archive, mode)

    with monkeypatch.context() as patch:
        patch.setattr(gzip, "open", worn)
        await live(path, entries(), archive_above=1)
    assert "what is on the disk is not what was written" in caplog.text
    assert folder(path) == []
    assert verify(path, CELL_DECIDER).rows == 2 * len(entries())


class PowerCutError(BaseException):
    """Nothing that the program catches."""


def _cut_at(monkeypatch: pytest.MonkeyPatch, step: int) -> Callable[[], int]:
    """Let the power go before the step-th thing that is done to the disk."""
    done = 0

    def cut() -> None:
        nonlocal done
        done += 1
        if done == step:
            raise PowerCutError

    def before(owner: object, name: str) -> None:
        real = getattr(owner, name)

        def call(*args: object, **options: object) -> object:
            cut()
            return real(*args, **options)

        monkeypatch.setattr(owner, name, call)

    before(os, "fsync")
    before(os, "open")
    before(Path, "replace")
    before(Path, "unlink")
    before(Path, "mkdir")
    before(succession, "ensure_schema")
    before(succession, "encoded")
    before(archiving, "_line")
    before(archiving, "_digest_of")
    return lambda: done


async def test_a_power_cut_at_any_step_loses_no_row_and_the_next_start_goes_on(
    path: Path, tmp_path: Path
) -> None:
    step, cuts = 0, 0
    while True:
        step += 1
        place = tmp_path / str(step)
        place.mkdir()
        here = place / "journal.sqlite"
        old = await live(here, entries())
        with pytest.MonkeyPatch.context() as patch:
            done = _cut_at(patch, step)
            try:
                await live(here, [], archive_above=1)
            except PowerCutError:
                cuts += 1
            if done() < step:
                break
        kept = [record for record in read_whole(here) if record.event != ARCHIVED]
        assert kept == old, step
        assert verify(here, CELL_DECIDER).problems == ()
        await live(here, entries(), archive_above=1)
        found = verify(here, CELL_DECIDER)
        assert (found.problems, found.first) == ((), 1), step
        kept = [record for record in read_whole(here) if record.event != ARCHIVED]
        assert kept[: len(old)] == old
        assert len(kept) == 2 * len(old)
        assert not list(place.rglob("*.part"))
    assert cuts > 2 * len(entries())


@pytest.mark.parametrize(
    "name", ["journal-1-2.jsonl", "xjournal-1-2.jsonl.gz", "journal-1-2.jsonl.gz.part", "..", ""]
)
def test_only_names_of_archives_are_taken_for_archives(name: str) -> None:
    assert named(Path("/x", name)) is None
    assert named(Path("/x/journal-1-20.jsonl.gz")) == (1, 20)


async def test_a_row_that_names_a_file_elsewhere_leads_to_no_such_file(path: Path) -> None:
    await live(path, entries())
    await live(path, entries(), archive_above=1)
    first = next(read(path))
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("DROP TRIGGER journal_no_update")
        data = json.dumps({**first.data, "file": "../../etc/passwd"}, sort_keys=True)
        raw.execute("UPDATE journal SET data = ? WHERE seq = ?", (data.replace(" ", ""), first.seq))
    assert [one.parent for one in archives(path)] == [archive_folder(path)]
    assert not verify(path, CELL_DECIDER).ok


async def test_another_journals_archive_is_never_replaced(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await live(path, entries())
    await live(path, [], archive_above=1)
    (archive,) = archives(path)
    kept = archive.read_bytes()
    path.unlink()
    await live(path, [replace(entry) for entry in entries()])
    await live(path, [], archive_above=1)
    assert "is another journal's" in caplog.text
    assert archive.read_bytes() == kept


async def test_a_journal_that_goes_on_from_an_archive_takes_the_next_row_only(path: Path) -> None:
    await live(path, entries())
    await live(path, [], archive_above=1)
    columns = "at, mono, event, data, before, after, taken, chart, prev, hash"
    for skipped in (-2, 2):
        with (
            closing(sqlite3.connect(path)) as raw,
            pytest.raises(sqlite3.IntegrityError, match="the next row only"),
        ):
            raw.execute(
                f"INSERT INTO journal (seq, {columns}) "  # noqa: S608 - constants
                f"SELECT seq + ?, {columns} FROM journal",
                (skipped,),
            )
