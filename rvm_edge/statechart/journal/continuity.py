"""What a row has to be, seen by itself and after the row before it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Final

from rvm_edge.statechart.journal.record import (
    ARCHIVED,
    GENESIS,
    SET_ASIDE,
    STARTED,
    STOPPED,
    Record,
    hash_of,
)

__all__ = ["chart_changes", "clock_change", "links"]

LEAST_JUMP_S: Final = 2.0
"""What a time server corrects little by little is no jump."""


def links(record: Record, last: Record | None, *, torn: bool) -> Iterator[str]:
    """Say what is wrong with a row's hash, number and beginning.

    Args:
        record: the row.
        last: the last one before it that could be read; None for the very first.
        torn: whether what stood between the two cannot be read.
    """
    if record.hash != hash_of(record):
        yield "was changed: its fields do not have its hash"
    if record.event == ARCHIVED:
        yield from _goes_on(record)
        if last is None or torn:
            return  # the archive is not here, or not to its end; this row says which it was
        if record.seq > last.seq + 1:
            yield (
                f"rows {last.seq + 1} to {record.seq - 1} are not here, though older ones are: "
                f"archive {record.data.get('file')} is missing"
            )
            return
    if not torn:
        yield from _follows(record, last)
    elif last is not None and record.seq <= last.seq:
        yield f"does not come after row {last.seq}: rows are out of order"


def _goes_on(record: Record) -> Iterator[str]:
    said = (record.data.get("last"), record.data.get("head"))
    if said != (record.seq - 1, record.prev):
        yield "names another head of the archive than the one that it follows"
    if record.chart:
        yield "no chart decides that a journal is archived"


def _follows(record: Record, last: Record | None) -> Iterator[str]:
    expected = last.seq + 1 if last else 1
    if record.seq != expected:
        yield f"{expected} was expected: rows are missing or out of order"
    if record.prev != (last.hash if last else GENESIS):
        yield "does not follow the row before: its `prev` is not that row's hash"
    before = last.after if last else ()
    if record.before != before:
        yield f"starts from {list(record.before)}, the row before ended in {list(before)}"


def chart_changes(
    record: Record, last: Record | None, allowed: set[str] | None, *, torn: bool
) -> Iterator[str]:
    """Say where the chart changes although no program starts there.

    Args:
        record: the row.
        last: the one before.
        allowed: the charts that may have written rows; None for any.
        torn: see `links`.
    """
    if record.event == SET_ASIDE:
        if last is not None or torn or record.chart:
            yield "only the first row may say that an earlier journal was set aside"
    elif record.event == STARTED:
        if allowed is not None and record.chart not in allowed:
            yield f"chart {record.chart[:12]} is unknown"
    elif torn or record.event == ARCHIVED:
        return
    elif last is None:
        yield f"the first row is {record.event}, not {STARTED}"
    elif last.event in (STOPPED, ARCHIVED):
        yield f"nothing but {STARTED} can follow {last.event}"
    elif record.chart != last.chart:
        yield f"the chart changed without {STARTED}"


def clock_change(record: Record, last: Record) -> str | None:
    """Say by how much the clock was set between two rows; None where nothing tells of that.

    While a program runs, the clock that cannot be set tells. From one start to the next only a
    clock that went back shows.
    """
    before, after = _moment(last.at), _moment(record.at)
    if before is None or after is None:
        return None
    went_s = (after - before).total_seconds()
    may_have_rebooted = record.event in (STARTED, ARCHIVED) or record.mono < last.mono
    jumped_s = min(went_s, 0.0) if may_have_rebooted else went_s - (record.mono - last.mono)
    if abs(jumped_s) < LEAST_JUMP_S:
        return None
    way = "back" if jumped_s < 0 else "forward, or the computer slept,"
    return f"the clock went {way} by {timedelta(seconds=round(abs(jumped_s)))} after row {last.seq}"


def _moment(at: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
