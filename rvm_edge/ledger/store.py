"""The one writing connection: a step is one transaction, and it is on disk when `write` returns."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from rvm_edge.ledger.clock import Clock, utc_text
from rvm_edge.ledger.database_files import OneWriter
from rvm_edge.ledger.failures import storage_errors

T = TypeVar("T")


class Stamp(msgspec.Struct, frozen=True):
    """When a step was taken.

    Attributes:
        at: wall time, ISO 8601 in UTC.
        mono_s: monotonic seconds; comparable within one opening.
        opening: the number of the opening of the ledger in which it happened.
    """

    at: str
    mono_s: float
    opening: int


class Store:
    """Owns the connection and the right to write. Blocking: called through an `Offload`."""

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        clock: Clock,
        lock: OneWriter,
        opening: int,
    ) -> None:
        self.path = path
        self.opening = opening
        self._connection = connection
        self._clock = clock
        self._lock = lock
        self._alone = threading.Lock()

    def write(self, work: Callable[[sqlite3.Connection, Stamp], T]) -> T:
        """Run `work` in one transaction and commit it: all of it is on disk, or none.

        Raises:
            LedgerError: `work` refused, or the disk did; nothing was written.
        """
        with self._alone, storage_errors(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                result = work(self._connection, self._stamp())
                self._connection.execute("COMMIT")
            except BaseException:
                # SQLite has rolled back by itself after some errors, a full disk among them.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            return result

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work`, which only reads, on one consistent view.

        Raises:
            LedgerError: the disk refused.
        """
        with self._alone, storage_errors(self.path):
            self._connection.execute("BEGIN")
            try:
                return work(self._connection)
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the connection, folding the log into the database, and let others write."""
        with self._alone, storage_errors(self.path):
            try:
                self._connection.close()
            finally:
                self._lock.release()

    def _stamp(self) -> Stamp:
        return Stamp(utc_text(self._clock.wall()), self._clock.monotonic_s(), self.opening)
