"""An old ledger is brought forward whole or not at all; a newer one is left alone."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import trio

from rvm_edge.identity import Registration
from rvm_edge.ledger import (
    Ledger,
    LedgerTooNewError,
    LedgerUnusableError,
    ViolationKind,
    check,
    read_only,
)
from rvm_edge.ledger.migrate import applied
from rvm_edge.ledger.opening import open_store
from rvm_edge.ledger.schema import MIGRATIONS, Migration
from rvm_edge.offload import inline
from tests.ledger.scenes import TestClock, bring_to, close, dump, new_session, open_now

FIRST = Path(__file__).with_name("version_0001.sql")
SECOND = Path(__file__).with_name("version_0002.sql")
THIRD = Path(__file__).with_name("version_0003.sql")
FOURTH = Path(__file__).with_name("version_0004.sql")
NEXT = Migration(
    "9998_shade",
    (
        "ALTER TABLE items ADD COLUMN shade TEXT NOT NULL DEFAULT 'clear'",
        "CREATE INDEX items_by_shade ON items (shade)",
    ),
)
BROKEN = Migration(
    "9999_broken", ("CREATE TABLE half_made (x INTEGER) STRICT", "ALTER TABLE nowhere ADD y TEXT")
)


def restore_first(path: Path) -> None:
    """Make the ledger that version 0001 wrote; the file in git is never made again."""
    restore(path, FIRST)


def restore(path: Path, script: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(script.read_text())
    connection.close()


def fill_newest(path: Path) -> None:
    """Make a ledger of today's version with four items in it."""
    restore_first(path)
    close(open_now(path))


def open_with(path: Path, *more: Migration) -> Ledger:
    store, opening = open_store(path, TestClock(), migrations=(*MIGRATIONS, *more))
    return Ledger(store, opening, inline)


def columns(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    names = {row[1] for row in connection.execute("PRAGMA table_info(items)")}
    connection.close()
    return names


def test_a_ledger_of_version_1_opens_with_everything_in_it(path: Path) -> None:
    restore_first(path)
    ledger = open_now(path)
    assert ledger.opening.recovered_from is None
    counts = trio.run(ledger.counts)
    assert (counts.items, counts.dropped, counts.returned, counts.in_doubt) == (4, 2, 1, 1)
    held = trio.run(ledger.item_in_hand)
    assert held is not None
    trio.run(partial(bring_back, ledger, held.client_uuid))
    close(ledger)
    assert check(path).violations == ()


async def bring_back(ledger: Ledger, client_uuid: str) -> None:
    await ledger.give_back(client_uuid)


def test_migrations_are_numbered_in_order_and_recorded(path: Path) -> None:
    ledger = open_now(path)
    close(ledger)
    names = [migration.name for migration in MIGRATIONS]
    assert names == sorted(names)
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    with read_only(path) as connection:
        assert applied(connection) == tuple(names)


def test_an_old_ledger_is_migrated_with_a_copy_of_it_kept(path: Path) -> None:
    fill_newest(path)
    before = dump(path)
    ledger = open_with(path, NEXT)
    found = ledger.opening
    assert found.migrated == (NEXT.name,)
    assert found.backup == path.with_name("ledger.sqlite.before-9998_shade")
    assert trio.run(ledger.counts).items == 4
    close(ledger)
    assert "shade" in columns(path)
    assert dump(found.backup) == before
    again = open_with(path, NEXT)
    assert again.opening.migrated == ()
    assert again.opening.backup is None
    close(again)


def test_a_failing_migration_changes_nothing(path: Path) -> None:
    fill_newest(path)
    before = dump(path)
    with pytest.raises(LedgerUnusableError, match="no such table: nowhere"):
        open_with(path, BROKEN)
    assert dump(path) == before
    assert not list(path.parent.glob("*.corrupt.*"))
    ledger = open_now(path)
    assert trio.run(ledger.counts).items == 4
    close(ledger)


def test_the_migrations_before_a_failing_one_stay(path: Path) -> None:
    fill_newest(path)
    with pytest.raises(LedgerUnusableError):
        open_with(path, NEXT, BROKEN)
    assert "shade" in columns(path)
    ledger = open_with(path, NEXT)
    assert ledger.opening.migrated == ()
    close(ledger)


def test_a_newer_ledger_is_refused_and_left_alone(path: Path) -> None:
    ledger = open_with(path, NEXT)
    trio.run(ledger.open_session, new_session())
    trio.run(partial(bring_to, ledger, "accepted dropped"))
    close(ledger)
    before = path.read_bytes()
    with pytest.raises(LedgerTooNewError, match=r"newer version .*9998_shade.*install that"):
        open_now(path)
    with pytest.raises(LedgerTooNewError):
        check(path)
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*.corrupt.*"))


def test_reading_an_older_ledger_says_what_updates_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_newest(path)
    monkeypatch.setattr("rvm_edge.ledger.reading.MIGRATIONS", (*MIGRATIONS, NEXT))
    with pytest.raises(LedgerUnusableError, match="older version; the next start updates it"):
        check(path)


def test_a_ledger_that_is_up_to_date_costs_no_import_of_sqlite_utils_and_never_numpy(
    path: Path,
) -> None:
    script = """
import sys
from pathlib import Path
from tests.ledger.scenes import open_now, close
path = Path(sys.argv[1])
close(open_now(path))
print("sqlite_utils" in sys.modules, "numpy" in sys.modules)
"""
    lines = [
        subprocess.run(
            [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
        ).stdout.strip()
        for _ in range(2)
    ]
    assert lines == ["True False", "False False"]


def test_the_queue_of_a_ledger_of_version_1_waits_on_as_it_was(path: Path) -> None:
    restore_first(path)
    connection = sqlite3.connect(path)
    before = connection.execute("SELECT client_uuid, state, created_at FROM outbox").fetchall()
    connection.close()
    ledger = open_now(path)
    assert ledger.opening.migrated == tuple(one.name for one in MIGRATIONS[1:])
    waiting = trio.run(ledger.outbox.next_batch, 10)
    assert [one.record.client_uuid for one in waiting] == [
        uuid for uuid, state, _ in before if state == "waiting"
    ]
    counts = trio.run(ledger.outbox.counts)
    assert (counts.waiting, counts.delivered) == (1, 1)
    assert (counts.ambiguous, counts.dead, counts.possibly_twice) == (0, 0, 0)
    close(ledger)
    connection = sqlite3.connect(path)
    after = connection.execute("SELECT client_uuid, state, created_at FROM outbox").fetchall()
    connection.close()
    assert after == before


def test_a_ledger_of_version_2_opens_with_its_doubts_and_its_dead(path: Path) -> None:
    restore(path, SECOND)
    ledger = open_now(path)
    assert ledger.opening.recovered_from is None
    counts = trio.run(ledger.outbox.counts)
    assert (counts.waiting, counts.ambiguous, counts.dead, counts.delivered) == (3, 1, 1, 1)
    assert counts.possibly_twice == 1
    waiting = trio.run(ledger.outbox.next_batch, 10)
    assert [one.unanswered for one in waiting] == [1, 0, 0]
    assert waiting[0].record.dropped_at_s == 1_772_352_010
    assert trio.run(ledger.pictures.count_to_upload) == (1, 0)
    assert trio.run(ledger.outbox.retry) == 1
    close(ledger)
    assert check(path).violations == ()


def test_what_waits_in_a_ledger_of_version_3_goes_to_the_first_server_that_it_learns(
    path: Path,
) -> None:
    restore(path, THIRD)
    ledger = open_now(path)
    assert ledger.opening.migrated == ("0004_registrations",)
    before = trio.run(ledger.outbox.next_batch, 10)
    assert [one.record.taken_by for one in before] == [None]
    was = Registration("https://rvm.example.org", "RVM-202601-042")
    trio.run(ledger.outbox.become, was)
    after = trio.run(ledger.outbox.next_batch, 10)
    assert [one.record.client_uuid for one in after] == [one.record.client_uuid for one in before]
    assert [one.record.taken_by for one in after] == [was]
    trio.run(ledger.outbox.become, Registration("https://rvm.example.org", "RVM-202601-043"))
    assert trio.run(ledger.outbox.next_batch, 10) == ()
    assert trio.run(ledger.outbox.counts).held == 1
    close(ledger)
    assert check(path).violations == ()


def test_a_ledger_of_version_4_opens_with_what_it_holds_for_another_machine(path: Path) -> None:
    restore(path, FOURTH)
    ledger = open_now(path)
    assert ledger.opening.recovered_from is None
    counts = trio.run(ledger.outbox.counts)
    assert (counts.waiting, counts.held, counts.delivered) == (1, 3, 1)
    close(ledger)
    assert check(path).violations == ()


def test_every_version_has_a_ledger_of_its_own(path: Path) -> None:
    kept = sorted(one.name for one in FIRST.parent.glob("version_*.sql"))
    assert kept == [f"version_{migration.name[:4]}.sql" for migration in MIGRATIONS]


def test_a_gap_at_the_end_of_the_old_outbox_is_still_found(path: Path) -> None:
    restore_first(path)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("DROP TRIGGER outbox_is_kept")
    connection.execute("DELETE FROM outbox WHERE number = (SELECT max(number) FROM outbox)")
    connection.close()
    close(open_now(path))
    gaps = [one for one in check(path).violations if one.kind is ViolationKind.ROW_MISSING]
    assert [one.row for one in gaps] == ["outbox 2"]
