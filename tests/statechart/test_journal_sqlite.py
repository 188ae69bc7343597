"""The journal's file: durable, append-only, one writer, and never silently lost."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
import trio
from msgspec.structs import replace

from rvm_edge.statechart.errors import JournalError
from rvm_edge.statechart.journal import (
    GENESIS,
    SET_ASIDE,
    Entry,
    Record,
    SqliteJournal,
    open_journal,
    read,
    tail,
)
from rvm_edge.statechart.journal.columns import UnreadableRowError
from rvm_edge.statechart.journal.record import hash_of
from rvm_edge.statechart.offload import in_thread, inline

Reading = Callable[[Path], Iterable[Record]]

NOON = datetime(2026, 5, 4, 12, 0, 0, 123456, tzinfo=timezone.utc)


def entry(number: int = 0) -> Entry:
    return Entry(
        event="part",
        data={"grams": 1.5 + number, "note": "é\u2028", "ok": True, "none": None, "big": 2**70},
        before=("a.x", "b.y"),
        after=("a.x",),
        taken=("b.y -> a.x", "a.x stays"),
        chart="c" * 64,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


@pytest.fixture
def raw(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path, isolation_level=None)
    yield connection
    connection.close()


async def opened(path: Path) -> SqliteJournal:
    return await SqliteJournal.open(path, offload=inline, now=lambda: NOON, mono=lambda: 7)


async def filled(path: Path, rows: int) -> None:
    async with open_journal(path, inline) as journal:
        for number in range(rows):
            await journal.append(entry(number))


async def test_what_is_written_comes_back_equal(path: Path) -> None:
    journal = await opened(path)
    assert [journal.last] == [None]
    first = await journal.append(entry())
    second = await journal.append(entry(1))
    assert journal.last == second
    await journal.aclose()
    assert list(read(path)) == [first, second]
    assert first.entry == entry()
    assert (first.seq, first.prev, second.seq, second.prev) == (1, GENESIS, 2, first.hash)
    assert first.at == "2026-05-04T12:00:00.123456+00:00"
    assert first.mono == 7.0
    assert first.hash == hash_of(first)


async def test_a_journal_goes_on_where_it_ended(path: Path) -> None:
    await filled(path, 2)
    async with open_journal(path, inline) as journal:
        assert journal.last is not None
        third = await journal.append(entry())
    assert third.seq == 3
    assert third.prev == next(iter(read(path, after=1))).hash


async def test_the_work_may_be_done_in_threads(path: Path) -> None:
    async with open_journal(path) as journal:
        for number in range(3):
            await journal.append(entry(number))
    await filled(path, 1)
    assert [record.seq for record in read(path)] == [1, 2, 3, 4]


async def test_it_is_synced_at_every_row_and_readable_meanwhile(path: Path) -> None:
    journal = await SqliteJournal.open(path, offload=in_thread())
    query = journal._connection.execute
    assert query("PRAGMA journal_mode").fetchone() == ("wal",)
    assert query("PRAGMA synchronous").fetchone() == (2,), "FULL"
    await journal.append(entry())
    assert len(list(read(path))) == 1
    await journal.aclose()


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE journal SET event = 'other' WHERE seq = 2",
        "DELETE FROM journal WHERE seq = 3",
        "INSERT OR REPLACE INTO journal SELECT * FROM journal WHERE seq = 3",
        "INSERT INTO journal SELECT seq + 5, at, mono, event, data, before, after, taken, chart, "
        "prev, hash FROM journal WHERE seq = 3",
    ],
)
async def test_sql_cannot_change_or_delete_or_skip_a_row(path: Path, tampering: str) -> None:
    await filled(path, 3)
    before = list(read(path))
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match=r"append-only|next row only"):
        connection.execute(tampering)
    connection.close()
    assert list(read(path)) == before


async def test_the_table_is_strict(path: Path, raw: sqlite3.Connection) -> None:
    await filled(path, 1)
    with pytest.raises(sqlite3.IntegrityError, match="cannot store TEXT"):
        raw.execute(
            "INSERT INTO journal SELECT seq + 1, at, 'soon', event, data, before, after, taken, "
            "chart, prev, hash FROM journal"
        )


async def test_the_tail_is_the_last_rows_oldest_first(path: Path) -> None:
    await filled(path, 5)
    assert [record.seq for record in tail(path, 2)] == [4, 5]
    assert len(tail(path, 99)) == 5
    assert tail(path, 0) == tail(path, -1) == ()


async def test_there_is_one_writer(path: Path) -> None:
    async with open_journal(path, inline):
        with pytest.raises(JournalError, match="another process is writing it; stop that one"):
            await opened(path)
    await (await opened(path)).aclose()


@pytest.mark.parametrize("next_one", [1, 2], ids=["again", "another"])
async def test_a_failed_row_is_not_counted_on(
    path: Path, raw: sqlite3.Connection, next_one: int
) -> None:
    async with open_journal(path, inline) as journal:
        first = await journal.append(entry())
        raw.execute(
            "CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
        with pytest.raises(JournalError, match=r"journal\.sqlite3: full; check the disk's space"):
            await journal.append(entry(1))
        assert journal.last == first
        raw.execute("DROP TRIGGER full")
        second = await journal.append(entry(next_one))
    assert [record.entry for record in read(path)] == [entry(), entry(next_one)]
    assert second.prev == first.hash


@pytest.mark.parametrize("next_ones", [[1, 2], [2]], ids=["again", "another"])
async def test_a_row_that_got_to_the_disk_after_all_is_not_written_twice(
    path: Path, next_ones: list[int]
) -> None:
    async with open_journal(path, inline) as journal:
        await journal.append(entry())
        real = journal._connection

        class Forgetful:
            """Commits, and reports that it did not."""

            def execute(self, sql: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
                cursor = real.execute(sql, values)
                if sql.startswith("INSERT"):
                    raise sqlite3.OperationalError("disk I/O error")
                return cursor

            def close(self) -> None:
                real.close()

        journal._connection = Forgetful()  # type: ignore[assignment]  # stands in for a failing disk
        with pytest.raises(JournalError, match="disk I/O error"):
            await journal.append(entry(1))
        journal._connection = real
        written = [await journal.append(entry(number)) for number in next_ones]
    assert [record.seq for record in written] == [number + 1 for number in next_ones]
    assert [record.entry for record in read(path)] == [entry(), entry(1), entry(2)]


async def test_a_locked_database_is_one_clear_line(
    path: Path, raw: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rvm_edge.statechart.journal.sqlite.BUSY_S", 0.01)
    async with open_journal(path, inline) as journal:
        raw.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalError, match="database is locked"):
            await journal.append(entry())
        raw.execute("ROLLBACK")
        await journal.append(entry())


async def test_a_journal_that_is_locked_at_the_start_is_not_taken_for_damaged(
    path: Path, raw: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rvm_edge.statechart.journal.sqlite.BUSY_S", 0.01)
    raw.execute("CREATE TABLE held (by TEXT)")
    raw.execute("BEGIN EXCLUSIVE")
    with pytest.raises(JournalError, match=r"journal\.sqlite3: database is locked"):
        await opened(path)
    raw.execute("ROLLBACK")
    assert raw.execute("SELECT count(*) FROM held").fetchone() == (0,)
    assert [part.name for part in path.parent.glob("*.corrupt*")] == []


async def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"nowhere.*No such file.*folder has to exist"):
        await opened(tmp_path / "nowhere" / "journal.sqlite3")


@pytest.fixture
def folder_in_its_place(path: Path) -> Path:
    path.mkdir()
    return path


async def test_a_folder_in_the_journals_place_is_an_error(folder_in_its_place: Path) -> None:
    with pytest.raises(JournalError, match="unable to open database file"):
        await opened(folder_in_its_place)


async def test_somebody_elses_database_is_refused_and_kept(
    path: Path, raw: sqlite3.Connection
) -> None:
    raw.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(JournalError, match=r"journal\.sqlite3: the file is a database, but no"):
        await opened(path)
    assert raw.execute("SELECT count(*) FROM recipes").fetchone() == (0,)


async def test_a_newer_format_is_refused_and_kept(path: Path, raw: sqlite3.Connection) -> None:
    await filled(path, 1)
    raw.execute("PRAGMA user_version = 2")
    with pytest.raises(JournalError, match="has format 2, this program knows 1"):
        await opened(path)
    assert len(list(read(path))) == 1


def name_in_no_text(path: Path) -> None:
    """Damage the schema so that SQLite's own message about it is no UTF-8."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET name = CAST(x'cc' AS TEXT), rootpage = 9999")


def corrupt(path: Path, damage: str) -> bytes:
    """Damage a good journal in one of several ways, and return what it then is."""
    good = path.read_bytes()
    if damage == "schema":
        name_in_no_text(path)
        return path.read_bytes()
    if damage in CHANGED_ROWS:
        connection = sqlite3.connect(path)
        connection.execute("DROP TRIGGER journal_no_update")
        connection.execute(CHANGED_ROWS[damage])
        connection.commit()
        connection.close()
        return path.read_bytes()
    bad = {
        "overwritten": b"this is no database" * 100,
        "page": good[:4096] + b"\xff" * 500 + good[4596:],
        "page header": good[:4103] + b"\x32" + good[4104:],
        "truncated": good[:5000],
    }[damage]
    path.write_bytes(bad)
    return bad


CHANGED_ROWS = {
    "hash": "UPDATE journal SET hash = 'x' WHERE seq = 3",
    "json": "UPDATE journal SET data = '[]' WHERE seq = 3",
    "text": "UPDATE journal SET data = CAST(x'cc22' AS TEXT) WHERE seq = 3",
}


@pytest.mark.parametrize(
    "damage", ["overwritten", "page", "page header", "truncated", "schema", *CHANGED_ROWS]
)
async def test_a_damaged_journal_is_set_aside_and_the_new_one_says_so(
    path: Path, damage: str
) -> None:
    await filled(path, 3)
    remains = corrupt(path, damage)
    async with open_journal(path, inline, now=lambda: NOON) as journal:
        await journal.append(replace(entry(), before=()))
    aside = path.with_name("journal.sqlite3.corrupt.20260504T120000.123456Z")
    assert await trio.Path(aside).read_bytes() == remains
    first, second = read(path)
    assert (first.seq, first.event, first.before, first.after) == (1, SET_ASIDE, (), ())
    assert first.data["file"] == aside.name
    assert str(first.data["why"])
    assert second.prev == first.hash


async def test_a_damaged_journal_that_cannot_be_set_aside_stays_where_it_is(path: Path) -> None:
    await filled(path, 3)
    damaged = corrupt(path, "page")
    path.with_name("journal.sqlite3.corrupt.20260504T120000.123456Z").mkdir()
    with pytest.raises(JournalError, match=r"journal\.sqlite3: Is a directory"):
        await opened(path)
    assert await trio.Path(path).read_bytes() == damaged


async def test_a_large_journal_is_checked_at_its_head_only(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(path, 3)
    corrupt(path, "hash")
    monkeypatch.setattr("rvm_edge.statechart.journal.sqlite.CHECKED_BYTES", 1)
    async with open_journal(path, inline) as journal:
        assert journal.last is not None
        assert "row 3" in str(journal.last.data["why"])


@pytest.mark.parametrize("asked", [read, lambda path: tail(path, 1)], ids=["read", "tail"])
def test_reading_what_is_no_journal_is_one_clear_line(path: Path, asked: Reading) -> None:
    with pytest.raises(JournalError, match=r"journal\.sqlite3: there is no such file"):
        list(asked(path))
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(JournalError, match="not a database"):
        list(asked(path))
    path.unlink()
    sqlite3.connect(path).execute("CREATE TABLE journal (seq)").connection.close()
    name_in_no_text(path)
    with pytest.raises(JournalError, match=r"journal\.sqlite3: .*(no details|can't decode)"):
        list(asked(path))
    path.write_bytes(b"")
    with pytest.raises(JournalError, match="no such table"):
        list(asked(path))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("data = 'nonsense'", "column data is no canonical JSON"),
        ("data = '{ }'", "column data is no canonical JSON"),
        ("data = '[1]'", "column data is no object"),
        ("""data = '{"a":[1]}'""", "column data holds something that is no scalar under 'a'"),
        ("data = '" + "[" * 100_000 + "'", "column data is no canonical JSON"),
        ("before = '{}'", "column before is no list"),
        ("after = '[1]'", "column after holds something that is no text"),
        ("taken = 'null'", "column taken is no list"),
    ],
)
async def test_a_row_that_no_journal_writes_cannot_be_read(
    path: Path, raw: sqlite3.Connection, change: str, why: str
) -> None:
    await filled(path, 2)
    raw.execute("DROP TRIGGER journal_no_update")
    raw.execute(f"UPDATE journal SET {change} WHERE seq = 2")  # noqa: S608 - constants above
    with pytest.raises(UnreadableRowError, match=f"journal row 2: {why}"):
        list(read(path))


async def test_a_column_of_another_type_cannot_be_read(path: Path, raw: sqlite3.Connection) -> None:
    raw.execute(
        "CREATE TABLE journal (seq, at, mono, event, data, before, after, taken, chart, prev, hash)"
    )
    raw.execute(
        "INSERT INTO journal VALUES (1, 'now', 'soon', 'e', '{}', '[]', '[]', '[]', '', '', '')"
    )
    with pytest.raises(UnreadableRowError, match="column mono is str, not float"):
        list(read(path))
