"""What the machine remembers, as a technician looks it up: read beside the machine, never by it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Final, TypeVar

from rvm_edge.bridges.local.condition import Model
from rvm_edge.bridges.local.control import RefusedError
from rvm_edge.bridges.local.records import (
    Delivery,
    EvidencePage,
    JournalLine,
    JournalPage,
    KeptItem,
    QueuedItem,
    QueuePage,
)
from rvm_edge.bridges.local.view import Sighting
from rvm_edge.display.model_in_use import ModelInUse
from rvm_edge.display.moments import local_text
from rvm_edge.item import SessionMode
from rvm_edge.ledger.courier import DeliveryStatus
from rvm_edge.ledger.evidence import gallery
from rvm_edge.ledger.evidence.files import cut_out_path_of, read_picture
from rvm_edge.ledger.queue import QueueEntry, QueueState, undelivered
from rvm_edge.ledger.reading import read_only
from rvm_edge.locations import Locations
from rvm_edge.machine import LedgerError
from rvm_edge.offload import Offload
from rvm_edge.one_line import one_line
from rvm_edge.statechart.definition import Scalar
from rvm_edge.statechart.errors import JournalError
from rvm_edge.statechart.journal.reading import tail
from rvm_edge.statechart.journal.record import Record
from rvm_edge.uplink import Uplink
from rvm_edge.vision.picture_header import PictureUnreadableError, read_jpeg_size

T = TypeVar("T")

LONGEST: Final = 160
"""So much of what a server or a driver said is shown: a line, for people."""


class Memory:
    """Implements `rvm_edge.bridges.local.records.Records`."""

    def __init__(
        self, uplink: Uplink, model: ModelInUse, locations: Locations, offload: Offload
    ) -> None:
        """Look at a machine that runs.

        Args:
            uplink: counts what waits for the server.
            model: what the eyes look through.
            locations: where ledger and journal are.
            offload: where they are read.
        """
        self._uplink = uplink
        self._model = model
        self._locations = locations
        self._offload = offload

    async def model(self) -> Model:
        """Return which model the eyes look through, and how they are."""
        return await self._model.now()

    async def queue(self, most: int) -> QueuePage:
        """Return the beginning of the queue: what was given up first.

        Raises:
            RefusedError: it cannot be read.
        """
        with _refused():
            status = await self._uplink.courier.status()
            return await self._read(partial(_queue, status=status, most=most))

    async def evidence(self, before: int, most: int) -> EvidencePage:
        """Return the newest pictures below a number.

        Raises:
            RefusedError: they cannot be read.
        """
        folder = self._locations.evidence_dir
        with _refused():
            return await self._read(partial(_evidence, folder, before=before, most=most))

    async def journal(self, after: int, most: int) -> JournalPage:
        """Return the last lines behind a line.

        Raises:
            RefusedError: it cannot be read.
        """
        with _refused():
            work = partial(tail, self._locations.journal_path, most + 1)
            records = [one for one in await self._offload(work) if one.seq > after]
        return JournalPage(len(records) > most, tuple(map(_line, records[-most:])))

    async def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        def read() -> T:
            with read_only(self._locations.ledger_path) as connection:
                return work(connection)

        return await self._offload(read)


@contextmanager
def _refused() -> Iterator[None]:
    """Say to whoever asked what could not be read.

    Raises:
        RefusedError: ledger or journal cannot be read.
    """
    try:
        yield
    except (LedgerError, JournalError) as error:
        raise RefusedError(str(error)) from error


def _queue(connection: sqlite3.Connection, *, status: DeliveryStatus, most: int) -> QueuePage:
    dead = undelivered(connection, QueueState.DEAD)
    waiting = (one for one in undelivered(connection) if one.state is not QueueState.DEAD)
    items = tuple(_queued(one) for one in islice(chain(dead, waiting), most))
    total = status.waiting + status.held + status.dead
    return QueuePage(total, status.dead, status.pictures_waiting, items)


def _queued(entry: QueueEntry) -> QueuedItem:
    return QueuedItem(
        client_uuid=entry.client_uuid,
        delivery=Delivery(entry.state.value),
        mode=SessionMode(entry.mode),
        label=entry.label,
        since=entry.since,
        tries=entry.attempts,
        last_error=one_line(entry.reason, LONGEST),
    )


def _evidence(
    folder: Path, connection: sqlite3.Connection, *, before: int, most: int
) -> EvidencePage:
    found = gallery.newest(connection, before=before, limit=most + 1)
    items = tuple(_kept(folder, one) for one in found[:most])
    return EvidencePage(gallery.count(connection), len(found) > most, items)


def _kept(folder: Path, one: gallery.Exhibit) -> KeptItem:
    verdict = one.verdict
    return KeptItem(
        number=one.number,
        client_uuid=one.client_uuid,
        at=one.kept_at,
        accepted=verdict.accepted,
        reason=verdict.reason,
        label=verdict.label,
        confidence=verdict.confidence,
        size=one.size,
        uploaded=one.uploaded,
        box=Sighting(verdict, gallery.surest(verdict), *_judged_size(folder, one)).box,
        has_cut_out=cut_out_path_of(folder, one.client_uuid).is_file(),
    )


def _judged_size(folder: Path, one: gallery.Exhibit) -> tuple[int, int]:
    """Return how large the picture was when it was judged; 0 and 0 where nobody knows.

    Where it was not noted, the file tells, unless it was made smaller since.
    """
    if all(one.judged_size) or one.reduced:
        return one.judged_size
    try:
        jpeg = read_picture(folder, one.client_uuid)
        return read_jpeg_size(memoryview(jpeg)) if jpeg else (0, 0)
    except (OSError, PictureUnreadableError):
        return 0, 0


def _line(record: Record) -> JournalLine:
    at = local_text(record.at)  # a browser goes by the computer's zone, and people by the site's
    return JournalLine(record.seq, at, record.event, record.after, _told(record.data))


def _told(data: Mapping[str, Scalar]) -> str:
    said = (f"{name}={value}" for name, value in data.items() if value not in ("", None))
    return one_line(", ".join(said), LONGEST)
