"""The journal on disk: a strict SQLite table in WAL mode, synced at every row."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import trio

from rvm_edge.statechart.errors import JournalError
from rvm_edge.statechart.journal.columns import UnreadableRowError, decoded, encoded
from rvm_edge.statechart.journal.lock import WriterLock
from rvm_edge.statechart.journal.memory import utc_now
from rvm_edge.statechart.journal.record import GENESIS, SET_ASIDE, Entry, Record, hash_of, seal
from rvm_edge.statechart.journal.schema import INSERT, SELECT, ensure_schema
from rvm_edge.statechart.journal.succession import succeed
from rvm_edge.statechart.offload import Offload, in_thread
from rvm_edge.statechart.sqlite_failures import OF_SQLITE, is_damage, said

__all__ = ["SqliteJournal", "open_journal"]

_LOG = logging.getLogger(__name__)

BUSY_S: Final = 5.0
"""How long a row waits for a reader that checkpoints, before it counts as failed."""

CHECKED_BYTES: Final = 64 * 1024 * 1024
"""Up to this size a journal's pages are checked when it is opened, some 0.1 s; beyond, its head."""


@contextlib.asynccontextmanager
async def open_journal(
    path: Path,
    offload: Offload | None = None,
    *,
    archive_above: int = 0,
    now: Callable[[], datetime] = utc_now,
) -> AsyncIterator[SqliteJournal]:
    """Keep the journal at `path` open while the block lasts; see `SqliteJournal.open`.

    Raises:
        JournalError: it cannot be opened, is somebody else's, or has another writer.
    """
    journal = await SqliteJournal.open(path, offload=offload, archive_above=archive_above, now=now)
    try:
        yield journal
    finally:
        with trio.CancelScope(shield=True):
            await journal.aclose()


class _CorruptError(Exception):
    """The file is damaged; the message says how."""


class SqliteJournal:
    """A journal in a file. `open_journal` opens and closes it."""

    def __init__(
        self,
        path: Path,
        offload: Offload,
        archive_above: int,
        now: Callable[[], datetime],
        mono: Callable[[], float],
    ) -> None:
        """Blocks: use `open`."""
        self.path = path
        self._offload = offload
        self._archive_above = archive_above
        self._now = now
        self._mono = mono
        self._tried: Record | None = None
        self._lock = WriterLock(path)
        try:
            self._connection, self._head = self._opened()
        except BaseException:
            self._lock.release()
            raise

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        offload: Offload | None = None,
        archive_above: int = 0,
        now: Callable[[], datetime] = utc_now,
        mono: Callable[[], float] = time.monotonic,
    ) -> SqliteJournal:
        """Open or create the journal at `path` and become its only writer.

        A damaged file is set aside as ``<name>.corrupt.<time>``, and the new one's first row says
        so (`SET_ASIDE`). A long one is archived, and the new one goes on from it (`ARCHIVED`).

        Args:
            path: the file; its folder exists.
            offload: where blocking work runs; in a thread if not given.
            archive_above: how many bytes make it long; 0 for never.
            now: the wall clock, UTC.
            mono: the monotonic clock, seconds.

        Raises:
            JournalError: it cannot be opened, is somebody else's, or has another writer.
        """
        run = offload or in_thread()
        return await run(lambda: cls(path, run, archive_above, now, mono))

    @property
    def last(self) -> Record | None:
        """The last row that is known to be on disk."""
        return self._head

    async def append(self, entry: Entry) -> Record:
        """Write a row; it is durable when this returns. See `Journal.append`."""
        return await self._offload(lambda: self._append(entry))

    async def aclose(self) -> None:
        """Close the file and let another writer have it."""
        await self._offload(self.close)

    def _append(self, entry: Entry) -> Record:
        with self._explained():
            if self._tried is not None:
                tried, self._head = self._tried, _head(self._connection)
                self._tried = None
                if self._head == tried and tried.entry == entry:
                    return tried
            record = self._sealed(entry)
            self._tried = record
            self._connection.execute(INSERT, encoded(record))
            # Only now: a row that failed must not be counted on by the next.
            self._head, self._tried = record, None
            return record

    def _sealed(self, entry: Entry) -> Record:
        head = self._head
        return seal(
            entry,
            seq=head.seq + 1 if head else 1,
            at=self._now().isoformat(timespec="microseconds"),
            mono=self._mono(),
            prev=head.hash if head else GENESIS,
        )

    def _opened(self) -> tuple[sqlite3.Connection, Record | None]:
        with self._explained():
            try:
                return self._archived(*_sound(self.path))
            except _CorruptError as damage:
                aside = _set_aside(self.path, self._now())
                connection, self._head = _sound(self.path)
                record = self._sealed(
                    Entry(SET_ASIDE, {"file": aside.name, "why": str(damage)}, (), (), (), "")
                )
                connection.execute(INSERT, encoded(record))
                return connection, record

    def _archived(
        self, connection: sqlite3.Connection, head: Record | None
    ) -> tuple[sqlite3.Connection, Record | None]:
        """Go on with a new file where this one is long; with this one where that cannot be."""
        size = self.path.stat().st_size
        if not self._archive_above or head is None or size <= self._archive_above:
            return connection, head
        try:
            succeed(self.path, connection, head, now=self._now, mono=self._mono)
        except (JournalError, OSError, *OF_SQLITE) as error:
            _LOG.warning(
                "journal %s is not archived: %s; it goes on growing", self.path, said(error)
            )
        connection.close()
        return _sound(self.path)

    def close(self) -> None:
        """Close the file; blocks."""
        try:
            with self._explained():
                self._connection.close()
        finally:
            self._lock.release()

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what SQLite and the file system say into one line that says where."""
        try:
            yield
        except OF_SQLITE as error:
            raise JournalError(
                f"journal {self.path}: {said(error)}; check the disk's space, health and rights"
            ) from error
        except OSError as error:
            raise JournalError(f"journal {self.path}: {error.strerror}") from error
        except JournalError as error:
            raise JournalError(f"journal {self.path}: {error}") from error


def _sound(path: Path) -> tuple[sqlite3.Connection, Record | None]:
    """Open a file, make it a journal if it is empty, and read its last row."""
    connection = sqlite3.connect(
        path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        if path.stat().st_size <= CHECKED_BYTES:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise _CorruptError(str(verdict)[:200])
        ensure_schema(connection)
        head = _head(connection)
        if head is not None and hash_of(head) != head.hash:
            raise _CorruptError(f"row {head.seq} does not have its hash")
    except BaseException as error:
        connection.close()
        if isinstance(error, UnreadableRowError) or (
            isinstance(error, OF_SQLITE) and is_damage(error)
        ):
            raise _CorruptError(said(error)) from error
        raise
    return connection, head


def _head(connection: sqlite3.Connection) -> Record | None:
    row = connection.execute(f"{SELECT} ORDER BY seq DESC LIMIT 1").fetchone()
    return None if row is None else decoded(row)


def _set_aside(path: Path, now: datetime) -> Path:
    """Rename a damaged journal, with its write-ahead log, and return its new name."""
    aside = path.with_name(f"{path.name}.corrupt.{now.strftime('%Y%m%dT%H%M%S.%fZ')}")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside
