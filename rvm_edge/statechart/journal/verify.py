"""Proves a journal: nothing changed, nothing missing, nothing that the chart would not do.

Who can rewrite the whole file can also compute a whole new chain; so the head's hash is meant to be
kept elsewhere too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from rvm_edge.statechart.decider import Decider
from rvm_edge.statechart.document import chart_hash
from rvm_edge.statechart.journal.archive import read_whole
from rvm_edge.statechart.journal.columns import UnreadableRowError
from rvm_edge.statechart.journal.record import (
    ARCHIVED,
    GENESIS,
    SET_ASIDE,
    STARTED,
    STOPPED,
    Record,
    hash_of,
)
from rvm_edge.statechart.journal.replay import Replay

__all__ = ["Verification", "verify"]

M = TypeVar("M")

MOST_PROBLEMS: Final = 100
"""A damaged journal can have a problem in every row; the first ones tell the story."""


@dataclass(frozen=True)
class Verification:
    """What a journal proves.

    Attributes:
        rows: how many there are.
        replayed: how many of them were decided again by the present chart.
        foreign: how many were decided by another chart; their chain and continuity are checked.
        head: the last row's hash: what to compare with the copy kept elsewhere.
        problems: what is wrong, at most a hundred lines.
        first: the first row's number; above 1 where what was archived before is not here any more.
    """

    rows: int
    replayed: int
    foreign: int
    head: str
    problems: tuple[str, ...]
    first: int = 1

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def verify(
    source: Path | Iterable[Record],
    decider: Decider[M],
    *,
    charts: Collection[str] | None = None,
) -> Verification:
    """Check chain, gaps and continuity of every row, and decide again those of the present chart.

    Args:
        source: a journal's file, whose archives are followed, or its rows.
        decider: the present chart's.
        charts: the hashes of all charts that may have written rows before; any if not given.

    Raises:
        JournalError: the file cannot be read at all.
    """
    records = iter(read_whole(source) if isinstance(source, Path) else source)
    replay = Replay(decider)
    present = chart_hash(decider.chart)
    allowed = None if charts is None else {*charts, present}
    rows = replayed = foreign = 0
    first = 1
    problems: list[str] = []
    last: Record | None = None
    while len(problems) < MOST_PROBLEMS:
        try:
            record = next(records)
        except StopIteration:
            break
        except UnreadableRowError as error:
            problems.append(str(error))
            break
        first = record.seq if last is None and record.event == ARCHIVED else first
        found = [*_links(record, last), *_charts(record, last, allowed)]
        if record.chart == present or record.event in (SET_ASIDE, ARCHIVED):
            replayed += 1
            problem = replay.problem(record)
            if problem is not None:
                found.append(problem)
        else:
            foreign += 1
        problems += [f"row {record.seq}: {problem}" for problem in found]
        rows += 1
        last = record
    head = last.hash if last else GENESIS
    return Verification(rows, replayed, foreign, head, tuple(problems[:MOST_PROBLEMS]), first)


def _links(record: Record, last: Record | None) -> Iterator[str]:
    """Check a row by itself and against the one before."""
    if record.event == ARCHIVED:
        said = (record.data.get("last"), record.data.get("head"))
        if said != (record.seq - 1, record.prev):
            yield "names another head of the archive than the one that it follows"
        if last is None:  # the archive is not here: what can be told is that it was this one
            if record.hash != hash_of(record):
                yield "was changed: its fields do not have its hash"
            return
    expected = last.seq + 1 if last else 1
    if record.seq != expected:
        yield f"{expected} was expected: rows are missing or out of order"
    if record.prev != (last.hash if last else GENESIS):
        yield "does not follow the row before: its `prev` is not that row's hash"
    if record.hash != hash_of(record):
        yield "was changed: its fields do not have its hash"
    before = last.after if last else ()
    if record.before != before:
        yield f"starts from {list(record.before)}, the row before ended in {list(before)}"


def _charts(record: Record, last: Record | None, allowed: set[str] | None) -> Iterator[str]:
    """Check that the chart changes only where a program starts."""
    if record.event == SET_ASIDE:
        if last is not None or record.chart:
            yield "only the first row may say that an earlier journal was set aside"
        return
    if record.event == ARCHIVED:
        if record.chart:
            yield "no chart decides that a journal is archived"
        return
    if record.event == STARTED:
        if allowed is not None and record.chart not in allowed:
            yield f"chart {record.chart[:12]} is unknown"
    elif last is None:
        yield f"the first row is {record.event}, not {STARTED}"
    elif last.event in (STOPPED, ARCHIVED):
        yield f"nothing but {STARTED} can follow {last.event}"
    elif record.chart != last.chart:
        yield f"the chart changed without {STARTED}"
