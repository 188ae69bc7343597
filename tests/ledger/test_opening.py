"""What opening makes of the file that it finds, and what it never throws away."""

# ruff: noqa: ASYNC240 - the files are tiny, and nothing else runs meanwhile
from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import trio
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rvm_edge.ledger import Ledger, check, open_ledger, opening
from rvm_edge.ledger.database_files import set_aside
from rvm_edge.machine import LedgerError
from rvm_edge.offload import in_thread, inline
from tests.ledger.scenes import (
    TestClock,
    bring_to,
    close,
    connection_of,
    dump,
    new_session,
    open_now,
)

PAGE = 4096


async def fill(ledger: Ledger, items: int) -> None:
    await ledger.open_session(new_session())
    for _ in range(items):
        await bring_to(ledger, "accepted dropped")


@pytest.fixture
async def filled(path: Path, clock: TestClock) -> Path:
    async with open_ledger(path, inline, clock) as ledger:
        await fill(ledger, 40)
    return path


def overwrite(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


def make_foreign(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE birds (name TEXT)")
    connection.commit()
    connection.close()


def drop_table(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE outbox")
    connection.commit()
    connection.close()


def break_index(path: Path) -> None:
    """Make an index lie about its table: every b-tree is sound, and yet the file is wrong."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(
        "UPDATE sqlite_master SET sql = replace(sql, 'state, accepted', 'state, number') "
        "WHERE name = 'items_by_state'"
    )
    connection.commit()
    connection.close()


def orphan(path: Path) -> None:
    """Leave a history without its item; the item's tables and indexes agree that it is gone."""
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER items_are_kept")
    connection.execute("DELETE FROM items WHERE number = 7")
    connection.commit()
    connection.close()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "garbage": lambda path: path.write_bytes(b"not a database at all " * 1000),
    "zero_length": lambda path: path.write_bytes(b""),
    "header_flipped": lambda path: overwrite(path, 0, b"\xff" * 16),
    "truncated_to_half": lambda path: path.write_bytes(
        path.read_bytes()[: path.stat().st_size // 2]
    ),
    "truncated_within_a_page": lambda path: path.write_bytes(path.read_bytes()[: PAGE * 3 + 100]),
    "page_of_zeros": lambda path: overwrite(path, PAGE * 5, bytes(PAGE)),
    "page_of_noise": lambda path: overwrite(path, PAGE * 2, bytes(range(256)) * 16),
    "index_disagrees": break_index,
    "history_without_its_item": orphan,
    "another_program": make_foreign,
    "table_gone": drop_table,
}


@pytest.mark.parametrize("damage", DAMAGES)
async def test_corrupt_db_quarantined_and_rebuilt(
    filled: Path, clock: TestClock, damage: str
) -> None:
    DAMAGES[damage](filled)
    remains = filled.read_bytes()
    async with open_ledger(filled, inline, clock) as ledger:
        found = ledger.opening
        assert found.recovered_from is not None
        assert found.recovered_from.read_bytes() == remains
        assert re.fullmatch(r"ledger\.sqlite\.corrupt\.\d{8}T\d{6}Z", found.recovered_from.name)
        assert len(found.findings) == 1
        assert str(found.recovered_from) in found.findings[0]
        assert (await ledger.counts()).items == 0
        await fill(ledger, 1)
    async with open_ledger(filled, inline, clock) as ledger:
        assert ledger.opening.recovered_from is None
        assert (await ledger.counts()).dropped == 1
    assert check(filled).violations == ()


async def test_the_finding_is_kept_in_the_new_ledger(filled: Path, clock: TestClock) -> None:
    filled.write_bytes(b"x" * 5000)
    async with open_ledger(filled, inline, clock) as ledger:
        rows = connection_of(ledger).execute("SELECT findings FROM openings").fetchall()
        assert rows == [(ledger.opening.findings[0],)]


async def test_the_log_of_a_damaged_ledger_is_set_aside_with_it(
    filled: Path, clock: TestClock
) -> None:
    wal = filled.with_name("ledger.sqlite-wal")
    ledger = open_now(filled)
    await bring_to(ledger, "returned")
    log, database = wal.read_bytes(), bytearray(filled.read_bytes())
    close(ledger)
    database[PAGE * 5 : PAGE * 6] = bytes(PAGE)
    filled.write_bytes(database)
    wal.write_bytes(log)
    async with open_ledger(filled, inline, clock) as fresh:
        aside = fresh.opening.recovered_from
        assert aside is not None
        assert aside.read_bytes() == database
        assert aside.with_name(f"{aside.name}-wal").read_bytes() == log
        assert (await fresh.counts()).items == 0


async def test_setting_aside_renames_all_three_files(filled: Path) -> None:
    for suffix in ("-wal", "-shm"):
        filled.with_name(filled.name + suffix).write_text(suffix)
    content = filled.read_bytes()
    aside = set_aside(filled, "20260301T080000Z")
    assert aside.read_bytes() == content
    assert aside.with_name(f"{aside.name}-wal").read_text() == "-wal"
    assert aside.with_name(f"{aside.name}-shm").read_text() == "-shm"
    assert not filled.exists()


async def test_an_item_in_hand_that_cannot_be_read_counts_as_damage(
    filled: Path, clock: TestClock
) -> None:
    ledger = open_now(filled)
    await bring_to(ledger, "")
    connection = connection_of(ledger)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("DROP TRIGGER sessions_keep_their_owner")
    connection.execute("DROP TRIGGER items_keep_their_identity")
    connection.execute("UPDATE sessions SET owner = CAST(x'ff' AS TEXT)")
    connection.execute("UPDATE items SET owner = CAST(x'ff' AS TEXT)")
    close(ledger)
    async with open_ledger(filled, inline, clock) as fresh:
        assert fresh.opening.recovered_from is not None


async def test_two_damages_in_the_same_second_keep_both_files(
    filled: Path, clock: TestClock
) -> None:
    asides: set[Path | None] = set()
    for content in (b"first " * 1000, b"second " * 1000):
        filled.write_bytes(content)
        clock.now = clock.now.replace(hour=9, minute=0, second=0)
        async with open_ledger(filled, inline, clock) as ledger:
            asides.add(ledger.opening.recovered_from)
    contents = {aside.read_bytes() for aside in asides if aside is not None}
    assert contents == {b"first " * 1000, b"second " * 1000}


async def test_a_log_without_its_database_is_never_replayed_into_a_new_one(
    filled: Path, clock: TestClock, tmp_path: Path
) -> None:
    ledger = open_now(filled)
    await bring_to(ledger, "returned")
    log = filled.with_name("ledger.sqlite-wal").read_bytes()
    close(ledger)
    filled.unlink()
    filled.with_name("ledger.sqlite-wal").write_bytes(log)
    async with open_ledger(filled, inline, clock) as fresh:
        assert (await fresh.counts()).items == 0
        aside = fresh.opening.recovered_from
        assert aside is not None
        assert aside.with_name(f"{aside.name}-wal").read_bytes() == log
        assert "write-ahead log" in fresh.opening.findings[0]


async def test_a_ledger_left_half_made_by_a_power_cut_is_made_again_without_alarm(
    path: Path, clock: TestClock
) -> None:
    path.with_name("ledger.sqlite.new").write_bytes(b"half a ledger")
    path.with_name("ledger.sqlite.new-wal").write_bytes(b"half a log")
    async with open_ledger(path, inline, clock) as ledger:
        assert ledger.opening.findings == ()
        await fill(ledger, 1)
    assert {file.name for file in path.parent.iterdir()} == {
        "ledger.sqlite",
        "ledger.sqlite.lock",
    }


async def test_a_missing_folder_is_made(tmp_path: Path, clock: TestClock) -> None:
    path = tmp_path / "deep" / "down" / "ledger.sqlite"
    async with open_ledger(path, inline, clock):
        assert path.exists()


async def test_every_connection_syncs_at_each_commit(ledger: Ledger) -> None:
    connection = connection_of(ledger)
    full, on = 2, 1
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (full,)
    assert connection.execute("PRAGMA foreign_keys").fetchone() == (on,)


async def test_every_table_is_strict(ledger: Ledger) -> None:
    rows = connection_of(ledger).execute(
        "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' "
        "AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_sqlite%' ESCAPE '\\'"
    )
    assert dict(rows.fetchall()) == dict.fromkeys(
        (
            "items",
            "sessions",
            "steps",
            "outbox",
            "flags",
            "openings",
            "dead_letters",
            "clock_anchors",
            "pictures",
            "decisions",
            "reasons",
            "registrations",
        ),
        1,
    )


async def test_a_ledger_too_large_to_examine_opens_and_says_so(
    filled: Path, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_EXAMINE_S", 0.0)
    monkeypatch.setattr(opening, "_LOOK_UP_EVERY", 1)
    async with open_ledger(filled, inline, clock) as ledger:
        assert "not examined to its end" in ledger.opening.findings[0]
        assert ledger.opening.recovered_from is None
        assert (await ledger.counts()).items == 40


async def test_too_old_an_sqlite_is_named(
    path: Path, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 31, 1))
    with pytest.raises(LedgerError, match=r"too old for the ledger; it needs 3\.37"):
        async with open_ledger(path, inline, clock):
            pytest.fail("opened")


async def test_a_cancelled_machine_still_closes_its_ledger(path: Path, clock: TestClock) -> None:
    with trio.CancelScope() as scope:
        async with open_ledger(path, in_thread(), clock) as ledger:
            await fill(ledger, 1)
            scope.cancel()
            await ledger.counts()
    assert scope.cancelled_caught
    assert not path.with_name("ledger.sqlite-wal").exists()
    async with open_ledger(path, inline, clock) as again:
        assert (await again.counts()).dropped == 1


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "ledger.sqlite"
    ledger = open_now(path)
    trio.run(partial(fill, ledger, 25))
    close(ledger)
    return path


@settings(max_examples=60, deadline=None)
@given(
    flips=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=0, max_size=30
    ),
    keep=st.one_of(st.just(1.0), st.floats(0, 1)),
)
@example(flips=[(0.734375, 128)], keep=1.0)  # SQLite's message names something that is no text
def test_any_damage_leads_to_a_working_ledger_and_loses_no_byte(
    template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    flips: list[tuple[float, int]],
    keep: float,
) -> None:
    path = tmp_path_factory.mktemp("flipped") / "ledger.sqlite"
    data = bytearray(template.read_bytes())
    for where, mask in flips:
        data[int(where * len(data))] ^= mask
    del data[int(keep * len(data)) :]
    path.write_bytes(data)

    ledger = open_now(path)
    try:
        aside = ledger.opening.recovered_from
        if aside is None:
            assert trio.run(ledger.counts).items == 25
        else:
            assert aside.read_bytes() == bytes(data)
            trio.run(partial(fill, ledger, 1))
            assert trio.run(ledger.counts).items == 1
    finally:
        close(ledger)
    shutil.rmtree(path.parent)


async def test_opening_a_sound_ledger_changes_no_row(filled: Path, clock: TestClock) -> None:
    before = dump(filled)
    async with open_ledger(filled, inline, clock):
        pass
    assert dump(filled) == before
