"""A journal that another one cannot succeed stays as it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path

import pytest

from rvm_edge.statechart.errors import JournalError
from rvm_edge.statechart.journal import Record, open_journal, read, succession
from rvm_edge.statechart.journal.archive import Archive, archive_folder
from rvm_edge.statechart.offload import inline
from tests.statechart.test_journal_verify import entries
from tests.synced import watch_syncs


@pytest.fixture
async def written(tmp_path: Path) -> tuple[Path, list[Record]]:
    path = tmp_path / "journal.sqlite"
    async with open_journal(path, inline) as journal:
        return path, [await journal.append(entry) for entry in entries()]


@pytest.fixture
def connection(written: tuple[Path, list[Record]]) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(written[0], isolation_level=None)) as opened:
        yield opened


def succeed(path: Path, connection: sqlite3.Connection, head: Record) -> Archive:
    now = datetime(2026, 3, 1, tzinfo=timezone.utc)
    return succession.succeed(path, connection, head, now=lambda: now, mono=lambda: 1.0)


async def test_the_archive_and_its_name_are_on_disk_before_the_new_one_takes_the_place(
    written: tuple[Path, list[Record]],
    connection: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path, rows = written
    synced = watch_syncs(monkeypatch)
    archive = succeed(path, connection, rows[-1])
    packed, named, beside, in_place = synced
    assert packed[1] == archive.path.read_bytes()
    assert named == (archive_folder(path), [archive.path.name])
    assert (beside[0], in_place[0]) == (path.parent, path.parent)
    assert [f"{path.name}.new" in str(names) for _, names in (beside, in_place)] == [True, False]


async def test_where_no_new_one_can_be_begun_no_archive_is_left(
    written: tuple[Path, list[Record]],
    connection: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    path, rows = written
    monkeypatch.setattr(succession, "ensure_schema", refuse)
    with pytest.raises(OSError, match="No space left"):
        succeed(path, connection, rows[-1])
    assert list(archive_folder(path).iterdir()) == []
    assert list(read(path)) == rows


async def test_one_that_ends_in_another_row_than_was_known_is_not_succeeded(
    written: tuple[Path, list[Record]], connection: sqlite3.Connection
) -> None:
    path, rows = written
    with pytest.raises(JournalError, match="it ends in another row"):
        succeed(path, connection, rows[-2])
    assert list(read(path)) == rows
